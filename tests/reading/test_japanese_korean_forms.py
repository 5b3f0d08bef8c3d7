"""Credits and times as Japanese and Korean papers write them, form by form: a page around each, and what must be read."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from db.nouns import Page
from db.sites import Sites
from pipelines.article_json import to_json
from pipelines.extract import extract

PARAGRAPHS = {
    "ja": (
        "清水町の図書館が土曜日に再開し、二階には子ども向けの閲覧室と自習室が新たに設けられた。"
        "朝から町の子どもたちが入り口に列をつくった。",
        "館長によると、新しい館の蔵書は三万冊で、半分は住民からの寄贈という。"
        "毎週火曜日は整理のため休館し、それ以外は夜九時まで開く。",
        "町は来年、三つの集落に巡回文庫を置く予定で、ボランティアが毎月本を入れ替える。"
        "山あいのお年寄りも遠くまで出かけずに本を借りられる。",
    ),
    "ko": (
        "청계읍 도서관이 토요일에 다시 문을 열었다. "
        "2층에는 어린이 열람실과 자습실이 새로 생겼고, 아침부터 읍내 아이들이 입구에 줄을 섰다.",
        "관장은 새 도서관의 장서가 3만 권이며 절반은 주민들이 기증한 것이라고 설명했다. "
        "매주 화요일은 정리 작업으로 쉬고 나머지는 밤 9시까지 연다.",
        "읍은 내년에 세 마을에 이동 책장을 설치할 계획이며 자원봉사자가 매달 책을 바꿔 놓는다. "
        "산골 노인들도 멀리 가지 않고 책을 빌릴 수 있게 된다.",
    ),
}
HEADLINES = {"ja": "清水町の図書館が再開", "ko": "청계읍 도서관 다시 문 열어"}
TIMES = {"ja": "<div><time>2024年3月5日 15:32</time></div>", "ko": "<div>입력 2024.03.05 15:32</div>"}


class Form(NamedTuple):
    """What is written, where, and what must come out."""

    language: str
    want: dict[str, Any]
    head: str = ""
    tail: str = ""
    lead_in: str = ""


FORMS = {
    "ja 【北京＝山田太郎】": Form("ja", {"authors": ["山田太郎"]}, lead_in="【北京＝山田太郎】"),
    "ja 【山田太郎】末尾": Form("ja", {"authors": ["山田太郎"]}, tail="<p>【山田太郎】</p>"),
    "ja （山田太郎）末尾": Form("ja", {"authors": ["山田太郎"]}, tail="<p>（山田太郎）</p>"),
    "ja 文／": Form("ja", {"authors": ["山田太郎"]}, tail="<p>文／山田太郎</p>"),
    "ja 取材・文／ 編集：": Form(
        "ja", {"authors": ["山田太郎"], "editors": ["田中花子"]}, tail="<p>取材・文／山田太郎 編集／田中花子</p>"
    ),
    "ja 執筆：": Form(
        "ja", {"authors": ["山田太郎"], "editors": ["田中花子"]}, tail="<p>執筆：山田太郎</p><p>編集：田中花子</p>"
    ),
    "ja 文＝": Form("ja", {"authors": ["山田太郎"]}, tail="<p>文＝山田太郎</p><p>写真＝鈴木一郎</p>"),
    "ja header 記者": Form("ja", {"authors": ["山田太郎"]}, head="<div>山田太郎 記者</div>"),
    "ja header 記者名": Form("ja", {"authors": ["山田太郎"]}, head="<div class='author'>山田太郎</div>"),
    "ja header 編集委員": Form("ja", {"authors": ["山田太郎"]}, head="<div>編集委員 山田太郎</div>"),
    "ja header 朝日型": Form(
        "ja",
        {"authors": ["山田太郎"], "published": "2024-03-05T15:32+09:00"},
        head="<ul><li>山田太郎</li><li>2024年3月5日 15時32分</li></ul>",
    ),
    "ja header 二人": Form("ja", {"authors": ["山田太郎", "鈴木一郎"]}, head="<div>山田太郎、鈴木一郎</div>"),
    "ja header 中黒": Form("ja", {"authors": ["山田太郎", "鈴木一郎"]}, head="<div>山田太郎・鈴木一郎</div>"),
    "ja 聞き手": Form("ja", {"authors": ["山田太郎"]}, tail="<p>（聞き手・山田太郎）</p>"),
    "ja 聞き手・構成": Form("ja", {"authors": ["山田太郎"]}, tail="<p>（聞き手・構成　山田太郎）</p>"),
    "ja ライター": Form("ja", {"authors": ["山田太郎"]}, head="<div>ライター：山田太郎</div>"),
    "ja 著者": Form("ja", {"authors": ["山田太郎"]}, head="<div>著者：山田太郎</div>"),
    "ja by": Form("ja", {"authors": ["山田太郎"]}, head="<div>by 山田太郎</div>"),
    "ja 校閲": Form(
        "ja", {"authors": ["山田太郎"], "proofreaders": ["田中花子"]}, tail="<p>文：山田太郎 校閲：田中花子</p>"
    ),
    "ja 時刻 TUE": Form("ja", {"published": "2024-03-05T15:32+09:00"}, head="<div>2024.03.05 TUE 15:32</div>"),
    "ja 時刻 令和": Form("ja", {"published": "2024-03-05"}, head="<div>令和6年3月5日</div>"),
    "ja 時刻 公開更新": Form(
        "ja",
        {"published": "2024-03-05T15:32+09:00", "modified": "2024-03-05T18:00+09:00"},
        head="<div>公開：2024年3月5日 15:32　更新：2024年3月5日 18:00</div>",
    ),
    "ja 時刻 投稿": Form("ja", {"published": "2024-03-05"}, head="<div>投稿日：2024年03月05日</div>"),
    "ja 時刻 (火)": Form("ja", {"published": "2024-03-05T15:32+09:00"}, head="<div>2024年3月5日（火）15時32分</div>"),
    "ja 時刻 火曜": Form("ja", {"published": "2024-03-05T15:32+09:00"}, head="<div>2024年3月5日 火曜 午後3:32</div>"),
    "ja 時刻 [": Form("ja", {"published": "2024-03-05T15:32+09:00"}, head="<div>[2024/03/05 15:32]</div>"),
    "ja 最終更新": Form(
        "ja", {"published": "2024-03-05T15:32+09:00"}, head="<div>2024/3/5 15:32（最終更新 3/5 18:00）</div>"
    ),
    "ko 입력 수정": Form(
        "ko",
        {"published": "2024-03-05T15:32+09:00", "modified": "2024-03-05T18:00+09:00"},
        head="<div>입력 2024.03.05 15:32 수정 2024.03.05 18:00</div>",
    ),
    "ko 기사입력": Form(
        "ko", {"published": "2024-03-05T15:32:00+09:00"}, head="<div>기사입력 : 2024-03-05 오후 3:32:00</div>"
    ),
    "ko 승인": Form("ko", {"published": "2024-03-05T15:32+09:00"}, head="<div>승인 2024.03.05 15:32</div>"),
    "ko 등록": Form(
        "ko", {"published": "2024-03-05T15:32+09:00"}, head="<div>등록 :2024-03-05 15:32 수정 :2024-03-05 18:00</div>"
    ),
    "ko 2024년": Form(
        "ko", {"published": "2024-03-05T15:32+09:00"}, head="<div>2024년 3월 5일 화요일 오후 3시 32분</div>"
    ),
    "ko 24.03.05": Form("ko", {"published": "2024-03-05T15:32+09:00"}, head="<div>24.03.05 15:32</div>"),
    "ko 뉴시스 리드": Form("ko", {"authors": ["김민수"]}, lead_in="[서울=뉴시스]김민수 기자 = "),
    "ko 연합 리드": Form("ko", {"authors": ["김민수"]}, lead_in="(서울=연합뉴스) 김민수 기자 = "),
    "ko 연합 둘": Form("ko", {"authors": ["김민수", "이영희"]}, lead_in="(서울=연합뉴스) 김민수 이영희 기자 = "),
    "ko 뉴스1": Form("ko", {"authors": ["김민수"]}, lead_in="(서울=뉴스1) 김민수 기자 | "),
    "ko 메일": Form("ko", {"authors": ["김민수"]}, tail="<p>김민수 기자 kim@news.example</p>"),
    "ko /김민수 기자": Form("ko", {"authors": ["김민수"]}, tail="<p>/김민수 기자 kim@news.example</p>"),
    "ko 둘 ·": Form("ko", {"authors": ["김민수", "이영희"]}, tail="<p>김민수·이영희 기자</p>"),
    "ko 글·사진": Form("ko", {"authors": ["김민수"]}, tail="<p>글·사진 김민수 기자</p>"),
    "ko 글 사진": Form("ko", {"authors": ["김민수"]}, tail="<p>글 김민수 사진 박철수</p>"),
    "ko 선임기자": Form("ko", {"authors": ["김민수"]}, tail="<p>김민수 선임기자</p>"),
    "ko 논설위원": Form("ko", {"authors": ["김민수"]}, head="<div>김민수 논설위원</div>"),
    "ko 헤더 기자": Form("ko", {"authors": ["김민수"]}, head="<div>김민수 기자</div>"),
    "ko 헤더 기자 매체": Form("ko", {"authors": ["김민수"]}, head="<div>청계일보 김민수 기자</div>"),
    "ko 특파원": Form("ko", {"authors": ["김민수"]}, head="<div>워싱턴=김민수 특파원</div>"),
    "ko 기자명": Form("ko", {"authors": ["김민수"]}, head="<div>기자명 김민수</div>"),
    "ko 기자명 기자": Form("ko", {"authors": ["김민수"]}, head="<div>기자명 김민수 기자</div>"),
    "ko 작성자": Form("ko", {"authors": ["김민수"]}, head="<div>작성자 : 김민수</div>"),
    "ko 편집": Form("ko", {"editors": ["이영희"]}, tail="<p>편집: 이영희</p>"),
    "ko 편집 기자": Form(
        "ko", {"authors": ["김민수"], "editors": ["이영희"]}, tail="<p>김민수 기자 / 편집 이영희 기자</p>"
    ),
    "ko 취재": Form("ko", {"authors": ["김민수"], "editors": ["이영희"]}, tail="<p>취재: 김민수 편집: 이영희</p>"),
    "ko 취재기자 영상": Form("ko", {"authors": []}, tail="<p>(영상취재: 박철수, 영상편집: 최지은)</p>"),
    "ko 인턴": Form("ko", {"authors": ["김민수"]}, tail="<p>김민수 인턴기자</p>"),
    "ko 객원": Form("ko", {"authors": ["김민수"]}, tail="<p>김민수 객원기자 | kim@x.example</p>"),
    "ko 디지털뉴스": Form("ko", {"authors": ["김민수"]}, tail="<p>김민수 디지털뉴스 기자</p>"),
    "ko [앵커]": Form("ko", {"authors": ["김민수"]}, tail="<p>KBS 뉴스 김민수입니다.</p>"),
}


@pytest.mark.parametrize("name", FORMS)
def test_form(name: str) -> None:
    form = FORMS[name]
    first, *rest = PARAGRAPHS[form.language]
    title = HEADLINES[form.language]
    time = "" if "published" in form.want else TIMES[form.language]
    paragraphs = "".join(f"<p>{text}</p>" for text in (form.lead_in + first, *rest))
    html = (
        f"<!DOCTYPE html><html lang='{form.language}'><head><meta charset='utf-8'><title>{title}</title></head>"
        f"<body><div class='main'><h1>{title}</h1>{form.head}{time}"
        f"<div class='content'>{paragraphs}{form.tail}</div></div></body></html>"
    )
    got = to_json(extract(Page(body=html.encode(), url="https://www.news.example/a/1.html"), Sites()))
    assert {field: got[field] for field in form.want} == form.want
    spoken = form.tail.endswith("입니다.</p>")
    assert spoken or got["text"].split("\n")[-1] == rest[-1], "a credit line is no text"

"""Credits and times as Japanese and Korean papers write them: what must be read."""

from __future__ import annotations

import pytest

from tests.pipelines.extraction.press.press_page import Form, check

JA = "<div><time>2024年3月5日 15:32</time></div>"
KO = "<div>입력 2024.03.05 15:32</div>"

FORMS = {
    "ja 【北京＝山田太郎】": Form("ja", {"authors": ["山田太郎"]}, head=JA, lead_in="【北京＝山田太郎】"),
    "ja 【山田太郎】末尾": Form("ja", {"authors": ["山田太郎"]}, head=JA, tail="<p>【山田太郎】</p>"),
    "ja （山田太郎）末尾": Form("ja", {"authors": ["山田太郎"]}, head=JA, tail="<p>（山田太郎）</p>"),
    "ja 文／": Form("ja", {"authors": ["山田太郎"]}, head=JA, tail="<p>文／山田太郎</p>"),
    "ja 取材・文／ 編集：": Form(
        "ja",
        {"authors": ["山田太郎"], "editors": ["田中花子"]},
        head=JA,
        tail="<p>取材・文／山田太郎 編集／田中花子</p>",
    ),
    "ja 執筆：": Form(
        "ja",
        {"authors": ["山田太郎"], "editors": ["田中花子"]},
        head=JA,
        tail="<p>執筆：山田太郎</p><p>編集：田中花子</p>",
    ),
    "ja 文＝": Form("ja", {"authors": ["山田太郎"]}, head=JA, tail="<p>文＝山田太郎</p><p>写真＝鈴木一郎</p>"),
    "ja header 記者": Form("ja", {"authors": ["山田太郎"]}, head="<div>山田太郎 記者</div>" + JA),
    "ja header 記者名": Form("ja", {"authors": ["山田太郎"]}, head="<div class='author'>山田太郎</div>" + JA),
    "ja header 編集委員": Form("ja", {"authors": ["山田太郎"]}, head="<div>編集委員 山田太郎</div>" + JA),
    "ja header 朝日型": Form(
        "ja",
        {"authors": ["山田太郎"], "published": "2024-03-05T15:32+09:00"},
        head="<ul><li>山田太郎</li><li>2024年3月5日 15時32分</li></ul>",
    ),
    "ja header 二人": Form("ja", {"authors": ["山田太郎", "鈴木一郎"]}, head="<div>山田太郎、鈴木一郎</div>" + JA),
    "ja header 中黒": Form("ja", {"authors": ["山田太郎", "鈴木一郎"]}, head="<div>山田太郎・鈴木一郎</div>" + JA),
    "ja 聞き手": Form("ja", {"authors": ["山田太郎"]}, head=JA, tail="<p>（聞き手・山田太郎）</p>"),
    "ja 聞き手・構成": Form("ja", {"authors": ["山田太郎"]}, head=JA, tail="<p>（聞き手・構成　山田太郎）</p>"),
    "ja ライター": Form("ja", {"authors": ["山田太郎"]}, head="<div>ライター：山田太郎</div>" + JA),
    "ja 著者": Form("ja", {"authors": ["山田太郎"]}, head="<div>著者：山田太郎</div>" + JA),
    "ja by": Form("ja", {"authors": ["山田太郎"]}, head="<div>by 山田太郎</div>" + JA),
    "ja 校閲": Form(
        "ja",
        {"authors": ["山田太郎"], "proofreaders": ["田中花子"]},
        head=JA,
        tail="<p>文：山田太郎 校閲：田中花子</p>",
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
    "ko 뉴시스 리드": Form("ko", {"authors": ["김민수"]}, head=KO, lead_in="[서울=뉴시스]김민수 기자 = "),
    "ko 연합 리드": Form("ko", {"authors": ["김민수"]}, head=KO, lead_in="(서울=연합뉴스) 김민수 기자 = "),
    "ko 연합 둘": Form(
        "ko", {"authors": ["김민수", "이영희"]}, head=KO, lead_in="(서울=연합뉴스) 김민수 이영희 기자 = "
    ),
    "ko 뉴스1": Form("ko", {"authors": ["김민수"]}, head=KO, lead_in="(서울=뉴스1) 김민수 기자 | "),
    "ko 메일": Form("ko", {"authors": ["김민수"]}, head=KO, tail="<p>김민수 기자 kim@news.example</p>"),
    "ko /김민수 기자": Form("ko", {"authors": ["김민수"]}, head=KO, tail="<p>/김민수 기자 kim@news.example</p>"),
    "ko 둘 ·": Form("ko", {"authors": ["김민수", "이영희"]}, head=KO, tail="<p>김민수·이영희 기자</p>"),
    "ko 글·사진": Form("ko", {"authors": ["김민수"]}, head=KO, tail="<p>글·사진 김민수 기자</p>"),
    "ko 글 사진": Form("ko", {"authors": ["김민수"]}, head=KO, tail="<p>글 김민수 사진 박철수</p>"),
    "ko 선임기자": Form("ko", {"authors": ["김민수"]}, head=KO, tail="<p>김민수 선임기자</p>"),
    "ko 논설위원": Form("ko", {"authors": ["김민수"]}, head="<div>김민수 논설위원</div>" + KO),
    "ko 헤더 기자": Form("ko", {"authors": ["김민수"]}, head="<div>김민수 기자</div>" + KO),
    "ko 헤더 기자 매체": Form("ko", {"authors": ["김민수"]}, head="<div>청계일보 김민수 기자</div>" + KO),
    "ko 특파원": Form("ko", {"authors": ["김민수"]}, head="<div>워싱턴=김민수 특파원</div>" + KO),
    "ko 기자명": Form("ko", {"authors": ["김민수"]}, head="<div>기자명 김민수</div>" + KO),
    "ko 기자명 기자": Form("ko", {"authors": ["김민수"]}, head="<div>기자명 김민수 기자</div>" + KO),
    "ko 작성자": Form("ko", {"authors": ["김민수"]}, head="<div>작성자 : 김민수</div>" + KO),
    "ko 편집": Form("ko", {"editors": ["이영희"]}, head=KO, tail="<p>편집: 이영희</p>"),
    "ko 편집 기자": Form(
        "ko", {"authors": ["김민수"], "editors": ["이영희"]}, head=KO, tail="<p>김민수 기자 / 편집 이영희 기자</p>"
    ),
    "ko 취재": Form(
        "ko", {"authors": ["김민수"], "editors": ["이영희"]}, head=KO, tail="<p>취재: 김민수 편집: 이영희</p>"
    ),
    "ko 취재기자 영상": Form("ko", {"authors": []}, head=KO, tail="<p>(영상취재: 박철수, 영상편집: 최지은)</p>"),
    "ko 인턴": Form("ko", {"authors": ["김민수"]}, head=KO, tail="<p>김민수 인턴기자</p>"),
    "ko 객원": Form("ko", {"authors": ["김민수"]}, head=KO, tail="<p>김민수 객원기자 | kim@x.example</p>"),
    "ko 디지털뉴스": Form("ko", {"authors": ["김민수"]}, head=KO, tail="<p>김민수 디지털뉴스 기자</p>"),
    "ko [앵커]": Form(
        "ko", {"authors": ["김민수"]}, head=KO, tail="<p>KBS 뉴스 김민수입니다.</p>", spoken="KBS 뉴스 김민수입니다."
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_form(name: str) -> None:
    check(FORMS[name])

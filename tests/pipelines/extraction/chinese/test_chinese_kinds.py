"""Chinese pages by kind: governments, schools and hospitals, local media, portals, platforms, other regions, old templates.

Each was written down as such sites lay their pages out, before anyone looked at what is read from it. The pages are in
`chinese_kinds.toml` and `chinese_platforms.toml`, times as they are written here.
"""

from __future__ import annotations

import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.chinese.chinese_page import HEADLINE, PARAGRAPHS

TEN = "2024-03-05T10:20+08:00"
TIMES = {
    "2024年3月5日 上午10:20": TEN,
    "2024年3月5日上午10时20分": TEN,
    "2024年03月05日　10：20": TEN,
    "发布时间：2024-03-05 10:20:00.0": "2024-03-05T10:20:00+08:00",
    "03-05 10:20": TEN,
    "03月05日 10:20": TEN,
    "今天 08:20": "2024-03-06T08:20+08:00",
    "昨天10:20": TEN,
    "24-03-05": "2024-03-05",
    "24/03/05 10:20": TEN,
    "2024-03-05 | 10:20": TEN,
    "2024-03-05 星期二 上午 10:20": TEN,
    "发布：2024-03-05，10:20": TEN,
    "日期：2024.03.05 10:20": TEN,
    "2024年03月05日（周二）10:20": TEN,
    "Date: 2024-03-05 10:20": TEN,
    "添加时间：2024/3/5 10:20:15": "2024-03-05T10:20:15+08:00",
    "录入时间：2024-03-05 10:20 [打印此页]": TEN,
    "入库时间：2024-03-05": "2024-03-05",
    "提交时间：2024-03-05 10:20": TEN,
    "公开日期：2024-03-05": "2024-03-05",
    "发文日期：2024-03-05": "2024-03-05",
    "刊发时间：2024-03-05 10:20": TEN,
    "Tue Mar 05 10:20:00 CST 2024": "2024-03-05T10:20:00+08:00",
    "<div class='date'><span>03-05</span><span>2024</span></div>": "2024-03-05",
    "<div class='date'><p>03/05</p><p>2024</p></div>": "2024-03-05",
    "<div class='date'><span>2024</span><span>03/05</span></div>": "2024-03-05",
    "<div class='date'><p>05</p><p>2024年03月</p></div>": "2024-03-05",
    "<div class='date'><div>05</div><div>3月</div><div>2024</div></div>": "2024-03-05",
    "<div class='date'><span>2024-03</span><strong>05</strong></div>": "2024-03-05",
    "<div class='date'><h3>05</h3><p>Mar 2024</p></div>": "2024-03-05",
    "<ul><li>2024.03.05</li><li>10:20</li></ul>": TEN,
    "2024-03-05<br>10:20": TEN,
    "发布于：03月05日 10时20分": TEN,
    "編輯時間 2024/03/06 09:00 發佈時間 2024/03/05 10:20": TEN,
    "03月05日(二) 10:20": TEN,
    "3月5日（周二）10:20": TEN,
    "3/5（二） 10:20": TEN,
    "<span data-time='2024-03-05 10:20:15'>最新推荐文章于 2024-03-06 08:30:00 发布</span>": "2024-03-05T10:20:15+08:00",
    "<div class='authorinfo'><span>拧发条的猫</span> <span class='time'>03-05 10:20</span></div>": TEN,
}
_TEXT = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
_PIECES = {
    "{box}": "<div class='c'>{text}</div>",
    "{content}": "<div class='content'>{text}</div>",
    "{text}": _TEXT,
    "{lines}": "<br>".join(f"　　{text}" for text in PARAGRAPHS),
    "{headline}": HEADLINE,
}
_PAGE = (
    "<!DOCTYPE html><html lang='{language}'><head><meta charset='utf-8'><title>{title}</title>{meta}</head><body><div class='nav'>"
    "<a href='/'>首页</a> <a href='/zw/'>政务公开</a> <a href='/xw/'>新闻动态</a></div>{body}<div class='footer'>版权所有：清溪网"
    " 联系电话：0571-1234567 备案号：浙ICP备12345678号</div></body></html>"
)
_BODY = "<div class='main'><h1>{headline}</h1>{line}<div class='content'>{text}{after}</div></div>"


def _kinds() -> dict[str, dict[str, Any]]:
    files = (Path(__file__).with_name(f"chinese_{name}.toml") for name in ("kinds", "platforms"))
    groups = [group for file in files for group in tomllib.loads(file.read_text()).items()]
    return {f"{group}: {name}": kind for group, kinds in groups for name, kind in kinds.items()}


KINDS = _kinds()


def _read(
    kind: dict[str, Any], url: str = "https://www.qingxi.example/a/1.html", fetched: str = "2024-03-06T10:00+08:00"
) -> dict[str, Any]:
    """What is read from the page of a kind, fetched on the day after."""
    body = kind.get("body") or _BODY.replace("{line}", kind.get("line", "")).replace("{after}", kind.get("after", ""))
    html = _PAGE.replace("{body}", body)
    for field, default in (("language", "zh-CN"), ("title", "{headline}"), ("meta", "")):
        html = html.replace(f"{{{field}}}", kind.get(field, default))
    for piece, text in _PIECES.items():
        html = html.replace(piece, text)
    return to_json(extract(Page(body=html.encode(), url=url, fetched_at=datetime.fromisoformat(fetched)), Sites()))


@pytest.mark.parametrize("name", KINDS)
def test_kind(name: str) -> None:
    want = {field: None if value == "-" else value for field, value in KINDS[name]["want"].items()}
    want = {"title": HEADLINE, **want}
    got = _read(KINDS[name])
    assert {field: got.get(field) for field in want} == want
    lines = got["text"].split("\n")
    assert (lines[0], lines[-1]) == (PARAGRAPHS[0], PARAGRAPHS[-1])


@pytest.mark.parametrize("written", TIMES)
def test_time(written: str) -> None:
    assert _read({"line": f"<div>{written}</div>"})["published"] == TIMES[written]


@pytest.mark.parametrize("bracketed", ["（三楼）", "（東院區）", "（十二樓）", "（新华社）", "（全文完）"])
def test_what_is_in_brackets_at_the_end_may_be_no_name(bracketed: str) -> None:
    assert _read({"line": "<div>2024-03-05 10:20</div>", "after": f"<p>周六开放到九点{bracketed}</p>"})["authors"] == []


@pytest.mark.parametrize(
    "line",
    [
        "封面图片来源：清溪图库",
        "本文由「清溪研究所」原创出品，转载请联系授权。",
        "清溪网原创文章，未经授权禁止转载。详情见转载须知。",
        "点赞、在看，传递这束光",
        "清溪周刊视频号",
        "回复关键词“钟表”，听今晚的音乐。",
        "ID：qingxi_du（长按复制）",
        "寻求报道请加微信，注明公司和职务。",
        "海量资讯、精准解读，尽在清溪财经APP",
        "如需转载，请在后台留言",
        "作者声明：本文存在利益关联",
        "风险提示：市场有风险，投资需谨慎",
        "我是老张，一个修表的人，欢迎关注",
        "还没有人赞赏，快来当第一个赞赏的人吧！",
        "著作权归作者所有，转载或内容合作请联系作者",
        "新浪声明：新浪网登载此文出于传递更多信息之目的，并不意味着赞同其观点或证实其描述。",
        "本文系作者 李静 授权清溪网发表，转载请注明出处、作者和本文链接。",
        "Notice: The content above is uploaded and posted by a user, which is a social media platform and only provides storage.",
        "分享、点赞、在看，来一组三连",
        "IP 属地浙江",
        "想读更多？关注清溪窗的专页。",
        "更多清溪新聞報導",
        "成為月費會員，支持清溪的報道。",
        "案件編號：QXS 00000/2023",
        "※ 發信站: 清溪實業坊(qtt.example)",
        "温馨提示：微信搜索公众号【清溪本地宝】，关注后在对话框回复【图书】可获开放时间。",
        "「清溪台」關注組：你想知道的都在這裏，即加入WhatsApp頻道！",
        "转发周知！",
        "动动手指，分享给更多的人",
        "点赞+在看，转给更多人！",
        "点收藏",
        "（清溪镇供图）",
        "本版图片均由张伟明摄",
        "素材：清溪发布",
        "清溪熱線：2233 4455",
        "互动话题：你常去图书馆吗？",
        "支持清溪網，成為訂戶",
        "即時更新清溪消息，下載手機APP",
        "欢迎提供新闻线索：0571-1234567",
        "追蹤清溪網IG",
        "訂閱清溪電子報",
        "留言討論",
        "阅读 203 评论 3",
        "欢迎来稿爆料，加入读者群请点这里",
        "一审：罗静 二审：李静 三审：王大强",
        "二审 李静",
        "专家介绍",
        "参考文献：[1] 清溪县志. 1998.",
        "点击“阅读原文”查看更多",
        "上一条：旧书换新 下一条：没有了",
        "本文标签：图书馆 清溪",
        "本文链接：https://www.qingxi.example/post/1.html",
        "我要评论",
        "0人评论",
        "（本文原题为《门口的队伍比哪一年都长》，转载自清溪周刊）",
    ],
)
def test_platforms_end_a_text_with_words_of_their_own(line: str) -> None:
    got = _read({"line": "<div>2024-03-05 10:20</div>", "after": f"<p>{line}</p>"})
    assert got["text"].split("\n") == list(PARAGRAPHS)


@pytest.mark.parametrize("signed", [["清溪县公安局交通警察大队", "2024年3月4日"], ["清溪县教育局 2024年3月4日"]])
def test_the_day_of_a_public_body_is_text(signed: list[str]) -> None:
    line = "<div>2024-03-05 10:20 来源：清溪交警</div>"
    after = "".join(f"<p style='text-align:right'>{line}</p>" for line in signed)
    assert _read({"line": line, "after": after})["text"].split("\n") == [*PARAGRAPHS, *signed]


@pytest.mark.parametrize(
    "line",
    [
        "手机免费看资讯",
        "提示：键盘也能翻页",
        "观看更多",
        "炒股就看清溪分析师研报，权威，专业，及时，全面",
        "微信改版，没加星标的你可能收不到推送",
        "本文共1203字，阅读需要3分钟",
        "00:00/03:25",
        "本文约3000字，读完约需8分钟",
        "题图 | 清溪图库",
        "公众号 | 清溪读书",
        "语音播报",
        "听报道",
        "感谢清溪的投递",
        "此条新闻已有3人评论",
        "打开清溪新闻，查看更多图片",
        "（本文字数：1200，阅读时长约3分钟）",
        "摘要：",
        "【大 中 小】",
        "首页 > 新闻 > 正文",
        "清溪网>>社会",
        "03-05 15:32",
        "語音播報",
        "用LINE傳送",
        "关注“清溪发布”",
        "视频加载失败，请刷新页面再试",
        "▲点击收听本文",
        "清溪夜读 · 第 1187 期",
        "导语：“门口的队伍比哪一年都长。”",
        "▲周六清晨的门口。（圖／館方提供）",
        "△周六清晨的门口 张伟 摄",
        "编辑导语：今天开馆。",
        "阅读提示：今天开馆。",
        "关注我们 获取更多资讯",
        "全文1200字",
        "清溪读书 第12期",
        "正在播放",
        "AI播报",
        "字数：1200",
        "文末有福利",
        f"摘要：{PARAGRAPHS[0]}",
        f"【{HEADLINE} 孩子们排起了队】{PARAGRAPHS[0]}馆长作了介绍。",
    ],
)
def test_platforms_begin_a_text_with_words_of_their_own(line: str) -> None:
    body = f"<h1>{{headline}}</h1><div>2024-03-05 10:20</div><div class='content'><p>{line}</p>{{text}}</div>"
    assert _read({"body": body})["text"].split("\n") == list(PARAGRAPHS)


@pytest.mark.parametrize(
    "line",
    [
        "清溪时评报（www.qingxishiping.example）见习记者 张伟明 河口报道",
        "意见领袖 | 张伟明",
    ],
)
def test_a_byline_with_its_outlet_or_column_is_no_text(line: str) -> None:
    meta = "<meta name='author' content='张伟明'>"
    body = (
        f"<h1>{{headline}}</h1><div>2024-03-05 10:20 作者：张伟明</div><div class='content'><p>{line}</p>{{text}}</div>"
    )
    got = _read({"body": body, "meta": meta})
    assert (got["authors"], got["text"].split("\n")) == (["张伟明"], list(PARAGRAPHS))


def test_a_button_behind_a_sentence_in_brackets_is_cut() -> None:
    note = "（应读者要求，文中部分人物为化名）"
    got = _read({"line": "<div>2024-03-05 10:20</div>", "after": f"<p>{note}<a href='/'>返回首页，查看更多</a></p>"})
    assert got["text"].split("\n")[-1] == note


def test_a_frame_of_an_editor_is_no_form() -> None:
    frame = "<fieldset style='margin:8px'><section><p><strong>{}</strong></p></section></fieldset>"
    lines = ["大门 8时—11时", PARAGRAPHS[0], "侧门 9时—12时", PARAGRAPHS[1]]
    text = "".join(frame.format(line) if len(line) < 20 else f"<p>{line}</p>" for line in lines)
    got = _read({"body": f"<h1>{{headline}}</h1><div>2024-03-05 10:20</div><div class='content'>{text}</div>"})
    assert got["text"].split("\n") == lines


@pytest.mark.parametrize(
    "heading",
    [
        "<section style='text-align:center'><strong>开馆第一天</strong></section>",
        "<section><section><section><p><strong>开馆第一天</strong></p></section></section></section>",
        "<div class='art_title'><h2>开馆第一天</h2></div>",
    ],
)
def test_subheadings_in_boxes_of_their_own(heading: str) -> None:
    first, *rest = [*PARAGRAPHS, *(text.replace("图书", "档案").replace("清溪", "河口") for text in PARAGRAPHS)]
    text = f"<p>{first}</p>{heading}" + "".join(f"<p>{line}</p>" for line in rest)
    got = _read({"body": f"<h1>{{headline}}</h1><div>2024-03-05 10:20</div><div class='content'>{text}</div>"})
    assert got["text"].split("\n") == [first, "开馆第一天", *rest]


_OPENINGS = {
    "【清溪日报记者张伟明里昂报道】": PARAGRAPHS[0],
    "本报记者 张伟明报道 清溪镇图书馆周六重新开放，读者排起了队，孩子们先进去了，大人们在外面等着。": "",
}


@pytest.mark.parametrize("opening", _OPENINGS)
def test_a_reporter_joined_to_the_place_is_one(opening: str) -> None:
    line = "<div>2024-03-05 10:20 来源：清溪日报 作者：张伟明</div>"
    got = _read({"body": f"<h1>{{headline}}</h1>{line}<div class='content'><p>{opening}</p>{{text}}</div>"})
    assert (got["authors"], got["text"].split("\n")[0]) == (["张伟明"], _OPENINGS[opening] or opening)


def test_a_talk_that_is_written_down_credits_nobody() -> None:
    talk = ["记者：尾款差多少？", "站长：四万三，下月给清。", "记者：好的，我们月底再来。"]
    lines = [PARAGRAPHS[0], *talk, *PARAGRAPHS[1:]]
    text = "".join(f"<p>{line}</p>" for line in lines)
    got = _read({"body": f"<h1>{{headline}}</h1><div>2024-03-05 10:20</div><div class='content'>{text}</div>"})
    assert (got["authors"], got["text"].split("\n")) == ([], lines)


def test_a_sentence_beside_what_says_where_it_was_printed_first_is_text() -> None:
    last = "等到四十秒变成四秒，市场才会真正打开。（本文首发于清溪APP，作者｜张伟明，编辑｜李静）"
    got = _read({"line": "<div>2024-03-05 10:20</div>", "after": f"<p>{last}</p>"})
    assert (got["original_source"], got["text"].split("\n")[-1]) == ("清溪APP", last)


def test_a_day_in_a_program_is_not_that_of_the_page() -> None:
    code = "<pre><code>WHERE dt BETWEEN '20220101' AND '20220331'</code></pre>"
    body = f"<h1>{{headline}}</h1><div class='content'><p>{PARAGRAPHS[0]}</p>{code}{{text}}</div><p>posted @ 2024-03-05 10:20</p>"
    assert _read({"body": body})["published"] == TEN


def test_the_address_tells_the_year_of_a_day_without_one() -> None:
    url, line = "https://www.qingxi.example/news/20240305/1.html", "<div class='datetime'>03月05日(二) 10:20</div>"
    assert _read({"line": line}, url, "2025-11-24T10:00+08:00")["published"] == TEN


def test_the_address_tells_the_month_from_the_day() -> None:
    url, line = "https://www.qingxi.example/archives/2024/10/1.html", "<p class='post-date'>10/09/2024 14:35</p>"
    assert _read({"line": line}, url, "2025-11-24T10:00+08:00")["published"].startswith("2024-10-09T14:35")


def test_a_link_that_is_a_day_is_no_other_story() -> None:
    body = (
        "<h2>{headline}</h2>{content}<div class='info'><a href='/2'>2024-03-05</a> <a>热度(23)</a> <a>评论(2)</a></div>"
    )
    assert _read({"body": body})["published"] == "2024-03-05"


def test_a_padded_editor_in_the_state() -> None:
    body = """<div id='app'></div><script>window.__NEWS__={"data":{"id":1,"title":"{headline}","source":"清溪县融媒体中心",
    "editor":"李 静","publish_time":"2024-03-05 10:20:15","content":"{text}"}}</script>"""
    assert _read({"body": body})["editors"] == ["李静"]


def test_an_author_with_a_place_in_brackets_signs_below_the_text() -> None:
    got = _read({"line": "<div>2024-03-05 10:20 作者：张伟明</div>", "after": "<p>张伟明（河口镇中学）</p>"})
    assert got["text"].split("\n") == list(PARAGRAPHS)


def test_a_note_is_read_in_the_lines_in_which_it_was_typed() -> None:
    note = "\n".join(PARAGRAPHS)
    tags = "<a class='tag'>#读书</a><a class='tag'>#小镇</a>"
    box = f"<div class='note'><div class='title'>{{headline}}</div><div class='desc'><span>{note}</span>{tags}</div></div>"
    assert _read({"body": f"{box}<span class='date'>2024-03-05</span>"})["text"].split("\n") == list(PARAGRAPHS)


def test_a_midnight_in_statements_is_a_day() -> None:
    kind = {
        "meta": "<meta itemprop='datePublished' content='2024-03-04T00:00:00'>",
        "line": "<div>2024-03-05 10:20</div>",
    }
    assert _read(kind)["published"] == TEN


def test_the_days_of_an_exhibition_are_not_that_of_the_page() -> None:
    body = "<h1>{headline}</h1><p>展览时间：2024年3月1日至3月20日</p>{content}<div>2024-03-05 10:20</div>"
    assert _read({"body": body})["published"] == TEN

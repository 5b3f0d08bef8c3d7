"""Chinese pages of the press, of institutions and of their systems: forms of bylines, outlets, headlines and last lines."""

from __future__ import annotations

from datetime import datetime

import pytest

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.chinese.chinese_page import HEADLINE, PARAGRAPHS, TIME, Form, page_of, read_form

_AUTHOR = {"authors": ["张伟明"]}
BYLINES = {
    "记者人报道": Form(_AUTHOR, lead_in="本报记者 张伟明报道 "),
    "记者人地报道": Form(_AUTHOR, first="<p>【清溪时讯记者张伟明河口报道】</p>"),
    "网讯 记者人报道": Form({"authors": ["張偉明"]}, lead_in="【清溪網訊】記者張偉明報道：", language="zh-HK"),
    "记者双名地报道": Form({"authors": ["张伟"]}, first="<p>（清溪日报记者张伟河口报道）</p>"),
    "报（网址）记者 人 地报道": Form(_AUTHOR, first="<p>清溪时报（www.qingxi.example）见习记者 张伟明 河口报道</p>"),
    "新聞／人、人 地報導": Form(
        {"authors": ["張偉明", "李靜"]}, first="<p>清溪新聞／張偉明、李靜 河口縣報導</p>", language="zh-TW"
    ),
    "人 摄影报道": Form(_AUTHOR, tail="<p>图为孩子们在二层看书。　张伟明 摄影报道</p>"),
    "人图文报道": Form(_AUTHOR, tail="<p>孩子们看得很认真。张伟明 图文报道</p>"),
    "客户端 记者 人": Form(_AUTHOR, tail="<p>清溪新闻客户端 记者 张伟明</p>"),
    "名末为图": Form({"authors": ["张伟明", "哈图"]}, head=f"{TIME}<div>作者：张伟明、哈图</div>"),
    "文章点击": Form(_AUTHOR, head="<div>2024-03-05 作者：张伟明　文章点击：305　字号：大 中 小</div>"),
    "獨家報道": Form({"authors": ["張偉明"]}, first="<p>獨家報道：張偉明</p>", language="zh-TW"),
    "特別報導": Form({"authors": ["張偉明"]}, first="<p>特別報道：張偉明</p>", language="zh-TW"),
    "来源 | 人": Form(
        {"authors": ["裘山山禾"], "source": "清溪文艺报"}, head="<div><em>来源：清溪文艺报 | 裘山山禾</em> 2024-03-05</div>"
    ),
    "来源 | 钮": Form({"authors": [], "source": "清溪日报"}, head="<div><em>来源：清溪日报 | 手机阅读</em> 2024-03-05</div>"),
    "名末为国": Form({"authors": ["李静", "张建国"]}, tail="<p>图书馆全年开放。（李静 张建国）</p>"),
    "国名": Form({"authors": []}, tail="<p>参展的有三家。（韩国 泰国）</p>"),
    "句中括号": Form({"authors": []}, tail="<p>新书都在二层（儿童区）。</p>"),
    "全文完": Form({"authors": []}, tail="<p>（全文完）</p>"),
    "编辑即作者": Form(
        {"authors": ["张伟明"], "editors": ["张伟明"]},
        head="<div>2024-03-05 15:32 <span>来源：清溪时报</span> <span id='articleAuthor'>张伟明</span></div>",
        tail="<p>（责任编辑：张伟明）</p>",
    ),
    "（人 文/图）": Form(_AUTHOR, tail="<p>（张伟明 文/图）</p>"),
    "来源：报/人": Form({"authors": ["张伟明"], "source": "清溪日报"}, head="<div>2024-03-05 来源：清溪日报/张伟明</div>"),
    "级 人": Form(_AUTHOR, tail="<p>作者：2020级本科生 张伟明</p>"),
    "报讯 记者人 通讯员人": Form({"authors": ["张伟明", "李静"]}, first="<p>清溪日报讯 记者张伟明 通讯员李静</p>"),
    "【本报讯】记者人": Form(_AUTHOR, first="<p>【本报讯】记者张伟明</p>"),
    "編譯人／綜合外電": Form({"authors": ["張偉明"]}, first="<p>編譯張偉明／綜合外電</p>", language="zh-TW"),
    "報導／人": Form({"authors": ["張偉明"]}, first="<p>報導／張偉明</p>", language="zh-TW"),
    "记者双名长地报道": Form({"authors": ["张伟"]}, first="<p>（清溪日报记者张伟哈尔滨报道）</p>"),
    "作者：人，大学教授": Form(_AUTHOR, tail="<p>作者：张伟明，清溪大学教授</p>"),
    "文/摄": Form(_AUTHOR, tail="<p>文/摄：张伟明</p>"),
    "评论员": Form(_AUTHOR, tail="<p>本报评论员：张伟明</p>"),
    "责校": Form({"authors": [], "proofreaders": ["王强"]}, tail="<p>责校：王强</p>"),
    "label block": Form({"editors": ["李静"]}, tail="<div><label>责任编辑</label><span>李静</span></div>"),
    "〖〗": Form({"editors": ["李静"]}, tail="<p>〖责任编辑：李静〗</p>"),
    "融媒 人": Form({"editors": ["李静"]}, tail="<p>编辑：清溪融媒 李静</p>"),
    "几时前": Form(
        {"authors": ["许牙医"]},
        head="<div><a class='display-name'>许牙医</a><span title='2024-03-05 15:32'>1年前</span></div>",
    ),
    "作者卡": Form(
        {"authors": ["快盘叔"]},
        tail="</div><div class='article-author'><img src='a.png'><h4><a href='/author/kp'>快盘叔</a></h4>爱折腾</div><div>",
    ),
    "编辑部": Form({"editors": ["李静"]}, tail="<p>责任编辑：李静</p><p>编 辑：清溪网编辑部</p>"),
    "管理员": Form({"editors": []}, head="<div>2024-03-05 15:32 编辑：管理员</div>"),
}  # fmt: skip
OUTLETS = {
    "報 in h2": Form(
        {"source": "清溪報"}, head="<h2><span>2024-03-05 15:32</span><span>清溪報</span><span>作者：張偉明</span></h2>",
        language="zh-HK",
    ),
    "按讚": Form({"source": None}, head=f"<div><a>按讚</a></div>{TIME}", language="zh-TW"),
    "摘要": Form({"source": None}, head=f"<ul><li>摘要</li><li>1. 圖書館開放</li></ul>{TIME}", language="zh-TW"),
    "詳情": Form(
        {"source": None},
        head="<dl><dt>詳情</dt><dd>分類：<a>澳聞</a></dd><dd>發佈：2024年3月05日</dd></dl>",
        language="zh-HK",
    ),
    "[复制链接]": Form({"source": None}, head=f"<div>[<a>复制链接</a>]</div>{TIME}"),
    "第3版": Form({"source": "清溪日报"}, head="<div>2024-03-05 15:32 来源：清溪日报第3版</div>"),
    "报道媒体": Form({"source": "清溪日报"}, head="<div>2024-03-05 15:32 报道媒体：清溪日报</div>"),
    "计数": Form({"source": "清溪日报"}, head="<div>2024-03-05 15:32:00 来源：清溪日报 0</div>"),
    "（原标题：…，来源：报）": Form(
        {"source": "清溪网", "original_source": "清溪晚刊"},
        head="<div>2024-03-05 15:32 来源：清溪网</div>", tail="<p>（原标题：《书开了》，来源：清溪晚刊）</p>",
    ),
    "报·全媒体首席记者": Form(
        {"source": "清溪网", "original_source": "河口晚刊"},
        head="<div>2024-03-05 15:32 来源：清溪网</div>", tail="<p>河口晚刊·全媒体首席记者 张伟明</p>",
    ),
    "据新华社": Form({"original_source": "新华社"}, head="<div>2024-03-05 15:32 来源：清溪网</div>", tail="<p>据新华社</p>"),
    "本報消息": Form({"original_source": None}, lead_in="【本報消息】", language="zh-HK"),
}  # fmt: skip
LAST_LINES = (
    "緊貼清溪日報，加入WhatsApp頻道", "立即加入清溪新聞WhatsApp群組",
    "不用搶 用APP看新聞 天天中獎 <a>點我下載APP</a>", "★清溪新聞網提醒您：行車請減速慢行", "（下载清溪新闻，报料有奖！）",
    "（如需转载，请注明来自“清溪新闻”）", "【更多新聞】", "看更多相關新聞", "追蹤清溪新聞網LINE官方帳號",
    "我要纠错", "标签：图书馆 清溪", "审稿：王强", "作者系清溪大学教授", "作者张伟明为清溪大学教授",
    "作者简介：张伟明，清溪人。", "【关键词】图书馆；清溪",
    "您的浏览器不支持视频播放", "风险提示：本文不构成投资建议。",
    "凡注有“清溪网”的稿件，均为清溪网版权所有。", "如需爆料，请拨打热线。",
    "本文章内容仅供参考，不构成建议。", "國際中心／綜合報導",
    "更多《清溪》報導", "想看更多新聞？加入清溪LINE", "更多新聞推薦",
    "同場加映：<a href='/x'>舊聞一則</a>", "即睇：<a href='/x'>舊聞</a>",
    "※ 本文版權所有，非經授權不得轉載", "本文由《清溪》授權轉載", "【作者簡介】張偉明，清溪大學教授",
    "歡迎讚好清溪Facebook專頁", "酒後不開車，安全有保障",
    "★珍惜生命，若有心理困擾，可撥打安心專線", "想獲取更多資訊，請追蹤清溪IG", "你可能也想看", "原文網址：https://www.qingxi.example/a",
    "动画：李静", "编导丨李静　导演丨王强", "質檢／李靜", "终校 | 李静、王强", "本网站声明：转载仅为传播信息。",
)  # fmt: skip
TIMES = {
    "發佈於：05/03/2024 15:32": "2024-03-05T15:32+08:00",
    "日期：26/2/2024": "2024-02-26",
    "發佈時間：05-03-2024 15:32": "2024-03-05T15:32+08:00",
    "发布时间:24-03-05 15:32": "2024-03-05T15:32+08:00",
    "发布/2024年3月5日 15:32": "2024-03-05T15:32+08:00",
    "2024年3月5日（星期二）<br>香港時間15時32分": "2024-03-05T15:32+08:00",
    "2024年3月5日</div><h3>3:32 PM</h3><div>": "2024-03-05T15:32+08:00",
    "2024年3月5日<br>03:32": "2024-03-05T03:32+08:00",
}
METAS = ("weibo: article:create_at", "bytedance:published_time", "og:release_date", "article:create_time")


@pytest.mark.parametrize("form", [*BYLINES.values(), *OUTLETS.values()], ids=[*BYLINES, *OUTLETS])
def test_form(form: Form) -> None:
    got = read_form(form)
    assert {name: got.get(name) for name in form.want} == form.want
    assert PARAGRAPHS[0] in got["text"]


@pytest.mark.parametrize("line", LAST_LINES)
def test_last_line_is_not_text(line: str) -> None:
    got = read_form(Form({}, tail=f"<p>{line}</p>"))
    assert got["text"].split("\n")[-1] == PARAGRAPHS[-1]


@pytest.mark.parametrize("line", ["正在加载", "播放", "視頻正在加載中..."])
def test_player_is_not_text(line: str) -> None:
    got = read_form(Form({}, first=f"<p>{line}</p>"))
    assert got["text"].split("\n")[0] == PARAGRAPHS[0]


@pytest.mark.parametrize(
    "line",
    [
        "主讲：清溪大学的几位教授",
        "地点：清溪镇图书馆二层",
        "作者为此走访了三个村。",
        "清溪队：张伟、李静、王强、陈晓、周明",
    ],
)
def test_last_line_is_text(line: str) -> None:
    """A line with a colon credits people only where nothing but people is behind it."""
    assert read_form(Form({}, tail=f"<p>{line}</p>"))["text"].split("\n")[-1] == line


def test_line_that_goes_on_is_text() -> None:
    """The byline before a sentence takes the sentence with it otherwise."""
    got = read_form(Form({}, lead_in="本报记者 张伟明报道 "))
    assert got["text"].split("\n")[0] == f"本报记者 张伟明报道 {PARAGRAPHS[0]}"


@pytest.mark.parametrize("written", TIMES)
def test_time(written: str) -> None:
    got = read_form(Form({}, head=f"<div>{written}</div>"), datetime.fromisoformat("2024-03-06T10:00+08:00"))
    assert got["published"] == TIMES[written]


def test_day_of_a_digital_edition() -> None:
    html = page_of(Form({}, head="")).body
    url = "https://szb.qingxi.example/content.aspx?date=2024-03-05&ban=B06&id=11"
    assert to_json(extract(Page(body=html, url=url), Sites()))["published"] == "2024-03-05"


@pytest.mark.parametrize("name", METAS)
def test_time_in_meta(name: str) -> None:
    got = read_form(Form({}, head="", meta=f"<meta name='{name}' content='2024-03-05 15:32:11'>"))
    assert got["published"] == "2024-03-05T15:32:11+08:00"


_LINES = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)
PAPERS = {
    "byline below": (
        f"<table><tr><td class='bt'>{HEADLINE}</td></tr><tr><td>本报记者 张伟明</td></tr><tr><td>{_LINES}</td></tr></table>"
    ),
    "in a form": (
        f"<form id='aspnetForm'><table><tr><td>2024年3月5日 <a>返回首页</a></td></tr><tr><td>"
        f"<span class='bt'>{HEADLINE}</span><br>"
        f"□记者 张伟明<br>{'<br>'.join(PARAGRAPHS)}</td></tr></table></form>"
    ),
    "credits below": (
        f"<div>{HEADLINE}</div><div>作者：张伟明　来源：本站原创　发布日期：2024-3-5　点击数：3</div><div>{_LINES}</div>"
    ),
}


@pytest.mark.parametrize("body", PAPERS.values(), ids=PAPERS)
def test_headline_that_no_title_states(body: str) -> None:
    """The digital pages of papers are titled with the paper's name, and dated at the top."""
    html = f"<html lang='zh-CN'><head><meta charset='utf-8'><title>清溪晚报数字报刊</title></head><body>{body}</body></html>"
    got = to_json(extract(Page(body=html.encode(), url="https://szb.qingxi.example/html/2024-03/05/c_1.htm"), Sites()))
    assert (got["title"], got["authors"]) == (HEADLINE, ["张伟明"])


def test_headline_behind_its_kind() -> None:
    """A forum sets the kind of a post in brackets into the heading: [随拍] …."""
    head = f"<h1>[<a>随拍</a>] <a href='/t'>{HEADLINE}</a></h1>{TIME}"
    assert read_form(Form({}, head=head, h1=None, title=f"{HEADLINE} - 光影清溪 - 清溪论坛"))["title"] == HEADLINE


KICKERS = {
    "introtitle": f"<p class='introtitle'>书香一路</p><h3 class='title'>{HEADLINE}</h3>",
    "font02": f"<table><tr><td class='font02'>书香一路</td></tr><tr><td class='font01'>{HEADLINE}</td></tr></table>",
    "h3 above h1": f"<h3>书香一路</h3><h1>{HEADLINE}</h1>",
    "link above": f"<h3><a href='/wh'>书香一路</a></h3><h1>{HEADLINE}</h1>",
    "h2 below": f"<h1>{HEADLINE}</h1><h3>书香一路</h3>",
}


@pytest.mark.parametrize("heading", KICKERS)
def test_kicker(heading: str) -> None:
    got = read_form(Form({}, head=KICKERS[heading] + TIME, h1=None, title=f"{HEADLINE}-清溪日报"))
    assert (got["title"], got["kicker"]) == (HEADLINE, None if "link" in heading or "below" in heading else "书香一路")

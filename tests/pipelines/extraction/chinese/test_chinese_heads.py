"""Titles, outlets, authors and times at the head of Chinese pages, form by form."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.pipelines.extraction.chinese.chinese_page import HEADLINE, TIME, Form, read_form


def _stated(author: str, publisher: str) -> str:
    """JSON-LD of an article."""
    return (
        f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{HEADLINE}",'
        f'"datePublished":"2024-03-05T15:32:10+08:00","author":{{"@type":"Person","name":"{author}"}},"publisher":{{"@type":"Organization","name":"{publisher}"}}}}</script>'
    )


_PLAIN = "<div>清溪镇图书馆重新开放</div>" + TIME
HEADS = {
    "title set on with a blank": Form(
        {"title": "清溪镇图书馆重新开放"}, head=_PLAIN, title="清溪镇图书馆重新开放 清溪网", h1=None
    ),
    "title before a bracket": Form(
        {"title": "清溪镇图书馆重新开放"}, head=_PLAIN, title="清溪镇图书馆重新开放（图）-清溪网", h1=None
    ),
    "title of the site alone": Form({"title": "清溪镇图书馆重新开放"}, head=_PLAIN, title="清溪县人民医院", h1=None),
    "title of the site, credits between": Form(
        {"title": "清溪镇图书馆重新开放"},
        head="<div>首页 > 要闻 > 正文</div><div>清溪镇图书馆重新开放</div><div>本报记者 张伟明</div>" + TIME,
        title="清溪县人民医院",
        h1=None,
    ),
    "title of the site, which the headline begins with": Form(
        {"title": "清溪镇图书馆重新开放"}, head=_PLAIN, title="清溪镇", h1=None
    ),
    "a blog's name as h1": Form(
        {"title": "清溪镇图书馆重新开放"},
        head=_PLAIN,
        title="清溪镇图书馆重新开放 - 张伟明的日志 - 江汉博客",
        h1="张伟明的博客",
    ),
    "a forum's name as h1": Form(
        {"title": "清溪镇图书馆重新开放"},
        head="<div>楼主：江汉闲人</div>" + _PLAIN,
        title="清溪镇图书馆重新开放 - 闲谈 - 江汉论坛社区",
        h1="江汉论坛",
    ),
    "人 时间": Form({"authors": ["张伟明"]}, head="<div>张伟明 2024-03-05 15:32</div>"),
    "报 | 人 | 时间": Form(
        {"authors": ["张伟明"], "source": "山城日报"}, head="<div>山城日报 | 张伟明 | 2024-03-05 15:32</div>"
    ),
    "人 报 时间": Form(
        {"authors": ["张伟明"], "source": "山城日报"}, head="<div>张伟明 山城日报 2024-03-05 15:32</div>"
    ),
    "由人发布": Form({"authors": ["张伟明"]}, head="<div>由 张伟明 发布于 2024-03-05 15:32</div>"),
    "编辑 | 人 时间": Form({"authors": []}, head="<div>编辑 | 张伟明 2024-03-05 15:32</div>"),
    "站名 时间": Form({"authors": []}, head="<div>金融界 2024-03-05 15:32</div>", title=f"{HEADLINE}_金融界"),
    "人独行": Form({"authors": ["张伟明"]}, head=f"<div>张伟明</div><div>【字号 大 中 小】</div><p>打印本稿</p>{TIME}"),
    "楼主": Form({"authors": ["江汉闲人"]}, head="<div>楼主：江汉闲人 时间：2024-03-05 15:32:00 点击：80</div>"),
    "栏目 报": Form(
        {"source": "山城都市报"},
        head="<div><span><a>社会新闻</a></span> <span><a>山城都市报</a></span> <span>2024-03-05 15:32</span></div>",
    ),
    "栏目": Form({"source": None}, head="<div><span>2024-03-05 15:32</span> <span class='cat'>绿色清溪</span></div>"),
    "首发": Form({"source": "山城日报"}, head="<div>2024-03-05 15:32 首发：山城日报</div>"),
    "title no h1": Form(
        {"title": "清溪镇图书馆重新开放"},
        head="<div class='title'>清溪镇图书馆重新开放</div>",
        title="清溪镇图书馆重新开放_清溪新闻网",
        h1=None,
    ),
    "title h2": Form(
        {"title": "清溪镇图书馆重新开放"},
        head="<h2>清溪镇图书馆重新开放</h2>",
        title="清溪镇图书馆重新开放_清溪新闻网",
        h1=None,
    ),
    "title 快讯": Form(
        {"title": "快讯！清溪镇图书馆重新开放"},
        head="",
        title="快讯！清溪镇图书馆重新开放-清溪网",
        h1="快讯！清溪镇图书馆重新开放",
    ),
    "title 丨 inside": Form(
        {"title": "丰年丨清溪镇图书馆重新开放"},
        head="",
        title="丰年丨清溪镇图书馆重新开放-清溪网",
        h1="丰年丨清溪镇图书馆重新开放",
    ),
    "title | inside": Form(
        {"title": "文化周刊 | 清溪镇图书馆重新开放"},
        head="",
        title="文化周刊 | 清溪镇图书馆重新开放_清溪网",
        h1="文化周刊 | 清溪镇图书馆重新开放",
    ),
    "title cut": Form(
        {"title": "清溪镇图书馆重新开放 二层新增儿童阅览区和自习室"},
        head="",
        title="清溪镇图书馆重新开放 二层新增儿童阅览...-清溪网",
        h1="清溪镇图书馆重新开放 二层新增儿童阅览区和自习室",
    ),
    "原标题": Form({"title": "清溪镇图书馆重新开放"}, head="", tail="<p>原标题：清溪图书馆开门了</p>"),
    "site h1": Form(
        {"title": "清溪镇图书馆重新开放"},
        head="<div class='logo'><h1><a href='/'>清溪网</a></h1></div><div class='article-title'>清溪镇图书馆重新开放</div>",
        title="清溪镇图书馆重新开放-清溪网",
        h1=None,
    ),
    "无标签": Form({"source": "山城日报"}, head="<div>山城日报 2024-03-05 15:32</div>"),
    "无标签 版": Form({"source": "山城日报"}, head="<div>2024-03-05 山城日报 第01版：要闻</div>"),
    "无标签 条": Form(
        {"source": "山城日报"},
        head="<div class='nav'><span>2024-03-05 15:32</span> <a class='source'>山城日报</a></div>",
    ),
    "空标签": Form({"source": None}, head="<div><span>出版：</span><span>2024-03-05 15:32</span></div>"),
    "作者不是来源": Form(
        {"source": None, "authors": ["尼古拉"]},
        head="<div>2024-03-05 15:32</div><div><span>作者： </span><a>尼古拉</a></div>",
        meta=_stated("尼古拉", ""),
    ),
    "号": Form(
        {"source": "不爱说话的像素工坊主人"},
        head="<div><a href='/u/1'>不爱说话的像素工坊主人</a></div><div>2024-03-05 15:32 532喜欢</div>",
        meta='<meta name="author" content="不爱说话的像素工坊主人">',
    ),
    "号 itemprop": Form(
        {"source": "不爱说话的像素工坊主人"},
        head="<div itemprop='author'><meta itemprop='name' content='不爱说话的像素工坊主人'>"
        "<a href='/p/1'>不爱说话的像素工坊主人</a></div>"
        "<div>2024-03-05 15:32</div>",
    ),
    "稀姓": Form({"authors": ["洪可"]}, head=f"{TIME}<div class='author'><a>洪可</a></div>"),
    "客户端连": Form({"source": "山城日报客户端"}, head="<div>山城日报客户端2024-03-05 15:32</div>"),
    "后置": Form(
        {"source": "山城日报", "authors": ["张伟"]}, head="<div>2024-03-05 15:32:52 来源:山城日报 作者:张伟</div>"
    ),
    "竖线": Form({"source": "山城日报"}, head="<div>2024年03月05日 15:32 | 来源：山城日报</div>"),
    "链接": Form(
        {"source": "山城日报"}, head="<div>2024-03-05 15:32 来源： <a href='http://a.example'>山城日报</a></div>"
    ),
    "分段": Form(
        {"source": "山城日报"}, head="<div><span>来源：</span><span>山城日报</span><span>2024-03-05 15:32</span></div>"
    ),
    "客户端作者": Form(
        {"source": "山城日报客户端", "authors": ["张伟"]},
        head="<div>来源：山城日报客户端　作者：张伟　时间：2024-03-05</div>",
    ),
    "本站": Form({"source": None}, head="<div>来源：本站 2024-03-05</div>"),
    "原创": Form({"source": None}, head="<div>来源：原创 2024-03-05</div>"),
    "未知": Form({"source": None, "authors": []}, head="<div>来源：未知 作者：admin 2024-03-05</div>"),
    "dl": Form(
        {"source": "山城日报", "authors": ["张伟"], "published": "2024-03-05"},
        head="<dl><dt>来源</dt><dd>山城日报</dd><dt>作者</dt><dd>张伟</dd><dt>日期</dt><dd>2024-03-05</dd></dl>",
    ),
    "table": Form(
        {"published": "2024-03-05"},
        head="<table><tr><td>发布机构：</td><td>清溪镇人民政府</td></tr><tr><td>发布日期：</td><td>2024-03-05</td></tr></table>",
    ),
    "gov": Form(
        {"source": "清溪镇人民政府", "published": "2024-03-05T15:32+08:00"},
        head="<div>发布时间：2024-03-05 15:32 信息来源：清溪镇人民政府 浏览次数：12 字体：【大 中 小】</div>",
    ),
    "gov2": Form(
        {"source": "市教育局"}, head="<div>来源： 市教育局 | 发布时间： 2024-03-05 | 【字体：大 中 小】 | 打印</div>"
    ),
    "meta source": Form(
        {"source": "山城日报"}, head="<div>2024-03-05 15:32</div>", meta='<meta name="source" content="山城日报">'
    ),
    "jsonld author": Form(
        {"authors": ["张伟"], "published": "2024-03-05T15:32:10+08:00"},
        head="",
        meta=_stated("张伟", "山城日报"),
    ),
    "tw ld": Form(
        {"authors": ["張偉明"]},
        head="",
        meta=_stated("張偉明", "山城新聞網"),
        language="zh-TW",
    ),
    "tw meta": Form(
        {"authors": ["張偉明"]},
        head="<div>2024/03/05 15:32</div>",
        meta='<meta name="author" content="張偉明">',
        language="zh-TW",
    ),
    "tw author link": Form(
        {"authors": ["張偉明"]},
        head="<div class='author'><a href='/author/12'>張偉明</a> 2024/03/05 15:32</div>",
        language="zh-TW",
    ),
    "author link cn": Form(
        {"authors": ["张伟"]},
        head="<div class='author'><a href='/author/12'>张伟</a><span>2024-03-05 15:32</span></div>",
    ),
    "class author cn": Form(
        {"authors": ["张伟"]},
        head="<div><span class='author'>张伟</span><span class='time'>2024-03-05 15:32</span></div>",
    ),
}

SUFFIXES = (
    "_新闻频道_央视网(cctv.com)",
    "-中新网",
    "|界面新闻",
    "--社会--人民网",
    "-36氪",
    "｜清溪新闻",
    "丨清溪读书",
    "_清溪新闻网",
    "_腾讯新闻",
    "_网易订阅",
    "—新闻—科学网",
    " - 清溪日报",
    "-新华网",
    "_国内_新闻_清溪网",
    "|清溪|图书馆_新浪新闻",
    "_手机新浪网",
    "-今日头条",
    "_凤凰网资讯_凤凰网",
    "- 中国日报网",
    "-清溪市人民政府门户网站",
    "_清溪镇_镇政府_清溪市人民政府",
)

TIMES = {
    "2024年3月5日 星期二 15:32": "2024-03-05T15:32+08:00",
    "2024-03-05 15:32 星期二": "2024-03-05T15:32+08:00",
    "03-05 15:32": "2024-03-05T15:32+08:00",
    "昨天 15:32": "2024-03-05T15:32+08:00",
    "3月5日 15:32": "2024-03-05T15:32+08:00",
    "发布于 2024-03-05": "2024-03-05",
    "发布于：2024-03-05 15:32 北京": "2024-03-05T15:32+08:00",
    "2024/3/5 下午3:32": "2024-03-05T15:32+08:00",
    "2024/3/5 下午 03:32:10": "2024-03-05T15:32:10+08:00",
    "二〇二四年三月五日": "2024-03-05",
    "二零二四年三月五日": "2024-03-05",
    "2024年03月05日15时32分": "2024-03-05T15:32+08:00",
    "2024年03月05日 15点32分": "2024-03-05T15:32+08:00",
    "18小时前": "2024-03-05T16:00+08:00",
    "民國113年3月5日": "2024-03-05",
    "113/03/05 15:32": "2024-03-05T15:32+08:00",
    "113-03-05": "2024-03-05",
    "中華民國113年03月05日（星期二）": "2024-03-05",
    "2024-03-05T15:32:00.000+0800": "2024-03-05T15:32:00+08:00",
    "更新时间：2024-03-05 18:00 发布时间：2024-03-05 15:32": "2024-03-05T15:32+08:00",
    "发表时间 ｜ 2024-03-05 15:32:45": "2024-03-05T15:32:45+08:00",
    "24-03-05 15:32": "2024-03-05T15:32+08:00",
    "2024 年 3 月 5 日 15:32": "2024-03-05T15:32+08:00",
    "2024. 3. 5 15:32": "2024-03-05T15:32+08:00",
    '<em class="y">2024</em><em>03</em>/<em>05</em> 15:32:45': "2024-03-05T15:32:45+08:00",
    '<span class="year"><em>2024</em></span><span class="day"><em>03</em>/<em>05</em></span>'
    '<span class="time">15:32:45</span>': "2024-03-05T15:32:45+08:00",
    "05/03/2024 15:32": "2024-03-05T15:32+08:00",
    "星期二, 05 三月 2024": "2024-03-05",
    "2024-03-05 15:32 | 阅读 2023": "2024-03-05T15:32+08:00",
    "2024-03-0515:32:45": "2024-03-05T15:32:45+08:00",
    "2024-03-05 凌晨1:32": "2024-03-05T01:32+08:00",
    "2024-03-05 晚上9:32": "2024-03-05T21:32+08:00",
    "2024年3月5日 中午12:32": "2024-03-05T12:32+08:00",
    "時間：2024-03-05 15:32（更新：2024-03-05 18:00）": "2024-03-05T15:32+08:00",
    "前天 15:32": "2024-03-04T15:32+08:00",
    "周二 15:32": None,
    "1天前": "2024-03-05",
    "出版 2024-03-05 15:32 更新 2024-03-05 18:00": "2024-03-05T15:32+08:00",
    "2024-03-05 15:32 首發": "2024-03-05T15:32+08:00",
    "上传时间：2024-03-05 15:32:45 浏览次数：1024": "2024-03-05T15:32:45+08:00",
    "清溪新闻网 www.qingxi.example 2024-03-05 15:32:45": "2024-03-05T15:32:45+08:00",
    "[2024-03-05]": "2024-03-05",
    "【2024-03-05 15:32】": "2024-03-05T15:32+08:00",
    "（2024-03-05 15:32）": "2024-03-05T15:32+08:00",
    "2024年3月5日号": "2024-03-05",
    "山城日报 2024年03月05日 第A03版": "2024-03-05",
    "2024-03-05第03版：要闻": "2024-03-05",
}


@pytest.mark.parametrize("name", HEADS)
def test_head(name: str) -> None:
    got = read_form(HEADS[name])
    assert {field: got[field] for field in HEADS[name].want} == HEADS[name].want


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_title_without_what_names_the_site(suffix: str) -> None:
    assert read_form(Form({}, title=HEADLINE + suffix))["title"] == HEADLINE


def test_author_of_a_meta_that_nobody_sees_is_none_on_the_mainland() -> None:
    meta = '<meta name="author" content="张伟">'
    assert read_form(Form({}, meta=meta))["authors"] == []
    assert read_form(Form({}, meta=meta, head=f"{TIME}<p>文字整理 张伟</p>"))["authors"] == ["张伟"]


@pytest.mark.parametrize("written", TIMES)
def test_time(written: str) -> None:
    form = Form({}, head=f"<div>{written}</div>")
    got = read_form(form, datetime.fromisoformat("2024-03-06T10:00+08:00"))
    assert got["published"] == TIMES[written]

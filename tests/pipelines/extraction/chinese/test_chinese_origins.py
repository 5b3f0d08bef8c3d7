"""Where a Chinese article was taken from, form by form."""

from __future__ import annotations

import pytest

from tests.pipelines.extraction.chinese.chinese_page import PARAGRAPHS, Form, read_form

HEAD = "<div>2024-03-05 15:32 来源：清溪网</div>"

ORIGINS = (
    ("新华社", "据新华社电 ", ""),
    ("浙江日报", "据《浙江日报》消息，", ""),
    ("央视新闻客户端", "据央视新闻客户端报道，", ""),
    ("新华社", "新华社北京3月5日电 ", ""),
    ("新华社", "", "<p>（新华社）</p>"),
    ("新华社", "", "<p>来源丨新华社</p>"),
    ("新华社", "", "<p>转自：新华社</p>"),
    ("新华社、央视新闻", "", "<p>综合：新华社、央视新闻</p>"),
    ("新华社、央视新闻", "", "<p>综合自新华社、央视新闻</p>"),
    ("新华社、央视新闻", "", "<p>（综合新华社、央视新闻报道）</p>"),
    ("央视新闻", "", "<p>内容来源：央视新闻</p>"),
    ("央视新闻", "", "<p>素材来源：央视新闻</p>"),
    ("央视新闻微信公众号", "", "<p>来源｜央视新闻微信公众号</p>"),
    (None, "据外媒报道，", ""),
    ("财经", "", "<p>本文首发于《财经》杂志</p>"),
    ("读书", "", "<p>原载《读书》2024年第3期</p>"),
    ("三联生活周刊", "", "<p>本文刊载于《三联生活周刊》2024年第10期</p>"),
    ("清溪读书", "", "<p>转载自公众号：清溪读书</p>"),
    ("清溪读书", "", "<p>来源：清溪读书（ID：qxds）</p>"),
    ("清溪读书", "", "<p>文章来源于微信公众号清溪读书</p>"),
    ("清溪读书", "", "<p>本文由清溪读书授权转载</p>"),
    ("清溪读书", "", "<p>经授权转载自清溪读书</p>"),
    ("卫报", "", "<p>编译自《卫报》</p>"),
    ("新华社", "", "<p>（据新华社报道）</p>"),
    ("新华社", "", "<p>（来源：新华社）</p>"),
    ("美国有线电视新闻网（CNN）", "据美国有线电视新闻网（CNN）报道，", ""),
    ("俄罗斯卫星通讯社", "据俄罗斯卫星通讯社3月5日报道，", ""),
    ("路透社", "据路透社报道，", ""),
    ("中新网", "中新网3月5日电 据路透社报道，", ""),
    ("河口华人报", "清溪网3月5日电 据意大利《河口华人报》微信公众号报道，", ""),
    ("侨报", "据美国《侨报》报道，", ""),
    ("参考消息网", "参考消息网3月5日报道 ", ""),
    ("人民日报", "3月5日，据人民日报报道，", ""),
    ("环球时报", "【环球时报综合报道】", ""),
    ("环球时报", "【环球时报驻美国特约记者 张伟】", ""),
    ("澎湃新闻", "澎湃新闻3月5日报道，", ""),
    ("澎湃新闻", "据澎湃新闻此前报道，", ""),
    ("新京报", "新京报讯（记者 张伟）", ""),
    ("红星新闻", "据红星新闻3月5日消息，", ""),
    ("新华社", "清溪网3月5日讯 据新华社报道，", ""),
    ("央视新闻", "（央视新闻）", ""),
    ("中国气象局", "据中国气象局消息，", ""),
    ("中国气象局网站", "据中国气象局网站消息，", ""),
    ("清溪发布", "据“清溪发布”微信公众号消息，", ""),
    ("清溪发布", "据“清溪发布”消息，", ""),
    ("英国广播公司（BBC）", "据英国广播公司（BBC）报道，", ""),
    ("江城晚报", "", "<p>（据《江城晚报》报道）</p>"),
    ("江城晚报", "", "<p>（综合《江城晚报》报道）</p>"),
    ("江城晚报", "", "<p>据《江城晚报》消息</p>"),
    (None, "", "<p>图片来源：视觉中国</p>"),
    (None, "", "<p>数据来源：国家统计局</p>"),
    (None, "据了解，", ""),
    (None, "据统计，去年", ""),
    (None, "据报道，", ""),
)
"""The outlet, what leads the text in, what follows it."""


@pytest.mark.parametrize(("want", "lead_in", "tail"), ORIGINS, ids=lambda value: str(value)[:40])
def test_origin(want: str | None, lead_in: str, tail: str) -> None:
    got = read_form(Form({}, head=HEAD, lead_in=lead_in, tail=tail))
    assert got["original_source"] == want
    assert got["source"] == "清溪网"
    assert got["text"].split("\n")[-1] == PARAGRAPHS[-1], "a credit is no text"


def test_the_outlet_of_a_dateline_is_its_own_where_no_other_is_named() -> None:
    assert read_form(Form({}, lead_in="清溪网讯（记者 张伟）"))["original_source"] is None


@pytest.mark.parametrize(
    "tail", ["<p>来源：新华社</p>", "<p>（来源：新华社）</p>", "<p>本文来源：新华社 责任编辑：杨倩_NF4425</p>"]
)
def test_the_only_source_that_is_named_is_the_source(tail: str) -> None:
    got = read_form(Form({}, tail=tail))
    assert (got["source"], got["original_source"]) == ("新华社", None)
    taken = read_form(Form({}, tail="<p>转载自：新华社</p>"))
    assert (taken["source"], taken["original_source"]) == (None, "新华社")

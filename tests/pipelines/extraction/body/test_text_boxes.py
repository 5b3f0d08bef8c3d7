"""Boxes below and amid a text that are none of it, told by where they stand and what they hold."""

from __future__ import annotations

import pytest

from tests.pipelines.extraction.body.test_text_edges import ENGLISH, THIRD, TITLE, lines_of, paragraphs
from tests.pipelines.extraction.chinese.chinese_page import PARAGRAPHS, Form, read_form

LEAD = "After two years of work, the library has more room for its readers."
TEXT = [*ENGLISH, THIRD]


@pytest.mark.parametrize(
    "below",
    [
        "<div class='perk'><p>Make the Harbour Post yours: choose your towns and topics.</p></div>",
        "<p class='err'>Seen a mistake? Mark it and press Ctrl and Enter.</p>",
        "<div class='tagged'>Tagged: <a href='/t'>Libraries</a></div><p>Thank you for your report!</p>",
        "<section class='talk'><h3>What readers say</h3><p>My daughter cried when it shut.</p></section>",
    ],
)
def test_what_stands_below_the_box_of_a_text_with_a_standfirst(below: str) -> None:
    top = f"<h1>{TITLE}</h1><h2 class='sum'>{LEAD}</h2>"
    assert lines_of(f"<article>{top}<div class='c'>{paragraphs(TEXT)}</div>{below}</article>") == [LEAD, *TEXT]


def test_a_box_amid_the_text_does_not_end_it() -> None:
    box = f"<div class='talk'>{paragraphs([*ENGLISH[:1], *ENGLISH[:1]])}</div>"
    lines = lines_of(f"<article><h1>{TITLE}</h1><p>{LEAD}</p>{box}<p>{THIRD}</p></article>")
    assert lines[-1] == THIRD


def test_a_long_box_below_the_text_is_a_part_of_it() -> None:
    text, told = [line for _ in range(6) for line in TEXT], f"{LEAD} {THIRD} " * 4
    below = f"<div class='history'><p>{told}</p></div>"
    lines = lines_of(f"<main><h1>{TITLE}</h1><div class='c'>{paragraphs(text)}</div>{below}</main>")
    assert lines[-1] == told.strip()


@pytest.mark.parametrize(
    "links",
    [
        "<h3>Read on</h3><a href='/b'>The rooster that needed a building permit</a>",
        "<h3>Key moments</h3><ul><li><a href='#e3'>Jetty gone</a></li></ul>",
    ],
)
def test_a_box_of_a_heading_and_links_is_no_text(links: str) -> None:
    body = f"<p>{ENGLISH[0]}</p><div class='facts'>{links}</div>{paragraphs(TEXT[1:])}"
    assert lines_of(f"<article><h1>{TITLE}</h1><div class='c'>{body}</div></article>") == TEXT


@pytest.mark.parametrize("sentence", ["打印机没有坏。它只是缺纸。", "分享会上，孩子们读了自己写的诗。"])
def test_a_chinese_sentence_may_begin_like_a_button(sentence: str) -> None:
    assert read_form(Form({}, tail=f"<p>{sentence}</p>"))["text"].split("\n") == [*PARAGRAPHS, sentence]


@pytest.mark.parametrize(
    "below",
    [
        "<p>没看够？长按二维码关注《清溪》，给我们加个星标</p>",
        "<p>参考文献</p><p>[1] 乡村图书馆的夜间开放. 2019.</p>",
        "<p>本文由 @小溪 原创发布于清溪网，未经许可，禁止转载</p>",
        "<p>投稿与新闻线索：陈女士 微信：136xxxx1234</p>",
        "<p>打印本页</p>",
        "<p>分享到：</p>",
    ],
)
def test_what_a_chinese_page_says_below_its_text(below: str) -> None:
    assert read_form(Form({}, tail=below))["text"].split("\n") == [*PARAGRAPHS]

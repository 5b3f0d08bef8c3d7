"""Boxes below and amid a text that are none of it, told by where they stand and what they hold."""

from __future__ import annotations

import pytest

from tests.pipelines.extraction.body.short_page import ENGLISH, FOURTH, THIRD, TITLE, lines_of, paragraphs
from tests.pipelines.extraction.chinese.chinese_page import PARAGRAPHS, Form, read_form

LEAD = "After two years of work, the library has more room for its readers."
TEXT = [*ENGLISH, THIRD]
ENGLISH_REST = [THIRD, FOURTH]
LATER = [
    "A voter of ninety said that she had never read by the river, and that she would now begin with the atlas, if it is there.",
    "The other towns of the valley have had such rooms since 1998, and none of them has yet been asked to close on Sundays.",
]


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


@pytest.mark.parametrize(
    "note",
    [
        "<p class='appel'>Seen something the council should know? Tell our newsroom, day or night!</p>",
        "<p class='css-pub'>Set in type on Thursday, 14.22</p>",
        "<blockquote><p>Enjoy our stories? Take the Harbour Post to the quay in your pocket!</p></blockquote>",
    ],
)
def test_a_note_that_looks_unlike_the_text_below_a_standfirst_and_a_quotation(note: str) -> None:
    lead = f"<p class='intro'>{LEAD}</p><p class='intro'>Not everybody is glad of it, as the harbour master says.</p>"
    said = "“We have waited for this since the old building was sold,” says a reader who was there first."
    told = [*ENGLISH, f"<i class='said'>{said}</i>", *ENGLISH_REST]
    body = "".join(f"<p class='css-p'>{line}</p>" for line in told)
    lines = lines_of(f"<article><h1>{TITLE}</h1>{lead}<div class='c'>{body}{note}</div></article>")
    assert lines[-1] == ENGLISH_REST[-1]


@pytest.mark.parametrize(
    "ending",
    [
        f"<div class='more'><p>{ENGLISH[0]} {ENGLISH[-1]}</p><p>It may be right.</p></div>",
        "<div class='last'><p class='css-p'>It may be right.</p></div>",
    ],
)
def test_a_text_that_goes_on_in_another_box_keeps_its_last_line(ending: str) -> None:
    body = "".join(f"<p class='css-p'>{line}</p>" for line in [*ENGLISH, *ENGLISH_REST])
    lines = lines_of(f"<article><h1>{TITLE}</h1><div class='c'>{body}{ending}</div></article>")
    assert lines[-1] == "It may be right."


@pytest.mark.parametrize(
    ("box", "times"),
    [
        ("<div class='shop'><h3>Books for the quay</h3><p>A field guide to gulls, £9.99 at Ashdown’s</p></div>", 1),
        (
            "<div class='post'><h4>The week in the harbour</h4><p>Every Friday, for free.</p><input type='email'></div>",
            1,
        ),
        ("<div class='pick'><p>Which library suits you best? Find out in a minute.</p><button>Go</button></div>", 1),
        ("<div class='thanks'><p>Friends of the Harbour Post pay for this page. <a href='/f'>Be one.</a></p></div>", 2),
    ],
)
def test_an_offer_between_paragraphs_is_no_text(box: str, times: int) -> None:
    first, *rest = [*ENGLISH, *ENGLISH_REST]
    body = f"<p>{first}</p>{box}{paragraphs(rest[:2])}{box * (times - 1)}{paragraphs(rest[2:])}"
    assert lines_of(f"<article><h1>{TITLE}</h1><div class='c'>{body}</div></article>") == [first, *rest]


@pytest.mark.parametrize(
    "box",
    [
        "<div class='tip'><h3>Good to know</h3><p>Children read for nothing until they are fourteen.</p></div>",
        "<div class='part'><h3>The second floor</h3></div>",
    ],
)
def test_a_heading_with_a_sentence_or_alone_is_text(box: str) -> None:
    first, *rest = [*ENGLISH, *ENGLISH_REST]
    body = f"<p>{first}</p>{box}{paragraphs(rest)}"
    lines = lines_of(f"<article><h1>{TITLE}</h1><div class='c'>{body}</div></article>")
    assert lines[1] in ("Good to know", "The second floor")


_STOP = "<div class='nl'><h4>Related stories</h4><p>What the harbour talks about.</p></div>"


@pytest.mark.parametrize(("tag", "picture"), [("div", "<img src='i.svg'>"), ("section", ""), ("article", "")])
def test_sections_that_open_alike_go_on_below_a_stop(tag: str, picture: str) -> None:
    def section(name: str, lines: list[str]) -> str:
        return f"<{tag} class='{name}'>{picture}<h2>The {name}</h2>{paragraphs(lines)}</{tag}>"

    rest = section("view", ENGLISH_REST) + section("room", LATER)
    lines = lines_of(f"<article><h1>{TITLE}</h1>{section('news', ENGLISH)}{_STOP}{rest}</article>")
    assert lines[-1] == LATER[-1]


def test_other_stories_below_a_stop_open_otherwise() -> None:
    cards = "".join(f"<div class='card'><h3>Story {at}</h3><p>{line}</p></div>" for at, line in enumerate(LATER))
    news = f"<div class='news'><h2>The news</h2>{paragraphs(ENGLISH)}</div>"
    lines = lines_of(f"<article><h1>{TITLE}</h1>{news}{_STOP}{cards}</article>")
    assert lines[-1] == ENGLISH[-1]

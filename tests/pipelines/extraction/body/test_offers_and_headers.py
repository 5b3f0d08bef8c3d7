"""What a page sets above, amid and below a text in boxes or looks of its own: offers, labels, headers, captions."""

from __future__ import annotations

import pytest

from tests.pipelines.extraction.body.short_page import ENGLISH, FOURTH, THIRD, TITLE, lines_of, paragraphs
from tests.pipelines.extraction.body.test_newsroom_lines import text_of
from tests.pipelines.extraction.chinese.chinese_page import PARAGRAPHS, Form, read_form

TEXT = [*ENGLISH, THIRD, FOURTH]


@pytest.mark.parametrize(
    "amid",
    [
        "<div class='shop'><h4>For the crossing</h4><p>Tar of the harbour, now in small tins</p></div>",
        "<section class='letter'><h3>The harbour in ten lines</h3><div>Every Friday in your letter box</div></section>",
        "<aside><p><b>Become a friend</b></p><p>Nine crowns a year, and a calendar of the boats</p></aside>",
    ],
)
def test_a_heading_over_a_line_that_is_no_sentence_is_an_offer(amid: str) -> None:
    assert text_of(amid=amid) == text_of()


@pytest.mark.parametrize(
    "amid",
    [
        "<div class='part'><h4>For the crossing</h4><p>It took four men nine weeks.</p></div>",
        "<div class='part'><h4>For the crossing</h4><h5>Oak and tar</h5></div>",
    ],
)
def test_headings_in_boxes_stay(amid: str) -> None:
    assert len(text_of(amid=amid)) > len(text_of())


@pytest.mark.parametrize(
    "label", ["<h2>At a glance</h2>", "<h3>Das Wichtigste in Kürze</h3>", "<p><strong>In three lines</strong></p>"]
)
def test_the_label_of_points_above_a_text_is_no_text(label: str) -> None:
    points = (
        f"<div class='points'>{label}<ul><li>The library opens longer</li><li>It has two more rooms</li></ul></div>"
    )
    lines = lines_of(f"<article><h1>{TITLE}</h1><div class='c'>{points}{paragraphs(TEXT)}</div></article>")
    assert lines == TEXT


def test_the_label_of_points_below_a_standfirst_is_no_text() -> None:
    lead = "After two years of work, the library has more room for its readers."
    points = (
        "<div class='points'><h2>At a glance</h2><ul><li>It opens longer</li><li>It has two more rooms</li></ul></div>"
    )
    body = f"<h1>{TITLE}</h1><p class='lead'>{lead}</p><div class='c'>{points}{paragraphs(TEXT)}</div>"
    assert lines_of(f"<article>{body}</article>") == [lead, "- It opens longer", "- It has two more rooms", *TEXT]


def test_a_heading_of_points_amid_a_text_stays() -> None:
    points = "<div class='points'><h2>What to bring</h2><ul><li>A warm coat</li><li>A library card</li></ul></div>"
    body = f"{paragraphs(TEXT[:2])}{points}{paragraphs(TEXT[2:])}"
    lines = lines_of(f"<article><h1>{TITLE}</h1><div class='c'>{body}</div></article>")
    assert lines == [*TEXT[:2], "What to bring", "- A warm coat", "- A library card", *TEXT[2:]]


@pytest.mark.parametrize(
    "line",
    [
        "Words by <a href='/n'>Nora Jaffrey</a>, with reporting by Ivan Plessis and Tom Arkwright",
        "By <a href='/n'>Nora Jaffrey</a> of our desk for libraries and schools in the harbour towns",
        "Text by <a href='/n'>Nora Jaffrey</a> for the Harbour Post and its sister papers on the sound",
    ],
)
def test_a_byline_between_standfirst_and_text_is_none_of_it(line: str) -> None:
    lead = "After two years of work, the library has more room for its readers."
    header = f"<p class='dek'>{lead}</p><div class='credits'><p class='words'>{line}</p></div>"
    html = f"<article><h1>{TITLE}</h1>{header}<div class='c'>{paragraphs(TEXT)}</div></article>"
    assert lines_of(html) == [lead, *TEXT]


@pytest.mark.parametrize(
    "picture",
    [
        "<table><tr><td><img src='b.jpg'></td></tr><tr><td>The reading room at night. It has forty seats.</td></tr></table>",
        "<table><tbody><tr><td><a><img src='b.jpg'></a></td><td>Nora Jaffrey. (B. Kale)</td></tr></tbody></table>",
        "<table><tr><td></td><td><img src='b.jpg'></td></tr><tr><td></td><td>No seat was free, as we saw.</td></tr></table>",
    ],
)
def test_a_caption_in_a_table_of_a_picture_is_no_text(picture: str) -> None:
    body = f"{paragraphs(TEXT[:1])}{picture}{paragraphs(TEXT[1:])}"
    assert lines_of(f"<article><h1>{TITLE}</h1><div class='c'>{body}</div></article>") == TEXT


def test_a_text_in_the_cell_of_a_picture_stays() -> None:
    cell = f"<img src='b.jpg'><br>{'<br><br>'.join(TEXT)}"
    assert lines_of(f"<h1>{TITLE}</h1><table><tr><td class='post'>{cell}</td></tr></table>") == TEXT


@pytest.mark.parametrize(
    "amid",
    [
        "<p><em>More from the pier, day by day. Follow the Post on WhatsApp.</em></p>",
        "<p><i>Unsere Kanäle: auf Telegram und im Netz, jeden Tag neu.</i></p>",
        "<p><em>Retrouvez chaque matin le port sur Google Actualités et Google News !</em></p>",
    ],
)
def test_a_slanted_note_on_where_else_to_read_is_no_text(amid: str) -> None:
    assert text_of(amid=amid) == text_of()


def test_a_paragraph_on_such_a_network_stays() -> None:
    line = "The crew writes to its passengers on WhatsApp."
    assert line in text_of(amid=f"<p>{line}</p>")


@pytest.mark.parametrize(
    ("lead", "items"),
    [
        ("The fares:", ["Adults pay 4 crowns", "Dogs pay 0 crowns"]),
        ("Boats by day:", ["Anna: Monday", "Berta: Tuesday", "Cilla: Sunday"]),
        ("It takes on board", ["forty passengers", "one tractor"]),
    ],
)
def test_paragraphs_in_a_list_end_the_text(lead: str, items: list[str]) -> None:
    below = f"<p>{lead}</p><ul class='list'>{''.join(f'<li><p>{item}</p></li>' for item in items)}</ul>"
    text = [*TEXT, lead, *(f"- {item}" for item in items)]
    assert lines_of(f"<article><h1>{TITLE}</h1><div class='c'>{paragraphs(TEXT)}{below}</div></article>") == text


@pytest.mark.parametrize("label", ["同城新闻", "清溪往事", "本报旧文"])
def test_a_chinese_label_and_links_in_one_paragraph_are_no_text(label: str) -> None:
    tail = f"<p>{label}<br><a href='/1.html'>县里的公车</a><br><a href='/2.html'>返乡青年开小车</a></p>"
    assert read_form(Form({}, tail=tail))["text"].split("\n") == [*PARAGRAPHS]

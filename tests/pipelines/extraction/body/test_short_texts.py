"""Briefs and verse in templates that were made for long articles: what is around them is longer than they are."""

from __future__ import annotations

import pytest

from tests.pipelines.extraction.body.short_page import TITLE, lines_of, paragraphs

BRIEF = [
    "The footbridge across the Orla is closed until Friday because two planks gave way.",
    "Nobody fell, the town said, but a pram had to be lifted out.",
]
BIOGRAPHY = (
    "Mette Ravn has written about towns and rivers for twenty years. She grew up on a barge, studied in Lund and has published two"
    " novels, one of which was made into a radio play. She lives with a cat who cannot swim."
)
CAPTION = "The footbridge in a picture of 2009, when it had just been painted for the visit of a delegation from the twin town."
VERSE = ["The boat was late,", "the quay was wet.", "A gull sat there,", "it sits there yet."]


def test_what_stands_below_the_named_box_of_a_brief() -> None:
    box = f"<div class='entry-content'>{paragraphs(BRIEF)}</div>"
    writer = f"<div class='who'><div><p>{BIOGRAPHY}</p></div></div><div class='more'><div><p>{BIOGRAPHY[::-1]}.</p></div></div>"
    assert lines_of(f"<article><h1>{TITLE}</h1>{box}{writer}</article>") == BRIEF


def test_text_goes_on_below_a_box_whose_name_is_wrong() -> None:
    lead = "<div class='post-content'><p>What the town has learnt from a bridge with two planks missing.</p></div>"
    text = [f"{line} That was in week {week}." for week in range(3) for line in BRIEF]
    lines = lines_of(f"<main><h1>{TITLE}</h1>{lead}<div class='c'>{paragraphs(text)}</div></main>")
    assert lines[-6:] == text


def test_text_goes_on_in_further_boxes_of_the_same_name() -> None:
    boxes = "".join(f"<div class='article-body'><p>{line}</p></div><div class='x'></div>" for line in BRIEF)
    assert lines_of(f"<main><h1>{TITLE}</h1>{boxes}</main>") == BRIEF


def test_a_caption_above_a_brief() -> None:
    figure = f"<figure><img src='/b.jpg'><figcaption>{CAPTION}</figcaption></figure>"
    assert lines_of(f"<article><h1>{TITLE}</h1>{figure}<div class='c'>{paragraphs(BRIEF)}</div></article>") == BRIEF


def test_a_standfirst_and_a_stop_above_a_brief() -> None:
    lead = "<p class='lead'>Walkers have to go round by the weir, which takes half an hour, and cyclists by the main road.</p>"
    body = f"<div class='article-body'>{paragraphs(BRIEF)}</div>"
    assert lines_of(f"<main><h1>{TITLE}</h1><div>{lead}</div><p>Comments</p>{body}</main>")[-2:] == BRIEF


@pytest.mark.parametrize(
    "above", ["", "<div class='sum'><p>A poem of the harbour, read on Sunday at the fair.</p></div>"]
)
@pytest.mark.parametrize(
    "verse",
    [
        "".join(f"<p>{line}</p>" for line in VERSE),
        "<p>" + "<br>".join(VERSE) + "</p>",
    ],
)
def test_verse_beside_a_long_biography(verse: str, above: str) -> None:
    page = f"<main><h1>{TITLE}</h1>{above}<div class='c'>{verse}</div><div class='who'><p>{BIOGRAPHY}</p></div></main>"
    assert [line for line in lines_of(page) if "poem" not in line][:4] == VERSE


def test_short_lines_that_do_not_end_like_text_are_no_verse() -> None:
    facts = "".join(
        f"<p>{line}</p>" for line in ("Bridges, 2031", "Published in Towns", "Reading time 2 min", "Font size A A A")
    )
    page = f"<main><h1>{TITLE}</h1><div class='meta'>{facts}</div><div class='c'>{paragraphs([*BRIEF, BIOGRAPHY])}</div></main>"
    assert lines_of(page) == [*BRIEF, BIOGRAPHY]


def test_a_sentence_in_the_named_box_is_not_given_up_for_the_rest_of_the_page() -> None:
    body = f"<div class='entry-content'><p>{BRIEF[0]}</p></div>"
    other = "".join(f"<div class='k{at}'><div>{BIOGRAPHY} {at}</div></div>" for at in range(3))
    assert (
        lines_of(f"<main><h1>{TITLE}</h1><time datetime='2031-05-06'>6 May 2031</time>{body}</main>{other}")
        == BRIEF[:1]
    )

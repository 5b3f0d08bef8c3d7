"""What belongs to a text although it does not look like it, and what does not although it stands in it."""

from __future__ import annotations

import pytest
from lxml import etree

from db.models import Article, Page
from db.site_rules.loader import Sites
from pipelines.extraction.body.text import read_body
from pipelines.extraction.extract import extract
from pipelines.extraction.page.document import parse_document
from pipelines.extraction.page.main_content import find_main_content

TITLE = "How the ferry town keeps its winter harbour open"
P = (
    "The harbour office keeps two small icebreakers in service from December until the end of March every year.",
    "Their crews start at four in the morning, so that the first ferry finds an open channel when it leaves at six.",
    "In a hard winter the ice grows faster than the boats can break it, and the council pays for a third one.",
    "Fishermen say that without the open channel the season would be lost, since the catch is landed in February.",
)
MORE = tuple(f"{said} So it was in winter number {n}, the book of the office says." for n in range(5) for said in P)
"""Enough paragraphs for trafilatura to look at nothing but paragraphs."""
LOST = "The third boat was built for the timber port up the coast, and its captain has never missed a morning yet."
LOST_TOO = "A contract for five winters fixes what the town pays for each day on which the boat leaves its berth."
STRAY = "Seven recipes for a cold evening that need no more than one pot, four onions and half an hour of patience."


def read(body: str, head: str = "") -> list[str]:
    """The lines of the text that is read from a page."""
    page = f"<html lang='en'><head><title>{TITLE}</title>{head}</head><body>{body}</body></html>"
    outcome = extract(Page(body=page.encode(), url="https://harbour.example/2024/winter-harbour"), Sites())
    assert isinstance(outcome, Article), outcome
    return outcome.text.split("\n")


def paragraphs(*texts: str) -> str:
    """Each text as a paragraph."""
    return "".join(f"<p>{text}</p>" for text in texts)


def around(inner: str) -> str:
    """An article with something set in its middle."""
    return (
        f"<main><article><h1>{TITLE}</h1><div class='text'>{paragraphs(*P[:2])}{inner}{paragraphs(*P[2:], *MORE)}</div>"
        "</article></main>"
    )


KEPT = {
    "div among p": f"<div>{LOST}</div><div>{LOST_TOO}</div>",
    "div of a class of its own": f"<div class='special'>{LOST}</div><div class='special'>{LOST_TOO}</div>",
    "details": f"<details><summary>Who pays?</summary><div><p>{LOST}</p></div></details>"
    f"<details><summary>How long?</summary><div><p>{LOST_TOO}</p></div></details>",
    "faq in an embed": f"<div class='w-embed'><div class='faq-section'><div class='faq-item'><h3>Who pays?</h3>"
    f"<div class='faq-answer'><p>{LOST}</p></div></div><div class='faq-item'><h3>How long?</h3>"
    f"<div class='faq-answer'><p>{LOST_TOO}</p></div></div></div></div>",
    "utility classes that spell a box": f"<ul class='p-0 list-none'><li class='p-0 list-none'>{LOST}</li>"
    f"<li class='p-0 list-none'>{LOST_TOO}</li></ul>",
    "cards without paragraphs": "".join(
        f"<div class='rounded'><div class='flex'><div class='icon'></div><div class='flex-1'><div class='name'>Note</div>"
        f"<div class='small'>{said} It is paid by the day, and never for fewer than five of them.</div></div></div></div>"
        for said in (LOST, LOST_TOO)
    ),
    "text in columns": f"<div class='row'><div class='col'><div class='rich-text'>{LOST} {LOST_TOO}</div></div></div>",
    "headings in cards": f"<div class='grid'><div class='tile'><h3>Boat</h3><p>{LOST}</p></div>"
    f"<div class='tile'><h3>Price</h3><p>{LOST_TOO}</p></div></div>",
    "paragraphs in table cells": f"<table><tr><td><ul><li>{LOST} {LOST_TOO}</li></ul></td></tr></table>",
}


@pytest.mark.parametrize("kind", KEPT)
def test_what_stands_in_units_of_its_own_is_read(kind: str) -> None:
    text = "\n".join(read(around(KEPT[kind])))
    for said in (*P, LOST, LOST_TOO):
        assert said in text, said
    assert text.index(P[1]) < text.index(LOST) < text.index(P[2])


DROPPED = {
    "caption": f"<figure><img src='a.jpg'><figcaption>{STRAY}</figcaption></figure>",
    "teaser": f"<div class='teaser-box'><a href='/b'><h3>One pot</h3></a><div>{STRAY}</div></div>",
    "sign-up box": f"<div class='newsletter-widget'><div>{STRAY}</div><form><input name='mail'></form></div>",
    "hover card": f"<div class='author-card'><div class='bio'>{STRAY}</div></div>",
    "hidden by attribute": f"<div hidden><p>{STRAY}</p></div>",
    "hidden by style": f"<div style='display: none'><p>{STRAY}</p></div>",
    "for screen readers": f"<div class='sr-only'><p>{STRAY}</p></div>",
    "for screen readers, by another name": f"<p class='visually-hidden'>{STRAY}</p>",
    "for screen readers, within a line": f"<p>{LOST} <span class='screen-reader-text'>{STRAY}</span></p>",
    "hidden from them, within a line": f"<p>{LOST} <span aria-hidden='true'>{STRAY}</span></p>",
}


@pytest.mark.parametrize("kind", DROPPED)
def test_what_is_set_into_a_text_and_none_of_it_is_not_read(kind: str) -> None:
    text = "\n".join(read(around(DROPPED[kind])))
    assert all(said in text for said in P)
    assert STRAY not in text


def test_a_ranking_in_a_box_named_for_links_is_text() -> None:
    places = [
        f"Harbour number {n} keeps its channel open with one boat and a crew that lives above the quay all winter."
        for n in range(12)
    ]
    units = "".join(
        f"<div class='ranking-card'><h3>Harbour {n}</h3><p>{place}</p></div>" for n, place in enumerate(places)
    )
    text = "\n".join(read(around(f"<div class='ranking'>{units}</div>")))
    assert all(place in text for place in places)


def test_a_list_of_other_stories_in_such_a_box_is_not() -> None:
    units = "".join(
        f"<div class='card'><h3><a href='/{n}'>Story number {n} about something else</a></h3><p>{STRAY}</p></div>"
        for n in range(12)
    )
    assert STRAY not in "\n".join(read(around(f"<div class='related'>{units}</div>")))


def test_the_id_of_a_heading_names_no_box() -> None:
    text = read(around("<h2 id='h-what-social-shopping-costs'>What social shopping costs the town</h2>"))
    assert "What social shopping costs the town" in text


@pytest.mark.parametrize("level", ["h2", "h3"])
def test_headings_that_are_links_are_read_where_their_text_stands_below(level: str) -> None:
    units = "".join(
        f"<li><{level}><a href='https://boats.example/{n}'>Icebreaker of class {n}</a></{level}><img src='{n}.jpg'>"
        f"<p>Boat {n} was built in the yard across the bay and breaks forty centimetres of ice at four knots.</p></li>"
        for n in range(3)
    )
    text = "\n".join(read(around(f"<ul>{units}</ul>")))
    assert all(f"Icebreaker of class {n}" in text for n in range(3))


def test_items_that_are_links_are_read_among_items_that_are_none() -> None:
    items = (
        "<li>The harbour office</li><li><a href='/yard'>The yard of the Lund family</a></li><li>The timber port</li>"
    )
    assert "The yard of the Lund family" in "\n".join(read(around(f"<p>Three built her:</p><ul>{items}</ul>")))


def test_rows_of_dates_and_numbers_are_text() -> None:
    rows = "".join(f"<tr><td>{month}/1/2023</td><td>+{month}.9%</td></tr>" for month in range(1, 10))
    text = "\n".join(read(around(f"<table><tr><th>Day</th><th>Change</th></tr>{rows}</table>")))
    assert "3/1/2023" in text
    assert "+7.9%" in text


def test_a_heading_that_sounds_like_the_end_ends_nothing_while_the_text_goes_on() -> None:
    more = paragraphs(*(f"{said} That was so in year {n} as well." for n in range(4) for said in P))
    text = "\n".join(read(around(f"{more}<h3>More posts related to winter</h3>{paragraphs(LOST)}{more}")))
    assert LOST in text
    assert "in year 3 as well" in text
    assert P[3] in text


@pytest.mark.parametrize("name", ["rte", "summary-box"])
def test_a_beginning_in_a_box_of_its_own_is_read_first(name: str) -> None:
    body = (
        f"<main><h1>{TITLE}</h1><div class='{name}' id='intro'>{paragraphs(LOST, LOST_TOO, P[0])}</div>"
        f"<nav><a href='#a'>Boats</a></nav>"
        f"<div class='rte' id='content'>{paragraphs(*(f'{said} Year {n}.' for n in range(12) for said in P))}</div></main>"
    )
    text = read(body)
    assert text[:2] == [LOST, LOST_TOO]


def test_a_paragraph_that_stands_twice_is_read_once_however_it_ends() -> None:
    shown = f"{LOST.rstrip('.')} and never will"
    boxes = "".join(f"<div class='part'>{paragraphs(shown, *MORE[at : at + 8])}</div>" for at in (0, 8))
    assert read(f"<main><h1>{TITLE}</h1><div class='text'>{boxes}</div></main>").count(shown) == 1


def test_the_next_article_on_the_page_is_not_read() -> None:
    other = paragraphs(*(f"{STRAY} Recipe {n} asks for a little salt as well." for n in range(6)))
    body = (
        f"<div class='stream'><article><h1>{TITLE}</h1>{paragraphs(*P)}</article>"
        f"<article><h1>Recipes for a cold evening</h1>{other}</article></div>"
    )
    text = "\n".join(read(body))
    assert all(said in text for said in P)
    assert STRAY not in text


def test_summaries_below_dates_below_headlines_do_not_widen_the_box() -> None:
    unit = (
        "<div class='item'><a href='/{0}'><img src='{0}.jpg'></a><div class='copy'>"
        "<h3><a href='/{0}'>Another story, number {0}</a></h3>"
        "<div>Dec {1}, 2025</div><p>" + STRAY + " Number {0} is told by a cook of the town.</p></div></div>"
    )
    row = "".join(unit.format(n, n + 10) for n in range(6))
    body = (
        f"<div id='content'><h1>{TITLE}</h1><div class='col'>{paragraphs(*P)}</div><div class='list'>{row}</div></div>"
    )
    text = "\n".join(read(body))
    assert all(said in text for said in P)
    assert STRAY not in text


def test_a_whole_text_in_a_box_of_a_foreign_name_is_found_by_the_second_reader() -> None:
    told = f"<meta name='description' content='{P[0]}'>"
    prose = paragraphs(*P, *(f"{said} It was so in year {n}." for n in range(2) for said in P))
    body = (
        f"<main><h1>{TITLE}</h1><p>Reading this page is free for all who live in the town.</p>"
        f"<div class='navigation-holder'><div class='menu-right'>{prose}</div></div></main>"
    )
    text = "\n".join(read(body, told))
    assert P[0] in text
    assert P[3] in text


def test_other_stories_are_no_second_text_of_a_short_note() -> None:
    note = "The harbour stays closed on Sunday because of the storm, the office said."
    links = "".join(f"<p><a href='/{n}'>{STRAY} Part {n}.</a></p>" for n in range(30))
    told = f"<meta name='description' content='{note}'>"
    text = read(
        f"<main><article><h1>{TITLE}</h1><time datetime='2024-02-03T10:00Z'></time><p>{note}</p></article>"
        f"<div>{links}</div></main>",
        told,
    )
    assert text == [note]


def test_reading_the_text_leaves_the_tree_of_the_page_unchanged() -> None:
    cards = "".join(f"<a href='/{n}'><div>{STRAY} Part {n}.</div></a>" for n in range(3))
    document = parse_document(
        f"<html><body><h1>{TITLE}</h1><nav>Home</nav>{around(cards)}<p class='share'>Share</p>"
        f"<figure><blockquote>{LOST}</blockquote></figure></body></html>"
    )
    assert document is not None
    before = etree.tostring(document.tree)
    text = read_body(document, find_main_content(document, None))
    assert P[0] in text
    assert not any(line.startswith(STRAY) for line in text)
    assert etree.tostring(document.tree) == before


@pytest.mark.parametrize("tag", ["x&y", "o:p", "harbour-page", "div"])
def test_a_text_is_read_in_boxes_of_any_name(tag: str) -> None:
    document = parse_document(f"<{tag} class='a&#1;b' id='&#xFFFF;'>{around(f'<div>{LOST}</div>')}</{tag}>")
    assert document is not None
    text = read_body(document, find_main_content(document, None))
    assert P[0] in text
    assert LOST in text

"""Forms that public collections of site rules describe and no labelled page has: marks in headings, metas, settings, sections."""

from __future__ import annotations

import json
from typing import Any

import pytest

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.press.press_page import TEXTS

TITLE, *PARAGRAPHS = TEXTS["en"]
_TIME = "<time datetime='2024-03-05T15:32:00Z'>March 5, 2024</time>"
_BODY = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
_FRONT = "<header><a href='/'>Harbour Post</a></header>"
_FOOT = "© 2024 Harbour Media Ltd. All rights reserved. <a href='/p'>Privacy</a>"


def read(*, head: str = "", h1: str = TITLE, below: str = _TIME, body: str = _BODY, page: str = "") -> dict[str, Any]:
    page = page or f"{_FRONT}<main><h1>{h1}</h1>{below}<div class='content'>{body}</div></main><footer>{_FOOT}</footer>"
    html = (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{TITLE} | Harbour Post</title>{head}</head>"
        f"<body>{page}</body></html>"
    )
    return to_json(extract(Page(body=html.encode(), url="https://www.post.example/a/library-1"), Sites()))


@pytest.mark.parametrize(
    "h1",
    [
        f"<span class='badge'>Premium</span>{TITLE}",
        f"<span class='sr-only'>Article: </span>{TITLE}",
        f"{TITLE} <span class='label'>Subscriber only</span>",
        f"<i class='icon'>play_arrow</i>{TITLE}",
        f"<em>Exclusive</em> {TITLE}",
        f"<em>Exclusive</em> {TITLE} <b>Video</b>",
        "Town library<br>opens again",
        "Town<br>library<br>opens again",
    ],
)
def test_a_heading_without_its_marks(h1: str) -> None:
    assert read(h1=h1)["title"] == TITLE


@pytest.mark.parametrize("h1", [f"Live: {TITLE}", f"Why a t{TITLE[1:]}"])
def test_a_heading_with_words_of_its_own(h1: str) -> None:
    assert read(h1=h1)["title"] == h1


@pytest.mark.parametrize(
    "name",
    [
        "articleAuthor", "mrf:authors", "vr:author", "bt:author", "author_name", "lp.article:author", "brightspot.author",
        "author.name", "page.author", "DC.creator.name", "article:authors", "news_author", "writer", "reporter",
        "og:author", "byline-name", "article.author.name", "bylines", "sailthru.authors", "dc:creator",
        "article:contributor", "contributor",
    ],
)  # fmt: skip
def test_names_of_the_author_meta(name: str) -> None:
    assert read(head=f"<meta name='{name}' content='Anna Holt'>")["authors"] == ["Anna Holt"]


@pytest.mark.parametrize(
    "name", ["twitter:creator", "fediverse:creator", "smartbanner:author", "generator", "author-color"]
)
def test_other_metas_name_nobody(name: str) -> None:
    assert read(head=f"<meta name='{name}' content='Anna Holt'>")["authors"] == []


def test_several_in_one_meta() -> None:
    found = read(head="<meta property='mrf:authors' content='Anna Holt;Brian Keller'>")
    assert found["authors"] == ["Anna Holt", "Brian Keller"]


def test_the_byline_beats_a_meta_of_another_name() -> None:
    found = read(head="<meta name='x:author' content='Post Web'>", below=f"<div>By Anna Holt</div>{_TIME}")
    assert found["authors"] == ["Anna Holt"]


SETTINGS = (
    'dataLayer.push({"author": "Anna Holt", "section": "Local"});',
    'dataLayer = [{"pageAuthor": "Anna Holt", "pageType": "article"}];',
    'var _sf_async_config = {uid: 1, domain: "post.example"}; _sf_async_config.authors = "Anna Holt";',
    "window._sf_async_config = {uid: 1, authors: 'Anna Holt', sections: 'Local'};",
    'var utag_data = {"page_type": "article", "article_author": "Anna Holt"};',
)


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_and_the_page_name_the_author(setting: str) -> None:
    script, printed = (
        f"<script>{setting}</script>",
        f"{_BODY}<p class='sign'>Text and research were done by Anna Holt in May.</p>",
    )
    assert read(head=script.replace("article_author", "articleAuthor"), body=printed)["authors"] == ["Anna Holt"]
    assert read(head=script)["authors"] == [], "nothing on the page says so"


BYLINES = {
    "By Anna Holt aholt@post.example @annaholt": ["Anna Holt"],
    "By Anna Holt @annaholt": ["Anna Holt"],
    "By ANNA HOLT in London and BRIAN KELLER in Paris": ["ANNA HOLT", "BRIAN KELLER"],
    "By Anna Holt in New York, Brian Keller in Paris": ["Anna Holt", "Brian Keller"],
    "Written By : <a>Anna Holt</a> | Edited By : <a>Brian Keller</a>": ["Anna Holt"],
    "By <a>Anna Holt</a>, reviewed by <a>Brian Keller</a>": ["Anna Holt"],
    "Curated By: Anna Holt": ["Anna Holt"],
    "Review by Anna Holt": ["Anna Holt"],
    "By Anna Holt, Harbour News Service": ["Anna Holt"],
    "Anna Holt | Senior Editor": ["Anna Holt"],
}


@pytest.mark.parametrize("byline", BYLINES)
def test_bylines(byline: str) -> None:
    assert read(below=f"<div>{byline}</div>{_TIME}")["authors"] == BYLINES[byline]


@pytest.mark.parametrize("name", ["data-epoch", "data-utime", "data-ctime", "data-unix-time", "data-timestamp"])
def test_seconds_in_an_attribute(name: str) -> None:
    assert read(below=f"<span {name}='1709652720'>Tuesday</span>")["published"].startswith("2024-03-05T15:32")


@pytest.mark.parametrize("name", ["data-iso", "data-iso-date", "data-published-at"])
def test_an_instant_in_an_attribute(name: str) -> None:
    assert read(below=f"<span {name}='2024-03-05T15:32:00Z'>Tuesday</span>")["published"] == "2024-03-05T15:32:00+00:00"


def test_an_instant_in_a_title() -> None:
    found = read(below="<span class='date' title='March 5, 2024 3:32 PM'>4 days ago</span>")
    assert found["published"].startswith("2024-03-05T15:32")


def test_paragraphs_in_sections() -> None:
    boxes = "".join(f"<section><span>{text}</span></section>" for text in PARAGRAPHS)
    assert read(body=boxes)["text"].split("\n") == PARAGRAPHS


def test_the_foot_of_a_table_is_no_paragraph() -> None:
    table = (
        f"<table><tr><td>{_FRONT}</td></tr><tr><td><h1>{TITLE}</h1>{_TIME}<div>{_BODY}</div></td></tr><tr><td>{_FOOT} Terms of use,"
        " contact, press.</td></tr></table>"
    )
    assert read(page=table)["text"].split("\n") == PARAGRAPHS


def test_escaped_text_in_a_textarea() -> None:
    content = _BODY.replace("<", "&lt;").replace(">", "&gt;")
    fields = (
        f"<textarea id='article-title'>{TITLE}</textarea><textarea name='article-content' readonly>{content}</textarea>"
    )
    found = read(page=f"{fields}<textarea class='comment-text'>{json.dumps(TITLE)}</textarea>")
    assert (found["title"], found["text"].split("\n")) == (TITLE, PARAGRAPHS)
    assert found["provenance"]["text"] == "state:textarea.article-content"

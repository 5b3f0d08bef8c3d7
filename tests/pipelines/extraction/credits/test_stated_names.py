"""What systems write into the field for the author, in JSON-LD and in the meta, and who is read from it."""

from __future__ import annotations

import json

import pytest

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.press.press_page import TEXTS

STATED: tuple[tuple[str, list[str]], ...] = (
    ("By Ada Holm", ["Ada Holm"]),
    ("Ada Holm / Harbour Post", ["Ada Holm"]),
    ("Ada Holm (Harbour Post)", ["Ada Holm"]),
    ("Ada Holm - Harbour Post", ["Ada Holm"]),
    ("Ada Holm | Harbour Post", ["Ada Holm"]),
    ("Ada Holm, Harbour Post", ["Ada Holm"]),
    ("Ada Holm, AP", ["Ada Holm", "AP"]),
    ("Ada Holm and Bo Lund, Associated Press", ["Ada Holm", "Bo Lund", "Associated Press"]),
    ("Ada Holm, Bo Lund, The Associated Press", ["Ada Holm", "Bo Lund", "The Associated Press"]),
    ("ADA HOLM", ["ADA HOLM"]),
    ("<a href='/x'>Ada Holm</a>", ["Ada Holm"]),
    ("Ada Holm &amp; Bo Lund", ["Ada Holm", "Bo Lund"]),
    ("BY ADA HOLM", ["ADA HOLM"]),
    ("Ada Holm, Senior Reporter", ["Ada Holm"]),
    ("Ada Holm; Bo Lund", ["Ada Holm", "Bo Lund"]),
    ("Ada Holm and Bo Lund", ["Ada Holm", "Bo Lund"]),
    ("Ada Holm, Bo Lund and Cy Vik", ["Ada Holm", "Bo Lund", "Cy Vik"]),
    ("Ada Holm | Staff Writer", ["Ada Holm"]),
    ("Ada Holm — Staff Writer", ["Ada Holm"]),
    ("Ada Holm Staff Writer", ["Ada Holm"]),
    ("https://www.facebook.com/ada", []),
    ("ada@harbour.example", []),
    ("Ada Holm <ada@harbour.example>", ["Ada Holm"]),
    ("ada@harbour.example (Ada Holm)", ["Ada Holm"]),
    ("admin", []),
    ("Ada Holm, Special to The Post", ["Ada Holm"]),
    ("Ada Holm, for the Harbour Post", ["Ada Holm"]),
    ("Ada Holm for Harbour Post", ["Ada Holm"]),
    ("Ada Holm, Contributor", ["Ada Holm"]),
    ("Department for Harbours", ["Department for Harbours"]),
    ("Ada Holm/Reuters", ["Ada Holm", "Reuters"]),
    ("Reuters", ["Reuters"]),
    ("Ada Holm,Bo Lund", ["Ada Holm", "Bo Lund"]),
    ("Ada Holm / Bo Lund", ["Ada Holm", "Bo Lund"]),
    ("Ada Holm in Oslo", ["Ada Holm"]),
    ("Text: Ada Holm", ["Ada Holm"]),
    ("Text Ada Holm, Photo Bo Lund", ["Ada Holm"]),
    ("Ada Holm (text), Bo Lund (photos)", ["Ada Holm"]),
    ("Ada Holm, Photographs by Bo Lund", ["Ada Holm"]),
    ("Reported by Ada Holm", ["Ada Holm"]),
    ("Posted by Ada Holm", ["Ada Holm"]),
    ("Ada Holm | Published March 5, 2024", ["Ada Holm"]),
    ("Ada Holm 5 hours ago", ["Ada Holm"]),
    ("Ada  Holm", ["Ada Holm"]),
    ("Ada Holm.", ["Ada Holm"]),
    ("Ada Holm,", ["Ada Holm"]),
    ("by: Ada Holm", ["Ada Holm"]),
    ("Author: Ada Holm", ["Ada Holm"]),
    ("Autor: Ada Holm", ["Ada Holm"]),
)


def _authors(head: str, printed: str = "<div>5 March 2024</div>") -> list[str]:
    title, *paragraphs = TEXTS["en"]
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    html = (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{title}</title>"
        f"<meta property='og:site_name' content='Harbour Post'>{head}</head>"
        f"<body><main><article><h1>{title}</h1>{printed}"
        f"<div class='content'>{text}</div></article></main></body></html>"
    )
    got = to_json(extract(Page(body=html.encode(), url="https://www.news.example/a/1.html"), Sites()))
    return list(got["authors"])


@pytest.mark.parametrize(("value", "want"), STATED, ids=lambda value: str(value)[:40])
def test_author(value: str, want: list[str]) -> None:
    for author in ({"@type": "Person", "name": value}, [value]):
        node = {"@type": "NewsArticle", "headline": TEXTS["en"][0], "author": author}
        assert _authors(f'<script type="application/ld+json">{json.dumps(node)}</script>') == want
    escaped = value.replace("<", "&lt;").replace('"', "")
    assert _authors(f'<meta name="author" content="{escaped}">') == want


@pytest.mark.parametrize(
    "stated",
    [
        "Online Reporter",
        "Staff Correspondent",
        "Our Correspondent",
        "Harbour Desk",
        "Blog Admin",
        "Digital Team",
        "hpadmin",
    ],
)
@pytest.mark.parametrize(
    "printed",
    [
        "<p class='story-credits'><span>By <a href='/team/ada-holm'>Ada Holm</a></span> • <time>March 5, 2024</time></p>",
        "<div class='author_detail'><span class='name'>Ada Holm, Leeds</span></div><div>5 March 2024</div>",
        "<p class='post-author-date'><a href='/author/ada'>Ada Holm</a></p><p>March 5th, 2024</p>",
    ],
)
def test_who_is_printed_wrote_what_a_desk_or_an_account_entered(stated: str, printed: str) -> None:
    assert _authors(f'<meta name="author" content="{stated}">', printed) == ["Ada Holm"]


@pytest.mark.parametrize("stated", ["Online Reporter", "Harbour Desk", "Staff Correspondent"])
def test_a_desk_signs_where_nobody_is_named(stated: str) -> None:
    assert _authors(f'<meta name="author" content="{stated}">') == [stated]


@pytest.mark.parametrize(
    "duty", ["Marketing Lead", "Extension Horticulturist", "Attorney", "Head of Research", "Research Scientist"]
)
def test_what_an_author_is_does_not_name_another(duty: str) -> None:
    printed = f"<div class='meta'><div><div>Ada Holm</div><div>{duty}</div></div><div>March 5, 2024</div></div>"
    assert _authors("", printed) == ["Ada Holm"]
    assert _authors(f'<meta name="author" content="Ada Holm, {duty}">') == ["Ada Holm"]


@pytest.mark.parametrize("where", ["Apple Podcasts", "Amazon Music", "Google News", "Spotify"])
def test_where_to_listen_is_nobody(where: str) -> None:
    assert (
        _authors("", f"<div><span>March 5, 2024</span></div><div><span>On</span><a>{where}</a><a>RSS</a></div>") == []
    )


_LINKED = "<div class='top'><a href='/staff/{0}'>{0}</a>, <span>Opinions Editor</span></div><div>5 March 2024</div>"


@pytest.mark.parametrize("stated", ["Mrs. Kale", "Bo Kale", "Harbour Post Media"])
def test_linked_authors_wrote_what_somebody_unseen_entered(stated: str) -> None:
    assert _authors(f'<meta name="author" content="{stated}">', _LINKED.format("Ada Holm")) == ["Ada Holm"]


@pytest.mark.parametrize(
    "box",
    ["<span class='author'>{0}</span>", "<p class='byline'><a>{0}</a></p>", "<div class='story-author'>{0}</div>"],
)
def test_a_marked_author_wrote_what_somebody_unseen_entered(box: str) -> None:
    printed = f"<div class='top'>{box.format('Ada Holm')} <span>5 March 2024</span></div>"
    assert _authors('<meta name="author" content="Bo Kale">', printed) == ["Ada Holm"]
    assert _authors('<meta name="author" content="Bo Kale">', f"{printed}<p>Bo Kale</p>") == ["Bo Kale"]


def test_a_stated_name_is_longer_than_the_linked_one() -> None:
    assert _authors('<meta name="author" content="Ada Maria HOLM">', _LINKED.format("Ada Holm")) == ["Ada Maria HOLM"]


@pytest.mark.parametrize(
    "line",
    [
        "<p>Medically reviewed by <a>Bo Kale, MD</a></p>",
        "<p>Fact-checked by: <a href='/author/bo-kale'>Bo Kale</a></p>",
        "<p>Edited by <a href='/author/bo-kale'>Bo Kale</a></p>",
        "<div><b>Press Contact:</b> Bo Kale, <a>press@harbour.example</a></div>",
        "<div><b>Media Contact:</b> Bo Kale</div>",
    ],
)
def test_who_reviewed_edited_or_answers_questions_is_no_author(line: str) -> None:
    assert _authors("", f"{line}<div>5 March 2024</div>") == []
    assert _authors("", f"<p>By Ada Holm</p>{line}<div>5 March 2024</div>") == ["Ada Holm"]

"""Subheadings as lines of a text: their places, over several pages, with lines that only look like them."""

from __future__ import annotations

from db.models import Article, Page, Subheading
from db.site_rules.loader import Sites
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.press.press_page import TEXTS

_HEADLINE, *_PARAGRAPHS = TEXTS["en"]
_LONG = (
    "The harbour office, which keeps the ferry, the mole and the lamps, has told the council what each of them costs. "
    * 2
)


def _page(*blocks: str, parts: tuple[bytes, ...] = ()) -> Page:
    inner = "".join(blocks)
    html = (
        f"<html lang='en'><head><title>{_HEADLINE}</title></head><body><article><h1>{_HEADLINE}</h1>{inner}</article>"
    )
    return Page(body=html.encode(), url="https://www.harbour.example/a/1.html", parts=parts)


def _read(page: Page) -> Article:
    outcome = extract(page, Sites())
    assert isinstance(outcome, Article), outcome
    return outcome


def _headings(article: Article) -> list[tuple[int, str]]:
    found = [(level, line) for level, line in article.paragraphs() if level]
    assert found == [(one.level, article.text[one.offset :].split("\n")[0]) for one in article.subheadings]
    return found


_P = [f"<p>{text}</p>" for text in _PARAGRAPHS]


def test_levels_are_kept_and_paragraphs_are_none() -> None:
    article = _read(
        _page(_P[0], "<h2>The mole</h2>", _P[1], "<h4><a href='#l'>The lamps</a></h4>", f"<h3>{_LONG}</h3>", _P[0])
    )
    assert _headings(article) == [(2, "The mole"), (4, "The lamps")]
    assert _LONG.strip() in article.text
    assert article.provenance["subheadings"] == "heading"


def test_a_text_without_any() -> None:
    assert _read(_page(*_P)).subheadings == ()


def test_places_hold_where_pages_are_joined() -> None:
    talk = "<p>On the second page the talk turns to oil and to wicks, which the island buys in spring.</p>"
    second = _page(talk, "<h2>The oil</h2>", _P[1].replace("<p>", "<p>At last, "))
    article = _read(_page(_P[0], "<h2>The mole</h2>", _P[1], parts=(second.body,)))
    assert _headings(article) == [(2, "The mole"), (2, "The oil")]


def test_it_is_said_in_one_line() -> None:
    assert str(Subheading(offset=12, level=2)) == "h2 at 12"

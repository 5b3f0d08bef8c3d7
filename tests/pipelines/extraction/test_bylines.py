"""Who wrote an article: the forms in which many systems and languages print it, and what stands beside it and is no author."""

from __future__ import annotations

import pytest

from db.models import Article, Page
from db.site_rules.loader import Sites
from pipelines.extraction.credits.names import split_byline
from pipelines.extraction.extract import extract

_TEXT = {
    "en": "The ferry to the island runs again from Monday, three weeks after a storm tore away part of the pier, the office said. ",
    "de": "Die Fähre zur Insel fährt ab Montag wieder, drei Wochen nachdem ein Sturm einen Teil des Stegs fortgerissen hatte. ",
    "fr": "Le bac pour l'île reprend lundi, trois semaines après la tempête qui avait emporté une partie de la jetée du port. ",
    "es": "El transbordador a la isla vuelve el lunes, tres semanas después de que una tormenta se llevara parte del muelle. ",
    "sv": "Färjan till ön går igen från och med måndag, tre veckor efter att en storm slet bort en del av bryggan i hamnen. ",
    "el": "Το πλοίο για το νησί ξεκινά πάλι τη Δευτέρα, τρεις εβδομάδες μετά την καταιγίδα που πήρε μέρος της προβλήτας. ",
}


def authors(header: str, tail: str = "", *, language: str = "en", head: str = "") -> list[str]:
    """The authors read from a page with these lines between headline and text, and below the text."""
    text = "".join(f"<p>{_TEXT[language] * 2}</p>" for _ in range(3))
    html = (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>1 Ferry, 2 Piers</title>{head}</head><body>'
        f'<main><article><h1>1 Ferry, 2 Piers</h1>{header}<div class="text">{text}</div>{tail}</article></main></body></html>'
    )
    outcome = extract(Page(body=html.encode(), url="https://www.harbour.example/news/ferry"), Sites())
    assert isinstance(outcome, Article)
    return list(outcome.authors)


@pytest.mark.parametrize(
    ("header", "want"),
    [
        ("<p>By <a href='/x'>Anna Holt</a> <span>| Published 09:14, 5 Mar 2024</span></p>", ["Anna Holt"]),
        ("<p>Author of the article:</p><p><a href='/author/anna-holt'>Anna Holt</a></p><p>Mar 05, 2024</p>", ["Anna Holt"]),
        ("<div>By</div><ul><li>Anna Holt, </li><li>Ben Ruud &amp;</li><li>Cara Lind</li></ul><p>9 min read</p>",
         ["Anna Holt", "Ben Ruud", "Cara Lind"]),
        ("<p>By Anna Holt For Harbour.Example</p>", ["Anna Holt"]),
        ("<p>By Anna Holt on Tuesday</p>", ["Anna Holt"]),
        ("<p>by <b>ANNA HOLT</b> on <span>Jan 22, 2025</span></p>", ["ANNA HOLT"]),
        ("<p>Opinion by Anna Holt</p>", ["Anna Holt"]),
        ("<p>This post was written by <a href='/x'>Anna Holt</a>, harbour master.</p>", ["Anna Holt"]),
        ("<div><a class='url fn n' href='/author/anna'>Anna Holt</a> <time datetime='2024-03-05'>March 5, 2024</time></div>",
         ["Anna Holt"]),
        ("<span class='author vcard'><a class='url fn n' href='/?author=3'>Anna</a></span> <span>March 5, 2024</span>", ["Anna"]),
        ("<div class='Byline_box'><span>News</span><strong>Anna Holt</strong> <span class='role'>Deputy Chief</span>"
         "<span>08:39, 06 Jan 2026</span></div>", ["Anna Holt"]),
        ("<div class='author-info'><a class='name' href='/staff/anna'>Anna Holt</a><span class='job'>News Reporter</span></div>",
         ["Anna Holt"]),
        ("<p><a href='/profile/anna'>Anna Holt</a></p><p>5:00</p>", ["Anna Holt"]),
        ("<p>Anna Holt</p><p><time>4 months ago</time></p>", ["Anna Holt"]),
        ("<p>Anna Holt</p><p>Updated 15.59 | Published 14.14</p>", ["Anna Holt"]),
        ("<p class='post-author'><a href='/a'>Articles by Anna Holt</a></p>", ["Anna Holt"]),
        ("<p>Anna Holt</p><p>Reviewed by: Ben Ruud, MD</p><p>5 March 2024</p>", ["Anna Holt"]),
        ("<p>By Anna Holt The Associated Press</p>", ["Anna Holt", "The Associated Press"]),
    ],
)  # fmt: skip
def test_printed_in_english(header: str, want: list[str]) -> None:
    assert authors(header) == want


@pytest.mark.parametrize(
    ("language", "header", "want"),
    [
        ("de", "<p><span class='author'>Von dpa</span> <span>30.04.2024, 18:58</span></p>", ["dpa"]),
        ("de", "<p>Von</p><p><span class='a'>Jan Riem</span></p><p><span class='a'>Eva Holt</span></p>", ["Jan Riem", "Eva Holt"]),
        ("de", "<p>Kolumne von <a href='/x'>Jan Riem</a></p>", ["Jan Riem"]),
        ("de", "<p>Ein Kommentar von Jan Riem</p>", ["Jan Riem"]),
        ("fr", "<p>Chronique de mer par Jeanne Holt</p>", ["Jeanne Holt"]),
        ("es", "<p class='x-author__name'><a>Marta Vega</a></p><p class='x-author__special'>Corresponsal en Puerto</p>",
         ["Marta Vega"]),
        ("sv", "<ul><li><a href='/skribent/per-holt'>Per-Erik Holt</a></li></ul><p><time>måndag 5 augusti kl. 14:47</time></p>",
         ["Per-Erik Holt"]),
        ("el", "<p>Του Γιάννη Πάππα</p><p>5 Μαρτίου 2024</p>", ["Γιάννη Πάππα"]),
    ],
)  # fmt: skip
def test_printed_in_other_languages(language: str, header: str, want: list[str]) -> None:
    assert authors(header, language=language) == want


@pytest.mark.parametrize(
    "header",
    [
        "<blockquote><p>Storms come and go.</p><span class='quote__author'>Otto Pier</span></blockquote>",
        "<figure><img src='/a.jpg'><figcaption>The pier <span class='author'>Otto Pier</span></figcaption></figure>",
        "<div class='media-caption'><span class='media-author'>Otto Pier</span></div>",
        "<p><a href='/users/login'>Sign in</a></p>",
        "<p class='byline'>08:39</p>",
    ],
)
def test_author_of_something_else(header: str) -> None:
    assert authors(header) == []


def test_author_box_below_the_text() -> None:
    assert authors("<p>5 March 2024</p>", "<h4>About the author</h4><p>Anna Holt</p><p>She lives on a boat.</p>") == [
        "Anna Holt"
    ]


def test_library_tags_put_the_surname_first() -> None:
    head = '<meta name="citation_author" content="Holt, Anna M."><meta name="citation_author" content="Ruud, Ben">'
    assert authors("", head=head) == ["Anna M. Holt", "Ben Ruud"]


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("Фото: Алексей Меринов", []),
        ("Foto von Jan Holt", []),
        ("Photo by Ann Holt", []),
        ("Bild", ["Bild"]),
        ("Recueilli par Anne Martin", ["Anne Martin"]),
        ("Propos recueillis par Anne Martin et Luc Moreau", ["Anne Martin", "Luc Moreau"]),
        ("KURIER-Online-Experte Jan Holt", ["Jan Holt"]),
        ("Von Abstand über Maske bis Zoonose", []),
    ],
)
def test_what_only_looks_like_a_name(value: str, names: list[str]) -> None:
    assert split_byline(value, trusted=True) == names

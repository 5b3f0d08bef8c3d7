"""Bylines in other forms and places, found unread by `bench.extraction.changed.transplanted_bylines`, on pages of our own."""

from __future__ import annotations

import pytest

from tests.pipelines.extraction.credits.test_bylines import authors

_BIOGRAPHY = "is a freelance writer who lives on a boat, repairs old clocks and has kept bees for twenty years."


@pytest.mark.parametrize(
    ("above", "below", "want"),
    [
        # another's credit
        ("<p>Written by Anna Holt | Medically reviewed by Otto Pier, MD | Updated 5 March 2024</p>", "", ["Anna Holt"]),
        ("<p><span>Written by Anna Holt</span> <span>Fact checked by Otto Pier</span></p>", "", ["Anna Holt"]),
        ("<p>Medically reviewed by <a href='/r/o'>Otto Pier, MD</a> — By <a href='/a/h'>Anna Holt</a></p>", "", ["Anna Holt"]),
        ("<p class='byline'>Reviewed by Otto Pier</p>", "", []),
        ("<p class='author'>Edited by Otto Pier</p>", "", []),
        # several lines
        ("<p>By Anna Holt</p><p>Staff Writer</p><p>by Ben Ruud</p><p>Features Editor</p>", "", ["Anna Holt", "Ben Ruud"]),
        ("<p>Written by</p><p class='n'>Anna Holt</p><div class='c'><a href='/c/x'>Pottery Wheels</a></div>", "", ["Anna Holt"]),
        # lower case
        ("<p>by <a href='/author/anna-holt'>anna holt</a></p>", "", ["anna holt"]),
        ("<p>by <span class='author'>anna holt</span></p>", "", ["anna holt"]),
        ("<div class='post-author'><a href='/u/7'>anna holt</a> <time>5 March 2024</time></div>", "", ["anna holt"]),
        ("<p>by <a href='/author/m'>ruth e. o'hara-van rooyen</a></p>", "", ["ruth e. o'hara-van rooyen"]),
        ("<div class='post-author'><a href='/login'>sign in</a></div>", "", []),
        # what stands beside a name in its element
        ("<div class='author-box'><div class='author-link'>Learn more &gt;&gt;</div></div>", "", []),
        # further below the headline than a byline usually stands
        ("<figure><figcaption>The pier in March</figcaption></figure><p>4 min</p><p>12 shares</p><p>Save</p><p>Otto</p>"
         "<div>Anna Holt</div><div>Features Editor</div>", "", ["Anna Holt"]),
        # below the text
        ("", "<div><span>By</span><span>Anna Holt</span></div>", ["Anna Holt"]),
        ("", "<p>Article written by:</p><p>Anna Holt, MD, FRCP, PhD</p><p>She has her own practice.</p>", ["Anna Holt"]),
        ("", "<h4>Author</h4><p>Senior Technical Writer</p>", []),
        ("", "<p>Analysis: Is the Long Pier worth it?</p>", []),
        ("", "<p><em>Anna Holt is a lawyer and lives by the harbour.</em></p>", ["Anna Holt"]),
        ("", "<p><i>Anna Holt, a former harbour master, wrote this article for us.</i></p>", ["Anna Holt"]),
        ("<p>Anna Holt spoke first.</p>", "<p><em>Anna Holt is a lawyer and lives by the harbour.</em></p>", []),
        ("<p>Otto Pier spoke first.</p>", "<p>Otto Pier is a retired pilot and lives by the harbour with two of his dogs.</p>", []),
    ],
)  # fmt: skip
def test_byline(above: str, below: str, want: list[str]) -> None:
    assert authors(above, below) == want


def test_the_authors_box_stands_before_other_lines() -> None:
    box = f"<h4><a href='/author/a'>Anna Holt</a></h4><p>Anna {_BIOGRAPHY}</p>"
    ferries = [
        f"<p>Ferry number {n} of the northern line leaves the harbour at noon and is back at six.</p>"
        for n in range(20)
    ]
    text = "".join((*ferries[:15], box, *ferries[15:]))
    assert authors("", f"<div class='text'>{text}</div>") == ["Anna Holt"]


def test_the_box_of_the_headline_is_not_another_article() -> None:
    assert authors("<div class='x'>Anna Holt, Staff Writer</div>", box="newsletter-post post") == ["Anna Holt"]


@pytest.mark.parametrize(
    ("language", "line"),
    [("de", "Fachlich geprüft von Otto Pier"), ("es", "Revisado por Otto Pier"), ("fr", "Relu par Otto Pier")],
)
def test_reviewers_are_no_authors(language: str, line: str) -> None:
    assert authors(f"<p class='author'>{line}</p>", language=language) == []


_DATE = "<time>5 March 2024</time>"


@pytest.mark.parametrize(
    ("above", "below", "want"),
    [
        # words that the article writes in lower case as well
        (f"<p>Ferry Office</p>{_DATE}", "", []),
        (f"<p>Monday Storm</p>{_DATE}", "<p>The office said on monday that no storm of the kind was expected.</p>", []),
        (f"<p>Anna Holt</p>{_DATE}", "", ["Anna Holt"]),
        # part of a sentence
        (f"<p>We talk to the singer of <em>La La Pier</em></p>{_DATE}", "", []),
        (f"<div><b>See Harbour</b> in Action</div>{_DATE}", "", []),
        (f"<div><b>Anna Holt</b> <span>Harbour</span></div>{_DATE}", "", ["Anna Holt"]),
        # links to other authors below the text
        ("", "<p>Thanks to <a href='/@otto'>Otto Pier</a>.</p>", []),
        ("", "<p>Von <a href='/profile/anna'>Anna Holt</a></p>", ["Anna Holt"]),
        ("", "<ul><li><a href='/author/a'>Anna Holt</a></li><li><a href='/author/o'>Otto Pier</a></li></ul>", []),
        ("", "<ul><li><a href='/author/a'>Anna Holt</a></li></ul>", ["Anna Holt"]),
        # a heading of the text is not the heading of a box about its author
        ("<div class='text'><h3>WHERE TO BUY</h3><p>At the kiosk on the pier.</p></div>", "", []),
        # a sentence that begins with a by-word
        ("<p>Por Puerto abrirá sus puertas para todos los viajeros</p>", "", []),
        # a time behind the name below the text
        ("", "<p>By Anna Holt 12 February 2025 Tags</p>", ["Anna Holt"]),
        # a signature above the text, within its box
        ("<div class='text'><p><strong>Anna Holt</strong></p></div>", "", ["Anna Holt"]),
        # a link behind the name
        ("<p>by Anna Holt | <a href='/category/boats/'>Boats</a> | 8 min</p>", "", ["Anna Holt"]),
        # elements named for the author in other languages
        ("<div class='szerzo'>Anna Holt</div>", "", ["Anna Holt"]),
        ("<div class='auth'>Anna Holt</div>", "", ["Anna Holt"]),
    ],
)  # fmt: skip
def test_names_without_a_by_word(above: str, below: str, want: list[str]) -> None:
    assert authors(above, below) == want


def test_the_sites_name_in_an_element_named_author_is_nobody() -> None:
    assert authors("", "", box="author-page") == []

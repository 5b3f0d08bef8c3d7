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


_DATE = "<time datetime='2024-03-05'>5 March 2024</time>"
_IN_TEXT = "<p>Ferries in North Haven are rare, as the town has had no harbour of its own since the great flood.</p>"
_PLACED = {
    "comma": "<p>{name}, 5 March 2024</p>",
    "stroke": "<p>{name} | 05/03/2024</p>",
    "boxes": f"<p><span>{{name}}</span> {_DATE}</p>",
    "lines": "<p>{name}</p><p>5 March 2024</p>",
}


@pytest.mark.parametrize("form", _PLACED.values(), ids=_PLACED)
def test_what_a_date_is_set_beside_may_be_a_place(form: str) -> None:
    below = f"<div class='text'>{_IN_TEXT}</div>"
    assert authors(form.format(name="North Haven"), below) == []
    assert authors(form.format(name="Anna Holt"), below) == ["Anna Holt"]
    assert authors(form.format(name="North Haven") + "<p>Anna Holt</p>", below) == ["Anna Holt"]


@pytest.mark.parametrize(
    "line", ["<p>Anna Holt, North Haven | 5 March 2024</p>", "<p>By Anna Holt, North Haven, 5 March 2024</p>"]
)
def test_a_place_behind_the_author_is_none(line: str) -> None:
    assert authors(line, f"<div class='text'>{_IN_TEXT}</div>") == ["Anna Holt"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("pt", "O porto em Vale Fundo está fechado desde segunda-feira, disse o prefeito."),
        ("fr", "Le port de la ville voisine, à Vale Fundo, est fermé depuis lundi, dit le maire."),
        ("es", "El puerto de la ciudad, en Vale Fundo, está cerrado desde el lunes, dijo la alcaldesa."),
        ("de", "Der Hafen in Vale Fundo bleibt seit Montag geschlossen, sagte die Bürgermeisterin."),
    ],
)
def test_a_place_in_other_languages(language: str, text: str) -> None:
    line = f"<p>Vale Fundo | {_DATE}</p>"
    assert authors(line, f"<div class='text'><p>{text}</p></div>", language=language) == []
    assert authors(line, language=language) == ["Vale Fundo"]


@pytest.mark.parametrize("opening", ["NORTH HAVEN: ", "North Haven (AP) — ", "North Haven – "])
def test_a_text_opens_with_its_place(opening: str) -> None:
    line = f"<p>North Haven, 5 March 2024</p><div class='text'><p>{opening}{_IN_TEXT[3:].replace('in North Haven ', '')}</div>"
    assert authors(line) == []


@pytest.mark.parametrize(
    ("header", "head"),
    [
        ("<p>North Haven, 5 March 2024</p>", "<meta name='geo.placename' content='North Haven'>"),
        ("<p>North Haven, 5 March 2024</p>", "<script type='application/ld+json'>"
         '{"@type": "NewsArticle", "headline": "x", "contentLocation": {"name": "North Haven"}}</script>'),
        (f"<p><a href='https://gazette.example/'>Evening Gazette</a> {_DATE}</p>", ""),
        (f"<nav><a href='/coast'>Long Coast</a></nav><p>Long Coast | {_DATE}</p>", ""),
    ],
)  # fmt: skip
def test_a_stated_place_a_section_and_an_outlet_are_no_authors(header: str, head: str) -> None:
    assert authors(header, head=head) == []


def test_authors_in_a_menu_are_authors() -> None:
    assert authors(f"<nav><a href='/authors/anna'>Anna Holt</a></nav><p>Anna Holt | {_DATE}</p>") == ["Anna Holt"]

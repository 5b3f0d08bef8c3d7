"""Names that sign a text: beside a town, a duty or the outlet, in brackets, above and below it, and against what is stated."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.credits.byline_places import split_pieces
from pipelines.extraction.extract import extract
from pipelines.extraction.languages.loader import languages
from pipelines.extraction.text.byline_words import byline_words
from tests.pipelines.extraction.press.press_page import TEXTS, read_page, write_page

_DATED = "<div>5/3/2024</div>"


@pytest.mark.parametrize(
    ("language", "above", "want"),
    [
        ("es", "<p><strong>Anna Holt / Sevilla</strong></p>", ["Anna Holt"]),
        ("es", "<p><strong>Sevilla - Anna Holt</strong></p>", ["Anna Holt"]),
        ("pt", "<p>Rui da Silva</p>", ["Rui da Silva"]),
        ("it", "<p><b>Harbour Post / Anna Holt</b></p>", ["Anna Holt"]),
        ("es", "<p>Anna Holt. Corresponsal</p>", ["Anna Holt"]),
        ("es", "<p>Anna Holt. Madrid</p>", ["Anna Holt"]),
        ("es", "<p>Escribe: Anna Holt</p>", ["Anna Holt"]),
        ("el", "<p>Άντρη Χρ. Σάββα</p>", ["Άντρη Χρ. Σάββα"]),
        ("pt", "<p>Ana Silva*</p>", ["Ana Silva"]),
        ("pt", "<p>Ana Silva, especial para o Post</p>", ["Ana Silva"]),
        ("fr", "<p>mardi 5 mars 2024, par Jean Dupont</p>", ["Jean Dupont"]),
        ("fr", "<p>Texte de Jean-Luc Perrin, à Lyon</p>", ["Jean-Luc Perrin"]),
        ("it", "<p>Testo di Giulia Ferri, e agenzie</p>", ["Giulia Ferri"]),
        ("fr", "<p>Par Jean Dupont - Envoyé spécial à Podor</p>", ["Jean Dupont"]),
        ("ru", "<p>Текст: Иван Петров. Фото: Олег Сидоров</p>", ["Иван Петров"]),
        ("ru", "<p>Беседовала Анна Петрова</p>", ["Анна Петрова"]),
        ("pl", "<p>Rozmawiała Anna Kowalska</p>", ["Anna Kowalska"]),
        ("cs", "<p>Připravila Anna Nováková</p>", ["Anna Nováková"]),
        ("he", "<p>דנה כהן, כתבת</p>", ["דנה כהן"]),
        ("fr", "<p>(Anna Holt et Bernd Klein)</p>", ["Anna Holt", "Bernd Klein"]),
        ("hi", "<p>(अरुण मिश्र)</p>", ["अरुण मिश्र"]),
        ("hi", "<div class='byline'><h5>अरुण मिश्र, रमेश यादव</h5></div>", ["अरुण मिश्र", "रमेश यादव"]),
        ("fa", "<p><b>Harbour Post / سمیه رحمانی</b></p>", ["سمیه رحمانی"]),
        ("ru", "<div><span>И.Петрова</span> <span>5 марта 2024</span></div>", ["И.Петрова"]),
        ("sv", "<div>Anna Holt-Strandberg-Rosengren</div>", ["Anna Holt-Strandberg-Rosengren"]),
        ("hu", "<div class='Author'>Kovács-Nagy Eszter, dr. Szabó C. Szilárd</div>", ["Kovács-Nagy Eszter", "Szabó C. Szilárd"]),
        ("es", "<p>Corresponsal: Anna Holt</p>", ["Anna Holt"]),
        ("es", "<p>Fotógrafo: Anna Holt</p>", []),
        ("hi", "<p>अरुण मिश्र <a href='mailto:a@post.example'>a@post.example</a></p>", ["अरुण मिश्र"]),
        ("ar", "<p>سارة محمد / Harbour Post</p>", ["سارة محمد"]),
        ("vi", "<p>Bài, ảnh: Trần Quốc Hải</p>", ["Trần Quốc Hải"]),
        ("ja", "<p>文●岡本太郎</p>", ["岡本太郎"]),
        ("ja", "<p class='author'>取材・文◎ 岡本太郎</p>", ["岡本太郎"]),
        ("en", "<p>Por <a href='/x'>Anna Holt</a>, HARBOUR Leeds</p>", ["Anna Holt"]),
    ],
)  # fmt: skip
def test_above_the_text(language: str, above: str, want: list[str]) -> None:
    assert read_page(language, _DATED + above)["authors"] == want


@pytest.mark.parametrize(
    ("language", "below", "want"),
    [
        ("pt", "<p>O prazo acaba hoje. (Anna Holt)</p>", ["Anna Holt"]),
        ("tr", "<p><b>Anna Holt, Ankara</b></p><p>Metin ve görseller kaynak gösterilerek kullanılabilir.</p>", ["Anna Holt"]),
        ("fr", "<p><strong>Anna Holt (Correspondante à Podor)</strong></p>", ["Anna Holt"]),
        ("hi", "<p>— अरुण मिश्र</p>", ["अरुण मिश्र"]),
        ("hi", "<h4>अरुण मिश्र</h4><p>अरुण मिश्र बीस साल से इस शहर के पुस्तकालयों पर लिख रहे हैं और यहीं रहते हैं।</p>", ["अरुण मिश्र"]),
        ("fr", "<p>Réalisé par Jean Dupont</p>", ["Jean Dupont"]),
        ("de", "<p>Aufgezeichnet von Anna Holt</p>", ["Anna Holt"]),
        ("pl", "<p>Anna Kowalska, PAP</p>", ["Anna Kowalska", "PAP"]),
        ("sv", "<p>Anna Holt/TT</p>", ["Anna Holt", "TT"]),
        ("tr", "<p>Ali YILMAZ / İSTANBUL, (DHA)</p>", ["Ali YILMAZ"]),
        ("uk", "<p>Ганна Шевченко, власний кореспондент</p>", ["Ганна Шевченко"]),
        ("en", "<p>Anna Holt, Local Democracy Reporter</p>", ["Anna Holt"]),
        ("en", "<p>Harbour Ferries</p>", []),
        ("de", "<p>Neue Fähre</p>", []),
        ("de", "<p><strong>Anna Holt (Hrsg.)</strong></p><p>Harbour Verlag, 816 Seiten</p>", []),
        ("en", "<figure><img src='/a.jpg'><figcaption>The library. (Anna Holt)</figcaption></figure>", []),
        ("ko", "<p>(영상취재: 박철수, 영상편집: 최지은)</p>", []),
    ],
)  # fmt: skip
def test_below_the_text(language: str, below: str, want: list[str]) -> None:
    assert read_page(language, _DATED, below)["authors"] == want


@pytest.mark.parametrize(
    "code", [code for code, one in languages().items() if any(c.kind == "degree" for c in one.cues)]
)
def test_a_degree_is_no_part_of_a_name(code: str) -> None:
    for degree in (word for cue in languages()[code].cues if cue.kind == "degree" for word in cue.match):
        assert split_pieces(f"{degree} Anna Holt, prof. {degree} Bernd Klein", byline_words(code)) == [
            "Anna Holt",
            "Bernd Klein",
        ]
    assert split_pieces("dram. Anna", byline_words(code)) == ["dram. Anna"]


def _stated(
    author: str, head: str, tail: str = "", *, host: str = "www.news.example", site: str = "Harbour Post"
) -> list[str]:
    """The authors of a page that states an author and names its site in its title and by the link to the front page alone."""
    title, *paragraphs = TEXTS["en"]
    data = {"@type": "NewsArticle", "headline": title, "author": {"@type": "Person", "name": author}}
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    html = (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{title} - {site}</title>"
        f"<script type='application/ld+json'>{json.dumps(data)}</script></head><body><header><a href='/'>{site}</a></header>"
        f"<main><article><h1>{title}</h1>{head}<div class='content'>{text}{tail}</div></article></main></body></html>"
    )
    return list(to_json(extract(Page(body=html.encode(), url=f"https://{host}/a/1.html"), Sites()))["authors"])


@pytest.mark.parametrize(
    ("author", "host", "site"),
    [
        ("Harbour Post", "www.news.example", "Harbour Post"),
        ("Harbour Post Online", "www.news.example", "Harbour Post"),
        ("Harbourpost Newsroom", "www.harbourpost.example", "The Post"),
        ("harbourpost", "www.harbourpost.example", "The Post"),
        ("HP Leeds", "www.news.example", "HP"),
    ],
)
def test_a_person_is_printed_where_the_outlet_is_stated(author: str, host: str, site: str) -> None:
    assert _stated(author, "<p>By Anna Holt</p>", host=host, site=site) == ["Anna Holt"]
    assert _stated(author, "", "<p>The library closes at nine. (Anna Holt)</p>", host=host, site=site) == ["Anna Holt"]
    assert _stated(author, "<div>5 March 2024</div>", host=host, site=site) == [author], (
        "where nobody is named, it is the outlet"
    )


def test_the_editor_of_a_meta() -> None:
    body = write_page("id").body.replace(b"<title>", b"<meta name='content_editor' content='Sri Rahayu'><title>")
    assert to_json(extract(Page(body=body, url="https://www.news.example/a/1.html"), Sites()))["editors"] == [
        "Sri Rahayu"
    ]


def test_a_site_that_bears_the_name_of_its_author() -> None:
    head = "<div><a href='/about'>Anna Holt</a></div><div>Harbour Ferries</div><div>5 March 2024</div>"
    assert _stated("Anna Holt", head, host="annaholt.example", site="Ships and Piers") == ["Anna Holt"]
    assert _stated("Anna Holt", "<p>5 March 2024</p>", host="annaholt.example", site="Anna Holt") == ["Anna Holt"]


def test_the_byline_contradicts_a_statement() -> None:
    dated = "<span>Published by the newsroom on Tuesday, 5 March 2024, 15:32 GMT</span>"
    assert _stated("Cara Lind", f"<div><span>By </span><span>Anna Holt and Bernd Klein</span> {dated}</div>") == [
        "Anna Holt", "Bernd Klein",
    ]  # fmt: skip
    edited = "<div>By <span>Anna Holt</span></div><div>Edited by: <span>Cara Lind</span></div>"
    assert _stated("Cara Lind", edited) == ["Anna Holt"]
    assert _stated("Cara Lind", "<div>By <span>Anna Holt</span></div>", "<p>Cara Lind</p>") == ["Cara Lind"]


_NAMING = ("by", "by_weak", "byline_noun", "and", "duty", "degree")
_EXAMPLES = [
    (code, cue.example)
    for code, one in languages().items()
    for cue in one.cues
    if cue.kind in _NAMING and "Anna Holt" in cue.example
]


@pytest.mark.parametrize(("code", "example"), _EXAMPLES, ids=[f"{code} {example}" for code, example in _EXAMPLES])
def test_the_examples_of_a_language_are_read(code: str, example: str) -> None:
    page = write_page("en", f"<div class='author'>{example}</div><div>5/3/2024</div>")
    declared = page.body.replace(b"lang='en'", f"lang='{code}'".encode())
    authors = to_json(extract(replace(page, body=declared), Sites()))["authors"]
    assert authors[0] == "Anna Holt"
    assert authors[1:] in ([], [example.rpartition(" ")[0].rpartition(" ")[2] + " " + example.rpartition(" ")[2]])

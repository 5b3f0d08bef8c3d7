"""Lines amid and below a text that are the page's: told by their box, their look and their form, or by words of many languages."""

from __future__ import annotations

import json

import pytest

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.body.short_page import ENGLISH, FOURTH, THIRD, TITLE, lines_of, paragraphs
from tests.pipelines.extraction.press.press_page import TEXTS, read_page

TEXT = [*ENGLISH, THIRD, FOURTH]
LEAD = "After two years of work, the library has more room for its readers."


@pytest.mark.parametrize(
    "note",
    [
        "<p class='contact'>Town hall, culture and sport (044-000-0000)</p>",
        "<p class='seen'>Seen something odd? Write to the desk.</p>",
        "<div class='c-rights'>No use without our written consent.</div><p class='c-more'>All about our town</p>",
    ],
)
def test_a_note_that_looks_unlike_the_text_ends_it(note: str) -> None:
    assert lines_of(f"<article><h1>{TITLE}</h1><div>{paragraphs(TEXT)}{note}</div></article>") == TEXT


def test_a_last_paragraph_that_looks_like_others_stays() -> None:
    body = "".join(f"<p class='p{at % 2}'>{line}</p>" for at, line in enumerate(TEXT))
    assert lines_of(f"<article><h1>{TITLE}</h1><div>{body}</div></article>") == TEXT


@pytest.mark.parametrize(
    "box",
    [
        "<section class='more'><header><h3>In depth</h3></header><div><a href='/b'>A rooster must ask first</a></div></section>",
        "<div class='also'><p>In depth</p><a href='/b'>A rooster must ask first</a></div>",
    ],
)
def test_a_label_over_links_amid_the_text_is_none_of_it(box: str) -> None:
    body = f"{paragraphs(TEXT[:2])}{box}{paragraphs(TEXT[2:])}"
    assert lines_of(f"<article><h1>{TITLE}</h1><div class='c'>{body}</div></article>") == TEXT


def test_a_list_of_tools_between_standfirst_and_text_is_none_of_it() -> None:
    head = f"<header><h1>{TITLE}</h1><p class='standfirst'>{LEAD}</p><ul><li>Give it to a friend</li><li>3</li></ul></header>"
    assert lines_of(f"<article>{head}<div class='c'>{paragraphs(TEXT)}</div></article>") == [LEAD, *TEXT]


@pytest.mark.parametrize(
    "line",
    [
        "Pictures | Ada Holm", "In Harbour Post | The ferry sails again", "[video:12]", "[embed url=https://v.example/1]",
        "[cta_box_2]",
    ],
)  # fmt: skip
def test_a_line_that_its_form_tells_is_no_text(line: str) -> None:
    assert lines_of(f"<article><h1>{TITLE}</h1><div>{paragraphs([*TEXT, line])}</div></article>") == TEXT


@pytest.mark.parametrize("line", ["[Laughs: everybody in the hall]", "Love and light,", "Tea and/or coffee are served"])
def test_a_line_of_a_like_form_stays(line: str) -> None:
    assert line in lines_of(f"<article><h1>{TITLE}</h1><div>{paragraphs([*TEXT[:3], line, TEXT[3]])}</div></article>")


@pytest.mark.parametrize(
    "caption",
    [
        "<div class='prev'><img src='/a.jpg'><p class='PhotoCMS_Caption'>Children at the door of the library</p></div>",
        "<p><span class='photo_org'><img src='/a.jpg'><em class='img_desc'>Children at the door</em></span></p>",
    ],
)
def test_a_line_that_is_named_for_a_caption_beside_its_picture_is_none_of_it(caption: str) -> None:
    body = f"{paragraphs(TEXT[:2])}{caption}{paragraphs(TEXT[2:])}"
    assert lines_of(f"<article><h1>{TITLE}</h1><div class='c'>{body}</div></article>") == TEXT


def test_a_caption_amid_lines_that_breaks_divide_leaves_a_break() -> None:
    _, first, second, *rest = TEXTS["ko"]
    picture = "<span class='org'><img src='/a.jpg'><em class='img_desc'>열람실의 아이들</em></span>"
    body = f"<strong>주말에 다시 열어</strong>{picture}{first}<br><br>{second}<br><br>{rest[0]}"
    assert lines_of(f"<h1>청계읍 도서관</h1><article>{body}</article>")[-3:] == [first, second, rest[0]]


def test_a_byline_amid_the_text_may_say_where_its_author_is() -> None:
    by = "<p class='who'><span>Par <a href='/x'>Ada Holm</a> (Rennes, correspondante régionale)</span></p>"
    _, first, *rest = TEXTS["fr"]
    assert read_page("fr", head=f"<div>5/3/2024</div>{by}")["text"].split("\n") == [first, *rest]


AMID = {
    "de": (
        "Über dieses Thema berichtet: Abendschau",
        "Auf einen Blick",
        "Mit Ihrer Zustimmung wird hier ein Video geladen.",
    ),
    "es": ("Tiempo de lectura: 4 min", "Las claves"),
    "fr": ("Durée de lecture : 5 minutes", "L’essentiel", "À voir en vidéo"),
    "it": ("Tempo di lettura: 3 minuti", "In sintesi"),
    "ja": ("この記事は約3分で読めます", "この記事のポイント"),
    "ko": ("예상 읽기 시간 3분", "핵심 요약"),
    "nl": ("Leestijd: 3 minuten", "In het kort"),
    "pt": ("Tempo de leitura: 2 minutos", "Em resumo"),
}
BELOW = {
    "de": ("Nachdruck nur mit Genehmigung der Redaktion", "Ihr Ansprechpartner", "Über die Autorin"),
    "es": ("Prohibida su reproducción total o parcial.", "¿Has visto un error?"),
    "fr": ("Reproduction interdite sans accord.",),
    "it": ("Fonte: Comune di Camogli",),
    "ja": ("無断転載を禁じます。", "【会社概要】"),
    "ko": ("문의 : 도서관과",),
    "nl": ("Een versie van dit artikel verscheen ook in de krant van 6 maart.",),
    "pt": ("Encontrou um erro?",),
}


@pytest.mark.parametrize(("language", "line"), [(code, line) for code, lines in AMID.items() for line in lines])
def test_what_templates_say_amid_a_text_is_none_of_it(language: str, line: str) -> None:
    _, first, *rest = TEXTS[language]
    assert read_page(language, head=f"<div>5/3/2024</div><p>{line}</p>")["text"].split("\n") == [first, *rest]


@pytest.mark.parametrize(("language", "line"), [(code, line) for code, lines in BELOW.items() for line in lines])
def test_what_templates_say_below_a_text_is_none_of_it(language: str, line: str) -> None:
    assert read_page(language, tail=f"<p>{line}</p>")["text"].split("\n") == list(TEXTS[language][1:])


def read(head: str, author: str, language: str = "en", publisher: str = "") -> dict[str, object]:
    """A page with an author stated in JSON-LD and this below its headline."""
    stated = {"@type": "NewsArticle", "headline": TITLE, "author": {"@type": "Person", "name": author}}
    stated |= {"publisher": {"@type": "Organization", "name": publisher}} if publisher else {}
    page = (
        f"<!DOCTYPE html><html lang='{language}'><head><title>{TITLE}</title>"
        f"<script type='application/ld+json'>{json.dumps(stated)}</script></head>"
        f"<body><article><h1>{TITLE}</h1>{head}<div>{paragraphs(TEXT)}</div></article></body></html>"
    )
    return to_json(extract(Page(body=page.encode(), url="https://www.news.example/a/1.html"), Sites()))


@pytest.mark.parametrize(
    ("stated", "publisher"),
    [
        ("Newsroom", ""),
        ("Pressestelle", ""),
        ("Editör", ""),
        ("İKİ SEKİZ", "İki Sekiz"),
        ("Redaktion Hafenpost", "Hafenpost"),
    ],
)
def test_a_desk_that_is_stated_gives_way_to_a_printed_name(stated: str, publisher: str) -> None:
    head = "<div class='author'><a href='/authors/holm/'>Ada Holm</a></div>"
    assert read(head, stated, publisher=publisher)["authors"] == ["Ada Holm"]


@pytest.mark.parametrize(
    ("stated", "want"),
    [
        ("Kontributor Kupang, Ada Holm", ["Ada Holm"]),
        ("Ada Holm, em Florianópolis", ["Ada Holm"]),
        ("ada holm", ["ada holm"]),
        ("Ada Holm, Biuro Promocji", ["Ada Holm"]),
    ],
)
def test_what_stands_beside_a_stated_name_is_none(stated: str, want: list[str]) -> None:
    assert read("", stated)["authors"] == want


@pytest.mark.parametrize(
    ("language", "head", "want"),
    [
        ("ar", "<div class='byline'>بقلم: ليلى حمدان في مخيم الزعتري، الأردن</div>", ["ليلى حمدان"]),
        ("th", "<p>ณัฐชยา วงศ์ไพศาล : เรื่อง</p>", ["ณัฐชยา วงศ์ไพศาล"]),
        ("en", "<p>5 March 2024</p><p>© Harbour Post / Eva Lind</p>", []),
    ],
)
def test_where_from_and_whose_the_picture_is(language: str, head: str, want: list[str]) -> None:
    title, *text = TEXTS[language]
    article = f"<h1>{title}</h1>{head}<div>{paragraphs(text)}</div>"
    page = f"<html lang='{language}'><body><article>{article}</article></body></html>"
    assert (
        to_json(extract(Page(body=page.encode(), url="https://www.news.example/a/1.html"), Sites()))["authors"] == want
    )


def test_a_korean_lead_below_a_caption_names_the_reporter() -> None:
    title, first, *rest = TEXTS["ko"]
    text = [
        "[청계=바다뉴스] 다시 문을 연 도서관 앞에 아이들이 모여 있다. (사진=청계읍 제공)",
        f"[청계=바다뉴스] 성소담 기자 = {first}",
        *rest,
    ]
    page = f"<html lang='ko'><body><article><h1>{title}</h1>{paragraphs(text)}</article></body></html>"
    read = to_json(extract(Page(body=page.encode(), url="https://www.news.example/a/1.html"), Sites()))
    assert read["authors"] == ["성소담"]


@pytest.mark.parametrize(
    ("above", "want"),
    [
        ("<p class='head__flag'>Craft and trade</p>", "Craft and trade"),
        ("<div><span class='ds-vignette'>On the spot</span></div>", "On the spot"),
        ("<p id='kicker'>Our harbour</p>", "Our harbour"),
        ("<span>5 March 2024</span>", None),
        ("<a href='/town'>Our town</a>", None),
    ],
)
def test_a_named_line_above_the_headline_is_its_kicker(above: str, want: str | None) -> None:
    page = f"<html><body><article><header>{above}<h1>{TITLE}</h1></header><div>{paragraphs(TEXT)}</div></article></body></html>"
    assert (
        to_json(extract(Page(body=page.encode(), url="https://www.news.example/a/1.html"), Sites()))["kicker"] == want
    )

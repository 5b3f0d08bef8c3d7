"""Titles with the name of the site behind or before them, with and without a heading that shows the headline."""

from __future__ import annotations

import pytest

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.press.press_page import TEXTS

HEADLINE, *PARAGRAPHS = TEXTS["en"]

SUFFIXES = (
    " - BBC News", " | CNN", " – DW – 03/05/2024", " | Reuters", " - The New York Times", " • Harbour Post", " : NPR",
    " — Harbour Post",
    " :: Harbour Post", " » Harbour Post", " ‹ Harbour Post", " - harbour.example", " | Local | Harbour Post",
    " - Local - Harbour Post",
    " | Harbour Post: Local News", " - Harbour Post - Local News, Weather & Sports", " | The Harbour Post", " ~ Harbour Post",
    " · Harbour Post", " - Harbour Post Online", " | Books | The Guardian", " - SPIEGEL ONLINE",
)  # fmt: skip
OF_THE_SITE = (" / Harbour Post", " « Harbour Post", " (Harbour Post)")
PREFIXES = ("Harbour Post - ", "Harbour Post | ", "Harbour Post: ")


def _title(title: str, *, heading: str | None, meta: str = "") -> str:
    heading = f"<h1>{heading}</h1>" if heading else ""
    html = (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{title}</title>{meta}</head><body><header>"
        f"<a href='/'>Harbour Post</a><nav><a href='/local'>Local</a></nav></header><main><article>{heading}"
        f"<div class='content'><p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p></div></article></main></body></html>"
    )
    page = Page(body=html.encode(), url="https://www.harbour.example/a/1.html")
    return str(to_json(extract(page, Sites()))["title"])


@pytest.mark.parametrize("suffix", [*SUFFIXES, *OF_THE_SITE])
def test_the_name_of_the_site_behind_a_title(suffix: str) -> None:
    meta = f"<meta property='og:title' content='{HEADLINE}{suffix}'>"
    assert _title(HEADLINE + suffix, heading=HEADLINE) == HEADLINE
    assert _title(HEADLINE + suffix, heading=None) == HEADLINE
    assert _title(HEADLINE + suffix, heading=None, meta=meta) == HEADLINE


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_name_of_the_site_before_a_title(prefix: str) -> None:
    assert _title(prefix + HEADLINE, heading=HEADLINE) == HEADLINE
    assert _title(prefix + HEADLINE, heading=None) == HEADLINE


@pytest.mark.parametrize(
    "suffix", [" | Harbour Post", " - Harbour Post - Local News", " / Harbour Post", " ~ Harbour Post"]
)
def test_a_heading_that_ends_in_the_name_of_the_site(suffix: str) -> None:
    assert _title(HEADLINE + suffix, heading=HEADLINE + suffix) == HEADLINE


def test_a_headline_that_speaks_of_the_site_stays() -> None:
    headline = "Storm over the pier - Harbour Post: how our office was flooded"
    assert _title(headline, heading=headline) == headline


@pytest.mark.parametrize("title", ["harbour.example", "", "Harbour Post"])
def test_a_page_that_states_no_title_prints_it_as_a_heading_above_the_byline(title: str) -> None:
    name = "<meta property='og:site_name' content='Harbour Post'>"
    html = (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{title}</title>{name}</head><body>"
        f"<h2><a href='/'>Harbour Post</a></h2><h2>{HEADLINE}</h2><p>by Ada Holm, March 5, 2024</p>"
        f"<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p><h4>A word about this site</h4></body></html>"
    )
    assert (
        to_json(extract(Page(body=html.encode(), url="https://harbour.example/a/1.html"), Sites()))["title"] == HEADLINE
    )


@pytest.mark.parametrize("filed", ["category-popular-posts", "category-comments tag-related-stories"])
def test_what_a_post_is_filed_under_says_nothing_of_its_box(filed: str) -> None:
    article = f"<article class='post-7 type-post hentry {filed}'><h1>{HEADLINE}</h1><p>by Ada Holm, March 5, 2024</p>"
    html = (
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>A library for all of us - Harbour Post</title>"
        f"</head><body>{article}<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1]}</p></article></body></html>"
    )
    read = to_json(extract(Page(body=html.encode(), url="https://harbour.example/a/1.html"), Sites()))
    assert (read["title"], read["text"]) == (HEADLINE, "\n".join(PARAGRAPHS[:2]))


CUT_SHORT = {
    "es": ("El muelle reabre: “Aquí volverán las barcas”", "El muelle reabre"),
    "fr": ("Sandholm : le quai rouvre après neuf ans de travaux", "Le quai rouvre après neuf ans"),
    "ja": ("港の桟橋が九年ぶりに再開 島の子ども「また船で通える」", "港の桟橋が九年ぶりに再開"),
    "ru": ("Причал открыли после девяти лет ремонта: «Лодки вернутся»", "Причал открыли после девяти лет ремонта"),
    "th": ("ท่าเรือเก่าเปิดอีกครั้ง ชาวเกาะบอกเรือจะกลับมา", "ท่าเรือเก่าเปิดอีกครั้ง"),
}
"""A headline, and as one statement cuts it, by language."""


@pytest.mark.parametrize("language", CUT_SHORT)
def test_a_heading_yields_only_to_what_is_worded_for_sharing_throughout(language: str) -> None:
    headline, short = CUT_SHORT[language]
    news = f'<script type="application/ld+json">{{"@type": "NewsArticle", "headline": "{headline}"}}</script>'
    social = f"{news}<meta property='og:title' content='{short}'>"
    window = f"{headline} | Harbour Post"
    assert _title(window, heading=headline, meta=social) == headline
    assert _title(window, heading=headline, meta=f"{social}<meta name='twitter:title' content='{short}'>") == short


@pytest.mark.parametrize("mark", [": ", " | ", ". ", " – "])
def test_a_kicker_in_a_heading_is_part_of_it_if_it_and_all_statements_join_the_two(mark: str) -> None:
    heading = f"<span class='kicker'>The old pier</span> <span>{HEADLINE}</span>"
    with_colon = heading.replace("</span> ", "</span><span>: </span>")
    social = f"<meta property='og:title' content='The old pier{mark}{HEADLINE}'>"
    assert _title(f"The old pier{mark}{HEADLINE}", heading=heading, meta=social) == HEADLINE
    joined = f'<script type="application/ld+json">{{"@type": "Article", "headline": "The old pier{mark}{HEADLINE}"}}</script>'
    assert _title(HEADLINE, heading=heading, meta=social + joined) == HEADLINE
    assert _title(HEADLINE, heading=with_colon, meta=social + joined) == f"The old pier: {HEADLINE}"


@pytest.mark.parametrize("label", ["Opinion | ", "EXCLUSIVE: ", "[Video] ", "【独家】"])
def test_a_label_before_a_heading_is_none_of_it_where_two_statements_lack_it(label: str) -> None:
    social = f"<meta property='og:title' content='{HEADLINE}'>"
    assert _title(f"{HEADLINE} | Harbour Post", heading=label + HEADLINE, meta=social) == HEADLINE


def test_pieces_that_only_a_style_sets_apart_have_blanks_between_them_where_a_statement_has() -> None:
    words = HEADLINE.split()
    pieces = "".join(f"<b style='display:block'>{piece}</b>" for piece in (" ".join(words[:3]), " ".join(words[3:])))
    assert _title(f"{HEADLINE} | Harbour Post", heading=pieces) == HEADLINE


@pytest.mark.parametrize(
    ("above", "kicker"),
    [
        ("<div class='uppercase-title'>TRADES THAT VANISH</div>", "TRADES THAT VANISH"),
        ("<span class='news-header-antetitle'>A treaty of 1974</span>", "A treaty of 1974"),
        ("<p class='small-tit'>The old pier</p>", "The old pier"),
        ("<div class='title-date'>5 March 2024</div>", None),
        ("<div class='title-link'><a href='/s'>Local news</a></div>", None),
        ("<div class='skip'>Skip to content</div>", None),
    ],
)
def test_a_line_right_before_the_heading_that_calls_itself_a_title_is_its_kicker(
    above: str, kicker: str | None
) -> None:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
    head = f"<html lang='en'><head><title>{HEADLINE}</title></head>"
    html = f"{head}<body><article>{above}<h1>{HEADLINE}</h1>{text}</article></body></html>"
    assert (
        to_json(extract(Page(body=html.encode(), url="https://harbour.example/a/1.html"), Sites()))["kicker"] == kicker
    )

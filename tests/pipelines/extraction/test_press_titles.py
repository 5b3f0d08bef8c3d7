"""Titles with the name of the site behind or before them, with and without a heading that shows the headline."""

from __future__ import annotations

import pytest

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.press_page import TEXTS

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

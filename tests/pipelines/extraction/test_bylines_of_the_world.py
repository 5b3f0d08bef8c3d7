"""Bylines and signatures in forms of single countries' press: where they stand, whose they are, and that they are no text."""

from __future__ import annotations

import pytest

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.press.press_page import TEXTS, read_page

HEAD = (
    ("fr", "<p>Anne Pradier, à Rennes</p>", ["Anne Pradier"]),
    ("pt", "<p>Ana Prado, de Vale Fundo</p>", ["Ana Prado"]),
    (
        "es",
        "<p class='columnist'><a href='/autores/ana'><span>Ana</span> <strong>PRADO</strong></a></p>",
        ["Ana PRADO"],
    ),
)
TAIL: tuple[tuple[str, str, list[str]], ...] = (
    ("ja", "<p>（文・写真　田中一郎）</p>", ["田中一郎"]),
    ("ko", "<p>대전=박서영</p>", ["박서영"]),
)
UNKNOWN = (
    ("ar", "حاوره: محمد عادل", ["محمد عادل"]),
    ("bn", "লেখা: রহিম উদ্দিন", ["রহিম উদ্দিন"]),
    ("ta", "எழுத்து: மு.முருகன்", ["மு.முருகன்"]),
)


@pytest.mark.parametrize(("language", "head", "want"), HEAD)
def test_a_byline_below_the_headline(language: str, head: str, want: list[str]) -> None:
    assert read_page(language, head=head)["authors"] == want


@pytest.mark.parametrize(("language", "tail", "want"), TAIL)
def test_a_signature_below_the_text(language: str, tail: str, want: list[str]) -> None:
    read = read_page(language, tail=tail)
    assert read["authors"] == want
    assert read["text"].split("\n") == list(TEXTS[language][1:])


def test_a_korean_place_and_reporter_open_the_text() -> None:
    assert read_page("ko", lead_in="대전=박서영 기자 ")["authors"] == ["박서영"]


@pytest.mark.parametrize(("language", "byline", "want"), UNKNOWN)
def test_a_label_of_an_author(language: str, byline: str, want: list[str]) -> None:
    text = "".join(f"<p>{line}</p>" for line in TEXTS["en"][1:])
    page = (
        f"<html lang='{language}'><body><article><h1>{TEXTS['en'][0]}</h1><p>{byline}</p>{text}</article></body></html>"
    )
    assert (
        to_json(extract(Page(body=page.encode(), url="https://www.news.example/a/1.html"), Sites()))["authors"] == want
    )

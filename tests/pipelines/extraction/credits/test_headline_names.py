"""Names without a by-word: with a duty, a place or an agency beside them, in brackets at the end."""

from __future__ import annotations

import pytest

from bench.extraction.handwritten.press_forms import press_faults, read_by_copydesk
from bench.extraction.handwritten.press_pages import SURROUNDINGS, PressForm


def _authors(line: str, language: str, *, surroundings: str = "rich") -> list[str]:
    form = PressForm(kind="byline", name=line, language=language, head=f"<div>{line}</div>")
    return list(read_by_copydesk(form.page(surroundings), form.url)["authors"])


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Anna Holt, Redakteurin", "de"),
        ("Anna Holt / Corresponsal", "es"),
        ("Anna Holt</div><div>Culture reporter</div><div>Reporting from Leeds", "en"),
        ("Anna Holt, da Redação", "pt"),
        ("Redação: Anna Holt", "pt"),
        ("Por Anna Holt, G2 — Lisboa", "pt"),
        ("Anna Holt avec AFB", "fr"),
        ("Anna Holt | Madrid", "es"),
        ("ANNA HOLT", "es"),
        ("Opinión | Anna Holt", "es"),
        ("OPINION: Anna Holt", "en"),
        ("Crónica · Anna Holt", "es"),
        ("Reportage – Anna Holt", "fr"),
        ("Ein Kommentar / Anna Holt", "de"),
        ("Anna Holt, com Lusa", "pt"),
        ("Texte Anna Holt, photos Bernd Klein", "fr"),
        ("Texto de Anna Holt e fotografias de Rui Mar", "pt"),
        ("Tekst Anna Holt, foto’s Bas Kok", "nl"),
        ("By our deputy news editor Anna Holt", "en"),
        ("As told to Anna Holt", "en"),
        ("La tribune de Anna Holt", "fr"),
        ("Une série signée Anna Holt", "fr"),
        ("Por Anna Holt con información de EFE", "es"),
        ("<span>AH</span><span>By Anna Holt</span>", "en"),
    ],
)
def test_a_name_without_a_by_word(line: str, language: str) -> None:
    assert [name.title() for name in _authors(line, language)] == ["Anna Holt"]


@pytest.mark.parametrize(
    ("line", "language", "want"),
    [
        ("Guest essay by Dr. Anna de la Cruz and Prof. Ian Klein", "en", ["Dr. Anna de la Cruz", "Prof. Ian Klein"]),
        ("Ein Gastbeitrag von Prof. Dr. Anna von Holt", "de", ["Prof. Dr. Anna von Holt"]),
        ("Anna Holt in Leeds, Bernd Klein in Paris and agencies", "en", ["Anna Holt", "Bernd Klein"]),
        (
            "<span>Anna Holt y Gasset</span><span>Redacción</span></div><div>5 de marzo de 2024",
            "es",
            ["Anna Holt y Gasset"],
        ),
        ("By Bernd Klein Jr.", "en", ["Bernd Klein Jr."]),
        ("Anna Holt, Harbour Clarion, March 5, 2024", "en", ["Anna Holt"]),
        ("Текст: Анна Холт. Редактор: Олег Чёрный", "ru", ["Анна Холт"]),
        ("文・山田太郎　写真・佐藤花子", "ja", ["山田太郎"]),
        ("【ワシントン＝鈴木一郎】", "ja", ["鈴木一郎"]),
    ],
)
def test_names_with_what_belongs_to_them(line: str, language: str, want: list[str]) -> None:
    assert _authors(line, language) == want


@pytest.mark.parametrize(
    "line", ["Plant Picks for Winter", "The Ferry in Leeds", "Harbour | Anna Holt Wins", "Picks – The Best Boats"]
)
def test_a_heading_is_no_name(line: str) -> None:
    assert _authors(line, "en") == []


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
def test_two_names(surroundings: str) -> None:
    assert _authors("Anna Holt et Bernd Klein", "fr", surroundings=surroundings) == ["Anna Holt", "Bernd Klein"]


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Letters to the Editor", "en"),
        ("Harbour Ferries", "en"),
        ("Two reporters went to see it", "en"),
        ("Neue Fähre", "de"),
    ],
)
def test_a_line_that_is_no_name(line: str, language: str) -> None:
    assert _authors(line, language) == []


def test_a_name_in_brackets_ends_the_text_and_is_none_of_it() -> None:
    form = PressForm(kind="byline", name="", language="de", last="<p>(Anna Holt)</p>", want={"authors": ["Anna Holt"]})
    assert press_faults(form.labels(), read_by_copydesk(form.page("rich"), form.url)) == {}


def _stated(meta: str, head: str) -> list[str]:
    dated = f'{head}<time datetime="2024-03-05T15:32:00Z">March 5, 2024</time>'
    form = PressForm(kind="byline", name="", language="en", meta=meta, head=dated)
    return list(read_by_copydesk(form.page("rich"), form.url)["authors"])


def test_an_account_in_the_meta_yields_to_a_byline_and_to_no_guess() -> None:
    meta = '<meta name="author" content="newsdesk3x"><meta name="author" content="aholt">'
    assert _stated(meta, "<div>By Anna Holt</div>") == ["Anna Holt"]
    assert "aholt" in _stated(meta, "<div>Harbour Ferries</div>")

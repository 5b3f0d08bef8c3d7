"""Words that say something of bylines in one language are parts of names and headings in another: they apply in their own alone."""

from __future__ import annotations

import pytest

from pipelines.extraction.credits.names.persons import is_bare_name, is_name, split_byline, text_beside_time
from pipelines.extraction.languages.loader import KINDS, applicable_languages, languages, words_of
from pipelines.extraction.text.byline_words import byline_words
from tests.pipelines.extraction.credits.test_bylines import article, authors

_DAY = "<p>2024-03-05</p>"


@pytest.mark.parametrize(
    ("language", "header", "want"),
    [
        # What others do, before the "de" or "von" of another language.
        ("en", "<p>Edith de Vries</p>", ["Edith de Vries"]),
        ("en", "<p>By Edith de Vries</p>", ["Edith de Vries"]),
        ("en", "<p>By Anna Holt, Edith von Berg</p>", ["Anna Holt", "Edith von Berg"]),
        ("es", "<p>Por Edith de la Torre</p>", ["Edith de la Torre"]),
        ("fr", "<p>Par Edith de Coster</p>", ["Edith de Coster"]),
        ("de", "<p>Von Edith de Vries</p>", ["Edith de Vries"]),
        ("en", "<p>By Relu de Marco</p>", ["Relu de Marco"]),
        ("ro", "<p>De Ana Pop, Relu De Marco</p>", ["Ana Pop", "Relu De Marco"]),
        # Labels and words for the author that are a test, a person, a metal, a report, film theory, a protocol.
        ("fi", "<p>TESTI: Volvo Amazon</p><p>Ville Laine</p>", ["Ville Laine"]),
        ("de", "<p>Haber: Kein Rücktritt</p><p>Von Eva Miller</p>", ["Eva Miller"]),
        ("en", "<p>Tin: Malaysia Mines</p><p>By Ada Holm</p>", ["Ada Holm"]),
        ("en", "<p>PV: Solar Boom</p><p>By Ada Holm</p>", ["Ada Holm"]),
        ("en", "<p>Auteur Cinema Club</p><p>By Ada Holm</p>", ["Ada Holm"]),
        ("sv", "<p>Protokoll: Hamnens Möte</p><p>Av Ada Holm</p>", ["Ada Holm"]),
        ("ms", "<p>Laporan Khas</p><p>Oleh Siti Aminah</p>", ["Siti Aminah"]),
        ("en", "<p>By Autor Holm</p>", ["Autor Holm"]),
        # Languages that had been read by the words of their neighbours.
        ("ro", "<p>Editat de Ana Pop</p><p>Autoare: Eva Rusu</p>", ["Eva Rusu"]),
        ("hr", "<p>Tekst i fotografije: Ana Horvat</p>", ["Ana Horvat"]),
        ("hr", "<p>Autorica: Ana Horvat</p>", ["Ana Horvat"]),
        ("ms", "<p>Ditulis oleh Siti Aminah</p>", ["Siti Aminah"]),
    ],
)
def test_a_word_of_another_language_is_part_of_a_name(language: str, header: str, want: list[str]) -> None:
    assert authors(header + _DAY, language=language) == want


@pytest.mark.parametrize(
    ("language", "value", "names"),
    [
        ("pt", "Más De Xaxàs", ["Más De Xaxàs"]),
        ("es", "Más de Ana Vega", ["Ana Vega"]),
        ("en", "Les Brown Staff Writer", ["Les Brown"]),
        ("en", "Alle Artikelen Van Dam", ["Alle Artikelen Van Dam"]),
        ("nl", "Alle artikelen van Eva Dam", ["Eva Dam"]),
        ("zh", "Ada Holm", ["Ada Holm"]),
    ],
)
def test_a_link_to_works_is_told_in_the_language_of_the_page(language: str, value: str, names: list[str]) -> None:
    assert split_byline(value, byline_words(language)) == names


def test_a_label_in_a_field_for_the_author_is_one_in_any_language() -> None:
    for stated in ("Autor: Ada Holm", "Szerző: Ada Holm", "Author: Ada Holm"):
        assert split_byline(stated, byline_words("en"), trusted=True) == ["Ada Holm"], stated


@pytest.mark.parametrize("name", ["Kim Min-ho", "Moon Jae-in", "Kim Go-eun", "Kim Min Seo", "Min Zhu"])
def test_a_part_of_a_korean_or_chinese_name_is_no_word_of_menus(name: str) -> None:
    assert is_bare_name(name, "en")
    assert authors(f"<p>{name}</p>{_DAY}", language="de") == [name]


def test_other_words_of_menus_are_none_in_a_name() -> None:
    assert not is_bare_name("Read More", "es")
    assert not is_bare_name("5 Min Read", "en")
    assert not is_bare_name("Chủ Nhật", "vi")
    assert is_bare_name("Chủ Nhật", "en")
    assert is_name("Nachricht", "en")
    assert not is_name("Nachricht", "de")


@pytest.mark.parametrize(
    ("language", "text", "rest"),
    [
        ("de", "Postma Holt – 5. März 2024", "Postma Holt"),
        ("en", "Terbith Holt – 5 March 2024", "Terbith Holt"),
        ("id", "Terbit Senin – 5 Maret 2024", ""),
        ("nl", "Posted Monday – 5 maart 2024", ""),
    ],
)
def test_a_label_of_a_time_is_one_in_its_own_language(language: str, text: str, rest: str) -> None:
    assert text_beside_time(text, byline_words(language)) == rest


@pytest.mark.parametrize("text", ["3 min read", "3-min read", "5 minutes", "2 hours ago", "5h ago", "Updated today"])
def test_how_long_reading_takes_and_how_long_ago(text: str) -> None:
    assert byline_words("en").time_words.search(text)


@pytest.mark.parametrize("name", ["Park Min Ho", "Ago Anderson"])
def test_names_that_look_like_times(name: str) -> None:
    assert not byline_words("en").time_words.search(name)


@pytest.mark.parametrize("language", ["en", "es", "fi"])
def test_no_word_of_another_language_cuts_a_name(language: str) -> None:
    words, own = byline_words(language), applicable_languages(language)
    spoken = {word.strip("*").lower() for code in own for cue in languages()[code].cues for word in cue.match}
    duties = {word.strip("*").lower() for word in words_of("duty")}
    foreign = {word.strip("*.").lower() for kind in KINDS for word in words_of(kind)} - spoken - duties
    names = [word.title() for word in sorted(foreign) if word.isalpha() and word < "\u0250"]
    assert len(names) > 800
    bylines = [form.format(name) for name in names for form in ("{} Holm", "Ana {}", "Ana {} Holm")]
    assert [byline for byline in bylines if split_byline(byline, words) != [byline]] == []


@pytest.mark.parametrize(
    ("language", "line", "want"),
    [
        ("en", "Editing by Mary A Jones", ["Mary A Jones"]),
        ("en", "Edited by Mary I Jones and Bo W Lund", ["Mary I Jones", "Bo W Lund"]),
        ("pl", "Redakcja: Anna Holt i Ewa Lis", ["Anna Holt", "Ewa Lis"]),
        ("hr", "Urednik: Ana Horvat i Marko Lund", ["Ana Horvat", "Marko Lund"]),
        ("nl", "Redactie: Jan de Vries en Eva Dam", ["Jan de Vries", "Eva Dam"]),
        ("pl", "Redaktor: Anna Holt w Warszawie", ["Anna Holt"]),
        ("nb", "Redaktør: Anna Holt i Oslo", ["Anna Holt"]),
        ("en", "Editing by Anna Holt in Paris and Bo Lund in Oslo", ["Anna Holt", "Bo Lund"]),
    ],
)
def test_a_word_before_a_place_is_one_in_its_own_language(language: str, line: str, want: list[str]) -> None:
    assert list(article(_DAY, f"<p>{line}</p>", language=language).editors) == want


@pytest.mark.parametrize(
    ("language", "line", "want"),
    [
        ("fr", "Anne Pradier, à Rennes", ["Anne Pradier"]),
        ("nl", "Eva Dam, uit Gent", ["Eva Dam"]),
        ("sv", "Anna Holt, från Lund", ["Anna Holt"]),
        ("pl", "Anna Holt z Gdyni", ["Anna Holt"]),
    ],
)
def test_where_somebody_writes_from(language: str, line: str, want: list[str]) -> None:
    assert authors(f"<p>{line}</p>{_DAY}", language=language) == want

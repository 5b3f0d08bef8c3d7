"""Where an article outside Chinese was taken from, form by form, and what is no credit."""

from __future__ import annotations

import pytest

from tests.pipelines.extraction.press.press_page import TEXTS, read_page

FORMS = (
    ("en", "Northwire", "", "<p>Source: Northwire</p>"),
    ("en", "AP", "LONDON (AP) — ", ""),
    ("en", "Reuters", "OSLO, March 5 (Reuters) - ", ""),
    ("en", "Reuters", "", "<p>(Reuters)</p>"),
    ("en", "Harbour Times", "", "<p>This article was first published by the Harbour Times.</p>"),
    ("en", "Talpost Weekly", "", "<p>This story originally appeared in Talpost Weekly on 5 March 2024.</p>"),
    (
        "en",
        "The Conversation",
        "",
        "<p>This article is republished from The Conversation under a Creative Commons licence.</p>",
    ),
    ("en", "PTI", "", "<p>With inputs from PTI</p>"),
    ("de", "dpa", "", "<p>Quelle: dpa</p>"),
    ("de", "dpa", "", "<p>Mit Material von dpa</p>"),
    ("de", "dpa/AFP", "", "<p>(dpa/AFP)</p>"),
    ("de", "dpa/AFP", "", "<p>dpa/AFP</p>"),
    ("de", "afp/dpa", "", "<p>afp/dpa</p>"),
    ("de", "dpa", "", "<p>ah/dpa</p>"),
    ("de", "dpa", "", "<p>dpa/ah</p>"),
    ("de", "dpa", "", "<p>(dpa/ah)</p>"),
    ("de", "ots", "", "<p>ah/ots</p>"),
    ("de", None, "", "<p>Die dpa/ah</p>"),
    ("de", "dpa", "Berlin (dpa) ", ""),
    ("de", "Talpost", "", "<p>Zuerst erschienen in der Talpost.</p>"),
    ("fr", "AFP", "", "<p>Avec AFP</p>"),
    ("fr", "AFP", "", "<p>avec l'AFP</p>"),
    ("fr", "AFP", "", "<p>Source : AFP</p>"),
    ("es", "EFE", "", "<p>(con información de EFE)</p>"),
    ("es", "EFE", "", "<p>Fuente: EFE</p>"),
    ("es", "EFE", "Madrid, 5 mar (EFE).- ", ""),
    ("it", "ANSA", "", "<p>Fonte: ANSA</p>"),
    ("pt", "Lusa", "", "<p>Com informações da Lusa</p>"),
    ("nl", "ANP", "", "<p>Bron: ANP</p>"),
    ("ru", "ТАСС", "", "<p>Источник: ТАСС</p>"),
    ("ru", "РИА Новости", "МОСКВА, 5 мар — РИА Новости. ", ""),
    ("ja", "共同通信", "", "<p>出典：共同通信</p>"),
    ("ja", "共同通信", "", "<p>提供：共同通信</p>"),
    ("ja", "共同通信", "", "<p>共同通信提供</p>"),
    ("ko", "연합뉴스", "", "<p>연합뉴스 제공</p>"),
    ("en", None, "Reuters reported on Monday that it rained, AP (London) says. ", ""),
    ("en", None, "", "<p>The novel was first published by Penguin.</p>"),
    ("en", None, "", "<p>This article was first published on March 5.</p>"),
    ("en", None, "", "<p>This article was originally published in Spanish.</p>"),
    ("en", None, "", "<p>This article was first published by the Harbour Post.</p>"),
    ("en", None, "", "<p>Photo: Reuters</p>"),
    ("en", None, "", "<figure><img src=a.jpg><figcaption>The library. (Reuters)</figcaption></figure>"),
)
"""The language, the original source, what leads the text in, what follows it. The outlet is the Harbour Post."""


@pytest.mark.parametrize(("language", "want", "lead_in", "tail"), FORMS, ids=lambda value: str(value)[:40])
def test_original_source(language: str, want: str | None, lead_in: str, tail: str) -> None:
    got = read_page(language, lead_in=lead_in, tail=tail)
    assert (got["original_source"], got["source"]) == (want, "Harbour Post")
    assert got["text"].startswith(lead_in + TEXTS[language][1])


@pytest.mark.parametrize(
    ("line", "authors"), [("By Reuters", ["Reuters"]), ("By Ada Holm, Reuters", ["Ada Holm", "Reuters"])]
)
def test_an_agency_that_signs_stays_an_author(line: str, authors: list[str]) -> None:
    got = read_page("en", f"<div>{line}</div><div>5 March 2024</div>")
    assert got["original_source"] == "Reuters"
    assert set(got["authors"]) <= set(authors)


def test_a_source_above_the_text_is_the_original_and_not_the_outlet() -> None:
    got = read_page("en", "<div>5 March 2024</div><div>Source: Northwire</div>")
    assert (got["original_source"], got["source"]) == ("Northwire", "Harbour Post")


def test_a_label_below_the_report_of_a_person_names_an_agency_or_no_original() -> None:
    head = "<div>By Ada Holm</div><div>5 March 2024</div>"
    assert read_page("en", head, "<p>Source: Zeta Research</p>")["original_source"] is None
    assert read_page("en", head, "<p>Source: Reuters</p>")["original_source"] == "Reuters"


def test_a_dateline_behind_a_caption_and_a_date() -> None:
    head = (
        "<p>FILE PHOTO: The mayor opens the library in the harbour, as the town had asked for since the old one closed.</p>"
        "<p>5 March 2024</p>"
    )
    assert read_page("en", head, lead_in="OSLO (Reuters) - ")["original_source"] == "Reuters"


def test_an_agency_that_signs_above_the_notes_of_a_site() -> None:
    notes = (
        "<p>ah/ots</p><p>Foto: Ada Holm / Pixabay (Symbolbild)</p><p>Diese Seite zeigt Anzeigen, die mit dem Text nichts zu "
        "tun haben und von anderen eingespielt werden.</p><p>Ein Wort noch dazu.</p>"
    )
    assert read_page("de", tail=notes)["original_source"] == "ots"


def test_a_label_below_what_the_outlet_signs_in_more_words() -> None:
    head = "<div>Por <a href='/author/x'>Jornal Harbour Posto</a></div><div>5/3/2024</div>"
    assert read_page("pt", head, "<p>Fonte: Zeta Mulher</p>")["original_source"] == "Zeta Mulher"

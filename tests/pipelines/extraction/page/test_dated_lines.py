"""Lines are sorted into text and what stands around it by the words of the page's language."""

from __future__ import annotations

import pytest

from db.models import Article, Page
from db.site_rules.loader import Sites
from pipelines.extraction.extract import extract

_TEXT = {
    "en": "The ferry to the island runs again from Monday, three weeks after a storm tore away part of the pier, the office said. ",
    "de": "Die Fähre zur Insel fährt ab Montag wieder, drei Wochen nachdem ein Sturm einen Teil des Stegs fortgerissen hatte. ",
    "fr": "Le bac pour l'île reprend lundi, trois semaines après la tempête qui avait emporté une partie de la jetée du port. ",
    "sv": "Färjan till ön går igen från och med måndag, tre veckor efter att en storm slet bort en del av bryggan i hamnen. ",
    "pl": "Prom na wyspę znowu kursuje od poniedziałku, trzy tygodnie po tym, jak sztorm zerwał część pomostu w porcie. ",
    "fi": "Lautta saarelle kulkee taas maanantaista alkaen, kolme viikkoa sen jälkeen kun myrsky vei osan laiturista. ",
    "it": "Il traghetto per l'isola riparte lunedì, tre settimane dopo che una tempesta ha portato via una parte del molo. ",
    "ro": "Feribotul spre insulă circulă din nou de luni, la trei săptămâni după ce o furtună a smuls o parte a digului. ",
}


def lines(first: str, language: str, *, declared: str = "") -> list[str]:
    """The text of a page whose text begins with a line; its language is declared, or another one is."""
    text = "".join(f"<p>{_TEXT[language] * 2}</p>" for _ in range(3))
    html = (
        f'<!DOCTYPE html><html lang="{declared or language}"><head><meta charset="utf-8"><title>1 Ferry, 2 Piers</title></head>'
        f"<body><main><h1>1 Ferry, 2 Piers</h1><div class='text'><p>{first}</p>{text}</div></main></body></html>"
    )
    outcome = extract(Page(body=html.encode(), url="https://www.harbour.example/news/ferry"), Sites())
    assert isinstance(outcome, Article)
    return outcome.text.split("\n")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        # "publiziert", "paru", "maj", "birt", "terbit": published or changed, in another language.
        ("en", "Public hearings run from 3 May 2024 to 5 June 2024."),
        ("en", "The public inquiry opens on 3 May 2024."),
        ("en", "Terbit sailed on 3 May 2024."),
        ("pl", "Rejs Maj rusza 3 maja 2024."),
        ("sv", "Der Birt kom den 3 maj 2024."),
        ("fi", "Sata paru lensi 3. toukokuuta 2024."),
        # Words of the own language that only begin like its word for publishing or changing.
        ("de", "Das Publikum kommt am 3. Mai 2024."),
        ("de", "Die Revision begann am 3. Mai 2024."),
        ("fr", "Le public arrive le 3 mai 2024."),
        ("it", "Il pubblico arriva il 3 maggio 2024."),
        ("ro", "Publicul vine pe 3 mai 2024."),
        ("en", "Prices change on 3 May 2024."),
    ],
)
def test_a_sentence_with_a_day_is_text(language: str, sentence: str) -> None:
    assert lines(sentence, language)[0] == sentence


@pytest.mark.parametrize(
    ("language", "stamp"),
    [
        ("en", "Last updated 3 May 2024."),
        ("de", "Zuletzt aktualisiert am 3. Mai 2024."),
        ("de", "Publiziert am 3. Mai 2024."),
        ("fr", "Mise à jour le 3 mai 2024."),
        ("fr", "Publié le 3 mai 2024."),
        ("it", "Pubblicato il 3 maggio 2024."),
        ("pl", "Last updated 3 May 2024."),
    ],
)
def test_a_stamp_that_is_closed_like_a_sentence_is_none(language: str, stamp: str) -> None:
    assert stamp not in lines(stamp, language)


def test_the_language_is_told_by_the_text_where_a_template_says_english() -> None:
    assert lines("Le public arrive le 3 mai 2024.", "fr", declared="en")[0] == "Le public arrive le 3 mai 2024."
    assert "Publié le 3 mai 2024." not in lines("Publié le 3 mai 2024.", "fr", declared="en")

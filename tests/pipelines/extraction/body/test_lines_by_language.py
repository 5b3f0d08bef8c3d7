"""Lines that are the page's in one language are text on pages of another."""

from __future__ import annotations

import pytest

from db.models import Article, Page
from db.site_rules.loader import Sites
from pipelines.extraction.body.boilerplate_lines import drop_boilerplate_lines
from pipelines.extraction.body.link_lines import LinkLines
from pipelines.extraction.extract import extract

STORY = [
    "The ferry to Sandholm sails again from Monday, the harbour office said on Tuesday after a winter in dock.",
    "Two piles of the old pier had given way in the storm of November and were replaced by piles of oak.",
    "The first boat leaves at six in the morning, and the last one comes back at ten, as it did before.",
    "The crossing costs four crowns for adults and nothing at all for dogs that sit under the bench.",
    "Four hundred people crossed the sound on each day of last summer, more than the office had hoped for.",
    "The council pays for the oak, and the island for the tar that goes on it every second spring.",
]
LAST = "The harbour cafe opens with the first boat."


def text_in(language: str | None, line: str) -> list[str]:
    lines = [*STORY, line, LAST]
    return drop_boilerplate_lines(lines, set(), LinkLines(), ("Ada Holm",), language=language)


@pytest.mark.parametrize(
    ("kind", "language", "line"),
    [
        ("prompt", "hi", "Highlights: the bay, the pier and the light on the point."),
        ("consent_line", "de", "An dieser Stelle finden Sie Inhalte von Talgram."),
        ("picture_label", "fr", "Crédit : Ada Kale."),
        ("closing", "ro", "Editor: we took the boat to find out."),
        ("closing_within", "de", "The song is called Nachrichten in Ihr Postfach, and the band plays it on the pier."),
        ("biography", "it", "Ada Holm è giornalista."),
        ("appeal", "fr", "Faites un don, says the box at the gangway."),
        ("privacy", "de", "Under the word Datenschutz the cook sells cookies."),
        ("consent_dialog", "de", "Die technische Speicherung oder der Zugriff is the title of his poem."),
        ("end", "nl", "Lees ook, he says."),
        ("end_alone", "de", "Kommentare:"),
        ("end_line", "de", "Mehr zum Thema"),
    ],
)
def test_a_cue_applies_in_its_own_language(kind: str, language: str, line: str) -> None:
    assert line in text_in("en", line), kind
    assert line not in text_in(language, line), kind
    assert line not in text_in(None, line), "where the language is not known, all are"


def test_english_cues_and_those_of_languages_beside_apply_as_well() -> None:
    assert text_in("da", "Read also: The old piles") == [*STORY, LAST]
    assert text_in("kk", "Читайте также: Старые сваи") == [*STORY, LAST]
    assert text_in("bg", "Читайте также: Старые сваи") != [*STORY, LAST]


def article_with(below: str, lang: str) -> Article:
    body = "".join(f"<p>{line}</p>" for line in (*STORY, LAST))
    html = f'<html lang="{lang}"><body><article><h1>The ferry sails again</h1>{body}</article>{below}</body></html>'
    article = extract(Page(body=html.encode(), url="https://harbour.example/ferry"), Sites())
    assert isinstance(article, Article)
    return article


def test_what_stands_below_is_read_in_the_language_of_the_page() -> None:
    comments, paid = "<div><p>3 reacties</p></div>", "<div><p>Nur für Abonnenten der Zeitung.</p></div>"
    assert [article_with(comments, lang).comment_count for lang in ("nl", "fr")] == [3, None]
    assert [article_with(paid, lang).paywalled for lang in ("de", "fr")] == [True, False]

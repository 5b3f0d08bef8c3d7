"""Times by the headline as the press of twelve languages writes them."""

from __future__ import annotations

import pytest

from tests.pipelines.extraction.press.press_page import TEXTS, read_page

ANY = "any"

TIMES = (
    ("en", "Published 5:00 AM, March 5, 2024", "2024-03-05T05:00", ANY),
    ("en", "5 Mar 2024 03:32PM (Updated: 05 Mar 2024 06:00PM)", "2024-03-05T15:32", "2024-03-05T18:00"),
    ("en", "Tue, Mar 5, 2024 at 3:32 PM EST", "2024-03-05T15:32-05:00", ANY),
    ("en", "Mar 5, 2024, 3:32am EST", "2024-03-05T03:32-05:00", ANY),
    ("en", "Published: Mar 05, 2024, 15:32 IST", "2024-03-05T15:32+05:30", ANY),
    ("en", "First published on Tue 5 Mar 2024 15.32 GMT", "2024-03-05T15:32+00:00", ANY),
    ("en", "Posted Tue 5 Mar 2024 at 3:32pm, updated Tue 5 Mar 2024 at 6:00pm", "2024-03-05T15:32", "2024-03-05T18:00"),
    ("en", "Tuesday, 5 March 2024 - 15:32", "2024-03-05T15:32", ANY),
    ("en", "March 05, 2024 3:32 pm (IST)", "2024-03-05T15:32+05:30", ANY),
    ("en", "03/05/2024 03:32 PM EST", "2024-03-05T15:32-05:00", ANY),
    ("en", "2024-03-05 15:32:10 -0500", "2024-03-05T15:32:10-05:00", ANY),
    ("en", "Issued on: 05/03/2024 - 15:32 Modified: 05/03/2024 - 18:00", "2024-03-05T15:32", "2024-03-05T18:00"),
    ("en", "Issue: 5th March 2024", "2024-03-05", ANY),
    ("en", "Mar. 5, 2024 3:32 pm ET", "2024-03-05T15:32-05:00", ANY),
    ("en", "10:15 a.m. PT March 5, 2024", "2024-03-05T10:15-08:00", ANY),
    ("en", "Last updated 15:32 05/03/24", ANY, "2024-03-05T15:32"),
    ("en", "Wednesday 05 March 2024 15:32 EDT", "2024-03-05T15:32-04:00", ANY),
    ("en", "Mar 5 2024", "2024-03-05", ANY),
    ("en", "05-Mar-2024", "2024-03-05", ANY),
    ("en", "5/Mar/2024", "2024-03-05", ANY),
    ("en", "5.3.2024", "2024-03-05", ANY),
    ("en", "Shaban 24, 1445 AH / March 5, 2024", "2024-03-05", ANY),
    ("de", "Di 05.03.2024 - 15:32 Uhr", "2024-03-05T15:32+01:00", ANY),
    ("de", "05.03.2024 · 15:32 Uhr", "2024-03-05T15:32+01:00", ANY),
    ("de", "Erstellt: 05.03.2024 Aktualisiert: 05.03.2024, 18:00 Uhr", "2024-03-05", "2024-03-05T18:00+01:00"),
    ("de", "05. Mär 2024 um 15:32 Uhr", "2024-03-05T15:32+01:00", ANY),
    ("de", "05.03.24, 15:32 Uhr", "2024-03-05T15:32+01:00", ANY),
    ("de", "Publiziert: 05.03.2024, 15:32 Uhr", "2024-03-05T15:32+01:00", ANY),
    ("de", "Oslo, am 05.03.2024", "2024-03-05", ANY),
    ("de", "Online seit 5.3.2024, 15.32 Uhr", "2024-03-05T15:32+01:00", ANY),
    ("fr", "Publié : 5 mars 2024 à 15h32 par Ada Holm", "2024-03-05T15:32+01:00", ANY),
    ("fr", "Le 5 mars 2024 à 15h32min", "2024-03-05T15:32+01:00", ANY),
    ("fr", "Mis en ligne le 5/03/2024 à 15:32", "2024-03-05T15:32+01:00", ANY),
    (
        "fr",
        "Publié le : 05/03/2024 - 15:32 Modifié le : 05/03/2024 - 18:00",
        "2024-03-05T15:32+01:00",
        "2024-03-05T18:00+01:00",
    ),
    ("fr", "mardi 5 mars 2024 à 15:32", "2024-03-05T15:32+01:00", ANY),
    ("fr", "1er mars 2024", "2024-03-01", ANY),
    ("es", "05 MAR 2024 | 15:32h", "2024-03-05T15:32", ANY),
    ("es", "5 de marzo de 2024 a las 15:32 hrs.", "2024-03-05T15:32", ANY),
    ("es", "Martes 5 de Marzo del 2024", "2024-03-05", ANY),
    ("es", "05.03.2024 | 15:32", "2024-03-05T15:32", ANY),
    ("es", "Publicado: 05/03/2024 15:32 Actualizado: 05/03/2024 18:00", "2024-03-05T15:32", "2024-03-05T18:00"),
    ("es", "Marzo 5, 2024", "2024-03-05", ANY),
    ("es", "5 mar 2024 - 15:32 UTC", "2024-03-05T15:32+00:00", ANY),
    ("it", "Pubblicato: 05-03-2024 15:32", "2024-03-05T15:32+01:00", ANY),
    ("it", "Martedì 5 Marzo 2024, ore 15:32", "2024-03-05T15:32+01:00", ANY),
    ("it", "5 Mar. 2024", "2024-03-05", ANY),
    ("it", "(agg. 05/03/2024 alle 15:32)", ANY, "2024-03-05T15:32+01:00"),
    ("pt", "05 de março de 2024 | 15h32", "2024-03-05T15:32", ANY),
    ("pt", "5 Mar 2024 às 15:32", "2024-03-05T15:32", ANY),
    ("pt", "terça-feira, 5 de março de 2024", "2024-03-05", ANY),
    ("pt", "Publicado a 05 mar, 2024 às 15:32", "2024-03-05T15:32", ANY),
    ("nl", "di 5 mrt. 2024, 15:32", "2024-03-05T15:32+01:00", ANY),
    ("nl", "Gepubliceerd op dinsdag 5 maart 2024 om 15.32 uur", "2024-03-05T15:32+01:00", ANY),
    ("nl", "05-03-24 15:32", "2024-03-05T15:32+01:00", ANY),
    ("sv", "Publicerad: tisdag 5 mars 2024 kl. 15:32", "2024-03-05T15:32+01:00", ANY),
    ("sv", "5 mars 2024 15.32", "2024-03-05T15:32+01:00", ANY),
    ("sv", "05 MAR 2024", "2024-03-05", ANY),
    ("pl", "wtorek, 5 marca 2024 r., godz. 15:32", "2024-03-05T15:32+01:00", ANY),
    ("pl", "05.03.2024 (wtorek) 15:32", "2024-03-05T15:32+01:00", ANY),
    (
        "pl",
        "Dodano: 5 marca 2024 15:32 / Zaktualizowano: 5 marca 2024 18:00",
        "2024-03-05T15:32+01:00",
        "2024-03-05T18:00+01:00",
    ),
    ("ru", "5 марта 2024 г. 15:32", "2024-03-05T15:32+03:00", ANY),
    ("ru", "05.03.2024 в 15:32", "2024-03-05T15:32+03:00", ANY),
    ("ru", "Вторник, 05 Марта 2024 года", "2024-03-05", ANY),
    ("ru", "15:32 / 05.03.2024", "2024-03-05T15:32+03:00", ANY),
    ("ru", "Опубликовано 05.03.24 15:32", "2024-03-05T15:32+03:00", ANY),
    (
        "ru",
        "Обновлено: 05.03.2024 18:00 Опубликовано: 05.03.2024 15:32",
        "2024-03-05T15:32+03:00",
        "2024-03-05T18:00+03:00",
    ),
    ("tr", "05 Mart 2024, Salı 15:32", "2024-03-05T15:32+03:00", ANY),
    (
        "tr",
        "05.03.2024 - 15:32 | Son Güncellenme: 05.03.2024 - 18:00",
        "2024-03-05T15:32+03:00",
        "2024-03-05T18:00+03:00",
    ),
    ("tr", "Yayınlanma: 5 Mart 2024 - 15.32", "2024-03-05T15:32+03:00", ANY),
    ("ar", "5 آذار 2024", "2024-03-05", ANY),
    ("ar", "الثلاثاء، ٥ مارس ٢٠٢٤ ١٥:٣٢", "2024-03-05T15:32", ANY),
    ("ar", "2024/3/5", "2024-03-05", ANY),
    ("ar", "آخر تحديث: 5 مارس 2024 - 15:32 بتوقيت غرينتش", ANY, "2024-03-05T15:32"),
    ("ar", "24 شعبان 1445 هـ / 5 مارس 2024 م", "2024-03-05", ANY),
    ("ar", "نُشر: 15:32-5 مارس 2024 م ـ 24 شَعبان 1445 هـ", "2024-03-05T15:32", ANY),
)
"""Language, what is written, published and modified. A time without offset stands for any."""


def _fits(want: str | None, got: str | None) -> bool:
    return want == ANY or (got or "").startswith(want or "nothing")


@pytest.mark.parametrize(("language", "written", "published", "modified"), TIMES, ids=lambda value: str(value)[:60])
def test_time(language: str, written: str, published: str | None, modified: str | None) -> None:
    _, *paragraphs = TEXTS[language]
    got = read_page(language, f"<div class='x9'>{written}</div>")
    assert _fits(published, got["published"]), got["published"]
    assert _fits(modified, got["modified"]), got["modified"]
    assert got["text"].split("\n") == paragraphs

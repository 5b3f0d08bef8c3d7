"""Times by the headline as the press of twelve languages writes them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.press.press_page import TEXTS, read_page, write_page

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
    ("fr", "Publié à 15 h 32 HNE le 5 mars 2024", "2024-03-05T15:32-05:00", ANY),
    ("fr", "15 h 32, le 5 mars 2024", "2024-03-05T15:32+01:00", ANY),
    ("vi", "15 giờ 32 phút, ngày 5 tháng 3 năm 2024", "2024-03-05T15:32+07:00", ANY),
    ("vi", "Thứ Ba, 5/3/2024, 9 giờ 05", "2024-03-05T09:05+07:00", ANY),
    ("nl", "15 uur 32, 5 maart 2024", "2024-03-05T15:32+01:00", ANY),
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
    ("en", "4 March 2024, 0915 GMT", "2024-03-04T09:15+00:00", ANY),
    ("en", "Posted 1705hrs, 4 March 2024", "2024-03-04T17:05", ANY),
    ("en", "4 March 2024, 24:00", "2024-03-05T00:00", ANY),
    ("en", "4 March 2024, 24:10", "2024-03-04", ANY),
    ("de", "4. März 2024 um 7 Uhr", "2024-03-04T07:00+01:00", ANY),
    ("nl", "4 maart 2024, 7 uur", "2024-03-04T07:00+01:00", ANY),
    ("it", "4 marzo 2024 - ore 7", "2024-03-04T07:00+01:00", ANY),
    ("sv", "4 mars 2024 kl 7", "2024-03-04T07:00+01:00", ANY),
    ("fr", "Le 4 mars 2024 à 7h", "2024-03-04T07:00+01:00", ANY),
    ("fr", "4 mars 2024, 7h de lecture", "2024-03-04", ANY),
    ("ja", "2024年3月4日 7時", "2024-03-04T07:00+09:00", ANY),
    ("ja", "2024年3月4日 7時間前", "2024-03-04", ANY),
    ("ko", "2024년 3월 4일 7시", "2024-03-04T07:00+09:00", ANY),
    ("ko", "2024.03.04 7시간 전", "2024-03-04", ANY),
    ("fr", "4 mars 2024 à 06:20 TU", "2024-03-04T07:20+01:00", ANY),
    ("es", "4 de marzo de 2024, 06:20 PET", "2024-03-04T06:20-05:00", ANY),
    ("es", "04/03/2024 06:20 (Act. 05/03/2024 07:10)", "2024-03-04T06:20", "2024-03-05T07:10"),
    ("en", "Pierre Roux (died 4 March 2024) - 5 March 2024", "2024-03-05", ANY),
    ("de", "Beginn: Montag, 4. März 2024 / Online seit 5. März 2024", "2024-03-05", ANY),
    ("pl", "wczoraj 06:20", "2024-03-06T06:20+01:00", ANY),
    ("sv", "I går 06.20", "2024-03-06T06:20+01:00", ANY),
    ("tr", "Dün 06:20", "2024-03-06T06:20+03:00", ANY),
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


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("en", "Inquest scheduled for 4 March 2024"),
        ("en", "Auction, to be held on Monday, 4 March 2024"),
        ("de", "Beginn: Montag, 4. März 2024"),
        ("it", "Appuntamento: lunedì 4 marzo 2024"),
        ("ko", "개최 일시: 2024년 3월 4일"),
        ("ko", "2024년 3월 4일부터 시행"),
        ("ja", "2024年3月4日から実施"),
    ],
)
def test_the_day_of_an_event_or_from_which_something_holds_is_no_publication(language: str, written: str) -> None:
    assert read_page(language, f"<div class='x9'>{written}</div>")["published"] is None


def test_the_day_in_a_caption_is_the_picture_s() -> None:
    picture = "<figure><img src='/1.jpg'><figcaption><span>The pier, 4 March 2024</span></figcaption></figure>"
    assert read_page("en", picture)["published"] is None
    assert read_page("en", f"{picture}<p>5 March 2024</p>")["published"] == "2024-03-05"


def test_the_day_on_a_card_beside_the_text_is_another_story_s() -> None:
    card = "<div><a href='/a/8'><h4>Swimming bath to close in June</h4></a><b>Eva Lind</b> {}</div>"
    for printed in ("<time datetime='2024-02-01T10:00:00Z'>Feb 1, 2024</time>", "<span>Feb 1, 2024</span>"):
        assert read_page("en", "", f"</div><aside>{card.format(printed)}</aside>")["published"] is None


@pytest.mark.parametrize("name", ["unixtime", "unix-timestamp", "publishtime", "created-at", "publishedat"])
def test_an_attribute_that_is_named_for_a_time(name: str) -> None:
    got = read_page("en", f"<time data-{name}='1709533200'>Monday</time>")
    assert got["published"] == "2024-03-04T06:20:00+00:00"


@pytest.mark.parametrize(
    ("country", "written", "published"),
    [
        ("ie", "4 July 2023, 06:20 IST", "2023-07-04T06:20+01:00"),
        ("il", "4 July 2023, 06:20 IDT", "2023-07-04T06:20+03:00"),
        ("il", "4 March 2024, 06:20 IST", "2024-03-04T06:20+02:00"),
        ("in", "4 March 2024, 06:20 IST", "2024-03-04T06:20+05:30"),
        ("tw", "4 March 2024, 06:20 CST", "2024-03-04T06:20+08:00"),
        ("uk", "4 March 2024, 06:20 PST", "2024-03-04T06:20-08:00"),
    ],
)
def test_the_name_of_a_zone_means_that_of_the_site_s_country(country: str, written: str, published: str) -> None:
    page = replace(write_page("en", f"<p>{written}</p>"), url=f"https://www.harbour-post.{country}/a/1.html")
    assert to_json(extract(page, Sites()))["published"] == published

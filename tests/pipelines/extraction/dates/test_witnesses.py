"""What a page says of its time in several places, and what comes of it: the rules of `agreement`, each with its siblings."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from pipelines.extraction.text.date_parser import find_stamps, read_machine
from tests.pipelines.extraction.press.press_page import TEXTS

SITE = "https://www.diario.example/a/1.html"
LD = '<script type=\'application/ld+json\'>{{"@type":"{}","headline":"h",{}}}</script>'


def read(
    meta: str = "", head: str = "", *, lang: str = "en", url: str = "https://news.example/a/ferry.html"
) -> dict[str, Any]:
    """What is read from a page with these statements in its head and these lines below its headline."""
    title, *paragraphs = TEXTS[lang[:2]]
    text = "".join(f"<p>{one}</p>" for one in paragraphs)
    html = (
        f"<html lang='{lang}'><head><meta charset='utf-8'><title>{title}</title>{meta}</head><body><main><article>"
        f"<h1>{title}</h1>{head}<div class='content'>{text}</div></article></main></body></html>"
    )
    return to_json(extract(Page(body=html.encode(), url=url, fetched_at=datetime(2024, 9, 1, 12, tzinfo=UTC)), Sites()))


def meta(name: str, value: str) -> str:
    return f"<meta property='{name}' content='{value}'>"


def ld(kind: str = "Article", **values: str) -> str:
    return LD.format(kind, ",".join(f'"{key}":"{value}"' for key, value in values.items()))


T = "article:published_time"
PUBLISHED, CHANGED = "2024-02-21T11:54:45+00:00", "2024-08-26T18:41:45+00:00"
STATED = meta(T, PUBLISHED) + meta("article:modified_time", CHANGED)


@pytest.mark.parametrize(
    ("head", "want"),
    [
        ("<div>August 26, 2024</div>", PUBLISHED),
        ("<ul><li>Ada Holm</li><li>Aug 26, 2024</li></ul>", PUBLISHED),
        (
            "<time class='entry-date published updated' datetime='2024-08-26T18:41:45+00:00'>26 August 2024</time>",
            PUBLISHED,
        ),
        ("<span class='post-published-date'>August 26, 2024</span>", PUBLISHED),
        ("<div>Published August 26, 2024</div>", "2024-08-26"),
        ("<div>June 3, 2024</div>", "2024-06-03"),
    ],
)
def test_a_printed_day_of_the_last_change(head: str, want: str) -> None:
    got = read(STATED, head)
    assert got["published"] == want
    blog = ld("BlogPosting", datePublished=PUBLISHED, dateModified=CHANGED)
    assert read(blog, head)["published"] == want


def test_a_printed_day_of_the_last_change_that_is_stated_as_published_too() -> None:
    again = ld(datePublished=PUBLISHED, dateModified=CHANGED) + meta(T, "2024-08-26")
    assert read(again, "<div>August 26, 2024</div>")["published"] == "2024-08-26"


@pytest.mark.parametrize(
    ("statements", "head", "want"),
    [
        # An offset that only one of two equal clocks has, and a Z after local time.
        (ld(datePublished="2024-03-05T09:30:10Z") + meta(T, "2024-03-05T09:30:10-05:00"), "", "2024-03-05T09:30:10-05:00"),
        (ld(datePublished="2024-03-05T09:30:10") + meta(T, "2024-03-05T09:30:10-05:00"), "", "2024-03-05T09:30:10-05:00"),
        (ld(datePublished="2024-03-05T20:31:51+00:00") + meta(T, "2024-03-06T04:31:51Z"), "", "2024-03-06T04:31:51+00:00"),
        (ld(datePublished="2024-03-05T16:59:10") + meta(T, "2024-03-05T21:59:10Z"), "", "2024-03-05T16:59:10-05:00"),
        # An instant and a printed clock or day of the same publication.
        (meta(T, "2024-03-05T15:30:20Z"), "<p>March 5, 2024 10:30 AM</p>", "2024-03-05T10:30:20-05:00"),
        (meta(T, "2024-03-06T03:05:00Z"), "<p>March 5, 2024</p>", "2024-03-05T23:05:00-04:00"),
        (meta(T, "2024-03-05T23:55:02Z"), "<p>11:55 pm EDT March 5, 2024</p>", "2024-03-05T23:55:02-04:00"),
    ],
)  # fmt: skip
def test_instants_and_clocks(statements: str, head: str, want: str) -> None:
    assert read(statements, head)["published"] == want


def test_a_printed_clock_in_utc_tells_the_day() -> None:
    stated, printed = meta(T, "2024-03-06T00:30:00+01:00"), "<p>5. März 2024, 23:30 Uhr</p>"
    read_there = read(stated, printed, lang="de", url="https://www.kurier.example/a/1.html")
    assert read_there["published"] == "2024-03-05T23:30:00+00:00"


@pytest.mark.parametrize(
    "head",
    [
        "<div class='stamp' datetime='2024-03-05 17:00:00 -0400'>Mar 5, 2024</div>",
        "<span data-published='2024-03-05T17:00:00-04:00'>March 5, 2024</span>",
        "<p data-publish-date='2024-03-05T17:00:00-04:00'>Mar 5, 2024 5:00 PM</p>",
        "<b data-date='2024-03-05T17:00:00-04:00'></b><i>by Ada Holm</i>",
        "<div data-post-timestamp='2024-03-05T17:00:00-04:00'></div>",
        "<time data-datetime='2024-03-05T17:00:00-04:00'>5 March</time>",
    ],
)
def test_attributes_that_hold_an_instant(head: str) -> None:
    assert read("", head)["published"] == "2024-03-05T17:00:00-04:00"


@pytest.mark.parametrize("name", ["data-update-date", "data-timeout", "data-candidate", "data-start-id"])
def test_attributes_that_hold_none(name: str) -> None:
    assert read("", f"<div {name}='2024-03-05T17:00:00-04:00'></div>")["published"] is None


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("en", "Closing date: 5 March 2024"),
        ("en", "Received: 5 March 2024"),
        ("en", "Takes place on 5 March 2024"),
        ("en", "In force since 5 March 2024"),
        ("de", "Einsendeschluss: 5. März 2024"),
        ("de", "In Kraft seit 5. März 2024"),
        ("fr", "Date limite : 5 mars 2024"),
        ("es", "Fecha límite: 5 de marzo de 2024"),
    ],
)
def test_dates_of_something_else(lang: str, line: str) -> None:
    assert read("", f"<div>{line}</div>", lang=lang)["published"] is None


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("2024-03-05T10:00:00Z-04", -4), ("2024-03-05T10:00:00Z-04:00", -4), ("2024-03-05T10:00:00.000Z+8", 8),
        ("2024-03-05 10:00 UTC−4", -4), ("2024-03-05 10:00 GMT-0400 (EDT)", -4), ("2024-03-05T10:00:00-04", -4),
        ("2024-03-05T10:00:00+00:00Z", 0), ("2024-03-05T10:00:00Z", 0), ("5 March 2024, 10:00 GMT- 3 min read", 0),
        ("5 March 2024 10:00 - 12 comments", None),
    ],
)  # fmt: skip
def test_offsets(text: str, offset: int | None) -> None:
    stamp = read_machine(text)
    assert stamp is not None
    assert stamp.hour == 10
    assert (stamp.offset.total_seconds() / 3600 if stamp.offset is not None else None) == offset


@pytest.mark.parametrize(
    "text",
    [
        "3/5/2024 5:30:00 PM", "2024-03-05T05:30:00 PM", "2024-03-05 PM 05:30", "5 de marzo de 2024, 5:30 p. m.",
        "5 Μαρτίου 2024, 5:30 μ.μ.", "5 Mart 2024 05:30 ÖS", "5 मार्च 2024 05:30 अपराह्न", "2024年3月5日 下午5点30分",
        "2024. 3. 5. 오후 5:30", "05/03/2024 05:30 CH", "۱۴۰۲/۱۲/۱۵ ۵:۳۰ بعدازظهر",
    ],
)  # fmt: skip
def test_twelve_hours(text: str) -> None:
    stamp = find_stamps(text, day_first=not text.startswith("3/5"))[0]
    assert (stamp.month, stamp.day, stamp.hour, stamp.minute) == (3, 5, 17, 30)


@pytest.mark.parametrize(
    ("meta_tags", "lang", "url", "want"),
    [
        (meta("og:locale", "es_ES"), "es", SITE, "2024-03-05T10:30"),
        (
            meta("geo.region", "CO-ANT") + meta("og:locale", "es_ES"),
            "es",
            SITE,
            "2024-03-05T10:30-05:00",
        ),
        ("", "es", "https://www.diario.com.co/a/1.html", "2024-03-05T10:30-05:00"),
        ("", "es", "https://www.diario.bo/a/1.html", "2024-03-05T10:30-04:00"),
        ("", "es-ES", SITE, "2024-03-05T10:30+01:00"),
    ],
)
def test_a_country_has_its_own_zone(meta_tags: str, lang: str, url: str, want: str) -> None:
    assert read(meta_tags, "<p>5 de marzo de 2024 10:30</p>", lang=lang, url=url)["published"] == want

"""Times in listings: exact ones are read, what is not exact is None."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discover.listings.listing_times import read_time

READ = [
    ("Tue, 05 Mar 2024 14:30:05 +0800", "2024-03-05T14:30:05+08:00"),
    ("Tue 5 March 2024 14:30 GMT", "2024-03-05T14:30:00+00:00"),
    ("5 Mar 24 14:30:05 EST", "2024-03-05T14:30:05-05:00"),
    ("Di, 05 Mar 2024 14:30:05 +0100", "2024-03-05T14:30:05+01:00"),
    ("Tue, 05 Mar 2024 14:30:05 GMT+0800", "2024-03-05T14:30:05+08:00"),
    ("Tue, 05 Mar 2024 14:30:05 +0000 (UTC)", "2024-03-05T14:30:05+00:00"),
    ("2024-03-05T14:30:05Z", "2024-03-05T14:30:05+00:00"),
    ("2024-03-05T14:30:05.123+01:00", "2024-03-05T14:30:05+01:00"),
    ("2024-03-05T14:30+0100", "2024-03-05T14:30:00+01:00"),
    ("2024-03-05 14:30:05 +08:00", "2024-03-05T14:30:05+08:00"),
    ("2024-03-05T14:30:05-03:30", "2024-03-05T14:30:05-03:30"),
    ("2024/3/5 14:30:05 UTC", "2024-03-05T14:30:05+00:00"),
    # Zones by name: the offset is that of the day.
    ("2024-03-05 14:30:05 America/Los_Angeles", "2024-03-05T14:30:05-08:00"),
    ("Tue, 02 Jul 2024 14:30:05 America/Los_Angeles", "2024-07-02T14:30:05-07:00"),
    ("2024-07-02T14:30:05 Europe/Berlin", "2024-07-02T14:30:05+02:00"),
    ("Tue, 05 Mar 2024 14:30:05 America/Argentina/Buenos_Aires", "2024-03-05T14:30:05-03:00"),
    # Months by name in other languages.
    ("Di, 05 März 2024 14:30:05 +0100", "2024-03-05T14:30:05+01:00"),
    ("mar., 05 févr. 2024 14:30:05 +0100", "2024-02-05T14:30:05+01:00"),
    ("Mié, 05 ene 2024 14:30:05 +0100", "2024-01-05T14:30:05+01:00"),
    ("5 de marzo de 2024 14:30 +0100", "2024-03-05T14:30:00+01:00"),
    ("Вт, 05 мар 2024 14:30:05 +0300", "2024-03-05T14:30:05+03:00"),
    ("Wt, 05 maj 2024 14:30:05 +0200", "2024-05-05T14:30:05+02:00"),
    ("Sal, 05 Mart 2024 14:30:05 +0300", "2024-03-05T14:30:05+03:00"),
    ("Tue, 05 3月 2024 14:30:05 +0800", "2024-03-05T14:30:05+08:00"),
    ("Τρί, 05 Μαρτίου 2024 14:30:05 +0200", "2024-03-05T14:30:05+02:00"),
    # ctime(3), date(1), and the American order.
    ("Tue Mar  5 14:30:05 UTC 2024", "2024-03-05T14:30:05+00:00"),
    ("Tue Mar 5 14:30:05 2024 +0100", "2024-03-05T14:30:05+01:00"),
    ("Tue Mar 05 14:30:05 +0100 2024", "2024-03-05T14:30:05+01:00"),
    ("Tue Mar  5 14:30:05 PST 2024", "2024-03-05T14:30:05-08:00"),
    ("March 5, 2024 2:30 PM EST", "2024-03-05T14:30:00-05:00"),
    ("Mar. 5, 2024, 12:05 a.m. GMT", "2024-03-05T00:05:00+00:00"),
    ("Tue, 5 Mar 2024 02:30:05 PM +0100", "2024-03-05T14:30:05+01:00"),
    ("2024-03-05T14:30:05.123456789Z", "2024-03-05T14:30:05+00:00"),
    ("1709649005", "2024-03-05T14:30:05+00:00"),
    ("1709649005000", "2024-03-05T14:30:05+00:00"),
]


@pytest.mark.parametrize(("text", "iso"), READ)
def test_read(text: str, iso: str) -> None:
    moment = read_time(text)
    assert moment is not None
    assert moment.isoformat() == iso


@pytest.mark.parametrize(
    "text",
    ["", " ", None, "yesterday", "2024-03-05", "2024-03-05 14:30", "Tue, 05 Mar 2024 14:30:05", "Tue, 05 Mar 2024 14:30:05 CST",
     "2024-13-45T00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "32 Mar 2024 10:00 GMT", "2024-03-05T25:00Z",
     "2024-03-05T10:00+99:00", "x" * 500, "Tue Mar 5 14:30:05 2024", "5 lis 2024 10:00 +0100", "5 Foo 2024 10:00 GMT",
     "Mon, 01 Jan 0001 00:00:00 +0000", "1970-01-01T00:00:00Z", "Thu, 01 Jan 70 01:00:00 +0100", "1899-12-30T00:00:00Z",
     "2024-03-05 10:00 Not/A_Zone", "2024-03-05 10:00 ../../etc/passwd", "2024-03-05 10:00 Europe"],
)  # fmt: skip
def test_not_exact(text: str | None) -> None:
    assert read_time(text) is None


def test_a_known_zone_completes_a_time() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    expected = datetime(2024, 3, 5, 6, 30, 5, tzinfo=UTC)
    assert read_time("2024-03-05 14:30:05", zone) == expected
    assert read_time("2024年3月5日 14:30:05", zone) == expected
    assert read_time("2024-03-05T14:30:05+08:00", ZoneInfo("Europe/Berlin")) == expected


@given(st.text(max_size=90))
def test_never_raises_and_is_aware(text: str) -> None:
    moment = read_time(text)
    assert moment is None or moment.utcoffset() is not None

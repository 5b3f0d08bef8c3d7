"""Times in listings: exact ones are read, what is not exact is None."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discover.times import read_time

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
     "2024-03-05T10:00+99:00", "x" * 500],
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

"""Times as pages write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from db.models import OffsetFrom
from pipelines.extraction.dates.time_zones import Locale, settle_moment
from pipelines.extraction.text.date_parser import find_stamps, read_machine
from pipelines.extraction.text.months import from_ethiopian, from_solar_hijri
from pipelines.extraction.text.relative_times import find_relative


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("2023-04-15 15:32:520", (2023, 4, 15, 15, 32, 52)),
        ("2023-04-1515:32:520", (2023, 4, 15, 15, 32, 52)),
        ("2023年4月15日 15:32", (2023, 4, 15, 15, 32, None)),
        ("２０２３年４月１５日", (2023, 4, 15, None, 0, None)),
        ("2024年05月17日08:59 来源：", (2024, 5, 17, 8, 59, None)),
        ("2024年5月22日週三 上午8:21", (2024, 5, 22, 8, 21, None)),
        ("民國113年3月5日", (2024, 3, 5, None, 0, None)),
        ("2024. 3. 5. 오후 3:04", (2024, 3, 5, 15, 4, None)),
        ("3. Mai 2024, 15:47 Uhr", (2024, 5, 3, 15, 47, None)),
        ("1 de marzo de 2024 a las 10:30", (2024, 3, 1, 10, 30, None)),
        ("le 5 mars 2024 à 14h30", (2024, 3, 5, 14, 30, None)),
        ("5 марта 2024 в 20:30", (2024, 3, 5, 20, 30, None)),
        ("15:32, 4 May 2024", (2024, 5, 4, 15, 32, None)),
        ("Friday 3 May 2024 14.30 BST", (2024, 5, 3, 14, 30, None)),
        ("۱۴۰۳/۰۲/۱۵ ۱۲:۳۰", (2024, 5, 4, 12, 30, None)),
        ("15 มกราคม 2567 10:30", (2024, 1, 15, 10, 30, None)),
        ("5 जनवरी 2024 10:30 AM", (2024, 1, 5, 10, 30, None)),
        ("12.03.2024 23:59", (2024, 3, 12, 23, 59, None)),
    ],
)
def test_written_times(text: str, wall: tuple[int | None, ...]) -> None:
    stamp = find_stamps(text)[0]
    assert (stamp.year, stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.second) == wall


@pytest.mark.parametrize(
    "text", ["2024-02-31", "1789-07-14", "Tel. 030-12-34", "12/12", "ISBN 978-3-16-148410-0", "3:2"]
)
def test_what_is_no_time(text: str) -> None:
    assert not find_stamps(text)


def test_american_slashes() -> None:
    assert find_stamps("3/4/2024", day_first=False)[0].month == 3
    assert find_stamps("3/4/2024", day_first=True)[0].month == 4
    assert find_stamps("25/4/2024", day_first=False)[0].month == 4


@pytest.mark.parametrize(
    ("text", "hours"),
    [("5:04 p.m. EDT", -4), ("17:04 MESZ", 2), ("17:04 +05:30", 5.5), ("17:04Z", 0), ("17:04 GMT+8", 8)],
)
def test_named_offsets(text: str, hours: float) -> None:
    stamp = find_stamps(f"May 3, 2024 at {text}")[0]
    assert stamp.hour == 17
    assert stamp.offset == timedelta(hours=hours)


def test_machine_times() -> None:
    assert read_machine("1715300000").hour == 0  # type: ignore[union-attr]
    assert read_machine("Tue, 05 Mar 2024 14:30:00 GMT").offset == timedelta(0)  # type: ignore[union-attr]
    assert read_machine("20240305143005").second == 5  # type: ignore[union-attr]
    assert read_machine("tomorrow") is None
    assert read_machine(None) is None


def test_relative_times() -> None:
    now = datetime(2024, 5, 3, 12, tzinfo=timezone(timedelta(hours=8)))
    assert find_relative("3小时前", now).hour == 9  # type: ignore[union-attr]
    assert find_relative("昨天 15:32", now).day == 2  # type: ignore[union-attr]
    assert find_relative("前天", now) is None
    assert find_relative("2 hours ago", now).hour == 10  # type: ignore[union-attr]
    assert find_relative("vor 3 Stunden", now).hour == 9  # type: ignore[union-attr]
    assert find_relative("words", now) is None


def test_offsets_by_place() -> None:
    stamp = find_stamps("2024-07-05 14:30")[0]
    here = settle_moment(stamp, Locale(country="de"))
    assert here is not None
    assert (here.at.utcoffset(), here.offset_from) == (timedelta(hours=2), OffsetFrom.COUNTRY)
    site = settle_moment(stamp, Locale(site_timezone="Asia/Tokyo", country="de"))
    assert site is not None
    assert site.offset_from is OffsetFrom.SITE
    nowhere = settle_moment(stamp, Locale(language="en"))
    assert nowhere is not None
    assert (nowhere.at.tzinfo, nowhere.offset_from, nowhere.iso) == (UTC, OffsetFrom.UNKNOWN, "2024-07-05T14:30")


def test_solar_hijri() -> None:
    assert from_solar_hijri(1403, 1, 1).isoformat() == "2024-03-20"
    assert from_solar_hijri(1399, 12, 30).isoformat() == "2021-03-20"
    with pytest.raises(ValueError, match="no such day"):
        from_solar_hijri(1403, 13, 1)


def test_ethiopian() -> None:
    assert from_ethiopian(2016, 1, 1).isoformat() == "2023-09-12"
    assert from_ethiopian(2017, 1, 1).isoformat() == "2024-09-11"
    assert from_ethiopian(2015, 13, 6).isoformat() == "2023-09-11"
    with pytest.raises(ValueError, match="no such day"):
        from_ethiopian(2016, 13, 7)


def test_the_hours_behind_a_day_are_no_year() -> None:
    assert find_stamps("12.5. 10:14") == ()
    assert find_stamps("12.05. 10.14 Uhr") == ()
    assert find_stamps("12.5.10")[0].year == 2010

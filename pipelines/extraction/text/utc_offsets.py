"""UTC offsets by the names that are printed beside a time ("EST", "MESZ", "ET"), and the zones of countries: `places.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from pipelines.data_files import read_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Zones by country; hours east of UTC by abbreviation; zones by abbreviations that mean summer and winter time alike."""

    countries: Mapping[str, str]
    abbreviations: Mapping[str, float]
    civil: Mapping[str, str]


@cache
def places() -> Places:
    return read_table(Places, "pipelines.extraction.text", "places.toml")


def offset_named(name: str, day: date) -> timedelta | None:
    """The offset that a zone's abbreviation means on a day, None for other words."""
    if (hours := places().abbreviations.get(name)) is not None:
        return timedelta(hours=hours)
    if city := places().civil.get(name):
        try:
            return datetime.combine(day, time(12), ZoneInfo(city)).utcoffset()
        except (KeyError, OSError):  # a machine without the time zone database
            return None
    return None

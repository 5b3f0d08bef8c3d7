"""UTC offsets by the names that are printed beside a time ("EST", "MESZ", "ET"), and the zones of countries: `places.toml`."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo


@cache
def places() -> dict[str, dict[str, Any]]:
    """`countries` to zones, `abbreviations` to hours east of UTC, `civil` abbreviations to zones."""
    return tomllib.loads(files("pipelines.extraction.text").joinpath("places.toml").read_text("utf-8"))


def offset_named(name: str, day: date) -> timedelta | None:
    """The offset that a zone's abbreviation means on a day, None for other words."""
    if (hours := places()["abbreviations"].get(name)) is not None:
        return timedelta(hours=hours)
    if city := places()["civil"].get(name):
        try:
            return datetime.combine(day, time(12), ZoneInfo(city)).utcoffset()
        except (KeyError, OSError):  # a machine without the time zone database
            return None
    return None

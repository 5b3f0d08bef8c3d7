"""The date that stands in an address: a day, a month or a year."""

from __future__ import annotations

import re
from datetime import date, timedelta

_YEAR = r"(?P<year>(?:19[89]|20[0-4])\d)"
_DATES = (
    re.compile(rf"(?<!\d){_YEAR}[-/_.](?P<month>1[0-2]|0?[1-9])[-/_.](?P<day>3[01]|[12]\d|0?[1-9])(?!\d)"),
    re.compile(rf"(?<!\d){_YEAR}(?P<month>1[0-2]|0[1-9])(?P<day>3[01]|[12]\d|0[1-9])(?!\d)"),
    re.compile(rf"(?<!\d){_YEAR}[-/_.]?(?P<month>1[0-2]|0[1-9])(?!\d)"),
    re.compile(rf"/{_YEAR}(?=/)"),
)
_MOST_JUDGED = 1_000
"""Characters of an address that are searched."""


def dates_in(address: str) -> tuple[date, date] | None:
    """The first and last day that a date in an address may mean (`/2019/04/` is thirty days); None where it has none."""
    path = address[:_MOST_JUDGED].partition("://")[2].partition("/")[2]
    for pattern in _DATES:
        for match in pattern.finditer(f"/{path}"):
            if (span := _span(match.groupdict())) is not None:
                return span
    return None


def _span(parts: dict[str, str]) -> tuple[date, date] | None:
    year, month, day = int(parts["year"]), int(parts.get("month") or 0), int(parts.get("day") or 0)
    try:
        if day:
            return date(year, month, day), date(year, month, day)
    except ValueError:
        return None  # the 31st of a shorter month: a number, no date
    if month:
        return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return date(year, 1, 1), date(year, 12, 31)

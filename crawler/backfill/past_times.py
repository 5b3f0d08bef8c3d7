"""When a past article is of: what its channel says, or else the date in its address."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

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


def midnight(day: date) -> datetime:
    """The beginning of a day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def may_hold(name: str, since: datetime, until: datetime) -> bool:
    """Whether a list with this address may name articles of the time, by the date in the address. Without a date it may."""
    span = dates_in(name)
    return span is None or (
        midnight(span[1]) + timedelta(days=2) > since and midnight(span[0]) - timedelta(days=1) < until
    )


def month_of(at: datetime | date | None) -> str | None:
    """The month as "2019-04"."""
    return f"{at.year:04}-{at.month:02}" if at is not None else None

"""Timestamps as stored in the database: ISO 8601 text in UTC, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

CLOCK_STEP = timedelta(minutes=10)
"""By so much a clock may be set back by its time server without a word. What was noted further ahead, a wrong clock noted."""


def format_timestamp(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds: 2026-11-24T03:00:00.000Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_timestamp(text: str) -> datetime:
    """The aware datetime of a stored timestamp."""
    return datetime.fromisoformat(text)


def format_optional(at: datetime | None) -> str | None:
    """The timestamp of a time; None for None."""
    return format_timestamp(at) if at else None


def parse_optional(text: str | None) -> datetime | None:
    """The time of a stored timestamp; None where none is stored."""
    return parse_timestamp(text) if text else None


def lies_ahead(at: datetime, now: datetime) -> bool:
    """Whether the time of something that has happened was noted while the machine's clock was ahead: it counts for nothing then."""
    return at > now + CLOCK_STEP


def is_to_come(until: datetime, now: datetime, longest: timedelta) -> bool:
    """Whether a pause that ends then still lasts. One that would last longer than `longest` began while the clock was ahead: it is
    over.
    """
    return now < until <= now + longest + CLOCK_STEP

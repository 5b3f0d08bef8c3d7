"""Times as the database keeps them: text in UTC whose order is the order of time."""

from __future__ import annotations

from datetime import UTC, datetime


def format_timestamp(parse_timestamp: datetime) -> str:
    """A time as facts keep it: ISO 8601 in UTC with milliseconds, so that text order is time order."""
    return parse_timestamp.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_timestamp(text: str) -> datetime:
    """The aware datetime that `format_timestamp` wrote."""
    return datetime.fromisoformat(text)

"""Times as the database keeps them: text in UTC whose order is the order of time."""

from __future__ import annotations

from datetime import UTC, datetime


def stamp(moment: datetime) -> str:
    """A time as facts keep it: ISO 8601 in UTC with milliseconds, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """The aware datetime that `stamp` wrote."""
    return datetime.fromisoformat(text)

"""What several forms share: dates from the URL, and the sources to choose from."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date, datetime

_SOURCES = "SELECT id, name FROM sources WHERE removed_at IS NULL ORDER BY name LIMIT ?"
_MOST_SOURCES = 100
"""Each has a field of its own in the form."""


def date_of(text: str | None) -> date | None:
    """A date such as 2026-11-24, with or without a time behind it; None if invalid."""
    try:
        return date.fromisoformat((text or "").strip()[:10]) if text else None
    except ValueError:
        return None


def local_midnight(text: str) -> datetime | None:
    """Midnight, local time, of a date such as 2026-11-24; None if invalid."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").astimezone()
    except (ValueError, OverflowError):
        return None


def source_numbers(values: Iterable[str]) -> tuple[int, ...]:
    """The numbers of sources that a URL names, each once; what is no number is left out."""
    numbers = (text for value in values if (text := value.strip()).isascii() and text.isdigit() and len(text) < 19)
    return tuple(dict.fromkeys(map(int, numbers)))[:_MOST_SOURCES]


def source_choices(conn: sqlite3.Connection, most: int = -1) -> list[tuple[int, str]]:
    """Number and name of the sources, at most `most` (-1: all)."""
    return list(conn.execute(_SOURCES, (most,)))

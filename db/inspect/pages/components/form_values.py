"""What several forms share: dates and numbers from the URL, and the sources to choose from."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import date, datetime

_SOURCES = "SELECT id, name FROM sources WHERE removed_at IS NULL ORDER BY name LIMIT ?"
_MOST_SOURCES = 100
"""Each has a field of its own in the form."""
_MOST_DIGITS = 18
"""A row id has no more; one of any length would be slow to read, and Python refuses it from 4,301 digits on."""


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


def number_of(text: str | None) -> int | None:
    """A number such as 12; None if invalid, or longer than any row id."""
    text = (text or "").strip()
    return int(text) if len(text) <= _MOST_DIGITS and text.isascii() and text.isdigit() else None


def source_numbers(values: Iterable[str]) -> tuple[int, ...]:
    """The numbers of sources that a URL names, each once; what is no number is left out."""
    numbers = (number for value in values if (number := number_of(value)) is not None)
    return tuple(dict.fromkeys(numbers))[:_MOST_SOURCES]


def source_choices(conn: sqlite3.Connection, most: int = -1) -> list[tuple[int, str]]:
    """Number and name of the sources, at most `most` (-1: all)."""
    return list(conn.execute(_SOURCES, (most,)))

"""Timestamps as stored in the database: ISO 8601 text in UTC, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, datetime


def format_timestamp(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds: 2026-11-24T03:00:00.000Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_timestamp(text: str) -> datetime:
    """The aware datetime of a stored timestamp."""
    return datetime.fromisoformat(text)

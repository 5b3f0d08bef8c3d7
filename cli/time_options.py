"""The options `--since` and `--until`: a duration (2d), a date or a time."""

from __future__ import annotations

from datetime import UTC, datetime

from db.config.units import since as parse_since
from db.errors import UsageError


def since_option(text: str | None, option: str = "--since") -> datetime | None:
    """The time that the option means, None where it is not given. Raises UsageError, which names `option`."""
    try:
        return parse_since(text, datetime.now(UTC)) if text else None
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{option}: {error}") from error

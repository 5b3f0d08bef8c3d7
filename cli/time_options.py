"""The options `--since` and `--until`: a duration (2d), a date or a time by the clock of this machine."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from db.config.units import since as parse_since
from db.errors import UsageError


def since_option(text: str | None, option: str = "--since", zone: tzinfo | None = None) -> datetime | None:
    """The time that the option means, None where it is not given. Raises UsageError, which names `option`.

    `zone`: of a time without an offset, by default that of this machine.
    """
    try:
        return parse_since(text, datetime.now(UTC), zone) if text else None
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{option}: {error}") from error

"""Times as indexes of captures (CDX) write them: 14 digits, UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_FORMAT = "%Y%m%d%H%M%S"


def format_capture_time(moment: datetime) -> str:
    """A time as an index has it."""
    return moment.astimezone(UTC).strftime(_FORMAT)


def parse_capture_time(text: object) -> datetime | None:
    """The time, UTC; None if it is none."""
    if not re.fullmatch(r"[0-9]{14}", str(text)):
        return None
    try:
        return datetime.strptime(str(text), _FORMAT).replace(tzinfo=UTC)
    except ValueError:
        return None

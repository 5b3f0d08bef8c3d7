"""Parses JSON from the web: as the standard has it, and as templates and caches make of it.

Also read: line breaks and other control characters within strings, commas behind the last value, escapes that JSON does not know,
and what stands behind the value, such as the comment of a cache.
"""

from __future__ import annotations

import json
from typing import Any

MAX_REPAIRED = 1_500_000
"""Characters up to which a text that is no JSON is repaired: a feed of 50 long articles has a third of it."""

_DECODER = json.JSONDecoder(strict=False)


def json_value(text: str) -> Any:
    """The object or list that a text holds, a byte order mark before it or not; None where it holds none. Never raises."""
    text = text.lstrip("\ufeff \t\r\n")
    if text[:1] not in ("{", "["):
        return None
    try:
        return _DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError):
        return _repaired(text) if len(text) <= MAX_REPAIRED else None


def _repaired(text: str) -> Any:
    from chompjs import parse_js_object  # few feeds need it

    try:
        return parse_js_object(text, loader_kwargs={"strict": False})
    except (ValueError, RecursionError):
        return None

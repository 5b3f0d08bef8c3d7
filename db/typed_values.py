"""Values that people type without quotes, on a command line or in a spreadsheet."""

from __future__ import annotations

import tomllib


def typed_value(text: str) -> object:
    """What a text is as TOML (a number, a list, a text in quotes), else the text itself."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text.strip()

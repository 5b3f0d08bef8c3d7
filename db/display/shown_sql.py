"""Statements as they are shown, to be run by hand: with their values in the place of their names."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAME = re.compile(r":([a-z_]\w*)")


def fill_values(sql: str, values: Mapping[str, object]) -> str:
    """The statement with each `:name` that has a value replaced by it as a literal of SQLite."""
    return _NAME.sub(lambda found: _literal(values[found[1]]) if found[1] in values else found[0], sql).strip()


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int | float) else "'" + str(value).replace("'", "''") + "'"

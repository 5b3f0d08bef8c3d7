"""Values as cells of a CSV file that a spreadsheet may open."""

from __future__ import annotations

import json
import re

# What a spreadsheet takes for a formula (OWASP, "CSV Injection"; ASVS 1.2.10): these characters at the start of a cell, in full
# width too, and control characters, which some programs skip. Quotes before them are included, so that each cell can be restored.
_FORMULA = re.compile("'*[\x00-\x1f=+\\-@\uff1d\uff0b\uff0d\uff20]")
_JSON = json.JSONEncoder(ensure_ascii=False).encode


def csv_cell(value: object) -> object:
    """The value of a cell: lists, objects and truth values as JSON; a text that a spreadsheet would take for a formula with a `'`
    before it.

    This can be undone: the first `'` of a cell was added if and only if such a character follows it and any further `'`.
    """
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else value
    return _JSON(value) if isinstance(value, (list, dict, bool)) else value

"""`--csv`: the objects of `--json` as a table for spreadsheets and pandas."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from db.errors import UsageError
from pipelines.exchange.article_formats import COLUMNS, Row, write_csv


def one_form(as_json: bool, as_csv: bool) -> None:
    """Raises UsageError where both are asked for: one output has one form."""
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other; ask for one")


def print_csv(rows: Iterable[Row], columns: Sequence[str] = COLUMNS) -> None:
    """Write rows to standard output in UTF-8, a line of names first, whatever the terminal's own charset."""
    sys.stdout.flush()
    write_csv(rows, sys.stdout.buffer, columns)
    sys.stdout.buffer.flush()

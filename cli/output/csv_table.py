"""`--csv`: the objects of `--json` as a table for spreadsheets and pandas."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from db.errors import UsageError
from pipelines.exchange.article_formats import COLUMNS, Row, write_csv


def check_one_format(as_json: bool, as_csv: bool) -> None:
    """Raise UsageError where both formats are asked for."""
    if as_json and as_csv:
        raise UsageError("--json and --csv cannot be combined; choose one")


def print_csv(rows: Iterable[Row], columns: Sequence[str] = COLUMNS) -> None:
    """Write a line of names and then the rows to standard output, in UTF-8 whatever the locale."""
    sys.stdout.flush()
    write_csv(rows, sys.stdout.buffer, columns)
    sys.stdout.buffer.flush()

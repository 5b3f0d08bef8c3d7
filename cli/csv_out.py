"""`--csv`: the objects of `--json` as a table for spreadsheets and pandas."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from pipelines.archives.articles_out import COLUMNS, Row, write_csv


def print_csv(rows: Iterable[Row], columns: Sequence[str] = COLUMNS) -> None:
    """Write rows to standard output in UTF-8, a line of names first, whatever the terminal's own charset."""
    sys.stdout.flush()
    write_csv(rows, sys.stdout.buffer, columns)
    sys.stdout.buffer.flush()

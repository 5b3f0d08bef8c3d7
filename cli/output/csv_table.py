"""`--json` and `--csv`: the same objects as JSON lines, or as a table for spreadsheets and pandas."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence

import click

from pipelines.exchange.articles.formats import COLUMNS, JsonObject, write_csv


def print_objects(objects: Iterable[JsonObject], columns: Sequence[str], *, as_csv: bool) -> None:
    """Print objects with these keys as JSON lines or as CSV. What JSON has no form for, such as a date, is a text in both."""
    lines = (json.dumps(one, ensure_ascii=False, default=str) for one in objects)
    if as_csv:
        print_csv(map(json.loads, lines), columns)
        return
    for line in lines:
        click.echo(line)


def print_csv(rows: Iterable[JsonObject], columns: Sequence[str] = COLUMNS) -> None:
    """Write a line of names and then the rows to standard output, in UTF-8 whatever the locale."""
    sys.stdout.flush()
    write_csv(rows, sys.stdout.buffer, columns)
    sys.stdout.buffer.flush()

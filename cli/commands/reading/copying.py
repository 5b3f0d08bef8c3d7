"""`copydesk copying`: who takes articles from whom, how often and how fast."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import click

from cli.context import CommandContext
from cli.format_options import format_options
from cli.option_groups import filter_option
from cli.output.csv_table import print_csv
from cli.output.json_output import print_json
from cli.output.paging import show_lines
from cli.output.tables import Column, format_duration, output_width, table
from cli.time_options import since_option
from db.copying.origins import OriginNames
from db.copying.takings import language_base
from db.reports.copying import (
    COPYING_COLUMNS,
    CopyingFilter,
    Known,
    is_to_be_rebuilt,
    load_pairs,
    pair_rows,
)
from db.reports.copying_lags import add_lags

_COLUMNS = (
    Column(title="source", least=12),
    Column(title="took from", least=12),
    Column(title="articles", right=True, fixed=True),
    Column(title="credited", right=True, fixed=True),
    Column(title="seen first", right=True, fixed=True),
    Column(title="median lag", right=True, fixed=True),
    Column(title="±", right=True, fixed=True),
)
_USUAL_LIMIT = 40


@click.command(short_help="Show who takes articles from whom, and how fast.")
@click.option("--since", metavar="WHEN", help="Only from the month of this time on: 90d, 2026-01-01.")
@click.option("--until", metavar="WHEN", help="Only up to the month of this time, included.")
@filter_option("--language", metavar="TAG", help="Only articles in this language: zh, en.")
@click.option(
    "--known", type=click.Choice([one.value for one in Known]), default=Known.EITHER.value, show_default=True,
    help="Count by the credit, else by who had it first; by the credit alone; or by who had it first alone.",
)  # fmt: skip
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(0),
    help=f"At most N pairs; 0 for all.  [default: {_USUAL_LIMIT}; all as JSON and CSV]",
)
@format_options("Print JSON lines, one per pair.")
@click.pass_obj
def copying(context: CommandContext, /, limit: int | None, as_json: bool, as_csv: bool, **filters: Any) -> None:
    """Show which sources take articles from which others, from news agencies, and from outlets that are not crawled.

    "credited": the copy names its original. "seen first": the other source had the text first, by time alone. The median lag is
    by stated times where both state a time of day, else by when the pages were seen, which is known only to about the interval
    at which the sources are looked at (±). See docs/copying.md.
    """
    wanted = _filter(**filters)
    most = limit if limit is not None else 0 if as_json or as_csv else _USUAL_LIMIT
    with context.read() as conn:
        names = OriginNames.load(conn)
        pairs = load_pairs(conn, names, wanted)
        shown = pairs[: most or None]
        add_lags(conn, names, wanted, shown)
        rows = pair_rows(conn, names, shown)
        if not rows:
            click.echo(_nothing(conn, wanted), err=as_json or as_csv)
    if as_csv:
        print_csv(rows, COPYING_COLUMNS)
    elif as_json:
        for row in rows:
            print_json(row)
    elif rows:
        show_lines(list(_lines(rows, len(pairs))))


def _filter(since: str | None, until: str | None, language: str | None, known: str) -> CopyingFilter:
    first, last = since_option(since), since_option(until, "--until")
    return CopyingFilter(
        since=f"{first:%Y-%m}" if first else None,
        until=f"{last:%Y-%m}" if last else None,
        language=language_base(language) if language else None,
        known=Known(known),
    )


def _lines(rows: Sequence[dict[str, Any]], pairs: int) -> Iterator[str]:
    yield from table(_COLUMNS, [_row(row) for row in rows], width=output_width())
    if len(rows) < pairs:
        yield f"{pairs - len(rows):,} more pairs; `--limit 0` prints all, `copydesk inspect` shows them as a matrix."


def _row(row: dict[str, Any]) -> tuple[object, ...]:
    kind = {"agency": " (agency)", "outlet": " (not crawled)"}.get(row["kind"], "")
    lag, error = row["median_lag_s"], row["lag_error_s"]
    counts = (f"{row[name]:,}" for name in ("articles", "credited", "earliest_seen"))
    if lag is None:
        return row["source"], row["taken_from"] + kind, *counts, "", ""
    return row["source"], row["taken_from"] + kind, *counts, _span(lag), "?" if error is None else _span(error)


def _span(seconds: int) -> str:
    return f"-{format_duration(-seconds)}" if seconds < 0 else format_duration(seconds)


def _nothing(conn: sqlite3.Connection, wanted: CopyingFilter) -> str:
    if is_to_be_rebuilt(conn):
        return "Copies are known, but none is counted. `copydesk settle --all` counts them."
    if wanted != CopyingFilter():
        return "No article was taken in this period and language, as far as is known."
    return "No article is known to have been taken from another source."

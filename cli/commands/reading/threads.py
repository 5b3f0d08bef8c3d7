"""`copydesk threads`: which events had most articles in a period."""

from __future__ import annotations

import sqlite3
import sys
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta

import click

from cli.article_filters import sources_option
from cli.context import CommandContext
from cli.format_options import format_options
from cli.option_groups import filter_option, option_group
from cli.output.csv_table import print_objects
from cli.output.paging import show_lines
from cli.output.tables import Column, format_local_time, output_width, table
from cli.parameters import limit_option
from cli.signals import stopping
from cli.time_options import since_option
from db.connection.database import write
from db.display.humanize import counted
from db.queries.articles import snapshot
from db.queries.threads import ThreadFilter, ThreadKeeping, ThreadLine, biggest_threads, thread_keeping
from db.store.dedup.threads import count_unthreaded, drop_threads
from db.store.sites.sources import source_ids

_USUAL_SPAN = timedelta(days=1)
_COLUMNS = (
    Column(title="thread", right=True, fixed=True, colour="cyan"),
    Column(title="articles", right=True, fixed=True),
    Column(title="sources", right=True, fixed=True),
    Column(title="first", fixed=True),
    Column(title="last", fixed=True),
    Column(title="title", least=20, weight=3),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodOptions:
    """Which articles count, as given on the command line."""

    since: str | None
    until: str | None
    names: tuple[str, ...]
    language: str | None

    def filter(self, conn: sqlite3.Connection) -> ThreadFilter:
        """The same for a query. Raises UsageError for an unknown source or a wrong time."""
        now = datetime.now(UTC)
        return ThreadFilter(
            since=since_option(self.since) or now - _USUAL_SPAN,
            until=since_option(self.until, "--until") or now,
            source_ids=source_ids(conn, self.names),
            language=self.language.lower().partition("-")[0] if self.language else None,
        )


_period_options = option_group(
    PeriodOptions,
    "period",
    click.option("--since", metavar="WHEN", help="Threads with articles since then: 2d, 2026-11-02.  [default: 1d]"),
    click.option("--until", metavar="WHEN", help="Threads with articles before then."),
    sources_option("Count articles of this source only. May be repeated."),
    filter_option("--language", metavar="TAG", help="Only threads in this language: zh, en."),
)


@click.command(short_help="Show which events had most articles.")
@_period_options
@limit_option(20, "threads")
@format_options()
@click.option(
    "--rebuild", is_flag=True, help="Gather all articles anew first, in the order in which they were fetched."
)
@click.pass_obj
def threads(
    context: CommandContext,
    period: PeriodOptions,
    limit: int,
    as_json: bool,
    as_csv: bool,
    rebuild: bool,
) -> None:
    """List the biggest threads of a period: events with more than one article.

    Crawls gather articles into threads by themselves.
    `copydesk inspect` shows a thread with its sources over time, and why each article is in it.
    """
    if rebuild:
        _rebuild(context)
    with context.read() as conn, snapshot(conn):
        found, keeping = biggest_threads(conn, period.filter(conn), limit or -1), thread_keeping(conn)
    if as_json or as_csv:
        print_objects(map(asdict, found), [field.name for field in fields(ThreadLine)], as_csv=as_csv)
        return
    rows = [_row(line) for line in found]
    lines = (
        table(_COLUMNS, rows, width=output_width()) if rows else ["no event had more than one article in this period"]
    )
    show_lines([*lines, *_notes(keeping)])


def _row(line: ThreadLine) -> list[object]:
    first, last = format_local_time(line.first_at), format_local_time(line.last_at)
    # The sources are those of the whole thread: "1 article, 3 sources" would contradict itself.
    articles = line.articles if line.inside == line.articles else f"{line.inside} of {line.articles}"
    return [line.id, articles, line.sources, first, last, line.title or "Untitled"]


def _notes(keeping: ThreadKeeping) -> list[str]:
    notes = []
    if keeping.waiting:
        waits = counted(keeping.waiting, "article waits for its thread", "articles wait for their thread")
        notes.append(f"{waits}; crawls go on with that, `copydesk settle` does it now")
    if keeping.out_of_order:
        notes.append(
            f"{counted(keeping.out_of_order, 'old story', 'old stories')} changed since; `--rebuild` may gather them otherwise"
        )
    return notes


def _rebuild(context: CommandContext) -> None:
    # Imported here: it loads numpy, a quarter of the CPU that the command would start with.
    from cli.commands.extraction.settle import settle_steps

    with context.open() as db, stopping() as stop:
        with write(db.conn):
            drop_threads(db.conn)
        for _ in settle_steps(db.conn, stop, "gathered"):
            pass
        if stop.is_set():
            left = count_unthreaded(db.conn)
            click.echo(
                f"stopped early: {counted(left, 'article waits', 'articles wait')}; the next crawl continues", err=True
            )
            sys.exit(130)

"""`copydesk settle`: decide which pages are new articles, revisions or copies. Crawls do this by themselves.

Each step is a transaction: one that is interrupted is repeated by the next `settle` or crawl, and a concurrent crawl can write
between two.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Iterator

import click

from cli.context import CommandContext
from cli.format_options import json_option
from cli.output.json_output import print_json
from cli.output.progress import progress_bar
from cli.signals import stopping
from db.connection.database import write
from db.display.humanize import counted
from db.queries.articles import count_verdicts
from db.store.dedup.near_copies import any_unsettled, count_undecided, count_unsettled, unsettle_undecided
from db.store.dedup.threads import count_unthreaded
from pipelines.dedup.settle import STEP, reset_settling
from pipelines.dedup.settle import settle as settle_pages

_NAMES = (
    ("new", "new"),
    ("revision", "revisions"),
    ("same", "same as before"),
    ("copy", "copies"),
    ("notice", "notices"),
)
# Seconds of rest between steps. A waiting writer of SQLite checks every 100 ms whether the lock is free, so it gets in at one rest
# of five on average.
_REST_S = 0.02


@click.command()
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Repeat all decisions and rebuild the index of near copies. Earlier decisions stand until then.",
)
@json_option("Print the figures as JSON.")
@click.pass_obj
def settle(context: CommandContext, everything: bool, as_json: bool) -> None:
    """Decide which pages are new articles, revisions or copies.

    Crawls do this by themselves. Interrupt it at any time: the next `settle` or crawl continues.
    """
    with stopping() as stop, context.open() as db:
        before = count_verdicts(db.conn)
        with write(db.conn):
            if everything:
                reset_settling(db.conn)
            unsettle_undecided(db.conn)
        pages = set().union(*settle_steps(db.conn, stop, "settled"))
        if stop.is_set():
            waits = counted(count_undecided(db.conn), "article page waits", "article pages wait")
            left = f"{waits}, and {count_unthreaded(db.conn)} for their threads"
            click.echo(f"stopped early: {left}; the next `copydesk settle` or crawl continues", err=True)
            sys.exit(130)
        after = count_verdicts(db.conn)
    total = sum(after.values())
    if as_json:
        print_json({"settled": len(pages), "articles": total} | {key: after.get(key, 0) for key, _ in _NAMES})
        return
    if not total:
        click.echo("There are no articles to settle; `copydesk crawl` fetches some.")
        return
    click.echo(f"settled {len(pages):,} of {counted(total, 'article page')}")
    for verdict, name in _NAMES:
        now, then = after.get(verdict, 0), before.get(verdict, 0)
        click.echo(f"  {name:15} {now}{f'  (before: {then})' if now != then else ''}")


def settle_steps(conn: sqlite3.Connection, stop: threading.Event, done: str) -> Iterator[set[int]]:
    """Settle until nothing waits or `stop` is set; yields the pages that each step decided. `done`: what the progress bar says."""
    total = count_unsettled(conn)
    with progress_bar(done, total) as show:
        while not stop.is_set() and any_unsettled(conn):
            with write(conn):
                decided = settle_pages(conn, limit=STEP)
            yield decided
            show(max(0, total - count_unsettled(conn)))
            stop.wait(_REST_S)

"""`copydesk settle`: decide which pages are new, revisions, copies. A crawl does it by itself; this is for doing it again.

It works in steps, each a transaction of its own: a step that is cut off is done again by the next `settle` or crawl, and a crawl
that runs beside it gets its turn between two.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import threading
from collections.abc import Iterator

import click

from cli.context import CommandContext
from cli.output.progress import counting
from cli.signals import stopping
from db.connection.database import write
from db.queries.articles import count_verdicts
from db.store.near_copies import any_unsettled, count_unsettled, unsettle_undecided
from pipelines.dedup.settle import STEP, begin_again
from pipelines.dedup.settle import settle as settle_pages

_NAMES = (
    ("new", "new"),
    ("revision", "revisions"),
    ("same", "same as before"),
    ("copy", "copies"),
    ("notice", "notices"),
)
# Rest between steps. SQLite's writers look every 100 ms whether the lock is free: each rest lets one of five in, so that none
# waits for long.
_REST_S = 0.02


@click.command()
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Make all decisions and the index of near copies again. Decisions stand until they are made anew.",
)
@click.option("--json", "as_json", is_flag=True, help="The figures as JSON.")
@click.pass_obj
def settle(desk: CommandContext, everything: bool, as_json: bool) -> None:
    """Decide which pages are new, revisions or copies.

    A crawl does it by itself. Stop it at any time: the next `settle` or crawl goes on.
    """
    with desk.open() as db:
        before = count_verdicts(db.conn)
        with stopping() as stop:
            pages = set().union(*_steps(db.conn, stop, everything=everything))
        if stop.is_set():
            left = count_unsettled(db.conn)
            click.echo(
                f"stopped early: {left} article pages wait; the next `copydesk settle` or crawl goes on", err=True
            )
            sys.exit(130)
        after = count_verdicts(db.conn)
    total = sum(after.values())
    if as_json:
        click.echo(
            json.dumps({"settled": len(pages), "articles": total} | {key: after.get(key, 0) for key, _ in _NAMES})
        )
        return
    if not total:
        click.echo("There are no articles to settle; `copydesk crawl` brings some.")
        return
    click.echo(f"settled {len(pages)} of {total} article pages")
    for verdict, name in _NAMES:
        now, then = after.get(verdict, 0), before.get(verdict, 0)
        click.echo(f"  {name:15} {now}{f'  (before: {then})' if now != then else ''}")


def _steps(conn: sqlite3.Connection, stop: threading.Event, *, everything: bool) -> Iterator[set[int]]:
    """Settle until nothing waits, or one is to stop. Gives the pages that each step decided."""
    with write(conn):
        if everything:
            begin_again(conn)
        unsettle_undecided(conn)
    total, done = count_unsettled(conn), 0
    with counting("settled", total) as show:
        while not stop.is_set() and any_unsettled(conn):
            with write(conn):
                decided = settle_pages(conn)
            yield decided
            done = min(total, done + STEP)
            show(done)
            stop.wait(_REST_S)

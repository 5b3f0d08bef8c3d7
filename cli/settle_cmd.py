"""`copydesk settle`: decide which pages are new, revisions, copies. A crawl does it by itself; this is for doing it again."""

from __future__ import annotations

import click

from cli.context import Desk
from db.connect import write
from db.queries import count_verdicts, undecided
from pipelines.settle import settle as settle_pages
from pipelines.settle import settle_all

_NAMES = (("new", "new"), ("revision", "revisions"), ("same", "same as before"), ("copy", "copies"))


@click.command()
@click.option(
    "--all", "everything", is_flag=True, help="Drop all decisions and the index of near copies, and make them again."
)
@click.pass_obj
def settle(desk: Desk, everything: bool) -> None:
    """Decide which pages are new, revisions or copies."""
    with desk.open() as db:
        before = count_verdicts(db.conn)
        with write(db.conn) as conn:
            settled = settle_all(conn) if everything else settle_pages(conn, undecided(conn))
        after = count_verdicts(db.conn)
    total = sum(after.values())
    if not total:
        click.echo("There are no articles to settle; `copydesk crawl` brings some.")
        return
    click.echo(f"settled {settled} of {total} article pages")
    for verdict, name in _NAMES:
        now, then = after.get(verdict, 0), before.get(verdict, 0)
        click.echo(f"  {name:15} {now}{f'  (before: {then})' if now != then else ''}")

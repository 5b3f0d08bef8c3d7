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
@click.option("--all", "everything", is_flag=True, help="Drop all decisions and make them again.")
@click.pass_obj
def settle(desk: Desk, everything: bool) -> None:
    """Decide which pages are new, revisions or copies."""
    with desk.open() as db:
        before = count_verdicts(db.conn)
        with write(db.conn) as conn:
            page_ids = [] if everything else undecided(conn)
            if everything:
                settle_all(conn)
            else:
                settle_pages(conn, page_ids)
        after = count_verdicts(db.conn)
    total = sum(after.values())
    if not total:
        click.echo("There are no articles to settle; `copydesk crawl` brings some.")
        return
    settled = total if everything else len(page_ids)
    click.echo(f"settled {settled} of {total} article pages")
    for verdict, name in _NAMES:
        now, then = after.get(verdict, 0), before.get(verdict, 0)
        click.echo(f"  {name:15} {now}{f'  (before: {then})' if now != then else ''}")

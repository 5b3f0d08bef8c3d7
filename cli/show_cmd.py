"""`copydesk show`: one article, by its number or any of its addresses.

An article is known by its id; that shows its current revision. Any other page id shows that very page: an older revision, or one
that was rejected. An address may be the link's, what it led to, or the canonical one.
"""

from __future__ import annotations

import difflib
import json
import sqlite3
import sys

import click

from cli.article_rows import article_object
from cli.context import Desk
from cli.render import local_time, on_terminal, plain, plain_text, screen_width
from cli.sheet import sheet, why
from db.bodies import get_body
from db.derived import get_article
from db.errors import UsageError
from db.queries import (
    LinkState,
    PageState,
    current_page,
    headline,
    last_page_id,
    link_at,
    links_of_host,
    page_at,
    page_state,
    snapshot,
)
from pipelines.addresses import clean_url, link_key

# SQLite's integers.
_LARGEST_ID = 2**63 - 1


@click.command()
@click.argument("what", metavar="ID|URL")
@click.option("--html", "form", flag_value="html", help="The page as received, byte for byte.")
@click.option("--text", "form", flag_value="text", help="The text alone.")
@click.option("--json", "form", flag_value="json", help="Every field as one JSON object.")
@click.option("--why", "form", flag_value="why", help="For each field, how it was found.")
@click.option("--revision", type=click.IntRange(1), metavar="N", help="Not the current revision but this one.")
@click.pass_obj
def show(desk: Desk, what: str, form: str | None, revision: int | None) -> None:
    """Show an article: its credits, times, history and text."""
    with desk.read() as conn, snapshot(conn):
        page = _page(conn, what, revision)
        if form == "html":
            sys.stdout.flush()
            sys.stdout.buffer.write(get_body(conn, page.body_id))
            sys.stdout.buffer.flush()
        elif page.is_article:
            _print(conn, page.page_id, form)
        else:
            _refuse(page, form)


def _print(conn: sqlite3.Connection, page_id: int, form: str | None) -> None:
    head, article = headline(conn, page_id), get_article(conn, page_id)
    assert head is not None
    assert article is not None
    if form == "json":
        click.echo(json.dumps(article_object(conn, head), ensure_ascii=False, indent=2 if on_terminal() else None))
    elif form == "text":
        click.echo(plain_text(article.text) if on_terminal() else article.text)
    else:
        for line in why(article, screen_width()) if form == "why" else sheet(conn, head, screen_width()):
            click.echo(line)


def _refuse(page: PageState, form: str | None) -> None:
    """Say why there is no article."""
    if form == "json":
        rejected = {"id": page.page_id, "url": page.url, "rejected": page.reason, "detail": page.detail}
        click.echo(json.dumps(rejected, ensure_ascii=False))
    name = f"page {page.page_id} ({plain(page.url)}, fetched {local_time(page.fetched_at)})"
    if page.reason is None:
        click.echo(f"copydesk: {name} is stored and was not read yet; `copydesk crawl` reads it", err=True)
    else:
        click.echo(f"copydesk: {name} is no article: {page.reason}", err=True)
        if page.detail:
            click.echo(plain_text(page.detail), err=True)
        click.echo(f"`copydesk show {page.page_id} --html` gives the page", err=True)
    sys.exit(1)


def _page(conn: sqlite3.Connection, what: str, revision: int | None) -> PageState:
    """The page meant. Exits where it is a link that was never fetched; raises UsageError where it is nothing known."""
    numbered = what.isascii() and what.isdigit()
    if numbered:
        page_id = min(int(what[:20]), _LARGEST_ID)
        current = current_page(conn, page_id)
    else:
        page_id = _page_at(conn, what)
        current = None
    state = page_state(conn, page_id)
    if state is None:
        last = last_page_id(conn)
        known = f"the last page is {last}" if last else "nothing was crawled yet"
        raise UsageError(f"there is no article or page {what}; {known}, and `copydesk articles` lists the articles")
    if state.article_id is None:
        return state
    if revision is not None:
        current = current_page(conn, state.article_id, revision)
        if current is None:
            raise UsageError(f"article {state.article_id} has no revision {revision}; `copydesk show` lists them")
    elif not numbered:
        current = current_page(conn, state.article_id)
    chosen = page_state(conn, current) if current is not None else state
    assert chosen is not None
    return chosen


def _page_at(conn: sqlite3.Connection, address: str) -> int:
    has_scheme, has_host = "://" in address, "." in address.partition("/")[0]
    url = clean_url(address if has_scheme else f"https://{address}") if has_scheme or has_host else None
    if url is None:
        raise UsageError(f"{address} is neither the number of an article nor the address of a web page")
    key = link_key(url)
    page_id = page_at(conn, url, key)
    if page_id is not None:
        return page_id
    if link := link_at(conn, key):
        click.echo(f"copydesk: {_never_fetched(link)}", err=True)
        sys.exit(1)
    host = key.partition("/")[0]
    known = links_of_host(conn, host)
    near = difflib.get_close_matches(url, known, n=3, cutoff=0.8)
    if near:
        raise UsageError(f"{url} is not known; did you mean {' or '.join(near)}?")
    advice = "other pages of that site are" if known else f"nor is any page of {host}"
    raise UsageError(f"{url} is not known, {advice}; `copydesk articles` lists the articles")


def _never_fetched(link: LinkState) -> str:
    found = f"{link.url} was found {local_time(link.found_at)} ({link.source_name})"
    if not link.failures:
        return f"{found} and not fetched yet; `copydesk crawl {link.source_name}` does"
    times = "once" if link.failures == 1 else f"{link.failures} times"
    return f"{found} and could not be fetched, {times}; last {local_time(link.failed_at)}: {link.error}"

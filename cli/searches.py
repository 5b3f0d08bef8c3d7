"""Saved searches in what commands print, and the check that one can be asked."""

from __future__ import annotations

import sqlite3

import click

from db.config.loader import toml_value
from db.config.searches import SavedSearch
from db.display.humanize import counted
from db.queries.article_filter import ArticleFilter
from db.queries.search import matching_pages
from db.store.sites.sources import source_ids
from scheduler.searches.telling import TellRound

_QUOTE = '"'


def check_search(conn: sqlite3.Connection, search: SavedSearch) -> None:
    """Raise QueryError or UnknownSource for a search that cannot be asked."""
    source_ids(conn, search.source)
    matching_pages(conn, search.query, ArticleFilter(), [0])


def search_line(search: SavedSearch) -> str:
    """A search in one line: its query, then its filters as `key=value`."""
    filters = [f"{key}={toml_value(value).strip(_QUOTE)}" for key, value in search.written().items() if key != "query"]
    return "  ".join([search.query, *filters] if search.query else filters)


def print_round(told: TellRound, *, always: bool = False) -> None:
    """Print what saved searches have found and told; with `always`, also that it was nothing."""
    for name, count in sorted(told.found.items()):
        click.echo(f"search {name}: {counted(count, 'new article')}")
    if always and not told.found:
        click.echo("No saved search has found anything new.")
    if told.busy:
        click.echo("another process tells the hooks and writes the feed files")
    for name, hooks in told.failed.items():
        for hook, why in hooks.items():
            click.echo(
                f"copydesk: search {name}: {hook} {why}; the next crawl or `copydesk searches run` tries again",
                err=True,
            )
    for name, why in told.troubles.items():
        click.echo(f"copydesk: search {name}: {why}", err=True)

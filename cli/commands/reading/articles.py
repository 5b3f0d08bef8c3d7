"""`copydesk articles`: list the articles, newest first."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, replace

import click

from cli.article_filters import FilterOptions, filter_options
from cli.context import CommandContext
from cli.format_options import format_options
from cli.output.article_rows import article_table
from cli.output.csv_table import print_csv
from cli.output.json_output import print_json
from cli.output.paging import show_lines
from cli.parameters import CursorOption, limit_option
from db.display.humanize import counted
from db.queries.article_filter import ArticleFilter
from db.queries.articles import (
    ArticleSummary,
    article_summaries,
    last_page_id,
    listed_articles,
    newest_articles,
    snapshot,
)
from db.queries.cursor import Cursor
from db.store.extraction.pages import count_unread
from db.store.sites.sources import all_sources, find_stored_source
from pipelines.exchange.articles.objects import article_objects


@click.command()
@filter_options
@limit_option(50, "articles")
@click.option(
    "--after",
    metavar="CURSOR",
    type=CursorOption(),
    help="What comes after that place in the list; --json prints the cursor of each article.",
)
@format_options("Print JSON lines with every field and the text.")
@click.pass_obj
def articles(
    context: CommandContext, filters: FilterOptions, limit: int, after: Cursor | None, as_json: bool, as_csv: bool
) -> None:
    """List the articles, newest first, with credits and copies.

    Times are in the time zone of this machine, those of --since and --until too; `copydesk show` prints them as the page does,
    with their offset. A time with ~ is when the page was fetched, where no time of publication is known.

    \b
    Examples:
      copydesk articles --source example-daily.com --since 2d
      copydesk articles --language zh --kind original --person 林疏影
      copydesk articles --limit 0 --csv > articles.csv
      copydesk articles --json --after 2026-11-24T03:00:00Z_4711
    """
    with context.read() as conn:
        wanted = filters.filters(conn)
        places = listed_articles(conn, wanted, limit=limit and limit + 1, after=after)
        left = bool(limit) and len(places) > limit
        page_ids = [place.page_id for place in places[: limit or None]]
        if not page_ids:
            click.echo("Nothing comes after that." if after else _nothing(conn, filters, wanted), err=as_json or as_csv)
            return
        if as_csv:
            return print_csv(article_objects(conn, page_ids))
        if as_json:
            cursors = {place.page_id: str(place) for place in places}
            for item in article_objects(conn, page_ids):
                print_json(item | {"cursor": cursors.get(int(str(item["page_id"])))})
            return
        heads = _heads(conn, page_ids)
    show_lines(list(article_table(heads)))
    if left and after:
        click.echo(f"--after {places[limit - 1]} shows the next ones.", err=True)


def _heads(conn: sqlite3.Connection, page_ids: Sequence[int]) -> list[ArticleSummary]:
    with snapshot(conn):
        return article_summaries(conn, page_ids)


def _nothing(conn: sqlite3.Connection, filters: FilterOptions, wanted: ArticleFilter) -> str:
    """Why the list is empty, and what to do."""
    if not all_sources(conn) and not last_page_id(conn):
        return "There are no sources yet; add one with `copydesk sources add URL`."
    names = [find_stored_source(conn, name).name for name in filters.names]
    of = f" of {' or '.join(names)}" if names else ""
    of_source = ArticleFilter(source_ids=wanted.source_ids)
    if wanted != of_source and newest_articles(conn, of_source, limit=1):
        if wanted == replace(of_source, since=wanted.since):
            return f"There are no articles{of} since {filters.since}; `copydesk crawl` looks for newer ones."
        given = [value for value in asdict(wanted).values() if value not in (None, ())]
        return f"No article{of} matches {'all these filters; leave one out' if len(given) > 1 else 'this filter'}."
    if not last_page_id(conn):
        return "Nothing has been crawled yet; `copydesk crawl` fetches and extracts what the sources list."
    if unread := count_unread(conn):
        return (
            f"There are no articles{of} yet; {counted(unread, 'page waits', 'pages wait')} to be "
            "extracted, which `copydesk crawl` does."
        )
    return f"There are no articles{of} yet; `copydesk stats` shows what was fetched, rejected or failed."

"""`copydesk copies`: which outlets printed a story, when and with which credits; the original first."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

import click

from cli.article_lookup import page_named
from cli.context import CommandContext
from cli.format_options import format_options
from cli.output.article_rows import article_table
from cli.output.csv_table import print_csv
from cli.output.diff import diff_lines
from cli.output.json_output import print_json
from cli.output.paging import show_lines
from cli.output.tables import Column, plain, screen_width, styled
from db.display.humanize import counted
from db.errors import UsageError
from db.queries.articles import ArticleSummary, article_summaries, cluster, current_page, snapshot
from db.store.extraction.outcomes import load_article

_WHAT = Column(title="what", fixed=True, colour="yellow")


@click.command()
@click.argument("what", metavar="ID|URL")
@click.option("--diff", is_flag=True, help="Print what each copy changed.")
@format_options()
@click.pass_obj
def copies(context: CommandContext, what: str, diff: bool, as_json: bool, as_csv: bool) -> None:
    """Show who printed a story: the original and every copy.

    Name the article by its id or any of its addresses. A time with ~ is when the page was fetched, where no time of publication is
    known. --diff compares each copy with the original as both are now.
    """
    if diff and (as_json or as_csv):
        raise UsageError("--diff cannot be combined with --json or --csv")
    with context.read() as conn, snapshot(conn):
        page = page_named(conn, what)
        if page.article_id is None:
            raise UsageError(f"page {page.page_id} is not a settled article; `copydesk show` says what it is")
        ids = cluster(conn, page.article_id)
        heads = article_summaries(conn, [current for each in ids if (current := current_page(conn, each)) is not None])
        objects = [_object(conn, head, len(heads)) for head in heads] if as_json or as_csv else []
        changes = list(_changes(conn, heads)) if diff else []
    if as_csv:
        return print_csv(objects, list(objects[0]))
    if as_json:
        for item in objects:
            print_json(item)
        return
    others = len(heads) - 1
    last = counted(others, "copy", "copies") if others else "no copies are known"
    show_lines([*article_table(heads, _WHAT, _what), last, *changes])


def _what(head: ArticleSummary) -> str:
    return "original" if head.article_id == head.original_id else "copy"


def _changes(conn: sqlite3.Connection, heads: Sequence[ArticleSummary]) -> Iterator[str]:
    """What each copy has that the original has not, and the other way round."""
    original, *others = heads
    first = load_article(conn, original.page_id)
    assert first is not None
    for head in others:
        copy = load_article(conn, head.page_id)
        assert copy is not None
        yield ""
        yield styled(
            f"article {original.article_id} to its copy {head.article_id}, {plain(head.source_name)}", bold=True
        )
        yield from diff_lines(first, copy, screen_width())


def _object(conn: sqlite3.Connection, head: ArticleSummary, size: int) -> dict[str, object]:
    article = load_article(conn, head.page_id)
    assert article is not None
    return {
        "id": head.article_id,
        "original_id": head.original_id,
        "cluster_size": size,
        "url": head.url,
        "source_name": head.source_name,
        "title": head.title,
        "published": head.published,
        "fetched_at": head.fetched_at,
        "source": article.source,
        "original_source": article.original_source,
        "authors": list(article.authors),
        "editors": list(article.editors),
    }

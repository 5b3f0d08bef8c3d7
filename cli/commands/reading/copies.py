"""`copydesk copies`: which outlets printed a story, when and with which credits; the original first."""

from __future__ import annotations

import json
import sqlite3

import click

from cli.article_lookup import page_named
from cli.context import CommandContext
from cli.output.article_rows import article_table
from cli.output.csv_table import check_one_format, print_csv
from cli.output.paging import show_lines
from cli.output.tables import Column
from db.errors import UsageError
from db.queries.articles import ArticleSummary, article_summaries, cluster, current_page, snapshot
from db.store.extraction.outcomes import load_article

_WHAT = Column(title="what", fixed=True, colour="yellow")


@click.command()
@click.argument("what", metavar="ID|URL")
@click.option("--json", "as_json", is_flag=True, help="Print JSON lines.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the same fields as CSV.")
@click.pass_obj
def copies(context: CommandContext, what: str, as_json: bool, as_csv: bool) -> None:
    """Show who printed a story: the original and every copy.

    Name the article by its id or any of its addresses. A time with ~ is when the page was fetched, where no time of publication is
    known.
    """
    check_one_format(as_json, as_csv)
    with context.read() as conn, snapshot(conn):
        page = page_named(conn, what)
        if page.article_id is None:
            raise UsageError(f"page {page.page_id} is not a settled article; `copydesk show` says what it is")
        ids = cluster(conn, page.article_id)
        heads = article_summaries(conn, [current for each in ids if (current := current_page(conn, each)) is not None])
        objects = [_object(conn, head, len(heads)) for head in heads] if as_json or as_csv else []
    if as_csv:
        return print_csv(objects, list(objects[0]))
    if as_json:
        for item in objects:
            click.echo(json.dumps(item, ensure_ascii=False))
        return
    others = len(heads) - 1
    last = f"{others} cop{'y' if others == 1 else 'ies'}" if others else "no copies are known"
    show_lines([*article_table(heads, _WHAT, _what), last])


def _what(head: ArticleSummary) -> str:
    return "original" if head.article_id == head.original_id else "copy"


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

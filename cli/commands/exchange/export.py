"""`copydesk export`: write pages as WARC, or articles as Parquet, JSON lines, CSV, RSS or JSON Feed."""

from __future__ import annotations

import codecs
import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

import click

from cli.article_filters import FilterOptions, filter_options
from cli.article_lookup import page_named
from cli.context import CommandContext
from cli.option_groups import option_group
from cli.output.progress import progress_line
from cli.parameters import Choice, FileToWrite, force_option, refuse_existing
from cli.signals import stoppable
from db.display.humanize import counted
from db.errors import CopydeskError, DatabaseDamaged, UsageError
from db.queries.article_filter import ArticleFilter
from db.queries.articles import newest_articles
from db.queries.exported_pages import pages_beside, pages_to_export
from db.queries.search import found_part
from db.search.index import count_unindexed
from db.store.archives.archive_export import load_stored_page
from pipelines.exchange.articles.formats import write_csv, write_json_feed, write_jsonl, write_rss
from pipelines.exchange.articles.objects import article_objects
from pipelines.exchange.articles.parquet import write_parquet

Progress = Callable[[str, int], None]
_AT_ONCE = 1000
"""Matches of a query that are read at once."""
FORMATS = ("warc", "parquet", "jsonl", "csv", "rss", "jsonfeed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSelection:
    """What of the articles or pages that the filters let through is exported."""

    words: Sequence[str]
    limit: int
    without: Sequence[str]

    @property
    def query(self) -> str:
        """As for `copydesk search`; empty for all."""
        return " ".join(self.words).strip()

    def left_out(self, conn: sqlite3.Connection) -> set[int]:
        """The pages of `without`. Raises NotFound and FetchError as `page_named`."""
        return {page_id for what in self.without for page_id in pages_beside(conn, page_named(conn, what).page_id)}


_selection = option_group(
    ExportSelection,
    "selection",
    click.argument("words", nargs=-1, metavar="[QUERY]"),
    click.option(
        "--limit",
        metavar="N",
        type=click.IntRange(0),
        default=0,
        show_default=True,
        help="At most N articles or pages; 0 for all.",
    ),
    click.option(
        "--without",
        metavar="ID|URL",
        multiple=True,
        help="Leave out this article, with warc all pages of its addresses. May be repeated.",
    ),
)


@click.command(short_help="Export pages as WARC; articles as Parquet, JSON, CSV, RSS.")
@click.argument("form", metavar="FORMAT", type=Choice(FORMATS))
@click.option("-o", "--output", metavar="FILE", type=FileToWrite(), help="File to write.  [default: standard output]")
@filter_options
@_selection
@click.option("--bom", is_flag=True, help="Begin CSV with a byte order mark: without it, Excel misreads UTF-8.")
@force_option
@click.pass_obj
def export(
    context: CommandContext,
    form: str,
    output: Path | None,
    filters: FilterOptions,
    selection: ExportSelection,
    bom: bool,
    force: bool,
) -> None:
    """Export pages or articles as FORMAT: warc, parquet, jsonl, csv, rss or jsonfeed.

    warc holds the pages as received, oldest first; --since and --until then mean the time of the fetch, and any filter but
    these and --source leaves out pages that are no articles. The other formats hold the articles, in the order of
    `copydesk articles`; with QUERY, as for `copydesk search`, all that match it.

    \b
    Examples:
      copydesk export parquet -o articles.parquet
      copydesk export rss --limit 50 -o feed.xml --force
      copydesk export csv --language zh --kind original --since 30d -o originals.csv
      copydesk export csv 水厂 OR '"water works"' --bom -o water.csv
      copydesk export warc --source example-daily.com -o pages.warc.gz
    """
    now, limit = datetime.now(UTC), selection.limit
    if selection.query and form == "warc":
        raise UsageError("warc holds pages, and a query finds articles: leave out the query, or choose another format")
    if bom and form != "csv":
        raise UsageError("--bom goes with csv")
    with context.read() as conn, stoppable(), _target(output, force=force) as out, progress_line() as show:
        wanted, left_out = filters.filters(conn), selection.left_out(conn)
        if form == "warc":
            pages = (one for one in pages_to_export(conn, wanted) if one[0] not in left_out)
            count = _pages(conn, out, pages, limit, now, show)
        else:
            most = limit + len(left_out) if limit else 0
            chosen = [one for one in _chosen(conn, selection.query, wanted, most) if one not in left_out]
            out.write(codecs.BOM_UTF8 if bom else b"")
            count = _articles(form, _rows(conn, chosen[: limit or None], show), out, now)
        waiting = count_unindexed(conn) if selection.query else 0
    if waiting:
        click.echo(
            f"copydesk: {counted(waiting, 'article is', 'articles are')} not indexed yet, and not "
            "searched; `copydesk upkeep index` indexes them",
            err=True,
        )
    if output is not None:
        click.echo(f"{output}: {count:,} {'pages' if form == 'warc' else 'articles'}")


def _chosen(conn: sqlite3.Connection, query: str, filters: ArticleFilter, most: int) -> list[int]:
    """The pages of the articles, newest first: `most` or some more; 0 for all."""
    if not query:
        return newest_articles(conn, filters, limit=most)
    chosen: list[int] = []
    after = None
    while True:
        part, after = found_part(conn, query, filters, newest=True, limit=_AT_ONCE, after=after)
        chosen += part
        if after is None or (most and len(chosen) >= most):
            return chosen


def _articles(form: str, rows: Iterator[dict[str, object]], out: IO[bytes], now: datetime) -> int:
    match form:
        case "jsonl":
            return write_jsonl(rows, out)
        case "csv":
            return write_csv(rows, out)
        case "rss":
            return write_rss(rows, out, now=now)
        case "jsonfeed":
            return write_json_feed(rows, out)
        case _:
            return write_parquet(rows, out)


def _rows(conn: sqlite3.Connection, chosen: list[int], show: Progress) -> Iterator[dict[str, object]]:
    for count, row in enumerate(article_objects(conn, chosen), 1):
        yield row
        show(f"{count:,} of {counted(len(chosen), 'article')}", count)


def _pages(
    conn: sqlite3.Connection,
    out: IO[bytes],
    pages: Iterable[tuple[int, bool]],
    limit: int,
    now: datetime,
    show: Progress,
) -> int:
    from pipelines.exchange.warc.writer import WarcFile

    file = WarcFile(out, software=f"copydesk/{version('copydesk')}", now=now)
    count = gone = 0
    for page_id, pruned in pages:
        if pruned:
            gone += 1
            continue
        try:
            file.write(load_stored_page(conn, page_id))
        except DatabaseDamaged as error:
            click.echo(f"copydesk: page {page_id} is left out: {error}", err=True)
            continue
        count += 1
        show(counted(count, "page"), count)
        if count == limit:
            break
    if gone:
        click.echo(
            f"copydesk: {counted(gone, 'page is', 'pages are')} left out because their bodies were pruned (setting keep_bodies)",
            err=True,
        )
    return count


@contextmanager
def _target(path: Path | None, *, force: bool) -> Iterator[IO[bytes]]:
    """Where to write: standard output, or a file that gets its name only once it is complete."""
    if path is None:
        if sys.stdout.isatty():
            raise UsageError("the output would fill the terminal; name a file with -o, or redirect it")
        yield sys.stdout.buffer
        return
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"{path}: name a file in a folder that exists")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path} is not a regular file; to write into it, leave out -o and redirect the output")
    refuse_existing(path, force=force)
    try:
        handle, part = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    except OSError as error:
        raise CopydeskError(f"{path}: cannot be written ({error.strerror})") from error
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        Path(part).chmod(0o666 & ~_umask())
        Path(part).replace(path)
    except OSError as error:
        if error.filename in (None, part):
            error.filename = str(path)
        raise
    finally:
        Path(part).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

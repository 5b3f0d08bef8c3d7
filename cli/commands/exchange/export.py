"""`copydesk export`: write pages as WARC, or articles as Parquet, JSON lines, CSV, RSS or JSON Feed."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

import click

from cli.article_filters import FilterOptions, filter_options
from cli.context import CommandContext
from cli.output.progress import progress_line
from cli.parameters import Choice, FileToWrite
from cli.signals import stoppable
from db.errors import CopydeskError, DatabaseDamaged, UsageError
from db.queries.article_filter import ArticleFilter
from db.queries.articles import newest_articles
from db.queries.exported_pages import pages_to_export
from db.store.archives.archive_export import load_stored_page
from pipelines.exchange.article_formats import write_csv, write_json_feed, write_jsonl, write_rss
from pipelines.exchange.article_objects import article_objects
from pipelines.exchange.parquet_articles import write_parquet

Progress = Callable[[str, int], None]
FORMATS = ("warc", "parquet", "jsonl", "csv", "rss", "jsonfeed")


@click.command(short_help="Export pages as WARC; articles as Parquet, JSON, CSV, RSS.")
@click.argument("form", metavar="FORMAT", type=Choice(FORMATS))
@click.option("-o", "--output", metavar="FILE", type=FileToWrite(), help="File to write.  [default: standard output]")
@filter_options
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    help="At most N articles or pages; 0 for all.",
)
@click.option("--force", is_flag=True, help="Replace an existing file.")
@click.pass_obj
def export(
    context: CommandContext,
    form: str,
    output: Path | None,
    filters: FilterOptions,
    limit: int,
    force: bool,
) -> None:
    """Export pages or articles as FORMAT: warc, parquet, jsonl, csv, rss or jsonfeed.

    warc holds the pages as received, oldest first; --since and --until then mean the time of the fetch, and any filter but
    these and --source leaves out pages that are no articles. The other formats hold the articles, in the order of
    `copydesk articles`.

    \b
    Examples:
      copydesk export parquet -o articles.parquet
      copydesk export rss --limit 50 -o feed.xml --force
      copydesk export csv --language zh --kind original --since 30d -o originals.csv
      copydesk export warc --source example-daily.com -o pages.warc.gz
    """
    now = datetime.now(UTC)
    with context.read() as conn, stoppable(), _target(output, force=force) as out, progress_line() as show:
        wanted = filters.filters(conn)
        if form == "warc":
            count = _pages(conn, out, wanted, limit, now, show)
        else:
            count = _articles(form, _rows(conn, newest_articles(conn, wanted, limit=limit), show), out, now)
    if output is not None:
        click.echo(f"{output}: {count:,} {'pages' if form == 'warc' else 'articles'}")


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
        show(f"{count:,} of {len(chosen):,} articles", count)


def _pages(
    conn: sqlite3.Connection, out: IO[bytes], filters: ArticleFilter, limit: int, now: datetime, show: Progress
) -> int:
    from pipelines.exchange.warc_writer import WarcFile

    file = WarcFile(out, software=f"copydesk/{version('copydesk')}", now=now)
    count = gone = 0
    for page_id, pruned in pages_to_export(conn, filters):
        if pruned:
            gone += 1
            continue
        try:
            file.write(load_stored_page(conn, page_id))
        except DatabaseDamaged as error:
            click.echo(f"copydesk: page {page_id} is left out: {error}", err=True)
            continue
        count += 1
        show(f"{count:,} pages", count)
        if count == limit:
            break
    if gone:
        click.echo(
            f"copydesk: {gone:,} pages are left out because their bodies were pruned (setting keep_bodies)", err=True
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
    if path.exists() and not force:
        raise UsageError(f"{path} already exists; name another file, or replace it with --force")
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

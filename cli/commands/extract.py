"""`copydesk extract`: files, standard input or addresses to JSON lines on standard output; or stored pages extracted again.

Where pages come from outside, `cli.extraction.pages` does the work, without a database.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.context import CommandContext
from cli.engine_options import engine_options
from cli.parameters import FileToWrite
from cli.time_options import since_option
from db.errors import UsageError
from db.store.page_selection import Selection
from db.store.sources import find_source
from db.timestamps import format_timestamp
from pipelines.urls import clean_url, link_key

if TYPE_CHECKING:
    from cli.extraction.engine import ExtractionEngine


@click.command("extract")
@click.argument("pages", nargs=-1, metavar="[FILE|-|ADDRESS]...")
@click.option("--manifest", type=click.Path(path_type=Path), help='JSON lines of {"id", "path", "url"}.')
@click.option("--jobs", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes at work.")
@click.option("--stale", is_flag=True, help="Stored pages whose outcome another version or other rules made.")
@click.option("--all", "everything", is_flag=True, help="All stored pages.")
@click.option("--source", "source", metavar="NAME", help="Stored pages of one source.")
@click.option("--since", metavar="WHEN", help="Stored pages fetched since then: 2d, 6h, 2026-11-02.")
@click.option("--where", metavar="SQL", help="Stored pages that meet a condition on pages, outcomes, articles.")
@click.option("--url", metavar="URL", help="The stored pages of an address; with one FILE or -, the address of that.")
@click.option("--undo", "undone", metavar="RUN", type=int, help="Bring back what a past extraction replaced.")
@click.option("--dry-run", is_flag=True, help="Tell what would change in stored pages, field by field; write nothing.")
@click.option("--report", type=FileToWrite(), help="With --dry-run: a page of HTML that shows it all.")
@click.option("--json", "as_json", is_flag=True, help="The figures as JSON.")
@engine_options("This machine or a cluster.")
@click.option("--from", "sources", metavar="ADDRESS", multiple=True, help="WARC or Parquet files of pages, with --to.")
@click.option(
    "--to", metavar="ADDRESS", help="A folder for Parquet files of the outcomes; the database stays as it is."
)
@click.pass_context
def extract(  # noqa: PLR0913 - one for each option
    ctx: click.Context,
    pages: tuple[str, ...],
    manifest: Path | None,
    jobs: int,
    stale: bool,
    everything: bool,
    source: str | None,
    since: str | None,
    where: str | None,
    url: str | None,
    undone: int | None,
    dry_run: bool,
    report: Path | None,
    as_json: bool,
    engine: str,
    scheduler: str | None,
    sources: tuple[str, ...],
    to: str | None,
) -> None:
    """Extract articles from HTML files (.gz too), standard input (-) or pages fetched once, and print one JSON line each, in order.

    With an option that selects stored pages, extract those again. Stop it at any time: the same command goes on.
    """
    jobs = min(jobs, max(1, os.cpu_count() or 1))
    selects = bool(stale or everything or source or since or where or (url and not pages))
    if bool(pages) + (manifest is not None) + selects + (undone is not None) + bool(sources) != 1:
        raise click.UsageError(
            "Give either files, --manifest, --from, --undo, or which stored pages (--stale, --all, ...)."
        )
    if everything and (stale or source or since or where or url):
        raise click.UsageError("--all goes with no other selection.")
    if dry_run and not selects:
        raise click.UsageError("--dry-run goes with a selection of stored pages.")
    if report is not None and not dry_run:
        raise click.UsageError("--report goes with --dry-run.")
    if not (sources or selects) and (engine != "local" or scheduler or to):
        raise click.UsageError("--engine, --scheduler and --to go with --from or a selection of stored pages.")
    if undone is not None:
        from cli.extraction.undo import undo

        undo(ctx.obj, undone, as_json=as_json)
    elif selects:
        selection = _selection(ctx.obj, stale, source, since, where, url)
        asked = _engine(engine, scheduler, jobs)
        _stored(ctx.obj, selection, asked, report, dry_run=dry_run, as_json=as_json, to=to)
    elif sources:
        _archives(ctx.obj, sources, to, _engine(engine, scheduler, jobs), as_json=as_json)
    else:
        from cli.extraction.pages import extract_manifest, extract_pages

        desk = ctx.obj or CommandContext()
        if manifest is not None:
            extract_manifest(desk, manifest, jobs)
        else:
            extract_pages(desk, pages, url, jobs)


def _engine(name: str, scheduler: str | None, jobs: int) -> ExtractionEngine:
    from cli.extraction.engine import ExtractionEngine

    return ExtractionEngine.asked(name, scheduler, jobs)


def _selection(
    desk: CommandContext, stale: bool, source: str | None, since: str | None, where: str | None, url: str | None
) -> Selection:
    moment = since_option(since)
    address = clean_url(url) if url else None
    if url and address is None:
        raise click.UsageError(f"--url: {url} is no address of a web page")
    source_id = None
    if source:
        with desk.read() as conn:
            source_id = find_source(conn, source).id
    return Selection(
        stale=stale,
        source_id=source_id,
        since=format_timestamp(moment) if moment else None,
        since_said=since,
        where=where,
        url=address,
        url_key=link_key(address) if address else None,
    )


def _stored(
    desk: CommandContext,
    selection: Selection,
    engine: ExtractionEngine,
    report: Path | None,
    *,
    dry_run: bool,
    as_json: bool,
    to: str | None,
) -> None:
    # Imported here: files are read without a database, and quickly.
    if to:
        from cli.extraction.to_files import extract_selected

        if dry_run:
            raise UsageError("--dry-run goes without --to")
        extract_selected(desk, selection, to, engine=engine, as_json=as_json)
    elif dry_run:
        from cli.extraction.preview import dry_run as tell_differences

        tell_differences(desk, selection, engine=engine, as_json=as_json, report=report)
    else:
        from cli.extraction.stored import extract_again

        extract_again(desk, selection, engine=engine, as_json=as_json)


def _archives(
    desk: CommandContext, sources: tuple[str, ...], to: str | None, engine: ExtractionEngine, *, as_json: bool
) -> None:
    from cli.extraction.to_files import extract_archives

    if not to:
        raise UsageError(
            "--from needs --to ADDRESS, the folder for Parquet files; into the database, archives are taken by "
            "`copydesk import ADDRESS`, which reads them on a cluster with the same --engine"
        )
    extract_archives(desk, sources, to, engine=engine, as_json=as_json)


if __name__ == "__main__":
    extract()

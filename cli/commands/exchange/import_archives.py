"""`copydesk import`: store the pages of archives as if they had been crawled at their time, then extract and settle them."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from cli.completions import source_names
from cli.context import CommandContext
from cli.engine_options import EngineOptions, engine_options
from cli.extraction.engine import ExtractionEngine
from cli.extraction.import_run import import_summary, run_import
from cli.format_options import json_option
from cli.option_groups import option_group
from cli.output.archive_damage import print_damage
from cli.output.progress import progress_line
from db.display.humanize import counted
from db.errors import UsageError
from db.store.sites.sources import find_source
from pipelines.exchange.imports.archive_options import COLUMNS, ArchiveOptions
from pipelines.exchange.imports.importer import ImportCounts, Importer
from pipelines.exchange.items import IsKnown, Item
from pipelines.exchange.remote_files import RemoteArchives, find_archives
from pipelines.processing.ingest_settings import plan_ingest
from pipelines.urls import clean_url


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """What the user says of the files. `base`: the address of a folder; `columns`: WHAT=NAME."""

    base: str | None
    columns: tuple[str, ...]

    def address(self) -> str | None:
        """The address of the folder. Raises click.UsageError if it is none."""
        address = clean_url(self.base) if self.base is not None else None
        if self.base is not None and address is None:
            raise click.UsageError(f"--base: {self.base} is not the address of a web page")
        return address

    def named(self) -> dict[str, str]:
        """The columns by what they hold. Raises click.UsageError if one is not WHAT=NAME."""
        named = {}
        for one in self.columns:
            what, _, name = one.partition("=")
            if what not in COLUMNS or not name:
                raise click.UsageError(f"--column: {one} is not WHAT=NAME, where WHAT is one of {', '.join(COLUMNS)}")
            named[what] = name
        return named


_layout_options = option_group(
    _Layout,
    "layout",
    click.option("--base", metavar="URL", help="Address of which a folder of HTML files is a copy."),
    click.option(
        "--column",
        "columns",
        metavar="WHAT=NAME",
        multiple=True,
        help=f"Which column of a table is what; WHAT is {', '.join(COLUMNS)}. Repeatable.  [default: found by content and name]",
    ),
)


@click.command("import", short_help="Import archives: WARC, saved pages, tables of pages.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--source",
    "name",
    metavar="NAME",
    shell_complete=source_names,
    help="Source of all pages.  [default: one per host, created as paused]",
)
@_layout_options
@click.option("--no-extract", is_flag=True, help="Only store the pages; the next crawl extracts them.")
@engine_options
@json_option("Print the summary as JSON.")
@click.pass_obj
def import_archives(
    context: CommandContext,
    files: tuple[str, ...],
    name: str | None,
    layout: _Layout,
    no_extract: bool,
    engine: EngineOptions,
    as_json: bool,
) -> None:
    """Import pages: WARC, WACZ, HAR, HTML and MHTML files, folders, zip and tar files of them, and tables with a column of HTML
    (CSV, JSON, JSON lines, Parquet, SQLite).

    The addresses of files come from the folders of a mirror (www.example-daily.com/…), from --base, or from the pages. FILE can be
    an address that fsspec has a driver for, with * for any name. Pages keep their times, addresses, headers and bytes. Importing a
    file again adds nothing: simply repeat an interrupted import.

    Exits with 1 where parts of an archive could not be read; it names them, and imports the rest.

    \b
    Examples:
      copydesk import crawl.warc.gz
      copydesk import mirror.zip saved-pages/
      copydesk import articles.csv --column fetched_at=date
      copydesk import pages/ --base https://www.example-daily.com/
      copydesk import 's3://bucket/CC-NEWS-2026*.warc.gz'
    """
    base, columns = layout.address(), layout.named()
    workers = ExtractionEngine.from_options(engine, 1)
    if no_extract and workers.scheduler:
        raise UsageError("--engine cannot be combined with --no-extract, which extracts nothing")
    found = _found(files)
    with context.open(create=True) as db:
        source_id = find_source(db.conn, name).id if name else None
    plan = None if no_extract else plan_ingest(context.config)

    def take(importer: Importer, is_known: IsKnown, stop: threading.Event) -> None:
        limit = context.config.max_page_size
        _take(importer, found, ArchiveOptions(limit=limit, is_known=is_known, base=base, columns=columns), stop)

    outcome = run_import(context.config, take, plan, workers, source_id=source_id)
    again = "import the same files again to continue"
    click.echo(json.dumps(outcome) if as_json else "\n".join(import_summary(outcome, again)))
    damage = outcome["damage"]
    assert isinstance(damage, list)
    print_damage("import", damage)
    if outcome["ended"] == "stopped":
        sys.exit(130)
    if outcome["incomplete"]:
        sys.exit(1)


def _found(files: Sequence[str]) -> list[Path | RemoteArchives]:
    """The files and archives to import. Raises UsageError where one does not exist."""
    missing = [file for file in files if "://" not in file and not Path(file).exists()]
    if missing:
        raise click.UsageError(f"no such file: {', '.join(missing)}")
    found: list[Path | RemoteArchives] = []
    for file in files:
        found += find_archives([file]) if "://" in file else [Path(file)]
    return found


def _take(
    importer: Importer, found: Sequence[Path | RemoteArchives], options: ArchiveOptions, stop: threading.Event
) -> None:
    with progress_line() as show:

        def progress(counts: ImportCounts) -> None:
            show(f"{name}: {counted(counts.pages, 'new page')} of {counted(counts.items, 'record')}", counts.items)

        for one in found:
            if stop.is_set():
                return
            name, items = _items(one, options)
            importer.take(items, stopped=stop.is_set, show=progress)


def _items(one: Path | RemoteArchives, options: ArchiveOptions) -> tuple[str, Iterator[Item]]:
    """The name of a file or of archives, and their items."""
    # Imported here: with it comes all of extraction, which `--help` need not wait for.
    from pipelines.exchange.imports.archive_file import read_archive, read_remote_archives

    if isinstance(one, Path):
        return one.name, read_archive(one, options)
    return counted(len(one.paths), "file"), read_remote_archives(one, options)

"""`copydesk ccnews`: the pages of known sources out of CC-NEWS, Common Crawl's news archive.

    list of files ──Parquet indexes──> named by one: its wanted records alone ──> importer
                          └──────────> by none: streamed once for all sources ──┘

Either way, a file that was read to its end is not read again for the same sources.
"""

from __future__ import annotations

import json
import re
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from urllib.parse import urlsplit

import click

from cli.completions import source_names
from cli.context import CommandContext
from cli.extraction.engine import ExtractionEngine
from cli.extraction.import_run import import_summary, run_import
from cli.format_options import json_option
from cli.option_groups import option_group
from cli.output.archive_damage import print_damage
from cli.output.progress import progress_line
from crawler.backfill.common_crawl_channel import CommonCrawlChannel
from crawler.http.shared_pace import HostPace, SharedPace
from db.config.loader import Config
from db.display.humanize import counted, format_size
from db.errors import UsageError
from db.store.archives.archive_import import host_of
from db.store.archives.news_archive_files import note_read, unread_for
from db.store.sites.sources import choose_sources
from pipelines.exchange.ccnews.news_archive import FIRST_MONTH, list_files, months_between, open_file, read_file_part
from pipelines.exchange.ccnews.news_index import IndexedFiles, IndexQuery, index_files, read_index
from pipelines.exchange.ccnews.news_records import IndexedRecords, is_requested
from pipelines.exchange.ccnews.polite_stream import Pace, RemoteFile, sleep
from pipelines.exchange.imports.importer import ImportCounts, Importer
from pipelines.exchange.items import IsKnown, ReadOptions
from pipelines.exchange.warc.sieve import SieveCounts, check_installed, sift_warc
from pipelines.processing.ingest_settings import plan_ingest

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")
_GIGABYTES_A_FILE = 1.0
"""The usual size of a file of CC-NEWS, unlike its number of records, is fixed: a file is closed at 1 GB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """What is to be read: the source of each host, and the files with the sources for which each is not read yet."""

    hosts: dict[str, int]
    files: list[tuple[str, set[int]]]
    read_before: int
    index: IndexedFiles = field(default_factory=IndexedFiles)

    def is_wanted(self, url: str, source_ids: Collection[int]) -> bool:
        """Whether an address is of one of these sources."""
        try:
            return self.hosts.get(host_of(url)) in source_ids
        except ValueError:  # no address, such as http://[
            return False


@dataclass(slots=True, kw_only=True)
class _Reading:
    """How far it is."""

    counts: SieveCounts = field(default_factory=SieveCounts)
    files: int = 0
    failed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Which files are wanted, and by which indexes, as given on the command line."""

    since: str
    until: str | None
    indexes: tuple[str, ...]
    no_index: bool

    def months(self) -> tuple[date, date]:
        """The first and the last month. Raises UsageError."""
        first = _month(self.since, "--since")
        last = _month(self.until, "--until") if self.until else datetime.now(UTC).date()
        if first > last:
            raise UsageError(f"--since ({self.since}) is after --until ({self.until or 'now'})")
        return first, last

    def addresses(self, config: Config) -> Sequence[str]:
        """The indexes to read. Raises UsageError where some are given and none is wanted."""
        if self.indexes and self.no_index:
            raise UsageError("--index and --no-index exclude each other; leave one of them out")
        return () if self.no_index else self.indexes or _configured(config)


_wanted_options = option_group(
    _Wanted,
    "wanted",
    click.option("--since", metavar="MONTH", required=True, help="First month: 2026-01. CC-NEWS begins with 2016-08."),
    click.option("--until", metavar="MONTH", help="Last month, included.  [default: this one]"),
    click.option(
        "--index",
        "indexes",
        multiple=True,
        metavar="ADDRESS",
        help="A Parquet index, a folder or an http(s) address: of files that it names only the wanted records are"
        " fetched. Repeatable.  [default: the setting ccnews_index]",
    ),
    click.option("--no-index", is_flag=True, help="Stream every file, whatever the setting ccnews_index says."),
)


@click.command(short_help="Take known sources' pages from CC-NEWS.")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=source_names)
@_wanted_options
@click.option("--plan", is_flag=True, help="Only list the files, and say how much that is: none is read.")
@click.option("--no-extract", is_flag=True, help="Only store the pages; the next crawl extracts them.")
@json_option("Print the summary as JSON.")
@click.pass_obj
def ccnews(
    context: CommandContext, names: tuple[str, ...], wanted: _Wanted, plan: bool, no_extract: bool, as_json: bool
) -> None:
    """Store the pages that CC-NEWS has of the named sources, or of all, then extract and settle them.

    CC-NEWS is Common Crawl's archive of the world's news sites, some 600 files of 1 GB a month. Each file is streamed once, for all
    sources that want it; nothing is kept of other sites. A file that was read to its end is not read again for the same sources, so
    the same command goes on where it was stopped.

    Common Crawl publishes no index of CC-NEWS. With a Parquet index that somebody else made, the wanted records alone are fetched;
    it must hold all pages of each file that it names.

    \b
    Examples:
      copydesk ccnews --since 2026-10 --plan
      copydesk ccnews --since 2026-10 --index cc-news-2026-10.parquet
      copydesk ccnews example-daily.com wanbao.example --since 2025-01 --until 2025-12
    """
    first, last = wanted.months()
    found = index_files(wanted.addresses(context.config))
    if not found:
        check_installed()
    work = _work(context, names, first, last)
    click.get_current_context().call_on_close(work.index.close)
    _read_indexes(context.config, work, found)
    if plan:
        _show_plan(work, context.config.max_page_size, as_json=as_json)
        print_damage("ccnews", work.index.faults)
        return
    if any(path not in work.index for path, _ in work.files):
        check_installed()
    _import(context.config, work, extract=not no_extract, as_json=as_json)


def _import(config: Config, work: _Work, *, extract: bool, as_json: bool) -> None:
    """Read the files, say what came of it, and end with 130 if it was stopped, with 1 if something could not be read."""
    reading = _Reading()
    outcome = run_import(
        config,
        _Reader(config, work, reading).take,
        plan_ingest(config) if extract else None,
        ExtractionEngine(jobs=1),
        hosts=work.hosts,
    )
    outcome |= {"files": reading.files, "records": reading.counts.records, "wanted": reading.counts.wanted}
    outcome |= {"failed_files": reading.failed}
    if as_json:
        click.echo(json.dumps(outcome))
    else:
        for line in import_summary(outcome, "the same command continues"):
            click.echo(line)
        click.echo(
            f"  {counted(reading.files, 'file')}, {counted(reading.counts.records, 'record')}, "
            f"{reading.counts.wanted:,} of the sources"
        )
    damage = outcome["damage"]
    assert isinstance(damage, list)
    print_damage("ccnews", [*work.index.faults, *damage, *reading.failed])
    if outcome["ended"] == "stopped":
        sys.exit(130)
    if outcome["incomplete"] or reading.failed or work.index.faults:
        sys.exit(1)


def _month(text: str, option: str) -> date:
    match = _MONTH.fullmatch(text)
    if match is None:
        raise UsageError(f"{option}: expected a month such as 2026-01, got {text}")
    return max(date(int(match[1]), int(match[2]), 1), FIRST_MONTH)


def _work(context: CommandContext, names: Sequence[str], first: date, last: date) -> _Work:
    config = context.config
    with context.open() as db:
        sources = choose_sources(db.conn, names)
        hosts: dict[str, int] = {}
        for source in sources:
            settings = config.for_source(source.name, source.settings)
            for address in (source.url, *(f"https://{host}/" for host in settings.article_hosts if host != "*")):
                hosts.setdefault(host_of(address), source.id)
        if not hosts:
            raise UsageError("there is no source; `copydesk sources add URL` adds one")
        listed = [
            path
            for month in months_between(first, last)
            for path in list_files(config.common_crawl_data_url, month, _pace(config))
        ]
        if not listed:
            raise UsageError(
                f"{config.common_crawl_data_url}: has no files of CC-NEWS from {first:%Y-%m} to {last:%Y-%m}"
            )
        ids = set(hosts.values())
        files = [(path, left) for path in listed if (left := unread_for(db.conn, path, ids))]
    return _Work(hosts=hosts, files=files, read_before=len(listed) - len(files))


def _configured(config: Config) -> list[str]:
    """The indexes of the settings; paths are relative to the file of settings."""
    return [one if "://" in one else str(config.folder / one) for one in config.ccnews_index]


def _read_indexes(config: Config, work: _Work, indexes: Sequence[str]) -> None:
    """Add what the indexes say of the work's files."""
    left = dict(work.files)
    names = {host.rpartition(":")[0] for host in work.hosts}
    query = IndexQuery(
        files=left.keys(),
        hosts=names | {f"www.{name}" for name in names},
        is_wanted=lambda path, url: work.is_wanted(url, left[path]),
    )
    with progress_line() as show:
        for number, name in enumerate(indexes, 1):
            progress = partial(show, f"index {number:,} of {len(indexes):,}: rows")
            read_index(name, lambda url: RemoteFile(url, sleep, _pace(config, url)), query, work.index, progress)


def _pace(config: Config, address: str | None = None) -> Pace | None:
    """That of Common Crawl's files, which back-fills keep, too, and of another address likewise; None for a folder."""
    host, rate = urlsplit(address or config.common_crawl_data_url).hostname, CommonCrawlChannel.rate
    if host is None or rate is None:
        return None
    return HostPace(SharedPace(config.database), host, 60 / rate.pages_per_minute)


def _show_plan(work: _Work, limit: int, *, as_json: bool) -> None:
    """Print how much there is to receive. `limit`: bytes of the largest page kept."""
    files, sources = len(work.files), len(set(work.hosts.values()))
    named = [path for path, _ in work.files if path in work.index]
    streamed = files - len(named)
    sizes = [row.size for path in named for row in work.index.rows_of(path) if is_requested(row, limit)]
    if as_json:
        by_index = {"files": len(named), "records": len(sizes), "bytes": sum(sizes)}
        said = {"files": files, "read_before": work.read_before, "sources": sources}
        click.echo(json.dumps({**said, "streamed": streamed, "by_index": by_index}))
        return
    if named:
        click.echo(
            f"{counted(len(named), 'file')} by index, {counted(sources, 'source')}: "
            f"{counted(len(sizes), 'record')}, {format_size(sum(sizes))} to receive"
        )
    if streamed or not named:
        click.echo(
            f"{counted(streamed, 'file')}, {counted(sources, 'source')}: some {streamed * _GIGABYTES_A_FILE:,.0f} GB to receive;"
            " of other sites nothing is kept"
        )
    if work.read_before:
        click.echo(f"{work.read_before:,} more were read before")


class _Reader:
    """Reads the files in turn; one that fails is noted, and the next one is read."""

    def __init__(self, config: Config, work: _Work, reading: _Reading) -> None:
        self._config, self._work, self._reading = config, work, reading

    def take(self, importer: Importer, is_known: IsKnown, stop: threading.Event) -> None:
        """Give the wanted pages to the importer until there are no more, or the event is set."""
        reading, options = self._reading, ReadOptions(limit=self._config.max_page_size, is_known=is_known)
        with progress_line() as show:
            for number, (path, left) in enumerate(self._work.files, 1):
                if stop.is_set():
                    return
                pages, records = importer.counts.pages, reading.counts.records
                progress = self._progress(number, show)
                try:
                    self._take_file(path, left, importer, options, stop, progress)
                except OSError as error:
                    if not stop.is_set():
                        reading.failed.append(str(error))
                    continue
                if not stop.is_set():
                    reading.files += 1
                    _note(importer, path, left, reading.counts.records - records, importer.counts.pages - pages)

    def _take_file(
        self,
        path: str,
        left: Collection[int],
        importer: Importer,
        options: ReadOptions,
        stop: threading.Event,
        progress: Callable[[ImportCounts], None],
    ) -> None:
        work, base = self._work, self._config.common_crawl_data_url
        counts, pace = self._reading.counts, _pace(self._config)

        def wait(pause: float) -> bool:
            return not stop.wait(pause)

        if path in work.index:
            records = IndexedRecords(path, lambda part: read_file_part(base, path, part, wait, pace), counts, options)
            importer.take(records.items(work.index.rows_of(path)), stopped=stop.is_set, show=progress)
            return
        with open_file(base, path, wait, pace) as stream:
            items = sift_warc(stream, path, lambda url: work.is_wanted(url, left), counts, options)
            importer.take(items, stopped=stop.is_set, show=progress)

    def _progress(self, number: int, show: Callable[[str, int], None]) -> Callable[[ImportCounts], None]:
        counts, files, began = self._reading.counts, len(self._work.files), time.monotonic()
        before = counts.records

        def progress(done: ImportCounts) -> None:
            rate = (counts.records - before) / max(0.001, time.monotonic() - began)
            show(
                f"file {number:,} of {files:,}: {rate:,.0f} records/s, {counted(done.pages, 'new page')}",
                counts.records,
            )

        return progress


def _note(importer: Importer, path: str, source_ids: Collection[int], records: int, pages: int) -> None:
    def job(conn: sqlite3.Connection) -> None:
        note_read(conn, path, source_ids, records=records, pages=pages, at=datetime.now(UTC))

    importer.writer.submit(job).result()

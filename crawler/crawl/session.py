"""The resources of one crawl: database connections, writer, ingest, parser processes, and the run's row.

    spider ──write(job)──> writer ──commit──> ingest.wake() ──> worker processes ──> outcomes, decisions

A session is opened when the spider starts and closed when it closes. A run that ends by itself waits until all its pages are
extracted. A run that is stopped leaves them to the next crawl.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from scrapy.exceptions import CloseSpider

from crawler.crawl.host_state import StoredHolds, StoredRobots
from crawler.parsing.parser import Parser, ParseTask
from crawler.parsing.thread_futures import result_of
from db.config.loader import Config
from db.connection.database import explain_sqlite_error, open_database, open_readonly, translate_sqlite_errors
from db.connection.reader_thread import ReaderThread
from db.connection.writer import Writer
from db.errors import CopydeskError, DatabaseError, MachineError
from db.models import Source
from db.site_rules.loader import Sites
from db.store.archives.backfills import Backfill
from db.store.crawl import facts
from db.store.crawl.facts import ReceivedPage
from db.store.crawl.run_counts import Figures, count_run, count_unchanged_by_source, recount_runs
from db.store.crawl.source_locks import lock_sources
from db.store.crawl.source_runs import begin_source_runs, end_source_run, end_source_runs, update_unchanged_counts
from db.store.sites.site_rules import load_current_rules
from db.store.sites.sources import check_source_names, choose_sources
from db.system.machine_errors import as_machine_error, explain_os_error
from db.system.sparing_executor import SparingExecutor
from pipelines.processing.ingest import Ingest
from pipelines.processing.ingest_settings import plan_ingest

T = TypeVar("T")

CRAWL, TEST, BACKFILL, BY_HAND = "crawl", "sources test", "backfill", "by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillOrder:
    """What a crawl is to do of back-fills, one of each source. `plan`: only list; `budget`: most articles of a source, 0: all."""

    by_source: Mapping[int, Backfill]
    plan: bool = False
    budget: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOrder:
    """What a crawl is to do.

    `reads`: whether articles are fetched and extracted; otherwise listings are only discovered and recorded. `again`: fetch every
    known article again, whatever the setting `revisit` says. `command` and `reason` are recorded in the run's row. `backfill`: past
    articles are wanted, and no others.
    """

    names: tuple[str, ...] = ()
    since: datetime | None = None
    limit: int | None = None
    reads: bool = True
    again: bool = False
    command: str = CRAWL
    reason: str = BY_HAND
    backfill: BackfillOrder | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlSession:
    """The resources of a running crawl. Made by `open_session`."""

    config: Config
    order: CrawlOrder
    sites: Sites
    sources: list[Source]
    busy: list[tuple[Source, int]]
    """Sources that another crawl has locked, with the id of its process. This crawl skips them."""
    run_id: int
    started_at: datetime
    reader: sqlite3.Connection = field(repr=False)
    reader_thread: ReaderThread = field(repr=False)
    parser: Parser = field(repr=False)
    writer: Writer = field(repr=False)
    ingest: Ingest | None = field(repr=False)
    robots: StoredRobots = field(repr=False)
    holds: StoredHolds = field(repr=False)
    packer: Executor = field(repr=False)

    async def write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run a job on the writer, and wait for the commit. Raises CloseSpider where the database fails."""
        try:
            return await result_of(self.writer.submit(job))
        except DatabaseError as error:
            raise CloseSpider(str(error)) from error

    def write_later(self, job: Callable[[sqlite3.Connection], Any]) -> Future[Any]:
        """Run a job on the writer, without waiting."""
        return self.writer.submit(job)

    async def read(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run a query that may take a while, on the reader thread. Raises CloseSpider where the database fails."""
        try:
            return await result_of(self.reader_thread.submit(query))
        except DatabaseError as error:
            raise CloseSpider(str(error)) from error

    async def parse(self, task: ParseTask[T]) -> T:
        """Parse in a worker process. Raises TaskFailed, ParserStopped, and CloseSpider for a MachineError."""
        try:
            return await self.parser.parse(task)
        except MachineError as error:
            raise CloseSpider(str(error)) from error

    async def store_page(self, pack: Callable[[], ReceivedPage]) -> int | None:
        """Store a page and wake ingest. Returns the page's id, or None where the body is the one already stored. Raises CloseSpider
        where ingest has failed.
        """
        page = await asyncio.get_running_loop().run_in_executor(self.packer, pack)
        page_id = await self.write(lambda conn: facts.insert_page(conn, page))
        if self.ingest is not None:
            if self.ingest.error is not None:
                # New pages would not be extracted. What is stored is kept, and the next crawl extracts it.
                raise CloseSpider(str(self.ingest.error)) from self.ingest.error
            if page_id is not None:
                self.ingest.wake()
        return page_id

    async def end_source(self, source: Source, error: str | None, working: int) -> None:
        """Record the end of a source, and unlock it for other runs.

        `error` says why nothing could be fetched of it, None otherwise. `working`: how many of its listings name articles.
        """
        ended, now = "failed" if error else "finished", datetime.now(UTC)
        await self.write(
            lambda conn: end_source_run(
                conn, self.run_id, source.id, ended=ended, at=now, error=error, working=working
            ),
        )

    async def close(self, *, finished: bool, error: str | None = None) -> Figures:
        """End the run: wait for ingest (or stop it), complete the run's row, close everything. Returns the run's figures. Raises
        CopydeskError.
        """
        if not finished:
            self.writer.stop_waiting()
        failure = await self._end_ingest(finished=finished)
        stopped = not finished or (self.ingest is not None and self.ingest.stopped)
        ended = "failed" if error or failure else "stopped" if stopped else "finished"
        message = error or (str(failure) if failure else None)

        try:
            with translate_sqlite_errors(self.config.database):
                now = datetime.now(UTC)
                figures = count_run(self.reader, self.run_id, self.started_at, now)
                unchanged = count_unchanged_by_source(self.reader, self.run_id)
                earlier = recount_runs(self.reader, self.run_id)

            def end(conn: sqlite3.Connection) -> None:
                facts.end_run(conn, self.run_id, ended, now, figures.as_dict(), message)
                end_source_runs(conn, self.run_id, ended=ended, at=now, error=message)
                update_unchanged_counts(conn, self.run_id, unchanged)
                for run_id, counted in earlier:
                    facts.update_run_figures(conn, run_id, counted.as_dict())

            await result_of(self.writer.submit(end))
        except DatabaseError as trouble:
            failure = failure or trouble
        finally:
            # On other threads, since each finishes its queue before it ends.
            await asyncio.to_thread(self.packer.shutdown)
            await self.parser.close()
            await asyncio.to_thread(self.reader_thread.close)
            # The writer last: the connection that closes last empties the write-ahead log, which a read-only one may not.
            self.reader.close()
            await asyncio.to_thread(self.writer.close)
        # Only the writer knows of failed jobs that nobody waited for.
        if failure := failure or self.writer.failure:
            raise failure
        return figures

    def stop_reading(self) -> None:
        """Have `close` stop waiting for pages that are not extracted. Does not block."""
        if self.ingest is not None:
            self.ingest.stop()

    async def _end_ingest(self, *, finished: bool) -> CopydeskError | None:
        if self.ingest is None:
            return None
        if finished:
            self.ingest.finish()
        else:
            self.ingest.stop()
        try:
            await asyncio.to_thread(self.ingest.join)
        except CopydeskError as error:
            return error
        except sqlite3.Error as error:
            return explain_sqlite_error(error, self.config.database)
        except (OSError, MemoryError) as error:
            return explain_os_error(error)
        return None


def close_on_machine_error(error: BaseException) -> None:
    """End the crawl (CloseSpider) where a request failed because this machine lacks a resource: it says nothing about the host."""
    if (trouble := as_machine_error(error)) is not None:
        raise CloseSpider(str(trouble)) from error


def open_session(config: Config, order: CrawlOrder, on_failure: Callable[[DatabaseError], None]) -> CrawlSession:
    """Open the database and begin a run.

    A mistake in a site file concerns that site alone: `CrawlSession.sites.mistakes` lists it. `on_failure` is called, on any
    thread, where the database fails later, since most jobs are not waited for. Raises CopydeskError: no database, an unknown
    source, no folder of site rules, ...
    """
    db = open_database(config.database)
    try:
        with translate_sqlite_errors(config.database):
            sites = load_current_rules(config, db.conn)
            sources = choose_sources(db.conn, order.names)
            if order.reads and order.reason == BY_HAND and order.command == CRAWL:
                check_source_names(db.conn, config)  # a crawl of the service goes on: the service's log reports it
    finally:
        db.conn.close()
    writer = Writer(config.database, on_failure=on_failure)
    try:
        with translate_sqlite_errors(config.database):
            return _begin(config, order, sites, sources, writer)
    except BaseException:
        writer.close()
        raise


def _begin(config: Config, order: CrawlOrder, sites: Sites, sources: list[Source], writer: Writer) -> CrawlSession:
    started_at, pid = datetime.now(UTC), os.getpid()

    def begin(conn: sqlite3.Connection) -> tuple[int, list[Source], list[tuple[Source, int]]]:
        number = facts.begin_run(conn, order.command, pid, started_at, order.reason)
        free, held = lock_sources(conn, sources, number, pid, started_at)
        if order.reads and order.backfill is None:  # discovery or past articles alone are no crawl of a source
            begin_source_runs(conn, number, [source.id for source in free], started_at)
        return number, free, held

    run_id, taken, busy = writer.submit(begin).result()
    reader = open_readonly(config.database)
    robots, holds = StoredRobots(reader, writer), StoredHolds(reader, writer)
    ingest = None
    if order.reads:
        ingest = Ingest(plan_ingest(config, sites), writer)
        ingest.start()
    return CrawlSession(
        config=config,
        order=order,
        sites=sites,
        sources=taken,
        busy=busy,
        run_id=run_id,
        started_at=started_at,
        reader=reader,
        reader_thread=ReaderThread(config.database),
        parser=Parser(sites, timeout_s=config.extract_timeout.total_seconds()),
        writer=writer,
        ingest=ingest,
        robots=robots,
        holds=holds,
        packer=SparingExecutor(1, "packing"),
    )

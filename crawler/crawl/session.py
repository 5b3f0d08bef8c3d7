"""One crawl's connection to the ground: the database, its writer, the desk that reads, the run's row.

    spider ──put(job)──> writer ──commit──> desk.wake() ──> reading processes ──> outcomes, decisions

Opened when the spider opens, closed when it closes. A run that ends by itself waits until all its pages are read; one that is
stopped leaves them unread for the next.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from scrapy.exceptions import CloseSpider

from crawler.crawl.host_state import StoredHolds, StoredRobots
from crawler.parsing.parser import Parser, ParseTask
from db.config.loader import Config
from db.connection.database import explain_sqlite_error, open_database, open_readonly, translate_sqlite_errors
from db.connection.reader_thread import ReaderThread
from db.connection.writer import Writer
from db.errors import CopydeskError, DatabaseError, MachineError
from db.machine_errors import explain_os_error
from db.models import Source
from db.site_rules.loader import Sites
from db.store import facts
from db.store.facts import ReceivedPage
from db.store.run_counts import Figures, count_run, count_unchanged_by_source, recount_runs
from db.store.site_rules import load_current_rules
from db.store.source_locks import lock_sources
from db.store.source_runs import begin_source_runs, end_source_run, end_source_runs, update_unchanged_counts
from db.store.sources import check_source_names, choose_sources
from pipelines.processing.ingest import Ingest
from pipelines.processing.ingest_settings import plan_desk

T = TypeVar("T")

CRAWL, BY_HAND = "crawl", "by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlOrder:
    """What a crawl is to do. `reads`: articles are fetched and read; without it, listings are only found and recorded.

    `again`: every article fetched before is visited again, whatever the rhythm says. `reason`: why it runs, for its row.
    """

    names: tuple[str, ...] = ()
    since: datetime | None = None
    limit: int | None = None
    reads: bool = True
    again: bool = False
    command: str = CRAWL
    reason: str = BY_HAND


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawlSession:
    """What a running crawl holds. Made by `open_session`."""

    config: Config
    order: CrawlOrder
    sites: Sites
    sources: list[Source]
    busy: list[tuple[Source, int]]
    """Sources that another crawl is at, with its process number: left to it."""
    run_id: int
    started_at: datetime
    reader: sqlite3.Connection = field(repr=False)
    asker: ReaderThread = field(repr=False)
    parser: Parser = field(repr=False)
    writer: Writer = field(repr=False)
    desk: Ingest | None = field(repr=False)
    robots: StoredRobots = field(repr=False)
    holds: StoredHolds = field(repr=False)
    packing: ThreadPoolExecutor = field(repr=False)

    async def put(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Have the writer run a job; returns after the commit. A database that fails ends the crawl."""
        try:
            return await asyncio.wrap_future(self.writer.submit(job))
        except DatabaseError as error:
            raise CloseSpider(str(error)) from error

    def put_later(self, job: Callable[[sqlite3.Connection], Any]) -> Future[Any]:
        """Have the writer run a job, without waiting."""
        return self.writer.submit(job)

    async def ask(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Run a query that may take a while, on a thread of its own. A database that fails ends the crawl."""
        try:
            return await asyncio.wrap_future(self.asker.submit(query))
        except DatabaseError as error:
            raise CloseSpider(str(error)) from error

    async def parse(self, task: ParseTask[T]) -> T:
        """Have something parsed. Raises TaskFailed, ParserStopped, and CloseSpider for trouble of the machine."""
        try:
            return await self.parser.parse(task)
        except MachineError as error:
            raise CloseSpider(str(error)) from error

    async def keep(self, pack: Callable[[], ReceivedPage]) -> int | None:
        """Store a page that came in; its id, or None where it is the one we had. Wakes the desk."""
        page = await asyncio.get_running_loop().run_in_executor(self.packing, pack)
        page_id = await self.put(lambda conn: facts.insert_page(conn, page))
        if self.desk is not None:
            if self.desk.error is not None:
                # Nothing of what comes in would be read: what is stored stays, and is read by the next crawl.
                raise CloseSpider(str(self.desk.error)) from self.desk.error
            if page_id is not None:
                self.desk.wake()
        return page_id

    async def end_source(self, source: Source, error: str | None, working: int) -> None:
        """All of a source is fetched, or nothing of it could be (`error` says why): record it, leave the source to other runs.

        `working`: how many of its listings name articles.
        """
        ended, now = "failed" if error else "finished", datetime.now(UTC)
        await self.put(
            lambda conn: end_source_run(
                conn, self.run_id, source.id, ended=ended, at=now, error=error, working=working
            ),
        )

    async def close(self, *, finished: bool, error: str | None = None) -> Figures:
        """End the run: wait for the desk (or stop it), write the run's row, close everything; the run's figures."""
        if not finished:
            self.writer.stop_waiting()
        failure = await self._end_desk(finished=finished)
        stopped = not finished or (self.desk is not None and self.desk.stopped)
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

            await asyncio.wrap_future(self.writer.submit(end))
        except DatabaseError as trouble:
            failure = failure or trouble
        finally:
            # On other threads: ending them takes until they have done what they were given.
            await asyncio.to_thread(self.packing.shutdown)
            await self.parser.close()
            await asyncio.to_thread(self.asker.close)
            # The writer last: whoever closes last empties the write-ahead log, which a reader may not.
            self.reader.close()
            await asyncio.to_thread(self.writer.close)
        # Of jobs that nobody waited for only the writer knows.
        if failure := failure or self.writer.failure:
            raise failure
        return figures

    def stop_reading(self) -> None:
        """Have `close` wait no longer for pages that are not read. Does not wait."""
        if self.desk is not None:
            self.desk.stop()

    async def _end_desk(self, *, finished: bool) -> CopydeskError | None:
        if self.desk is None:
            return None
        if finished:
            self.desk.finish()
        else:
            self.desk.stop()
        try:
            await asyncio.to_thread(self.desk.join)
        except CopydeskError as error:
            return error
        except sqlite3.Error as error:
            return explain_sqlite_error(error, self.config.database)
        except (OSError, MemoryError) as error:
            return explain_os_error(error)
        return None


def end_for_machine(error: BaseException) -> None:
    """End the crawl where a request failed for want of something that the machine has none of: it says nothing of the host."""
    if isinstance(error, MachineError):
        raise CloseSpider(str(error)) from error


def open_session(config: Config, order: CrawlOrder, on_failure: Callable[[DatabaseError], None]) -> CrawlSession:
    """Open the database and begin a run. Raises CopydeskError: no database, unknown source, no folder of rules, ...

    A site file that is wrong concerns its own site: `CrawlSession.sites.mistakes` names it. `on_failure` is called, on any
    thread, where the database fails later: nobody waits for most that is written.
    """
    db = open_database(config.database)
    try:
        with translate_sqlite_errors(config.database):
            sites = load_current_rules(config, db.conn)
            sources = choose_sources(db.conn, order.names)
            if order.reads and order.reason == BY_HAND and order.command == CRAWL:
                check_source_names(db.conn, config)  # a service that is up is not stopped by a word: its log says it
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
        if order.reads:  # who only looks for listings has not crawled
            begin_source_runs(conn, number, [source.id for source in free], started_at)
        return number, free, held

    run_id, taken, busy = writer.submit(begin).result()
    reader = open_readonly(config.database)
    robots, holds = StoredRobots(reader, writer), StoredHolds(reader, writer)
    desk = None
    if order.reads:
        desk = Ingest(plan_desk(config, sites), writer)
        desk.start()
    return CrawlSession(
        config=config,
        order=order,
        sites=sites,
        sources=taken,
        busy=busy,
        run_id=run_id,
        started_at=started_at,
        reader=reader,
        asker=ReaderThread(config.database),
        parser=Parser(sites, timeout_s=config.extract_timeout.total_seconds()),
        writer=writer,
        desk=desk,
        robots=robots,
        holds=holds,
        packing=ThreadPoolExecutor(1, thread_name_prefix="packing"),
    )

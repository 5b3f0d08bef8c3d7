"""Walks the back-fills of a crawl: first the steps of their channels, side by side, then the articles that these named.

    next open step of each channel ──> request ──> read in a worker process ──> links and next steps stored, step done ──> ...
    none is left ──> links taken, up to the budget ──> Articles, as in any crawl; Captures beside them for those of archives

Everything between two requests is in rows (`db.store.archives.backfill_queue`): whatever ends the process, the next one goes on
there.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.backfill.archive_channel import ArchivePagesChannel
from crawler.backfill.channel import BackfillScope, Channel
from crawler.backfill.channels import archive_channels, channel_named
from crawler.backfill.read_step import ReadAnswer, ReadStep, step_of, stored_step
from crawler.backfill.wordpress_channel import WordPressChannel
from crawler.crawl.articles import Articles
from crawler.crawl.captures import Captures, answer_of, archive_meta
from crawler.crawl.link_variants import NewLinkFilter
from crawler.crawl.session import BackfillOrder, CrawlSession, close_on_machine_error
from crawler.crawl.visit import SourceVisit
from crawler.discover.addresses.address_patterns import is_among
from crawler.http import record
from crawler.http.middlewares.retry import is_transient
from crawler.http.services import PolicyOf
from crawler.parsing.parser import ParserStopped
from db.network.http_statuses import GONE, is_page_status
from db.store.archives import backfill_queue as queue
from db.store.archives.backfill_queue import StoredStep
from db.store.archives.backfills import Backfill, end_backfill, note_pause
from db.store.crawl import facts
from db.store.crawl.due_links import DueLink
from pipelines.processing.worker_pool import TaskFailed

PRIORITY = 100
"""Lists before articles, as in `crawler.crawl.listings`."""
WHOLE = WordPressChannel.name
"""The channel that names every post of the time where it comes to its end. No other can tell that it is complete."""
WALK = ArchivePagesChannel.name
MOST_WITHOUT_NEWS = 30
"""Lists in a row of a walk that name only what is known. Articles that WordPress keeps as another type than posts are on the first
pages of some section."""
FORBIDDEN = "robots.txt forbids it"
TAKEN_AT_ONCE = 500
"""Links taken in one transaction: some 20 ms of the write lock."""


class Backfilling:
    """The listing half of a crawl that back-fills."""

    def __init__(self, session: CrawlSession, order: BackfillOrder, articles: Articles, policy_of: PolicyOf) -> None:
        self._session = session
        self._order = order
        self._articles = articles
        self._policy_of = policy_of
        self._without_news: Counter[int] = Counter()
        archives = {channel.name: channel for channel in archive_channels(session.config)}
        self._captures = Captures(session, articles, archives)
        articles.on_end.append(self._end)

    async def begin(self, visit: SourceVisit) -> list[Request]:
        """The first request of each channel, or the articles where all lists have been read."""
        backfill, scope = self._backfill(visit), self._scope(visit)
        channels = [
            channel for name in backfill.channels if (channel := channel_named(name, self._session.config)) is not None
        ]

        def prepare(conn: sqlite3.Connection) -> None:
            queue.settle_taken(conn, backfill.id)
            if not queue.has_steps(conn, backfill.id):
                first = [stored_step(step) for channel in channels for step in channel.first_steps(scope)]
                queue.insert_steps(conn, backfill.id, first)

        await self._session.write(prepare)
        requests = [request for channel in channels if (request := self._next(visit, scope, channel)) is not None]
        visit.begin_lists(len(requests))
        return requests or await self._begin_articles(visit)

    async def handle_response(
        self, response: Response, visit: SourceVisit, scope: BackfillScope, channel: Channel, row: StoredStep
    ) -> AsyncIterator[Any]:
        """Store what a list names, and request the channel's next one."""
        session, backfill, now = self._session, self._backfill(visit), datetime.now(UTC)
        visit.count_answer(is_page_status(response.status))
        fetch = record.fetch_from_response("discovery", response, row.url, session.run_id, visit.source.id)
        read: ReadAnswer | None = None
        trouble: str | None = f"status {response.status}"
        request = response.request
        if response.status < 500 and (request is None or not is_transient(request, response.status)):
            try:
                read = await session.parse(
                    ReadStep(channel=channel, scope=scope, step=step_of(row), answer=answer_of(response))
                )
            except TaskFailed as error:
                trouble = record.describe_failure(error)
            except ParserStopped:
                visit.stop()
                return

        def put(conn: sqlite3.Connection) -> None:
            facts.insert_fetch(conn, fetch)
            if read is None:
                queue.fail_step(conn, row.id, session.run_id, trouble)
            else:
                only = visit.settings.only
                parts = ([link for link in part if is_among(link.url, only)] for part in read.links.parts())
                named, new = queue.finish_step(conn, backfill.id, row, parts, read.next_steps, read.trouble, now)
                self._end_walk_in_vain(conn, backfill, channel, named=named, new=new, now=now)
                if read.trouble:
                    # Whatever else is in the way may have passed by a later run.
                    run = None if response.status in GONE else session.run_id
                    queue.leave_channel_in_trouble(conn, backfill.id, row.channel, read.trouble, now, passing_in=run)

        await session.write(put)
        for request in await self._go_on(visit, scope, channel):
            yield request

    def _end_walk_in_vain(
        self, conn: sqlite3.Connection, backfill: Backfill, channel: Channel, *, named: int, new: int, now: datetime
    ) -> None:
        """End a walk through pages for readers that only name what the site's interface, which names everything, has named."""
        if channel.name != WALK or not named:
            return
        self._without_news[backfill.id] = 0 if new else self._without_news[backfill.id] + 1
        if self._without_news[backfill.id] >= MOST_WITHOUT_NEWS and queue.has_named_all(conn, backfill.id, WHOLE):
            queue.give_up_steps(conn, backfill.id, channel.name, f"{WHOLE} names all that it does", now)

    async def handle_failure(self, failure: Failure) -> AsyncIterator[Any]:
        """Note a list that could not be fetched. A host on hold ends the channel for this run."""
        request, error = record.request_and_error(failure)
        close_on_machine_error(error)
        visit, scope = request.cb_kwargs["visit"], request.cb_kwargs["scope"]
        channel, row = request.cb_kwargs["channel"], request.cb_kwargs["row"]
        session, backfill, now = self._session, self._backfill(visit), datetime.now(UTC)
        visit.note_stop(error)
        name = record.failure_name(error)
        fetch = record.fetch_from_error("discovery", request, row.url, error, session.run_id, visit.source.id)

        def put(conn: sqlite3.Connection) -> None:
            facts.insert_fetch(conn, fetch)
            if name == "robots_forbidden":
                queue.finish_step(conn, backfill.id, row, (), (), FORBIDDEN, now)
                queue.leave_channel_in_trouble(conn, backfill.id, row.channel, FORBIDDEN, now, passing_in=None)
            else:
                sent = name not in record.NOT_SENT
                queue.fail_step(conn, row.id, session.run_id, record.describe_failure(error) if sent else None)

        await session.write(put)
        ends = name in record.NOT_SENT
        if ends:
            visit.note(f"{channel.name}: {record.describe_failure(error)}", once=True)
        for following in await self._go_on(visit, scope, channel, ends=ends):
            yield following

    async def _go_on(
        self, visit: SourceVisit, scope: BackfillScope, channel: Channel, *, ends: bool = False
    ) -> list[Request]:
        request = None if ends or visit.stopped else self._next(visit, scope, channel)
        if request is not None:
            return [request]
        visit.finish_listing()
        return [] if visit.pending else await self._begin_articles(visit)

    def _next(self, visit: SourceVisit, scope: BackfillScope, channel: Channel) -> Request | None:
        """The request for the next open step of a channel."""
        session = self._session
        row = queue.next_step(session.reader, self._backfill(visit).id, channel.name, session.run_id)
        if row is None:
            return None
        in_part = {"Range": f"bytes={row.first_byte}-{row.last_byte}"} if row.first_byte is not None else {}
        return record.with_creation_time(
            Request(
                row.url,
                callback=self.handle_response,
                errback=self.handle_failure,
                cb_kwargs={"visit": visit, "scope": scope, "channel": channel, "row": row},
                headers=in_part,
                meta=visit.meta | archive_meta(channel.rate, row.url, lists=True, robots=session.config.archive_robots),
                priority=PRIORITY,
                dont_filter=True,
            )
        )

    async def _begin_articles(self, visit: SourceVisit) -> list[Request]:
        backfill, policy = self._backfill(visit), self._policy_of(visit.source.url)
        cap = self._session.config.max_crawl_delay.total_seconds()
        pause = max(visit.settings.delay.total_seconds(), policy.crawl_delay(cap) if policy else 0.0)
        await self._session.write(lambda conn: note_pause(conn, backfill.id, pause))
        if self._order.plan or visit.stopped:
            return await self._articles.request_due(visit, [])
        due = await self._take(visit)
        room = (self._order.budget or float("inf")) - len(due)
        captures = await self._captures.begin(visit, backfill.id, room)
        return [*await self._articles.request_due(visit, due), *captures]

    async def _take(self, visit: SourceVisit) -> list[DueLink]:
        """The links to fetch in this run: those that an earlier run took, then waiting ones, the newest first."""
        session, backfill, now = self._session, self._backfill(visit), datetime.now(UTC)
        budget = self._order.budget or float("inf")
        retry = [time.total_seconds() for time in visit.settings.retry_failed]
        due = await session.read(lambda conn: queue.taken_links(conn, backfill.id, retry, now))
        link_filter = NewLinkFilter(
            source_id=visit.source.id, rules=session.sites.address_rules, run_id=session.run_id, at=now
        )
        await session.write(link_filter.prepare)
        while len(due) < budget:
            most = int(min(TAKEN_AT_ONCE, budget - len(due)))

            def take(conn: sqlite3.Connection, most: int = most) -> list[DueLink] | None:
                waiting = queue.waiting_links(conn, backfill.id, most)
                links = [one.link for one in waiting]
                visit.insert_links(conn, links, now, session.run_id, link_filter)
                return queue.take_links(conn, visit.source.id, waiting) if waiting else None

            taken = await session.write(take)
            if taken is None:
                break
            due += taken
        return due[: int(budget)] if budget != float("inf") else due

    async def _end(self, visit: SourceVisit) -> None:
        """Note what became of the links, and whether the back-fill is finished."""
        backfill, plan = self._backfill(visit), self._order.plan
        retries = len(visit.settings.retry_failed)

        def put(conn: sqlite3.Connection) -> None:
            queue.settle_taken(conn, backfill.id)
            if not plan and not visit.stopped and queue.is_complete(conn, backfill.id, retries):
                end_backfill(conn, backfill.id, "finished", datetime.now(UTC))

        await self._session.write(put)

    def _backfill(self, visit: SourceVisit) -> Backfill:
        return self._order.by_source[visit.source.id]

    def _scope(self, visit: SourceVisit) -> BackfillScope:
        backfill = self._backfill(visit)
        return BackfillScope(
            home=visit.source.url,
            hosts=frozenset(visit.settings.article_hosts),
            since=backfill.since,
            until=backfill.until,
            listings=tuple(visit.known_listings),
            site=visit.site,
        )

"""Fetching the due articles of a visit, a few at a time, and storing what comes."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.crawl.link_variants import NewLinkFilter
from crawler.crawl.session import CrawlSession, end_for_machine
from crawler.crawl.visit import SourceVisit
from crawler.http import record
from crawler.parsing.merging import merged
from crawler.parsing.packed_records import PackedRecords
from crawler.parsing.parser import ParseNextPart, ParserStopped
from db.http_statuses import is_page_status
from db.models import Link
from db.store import facts
from db.store.due_links import DueLink, due_links
from db.store.facts import save_validators
from db.store.listings import save_listing_answers
from db.store.sitemap_readings import save_sitemap_readings
from db.store.sources import insert_listings
from pipelines.processing.worker_pool import TaskFailed

# An article of more pages than this is a gallery or a trap.
MOST_PARTS = 20


@dataclass(slots=True, kw_only=True)
class GatheredArticle:
    """An article of one page or more, being gathered."""

    visit: SourceVisit
    due: DueLink
    fetch: facts.Fetch
    first: Response
    parts: list[tuple[str, bytes]] = field(default_factory=list)


class Articles:
    """The article half of a crawl. `items`: whether stored pages are handed to Scrapy's item pipelines, by id."""

    def __init__(self, session: CrawlSession, *, items: bool) -> None:
        self._session = session
        self._items = items

    async def begin(self, visit: SourceVisit) -> list[Request]:
        """All listings are read: record what they brought and begin with the due links."""
        session, now = self._session, datetime.now(UTC)
        if visit.found and not (visit.probing and visit.stopped):  # a search that was broken off is begun anew
            await session.put(lambda conn: insert_listings(conn, visit.source.id, visit.found, now))
        answers, named = visit.answers, visit.named
        if answers:
            visit.working = await session.put(
                lambda conn: save_listing_answers(conn, visit.source.id, answers, now, named)
            )
        if not session.order.reads:
            await self._end(visit)
            return []
        await self._record_links(visit, now)
        settings, limit = visit.settings, session.order.limit
        due = await session.ask(
            lambda conn: due_links(
                conn,
                visit.source.id,
                now=now + timedelta(milliseconds=1),
                revisit=(timedelta(),) if session.order.again else settings.revisit,
                retry=settings.retry_failed,
                since=session.order.since,
                limit=settings.limit if limit is None else limit,
            )
        )
        visit.due.extend(due)
        requests = list(self._next(visit))
        if not requests:
            await self._end(visit)
        return requests

    async def _record_links(self, visit: SourceVisit, now: datetime) -> None:
        """Record the articles that the listings named, and after the last of them the listings' validators.

        A listing may name 50,000: they are merged elsewhere, and written in parts between which others write. Where the crawl is
        stopped before they are merged they are left to the next one, which asks for the listings again.
        """
        session = self._session
        listings, validators = visit.take_listings()
        try:
            lists = await merged(listings, session.parse)
        except ParserStopped:
            visit.stopped = True
            return
        sieve = NewLinkFilter(
            source_id=visit.source.id, rules=session.sites.address_rules, run_id=session.run_id, at=now
        )
        if any(lists):
            await session.put(sieve.prepare)
        for links in lists:
            for number in range(links.number_of_parts):

                def put(conn: sqlite3.Connection, links: PackedRecords[Link] = links, number: int = number) -> None:
                    visit.insert_links(conn, links.part(number), now, session.run_id, sieve)

                await session.put(put)
        readings, visit.readings = visit.readings, {}
        if readings:
            await session.put(lambda conn: save_sitemap_readings(conn, readings, now))
        for url, headers in validators.items():
            await session.put(lambda conn, url=url, headers=headers: save_validators(conn, url, headers))  # type: ignore[misc]

    async def came_in(self, response: Response, visit: SourceVisit, due: DueLink) -> AsyncIterator[Any]:
        """An article's page came in, or 304, or an error status: store it, go on with the next due one."""
        session = self._session
        visit.answered += 1
        visit.under_way -= 1
        for request in self._next(visit):
            yield request
        fetch = record.fetch_of("article", response, due.url, session.run_id, visit.source.id, due.link_id)
        if response.status == 304:
            await session.put(lambda conn: facts.record_unchanged(conn, fetch))
            await self._dealt_with(visit)
        elif is_page_status(response.status):
            whole = GatheredArticle(visit=visit, due=due, fetch=fetch, first=response)
            async for result in self._whole_or_more(whole, response):
                yield result
        else:
            await session.put(lambda conn: facts.record_failure(conn, fetch))
            await self._dealt_with(visit)

    async def part_came_in(self, response: Response, whole: GatheredArticle) -> AsyncIterator[Any]:
        """A further page of an article came in: take it, ask for the one after it. Without it the article ends before."""
        came = is_page_status(response.status)
        if came:
            whole.parts.append((response.url, response.body))
        async for result in self._whole_or_more(whole, response if came else None):
            yield result

    async def part_failed(self, failure: Failure) -> AsyncIterator[Any]:
        """A further page of an article could not be fetched: what there is of it is kept."""
        request, error = record.parts_of(failure)
        end_for_machine(error)
        async for result in self._whole_or_more(request.cb_kwargs["whole"], None):
            yield result

    async def _whole_or_more(self, whole: GatheredArticle, last: Response | None) -> AsyncIterator[Any]:
        """Ask for the page after `last`, or store the article if there is none."""
        session, visit = self._session, whole.visit
        following = await self._after(whole, last) if last is not None and visit.settings.follow_pages else None
        if following:
            yield record.began(
                Request(
                    following,
                    callback=self.part_came_in,
                    errback=self.part_failed,
                    cb_kwargs={"whole": whole},
                    meta=visit.meta | {"verbatim_url": True},
                    dont_filter=True,
                )
            )
            return
        page_id = await session.keep(record.received(whole.fetch, whole.first, visit.source.id, whole.parts))
        await self._dealt_with(visit)
        if page_id is not None and self._items:
            yield {"page_id": page_id}

    async def _after(self, whole: GatheredArticle, last: Response) -> str | None:
        """The address of the page after `last`, None where the article ends, or where that cannot be made out."""
        if len(whole.parts) >= MOST_PARTS:
            return None
        content_type = record.headers_of(last).get("Content-Type")
        task = ParseNextPart(body=last.body, url=last.url, content_type=content_type, first=whole.first.url)
        try:
            following = await self._session.parse(task)
        except (TaskFailed, ParserStopped):
            return None
        return None if following in {url for url, _ in whole.parts} else following

    async def failed(self, failure: Failure) -> AsyncIterator[Any]:
        """An article could not be fetched."""
        request, error = record.parts_of(failure)
        end_for_machine(error)
        visit, due = request.cb_kwargs["visit"], request.cb_kwargs["due"]
        session = self._session
        visit.under_way -= 1
        for following in self._next(visit):
            yield following
        visit.note_stop(error)
        if record.failure_name(error) not in record.NOT_ASKED:
            fetch = record.failed_fetch(
                "article", request, due.url, error, session.run_id, visit.source.id, due.link_id
            )
            await session.put(lambda conn: facts.record_failure(conn, fetch))
        await self._dealt_with(visit)

    async def _dealt_with(self, visit: SourceVisit) -> None:
        """An article is stored, or will not be. After the last one the source is done with."""
        visit.unfinished -= 1
        if not visit.due and not visit.unfinished:
            await self._end(visit)

    async def _end(self, visit: SourceVisit) -> None:
        """All of a source is asked for. Where the crawl was stopped it is not; then the end of the run says so."""
        if not visit.stopped:
            await self._session.end_source(visit.source, visit.failure, visit.working)

    def _next(self, visit: SourceVisit) -> Iterator[Request]:
        for due in visit.take_due():
            yield record.began(
                Request(
                    due.url,
                    callback=self.came_in,
                    errback=self.failed,
                    cb_kwargs={"visit": visit, "due": due},
                    headers=record.conditional(due.etag, due.last_modified),
                    meta=visit.meta | {"verbatim_url": True},
                    dont_filter=True,
                )
            )

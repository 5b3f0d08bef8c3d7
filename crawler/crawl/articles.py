"""Requests the due articles of a visit, a few at a time, and stores the pages."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.crawl.link_variants import NewLinkFilter
from crawler.crawl.modified_posts import ModifiedPosts, revisit_times
from crawler.crawl.page_drawer import PageDrawer, PageWaits
from crawler.crawl.session import TEST, CrawlSession, close_on_machine_error
from crawler.crawl.visit import SourceVisit
from crawler.discover.addresses.address_patterns import is_among, is_excluded
from crawler.http import record
from crawler.parsing.merging import merge_listings
from crawler.parsing.parser import ParseNextPart, ParserStopped
from crawler.render.renderer import RendererStopped
from db.diagnosis.listing_trouble import TroubleKind, advice_for, listing_trouble
from db.display.humanize import counted
from db.network.http_statuses import is_page_status
from db.store.crawl import facts
from db.store.crawl.drawings import DrawingRecord
from db.store.crawl.due_links import DueLink, due_links
from db.store.crawl.facts import save_validators
from db.store.sites.listing_readings import save_listing_readings
from db.store.sites.listings import save_listing_answers
from db.store.sites.sitemap_readings import save_sitemap_readings
from db.store.sites.sources import insert_listings
from db.store.websub.feed_hubs import save_feed_hubs
from pipelines.processing.worker_pool import TaskFailed
from pipelines.urls import host_of

# An article with more pages is a gallery or a crawler trap.
MAX_PARTS = 20


@dataclass(slots=True, kw_only=True)
class GatheredArticle:
    """An article whose pages are being fetched."""

    visit: SourceVisit
    due: DueLink
    fetch: facts.Fetch
    first: Response
    parts: list[tuple[str, bytes]] = field(default_factory=list)
    drawing: DrawingRecord | None = None


class Articles:
    """The article half of a crawl. `items`: whether the ids of stored pages go to Scrapy's item pipelines."""

    def __init__(self, session: CrawlSession, drawer: PageDrawer, *, items: bool) -> None:
        self._session = session
        self._drawer = drawer
        self._items = items
        self._modified = ModifiedPosts(session, self.begin_due)
        self.on_end: list[Callable[[SourceVisit], Awaitable[None]]] = []
        """Called when a source has ended, before that is recorded."""

    async def begin(self, visit: SourceVisit) -> list[Request]:
        """Record what the listings named, and ask what was modified, or request the first due articles.

        Called when all listings are read.
        """
        session, now = self._session, datetime.now(UTC)
        visit.note_gaps()
        await self._record_answers(visit, now)
        if not session.order.reads:
            await self._end_source(visit)
            return []
        await self._record_links(visit, now)
        if (look := await self._modified.begin(visit, now)) is not None:
            return [look]
        return await self.begin_due(visit)

    async def begin_due(self, visit: SourceVisit) -> list[Request]:
        """The requests for the first due articles."""
        session, now = self._session, datetime.now(UTC)
        settings, order = visit.settings, session.order

        def find_due(conn: sqlite3.Connection) -> list[DueLink]:
            find = partial(
                due_links,
                conn,
                source_id=visit.source.id,
                now=now + timedelta(milliseconds=1),
                revisit=(timedelta(),) if order.again else revisit_times(conn, visit, now),
                retry=settings.retry_failed,
                since=order.since,
            )
            return self._allowed(visit, find, settings.limit if order.limit is None else order.limit)

        due = await session.read(find_due)
        return await self.request_due(visit, due)

    def _allowed(self, visit: SourceVisit, find: Callable[..., list[DueLink]], most: int) -> list[DueLink]:
        """At most so many (0: all) of the due links; not those that the site's rules or the setting `only` leave out, which were
        known before these."""
        sites, only = self._session.sites, visit.settings.only

        def allowed(due: list[DueLink]) -> list[DueLink]:
            return [
                link
                for link in due
                if is_among(link.url, only) and not is_excluded(link.url, sites.for_host(host_of(link.url)))
            ]

        due = find(limit=most)
        kept = allowed(due)
        if len(kept) == len(due) or len(due) < most or not most:
            return kept
        # They took the places of others, and would in every crawl.
        return allowed(find(limit=0))[:most]

    async def request_due(self, visit: SourceVisit, due: Sequence[DueLink]) -> list[Request]:
        """The requests for the first of these articles; the others follow. Without any, the source ends."""
        visit.articles.queue(due)
        requests = list(self._next_requests(visit))
        if not requests and visit.articles.is_done:
            await self._end_source(visit)
        return requests

    async def _record_answers(self, visit: SourceVisit, now: datetime) -> None:
        """Record how the listings answered and what they held, and say what is wrong where none of them works."""
        source_id = visit.source.id
        # Discovery that was interrupted starts again in the next crawl.
        found = [] if visit.probing and visit.stopped else visit.new_listings
        answers, named, hubs = visit.answers.by_listing, visit.answers.front_page_listings, visit.answers.hubs
        readings, samples = visit.answers.take_readings()

        def put(conn: sqlite3.Connection) -> int:
            if found:
                insert_listings(conn, source_id, found, now)
            working = save_listing_answers(conn, source_id, answers, now, named) if answers else 0
            save_feed_hubs(conn, source_id, hubs, now)
            save_listing_readings(conn, source_id, readings.values(), samples)
            return working

        if found or answers or hubs or readings:
            visit.note_working(await self._session.write(put))
        trouble = None if visit.working or visit.stopped else listing_trouble(readings.values())
        visit.note_wall(trouble.wall if trouble is not None else None)
        # That no listing works need not be said where each has been named with its failure.
        if trouble is not None and (trouble.kind is not TroubleKind.NO_LISTING or not visit.notes):
            is_test = self._session.order.command == TEST  # what is tested need not be a source, and then has no name
            visit.note(f"{trouble.message}; {advice_for(visit.source.url if is_test else visit.source.name)}")

    async def _record_links(self, visit: SourceVisit, now: datetime) -> None:
        """Record the links that the listings named, and then the listings' validators.

        A listing may name 50,000 links: they are merged in a worker process and written in parts, between which other jobs can
        write. If the crawl is stopped before they are merged, nothing is recorded, and the next crawl requests the listings again.
        """
        session = self._session
        read = visit.answers.take_listings()
        try:
            lists = await merge_listings(read.listings, session.parse)
        except ParserStopped:
            visit.stop()
            return
        link_filter = NewLinkFilter(
            source_id=visit.source.id, rules=session.sites.address_rules, run_id=session.run_id, at=now
        )
        parts = [(links, number) for links in lists for number in range(links.number_of_parts)]

        def put(conn: sqlite3.Connection, number: int) -> None:
            if number == 0 and parts:
                link_filter.prepare(conn)
            for links, part in parts[number : number + 1]:
                visit.insert_links(conn, links.part(part), now, session.run_id, link_filter)
            if number + 1 >= len(parts):
                save_sitemap_readings(conn, read.sitemap_readings, now)
                for url, headers in read.validators.items():
                    save_validators(conn, url, headers)

        if parts or read.sitemap_readings or read.validators:
            for number in range(max(1, len(parts))):
                await session.write(partial(put, number=number))
        if visit.left_out and not visit.taken:
            visit.note(
                f"`only` leaves out all that its listings name, {counted(visit.left_out, 'article')}; `sources set` changes it"
            )

    async def handle_response(self, response: Response, visit: SourceVisit, due: DueLink) -> AsyncIterator[Any]:
        """Store a response (page, 304 or error status), and request the next due article."""
        session = self._session
        visit.land_article(answered=True)
        for request in self._next_requests(visit):
            yield request
        fetch = record.fetch_from_response("article", response, due.url, session.run_id, visit.source.id, due.link_id)
        if record.is_unchanged(response):
            await session.write(lambda conn: facts.record_unchanged(conn, fetch))
            await self.finish_article(visit)
        elif is_page_status(response.status):
            try:
                drawn = await self._drawer.draw_article(visit, response)
            except (PageWaits, RendererStopped) as error:
                await self._leave_due(visit, error)
                return
            article = GatheredArticle(
                visit=visit, due=due, fetch=fetch, first=response, drawing=drawn.record if drawn else None
            )
            async for result in self._continue_or_store(article, response):
                yield result
        else:
            await session.write(lambda conn: facts.record_failure(conn, fetch))
            await self.finish_article(visit)

    async def handle_part(self, response: Response, article: GatheredArticle) -> AsyncIterator[Any]:
        """Add a further page to its article, and request the one after it. An error status ends the article before this page."""
        came = is_page_status(response.status)
        if came:
            article.parts.append((response.url, response.body))
        async for result in self._continue_or_store(article, response if came else None):
            yield result

    async def handle_part_failure(self, failure: Failure) -> AsyncIterator[Any]:
        """End an article at the page that could not be fetched, and store the pages before it."""
        request, error = record.request_and_error(failure)
        close_on_machine_error(error)
        async for result in self._continue_or_store(request.cb_kwargs["article"], None):
            yield result

    async def _continue_or_store(self, article: GatheredArticle, last: Response | None) -> AsyncIterator[Any]:
        """Request the page after `last`, or store the article if there is none."""
        session, visit = self._session, article.visit
        following = (
            await self._next_part_url(article, last) if last is not None and visit.settings.follow_pages else None
        )
        if following:
            yield record.with_creation_time(
                Request(
                    following,
                    callback=self.handle_part,
                    errback=self.handle_part_failure,
                    cb_kwargs={"article": article},
                    meta=visit.meta | {"verbatim_url": True},
                    dont_filter=True,
                )
            )
            return
        page_id = await session.store_page(
            record.page_packer(article.fetch, article.first, visit.source.id, article.parts, article.drawing)
        )
        await self.finish_article(visit)
        if page_id is not None and self._items:
            yield {"page_id": page_id}

    async def _next_part_url(self, article: GatheredArticle, last: Response) -> str | None:
        """The URL of the page after `last`, None where the article ends or the page cannot be parsed."""
        if len(article.parts) >= MAX_PARTS:
            return None
        content_type = record.header_of(last, "Content-Type")
        task = ParseNextPart(body=last.body, url=last.url, content_type=content_type, first=article.first.url)
        try:
            following = await self._session.parse(task)
        except (TaskFailed, ParserStopped):
            return None
        return None if following in {url for url, _ in article.parts} else following

    async def handle_failure(self, failure: Failure) -> AsyncIterator[Any]:
        """Record a failed fetch, and request the next due article."""
        request, error = record.request_and_error(failure)
        close_on_machine_error(error)
        visit, due = request.cb_kwargs["visit"], request.cb_kwargs["due"]
        session = self._session
        visit.land_article(answered=False)
        for following in self._next_requests(visit):
            yield following
        visit.note_stop(error)
        if record.failure_name(error) not in record.NOT_SENT:
            fetch = record.fetch_from_error(
                "article", request, due.url, error, session.run_id, visit.source.id, due.link_id
            )
            await session.write(lambda conn: facts.record_failure(conn, fetch))
        await self.finish_article(visit)

    async def _leave_due(self, visit: SourceVisit, error: PageWaits | RendererStopped) -> None:
        """Record nothing of a page that needs a browser and has none now: the next crawl requests it again."""
        if isinstance(error, RendererStopped):
            visit.stop()
        else:
            visit.articles.leave(str(error))
        await self.finish_article(visit)

    async def finish_article(self, visit: SourceVisit) -> None:
        """Count an article as finished: stored, or failed. After the last one, end the source."""
        visit.articles.finish()
        if visit.articles.is_done:
            await self._end_source(visit)

    async def _end_source(self, visit: SourceVisit) -> None:
        """Record the end of the source, unless the crawl was stopped: then the end of the run records it."""
        visit.note_left_articles()
        for note_end in self.on_end:
            await note_end(visit)
        if not visit.stopped:
            await self._session.end_source(visit.source, visit.failure, visit.working)

    def _next_requests(self, visit: SourceVisit) -> Iterator[Request]:
        needs_drawing = self._drawer.needs_drawing(visit, "article")
        if needs_drawing and not self._drawer.has_budget(visit):
            # Not even requested: they would be fetched in vain.
            visit.articles.leave_due(
                f"render_budget ({counted(visit.settings.render_budget, 'page')} a day) is used up"
            )
        for due in visit.articles.take():
            yield record.with_creation_time(
                Request(
                    due.url,
                    callback=self.handle_response,
                    errback=self.handle_failure,
                    cb_kwargs={"visit": visit, "due": due},
                    # What is received may stay the same while its scripts draw something else.
                    headers={} if needs_drawing else record.conditional_headers(due.etag, due.last_modified),
                    meta=visit.meta | {"verbatim_url": True},
                    dont_filter=True,
                )
            )

"""Asks WordPress which posts were modified, so that only those are visited again. Between a visit's listings and its articles.

    listings read ──> posts modified since the last look ──(full)──> those after them ──> ... ──> Articles.begin_due

Where that does not work, articles are visited as `revisit` says. What a look finds is stored with each answer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.crawl.session import CRAWL, CrawlSession, close_on_machine_error
from crawler.crawl.visit import SourceVisit
from crawler.discover.wordpress import (
    ModifiedAnswer,
    ReadModifiedPosts,
    interface_of_posts,
    modified_posts_url,
    usual_interface,
)
from crawler.http import record
from crawler.parsing.parser import ParserStopped
from db.display.humanize import counted
from db.store.crawl import facts
from db.store.sites.modified_posts import (
    LONGEST_PAUSE,
    WordPressSite,
    backfilled_from,
    end_look,
    fail_look,
    has_visited_articles,
    note_wordpress,
    save_modified_posts,
    save_progress,
    wordpress_site,
)
from db.timestamps import is_to_come
from pipelines.processing.worker_pool import TaskFailed

MOST_REQUESTS = 10
"""Requests of one look: 1,000 posts. What is left is asked for by the next crawl."""
OVERLAP = timedelta(minutes=5)
"""What is asked for again by the next look: a site's database may show a post a little later than its time of modification."""
PRIORITY = 100
"""As listings (`crawler.crawl.listings`)."""
_OF_NO_USE = "it names none of the articles known here"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One request of a look."""

    site: WordPressSite
    api: str
    after: datetime
    page: int = 1
    number: int = 1
    """Of the request, from 1."""
    known: int = 0
    """Posts so far that are articles known here."""
    changed: int = 0
    refused: str | None = None
    """What the root that the site names answered, where this is the other one."""


class ModifiedPosts:
    """The looks of a crawl. `go_on`: what begins the articles of a visit after its look."""

    def __init__(self, session: CrawlSession, go_on: Callable[[SourceVisit], Awaitable[list[Request]]]) -> None:
        self._session = session
        self._go_on = go_on

    async def begin(self, visit: SourceVisit, now: datetime) -> Request | None:
        """The first request of a look, None where none is due."""
        session, revisit = self._session, visit.settings.revisit
        source_id, named = visit.source.id, visit.wordpress
        if session.order.command != CRAWL or session.order.again or not revisit or visit.stopped:
            return None

        def load(conn: sqlite3.Connection) -> WordPressSite | None:
            site = wordpress_site(conn, source_id)
            root = named
            if site is None and root is None and (listed := backfilled_from(conn, source_id)):
                root = interface_of_posts(listed)
            if site is None and root is not None:
                site = WordPressSite(api=root, next_look_at=now)
            return site if site is not None and has_visited_articles(conn, source_id) else None

        site = await session.read(load)
        if site is None or is_to_come(site.next_look_at, now, LONGEST_PAUSE) or not visit.reached:
            return None
        api = site.api
        await session.write(lambda conn: note_wordpress(conn, source_id, api, now))
        after = site.modified_until - OVERLAP if site.modified_until else now - max(revisit)
        return self._request(visit, _Look(site=site, api=api, after=after.replace(microsecond=0)))

    async def handle_response(self, response: Response, visit: SourceVisit, look: _Look) -> AsyncIterator[Any]:
        """Store what was modified, and request what comes after it; at the end, begin the articles."""
        session = self._session
        fetch = record.fetch_from_response("discovery", response, look_url(look), session.run_id, visit.source.id)
        await session.write(lambda conn: facts.insert_fetch(conn, fetch))
        answer = ModifiedAnswer(trouble=f"status {response.status}", may_be_elsewhere=400 <= response.status < 429)
        if response.status == 200:
            try:
                answer = await session.parse(ReadModifiedPosts(body=response.body, url=response.url, after=look.after))
            except TaskFailed as error:
                answer = ModifiedAnswer(trouble=record.describe_failure(error))
            except ParserStopped:
                visit.stop()
        for request in await self._take(visit, look, answer):
            yield request

    async def handle_failure(self, failure: Failure) -> AsyncIterator[Any]:
        """Note a look that could not be made, and begin the articles."""
        request, error = record.request_and_error(failure)
        close_on_machine_error(error)
        visit, look = request.cb_kwargs["visit"], request.cb_kwargs["look"]
        session = self._session
        visit.note_stop(error)
        name = record.failure_name(error)
        fetch = record.fetch_from_error("discovery", request, look_url(look), error, session.run_id, visit.source.id)
        await session.write(lambda conn: facts.insert_fetch(conn, fetch))
        # What was not sent says nothing of the interface, unless robots.txt forbids it.
        if name == "robots_forbidden" or name not in record.NOT_SENT:
            trouble = "robots.txt forbids it" if name == "robots_forbidden" else record.describe_failure(error)
            for following in await self._take(visit, look, ModifiedAnswer(trouble=trouble)):
                yield following
        else:
            for following in await self._go_on(visit):
                yield following

    async def _take(self, visit: SourceVisit, look: _Look, answer: ModifiedAnswer) -> list[Request]:
        """What follows an answer: another request of the look, or the articles."""
        session, source_id, now = self._session, visit.source.id, datetime.now(UTC)
        if visit.stopped:
            return await self._go_on(visit)
        if answer.trouble is not None:
            other = usual_interface(visit.source.url, other=True)
            if answer.may_be_elsewhere and look.site.checked_at is None and not look.refused and look.api != other:
                return [self._request(visit, replace(look, api=other, refused=answer.trouble))]
            trouble = look.refused or answer.trouble
            await session.write(
                lambda conn: fail_look(conn, source_id, trouble, now=now, next_at=now + self._interval(visit))
            )
            return await self._go_on(visit)
        last = answer.posts[-1].modified if answer.posts else look.after

        def put(conn: sqlite3.Connection) -> tuple[int, int]:
            save_progress(conn, source_id, look.api, max(last, look.site.modified_until or last))
            return save_modified_posts(conn, source_id, answer.posts, now)

        known, changed = await session.write(put)
        look = replace(look, known=look.known + known, changed=look.changed + changed)
        if answer.is_full and look.number < MOST_REQUESTS:
            return [self._request(visit, following_look(look, last))]
        await self._end(visit, look, complete=not answer.is_full, now=now)
        return await self._go_on(visit)

    async def _end(self, visit: SourceVisit, look: _Look, *, complete: bool, now: datetime) -> None:
        source_id, soonest = visit.source.id, now + self._interval(visit)
        if complete and not look.known and look.site.checked_at is None:
            await self._session.write(lambda conn: fail_look(conn, source_id, _OF_NO_USE, now=now, next_at=soonest))
            return
        next_at = soonest if complete else now
        await self._session.write(lambda conn: end_look(conn, source_id, complete=complete, now=now, next_at=next_at))
        if look.changed:
            articles = counted(look.changed, "article was", "articles were")
            visit.note(f"{articles} modified, by its WordPress, and only what was modified is visited again")

    def _interval(self, visit: SourceVisit) -> timedelta:
        """How far apart looks are: as the first revisit is from the first fetch. With a revisit in every crawl, so are looks."""
        return min(visit.settings.revisit)

    def _request(self, visit: SourceVisit, look: _Look) -> Request:
        return record.with_creation_time(
            Request(
                look_url(look),
                callback=self.handle_response,
                errback=self.handle_failure,
                cb_kwargs={"visit": visit, "look": look},
                meta=visit.meta,
                priority=PRIORITY,
                dont_filter=True,
            )
        )


def revisit_times(conn: sqlite3.Connection, visit: SourceVisit, now: datetime) -> tuple[timedelta, ...]:
    """When articles are visited again: as the setting says, or only at its last time, where the site says what was modified.

    The last visit is the safety net: a page may change without its post, or with a plug-in that keeps the time as it was.
    """
    times = tuple(visit.settings.revisit)
    if len(times) < 2:
        return times
    site = wordpress_site(conn, visit.source.id)
    return (max(times),) if site is not None and site.works(now) else times


def look_url(look: _Look) -> str:
    return modified_posts_url(look.api, look.after, look.page)


def following_look(look: _Look, last: datetime) -> _Look:
    """The request after a full answer whose latest modification was at `last`.

    `modified_after` leaves out the second itself, so it is asked for again. Where one second fills an answer, its pages are
    counted.
    """
    after = last - timedelta(seconds=1)
    if after > look.after:
        return replace(look, after=after, page=1, number=look.number + 1)
    return replace(look, page=look.page + 1, number=look.number + 1)

"""Fetches the captures of archives that a back-fill's channels named: one at a time for each source, beside its live articles.

waiting capture ──> request to the archive ──> Channel.unpack ──> page of the article's own address ──> ...
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.backfill.channel import ArchiveChannel, CapturedPage, ChannelAnswer, ChannelRate, PastLink
from crawler.crawl.articles import Articles
from crawler.crawl.session import CrawlSession, close_on_machine_error
from crawler.crawl.visit import SourceVisit
from crawler.http import record
from crawler.http.middlewares.retry import is_transient
from db.network.http_statuses import is_page_status
from db.store.archives.backfill_captures import WaitingCapture, fail_capture, insert_capture, next_capture
from db.store.crawl.facts import Fetch, ReceivedPage, pack_body
from pipelines.urls import clean_url, host_of

MOST_FAILURES = 5
"""Captures in a row that fail for a passing reason, each after its retries; then the rest is left to the next run."""


def archive_meta(rate: ChannelRate | None, url: str, *, lists: bool, robots: bool) -> dict[str, Any]:
    """The `Request.meta` that keeps to an endpoint's rate (see `crawler.settings`). `robots`: whether robots.txt holds for it."""
    if rate is None:
        return {}
    pace = {
        "slot_delay": 60 / rate.pages_per_minute if rate.pages_per_minute else 0.0,
        "slot_shared": True,
        "interface_of": None if robots else host_of(url),
        "slot_concurrency": 1,
        "slot_rest": rate.pause.total_seconds(),
        "slot_rest_statuses": rate.busy_statuses,
    }
    return pace | {"slot_spacing": 60 / rate.lists_per_minute} if lists and rate.lists_per_minute else pace


def answer_of(response: Response) -> ChannelAnswer:
    """A response as channels read it."""
    return ChannelAnswer(
        url=response.url, status=response.status, headers=record.headers_of(response), body=response.body
    )


@dataclass(slots=True, kw_only=True)
class _Turn:
    """The captures of one source in this run. `room`: how many more it may fetch; `failures`: passing ones in a row."""

    visit: SourceVisit
    backfill_id: int
    room: float
    failures: int = 0

    def note_failure(self, name: str, why: str, *, sent: bool) -> None:
        """End the captures of this run where the archive is out of reach: that says nothing about what it has."""
        self.failures += 1
        if not sent or self.failures >= MOST_FAILURES:
            self.room = 0
            if not self.visit.stopped:
                self.visit.note(f"{name}: {why}; the next run goes on", once=True)


class Captures:
    """The archived half of a back-fill. `channels`: those that unpack, by name."""

    def __init__(self, session: CrawlSession, articles: Articles, channels: Mapping[str, ArchiveChannel]) -> None:
        self._session = session
        self._articles = articles
        self._channels = channels

    async def begin(self, visit: SourceVisit, backfill_id: int, room: float) -> list[Request]:
        """The request for the first capture, if there is one. Until the last is stored, the source does not end."""
        turn = _Turn(visit=visit, backfill_id=backfill_id, room=room)
        request = self._next(turn)
        if request is None:
            return []
        visit.articles.begin_other()
        return [request]

    def _next(self, turn: _Turn) -> Request | None:
        session = self._session
        if turn.visit.stopped or turn.room <= 0:
            return None
        capture = next_capture(session.reader, turn.backfill_id, session.run_id)
        channel = self._channels.get(capture.channel) if capture else None
        if capture is None or channel is None:
            return None
        turn.room -= 1
        first, last = capture.byte_range or (None, None)
        robots = session.config.archive_robots
        pace = archive_meta(channel.rate, capture.fetch_url, lists=False, robots=robots)
        return record.with_creation_time(
            Request(
                capture.fetch_url,
                callback=self.handle_response,
                errback=self.handle_failure,
                cb_kwargs={"turn": turn, "capture": capture, "channel": channel},
                headers={"Range": f"bytes={first}-{last}"} if capture.byte_range else {},
                meta=turn.visit.meta | {"verbatim_url": True} | pace,
                dont_filter=True,
            )
        )

    async def handle_response(
        self, response: Response, turn: _Turn, capture: WaitingCapture, channel: ArchiveChannel
    ) -> AsyncIterator[Any]:
        """Store a capture, and request the next one."""
        session, now = self._session, datetime.now(UTC)
        link = PastLink(
            url=capture.link.url,
            fetch_url=capture.fetch_url,
            byte_range=capture.byte_range,
            captured_at=capture.captured_at,
            digest=capture.digest,
        )
        passing = is_transient(response.request, response.status) if response.request else False
        page = None if passing else channel.unpack(link, answer_of(response))
        if page is None or not is_page_status(page.status):
            await session.write(lambda conn: fail_capture(conn, capture.id, session.run_id, passing=passing))
        else:
            loop = asyncio.get_running_loop()
            source_id, run_id = turn.visit.source.id, session.run_id
            received = await loop.run_in_executor(session.packer, _received, page, capture, source_id, run_id)
            await session.write(lambda conn: insert_capture(conn, capture, received, now))
            if session.ingest is not None:
                session.ingest.wake()
        if passing:
            turn.note_failure(capture.channel, f"status {response.status}", sent=True)
        else:
            turn.failures = 0
        async for request in self._go_on(turn):
            yield request

    async def handle_failure(self, failure: Failure) -> AsyncIterator[Any]:
        """Note a capture that could not be fetched. An archive on hold, or out of reach, ends the captures for this run."""
        request, error = record.request_and_error(failure)
        close_on_machine_error(error)
        turn, capture = request.cb_kwargs["turn"], request.cb_kwargs["capture"]
        session, name = self._session, record.failure_name(error)
        turn.visit.note_stop(error)
        sent, passing = name not in record.NOT_SENT, name != "robots_forbidden"
        await session.write(
            lambda conn: fail_capture(conn, capture.id, session.run_id, passing=passing, sent=sent),
        )
        if passing:
            turn.note_failure(capture.channel, record.describe_failure(error), sent=sent)
        async for following in self._go_on(turn):
            yield following

    async def _go_on(self, turn: _Turn) -> AsyncIterator[Request]:
        request = self._next(turn)
        if request is not None:
            yield request
        else:
            await self._articles.finish_article(turn.visit)


def _received(page: CapturedPage, capture: WaitingCapture, source_id: int, run_id: int) -> ReceivedPage:
    """A capture as a page of the article's own address."""
    url = capture.link.url
    final = clean_url(page.final_url) if page.final_url else None
    return ReceivedPage(
        fetch=Fetch(
            what="article",
            url=url,
            started_at=page.captured_at,
            final_url=final if final != url else None,
            status=page.status,
            bytes=len(page.body),
            run_id=run_id,
            source_id=source_id,
        ),
        source_id=source_id,
        headers=page.headers,
        content_type=next((value for name, value in page.headers.items() if name.lower() == "content-type"), None),
        body=pack_body(page.body),
    )

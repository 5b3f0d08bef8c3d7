"""Has a browser draw pages of a crawl, where the source's settings or what is known of its pages ask for it.

    article received ──> Drawer.draw_article ──> None: kept as received      | DrawnPage: kept with a second body
    listing received ──> Drawer.draw_listing ──> None: parsed as received    | the drawn document is parsed

With "auto" the first pages of a source are read both ways, one after the other, until there is a verdict
(`crawler.render.verdicts`).
A browser that is missing or dies is trouble of this machine: the page is left for a later crawl where it needs one, and nothing is
recorded of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scrapy import Request
from scrapy.http import Response

from crawler.http import record
from crawler.http.downloader import HostDownloader
from crawler.parsing.read_page import ReadPage
from crawler.render.browsers import MissingPart, missing_part
from crawler.render.json_proposals import propose_lists
from crawler.render.messages import Drawing, DrawOrder
from crawler.render.renderer import Renderer
from crawler.render.verdicts import (
    LAST_PAGES,
    compare_lists,
    compare_readings,
    in_force,
    list_is_enough,
    says_too_little,
    signs_of_script,
    with_evidence,
)
from db.config.readers import AlwaysOrNever
from db.display.humanize import counted
from db.models import Outcome, Page
from db.store.crawl.drawings import (
    DrawingRecord,
    DrawnKind,
    RenderState,
    count_drawings,
    insert_drawing,
    last_rejections,
    load_render_state,
    pack_drawing,
    save_render_state,
)
from pipelines.processing.worker_pool import TaskFailed

if TYPE_CHECKING:
    from crawler.crawl.session import CrawlSession
    from crawler.crawl.visit import SourceVisit

# Errors of drawings that are trouble of this machine.
NO_BROWSER, BROWSER_DIED = "no_browser", "browser_died"
# Pages in a row with which the browser dies before the crawl goes on without it.
MOST_DEATHS = 3


class PageWaits(Exception):
    """The page needs a browser, and there is none for it now: it stays due. The message says why, for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPage:
    """A page that was drawn: how, and the document (None where drawing failed)."""

    record: DrawingRecord
    document: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSettings:
    """What a browser does as the crawl does it: its User-Agent, and the function that looks names up, by its full name."""

    user_agent: str
    lookup: str


ReadList = Callable[[bytes, str | None], Awaitable[int]]
"""Parses a listing's body of a content type, and returns how many articles it names."""


class PageDrawer:
    """Draws pages of one crawl with one browser. `downloader`: keeps a host's other pages waiting meanwhile."""

    def __init__(
        self,
        session: CrawlSession,
        renderer: Renderer,
        downloader: Callable[[], HostDownloader],
        browser: BrowserSettings,
    ) -> None:
        self._session, self._renderer, self._downloader = session, renderer, downloader
        self._browser = browser
        self._locks: dict[tuple[int, DrawnKind], asyncio.Lock] = {}
        self._states: dict[tuple[int, DrawnKind], RenderState] = {}
        self._drawn: dict[int, int] = {}
        self._missing: MissingPart | None = missing_part()
        self._deaths = 0

    def refusal(self, visit: SourceVisit) -> str | None:
        """Why a source that is always to be drawn cannot be crawled here; None where it can."""
        if "always" not in (visit.settings.render, visit.settings.render_listings) or self._missing is None:
            return None
        return f"its pages are to be drawn by a browser, but {self._missing.message}: {self._missing.advice}"

    def needs_drawing(self, visit: SourceVisit, kind: DrawnKind) -> bool:
        """Whether all pages of this kind are drawn: then a body that is unchanged says nothing, and none is asked for."""
        setting = _setting(visit, kind)
        return setting == "always" or (setting == "auto" and self._state(visit, kind).verdict in ("drawn", "by page"))

    def has_budget(self, visit: SourceVisit) -> bool:
        """Whether one more page of the source may be drawn today."""
        source, most = visit.source.id, visit.settings.render_budget
        if source not in self._drawn:
            today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
            self._drawn[source] = count_drawings(self._session.reader, source, today)
        return not most or self._drawn[source] < most

    async def draw_article(self, visit: SourceVisit, response: Response) -> DrawnPage | None:
        """What a browser makes of an article's page; None where the page is kept as received. Raises PageWaits, RendererStopped."""
        setting = visit.settings.render
        if setting == "never" or not _is_html(response):
            return None
        if setting == "always":
            return await self._draw(visit, "article", response)
        if self._missing is not None:
            self._note_missing(visit, self._missing)
            return None
        async with self._turn_of(visit, "article"):
            state = self._state(visit, "article")
            if state.verdict == "received":
                return None
            if state.verdict == "drawn":
                return await self._draw(visit, "article", response)
            page = _page(response)
            received = await self._read(page)
            if received is None or not says_too_little(received):
                await self._note(visit, "article", {"url": response.url, "gain": False, "received": "says enough"})
                return None
            if not self.has_budget(visit):
                return None
            drawn = await self._draw(visit, "article", response)
            if drawn.document is None:
                return drawn
            read = await self._read(replace(page, body=drawn.document, content_type="text/html; charset=utf-8"))
            if read is not None:
                about: dict[str, object] = {"url": response.url, "signs": signs_of_script(response.body)}
                await self._note(visit, "article", about | dict(compare_readings(received, read)))
            return drawn

    async def draw_listing(self, visit: SourceVisit, response: Response, read: ReadList) -> bytes | None:
        """The document that a browser makes of a listing; None where it is parsed as received. Raises RendererStopped."""
        setting = visit.settings.render_listings
        if setting == "never" or not _is_html(response) or (setting == "auto" and self._missing is not None):
            return None
        try:
            if setting == "always":
                return await self._draw_list(visit, response)
            async with self._turn_of(visit, "listing"):
                return await self._judge_list(visit, response, read)
        except PageWaits as error:
            visit.note(f"{response.url}: {error}", once=True)
            return None

    async def _judge_list(self, visit: SourceVisit, response: Response, read: ReadList) -> bytes | None:
        state = self._state(visit, "listing")
        if state.verdict == "drawn":
            return await self._draw_list(visit, response)
        received = await read(response.body, record.headers_of(response).get("Content-Type"))
        if list_is_enough(state, received, datetime.now(UTC)):
            await self._note(
                visit, "listing", {"url": response.url, "gain": False, "received": counted(received, "link")}
            )
            return None
        if state.verdict == "received":
            self._states[(visit.source.id, "listing")] = RenderState()
        document = await self._draw_list(visit, response)
        if document is not None:
            drawn = await read(document, "text/html; charset=utf-8")
            about: dict[str, object] = {"url": response.url, "signs": signs_of_script(response.body)}
            await self._note(visit, "listing", about | dict(compare_lists(received, drawn)))
        return document

    async def _draw_list(self, visit: SourceVisit, response: Response) -> bytes | None:
        drawn = await self._draw(visit, "listing", response)
        await self._session.write(lambda conn: insert_drawing(conn, drawn.record))
        visit.add_json_lists(drawn.record.json_lists)
        return drawn.document

    async def _draw(self, visit: SourceVisit, kind: DrawnKind, response: Response) -> DrawnPage:
        """Draw a received page. A failure that is the page's own is in the record. Raises PageWaits, RendererStopped."""
        if self._missing is not None:
            raise PageWaits(f"it needs a browser, but {self._missing.message}: {self._missing.advice}")
        if not self.has_budget(visit):
            raise PageWaits(f"render_budget ({counted(visit.settings.render_budget, 'page')} a day) is used up")
        self._drawn[visit.source.id] += 1
        assert response.request is not None
        request: Request = response.request
        drawing = await self._renderer.draw(
            self._order(visit, kind, response), self._downloader().occupied(request.replace(url=response.url))
        )
        self._watch_browser(drawing)
        document, body = drawing.document, response.body
        packed = await asyncio.to_thread(pack_drawing, document, body) if document is not None else None
        proposals = await asyncio.to_thread(propose_lists, drawing.json_answers) if kind == "listing" else ()
        return DrawnPage(
            document=document,
            record=DrawingRecord(
                source_id=visit.source.id,
                kind=kind,
                url=response.url,
                started_at=datetime.fromtimestamp(drawing.started_at, UTC),
                run_id=self._session.run_id,
                duration_ms=drawing.duration_ms,
                error=drawing.error,
                browser=drawing.browser,
                wait_rule=drawing.wait_rule or None,
                requests=drawing.requests,
                received=drawing.received,
                blocked=drawing.blocked,
                cpu_ms=drawing.cpu_ms,
                memory=drawing.memory,
                json_lists=proposals,
                document=packed,
            ),
        )

    def _watch_browser(self, drawing: Drawing) -> None:
        """Raise PageWaits where the browser failed, not the page."""
        name, _, detail = (drawing.error or "").partition(": ")
        if name == NO_BROWSER:
            self._missing = MissingPart(message="the browser does not start", advice=detail)
            raise PageWaits(f"the browser does not start: {detail}")
        if name == BROWSER_DIED:
            self._deaths += 1
            if self._deaths >= MOST_DEATHS:
                self._missing = MissingPart(message="the browser ends by itself", advice="see `copydesk doctor`")
            raise PageWaits("the browser ended by itself")
        self._deaths = 0

    def _order(self, visit: SourceVisit, kind: DrawnKind, response: Response) -> DrawOrder:
        config, settings = self._session.config, visit.settings
        return DrawOrder(
            url=response.url,
            status=response.status,
            headers=record.headers_of(response),
            body=response.body,
            most_links=(settings.limit or None) if kind == "listing" else None,
            allow_networks=settings.allow_networks,
            user_agent=self._browser.user_agent,
            lookup=self._browser.lookup,
            timeout_s=config.render_timeout.total_seconds() * (LIST_TIME_FACTOR if kind == "listing" else 1),
            max_bytes=config.max_page_size,
            max_memory=config.render_memory,
        )

    def _note_missing(self, visit: SourceVisit, missing: MissingPart) -> None:
        """Note that "auto" asks for a browser that is not there. Raises PageWaits where the source is known to need one."""
        note = f'its setting render is "auto", but {missing.message}: {missing.advice}'
        if self._state(visit, "article").verdict == "drawn":
            raise PageWaits(note)
        visit.note(note, once=True)

    def _turn_of(self, visit: SourceVisit, kind: DrawnKind) -> Any:
        return self._locks.setdefault((visit.source.id, kind), asyncio.Lock())

    def _state(self, visit: SourceVisit, kind: DrawnKind) -> RenderState:
        key = (visit.source.id, kind)
        if key not in self._states:
            reader = self._session.reader
            state = load_render_state(reader, visit.source.id, kind)
            rejected = (
                last_rejections(reader, visit.source.id, state.decided_at, LAST_PAGES)
                if state.decided_at and kind == "article"
                else []
            )
            self._states[key] = in_force(state, rejected, datetime.now(UTC))
        return self._states[key]

    async def _note(self, visit: SourceVisit, kind: DrawnKind, evidence: Mapping[str, object]) -> None:
        """Add evidence, until there is a verdict."""
        key, state = (visit.source.id, kind), self._state(visit, kind)
        if state.verdict is None:
            self._states[key] = new = with_evidence(state, evidence, datetime.now(UTC))
            await self._session.write(lambda conn: save_render_state(conn, visit.source.id, kind, new))

    async def _read(self, page: Page) -> Outcome | None:
        """What a page says; None where reading it exceeds a limit."""
        try:
            return await self._session.parse(ReadPage(page=page))
        except TaskFailed:
            return None


# A list is drawn in several parts.
LIST_TIME_FACTOR = 2.0


def _setting(visit: SourceVisit, kind: DrawnKind) -> AlwaysOrNever:
    return visit.settings.render if kind == "article" else visit.settings.render_listings


def _is_html(response: Response) -> bool:
    kind = (record.headers_of(response).get("Content-Type") or "text/html").lower()
    return "html" in kind and response.url.startswith(("http://", "https://"))


def _page(response: Response) -> Page:
    assert response.request is not None
    return Page(
        body=response.body,
        url=response.request.url,
        final_url=response.url,
        fetched_at=record.started_at(response.request),
        status=response.status,
        content_type=record.headers_of(response).get("Content-Type"),
    )

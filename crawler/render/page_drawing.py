"""Draws one page in a fresh browser context: what was received goes in, the document that its scripts have made comes out.

    received answer ──> main document     everything else ──> route: kinds that no text needs are dropped
                                                          ──> GuardProxy: trackers, forbidden addresses

The browser never asks for the page itself: it gets the bytes that the crawl has stored, so the drawn document belongs to them, and
the site is asked once. It goes nowhere else: a script that leaves for another address is stopped, since robots.txt was not asked
for that one.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, Page, Request, Response, Route
from playwright.async_api import Error as BrowserError

from crawler.http.connection.guard import DnsCache
from crawler.http.connection.networks import parse_networks
from crawler.render.guard_proxy import GuardProxy
from crawler.render.init_script import INIT_SCRIPT, STOPPED_NAVIGATIONS
from crawler.render.load_more import COUNT_LINKS, SCROLL_DOWN, click_load_more
from crawler.render.messages import Drawing, DrawOrder, JsonAnswer
from crawler.render.trackers import is_tracker
from crawler.render.whole_document import MOST_FRAMES, is_frame_of, whole_document
from db.display.humanize import counted

T = TypeVar("T")

# A page is drawn when nothing was asked for during so many seconds, or so many have passed in all: pages that poll are never quiet.
QUIET_S, QUIET_LIMIT_S = 0.5, 8.0
_POLL_S = 0.05
WAIT_RULE = f"no request for {QUIET_S:g} s, at most {QUIET_LIMIT_S:g} s"
# The same for each further part of a list, and the most parts.
MORE_LIMIT_S = 4.0
MOST_PARTS = 20
# JSON documents of a page that are looked at as lists, and the size of each in bytes.
MOST_JSON, JSON_BYTES = 20, 2 * 1024 * 1024
# Kinds of requests (Playwright's `resource_type`) that a text needs. Style sheets: scripts wait for those that they load.
NEEDED = frozenset({"document", "script", "stylesheet", "xhr", "fetch", "websocket", "eventsource", "other"})
# The most stopped navigations that are counted.
_MOST_COUNTED = 1_000_000
# Headers that describe the transfer, not the document, set a cookie, or have Chromium fetch other pages by itself.
_NOT_PASSED = frozenset(
    {"content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie", "speculation-rules"}
)


class PageFailed(Exception):
    """The page could not be drawn. The message names why: `crashed`, `too_big`, `not_drawn`."""


@dataclass(kw_only=True, eq=False)  # no slots: Playwright notes its handlers on the object
class _PageWatch:
    """What a page asks for while it is drawn."""

    order: DrawOrder
    served: bool = False
    frames: int = 0
    open: set[Request] = field(default_factory=set)
    last_at: float = field(default_factory=time.monotonic)
    blocked: Counter[str] = field(default_factory=Counter)
    crashed: asyncio.Event = field(default_factory=asyncio.Event)
    answers: list[Response] = field(default_factory=list)

    def watch(self, context: BrowserContext, page: Page) -> None:
        """Listen to all that the page does."""
        context.on("page", self._close_window)
        page.on("request", self._began)
        page.on("requestfinished", self._ended)
        page.on("requestfailed", self._ended)
        page.on("response", self._answered)
        page.on("crash", lambda _: self.crashed.set())

    async def route(self, route: Route) -> None:
        """Answer the page itself, let pass what a text needs, and drop the rest."""
        request = route.request
        try:
            if request.is_navigation_request():
                if request.frame.parent_frame is None and not self.served:
                    self.served = True
                    await route.fulfill(status=self.order.status, headers=_headers(self.order), body=self.order.body)
                    return
                if self._is_own_frame(request):
                    self.frames += 1
                    await route.continue_()
                    return
                kind = "frame" if request.frame.parent_frame is not None else "navigation"
            elif is_tracker(urlsplit(request.url).hostname or ""):
                kind = "tracker"
            elif "prefetch" in request.headers.get("sec-purpose", ""):
                kind = "prefetch"
            elif request.resource_type in NEEDED:
                await route.continue_()
                return
            else:
                kind = request.resource_type
            self.blocked[kind] += 1
            # A navigation that is "aborted" leaves the page as it is; any other error would replace it by the browser's own page.
            await route.abort("aborted" if request.is_navigation_request() else "blockedbyclient")
        except BrowserError:
            pass  # the page is being closed

    def _is_own_frame(self, request: Request) -> bool:
        """Whether a navigation loads one of the first frames of the page's own site."""
        if request.frame.parent_frame is None or request.method != "GET" or self.frames >= MOST_FRAMES:
            return False
        return is_frame_of(request.url, self.order.url) and not is_tracker(urlsplit(request.url).hostname or "")

    async def wait_until_quiet(self, limit_s: float) -> None:
        """Wait until the page asks for nothing any more. Raises PageFailed where it has crashed."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            if self.crashed.is_set():
                raise PageFailed("crashed")
            if not self.open and time.monotonic() - self.last_at >= QUIET_S:
                return
            await asyncio.sleep(_POLL_S)

    async def json_answers(self) -> tuple[JsonAnswer, ...]:
        """The JSON documents that the page asked for with GET."""
        found = []
        for response in self.answers[:MOST_JSON]:
            with contextlib.suppress(BrowserError):
                body = await response.body()
                if len(body) <= JSON_BYTES:
                    found.append(JsonAnswer(url=response.url, body=body))
        return tuple(found)

    def _began(self, request: Request) -> None:
        self.open.add(request)
        self.last_at = time.monotonic()

    def _ended(self, request: Request) -> None:
        self.open.discard(request)
        self.last_at = time.monotonic()

    def _answered(self, response: Response) -> None:
        request = response.request
        if request.resource_type in ("xhr", "fetch") and request.method == "GET" and response.status == 200:
            kind = response.headers.get("content-type", "")
            size = response.headers.get("content-length", "0")
            if "json" in kind.lower() and not (size.isdigit() and int(size) > JSON_BYTES):
                self.answers.append(response)

    async def _close_window(self, window: Page) -> None:
        self.blocked["window"] += 1
        with contextlib.suppress(BrowserError):
            await window.close()


async def draw_page(browser: Browser, order: DrawOrder, answers: DnsCache) -> Drawing:
    """Draw a page. Raises PageFailed, and Playwright's Error where the browser fails. It has no time limit of its own."""
    started_at, began = time.time(), time.monotonic()
    proxy = GuardProxy(answers, parse_networks(order.allow_networks))
    watch = _PageWatch(order=order)
    try:
        context = await browser.new_context(
            proxy={"server": await proxy.start()},
            service_workers="block",
            accept_downloads=False,
            user_agent=order.user_agent or None,
            viewport={"width": 1280, "height": 2000},
        )
        document, parts = await _drawn(context, watch)
        found = await watch.json_answers()
        with contextlib.suppress(BrowserError):
            await context.close()
    finally:
        await proxy.close()
    rule = WAIT_RULE if order.most_links is None else f"{WAIT_RULE}; {counted(parts, 'further part')}"
    return Drawing(
        document=document,
        browser=f"chromium {browser.version}",
        wait_rule=rule,
        started_at=started_at,
        duration_ms=round((time.monotonic() - began) * 1000),
        requests=proxy.traffic.requests,
        received=proxy.traffic.bytes,
        blocked=dict(sorted((watch.blocked + proxy.traffic.refused).items())),
        json_answers=found,
    )


async def _drawn(context: BrowserContext, watch: _PageWatch) -> tuple[bytes, int]:
    """The document, and how many further parts of a list were drawn."""
    order, parts = watch.order, 0
    await context.add_init_script(INIT_SCRIPT)
    await context.route("**/*", watch.route)
    page = await context.new_page()
    watch.watch(context, page)
    # Not until "domcontentloaded": Playwright waits for it for ever where the page begins to leave while it is parsed.
    await _unless_crashed(page.goto(order.url, wait_until="commit", timeout=0), watch)
    await _unless_crashed(_parsed(page), watch)
    await watch.wait_until_quiet(QUIET_LIMIT_S)
    if order.most_links is not None:
        parts = await _unless_crashed(_draw_more(page, watch, order.most_links), watch)
    text = await _unless_crashed(whole_document(page, order.url), watch)
    if not page.url.startswith(("http://", "https://")):
        raise PageFailed("not_drawn")  # it went back to the empty page before it: what is there is not this page
    await _unless_crashed(_count_stopped(page, watch), watch)
    document = text.encode("utf-8", "replace")
    if len(document) > order.max_bytes:
        raise PageFailed("too_big")
    return document, parts


async def _parsed(page: Page) -> None:
    """Wait until the page is parsed, the scripts that this waits for included."""
    with contextlib.suppress(BrowserError):  # the page has replaced its document (`javascript:`): that one is whole
        while await page.evaluate("document.readyState") == "loading":
            await asyncio.sleep(_POLL_S)


async def _count_stopped(page: Page, watch: _PageWatch) -> None:
    """Count the navigations that were stopped before they asked for anything."""
    stopped = await page.evaluate(STOPPED_NAVIGATIONS)
    if isinstance(stopped, int) and stopped > 0:  # a page may have put anything there
        watch.blocked["navigation"] += min(stopped, _MOST_COUNTED)


async def _draw_more(page: Page, watch: _PageWatch, most_links: int) -> int:
    """Scroll to the end of a list and click what loads more, until nothing more comes. Returns how many parts came."""
    links = await page.evaluate(COUNT_LINKS)
    for part in range(MOST_PARTS):
        if links >= most_links:
            return part
        await page.evaluate(SCROLL_DOWN)
        await watch.wait_until_quiet(MORE_LIMIT_S)
        more = await page.evaluate(COUNT_LINKS)
        if more <= links and await page.evaluate(click_load_more()):
            watch.last_at = time.monotonic()
            await watch.wait_until_quiet(MORE_LIMIT_S)
            more = await page.evaluate(COUNT_LINKS)
        if more <= links:
            return part
        links = more
    return MOST_PARTS


async def _unless_crashed(step: Coroutine[Any, Any, T], watch: _PageWatch) -> T:
    """The result of a step of the browser. Raises PageFailed where the page crashes meanwhile: some steps would wait for ever."""
    task, crash = asyncio.ensure_future(step), asyncio.ensure_future(watch.crashed.wait())
    try:
        await asyncio.wait((task, crash), return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise PageFailed("crashed")
        return await task
    finally:
        task.cancel()
        crash.cancel()


def _headers(order: DrawOrder) -> dict[str, str]:
    return {name: value for name, value in order.headers.items() if name.lower() not in _NOT_PASSED}

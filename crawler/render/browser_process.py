"""The process that owns a browser: orders come on standard input, drawings leave on standard output, one after the other.

It is disposable. Where a page exceeds its time or memory, the browser is killed, the page's drawing says so, and the process ends;
the crawl starts another one for the next page (`crawler.render.renderer`). When standard input ends, the crawl is gone, and so are
browser and process.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from dataclasses import replace
from typing import NoReturn

from playwright.async_api import Browser, async_playwright
from playwright.async_api import Error as BrowserError
from scrapy.utils.misc import load_object

from crawler.http.connection.guard import DnsCache
from crawler.render.browsers import DISABLE_FEATURES, find_browser
from crawler.render.messages import Drawing, DrawOrder, receive_message, send_message
from crawler.render.page_drawing import PageFailed, draw_page
from crawler.render.process_tree import TreeMeter, kill_descendants

# Seconds between two looks at what the browser takes. A script allocates some 500 MB a second.
WATCH_S = 0.1
# Nothing leaves but through the proxy of the page: no names are looked up, no UDP, no QUIC. A page that takes a core's memory ends
# by V8's own limit, in MB, before the browser must be killed.
LAUNCH = (
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--dns-prefetch-disable",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--js-flags=--max-old-space-size=512",
    DISABLE_FEATURES,
)
# Where a request goes that belongs to no page: nowhere. Each page has a proxy of its own.
_NOWHERE = "http://127.0.0.1:9"


async def launch() -> Browser:
    """A browser that reaches nothing by itself: each context gets a proxy of its own."""
    playwright = await async_playwright().start()
    return await playwright.chromium.launch(
        executable_path=find_browser(),
        args=list(LAUNCH),
        proxy={"server": _NOWHERE},
        # Chromium refuses to run with its sandbox as root.
        chromium_sandbox=os.geteuid() != 0,
        handle_sigint=False,
        handle_sigterm=False,
        handle_sighup=False,
    )


async def _watched(browser: Browser, order: DrawOrder, answers: DnsCache) -> Drawing:
    """The drawing of an order within its limits; its `last` where the browser cannot go on."""
    started_at, began = time.time(), time.monotonic()
    meter = TreeMeter(os.getpid())
    task = asyncio.ensure_future(draw_page(browser, order, answers))
    error, goes_on = None, True
    while not (await asyncio.wait((task,), timeout=WATCH_S))[0]:
        if meter.poll() > order.max_memory:
            error, goes_on = "too_much_memory", False
        elif time.monotonic() - began > order.timeout_s:
            error, goes_on = "too_slow", False
        if error:
            break
    if error is None:
        try:
            drawing = await task
        except PageFailed as failure:
            error, goes_on = str(failure), False
        except BrowserError as failure:
            error, goes_on = "not_drawn", browser.is_connected()
            print(f"copydesk: {order.url}: {str(failure).splitlines()[0]}", file=sys.stderr)
    meter.poll()
    if error is not None:
        task.cancel()
        drawing = Drawing(
            error=error,
            browser=f"chromium {browser.version}",
            started_at=started_at,
            duration_ms=round((time.monotonic() - began) * 1000),
        )
    return replace(drawing, cpu_ms=round(meter.cpu_s * 1000), memory=meter.memory, last=not goes_on)


async def serve() -> None:
    """Draw what is ordered until standard input ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(os.dup(0), "rb"))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing else may write between the messages
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, out)
    writer = asyncio.StreamWriter(transport, protocol, None, loop)
    orders: asyncio.Queue[DrawOrder] = asyncio.Queue()
    reading = asyncio.ensure_future(_read(reader, orders))
    lookups: dict[str, DnsCache] = {}
    browser: Browser | None = None
    while True:
        order = await orders.get()
        if browser is None:
            try:
                async with asyncio.timeout(order.timeout_s):
                    browser = await launch()
            except (BrowserError, OSError) as error:  # TimeoutError too
                lines = [line for line in str(error).splitlines() if line.strip()]
                error_text = f"no_browser: {' '.join(lines[:3]) or 'it does not start'}"[:500]
                send_message(writer, Drawing(error=error_text, last=True))
                await writer.drain()
                break
        answers = lookups.setdefault(order.lookup, DnsCache(load_object(order.lookup)))
        drawing = await _watched(browser, order, answers)
        if drawing.last:
            kill_descendants(os.getpid())
        send_message(writer, drawing)
        await writer.drain()
        if drawing.last:
            break
    reading.cancel()
    _end()


async def _read(reader: asyncio.StreamReader, orders: asyncio.Queue[DrawOrder]) -> None:
    """Read orders, also while one is being drawn, so that the end of the crawl is noticed at once."""
    with contextlib.suppress(asyncio.IncompleteReadError, OSError):
        while True:
            orders.put_nowait(await receive_message(reader))
    _end()


def _end() -> NoReturn:
    kill_descendants(os.getpid())
    os._exit(0)


if __name__ == "__main__":
    asyncio.run(serve())

"""What drawing pages costs: processor time and memory a page, many pages in a row, what blocking saves, and `auto` in a crawl.

    python -m bench.crawl.render_cost pages [N]     N pages in a row (300) in one browser, with everything loaded and as in a crawl
    python -m bench.crawl.render_cost restarts [N]  N pages in a row (300) with the restarts of a crawl: memory by hundred
    python -m bench.crawl.render_cost crawls        ten sites, one of them drawn by script, crawled with never, auto and always

Loopback only; the pages are those of the tests' web, with pictures, a font and a script of an advertiser added.
"""

from __future__ import annotations

import asyncio
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from crawler.http.connection.guard import DnsCache, system_lookup
from crawler.render import page_drawing
from crawler.render.browser_process import launch
from crawler.render.messages import DrawOrder
from crawler.render.process_tree import TreeMeter
from crawler.render.renderer import Renderer
from db.connection.database import open_database, write
from db.models import Listing, ListingKind
from db.store.sites.sources import add_source, insert_listings
from tests.crawler.render.web import html
from tests.end_to_end.copydesk import Copydesk
from tests.end_to_end.crawls.script_web import article_site, plain_site
from tests.support.web_server import Answer, Asked, WebServer

PICTURES, PICTURE_BYTES = 20, 150_000
NEEDED = page_drawing.NEEDED
EVERYTHING = frozenset({*NEEDED, "image", "media", "font"})


def heavy_site(path: str, home: str) -> Answer:
    """The drawn site, with what news pages carry besides."""
    if path.startswith("/picture"):
        return Answer(200, os.urandom(PICTURE_BYTES), {"Content-Type": "image/png"})
    if path == "/font.woff2":
        return Answer(200, os.urandom(60_000), {"Content-Type": "font/woff2"})
    if path == "/ads.js":
        script = "for (let n = 0; n < 3e7; n++) Math.sqrt(n);"
        return Answer(200, script, {"Content-Type": "text/javascript"})
    answer = article_site(path, home)
    if path.endswith(".html"):
        pictures = "".join(f"<img src=/picture{n}>" for n in range(PICTURES))
        font = "<style>@font-face {font-family: F; src: url(/font.woff2)} body {font-family: F}</style>"
        return html(
            f"<div id=root></div>{pictures}<script src=/app.js></script><script src=/ads.js></script>", head=font
        )
    return answer


async def draw_pages(number: int) -> None:
    """Draw so many pages and print what they took."""
    holder: list[str] = []
    with WebServer(lambda asked: heavy_site(asked.path, holder[0]), "127.0.0.21") as server:
        holder.append(server.url)
        url = f"{server.url}/2026/11/28/drawn-report-0.html"
        answer = heavy_site("/2026/11/28/drawn-report-0.html", server.url)
        order = DrawOrder(
            url=url, status=200, headers=answer.headers, body=answer.content, allow_networks=("127.0.0.0/8",)
        )
        browser, answers = await launch(), DnsCache(system_lookup)
        first = await page_drawing.draw_page(browser, order, answers)
        assert first.document is not None
        meter, began, took, received = TreeMeter(os.getpid()), time.monotonic(), [], 0
        watching = asyncio.ensure_future(_poll(meter))
        for page in range(1, number + 1):
            started = time.monotonic()
            drawing = await page_drawing.draw_page(browser, order, answers)
            took.append(time.monotonic() - started)
            received += drawing.received
            if page % max(1, number // 6) == 0:
                print(f"  after {page:3} pages  {meter.poll() / 1e6:5.0f} MB", flush=True)
        watching.cancel()
        print(
            f"  {number / (time.monotonic() - began):.2f} pages/s, {statistics.median(took):.2f} s a page,"
            f" {meter.cpu_s / number:.2f} s CPU a page, {received / number / 1e6:.3f} MB received a page,"
            f" at most {meter.memory / 1e6:.0f} MB"
        )
        await browser.close()


async def draw_with_restarts(number: int) -> None:
    """Draw so many pages as a crawl does, and print the most memory that the browser took in each hundred."""
    holder: list[str] = []
    with WebServer(lambda asked: heavy_site(asked.path, holder[0]), "127.0.0.21") as server:
        holder.append(server.url)
        path = "/2026/11/28/drawn-report-0.html"
        answer = heavy_site(path, server.url)
        order = DrawOrder(
            url=server.url + path,
            status=200,
            headers=answer.headers,
            body=answer.content,
            allow_networks=("127.0.0.0/8",),
        )
        renderer, took = Renderer(), []
        for page in range(1, number + 1):
            drawing = await renderer.draw(order)
            assert drawing.document is not None, drawing.error
            took.append(drawing.memory)
            if page % 100 == 0 or page == number:
                first, last = took[0] / 1e6, took[-1] / 1e6
                print(
                    f"  up to page {page:4}  at most {max(took) / 1e6:5.0f} MB, first page {first:.0f} MB, last {last:.0f} MB,"
                    f" {renderer.starts} browsers started",
                    flush=True,
                )
                took = []
        await renderer.close()


async def _poll(meter: TreeMeter) -> None:
    while True:
        meter.poll()
        await asyncio.sleep(0.05)


def measure_pages(number: int) -> None:
    """Draw with everything loaded, and as in a crawl."""
    for everything in (True, False):
        print("everything loaded" if everything else "as in a crawl: no images, fonts, media", flush=True)
        page_drawing.NEEDED = EVERYTHING if everything else NEEDED
        asyncio.run(draw_pages(min(number, 50) if everything else number))


def measure_crawls() -> None:
    """Crawl ten sites with each setting."""
    for setting in ("never", "auto", "always"):
        with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
            desk = Copydesk(Path(folder), None, allow_networks=["127.0.0.0/8"], delay="0s", render=setting)
            db = open_database(desk.database, create=True)
            for number in range(10):
                site = article_site if number == 3 else plain_site
                holder: list[str] = []
                server = stack.enter_context(WebServer(partial(_answer, site, holder), f"127.0.0.{31 + number}"))
                holder.append(server.url)
                with write(db.conn) as conn:
                    listing = Listing(url=f"{server.url}/feed", kind=ListingKind.FEED)
                    source, _ = add_source(conn, name=f"site{number}", url=f"{server.url}/", settings={}, at=_now())
                    insert_listings(conn, source.id, [listing], _now())
            db.conn.close()
            process = desk.start("crawl")
            out, _ = process.communicate()
            took = re.search(r"source[s]?, ([\d.]+) s", out)
            (articles,), (drawings,) = (
                desk.query("SELECT count(*) FROM articles WHERE word_count > 100"),
                desk.query("SELECT count(*) FROM drawings"),
            )
            print(
                f"{setting:7} {took[1] if took else '?':>5} s  {articles[0]:3} articles, {drawings[0]:3} pages drawn",
                flush=True,
            )


def _answer(site: Callable[[str, str], Answer], holder: list[str], asked: Asked) -> Answer:
    return site(asked.path, holder[0])


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    if sys.argv[1:2] == ["crawls"]:
        measure_crawls()
    elif sys.argv[1:2] == ["restarts"]:
        asyncio.run(draw_with_restarts(int(sys.argv[2]) if len(sys.argv) > 2 else 300))
    else:
        measure_pages(int(sys.argv[2]) if len(sys.argv) > 2 else 300)

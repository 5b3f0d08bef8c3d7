"""`copydesk batch`: one crawl in a process of its own, as `copydesk run` and `copydesk.crawl` start it. Not for people.

The order is one line of JSON on standard input: {"names": [...], "reason": "schedule"}, and where wanted "since" (ISO
8601), "limit", "again", "settings" (the text of the settings in force: the file may have been edited wrongly since), or
"backfill": the most articles to fetch of the back-fill of each source. As long as that input
stays open somebody waits for the crawl; when it ends, whoever gave the order is gone, and the crawl stops as on SIGTERM,
so that none is left behind.

The summary is a line of JSON on standard output. Where the order has "attended", lines of {"progress": {...}} come before
it, and it says what a person would be told.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from cli.context import CommandContext
from cli.crawl_notes import notes_of
from cli.output.progress import DELAY_S, count_requests
from db.errors import UsageError
from db.store.archives.backfills import next_backfills
from db.store.sites.sources import choose_sources

if TYPE_CHECKING:
    from crawler.crawl.crawl_run import CrawlRun
    from crawler.crawl.session import BackfillOrder
    from crawler.run import CrawlResult

# A crawl that is asked to stop ends within 5 s; after this many seconds it is killed.
STOPS_WITHIN_S = 9.0


@click.command(hidden=True)
@click.pass_obj
def batch(context: CommandContext) -> None:
    """Crawl what standard input orders; stop when it closes."""
    order = json.loads(_first_line())
    context.settings = order.get("settings")
    threading.Thread(target=_stop_with_service, name="service", daemon=True).start()
    from crawler.crawl.session import BACKFILL, BY_HAND, CRAWL, CrawlOrder
    from crawler.run import crawl

    backfill = _backfill(context, order["names"], order["backfill"]) if "backfill" in order else None
    wanted = CrawlOrder(
        names=tuple(order["names"]),
        command=BACKFILL if backfill else CRAWL,
        backfill=backfill,
        reason=order.get("reason", BY_HAND),
        since=datetime.fromisoformat(order["since"]) if order.get("since") else None,
        limit=order.get("limit"),
        again=order.get("again", False),
    )
    attended = bool(order.get("attended"))
    with _reporting(enabled=attended) as watch:
        crawled = crawl(context.config, wanted, watch=watch)
    for wrong in (one for visit in crawled.visits for one in visit.lists if one.wrong):
        click.echo(f"{wrong.url}: {wrong.note}", err=True)  # goes to the log of the service
    summary = {"run": crawled.run_id, "stopped": crawled.stopped, "sources": len(crawled.visits)}
    click.echo(json.dumps(summary | crawled.figures.as_dict() | (_told(crawled) if attended else {})))
    if crawled.stopped:
        sys.exit(130)


def _backfill(context: CommandContext, names: Sequence[str], budget: int) -> BackfillOrder:
    """The back-fills of these sources that come next. Raises UsageError where one has ended meanwhile."""
    from crawler.crawl.session import BackfillOrder

    with context.read() as conn:
        sources = choose_sources(conn, names)
        by_source = next_backfills(conn, [source.id for source in sources])
    if ended := [source.name for source in sources if source.id not in by_source]:
        raise UsageError(f"no back-fill is begun of {', '.join(ended)}")
    return BackfillOrder(by_source=by_source, budget=budget)


def _told(crawled: CrawlResult) -> dict[str, Any]:
    """What the figures do not say."""
    notes = [f"{mistake.message}; {mistake.consequence}" for mistake in crawled.mistakes]
    notes += notes_of(crawled)
    return {"notes": notes, "busy": [source.name for source, _ in crawled.busy]}


@contextmanager
def _reporting(*, enabled: bool) -> Iterator[Callable[[CrawlRun], None]]:
    """A `watch` for `crawler.run.crawl` that writes a line of progress now and then, and at the end."""
    over = threading.Event()
    threads: list[threading.Thread] = []

    def report(run: CrawlRun) -> None:
        began = time.monotonic()
        is_over = False
        while not is_over:
            is_over = over.wait(DELAY_S)  # the last line says how far it came
            answered, listings, articles = count_requests(run)
            seconds = round(time.monotonic() - began, 3)
            progress = {"answered": answered, "listings": listings, "articles": articles, "seconds": seconds}
            click.echo(json.dumps({"progress": progress}))

    def watch(run: CrawlRun) -> None:
        if enabled:
            threads.append(threading.Thread(target=report, args=(run,), name="progress", daemon=True))
            threads[-1].start()

    try:
        yield watch
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _first_line() -> bytes:
    """The first line of standard input, read unbuffered: the thread below would hold the lock of a buffer when Python exits."""
    line = b""
    while not line.endswith(b"\n"):
        piece = os.read(0, 1 << 16)
        if not piece:
            sys.exit(130)  # the service died before it sent the order
        line += piece
    return line


def _stop_with_service() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(STOPS_WITHIN_S)
    os._exit(1)

"""Progress of a crawl on a terminal: one line that is rewritten. Nothing where the output is not a terminal."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from crawler.spiders.news import NewsSpider

# Often enough to look alive, seldom enough to cost nothing.
REFRESH_S = 0.5


@contextmanager
def watching(*, enabled: bool = True) -> Iterator[Callable[[NewsSpider], None]]:
    """A `watch` for `crawler.run.crawl`; the line is wiped at the end."""
    shown = enabled and sys.stderr.isatty()
    over = threading.Event()
    threads: list[threading.Thread] = []

    def watch(spider: NewsSpider) -> None:
        if shown:
            threads.append(threading.Thread(target=_show, args=(spider, over), daemon=True))
            threads[-1].start()

    try:
        yield watch
    finally:
        over.set()
        for thread in threads:
            thread.join()
        if threads:
            click.echo("\r\x1b[2K", nl=False, err=True)


def _show(spider: NewsSpider, over: threading.Event) -> None:
    began = time.monotonic()
    while not over.wait(REFRESH_S):
        waiting = sum(visit.pending for visit in spider.visits)
        due = sum(len(visit.due) + visit.under_way for visit in spider.visits)
        seconds = time.monotonic() - began
        answered = sum(visit.answered for visit in spider.visits)
        text = f"{answered} answers · {waiting} listings and {due} articles to go · {seconds:.0f} s"
        if not waiting and not due and spider.visits:
            text = f"{answered} answers · reading what came in · {seconds:.0f} s"
        click.echo(f"\r\x1b[2K{text}", nl=False, err=True)

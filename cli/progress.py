"""Progress on a terminal: one line that is rewritten. Nothing where the output is not a terminal."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from cli.render import span

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


@contextmanager
def counting(done_is: str, total: int) -> Iterator[Callable[[int], None]]:
    """A `show` of how many of a known number are done, with rate and time to go; the line is wiped at the end."""
    began = last = time.monotonic()
    shown = False

    def show(done: int) -> None:
        nonlocal last, shown
        now = time.monotonic()
        if not sys.stderr.isatty() or now - last < REFRESH_S or not done:
            return
        last, shown = now, True
        rate = done / (now - began)
        text = f"{done_is} {done:,} of {total:,} · {rate:,.0f} a second · {span((total - done) / rate)} to go"
        click.echo(f"\r\x1b[2K{text}", nl=False, err=True)

    try:
        yield show
    finally:
        if shown:
            click.echo("\r\x1b[2K", nl=False, err=True)


@contextmanager
def tallying() -> Iterator[Callable[[str, int], None]]:
    """A `show` of how many of an unknown number came, with the rate; the line is wiped at the end."""
    began = last = time.monotonic()
    shown = False

    def show(text: str, done: int) -> None:
        nonlocal last, shown
        now = time.monotonic()
        if not sys.stderr.isatty() or now - last < REFRESH_S:
            return
        last, shown = now, True
        click.echo(f"\r\x1b[2K{text} · {done / (now - began):,.0f} a second", nl=False, err=True)

    try:
        yield show
    finally:
        if shown:
            click.echo("\r\x1b[2K", nl=False, err=True)


def _show(spider: NewsSpider, over: threading.Event) -> None:
    began = time.monotonic()
    while not over.wait(REFRESH_S):
        waiting = sum(visit.pending for visit in spider.visits)
        due = sum(len(visit.due) + visit.under_way for visit in spider.visits)
        seconds = time.monotonic() - began
        answered = sum(visit.answered for visit in spider.visits)
        to_do = (
            f"{waiting} listings and {due} articles to go"
            if waiting or due or not spider.visits
            else "reading what came in"
        )
        click.echo(f"\r\x1b[2K{answered} answers · {to_do} · {seconds:.0f} s", nl=False, err=True)

"""Progress on a terminal: one line that is rewritten. Nothing where the output is not a terminal."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.output.tables import format_duration
from cli.output.terminal import rewrite_line

if TYPE_CHECKING:
    from crawler.crawl.crawl_run import CrawlRun

# Often enough to look alive, seldom enough to cost nothing.
REFRESH_S = 0.5


@contextmanager
def watching(*, enabled: bool = True) -> Iterator[Callable[[CrawlRun], None]]:
    """A `watch` for `crawler.run.crawl`; the line is wiped at the end."""
    shown = enabled and sys.stderr.isatty()
    over = threading.Event()
    threads: list[threading.Thread] = []

    def watch(run: CrawlRun) -> None:
        if shown:
            threads.append(threading.Thread(target=_show, args=(run, over), daemon=True))
            threads[-1].start()

    try:
        yield watch
    finally:
        over.set()
        for thread in threads:
            thread.join()
        if threads:
            rewrite_line()


@contextmanager
def rewriting() -> Iterator[Callable[[Callable[[], str]], None]]:
    """A line that is rewritten: `show` is given what makes its text, and asks for it as often as it is worth; wiped at the end."""
    last, shown = time.monotonic(), False

    def show(text: Callable[[], str]) -> None:
        nonlocal last, shown
        now = time.monotonic()
        if not sys.stderr.isatty() or now - last < REFRESH_S:
            return
        last, shown = now, True
        rewrite_line(text())

    try:
        yield show
    finally:
        if shown:
            rewrite_line()


@contextmanager
def counting(done_is: str, total: int) -> Iterator[Callable[[int], None]]:
    """A `show` of how many of a known number are done, with rate and time to go."""
    began = time.monotonic()

    def text(done: int) -> str:
        rate = done / (time.monotonic() - began)
        return (
            f"{done_is} {done:,} of {total:,} · {rate:,.0f} a second · {format_duration((total - done) / rate)} to go"
        )

    with rewriting() as show:
        yield lambda done: show(lambda: text(done)) if done else None


@contextmanager
def tallying() -> Iterator[Callable[[str, int], None]]:
    """A `show` of how many of an unknown number came, with the rate."""
    began = time.monotonic()
    with rewriting() as show:
        yield lambda text, done: show(lambda: f"{text} · {done / (time.monotonic() - began):,.0f} a second")


def count_requests(run: CrawlRun) -> tuple[int, int, int]:
    """How many requests were answered; how many listings and articles are known and still to do."""
    visits = list(run.visits)
    return (
        sum(visit.answered for visit in visits),
        sum(visit.pending for visit in visits),
        sum(len(visit.due) + visit.in_flight for visit in visits),
    )


def _show(run: CrawlRun, over: threading.Event) -> None:
    began = time.monotonic()
    while not over.wait(REFRESH_S):
        answered, waiting, due = count_requests(run)
        seconds = time.monotonic() - began
        to_do = (
            f"{waiting} listings and {due} articles to go"
            if waiting or due or not run.visits
            else "reading what came in"
        )
        rewrite_line(f"{answered} answers · {to_do} · {seconds:.0f} s")

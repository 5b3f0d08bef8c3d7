"""Progress on a terminal, by rich. Where standard error is not a terminal, nothing is printed.

A display starts with the first step after `DELAY_S`, so that short work neither flickers nor waits for rich, whose import takes
0.3 s. It is wiped at the end of its block, also where Ctrl-C ends that.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from cli.output.terminal import visible
from db.display.humanize import format_size

if TYPE_CHECKING:
    from rich.progress import Progress

    from cli.output.progress_display import Kind
    from crawler.crawl.crawl_run import CrawlRun

DELAY_S = 0.5


class _Update(Protocol):
    def __call__(self, text: str, done: int, total: int | None = None) -> None: ...


@contextmanager
def crawl_progress(*, enabled: bool = True) -> Iterator[Callable[[CrawlRun], None]]:
    """A `watch` for `crawler.run.crawl`: answers that came in, and what is left.

    It is shown at once: importing Scrapy, which belongs into the block, takes a second, and several on a busy machine.
    """
    shown: Progress | None = None

    def watch(run: CrawlRun) -> None:
        if shown is not None:
            (task,) = shown.tasks
            shown.update(task.id, run=run)

    try:
        if enabled and _can_show():
            from cli.output.progress_display import display, start

            shown = display("crawl")
            start(shown)
        yield watch
    finally:
        if shown is not None:
            shown.stop()


@contextmanager
def progress_bar(done: str, total: int) -> Iterator[Callable[[int], None]]:
    """A function that shows how many of `total` are done, with rate and time left. `done` is a participle: "extracted"."""
    with _display("bar") as update:
        yield lambda count: update(done, count, total)


@contextmanager
def progress_line(*, enabled: bool = True) -> Iterator[Callable[[str, int], None]]:
    """A function that shows a text with the rate of a count whose end is unknown."""
    with _display("line") as update:
        yield update if enabled else lambda text, done: None


@contextmanager
def byte_progress(*, enabled: bool = True) -> Iterator[Callable[[str, int, int], None]]:
    """A function that shows how many of all bytes a stage has done: 0 throughout where the stage does not know."""
    with _display("bytes") as update:

        def show(stage: str, done: int, total: int) -> None:
            if enabled:
                update(stage if done else f"{stage} {format_size(total)}", done, total if done else None)

        yield show


@contextmanager
def _display(kind: Kind) -> Iterator[_Update]:
    began = time.monotonic()
    shown: Progress | None = None

    def update(text: str, done: int, total: int | None = None) -> None:
        nonlocal shown
        if shown is None:
            if time.monotonic() - began < DELAY_S or not _can_show():
                return
            from cli.output.progress_display import display, start

            # Assigned before it starts: Ctrl-C may come in between, and the block below stops what was started.
            shown = display(kind, visible(text), done, total)
            start(shown)
            return
        (task,) = shown.tasks
        if kind == "bytes" and task.description != text:  # another stage, with a rate of its own
            shown.reset(task.id)
        shown.update(task.id, description=visible(text), completed=done, total=total)

    try:
        yield update
    finally:
        if shown is not None:
            shown.stop()


def _can_show() -> bool:
    """Whether standard error is a terminal that can rewrite a line."""
    return sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")


def count_requests(run: CrawlRun) -> tuple[int, int, int]:
    """How many requests were answered; how many listings and articles are known and still to do."""
    visits = list(run.visits)
    return (
        sum(visit.answered for visit in visits),
        sum(visit.pending for visit in visits),
        sum(visit.articles.to_do for visit in visits),
    )

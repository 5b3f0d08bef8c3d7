"""How progress looks: the columns of a `rich.progress.Progress`. Imported only when one is shown (`cli.output.progress`)."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from cli.output.progress import count_requests
from cli.output.terminal import direct, guard
from db.display.humanize import counted, format_size

if TYPE_CHECKING:
    from crawler.crawl.crawl_run import CrawlRun

Kind = Literal["bar", "line", "bytes", "crawl"]
# Often enough to look alive, seldom enough to cost nothing.
REFRESHES_PER_SECOND = 4
_BAR_WIDTH = 24


class _Console(Console):
    """A console that leaves the cursor visible: a process that is killed could not bring it back."""

    def show_cursor(self, show: bool = True) -> bool:
        return False


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f}/s" if task.speed else "")


class _Bytes(ProgressColumn):
    def render(self, task: Task) -> Text:
        if task.total is None:
            return Text()
        rate = f" · {format_size(task.speed)}/s" if task.speed else ""
        return Text(f"{format_size(task.completed)} of {format_size(task.total)}{rate}")


class _Crawl(ProgressColumn):
    """What a crawl has done and has left to do, read from its run at each refresh."""

    def render(self, task: Task) -> Text:
        run: CrawlRun | None = task.fields["run"]
        answers, listings, articles = count_requests(run) if run else (0, 0, 0)
        left = f"{counted(listings, 'listing')} and {counted(articles, 'article')} to go"
        what = left if listings or articles else "extracting the rest" if run and run.visits else "starting"
        return Text(f"{counted(answers, 'answer')} · {what}")


def display(kind: Kind, text: str = "", done: int = 0, total: int | None = None) -> Progress:
    """A display with one task, to be given to `start`."""
    # It moves the cursor, so it writes past the guard; what it is given to show is made visible before.
    progress = Progress(
        *_columns(kind),
        console=_Console(file=direct(sys.stderr)),
        refresh_per_second=REFRESHES_PER_SECOND,
        transient=True,
        redirect_stdout=False,
    )
    progress.add_task(text, completed=done, total=total, run=None)
    return progress


def start(progress: Progress) -> None:
    """Start showing. Messages on standard error now appear above the display, with their control characters visible."""
    progress.start()
    guard()  # what rich has put in the place of standard error


def _columns(kind: Kind) -> tuple[ProgressColumn, ...]:
    text = TextColumn("{task.description}", markup=False)
    match kind:
        case "bar":
            count = TextColumn("{task.completed:,.0f} of {task.total:,.0f}", markup=False)
            return text, BarColumn(_BAR_WIDTH), count, _Rate(), TimeRemainingColumn(compact=True)
        case "line":
            return text, _Rate(), TimeElapsedColumn()
        case "bytes":
            return text, BarColumn(_BAR_WIDTH), _Bytes(), TimeRemainingColumn(compact=True)
        case "crawl":
            return _Crawl(), TimeElapsedColumn()

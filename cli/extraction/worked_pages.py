"""Stored pages that worker processes read one by one, with a progress bar."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Any, TypeVar

from cli.output.progress import progress_bar
from pipelines.processing.page_executor import completed_in_order
from pipelines.processing.worker_pool import Worker, WorkerPool

PageT = TypeVar("PageT")

_AHEAD = 8
"""Pages submitted for each process."""


def worked_pages(
    worker: Worker,
    tasks: Sequence[tuple[PageT, object]],
    *,
    jobs: int,
    timeout_s: float,
    done: str,
    stop: threading.Event,
) -> Iterator[tuple[PageT, Future[Any]]]:
    """Pages in their order, each with what a worker process made of its task. `timeout_s`: of processor time, for one page; `done`:
    what the bar says is done to them. `stop` ends it early."""
    pool = WorkerPool(worker, processes=jobs, timeout_s=timeout_s)
    ahead = _AHEAD * jobs
    try:
        with progress_bar(done, len(tasks)) as show:
            results = completed_in_order(pool.submit, iter(tasks), ahead=lambda: ahead, held=2 * ahead, stop=stop)
            for number, result in enumerate(results, 1):
                yield result
                show(number)
    finally:
        pool.stop()

"""Worker processes that extract pages. A page that is too slow, or that ends its process, gets a rejection as its outcome."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

from db.models import Reason, Rejection
from db.site_rules.loader import Sites
from pipelines.processing.page_worker import ExtractionResult, ExtractPages, Task, task_page_id
from pipelines.processing.worker_pool import TaskDied, TaskTooSlow, WorkerPool


class ExtractionPool:
    """A pool of worker processes; `submit` gives a future of an `ExtractionResult`. Without a database it takes payloads only.

    A future raises MachineError if the machine fails, and is cancelled if the pool stops first; the page then stays unread.
    """

    def __init__(self, database: Path | None, sites: Sites, *, processes: int, timeout_s: float) -> None:
        self._pool = WorkerPool(ExtractPages(database=database, sites=sites), processes=processes, timeout_s=timeout_s)

    def submit(self, page: Task) -> Future[ExtractionResult]:
        """Extract a page in the next free process."""
        result: Future[ExtractionResult] = Future()

        def complete(answered: Future[ExtractionResult]) -> None:
            if answered.cancelled():
                result.cancel()
            elif (error := answered.exception()) is None:
                result.set_result(answered.result())
            elif isinstance(error, TaskTooSlow):
                result.set_result(_rejected(page, Reason.TOO_SLOW, str(error)))
            elif isinstance(error, TaskDied):
                result.set_result(_rejected(page, Reason.CRASHED, str(error)))
            else:
                result.set_exception(error)

        self._pool.submit(page).add_done_callback(complete)
        return result

    def close(self) -> None:
        """Finish all submitted pages, then end the processes."""
        self._pool.close()

    def stop(self) -> None:
        """End the processes at once; pages that were not finished stay unread."""
        self._pool.stop()


def _rejected(page: Task, reason: Reason, detail: str) -> ExtractionResult:
    return ExtractionResult(page_id=task_page_id(page), outcome=Rejection(reason=reason, detail=detail))

"""Reading processes: pages in, readings out. What a page itself does to its process becomes its outcome."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

from db.models import Reason, Rejection
from db.site_rules.loader import Sites
from pipelines.processing.page_worker import ExtractionResult, ExtractPages, Task, task_page_id
from pipelines.processing.worker_pool import TaskDied, TaskTooSlow, WorkerPool


class ExtractionPool:
    """`submit` pages, get a future of a Reading for each. Without a database they come as parcels.

    A future gives MachineError where the machine cannot serve, and is cancelled where the pool was stopped: the page stays unread.
    """

    def __init__(self, database: Path | None, sites: Sites, *, processes: int, timeout_s: float) -> None:
        self._pool = WorkerPool(ExtractPages(database=database, sites=sites), processes=processes, timeout_s=timeout_s)

    def submit(self, page: Task) -> Future[ExtractionResult]:
        """Have a page read."""
        reading: Future[ExtractionResult] = Future()

        def done(answered: Future[ExtractionResult]) -> None:
            if answered.cancelled():
                reading.cancel()
            elif (error := answered.exception()) is None:
                reading.set_result(answered.result())
            elif isinstance(error, TaskTooSlow):
                reading.set_result(_rejected(page, Reason.TOO_SLOW, str(error)))
            elif isinstance(error, TaskDied):
                reading.set_result(_rejected(page, Reason.CRASHED, str(error)))
            else:
                reading.set_exception(error)

        self._pool.submit(page).add_done_callback(done)
        return reading

    def close(self) -> None:
        """Finish what is submitted and end the processes."""
        self._pool.close()

    def stop(self) -> None:
        """End the processes at once; what they were reading stays unread."""
        self._pool.stop()


def _rejected(page: Task, reason: Reason, detail: str) -> ExtractionResult:
    return ExtractionResult(page_id=task_page_id(page), outcome=Rejection(reason=reason, detail=detail))

"""Executors that extract pages, and the one loop that feeds an executor.

`PageExecutor` is the interface: this machine's worker processes (`LocalExecutor`) or a Dask cluster
(`pipelines.processing.dask.executor`).

    tasks ──submit──> TaskWindow: at most so many pending ──> executor ──> futures, as they complete

`TaskWindow` bounds what is submitted ahead of need. Ingest drives it itself, because its tasks appear while it runs. For known
tasks, `CompletedBatches` gives results as they complete, and `completed_in_order` gives them in the order of the tasks.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import Any, Generic, TypeVar

from pipelines.processing.page_pool import ExtractionPool
from pipelines.processing.page_worker import ExtractionResult, Task, extract_task

TaskT = TypeVar("TaskT")
ResultT = TypeVar("ResultT")
LabelT = TypeVar("LabelT")

TASKS_AHEAD = 32
"""Pages submitted ahead of need where an executor does not say otherwise."""
HELD_RESULTS = 512
"""Results that may wait to be taken: what two processes extract in the 5 s that changed articles take to be placed in threads."""
_POLL_S = 0.5
"""How often a wait for results checks whether to stop, in seconds."""


class PageExecutor(Executor):
    """An executor that runs `extract_task` and nothing else."""

    @property
    def ahead(self) -> int:
        """How many pages to keep submitted."""
        return TASKS_AHEAD


def task_of_call(fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Task:
    """The page that a call of `submit` names. Raises ValueError for any function but `extract_task`."""
    if fn is not extract_task or len(args) != 1 or kwargs:
        raise ValueError("this executor only runs `extract_task` with one page")
    task: Task = args[0]
    return task


class LocalExecutor(PageExecutor):
    """The worker processes of an `ExtractionPool`."""

    def __init__(self, pool: ExtractionPool) -> None:
        self._pool = pool

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit `extract_task` with a page. The future is cancelled if the pool stops first."""
        return self._pool.submit(task_of_call(fn, args, kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes: at once with `cancel_futures`, otherwise after what was submitted."""
        if cancel_futures:
            self._pool.stop()
        else:
            self._pool.close()


class TaskWindow(Generic[TaskT, ResultT]):
    """Tasks submitted by `submit` whose results were not taken yet. For one thread; the executor may complete them on others."""

    def __init__(self, submit: Callable[[TaskT], Future[ResultT]]) -> None:
        self._submit = submit
        # Not a SimpleQueue: in CPython 3.11 its `get(timeout)` waits for ever if the time runs out between its two attempts to take
        # the lock, because the remaining time is negative then. Seen once in 4,000 pages on a busy machine: ingest stood still.
        self._completed: queue.Queue[Future[ResultT]] = queue.Queue()
        self.pending = 0
        """Tasks submitted and not taken."""

    def submit(self, task: TaskT) -> Future[ResultT]:
        """Submit a task. `take` returns its future once it is completed or cancelled."""
        future = self._submit(task)
        self.pending += 1
        future.add_done_callback(self._completed.put)
        return future

    @property
    def unfinished(self) -> int:
        """Tasks submitted whose results are not there yet."""
        return self.pending - self._completed.qsize()

    def take(self, most: int, *, wait_s: float, gather_s: float) -> list[Future[ResultT]]:
        """Completed futures, at most `most`: waits `wait_s` for the first, and `gather_s` after it for others."""
        taken: list[Future[ResultT]] = []
        deadline = time.monotonic() + wait_s
        # Never a negative time: `get` of CPython 3.11 may wait for ever then.
        while len(taken) < min(most, self.pending) and (left := deadline - time.monotonic()) > 0:
            try:
                taken.append(self._completed.get(timeout=left))
            except queue.Empty:
                break
            if len(taken) == 1:
                deadline = time.monotonic() + gather_s
        self.pending -= len(taken)
        return taken


def extraction_window(executor: PageExecutor) -> TaskWindow[Task, ExtractionResult]:
    """A window of pages that `executor` extracts."""
    return TaskWindow(lambda task: executor.submit(extract_task, task))


class CompletedBatches:
    """Results of all tasks as they complete, at most `most` at a time; ends early on `stop`.

    A result waits at most `gather_s` seconds for others, so that a transaction can write several. Whoever takes longer over a batch
    calls `refill` now and then. Iterating raises what the executor raises.
    """

    def __init__(
        self, executor: PageExecutor, tasks: Iterator[Task], stop: threading.Event, *, most: int, gather_s: float
    ) -> None:
        self._executor, self._tasks, self._stop = executor, tasks, stop
        self._most, self._gather_s = most, gather_s
        self._window = extraction_window(executor)
        self._more = True

    def refill(self) -> None:
        """Submit further tasks, so that the executor has some while the results of others are written."""
        window = self._window
        while self._more and window.unfinished < self._executor.ahead and window.pending < HELD_RESULTS:
            task = next(self._tasks, None)
            self._more = task is not None
            if task is not None:
                window.submit(task)

    def __iter__(self) -> Iterator[list[ExtractionResult]]:
        while (self._more or self._window.pending) and not self._stop.is_set():
            self.refill()
            if batch := self._window.take(self._most, wait_s=_POLL_S, gather_s=self._gather_s):
                yield [future.result() for future in batch]


def completed_in_order(
    submit: Callable[[TaskT], Future[ResultT]],
    tasks: Iterator[tuple[LabelT, TaskT]],
    *,
    ahead: Callable[[], int],
    held: int,
    stop: threading.Event | None = None,
) -> Iterator[tuple[LabelT, Future[ResultT]]]:
    """Completed futures in the order of the tasks, each with the label of its task; ends early on `stop`.

    At most `ahead()` tasks are pending, and at most `held` submitted and not yielded: a slow task holds the others up only after
    so many. The tasks themselves are not kept.
    """
    window: TaskWindow[TaskT, ResultT] = TaskWindow(submit)
    waiting: deque[tuple[LabelT, Future[ResultT]]] = deque()
    more = True
    while (more or waiting) and not (stop and stop.is_set()):
        while more and window.pending < ahead() and len(waiting) < held:
            labelled = next(tasks, None)
            more = labelled is not None
            if labelled is not None:
                waiting.append((labelled[0], window.submit(labelled[1])))
        window.take(max(1, window.pending), wait_s=_POLL_S, gather_s=0)
        while waiting and waiting[0][1].done():
            yield waiting.popleft()

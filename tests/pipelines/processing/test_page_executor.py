"""The loop that feeds executors: bounded ahead, results as they complete or in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest

from db.models import Reason, Rejection
from pipelines.processing.page_executor import (
    HELD_RESULTS,
    CompletedBatches,
    PageExecutor,
    TaskWindow,
    completed_in_order,
    task_of_call,
)
from pipelines.processing.page_worker import ExtractionResult, task_page_id

AHEAD, HELD = 4, 6


def test_results_come_in_order_and_a_slow_task_bounds_what_is_taken() -> None:
    release, taken = threading.Event(), [0]

    def tasks() -> Iterator[tuple[str, int]]:
        for n in range(40):
            taken[0] += 1
            yield f"label {n}", n

    def work(n: int) -> int:
        if n == 10:
            assert release.wait(20)
        return n * n

    found: list[tuple[str, int]] = []
    with ThreadPoolExecutor(3) as pool:
        threading.Timer(1.0, release.set).start()
        for label, future in completed_in_order(
            lambda n: pool.submit(work, n), tasks(), ahead=lambda: AHEAD, held=HELD
        ):
            found.append((label, future.result()))
            # Neither tasks in the executor nor results behind the slow one grow beyond their bounds.
            assert taken[0] <= len(found) + HELD
    assert found == [(f"label {n}", n * n) for n in range(40)]


def test_a_stop_ends_it_while_a_task_runs() -> None:
    release, stop = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        threading.Timer(0.2, stop.set).start()
        pairs = iter([(0, 0), (1, 1)])
        assert (
            list(
                completed_in_order(
                    lambda n: pool.submit(release.wait, 20), pairs, ahead=lambda: AHEAD, held=HELD, stop=stop
                )
            )
            == []
        )
        release.set()


class _AtOnce(PageExecutor):
    """Rejects each page in the thread that submits it, and counts them."""

    submitted = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.submitted += 1
        done: Future[Any] = Future()
        done.set_result(
            ExtractionResult(
                page_id=task_page_id(task_of_call(fn, args, kwargs)), outcome=Rejection(reason=Reason.EMPTY)
            )
        )
        return done


def test_the_processes_get_pages_while_a_batch_is_written_but_only_so_many() -> None:
    executor, done = _AtOnce(), 0
    batches = CompletedBatches(executor, iter(range(3000)), threading.Event(), most=16, gather_s=1.0)
    for batch in batches:
        done += len(batch)
        batches.refill()
        assert executor.submitted == min(3000, done + HELD_RESULTS)
    assert (done, executor.submitted) == (3000, 3000)


def test_a_failed_task_raises_where_its_result_is_read() -> None:
    with ThreadPoolExecutor(2) as pool:
        pairs = iter([("a", 1), ("b", 0), ("c", 2)])
        futures = dict(completed_in_order(lambda n: pool.submit(lambda: 1 / n), pairs, ahead=lambda: AHEAD, held=HELD))
    assert [futures["a"].result(), futures["c"].result()] == [1.0, 0.5]
    with pytest.raises(ZeroDivisionError):
        futures["b"].result()


def test_a_window_takes_what_completes_together_and_waits_for_no_more_than_is_pending() -> None:
    with ThreadPoolExecutor(2) as pool:
        window: TaskWindow[int, int] = TaskWindow(lambda n: pool.submit(lambda: n))
        for n in range(5):
            window.submit(n)
        taken = window.take(3, wait_s=20, gather_s=20)
        taken += window.take(64, wait_s=20, gather_s=20)
        assert window.take(64, wait_s=20, gather_s=20) == []
    assert sorted(future.result() for future in taken) == list(range(5))
    assert window.pending == 0


def test_executors_of_pages_run_nothing_else() -> None:
    with pytest.raises(ValueError, match="extract_task"):
        task_of_call(print, (1,), {})

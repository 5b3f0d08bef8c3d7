"""A Dask cluster as an executor of pages: the client side of `pipelines.processing.dask.worker`.

    submit ──> queue of pages ──> sender thread: loads them, makes batches ──> Dask's client ──> results ──> one future a page

Pages are submitted one by one, as to the local pool; a thread sends them in batches, which share the cost of a task. Dask repeats
a batch whose worker died. If that happens too often (`distributed.scheduler.allowed-failures`), its pages are sent one by one, and
a page with which a worker still dies is rejected as CRASHED.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from distributed import Client, KilledWorker
from distributed import wait as wait_for_tasks

from db.connection.database import open_readonly
from db.errors import CopydeskError, EngineError
from db.models import Reason, Rejection
from db.store.extraction.page_payload import PagePayload, load_payload
from pipelines.processing.dask.worker import ExtractorMismatch, extract_batch, installed_versions
from pipelines.processing.page_executor import PageExecutor, task_of_call
from pipelines.processing.page_worker import ExtractionResult, Task, rejected_as_crashed

# Pages of one task: some 0.4 s of work, against some 5 ms of overhead. And the limit of their compressed bytes.
BATCH, BATCH_BYTES = 16, 4_000_000
# How long a page waits for others before its batch is sent, in seconds.
LINGER_S = 0.05
# Pending batches for each thread of the workers: one being extracted, one at the worker, one on its way.
BATCHES_PER_THREAD = 3
# How often the threads of the workers are counted, in seconds: workers join and leave.
COUNTED_EVERY_S = 5.0
# A worker that closes during a batch raises an error, and Dask tries the batch elsewhere.
RETRIES = 3


@dataclass(slots=True, kw_only=True)
class _Batch:
    payloads: list[PagePayload] = field(default_factory=list)
    futures: list[Future[Any]] = field(default_factory=list)
    size: int = 0


class DaskExecutor(PageExecutor):
    """Extracts pages on a cluster; page ids are those of `database`. The client must have registered the plugin named `plugin`."""

    def __init__(self, client: Client, plugin: str, database: Path | None) -> None:
        self._client, self._plugin, self._database = client, plugin, database
        self._sent: set[Any] = set()
        """Dask's futures of the batches whose results did not come yet."""
        self._versions = installed_versions()
        self._queue: queue.Queue[tuple[Task, Future[Any]] | _Batch | None] = queue.Queue()
        self._stopped = threading.Event()
        self._threads, self._counted = 0, -COUNTED_EVERY_S
        self._count()
        self._sender = threading.Thread(target=self._send_all, name="sender", daemon=True)
        self._sender.start()

    @property
    def ahead(self) -> int:
        """As many pages as keep all workers busy."""
        return max(1, self._threads) * BATCHES_PER_THREAD * BATCH

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Submit `extract_task` with a page."""
        page = task_of_call(fn, args, kwargs)
        future: Future[Any] = Future()
        self._queue.put((page, future))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the sender; with `cancel_futures`, cancel pending pages. The client stays open."""
        if cancel_futures:
            self._stopped.set()
        self._queue.put(None)
        self._sender.join()
        if cancel_futures:
            self._client.cancel(list(self._sent))
        elif wait:
            wait_for_tasks(list(self._sent))

    def _send_all(self) -> None:
        conn = open_readonly(self._database) if self._database else None
        load = partial(load_payload, conn) if conn else None
        try:
            while (first := self._queue.get()) is not None and not self._stopped.is_set():
                if isinstance(first, _Batch):
                    self._send(first)
                    continue
                batch, ended = self._next_batch(first, load)
                if batch.payloads:
                    self._send(batch)
                if ended:
                    return
                self._count()
        finally:
            if conn:
                conn.close()

    def _next_batch(
        self, first: tuple[Task, Future[Any]], load: Callable[[int], PagePayload] | None
    ) -> tuple[_Batch, bool]:
        """A batch beginning with `first`, and whether the executor was shut down."""
        batch, deadline = _Batch(), time.monotonic() + LINGER_S
        _add(batch, *first, load)
        while len(batch.payloads) < BATCH and batch.size < BATCH_BYTES:
            try:
                # Never a negative time: `get` of CPython 3.11 may wait for ever then.
                more = self._queue.get(timeout=max(0.001, deadline - time.monotonic()))
            except queue.Empty:
                break
            if more is None:
                return batch, True
            if isinstance(more, _Batch):
                self._send(more)
            else:
                _add(batch, *more, load)
        return batch, False

    def _send(self, batch: _Batch) -> None:
        try:
            sent = self._client.submit(
                extract_batch, self._plugin, batch.payloads, self._versions, pure=False, retries=RETRIES
            )
        except Exception as error:  # noqa: BLE001 - the client is closed or broken: the futures must raise it
            for future in batch.futures:
                future.set_exception(_as_engine_error(error))
        else:
            self._sent.add(sent)
            self._client.loop.add_callback(self._receive, batch, sent)

    async def _receive(self, batch: _Batch, sent: Any) -> None:
        """Complete the futures of a batch; runs on Dask's thread.

        Not by `Client.get_executor`: when it has a result it looks at the status again, and where the worker has died meanwhile,
        so that Dask would compute the result anew, it takes the result for an exception (distributed 2026.8).
        """
        try:
            results = {result.page_id: result for result in await sent}
        except (CancelledError, Exception) as error:  # noqa: BLE001 - raised by the futures
            self._fail(batch, error)
        else:
            for payload, future in zip(batch.payloads, batch.futures, strict=True):
                future.set_result(results[payload.page_id])
        finally:
            self._sent.discard(sent)

    def _fail(self, batch: _Batch, error: BaseException) -> None:
        if self._stopped.is_set():
            for future in batch.futures:
                future.cancel()
        elif isinstance(error, KilledWorker):
            self._retry_or_reject(batch, error)
        else:
            for future in batch.futures:
                future.set_exception(_as_engine_error(error))

    def _retry_or_reject(self, batch: _Batch, error: KilledWorker) -> None:
        if len(batch.payloads) == 1:
            detail = f"The Dask worker reading it ended, {error.allowed_failures + 1} times."
            outcome = Rejection(reason=Reason.CRASHED, detail=detail)
            batch.futures[0].set_result(ExtractionResult(page_id=batch.payloads[0].page_id, outcome=outcome))
            return
        for payload, future in zip(batch.payloads, batch.futures, strict=True):
            self._queue.put(_Batch(payloads=[payload], futures=[future], size=payload.size))

    def _count(self) -> None:
        if time.monotonic() - self._counted >= COUNTED_EVERY_S:
            self._threads = sum(self._client.nthreads().values())
            self._counted = time.monotonic()


def _add(batch: _Batch, page: Task, future: Future[Any], load: Callable[[int], PagePayload] | None) -> None:
    try:
        if not isinstance(page, PagePayload):
            assert load is not None
            page = load(page)
    except CopydeskError as error:  # the stored body is damaged or pruned: only this page is rejected
        future.set_result(rejected_as_crashed(page, error))
        return
    batch.payloads.append(page)
    batch.futures.append(future)
    batch.size += page.size


def _as_engine_error(error: BaseException) -> EngineError:
    if isinstance(error, ExtractorMismatch):
        return EngineError(f"a Dask worker has other versions: {error}; install the same ones there, then run it again")
    if isinstance(error, CancelledError):
        return EngineError(
            "the connection to the Dask scheduler was lost; restore it, and run the same command again to resume"
        )
    return EngineError(f"a Dask worker failed ({type(error).__name__}: {error})")

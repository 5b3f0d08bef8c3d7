"""A Dask cluster as an executor that reads pages: the other half of `pipelines.processing.dask.worker`, in the client.

    submit ──> waiting pages ──> sender: loads them, makes a batch ──> Dask's own executor ──> readings ──> one future a page

Pages come one by one, as to the local pool; a thread sends them on in batches, so that what a task costs is shared. A batch whose
worker died is read again elsewhere by Dask itself. Where that happens too often (`distributed.scheduler.allowed-failures`),
its pages are sent one by one, and the one with which a worker still dies is given up as CRASHED.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from distributed import Client, KilledWorker

from db.connection.database import open_readonly
from db.errors import CopydeskError, EngineError
from db.models import Reason, Rejection
from db.store.page_payload import PagePayload, load_payload
from pipelines.processing.dask.worker import ExtractorMismatch, extract_batch, installed_versions
from pipelines.processing.page_worker import ExtractionResult, Task, rejected_as_crashed
from pipelines.processing.reextract import PageExecutor, task_of_call

# Pages of one task: some 0.4 s of work, against some 5 ms that a task costs. And their bytes as they travel.
BATCH, BATCH_BYTES = 16, 4_000_000
# How long a page waits for company before its batch goes as it is.
LINGER_S = 0.05
# Batches under way for each thread of the workers: one that is read, one at the worker, one on its way.
BATCHES_PER_THREAD = 3
# How often the workers are counted: they may come and go.
COUNTED_EVERY_S = 5.0
# A worker that closes while it reads says so by an error, and the batch is tried elsewhere.
RETRIES = 3


@dataclass(slots=True, kw_only=True)
class _Batch:
    parcels: list[PagePayload] = field(default_factory=list)
    futures: list[Future[Any]] = field(default_factory=list)
    size: int = 0


class DaskExecutor(PageExecutor):
    """`submit` pages; ids are those of `database`. The client must have the plugin registered under `plugin`."""

    def __init__(self, client: Client, plugin: str, database: Path | None) -> None:
        self._client, self._plugin, self._database = client, plugin, database
        self._inner: Executor = client.get_executor(pure=False, retries=RETRIES)
        self._maker = installed_versions()
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
        """Have a page read."""
        page = task_of_call(fn, args, kwargs)
        future: Future[Any] = Future()
        self._queue.put((page, future))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the sender; give up what is under way where `cancel_futures` is given. The client stays open."""
        if cancel_futures:
            self._stopped.set()
        self._queue.put(None)
        self._sender.join()
        self._inner.shutdown(wait=wait and not cancel_futures)

    def _send_all(self) -> None:
        conn = open_readonly(self._database) if self._database else None
        load = partial(load_payload, conn) if conn else None
        try:
            while (first := self._queue.get()) is not None and not self._stopped.is_set():
                if isinstance(first, _Batch):
                    self._send(first)
                    continue
                batch, ended = self._gathered(first, load)
                if batch.parcels:
                    self._send(batch)
                if ended:
                    return
                self._count()
        finally:
            if conn:
                conn.close()

    def _gathered(
        self, first: tuple[Task, Future[Any]], load: Callable[[int], PagePayload] | None
    ) -> tuple[_Batch, bool]:
        """A batch that begins with a page, and whether there will be no more."""
        batch, deadline = _Batch(), time.monotonic() + LINGER_S
        _add(batch, *first, load)
        while len(batch.parcels) < BATCH and batch.size < BATCH_BYTES:
            try:
                # Not less than nothing: `get` of CPython 3.11 may wait for ever then.
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
            sent = self._inner.submit(extract_batch, self._plugin, batch.parcels, self._maker)
        except Exception as error:  # noqa: BLE001 - the client is closed or broken: whoever waits for the pages must hear of it
            for future in batch.futures:
                future.set_exception(_explained(error))
        else:
            sent.add_done_callback(partial(self._done, batch))

    def _done(self, batch: _Batch, sent: Future[list[ExtractionResult]]) -> None:
        """On Dask's thread: the readings to those who wait for them."""
        if self._stopped.is_set():
            for future in batch.futures:
                future.cancel()
            return
        try:
            readings = {reading.page_id: reading for reading in sent.result()}
            for parcel, future in zip(batch.parcels, batch.futures, strict=True):
                future.set_result(readings[parcel.page_id])
        except KilledWorker as error:
            self._again_or_crashed(batch, error)
        except (CancelledError, Exception) as error:  # noqa: BLE001 - carried to whoever waits for the pages
            for future in batch.futures:
                future.set_exception(_explained(error))

    def _again_or_crashed(self, batch: _Batch, error: KilledWorker) -> None:
        if len(batch.parcels) == 1:
            detail = f"The Dask worker reading it ended, {error.allowed_failures + 1} times."
            outcome = Rejection(reason=Reason.CRASHED, detail=detail)
            batch.futures[0].set_result(ExtractionResult(page_id=batch.parcels[0].page_id, outcome=outcome))
            return
        for parcel, future in zip(batch.parcels, batch.futures, strict=True):
            self._queue.put(_Batch(parcels=[parcel], futures=[future], size=parcel.size))

    def _count(self) -> None:
        if time.monotonic() - self._counted >= COUNTED_EVERY_S:
            self._threads = sum(self._client.nthreads().values())
            self._counted = time.monotonic()


def _add(batch: _Batch, page: Task, future: Future[Any], load: Callable[[int], PagePayload] | None) -> None:
    try:
        if not isinstance(page, PagePayload):
            assert load is not None
            page = load(page)
    except CopydeskError as error:  # the stored body is damaged or pruned: said of this page, the others are read
        future.set_result(rejected_as_crashed(page, error))
        return
    batch.parcels.append(page)
    batch.futures.append(future)
    batch.size += page.size


def _explained(error: BaseException) -> EngineError:
    if isinstance(error, ExtractorMismatch):
        return EngineError(f"a Dask worker has other versions: {error}; install the same ones there, then run it again")
    if isinstance(error, CancelledError):
        return EngineError("the connection to the Dask scheduler was lost; see to it, then the same command goes on")
    return EngineError(f"a Dask worker failed ({type(error).__name__}: {error})")

"""Extraction on a Dask worker: a pool of worker processes below it, so that a crash or time limit costs one page, as on one
machine.

    client ──plugin: rules, time limit──> worker ──> ExtractionPool ──> worker process 1
           ──task: a batch of payloads──>   thread ─────┘      └──> worker process 2

A Dask worker needs Copydesk installed with the same code and libraries as the client; it needs no files of the client.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError
from importlib.metadata import version
from typing import Any

from distributed import get_worker
from distributed.diagnostics.plugin import WorkerPlugin

from db.site_rules.loader import Sites
from db.store.extraction.page_payload import PagePayload
from pipelines.extraction.version import extraction_version, installed_code
from pipelines.processing.page_pool import ExtractionPool
from pipelines.processing.page_worker import ExtractionResult

IDLE_S = 60.0
"""Seconds after which idle worker processes are ended: a client that was killed leaves its plugin behind."""


class PoolStopped(Exception):
    """The worker is closing: another one must extract the batch."""


class ExtractorMismatch(Exception):
    """A worker that joined later has other versions than the client."""


# Digest of the installed code, version of trafilatura, extraction version (which names other libraries).
Versions = tuple[str, str, str]


def installed_versions() -> Versions:
    """The versions that this process would extract with. Site rules are sent by the client.

    The extraction version alone is not enough: a worker with slightly different code, such as a checkout in the middle of a change,
    must not write rows under the client's name.
    """
    return installed_code(), version("trafilatura"), extraction_version()


class ExtractionPlugin(WorkerPlugin):  # type: ignore[misc]
    """Holds the pool of a Dask worker: one worker process for each of its threads, started with the first batch."""

    idempotent = False

    def __init__(self, name: str, sites: Sites, timeout_s: float) -> None:
        self.name = name
        self._sites, self._timeout_s = sites, timeout_s

    def setup(self, worker: Any) -> None:
        """Called by Dask on the worker, which has a copy of the client's plugin."""
        self._processes = int(worker.state.nthreads)
        self._lock = threading.Lock()
        self._pool: ExtractionPool | None = None
        self._batches = 0
        self._idle: threading.Timer | None = None
        self._closed = False
        self._versions = installed_versions()

    def teardown(self, worker: Any) -> None:
        """Called by Dask when the client is done or the worker closes."""
        with self._lock:
            self._closed = True
            pool = self._detach_pool()
        if pool is not None:
            pool.stop()

    def extract(self, payloads: Sequence[PagePayload], wanted: Versions) -> list[ExtractionResult]:
        """Extract a batch, its pages in parallel. Raises ExtractorMismatch, PoolStopped."""
        if self._versions != wanted:
            raise ExtractorMismatch(f"{self._versions} instead of {wanted}")
        pool = self._acquire_pool()
        try:
            return [future.result() for future in [pool.submit(payload) for payload in payloads]]
        except CancelledError:
            raise PoolStopped("the worker is closing") from None
        finally:
            self._release_pool()

    def _acquire_pool(self) -> ExtractionPool:
        with self._lock:
            if self._closed:
                raise PoolStopped("the worker is closing")
            if self._idle is not None:
                self._idle.cancel()
                self._idle = None
            if self._pool is None:
                _allow_children()
                self._pool = ExtractionPool(None, self._sites, processes=self._processes, timeout_s=self._timeout_s)
            self._batches += 1
            return self._pool

    def _release_pool(self) -> None:
        with self._lock:
            self._batches -= 1
            if not self._batches and not self._closed:
                self._idle = threading.Timer(IDLE_S, self._end_idle)
                self._idle.daemon = True
                self._idle.start()

    def _end_idle(self) -> None:
        with self._lock:
            pool = None if self._batches else self._detach_pool()
        if pool is not None:
            pool.stop()

    def _detach_pool(self) -> ExtractionPool | None:
        pool, self._pool = self._pool, None
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        return pool


def _allow_children() -> None:
    """Let this process start children. Under Dask's nanny it is a daemon, which may not; ours end with it anyway."""
    with contextlib.suppress(AssertionError):
        multiprocessing.current_process().daemon = False


def extract_batch(plugin: str, payloads: Sequence[PagePayload], wanted: Versions) -> list[ExtractionResult]:
    """The Dask task: extract a batch with the plugin of that name."""
    extraction = get_worker().plugins[plugin]
    assert isinstance(extraction, ExtractionPlugin)
    return extraction.extract(payloads, wanted)

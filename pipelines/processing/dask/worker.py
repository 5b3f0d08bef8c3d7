"""What runs on a Dask worker: a reading pool under it, so that a page's crash or time limit costs that page, as on one machine.

    client ──plugin: rules, time limit──> worker ──> ExtractionPool ──> reading process 1
           ──task: a batch of parcels──>    thread ─────┘      └──> reading process 2

A worker needs Copydesk installed, with the same code and the same libraries under the extraction as the client, and nothing of the
client's disk.
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
from db.store.page_payload import PagePayload
from pipelines.extraction.version import extraction_version, installed_code
from pipelines.processing.page_pool import ExtractionPool
from pipelines.processing.page_worker import ExtractionResult

# A client that was killed leaves its plugin behind. Reading processes that have had nothing to do for so long are ended.
IDLE_S = 60.0


class PoolStopped(Exception):
    """The worker is closing: the batch is to be read elsewhere."""


class ExtractorMismatch(Exception):
    """A worker would extract otherwise than the client: a worker that came later, with other versions."""


# The code that is installed, trafilatura's version, the version of the extraction with the other libraries under it.
Versions = tuple[str, str, str]


def installed_versions() -> Versions:
    """What this process would extract with. The rules travel.

    The version of the extraction alone would not do: a worker whose code is not quite the client's, such as a checkout in the
    middle of a change, must not write rows in the client's name.
    """
    return installed_code(), version("trafilatura"), extraction_version()


class ExtractionPlugin(WorkerPlugin):  # type: ignore[misc]
    """Holds a worker's reading pool: one reading process for each of its threads, begun with the first batch."""

    idempotent = False

    def __init__(self, name: str, sites: Sites, timeout_s: float) -> None:
        self.name = name
        self._sites, self._timeout_s = sites, timeout_s

    def setup(self, worker: Any) -> None:
        """Called by the worker, which is a copy of the client's plugin."""
        self._processes = int(worker.state.nthreads)
        self._lock = threading.Lock()
        self._pool: ExtractionPool | None = None
        self._batches = 0
        self._idle: threading.Timer | None = None
        self._closed = False
        self._maker = installed_versions()

    def teardown(self, worker: Any) -> None:
        """Called when the client is done, or the worker closes."""
        with self._lock:
            self._closed = True
            pool = self._taken_away()
        if pool is not None:
            pool.stop()

    def read(self, parcels: Sequence[PagePayload], wanted: Versions) -> list[ExtractionResult]:
        """Read a batch, its pages side by side. Raises MakerDiffers, PoolStopped."""
        if self._maker != wanted:
            raise ExtractorMismatch(f"{self._maker} instead of {wanted}")
        pool = self._begin()
        try:
            return [reading.result() for reading in [pool.submit(parcel) for parcel in parcels]]
        except CancelledError:
            raise PoolStopped("the worker is closing") from None
        finally:
            self._end()

    def _begin(self) -> ExtractionPool:
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

    def _end(self) -> None:
        with self._lock:
            self._batches -= 1
            if not self._batches and not self._closed:
                self._idle = threading.Timer(IDLE_S, self._end_idle)
                self._idle.daemon = True
                self._idle.start()

    def _end_idle(self) -> None:
        with self._lock:
            pool = None if self._batches else self._taken_away()
        if pool is not None:
            pool.stop()

    def _taken_away(self) -> ExtractionPool | None:
        pool, self._pool = self._pool, None
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        return pool


def _allow_children() -> None:
    """A worker under Dask's nanny is a daemon of it, and Python refuses children to those. Ours end with the worker anyway."""
    with contextlib.suppress(AssertionError):
        multiprocessing.current_process().daemon = False


def extract_batch(plugin: str, parcels: Sequence[PagePayload], wanted: Versions) -> list[ExtractionResult]:
    """The task."""
    readers = get_worker().plugins[plugin]
    assert isinstance(readers, ExtractionPlugin)
    return readers.read(parcels, wanted)

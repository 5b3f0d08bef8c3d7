"""Connecting to a Dask cluster: what can be wrong with it is found before the first page is sent, and said with its remedy."""

from __future__ import annotations

import logging
import socket
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from db.errors import EngineError, UsageError
from db.site_rules.loader import Sites

if TYPE_CHECKING:
    from pipelines.processing.dask.executor import DaskExecutor

# A scheduler that is there answers in milliseconds, one on another continent within a second.
CONNECT_S = 5.0
_MAKER = ("extraction code", "trafilatura", "extraction version")
EXTRA_MISSING = "a Dask cluster needs an extra: pip install 'copydesk[dask]'"


@contextmanager
def dask_executor(
    address: str, *, database: Path | None, sites: Sites, timeout_s: float, say: Callable[[str], None]
) -> Iterator[DaskExecutor]:
    """A cluster's readers for the length of a `with` block, ended at once with it. `say` is told what to wait for.

    Raises UsageError without the extra or for an address that is none, EngineError for a cluster that cannot be used.
    """
    try:
        from distributed import Client

        from pipelines.processing.dask.executor import DaskExecutor
        from pipelines.processing.dask.worker import ExtractionPlugin
    except ImportError as error:
        raise UsageError(f"{EXTRA_MISSING} ({error})") from error
    _knock(address)
    # What it has to say at ERROR is a traceback for what we say in a sentence.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False, name="copydesk")
    except (OSError, ValueError, RuntimeError) as error:
        raise EngineError(_unreachable(address, error)) from error
    name = f"copydesk-{uuid.uuid4().hex}"
    try:
        _check(client)
        client.register_plugin(ExtractionPlugin(name, sites, timeout_s))
        if not client.nthreads():
            say(f"no workers yet; start one: dask worker {address}")
        readers = DaskExecutor(client, name, database)
        try:
            yield readers
        finally:
            readers.shutdown(cancel_futures=True)
            # The cluster may be gone; the plugin then is too.
            with suppress(Exception):
                client.unregister_worker_plugin(name)
    finally:
        client.close(timeout=CONNECT_S)


def _knock(address: str) -> None:
    """Find out at once that nobody listens, for which Dask's client would try until its time is over."""
    try:
        parts = urlsplit(address)
        place = (parts.hostname, parts.port)
    except ValueError as error:
        raise UsageError(f"--scheduler: {address} is no address ({error})") from error
    if parts.scheme not in ("tcp", "tls", "ws", "wss", "ucx") or place[0] is None or place[1] is None:
        raise UsageError(f"--scheduler: {address} is no address such as tcp://127.0.0.1:8786")
    try:
        socket.create_connection((place[0], place[1]), timeout=CONNECT_S).close()
    except OSError as error:
        raise EngineError(_unreachable(address, error)) from error


def _unreachable(address: str, error: Exception) -> str:
    port = urlsplit(address).port
    return f"there is no Dask scheduler at {address} ({error}); start one: dask scheduler --port {port}"


def _check(client: Any) -> None:
    """Raises EngineError where the scheduler or a worker has no Copydesk, or would extract otherwise."""
    from pipelines.processing.dask.worker import installed_versions

    ours = installed_versions()
    try:
        found: Mapping[str, Any] = {"the scheduler": client.run_on_scheduler(installed_versions)}
    except Exception as error:  # noqa: BLE001 - whatever hinders it there
        found = {"the scheduler": error}
    for worker, theirs in (found | client.run(installed_versions, on_error="return")).items():
        where = worker if worker == "the scheduler" else f"the worker {worker}"
        if isinstance(theirs, BaseException):
            raise EngineError(
                f"{where} cannot run Copydesk ({type(theirs).__name__}: {theirs}); install the same version there: "
                f"copydesk[dask]=={ours[0].partition('+')[0]}"
            )
        if tuple(theirs) != ours:
            raise EngineError(f"{where} has {_told(theirs)}; here is {_told(ours)}; install the same versions there")


def _told(installed_versions: Iterable[str]) -> str:
    # Not strict: a worker of an earlier release says less.
    return ", ".join(f"{what} {which}" for what, which in zip(_MAKER, installed_versions, strict=False))

"""Connects to a Dask cluster, and checks it before the first page is sent, so that errors come with advice."""

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

CONNECT_S = 5.0
"""Connection timeout in seconds. A scheduler answers in milliseconds, from another continent within a second."""
_VERSION_NAMES = ("extraction code", "trafilatura", "extraction version")
EXTRA_MISSING = "a Dask cluster needs an extra: pip install 'copydesk[dask]'"


@contextmanager
def dask_executor(
    address: str, *, database: Path | None, sites: Sites, timeout_s: float, say: Callable[[str], None]
) -> Iterator[DaskExecutor]:
    """The executor of a cluster for a `with` block; ended at once after it. `say` gets a message if there is something to wait for.

    Raises UsageError without the extra or for an invalid address, EngineError for a cluster that cannot be used.
    """
    try:
        from distributed import Client

        from pipelines.processing.dask.executor import DaskExecutor
        from pipelines.processing.dask.worker import ExtractionPlugin
    except ImportError as error:
        raise UsageError(f"{EXTRA_MISSING} ({error})") from error
    _check_reachable(address)
    # It logs a traceback at ERROR for what our errors say in a sentence.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        client = Client(address, timeout=CONNECT_S, set_as_default=False, name="copydesk")
    except (OSError, ValueError, RuntimeError) as error:
        raise EngineError(_unreachable(address, error)) from error
    name = f"copydesk-{uuid.uuid4().hex}"
    try:
        _check_versions(client)
        client.register_plugin(ExtractionPlugin(name, sites, timeout_s))
        if not client.nthreads():
            say(f"no workers yet; start one: dask worker {address}")
        executor = DaskExecutor(client, name, database)
        try:
            yield executor
        finally:
            executor.shutdown(cancel_futures=True)
            # The cluster may be gone, and the plugin with it.
            with suppress(Exception):
                client.unregister_worker_plugin(name)
    finally:
        client.close(timeout=CONNECT_S)


def _check_reachable(address: str) -> None:
    """Raise at once if nothing listens there; Dask's client would retry until its timeout."""
    try:
        parts = urlsplit(address)
        place = (parts.hostname, parts.port)
    except ValueError as error:
        raise UsageError(f"--scheduler: {address} is not an address ({error})") from error
    if parts.scheme not in ("tcp", "tls", "ws", "wss", "ucx") or place[0] is None or place[1] is None:
        raise UsageError(f"--scheduler: {address} is not an address such as tcp://127.0.0.1:8786")
    try:
        socket.create_connection((place[0], place[1]), timeout=CONNECT_S).close()
    except OSError as error:
        raise EngineError(_unreachable(address, error)) from error


def _unreachable(address: str, error: Exception) -> str:
    port = urlsplit(address).port
    return f"there is no Dask scheduler at {address} ({error}); start one: dask scheduler --port {port}"


def _check_versions(client: Any) -> None:
    """Raise EngineError if the scheduler or a worker has no Copydesk, or other versions."""
    from pipelines.processing.dask.worker import installed_versions

    ours = installed_versions()
    try:
        found: Mapping[str, Any] = {"the scheduler": client.run_on_scheduler(installed_versions)}
    except Exception as error:  # noqa: BLE001 - any error there
        found = {"the scheduler": error}
    for worker, theirs in (found | client.run(installed_versions, on_error="return")).items():
        where = worker if worker == "the scheduler" else f"the worker {worker}"
        if isinstance(theirs, BaseException):
            raise EngineError(
                f"{where} cannot run Copydesk ({type(theirs).__name__}: {theirs}); install the same version there: "
                f"copydesk[dask]=={ours[0].partition('+')[0]}"
            )
        if tuple(theirs) != ours:
            raise EngineError(
                f"{where} has {_describe(theirs)}; here is {_describe(ours)}; install the same versions there"
            )


def _describe(installed_versions: Iterable[str]) -> str:
    # Not strict: a worker of an earlier release returns fewer versions.
    return ", ".join(f"{what} {which}" for what, which in zip(_VERSION_NAMES, installed_versions, strict=False))

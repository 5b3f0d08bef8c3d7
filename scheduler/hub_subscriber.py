"""The service's part in WebSub: the server that hubs call, and the process that asks them.

    beat ──> feeds that name a hub ──> rows of `subscriptions` ──> any due? ──> copydesk hubs (a process) ──> hubs
                                                                                       hubs ──> CallbackServer ──> rows
The service itself fetches nothing: what asks hubs is a process that ends when it has.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from db.config.loader import Config
from db.connection.database import write
from db.display.humanize import counted
from db.errors import CopydeskError
from db.store.websub.subscription_keys import SubscriptionKey, load_or_make_key
from db.store.websub.subscriptions import (
    Change,
    apply_changes,
    changes_for_feeds,
    changes_for_late_requests,
    changes_without_callback,
    due_requests,
)
from db.system.temporary_files import output_file
from scheduler.log import Log
from scheduler.websub.callbacks import HubCallbacks
from scheduler.websub.server import CallbackServer

PROCESS_LIMIT_S = 300.0
"""Seconds that the process may take: 200 requests to one silent hub are given up."""
PROCESS_PAUSE_S = 30.0
"""Seconds before another is started after one that failed."""


@dataclass(slots=True, kw_only=True)
class _Process:
    process: subprocess.Popen[bytes]
    out: IO[bytes]
    until: float


class HubSubscriber:
    """Subscribes to the hubs of one database's feeds while the setting `websub` is set. Not thread-safe."""

    def __init__(self, options: Sequence[str], log: Log, count: Callable[[str], None]) -> None:
        """`options` go before the command: database and settings. `count` is called with the result of each call of a hub."""
        self._options, self._log, self._count = tuple(options), log, count
        self._server: CallbackServer | None = None
        self._settings: tuple[object, ...] | None = None
        self._key: SubscriptionKey | None = None
        self._asking: _Process | None = None
        self._not_before = 0.0

    @property
    def url(self) -> str | None:
        """Where hubs are heard; None where they are not."""
        return self._server.url if self._server else None

    def apply(self, config: Config) -> None:
        """Listen as the settings say. Raises UsageError where that is not possible, and DatabaseError without a key."""
        wanted = (config.websub, config.websub_listen)
        if wanted == self._settings:
            return
        self._close_server()
        if config.websub:
            self._key = load_or_make_key(config.database)
            self._server = CallbackServer(config.websub_listen, HubCallbacks(config.database, self._key, self._count))
        self._settings = wanted

    def apply_changed(self, config: Config) -> None:
        """The same for settings that have changed: what is wrong is logged, and no hub is heard until it is mended."""
        try:
            self.apply(config)
        except CopydeskError as error:
            self._settings = None
            self._log.error("settings_wrong", f"{error}; hubs are not heard until then")

    def beat(self, conn: sqlite3.Connection, config: Config, source_ids: Collection[int], now: datetime) -> None:
        """Bring the rows up to date, and ask hubs where that is due. `source_ids`: sources that the service crawls."""
        self._poll()
        if self._key is None or self._server is None:
            self._apply(conn, changes_without_callback(conn) if not config.websub else [])
            return
        changes = changes_for_feeds(conn, self._key, config.websub, source_ids, now)
        self._apply(conn, changes + changes_for_late_requests(conn, now))
        if self._asking is None and time.monotonic() >= self._not_before and due_requests(conn, now, 1):
            self._start()

    def close(self) -> None:
        """Stop listening, and end the process that asks hubs: what it was asking is asked again."""
        self._close_server()
        if self._asking is not None:
            self._kill(self._asking)
            self._poll()

    def _apply(self, conn: sqlite3.Connection, changes: list[Change]) -> None:
        if changes:
            with write(conn):
                apply_changes(conn, changes)

    def _close_server(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = self._key = None

    def _start(self) -> None:
        out = output_file()  # closed when it is read
        try:
            process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-P", "-m", "cli.main", *self._options, "hubs"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        except OSError as error:  # no memory, pid or file handle
            out.close()
            self._not_before = time.monotonic() + PROCESS_PAUSE_S
            self._log.warning("hubs_not_asked", f"hubs cannot be asked: no process could be started: {error}")
            return
        self._asking = _Process(process=process, out=out, until=time.monotonic() + PROCESS_LIMIT_S)

    def _poll(self) -> None:
        """Note a process that has ended, and kill one that takes too long."""
        asking = self._asking
        if asking is None:
            return
        if asking.process.poll() is None:
            if time.monotonic() > asking.until:
                self._kill(asking)
            return
        self._asking = None
        with asking.out as out:
            out.seek(0)
            lines = out.read(1 << 20).decode("utf-8", "replace").strip().splitlines()
        try:
            told = json.loads(lines[-1])
            asked, refused = int(told["asked"]), dict(told["refused"])
        except (IndexError, ValueError, KeyError, TypeError):
            self._not_before = time.monotonic() + PROCESS_PAUSE_S
            self._log.warning(
                "hubs_not_asked",
                f"hubs were not asked: the process ended with {asking.process.returncode}: {lines[-1:]}",
            )
            return
        log = self._log.warning if refused else self._log.info
        said = "".join(f"; {name}: {error}" for name, error in list(refused.items())[:3])
        more = f"; and {len(refused) - 3} more" if len(refused) > 3 else ""
        log(
            "hubs_asked",
            f"hubs asked for {counted(asked, 'subscription')}, {len(refused)} refused{said}{more}",
            asked=asked,
            refused=refused,
        )

    def _kill(self, asking: _Process) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(asking.process.pid, signal.SIGKILL)
        asking.process.wait()

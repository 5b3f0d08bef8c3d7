"""A command that is killed, stopped or asked to end in the midst of its work, wherever that is on a slow or a fast machine."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from db.bodies.dictionaries import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalledAt:
    """A signal that a command sends itself `after_s` seconds after the commit at which `progress` no longer selects `before`.

    A test that looks for the change and then sends the signal comes too late where the machine has no time for it.
    """

    number: int
    progress: str
    before: list[list[object]]
    after_s: float


def signal_at(at: SignalledAt) -> None:
    """Have this process send itself the signal at that commit."""
    plain, lock = sqlite3.Connection.execute, threading.Lock()

    def execute(conn: sqlite3.Connection, sql: str, *parameters: Any) -> sqlite3.Cursor:
        done = plain(conn, sql, *parameters)
        if sql == "COMMIT" and not lock.locked():
            with suppress(sqlite3.OperationalError):  # a table that this transaction did not make yet
                if [list(row) for row in plain(conn, at.progress)] != at.before and lock.acquire(blocking=False):
                    timer = threading.Timer(at.after_s, os.kill, (os.getpid(), at.number))
                    timer.daemon = True  # where the command ends sooner, it is not signalled
                    timer.start()
                    if not at.after_s:
                        timer.join()
        return done

    Connection.execute = execute  # type: ignore[method-assign]

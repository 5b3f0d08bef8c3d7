"""The crawl processes of a service: started with their sources, stopped at their time limit, none left behind.

    start(batch) ──> copydesk batch (its own process group) ──> poll() ──> EndedCrawl: outcome and figures

Each process crawls once and ends. It reads its order from a pipe that stays open: if the service dies in any way, the pipe closes
and the process stops. Its output goes to files that are read at its end, so that it never blocks on a full pipe.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from db.system.temporary_files import output_file
from scheduler.planning.plan import DueSource

STOPS_WITHIN_S = 8.0
"""Seconds after which a process that was told to stop is killed with its worker processes. A crawl stops within 5 s of SIGTERM."""
STDERR_TAIL_CHARS = 2000
"""Characters kept of the end of a process's standard error."""
EXIT_STOPPED = 130
"""Exit code of a crawl that was stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedCrawl:
    """A crawl process that ended. `outcome`: finished, stopped or failed. `figures` is its summary, empty if it printed none.

    `limit_s`: the time limit, in seconds, if it was stopped for exceeding it. `killed`: it did not stop by itself.
    """

    names: tuple[str, ...]
    pid: int
    outcome: str
    seconds: float
    figures: dict[str, Any] = field(default_factory=dict)
    stderr_tail: str = ""
    limit_s: float | None = None
    killed: bool = False


@dataclass(slots=True, kw_only=True)
class _Crawl:
    process: subprocess.Popen[bytes]
    out: IO[bytes]
    err: IO[bytes]
    names: tuple[str, ...]
    slow: bool
    began: float
    limit_s: float
    stop_requested_at: float | None = None
    over_limit: bool = False
    killed: bool = False

    def stop(self) -> None:
        """Ask it to stop by closing its pipe; it starts no new requests and ends."""
        if self.stop_requested_at is None:
            self.stop_requested_at = time.monotonic()
            # No signal in addition: on a second one Scrapy drops everything at once.
            with contextlib.suppress(OSError):
                self.process.stdin.close()  # type: ignore[union-attr]

    def kill(self) -> None:
        """Kill its process group."""
        self.killed = True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


class CrawlProcesses:
    """The running crawl processes. Not thread-safe."""

    def __init__(self, options: Sequence[str], *, limit_s: float) -> None:
        """`options` go before the command: database and settings. `limit_s`: how long a process may run, in seconds."""
        self._options = tuple(options)
        self.limit_s = limit_s
        self.settings: str | None = None
        """The text of the settings in force. Where there is none, processes read the file themselves."""
        self._running: list[_Crawl] = []

    def __len__(self) -> int:
        return len(self._running)

    @property
    def slow(self) -> int:
        """The number of processes that crawl slow sources."""
        return sum(one.slow for one in self._running)

    @property
    def names(self) -> set[str]:
        """The names of all sources that are being crawled."""
        return {name for one in self._running for name in one.names}

    def start(self, batch: Sequence[DueSource], reason: str = "schedule") -> int:
        """Start a process for these sources and return its pid. Raises OSError if the system cannot start one."""
        names = tuple(one.source.name for one in batch)
        order = {"names": names, "reason": reason}
        return self._start(order, slow=any(due.slow for due in batch), limit_s=self.limit_s)

    def start_backfill(self, name: str, *, budget: int, limit_s: float) -> int:
        """Start a process that goes on with the back-fill of a source, for `limit_s` seconds; likewise. `budget`: most articles."""
        return self._start({"names": (name,), "reason": "schedule", "backfill": budget}, slow=False, limit_s=limit_s)

    def _start(self, order: Mapping[str, Any], *, slow: bool, limit_s: float) -> int:
        out, err = output_file(), output_file()  # closed when they are read
        process = subprocess.Popen(  # noqa: S603 - our own program
            # -P: a module `cli` in the working folder must not shadow ours.
            [sys.executable, "-P", "-m", "cli.main", *self._options, "batch"],
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        one = _Crawl(
            process=process,
            out=out,
            err=err,
            names=order["names"],
            slow=slow,
            began=time.monotonic(),
            limit_s=limit_s,
        )
        self._running.append(one)
        with contextlib.suppress(BrokenPipeError):  # it died at once; `poll` reports it
            assert process.stdin is not None
            process.stdin.write(json.dumps({**order, "settings": self.settings}).encode() + b"\n")
            process.stdin.flush()
        return process.pid

    def poll(self) -> list[EndedCrawl]:
        """The processes that ended since the last call. Stops those over their limit, and kills those that did not stop in time."""
        now = time.monotonic()
        ended = []
        for one in list(self._running):
            if one.process.poll() is not None:
                self._running.remove(one)
                ended.append(_ended(one, now))
            elif one.stop_requested_at is None and now - one.began > one.limit_s:
                one.over_limit = True
                one.stop()
            elif one.stop_requested_at is not None and now - one.stop_requested_at > STOPS_WITHIN_S:
                one.kill()
        return ended

    def stop(self) -> None:
        """Ask all processes to stop."""
        for one in self._running:
            one.stop()

    def kill(self) -> None:
        """Kill all processes."""
        for one in self._running:
            one.kill()


def _ended(one: _Crawl, now: float) -> EndedCrawl:
    code = one.process.returncode
    # Worker processes end with their parent, but one that hangs in a page would notice only after it.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(one.process.pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        one.process.stdin.close()  # type: ignore[union-attr]
    figures, stderr_tail = _summary(one.out), _tail(one.err)
    obeyed = one.stop_requested_at is not None and code in (EXIT_STOPPED, -signal.SIGTERM)
    outcome = "finished" if code == 0 else "stopped" if obeyed or code == EXIT_STOPPED else "failed"
    return EndedCrawl(
        names=one.names,
        pid=one.process.pid,
        outcome=outcome,
        seconds=now - one.began,
        figures=figures,
        stderr_tail=stderr_tail,
        limit_s=one.limit_s if one.over_limit else None,
        killed=one.killed,
    )


def _summary(file: IO[bytes]) -> dict[str, Any]:
    with file:
        file.seek(0)
        lines = file.read().decode("utf-8", "replace").strip().splitlines()
    try:
        figures = json.loads(lines[-1])
    except (IndexError, ValueError):
        return {}
    return figures if isinstance(figures, dict) else {}


def _tail(file: IO[bytes]) -> str:
    with file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 4 * STDERR_TAIL_CHARS))
        return file.read().decode("utf-8", "replace").strip()[-STDERR_TAIL_CHARS:]

"""The crawl processes of a service: started with their sources, stopped at their limit, none left behind.

    start(batch) ──> copydesk batch (a process group of its own) ──> poll() ──> Ended: how, with which figures

Each process crawls once and ends. It reads its order from a pipe that stays open: when the service dies, however it dies, the pipe
closes and the process stops. What a process says goes to a file and is read at its end, so that none waits for a reader.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, Any

from scheduler.planning.plan import DueSource

# A crawl stops within 5 s of SIGTERM. One that does not is killed, with its reading processes.
STOPS_WITHIN_S = 8.0
# Of what a process wrote to its standard error, so many last characters are kept.
STDERR_TAIL_CHARS = 2000
EXIT_STOPPED = 130


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedCrawl:
    """A crawl process that ended. `how`: finished, stopped or failed. `figures` is its summary, empty where it gave none.

    `limit_s`: it was stopped because it had run so long; `killed`: it did not stop by itself.
    """

    names: tuple[str, ...]
    pid: int
    how: str
    seconds: float
    figures: dict[str, Any] = field(default_factory=dict)
    last_words: str = ""
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
    told_to_stop: float | None = None
    over_limit: bool = False
    killed: bool = False

    def stop(self) -> None:
        """Tell it to stop: it goes on reading nothing new, and ends."""
        if self.told_to_stop is None:
            self.told_to_stop = time.monotonic()
            # Not a signal as well: a second one would have Scrapy drop everything at once.
            with contextlib.suppress(OSError):
                self.process.stdin.close()  # type: ignore[union-attr]

    def kill(self) -> None:
        """End it and all that it started."""
        self.killed = True
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


class CrawlProcesses:
    """The processes under way. Not for several threads at once."""

    def __init__(self, options: Sequence[str], *, limit_s: float) -> None:
        """`options` stand before the command: which database, which settings. `limit_s`: how long one may run."""
        self._options = tuple(options)
        self.limit_s = limit_s
        self._under_way: list[_Crawl] = []

    def __len__(self) -> int:
        return len(self._under_way)

    @property
    def slow(self) -> int:
        """How many of them crawl slow sources."""
        return sum(one.slow for one in self._under_way)

    @property
    def names(self) -> set[str]:
        """The sources that they were started with."""
        return {name for one in self._under_way for name in one.names}

    def start(self, batch: Sequence[DueSource], reason: str = "schedule") -> int:
        """Start a process for these sources; its number. Raises OSError where the system has no room for one."""
        names = tuple(one.source.name for one in batch)
        out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115 - closed when they are read
        process = subprocess.Popen(  # noqa: S603 - our own program
            # -P: a `cli` of the user's in the working folder is not ours.
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
            names=names,
            slow=any(due.slow for due in batch),
            began=time.monotonic(),
            limit_s=self.limit_s,
        )
        self._under_way.append(one)
        with contextlib.suppress(BrokenPipeError):  # it died at once; `poll` says so
            assert process.stdin is not None
            process.stdin.write(json.dumps({"names": names, "reason": reason}).encode() + b"\n")
            process.stdin.flush()
        return process.pid

    def poll(self) -> list[EndedCrawl]:
        """Those that ended since the last time; those over their limit are told to stop, those that do not are killed."""
        now = time.monotonic()
        ended = []
        for one in list(self._under_way):
            if one.process.poll() is not None:
                self._under_way.remove(one)
                ended.append(_ended(one, now))
            elif one.told_to_stop is None and now - one.began > one.limit_s:
                one.over_limit = True
                one.stop()
            elif one.told_to_stop is not None and now - one.told_to_stop > STOPS_WITHIN_S:
                one.kill()
        return ended

    def stop(self) -> None:
        """Tell all of them to stop."""
        for one in self._under_way:
            one.stop()

    def kill(self) -> None:
        """End all of them."""
        for one in self._under_way:
            one.kill()


def _ended(one: _Crawl, now: float) -> EndedCrawl:
    code = one.process.returncode
    # Its reading processes end with it by themselves; one that hangs in a page would do so only at its next breath.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(one.process.pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        one.process.stdin.close()  # type: ignore[union-attr]
    figures, words = _summary(one.out), _tail(one.err)
    told = one.told_to_stop is not None and code in (EXIT_STOPPED, -signal.SIGTERM)
    how = "finished" if code == 0 else "stopped" if told or code == EXIT_STOPPED else "failed"
    return EndedCrawl(
        names=one.names,
        pid=one.process.pid,
        how=how,
        seconds=now - one.began,
        figures=figures,
        last_words=words,
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

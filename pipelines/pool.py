"""Reading processes side by side: one page at a time each, with a time limit; a crash costs its own page alone.

    submit ──> queue ──> thread 1 ──pipe──> process 1
                    └──> thread 2 ──pipe──> process 2

Every process has a pipe of its own and shares no lock, so it may be killed at any moment, idle or reading, and the others go on.
(concurrent.futures gives up the whole pool when one process dies; pebble's processes share a lock, and one that is killed
while it waits for work holds up the rest for a minute: both seen.) Processes are forked from a server that has imported the
extraction once, and end when their pipe does.
"""

from __future__ import annotations

import multiprocessing
import queue
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from db.nouns import Reason, Rejection
from db.sites import Sites
from pipelines.reader import Reading, Task, number_of, read, sit_down

# A reading process is replaced after so many pages, which bounds what libxml2 and caches may leak.
PAGES_PER_PROCESS = 2000
# Somebody may have killed a process for another reason than its page, so a page gets a second process before it is blamed.
ATTEMPTS = 2

Done = Callable[[Reading | None], None]
"""Called once for each page, on a thread of the pool; None where the pool was stopped first: the page stays unread."""


class ReadingPool:
    """`submit` pages, get called back with a Reading each. Without a database they come as parcels."""

    def __init__(self, database: Path | None, sites: Sites, *, processes: int, timeout_s: float) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["pipelines.reader"])
        self._database, self._sites = database, sites
        self._timeout_s = timeout_s
        self._tasks: queue.SimpleQueue[tuple[Task, Done] | None] = queue.SimpleQueue()
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(processes)]
        for thread in self._threads:
            thread.start()

    def submit(self, page: Task, done: Done) -> None:
        """Have a page read."""
        self._tasks.put((page, done))

    def close(self) -> None:
        """Finish what is submitted and end the processes."""
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()

    def stop(self) -> None:
        """End the processes at once; what they were reading stays unread."""
        self._stopped.set()
        self.close()

    def _serve(self) -> None:
        reader: _Process | None = None
        while (task := self._tasks.get()) is not None:
            page, done = task
            reading = None
            for _ in range(ATTEMPTS):
                if self._stopped.is_set():
                    break
                if reader is None or reader.pages >= PAGES_PER_PROCESS:
                    if reader is not None:
                        reader.end()
                    reader = _Process(self._context, self._database, self._sites)
                reading, reader = self._read(reader, page)
                if reading is not None:
                    break
            if reading is None and not self._stopped.is_set():
                reading = _rejected(page, Reason.CRASHED, f"The process reading it ended, {ATTEMPTS} times.")
            done(reading)
        if reader is not None:
            reader.end()

    def _read(self, reader: _Process, page: Task) -> tuple[Reading | None, _Process | None]:
        """The reading, None where the process died or the pool was stopped; and the process, None where it is gone."""
        waited = 0.0
        try:
            reader.ask(page)
            while waited < self._timeout_s and not self._stopped.is_set():
                step = min(STOP_POLL_S, self._timeout_s - waited)
                if (reading := reader.answer(step)) is not None:
                    return reading, reader
                waited += step
        except (EOFError, OSError):
            reader.kill()
            return None, None
        reader.kill()
        if self._stopped.is_set():
            return None, None
        detail = f"Extraction took more than {self._timeout_s:g} s and was stopped."
        return _rejected(page, Reason.TOO_SLOW, detail), None


# How often a thread that waits for its process looks whether the pool was stopped, in seconds.
STOP_POLL_S = 0.2


class _Process:
    """One reading process and our end of its pipe."""

    def __init__(self, context: multiprocessing.context.ForkServerContext, database: Path | None, sites: Sites) -> None:
        self.pages = 0
        self._pipe, theirs = context.Pipe()
        self._process: ForkServerProcess = context.Process(
            target=_read_until_closed, args=(theirs, database, sites), daemon=True
        )
        self._process.start()
        theirs.close()

    def ask(self, page: Task) -> None:
        """Send a page. Raises OSError where the process is gone."""
        self.pages += 1
        self._pipe.send(page)

    def answer(self, wait_s: float) -> Reading | None:
        """The reading, None where there is none yet. Raises EOFError or OSError where the process is gone."""
        if not self._pipe.poll(wait_s):
            return None
        reading = self._pipe.recv()
        assert isinstance(reading, Reading)
        return reading

    def end(self) -> None:
        """Let an idle process end."""
        self._pipe.close()
        self._process.join()

    def kill(self) -> None:
        """End a process whatever it does."""
        self._process.kill()
        self.end()


def _read_until_closed(pipe: Connection, database: Path | None, sites: Sites) -> None:
    """The life of a reading process."""
    sit_down(database, sites)
    while True:
        try:
            page = pipe.recv()
            pipe.send(read(page))
        except (EOFError, OSError):
            return


def _rejected(page: Task, reason: Reason, detail: str) -> Reading:
    return Reading(page_id=number_of(page), outcome=Rejection(reason=reason, detail=detail))

"""Reading processes side by side: one page a task, each with a time limit, a crash costs its own page alone.

The pool is pebble's: it stops a process whose task is over its time and starts another, which concurrent.futures does not.
Processes are forked from a server that has imported the extraction once.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, TimeoutError
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from db.nouns import Reason, Rejection
from pipelines.reader import Reading, read, sit_down

# A reading process is replaced after so many pages, which bounds what libxml2 and caches may leak.
PAGES_PER_PROCESS = 2000


class ReadingPool:
    """`submit` page ids, get called back with a Reading each (on a thread of the pool)."""

    def __init__(self, database: Path, sites_folders: Sequence[Path], *, processes: int, timeout_s: float) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["pipelines.reader"])
        self._timeout_s = timeout_s
        self._pool = ProcessPool(
            max_workers=processes,
            max_tasks=PAGES_PER_PROCESS,
            initializer=sit_down,
            initargs=(database, tuple(sites_folders)),
            context=context,
        )

    def submit(self, page_id: int, done: Callable[[Reading | None], None], *, again: bool = True) -> None:
        """Read a page. `done` gets None where the pool ended before the page was read: it stays unread."""

        def finished(future: Future[Reading]) -> None:
            try:
                done(future.result())
            except TimeoutError:
                detail = f"Extraction took more than {self._timeout_s:g} s and was stopped."
                done(_rejected(page_id, Reason.TOO_SLOW, detail))
            except ProcessExpired as error:
                # Somebody may have killed the process for another reason than this page: it gets a second process.
                if again:
                    self.submit(page_id, done, again=False)
                else:
                    done(
                        _rejected(
                            page_id, Reason.CRASHED, f"The process reading it ended twice (exit {error.exitcode})."
                        )
                    )
            except (CancelledError, BrokenProcessPool):
                done(None)

        self._pool.schedule(read, args=(page_id,), timeout=self._timeout_s).add_done_callback(finished)

    def close(self) -> None:
        """Finish what is submitted and end the processes."""
        self._pool.close()  # type: ignore[no-untyped-call]
        self._pool.join()

    def stop(self) -> None:
        """End the processes at once; what they were reading stays unread."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


def _rejected(page_id: int, reason: Reason, detail: str) -> Reading:
    return Reading(page_id=page_id, outcome=Rejection(reason=reason, detail=detail))

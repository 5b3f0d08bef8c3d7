"""How long the event loop of a crawl is blocked while hostile and very large listings are read, and whether other sites wait.

    python -m bench.crawl.event_loop [--sites NAME ...] [--limit 12] [--stacks FILE] [--late 0.02]

Crawls the web of `tests.hostile.web` in this process. A task of the same loop wakes every 2 ms; how much later than that it wakes
is how long the loop was blocked, by its own work or by another thread that held the interpreter, or waited for a processor. How
long the latter took is told where the system says it (Linux: schedstat). Quote it beside the other lines: an idle loop before the
crawl, and the loop of an idle process during it, which is as late as this machine makes everybody. `--stacks` writes what all
threads were at whenever the loop was later than `--late` seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import faulthandler
import multiprocessing
import os
import resource
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TextIO

from crawler.crawl.session import CrawlOrder
from crawler.run import crawl
from db.config.loader import Config
from tests.hostile.web import ARTICLES, hostile_web, put_sites

TICK_S = 0.002
WORST = 8
"""How many of the latest beats are told one by one."""


@dataclass(frozen=True, slots=True, order=True)
class Beat:
    """One waking, in seconds: how much too late, of which the thread worked, and waited for a processor."""

    late: float
    worked: float
    queued: float

    def __str__(self) -> str:
        return f"{self.late * 1000:.0f} (worked {self.worked * 1000:.0f}, queued {self.queued * 1000:.0f})"


@dataclass(slots=True)
class Heartbeat:
    """Wakes every TICK_S and keeps how much later it woke. `stacks`: where all threads' stacks go if it is later than `limit_s`."""

    stacks: TextIO | None = None
    limit_s: float = 0.02
    beats: list[Beat] = field(default_factory=list)

    async def beat(self) -> None:
        """Until cancelled."""
        loop, queued = asyncio.get_running_loop(), _queued()
        while True:
            before, spent, waited = loop.time(), time.thread_time(), queued()
            if self.stacks is not None:
                # A thread of its own that needs no interpreter: it sees who holds it.
                faulthandler.dump_traceback_later(TICK_S + self.limit_s, file=self.stacks)
            await asyncio.sleep(TICK_S)
            late = max(0.0, loop.time() - before - TICK_S)
            self.beats.append(Beat(late, time.thread_time() - spent, queued() - waited))
            if self.stacks is not None:
                faulthandler.cancel_dump_traceback_later()
                if late > self.limit_s:
                    self.stacks.write(f"==== late by {self.beats[-1]} ms\n\n")
                    self.stacks.flush()

    def __str__(self) -> str:
        beats = sorted(self.beats)
        return (
            f"late by {beats[len(beats) // 2].late * 1000:.1f} ms in the median, {beats[len(beats) * 99 // 100].late * 1000:.1f} ms"
            f" at 99 of 100, {beats[-1].late * 1000:.1f} ms at most,"
            f" {max(beat.late - beat.queued for beat in beats) * 1000:.1f} ms without waiting for a processor;"
            f" processor time of the loop between two beats at most {max(beat.worked for beat in beats) * 1000:.1f} ms"
            f" ({len(beats):,} beats)"
        )

    @property
    def worst(self) -> str:
        """The latest beats, in milliseconds."""
        return ", ".join(str(beat) for beat in sorted(self.beats, reverse=True)[:WORST])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", nargs="*", default=[])
    parser.add_argument("--limit", type=int, default=ARTICLES, help="articles fetched of each site")
    parser.add_argument(
        "--stacks",
        type=Path,
        help="a file for what all threads are at when the loop is late; looking may crash the process",
    )
    parser.add_argument("--late", type=float, default=0.02, help="how late that is, in seconds")
    options = parser.parse_args()
    print(f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    print(f"idle loop before: {asyncio.run(_idle(3.0))}")
    with (
        contextlib.ExitStack() as stack,
        hostile_web(*options.sites) as homes,
        tempfile.TemporaryDirectory() as folder,
    ):
        config = prepared(Path(folder), homes)
        stacks = stack.enter_context(options.stacks.open("w", encoding="utf-8")) if options.stacks else None
        heart, tasks = Heartbeat(stacks=stacks, limit_s=options.late), []

        def opened(_: object) -> None:
            tasks.append(asyncio.get_running_loop().create_task(heart.beat()))

        began = time.monotonic()
        with _idle_beside() as idle:
            crawled = crawl(config, CrawlOrder(limit=options.limit), watch=opened)
            seconds = time.monotonic() - began
            print(f"idle beside:      {idle()}")
        print(f"crawl:            {heart}")
        print(f"  latest, in ms: {heart.worst}")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{seconds:.1f} s, peak of the crawling process {peak:.0f} MiB, load average {os.getloadavg()[0]:.1f}")
        for visit in crawled.visits:
            for note in visit.notes:
                print(f"  {visit.source.name}: {note}")
        _tell(config.database, crawled.run_id)


def prepared(folder: Path, homes: dict[str, str], **settings: object) -> Config:
    """A database with a source for each site, its listing known."""
    config = Config().with_values(
        db=str(folder / "news.db"), delay="0s", allow_networks=["127.0.0.0/8"], contact="tests", **settings
    )
    put_sites(config.database, homes)
    return config


def _tell(database: Path, run_id: int) -> None:
    conn = sqlite3.connect(database)
    rows = conn.execute(
        "SELECT s.name, count(f.id) FILTER (WHERE f.what = 'article' AND f.status = 200),"
        " (julianday(max(f.started_at)) - julianday(r.started_at)) * 86400, (SELECT count(*) FROM links WHERE source_id = s.id)"
        " FROM sources s JOIN runs r ON r.id = ? LEFT JOIN fetches f ON f.source_id = s.id AND f.run_id = r.id"
        " GROUP BY s.id ORDER BY s.id",
        (run_id,),
    )
    for name, pages, last_s, links in rows:
        print(f"  {name:28} {links:>7,} links {pages:>4} pages, the last asked for after {last_s or 0:6.1f} s")
    conn.close()


async def _idle(seconds: float) -> Heartbeat:
    heart = Heartbeat()
    task = asyncio.create_task(heart.beat())
    await asyncio.sleep(seconds)
    task.cancel()
    return heart


@contextmanager
def _idle_beside() -> Iterator[Callable[[], str]]:
    """A process that does nothing but beat; a function that ends it and says how late it was."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_beat_beside, args=(theirs,), daemon=True)
    process.start()
    theirs.close()

    def end() -> str:
        ours.send(None)
        return str(ours.recv())

    try:
        ours.recv()
        yield end
    finally:
        ours.close()
        process.join()


def _beat_beside(pipe: Connection) -> None:
    async def beat() -> Heartbeat:
        heart = Heartbeat()
        task = asyncio.create_task(heart.beat())
        pipe.send(None)
        await asyncio.to_thread(pipe.recv)
        task.cancel()
        return heart

    with contextlib.suppress(EOFError, OSError):
        pipe.send(str(asyncio.run(beat())))


def _queued() -> Callable[[], float]:
    """A function that says how long this thread has waited for a processor, in seconds; 0 where the system does not."""
    try:
        file = os.open(f"/proc/self/task/{threading.get_native_id()}/schedstat", os.O_RDONLY)
    except OSError:
        return lambda: 0.0
    # Run time, time on the run queue, slices; nanoseconds (sched-stats in the kernel's documentation).
    return lambda: int(os.pread(file, 100, 0).split()[1]) / 1e9


if __name__ == "__main__":
    main()

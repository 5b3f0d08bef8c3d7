"""How long the event loop of a crawl is blocked while hostile and very large listings are read, and whether other sites wait.

    python -m bench.crawl.event_loop [--sites NAME ...] [--limit 12]

Crawls the web of `tests.hostile.web` in this process. A task of the same loop wakes every 2 ms; how much later than that it wakes
is how long the loop was blocked, or waited for a processor: quote it beside the figures of an idle loop, which are printed first.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sqlite3
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from crawler.crawl.session import CrawlOrder
from crawler.run import crawl
from db.config.loader import Config
from tests.hostile.web import ARTICLES, hostile_web, put_sites

TICK_S = 0.002


@dataclass(slots=True)
class Heartbeat:
    """Wakes every TICK_S and keeps how much later it woke, in seconds."""

    late: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    async def beat(self) -> None:
        """Until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            before, spent = loop.time(), time.thread_time()
            await asyncio.sleep(TICK_S)
            self.late.append(max(0.0, loop.time() - before - TICK_S))
            self.cpu.append(time.thread_time() - spent)

    def __str__(self) -> str:
        late, cpu = sorted(self.late), sorted(self.cpu)
        return (
            f"late by {late[len(late) // 2] * 1000:.1f} ms in the median, {late[len(late) * 99 // 100] * 1000:.1f} ms at 99 of 100,"
            f" {late[-1] * 1000:.1f} ms at most; processor time of the loop between two beats at most {cpu[-1] * 1000:.1f} ms"
            f" ({len(late):,} beats)"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", nargs="*", default=[])
    parser.add_argument("--limit", type=int, default=ARTICLES, help="articles fetched of each site")
    options = parser.parse_args()
    print(f"idle loop: {asyncio.run(_idle())}")
    with hostile_web(*options.sites) as homes, tempfile.TemporaryDirectory() as folder:
        config = prepared(Path(folder), homes)
        heart, tasks = Heartbeat(), []

        def opened(_: object) -> None:
            tasks.append(asyncio.get_running_loop().create_task(heart.beat()))

        began = time.monotonic()
        crawled = crawl(config, CrawlOrder(limit=options.limit), watch=opened)
        seconds = time.monotonic() - began
        print(f"crawl:     {heart}")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{seconds:.1f} s, peak of the crawling process {peak:.0f} MiB")
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


async def _idle() -> Heartbeat:
    heart = Heartbeat()
    task = asyncio.create_task(heart.beat())
    await asyncio.sleep(3)
    task.cancel()
    return heart


if __name__ == "__main__":
    main()

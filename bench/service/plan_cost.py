"""What the service's plan costs with many sources, and how late it makes their crawls, with a simulated clock and simulated crawls.

    python -m bench.service.plan_cost [--sources 5000] [--every 30m] [--cadences 2]

The database is a real one in which each source has as many crawls as the plan reads, and the plan is the service's own: each
simulated second it reads what has changed, works out what is due and starts batches. A crawl is simulated by the rows of its source
runs, begun at once and ended after `CRAWL_S`. CPU is that of the plan alone, by simulated time; what crawls cost and how long they
take is `bench.service.service_load`.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path

from db.config.loader import Config
from db.connection.database import open_database, write
from db.store.crawl import facts
from db.store.crawl.source_runs import begin_source_runs, end_source_run
from db.store.sites.sources import add_source
from db.timestamps import format_timestamp
from scheduler.planning.plan import batches
from scheduler.planning.run_histories import RUNS_KEPT
from scheduler.planning.source_states import SourceStates

CRAWL_S = 5
"""A crawl process of 33 sources takes 4 to 5 s (docs/measurements.md)."""
_UNITS = {"s": 1, "m": 60, "h": 3600}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=5000)
    parser.add_argument("--every", default="30m")
    parser.add_argument(
        "--cadences", type=float, default=2.0, help="how long to simulate after each source had a crawl"
    )
    options = parser.parse_args()
    every_s = int(options.every[:-1]) * _UNITS[options.every[-1]]
    with tempfile.TemporaryDirectory() as folder:
        simulate(Path(folder) / "news.db", options.sources, options.every, every_s, options.cadences)


def simulate(path: Path, number: int, every: str, every_s: int, cadences: float) -> None:
    """Simulate and print."""
    config = Config().with_values(db=str(path), every=every)
    conn = open_database(path, create=True).conn
    start = datetime(2026, 11, 1, tzinfo=UTC)
    with write(conn):
        added = start - timedelta(days=1)
        for n in range(number):
            add_source(conn, name=f"s{n}.example", url=f"http://s{n}.example/", settings={}, at=added)
        for cadence in range(RUNS_KEPT, 0, -1):
            first = start - timedelta(seconds=every_s * cadence)
            run = facts.begin_run(conn, "crawl", 1, first, "schedule")
            # Each at its own second of the cadence.
            times = [first + timedelta(seconds=every_s * n / number) for n in range(number)]
            conn.executemany(
                "INSERT INTO source_runs (run_id, source_id, started_at, ended_at, ended) VALUES (?, ?, ?, ?, 'finished')",
                [
                    (run, n + 1, format_timestamp(at), format_timestamp(at + timedelta(seconds=CRAWL_S)))
                    for n, at in enumerate(times)
                ],
            )
    states, spent, ticks = SourceStates(config), 0.0, int(cadences * every_s)
    under_way: deque[tuple[datetime, int, list[int]]] = deque()
    last: dict[int, datetime] = {}
    gaps: list[float] = []
    slowest, crawls = 0.0, 0
    for second in range(ticks):
        now = start + timedelta(seconds=second)
        with write(conn):
            while under_way and under_way[0][0] <= now:
                _, run, ids = under_way.popleft()
                for source in ids:
                    end_source_run(conn, run, source, ended="finished", at=now)
        began = time.thread_time()
        states.refresh(conn, now)
        busy = {source for _, _, ids in under_way for source in ids}
        waiting = [one for one in states.due(now) if one.source.id not in busy]
        free = config.crawls_at_once - len(under_way)
        started = batches(waiting, now, free=free, slow_free=free, size=config.sources_a_crawl)
        took = time.thread_time() - began
        if second:  # the first tick reads everything
            spent, slowest = spent + took, max(slowest, took)
        for batch in started:
            ids = [one.source.id for one in batch]
            with write(conn):
                run = facts.begin_run(conn, "crawl", 1, now, "schedule")
                begin_source_runs(conn, run, ids, now)
            under_way.append((now + timedelta(seconds=CRAWL_S), run, ids))
            crawls += 1
            for source in ids:
                if source in last:
                    gaps.append((now - last[source]).total_seconds())
                last[source] = now
    conn.close()
    gaps.sort()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    waits = f"between two crawls at most {gaps[-1] / every_s:.2f} cadences" if gaps else "no source had two crawls"
    print(
        f"{number:,} sources every {every}, {ticks:,} s: plan {spent / ticks * 100:.2f} % of a core,"
        f" slowest tick {slowest * 1000:.0f} ms, {crawls} crawls; {waits}; peak of the process {peak:.0f} MiB"
    )


if __name__ == "__main__":
    main()

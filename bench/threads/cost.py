"""What keeping threads costs: milliseconds an article and bytes an article, as the archive grows.

.venv/bin/python -m bench.threads.cost 10000 100000
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bench.threads.archive import STEP, new_archive, store
from bench.threads.quality import known
from bench.threads.stream import generate
from db.connection.database import write
from db.queries.threads import ThreadFilter, biggest_threads
from db.store.dedup.threads import TABLES, any_unthreaded, count_unthreaded
from pipelines.threads.keep import keep_threads

_PER_EVENT = 8.7
_PER_DAY = 1000
_SOURCES = 500


def measure(articles: int) -> None:
    """Store so many articles, 1,000 a day of 500 sources, and place them."""
    stream = generate(7, round(articles / _PER_EVENT), days=max(14, articles // _PER_DAY), sources=_SOURCES)
    with tempfile.TemporaryDirectory() as folder:
        conn = new_archive(Path(folder) / "threads.db", _SOURCES)
        store(conn, known(stream))
        steps = []
        while any_unthreaded(conn):
            waiting = count_unthreaded(conn)
            began, cpu = time.perf_counter(), time.process_time()
            with write(conn):
                keep_threads(conn, STEP)
            took = time.perf_counter() - began, time.process_time() - cpu
            steps.append((*took, waiting - count_unthreaded(conn)))
        last = steps[-21:-1]
        every, late = (sum(cpu for _, cpu, _ in some) / sum(n for *_, n in some) * 1000 for some in (steps, last))
        print(
            f"{len(stream):,} articles: {every:.2f} ms CPU an article, the last {sum(n for *_, n in last):,}: {late:.2f} ms;",
            end=" ",
        )
        print(f"longest step {max(wall for wall, *_ in steps):.2f} s")
        sizes = {}
        for table in TABLES:
            names = [
                table,
                *(
                    name
                    for (name,) in conn.execute(
                        "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ?", (table,)
                    )
                ),
            ]
            sizes[table] = sum(
                conn.execute("SELECT sum(pgsize) FROM dbstat WHERE name = ?", (name,)).fetchone()[0] or 0
                for name in names
            )
        print("  bytes an article:", ", ".join(f"{table} {size / len(stream):.0f}" for table, size in sizes.items()))
        lasting = sizes["threads"] + sizes["thread_articles"]
        print(f"  together {sum(sizes.values()) / len(stream):.0f}; kept for good {lasting / len(stream):.0f}")
        first, end = stream[0].at, stream[-1].at
        for name, since in (("seven days", first + timedelta(days=7)), ("all days", first)):
            until = end if since == first else since + timedelta(days=7)
            began = time.perf_counter()
            found = biggest_threads(conn, ThreadFilter(since=since, until=until), 50)
            ms = (time.perf_counter() - began) * 1000
            print(f"  biggest threads of {name}: {ms:.0f} ms, the first has {found[0].inside} articles")
        conn.close()
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    for number in sys.argv[1:] or ("10000", "100000"):
        measure(int(number))

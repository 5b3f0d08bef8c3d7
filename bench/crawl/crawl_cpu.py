"""What the crawling process itself spends on a request: CPU by thread, besides extraction, which other processes do.

    http_proxy=http://127.0.0.1:8899 python -m bench.crawl.crawl_cpu PREPARED.db [--rounds 3] [--profile FILE]

PREPARED.db has the sources of a web on loopback (`copydesk sources import SITES.txt --delay 0s`); each round crawls a copy of it,
in a fresh process. A request is a row of `fetches`. The CPU time of a round is that of the process from its start, so imports and
start-up count, but without that of the thread that measures; it is divided by the requests. `--profile` writes what cProfile saw of
the event loop. Linux only (/proc).
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from bench.cpu import TICKS
from crawler.crawl.session import CrawlOrder
from crawler.run import crawl
from db.config.loader import Config

SAMPLE_S = 0.05


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prepared", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", type=Path)
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once:
        print(json.dumps(measure(options.prepared, options.profile)))
        return
    rounds = []
    for number in range(1, options.rounds + 1):
        with tempfile.TemporaryDirectory() as folder:
            database = Path(folder) / "news.db"
            shutil.copy(options.prepared, database)
            command = [sys.executable, "-m", "bench.crawl.crawl_cpu", str(database), "--once"]
            command += ["--profile", str(options.profile)] if options.profile else []
            found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
        rounds.append(found["cpu_s"] / found["requests"] * 1000)
        threads = ", ".join(f"{name} {seconds:.1f}" for name, seconds in found["threads"].items())
        print(
            f"round {number}: {found['requests']:,} requests, {found['pages']:,} pages settled in {found['seconds']:.1f} s;"
            f" crawling process {found['cpu_s']:.1f} s of CPU, {rounds[-1]:.2f} ms a request"
            f" (before the spider {found['start_s']:.2f} s; by thread: {threads})",
            flush=True,
        )
    print(f"median {statistics.median(rounds):.2f} ms a request over {len(rounds)} rounds")


def measure(database: Path, profile: Path | None) -> dict[str, object]:
    """Crawl once in this process."""
    config = Config().with_values(db=str(database), contact="tests")
    threads, start = ThreadTimes(), 0.0

    def opened(_: object) -> None:
        nonlocal start
        start = time.process_time()

    began, profiler = time.monotonic(), cProfile.Profile() if profile else None
    threads.start()
    if profiler is not None:
        profiler.enable()
    crawl(config, CrawlOrder(), watch=opened)
    if profiler is not None and profile is not None:
        profiler.disable()
        profiler.dump_stats(profile)
    seconds = time.monotonic() - began
    by_thread = threads.end()
    conn = sqlite3.connect(database)
    requests = conn.execute("SELECT count(*) FROM fetches WHERE run_id = (SELECT max(id) FROM runs)").fetchone()[0]
    pages = conn.execute("SELECT count(*) FROM outcomes").fetchone()[0]
    conn.close()
    own = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "requests": requests,
        "pages": pages,
        "seconds": seconds,
        "cpu_s": own.ru_utime + own.ru_stime - by_thread.pop("sampler", 0.0),
        "start_s": start,
        "threads": by_thread,
    }


class ThreadTimes(threading.Thread):
    """CPU seconds of this process's threads by name, sampled: a thread that has ended counts with its last sample."""

    def __init__(self) -> None:
        super().__init__(name="sampler", daemon=True)
        self._ended = threading.Event()
        self._seen: dict[int, tuple[str, float]] = {}

    def run(self) -> None:
        """Sample until `end`."""
        while not self._ended.wait(SAMPLE_S):
            self._look()

    def end(self) -> dict[str, float]:
        """The sums by name, largest first."""
        self._ended.set()
        self._look()
        sums: dict[str, float] = {}
        for name, seconds in self._seen.values():
            kind = name.split("_")[0].split("-")[0]
            sums[kind] = sums.get(kind, 0.0) + seconds
        return dict(sorted(sums.items(), key=lambda item: -item[1]))

    def _look(self) -> None:
        for thread in threading.enumerate():
            native = thread.native_id
            if native is None:
                continue
            try:
                fields = Path(f"/proc/{os.getpid()}/task/{native}/stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            self._seen[native] = (thread.name, (int(fields[11]) + int(fields[12])) / TICKS)


if __name__ == "__main__":
    main()

"""What the service costs with many sources: its own CPU and memory, and whether every source is crawled on time. Linux only.

    python -m bench.service.service_load [--sources 1000] [--every 15m] [--minutes 30] [--warm-up 10] [--articles-a-day 50]
        [--listed 20]

Starts `bench.crawl.wide_web`, adds its sites, starts `copydesk run` with the default politeness, waits until each source was
crawled for the first time (so many minutes of warm-up at most), then measures: the service process's CPU time and peak memory
(/proc), the CPU of its crawls, the largest sum of memory of all its processes, how late each crawl began by the grid of its source,
how long each source waited between two crawls that were both on the grid, and how long after publication an article was fetched.
A source that is due and was not crawled by the end counts with what it has waited until then. How idle the processors were says
whether the machine, or something else on it, made crawls late.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from bench.cpu import TICKS, Cpu, cpu_seconds
from scheduler.planning.cadence import FixedInterval, phase_of
from tests.support.processes import descendants

SECONDS = {"s": 1, "m": 60, "h": 3600}
_POLL_S = 0.5
_MEMORY_EACH = 20
"""Adding up the memory of all processes takes a while: at one poll in so many."""


def memory_mib(pid: int, name: str = "VmHWM") -> float:
    """Peak resident memory of one process, or another of its figures."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0


def whole_memory_mib(pid: int) -> float:
    """Memory of a process and all below it, shared pages divided among them (Pss)."""
    total = 0.0
    for one in (pid, *sorted(descendants(pid))):
        try:
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")) / 1024
    return total


def idle_seconds() -> float:
    """What all processors together have been idle since the machine started."""
    fields = Path("/proc/stat").read_text().splitlines()[0].split()
    return (int(fields[4]) + int(fields[5])) / TICKS


def stats(port: int) -> dict[str, float]:
    """What the web says of its articles."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/stats", timeout=30) as answer:
        return dict(json.load(answer))


def not_yet_crawled(database: Path) -> int:
    """How many sources have not ended their first crawl."""
    conn = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    ended = "SELECT count(DISTINCT source_id) FROM source_runs WHERE ended IS NOT NULL"
    left = conn.execute(f"SELECT (SELECT count(*) FROM sources) - ({ended})").fetchone()[0]
    conn.close()
    return int(left)


def crawl_times(conn: sqlite3.Connection) -> Iterator[tuple[str, list[float]]]:
    """Each source with when its crawls began (Unix seconds)."""
    for source_id, name in conn.execute("SELECT id, name FROM sources").fetchall():
        rows = conn.execute("SELECT started_at FROM source_runs WHERE source_id = ? ORDER BY id", (source_id,))
        yield name, [datetime.fromisoformat(at).timestamp() for (at,) in rows]


def spread(values: list[float]) -> str:
    """Median, 95 % and the longest."""
    values = sorted(values) or [0.0]
    return (
        f"median {values[len(values) // 2]:.0f}, 95 % {values[int(len(values) * 0.95)]:.0f}, longest {values[-1]:.0f}"
    )


def report(database: Path, since: float, until: float, every_s: float) -> None:
    """What the rows say of the measured time."""
    conn = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    late: list[float] = []
    gaps: list[float] = []
    runs = waiting = 0
    for name, times in crawl_times(conn):
        grid = FixedInterval(seconds=every_s, phase=phase_of(name))
        runs += sum(at >= since for at in times)
        due = [grid.after(datetime.fromtimestamp(at, UTC)).timestamp() for at in times]
        late += [max(0.0, at - when) for at, when in zip(times[1:], due, strict=False) if at >= since]
        # The first step onto the grid takes up to 1.5 intervals.
        gaps += [at - before for before, at in pairwise(times[1:]) if at >= since]
        if due and due[-1] < until:
            waiting += 1
            late.append(until - due[-1])
            gaps += [until - times[-1]] if len(times) > 1 else []
    print(f"crawls of a source: {runs}, and {waiting} due at the end; begun after they were due, s: {spread(late)}")
    beyond = sum(gap > 1.2 * every_s for gap in gaps)
    print(f"between two crawls on the grid, s: {spread(gaps)}; over 1.2 intervals: {beyond} of {len(gaps)}")
    ended = dict(conn.execute("SELECT ended, count(*) FROM runs GROUP BY 1").fetchall())
    pages = conn.execute("SELECT count(*) FROM pages").fetchone()[0]
    print(f"runs: {ended}; pages {pages}; unread {conn.execute('SELECT count(*) FROM unread').fetchone()[0]}")
    conn.close()


def measure(service: int, web: int, minutes: float) -> tuple[float, float]:
    """Watch the processes for so long and print what they took; returns from when until when."""
    began, idle, polls, wide = time.time(), idle_seconds(), 0, 0.0
    own, hosts, crawls = cpu_seconds(service), cpu_seconds(web), Cpu(service)
    while time.time() < began + minutes * 60:
        if polls % _MEMORY_EACH == 0:
            wide = max(wide, whole_memory_mib(service))
        crawls.poll()
        polls += 1
        time.sleep(_POLL_S)
    until = time.time()
    seconds = until - began
    own, hosts = cpu_seconds(service) - own, cpu_seconds(web) - hosts
    print(f"service process: {own / seconds:.2%} of one core, peak memory {memory_mib(service):.0f} MiB")
    print(f"its crawls: {(crawls.spent - own) / seconds:.1%} of one core; the web that they ask: {hosts / seconds:.1%}")
    idle = (idle_seconds() - idle) / seconds
    print(f"idle: {idle:.2f} of {os.cpu_count()} cores; load {os.getloadavg()[2]:.1f} over the last 15 minutes")
    print(f"all its processes together: at most {wide:.0f} MiB", flush=True)
    return began, until


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--every", default="15m")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--warm-up", type=float, default=10.0)
    parser.add_argument("--articles-a-day", type=float, default=50.0)
    parser.add_argument("--listed", type=int, default=20, help="articles of each site at the start")
    parser.add_argument("--port", type=int, default=8890)
    options = parser.parse_args()
    every_s = float(options.every[:-1]) * SECONDS[options.every[-1]]
    hours = (options.minutes + options.warm_up) / 60 + 0.5
    of_web = {"--hosts": options.sources, "--port": options.port, "--hours": hours, "--listed": options.listed}
    of_web["--articles-a-day"] = options.articles_a_day
    web = subprocess.Popen(
        [sys.executable, "-m", "bench.crawl.wide_web", *(str(word) for pair in of_web.items() for word in pair)],
        stdout=subprocess.PIPE,
    )
    assert web.stdout is not None
    web.stdout.readline()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "copydesk.toml").write_text(f'every = "{options.every}"\nlisten = ""\n')
        (folder / "sites.txt").write_text("".join(f"http://site{n}.example/\n" for n in range(options.sources)))
        env = {**os.environ, "http_proxy": f"http://127.0.0.1:{options.port}", "PYTHONPATH": str(Path.cwd())}
        copydesk = [sys.executable, "-m", "cli.main"]
        subprocess.run([*copydesk, "sources", "import", "sites.txt", "--no-discovery"], cwd=folder, env=env, check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
        log = (folder / "log").open("wb")
        service = subprocess.Popen([*copydesk, "run"], cwd=folder, env=env, stderr=log)
        try:
            began, left = time.time(), options.sources
            while time.time() < began + options.warm_up * 60 and (left := not_yet_crawled(folder / "news.db")):
                time.sleep(10)
            took = (time.time() - began) / 60
            print(f"warm-up: {took:.1f} minutes; {left} sources without a first crawl", flush=True)
            report(folder / "news.db", *measure(service.pid, web.pid, options.minutes), every_s)
            print(f"articles: {stats(options.port)} (delays in seconds from publication to the first request)")
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait(20)
            web.terminate()
            web.wait()


if __name__ == "__main__":
    main()

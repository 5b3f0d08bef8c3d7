"""What the service costs with many sources: its own CPU and memory, and whether every source is crawled on time. Linux only.

    python -m bench.service.service_load [--sources 1000] [--every 15m] [--minutes 30] [--warm-up 10] [--articles-a-day 50]

Starts `bench.crawl.wide_web`, adds its sites, starts `copydesk run` with the default politeness, lets it come to rest for the
minutes of the warm-up (a thousand new sources are crawled for the first time), then measures: the service process's CPU time and
peak memory (/proc), the largest sum of memory of all its processes, how long each source waited between two crawls, how late the
crawls were, and how long after publication an article was fetched.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from datetime import datetime
from pathlib import Path

from bench.cpu import cpu_seconds
from tests.processes import descendants

SECONDS = {"s": 1, "m": 60, "h": 3600}


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


def stats(port: int) -> dict[str, float]:
    """What the web says of its articles."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/stats", timeout=30) as answer:
        return dict(json.load(answer))


def report(database: Path, since: float, every_s: float) -> None:
    """What the rows say of the measured time."""
    conn = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    gaps: list[float] = []
    last: dict[int, float] = {}
    runs = 0
    for source_id, text in conn.execute("SELECT source_id, started_at FROM source_runs ORDER BY id"):
        at = datetime.fromisoformat(text).timestamp()
        if source_id in last and at >= since:
            gaps.append(at - last[source_id])
        last[source_id] = at
        runs += at >= since
    gaps.sort()
    late = sum(gap > 1.5 * every_s for gap in gaps)
    print(f"crawls of a source: {runs}; between two of them, seconds: median {statistics.median(gaps):.0f},")
    print(
        f"  95 % {gaps[int(len(gaps) * 0.95)]:.0f}, longest {gaps[-1]:.0f}; later than 1.5 cadences: {late} of {len(gaps)}"
    )
    ended = dict(conn.execute("SELECT ended, count(*) FROM runs GROUP BY 1").fetchall())
    pages = conn.execute("SELECT count(*) FROM pages").fetchone()[0]
    print(f"runs: {ended}; pages {pages}; unread {conn.execute('SELECT count(*) FROM unread').fetchone()[0]}")
    conn.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--every", default="15m")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--warm-up", type=float, default=10.0)
    parser.add_argument("--articles-a-day", type=float, default=50.0)
    parser.add_argument("--port", type=int, default=8890)
    options = parser.parse_args()
    every_s = float(options.every[:-1]) * SECONDS[options.every[-1]]
    hours = (options.minutes + options.warm_up) / 60 + 0.5
    web = subprocess.Popen(
        [
            *(
                sys.executable,
                "-m",
                "bench.crawl.wide_web",
                "--hosts",
                str(options.sources),
                "--port",
                str(options.port),
            ),
            *("--articles-a-day", str(options.articles_a_day), "--hours", str(hours)),
        ],
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
            time.sleep(options.warm_up * 60)
            began, cpu, wide = time.time(), cpu_seconds(service.pid), 0.0
            while time.time() < began + options.minutes * 60:
                wide = max(wide, whole_memory_mib(service.pid))
                time.sleep(10)
            seconds = time.time() - began
            share = (cpu_seconds(service.pid) - cpu) / seconds
            print(f"service process: {share:.2%} of one core, peak memory {memory_mib(service.pid):.0f} MiB")
            print(f"all its processes together: at most {wide:.0f} MiB")
            report(folder / "news.db", began, every_s)
            print(f"articles: {stats(options.port)} (delays in seconds from publication to the first request)")
        finally:
            service.send_signal(signal.SIGTERM)
            service.wait(20)
            web.terminate()
            web.wait()


if __name__ == "__main__":
    main()

"""The service for half an hour on a replayed web: what is published and corrected meanwhile, pace, memory. Linux only.

    python -m bench.service.service_soak --proxy http://127.0.0.1:8899 [--every 60s] [--minutes 30] [--edits 10] [--between 120]

The proxy must be a replayed web that answers /sites, /urls, /publish, /edit?n=N and /stats (the demo web has no /edit). All its
sites are sources with the default politeness; articles are visited again at each crawl (`revisit = ["0s"]`). Every so many
seconds some articles are corrected, and half-way what is hidden is published. Printed: how long after it each correction and
each new article was fetched, in cadences; the shortest gap between two requests to a host and the most at once; memory of the
service and of all its processes in the first and last five minutes after a warm-up of two cadences.
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
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench.cpu import cpu_seconds
from bench.service.service_load import SECONDS, memory_mib, whole_memory_mib
from pipelines.urls import link_key

WINDOW_S = 300.0


def ask(proxy: str, path: str) -> str:
    """What the web's own address answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(proxy + path, timeout=60) as answer:
        return str(answer.read().decode())


def delays(database: Path, changes: list[tuple[float, str]]) -> tuple[list[float], int]:
    """Seconds from each change to the first page of that address fetched after it, and how many had none."""
    conn = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    found: list[float] = []
    for at, url in changes:
        since = datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        row = conn.execute(
            "SELECT p.fetched_at FROM links l JOIN pages p ON p.link_id = l.id WHERE l.key = ? AND p.fetched_at >= ?"
            " ORDER BY p.id LIMIT 1",
            (link_key(url), since),
        ).fetchone()
        if row:
            found.append(datetime.fromisoformat(row[0]).timestamp() - at)
    conn.close()
    return sorted(found), len(changes) - len(found)


def say(what: str, seconds: list[float], missed: int, every_s: float) -> None:
    """One line of delays, in cadences."""
    if not seconds:
        print(f"{what}: none of {missed} fetched")
        return
    shares = [one / every_s for one in seconds]
    within = sum(one <= 1 for one in shares)
    print(
        f"{what}: {len(seconds)} fetched, {missed} not; in cadences: median {statistics.median(shares):.2f},"
        f" longest {shares[-1]:.2f}; within one: {within}"
    )


@dataclass(slots=True, kw_only=True)
class Watched:
    """What was seen while the service was up: changes as (when, address), memory as (when, service MiB, all processes MiB)."""

    began: float
    edits: list[tuple[float, str]] = field(default_factory=list)
    fresh: list[tuple[float, str]] = field(default_factory=list)
    memory: list[tuple[float, float, float]] = field(default_factory=list)
    cpu_share: float = 0.0
    peak: float = 0.0


def watch(pid: int, options: argparse.Namespace, every_s: float) -> Watched:
    """Correct, publish and measure until the time is over."""
    seen = Watched(began=time.time())
    edited, cpu, end = seen.began, cpu_seconds(pid), seen.began + options.minutes * 60
    while (now := time.time()) < end:
        seen.memory.append((now, memory_mib(pid, "VmRSS"), whole_memory_mib(pid)))
        if now - edited > options.between and now < end - 3 * every_s:
            edited = now
            seen.edits += [(now, url) for url in ask(options.proxy, f"/edit?n={options.edits}").split()]
        if not seen.fresh and now - seen.began > options.minutes * 30:
            before = set(ask(options.proxy, "/urls").split())
            ask(options.proxy, "/publish")
            seen.fresh = [(now, url) for url in set(ask(options.proxy, "/urls").split()) - before]
        time.sleep(5)
    seen.cpu_share = (cpu_seconds(pid) - cpu) / (time.time() - seen.began)
    seen.peak = memory_mib(pid)
    return seen


def report(seen: Watched, options: argparse.Namespace, every_s: float, database: Path) -> None:
    """Print what it came to."""
    print(f"service: {seen.cpu_share:.2%} of a core, peak memory {seen.peak:.0f} MiB")
    # Addresses of raw Chinese cannot be asked for as they stand: no client sends them so.
    say("corrections", *delays(database, [one for one in seen.edits if one[1].isascii()]), every_s)
    say("published", *delays(database, [one for one in seen.fresh if one[1].isascii()]), every_s)
    first = [one for one in seen.memory if 2 * every_s <= one[0] - seen.began < 2 * every_s + WINDOW_S]
    last = [one for one in seen.memory if one[0] - seen.began > options.minutes * 60 - WINDOW_S]
    for number, what in ((1, "service"), (2, "all processes")):
        begin, finish = (statistics.mean(one[number] for one in part) for part in (first, last))
        print(f"memory of {what}: {begin:.1f} MiB in the first, {finish:.1f} in the last 5 min: {finish / begin:.3f}")
    stats = json.loads(ask(options.proxy, "/stats"))
    hosts = stats.pop("hosts").values()
    gaps = [host.get("shortest_gap_s", host.get("shortest_gap")) for host in hosts]
    print(f"{stats}; most at once {max(host['most_at_once'] for host in hosts)},", end=" ")
    print(f"shortest gap {min(gap for gap in gaps if gap)} s at {len(gaps)} hosts")
    conn = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    print(f"runs: {dict(conn.execute('SELECT ended, count(*) FROM runs GROUP BY 1').fetchall())}")
    conn.close()


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--proxy", required=True)
    parser.add_argument("--every", default="60s")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--edits", type=int, default=10)
    parser.add_argument("--between", type=float, default=120.0, help="seconds between corrections")
    parser.add_argument("--keep", type=Path, help="a folder for the database and the log")
    options = parser.parse_args()
    every_s = float(options.every[:-1]) * SECONDS[options.every[-1]]
    with tempfile.TemporaryDirectory() as name:
        folder = options.keep or Path(name)
        config = f'every = "{options.every}"\nlisten = ""\nrevisit = ["0s"]\nlog_format = "json"\n'
        (folder / "copydesk.toml").write_text(config)
        (folder / "sites.txt").write_text(ask(options.proxy, "/sites"))
        env = {**os.environ, "http_proxy": options.proxy, "PYTHONPATH": str(Path.cwd())}
        copydesk = [sys.executable, "-m", "cli.main"]
        importing = [*copydesk, "sources", "import", "sites.txt"]
        subprocess.run(importing, cwd=folder, env=env, check=False, stdout=subprocess.DEVNULL)
        subprocess.run([*copydesk, "crawl", "-q"], cwd=folder, env=env, check=True)
        ask(options.proxy, "/reset")
        with (folder / "log").open("wb") as log:
            service = subprocess.Popen([*copydesk, "run"], cwd=folder, env=env, stderr=log)
            try:
                seen = watch(service.pid, options, every_s)
            finally:
                stopping = time.time()
                service.send_signal(signal.SIGTERM)
                service.wait(20)
        print(f"stopped in {time.time() - stopping:.1f} s")
        report(seen, options, every_s, folder / "news.db")


if __name__ == "__main__":
    main()

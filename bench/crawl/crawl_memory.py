"""Peak memory of a long crawl: the crawling process and each reading process, after 2,000 fetched pages and at the end.

    python -m bench.crawl.crawl_memory --proxy http://127.0.0.1:8899 --sites SITES.txt [--pages 20000]

The web behind the proxy must have that many articles (a replayed web can serve each at many addresses). Flat means: the peak
after all pages is within 20 % of that after the first 2,000. Linux only (/proc).
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
COPYDESK = (sys.executable, "-m", "cli.main")
EARLY = 2000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--proxy", required=True)
    parser.add_argument("--sites", required=True, type=Path)
    parser.add_argument("--pages", type=int, default=20000)
    options = parser.parse_args()
    env = os.environ | {"http_proxy": options.proxy, "PYTHONPATH": str(HERE.parents[1])}
    with tempfile.TemporaryDirectory() as folder:
        base = (*COPYDESK, "--db", str(Path(folder) / "news.db"))
        subprocess.run(
            [*base, "sources", "import", str(options.sites.resolve()), "--delay", "0s", "--no-discovery"],
            env=env,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        crawling = subprocess.Popen([*base, "crawl", "--limit", "0"], env=env, cwd=folder)
        watch(crawling, Path(folder) / "news.db", options.pages)


def watch(crawling: subprocess.Popen[bytes], database: Path, enough: int) -> None:
    """Print the peaks when `EARLY` pages are fetched, at every 2,000 further, and at the end."""
    peaks: dict[str, float] = {}
    early: dict[str, float] = {}
    next_mark, began = EARLY, time.monotonic()
    while crawling.poll() is None:
        for role, mib in resident(crawling.pid).items():
            peaks[role] = max(peaks.get(role, 0.0), mib)
        pages = fetched(database)
        if pages >= next_mark:
            early = early or dict(peaks)
            print(f"{pages:6} pages, {time.monotonic() - began:5.0f} s: {shown(peaks)}", flush=True)
            next_mark += EARLY
        if pages >= enough:
            crawling.terminate()
        time.sleep(0.25)
    print(f"end: {shown(peaks)}; growth since {EARLY}: " + shown({k: peaks[k] / v for k, v in early.items()}, "x"))


def resident(pid: int) -> dict[str, float]:
    """Resident MiB of the crawling process and of the largest of its reading processes."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except (OSError, IndexError):
                continue
    below = {pid}
    while more := {child for child, parent in parents.items() if parent in below} - below:
        below |= more
    sizes = {one: rss(one) for one in below}
    return {"crawler": sizes.pop(pid), "reader": max(sizes.values(), default=0.0)}


def rss(pid: int) -> float:
    """Resident MiB of a process, 0 when it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def fetched(database: Path) -> int:
    """Pages stored so far."""
    try:
        conn = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    except sqlite3.OperationalError:
        return 0
    try:
        return int(conn.execute("SELECT coalesce(max(id), 0) FROM pages").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        conn.close()


def shown(values: dict[str, float], unit: str = " MiB") -> str:
    """The values, for a person."""
    return ", ".join(
        f"{role} {value:.2f}{unit}" if unit == "x" else f"{role} {value:.0f}{unit}" for role, value in values.items()
    )


if __name__ == "__main__":
    main()

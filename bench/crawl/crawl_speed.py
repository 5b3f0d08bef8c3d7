"""Pages a second, from crawl to settled articles, against a baseline spider in the same run.

    python -m bench.crawl.crawl_speed --proxy http://127.0.0.1:8899 --sites SITES.txt --urls URLS.txt [--baseline SPIDER.py]
    [--rounds 3]

The proxy serves a web on loopback; SITES.txt holds a front page a line (they become sources, delay 0), URLS.txt the article
addresses that the baseline is given outright. Each round runs both, one after the other, as whole processes; finding the
listings of new sources is done once, before. Quote the median ratio: absolute figures depend on the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
COPYDESK = (sys.executable, "-m", "cli.main")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--proxy", required=True)
    parser.add_argument("--sites", required=True, type=Path)
    parser.add_argument("--urls", required=True, type=Path)
    parser.add_argument("--baseline", type=Path, default=HERE / "baseline_spider.py")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    env = os.environ | {"http_proxy": options.proxy, "PYTHONPATH": str(HERE.parents[1])}
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.db"
        run(env, *COPYDESK, "--db", str(prepared), "sources", "import", str(options.sites.resolve()), "--delay", "0s")
        ratios = []
        for number in range(1, options.rounds + 1):
            ours, pages, figures = crawl(env, prepared, Path(folder) / f"ours-{number}.db")
            theirs, their_pages = baseline(env, options, Path(folder) / f"baseline-{number}.db")
            ratios.append((pages / ours) / (their_pages / theirs))
            print(
                f"round {number}: copydesk {pages} pages in {ours:.1f} s = {pages / ours:.1f}/s"
                f" (its own clock: {figures['seconds']} s); baseline {their_pages} in {theirs:.1f} s ="
                f" {their_pages / theirs:.1f}/s; ratio {ratios[-1]:.2f}",
                flush=True,
            )
        print(f"median ratio {statistics.median(ratios):.2f} over {len(ratios)} rounds, whole processes")


def crawl(env: dict[str, str], prepared: Path, database: Path) -> tuple[float, int, dict[str, float]]:
    """One fresh crawl: seconds, settled pages, its own figures."""
    shutil.copy(prepared, database)
    began = time.monotonic()
    out = run(env, *COPYDESK, "--db", str(database), "crawl", "--json")
    seconds = time.monotonic() - began
    conn = sqlite3.connect(database)
    pages = conn.execute("SELECT count(*) FROM outcomes").fetchone()[0]
    raw = conn.execute("SELECT sum(size) FROM bodies").fetchone()[0]
    conn.close()
    figures = json.loads(out)
    print(f"  database {database.stat().st_size / raw:.3f} of the raw HTML ({raw / 1e6:.1f} MB)")
    return seconds, pages, figures


def baseline(env: dict[str, str], options: argparse.Namespace, database: Path) -> tuple[float, int]:
    """One run of the baseline: seconds, stored pages."""
    began = time.monotonic()
    run(
        env,
        *(sys.executable, "-m", "scrapy", "runspider", str(options.baseline.resolve())),
        *("-a", f"urls={options.urls.resolve()}", "-a", f"db={database}"),
    )
    seconds = time.monotonic() - began
    conn = sqlite3.connect(database)
    pages = conn.execute("SELECT count(*) FROM articles").fetchone()[0]
    conn.close()
    return seconds, pages


def run(env: dict[str, str], *command: str) -> str:
    """A command's output. Raises CalledProcessError."""
    done = subprocess.run(
        command,
        env=env,
        cwd=tempfile.gettempdir(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 1):
        raise subprocess.CalledProcessError(done.returncode, command)
    return done.stdout


if __name__ == "__main__":
    main()

"""What coverage and the digest cost with a year of many sources: python bench/database/coverage.py [SOURCES] [--keep FILE]

Writes a year of so many sources (500; two articles a day each, one crawl a day) by the real triggers, then times, each in a process
of its own: the first judgement of all, coverage and digest when everything is judged, the views.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from db.connection.database import connect, open_database
from db.reports.coverage_judge import DayFigures
from tests.db.reports.simulated_year import poisson
from tests.db.reports.stored_year import store_year

DAYS = 365
MEAN = 2.0


def fill(path: Path, sources: int) -> int:
    """The database; returns its number of articles."""
    db = open_database(path, create=True)
    rng = random.Random(7)
    first = datetime.now(UTC).date() - timedelta(days=DAYS - 1)
    for number in range(sources):
        figures = [DayFigures(found=poisson(rng, MEAN), looked=n % 90 > 2) for n in range(DAYS)]
        store_year(db.conn, f"s{number}.example", first, figures)
    count = db.conn.execute("SELECT count(*) FROM articles").fetchone()[0]
    db.conn.close()
    return int(count)


def timed(path: Path, *arguments: str) -> float:
    """Seconds that a command takes, start included."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "cli.main", "--db", str(path), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def main() -> None:
    """Fill, time, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=int, nargs="?", default=500)
    parser.add_argument("--keep", type=Path, help="keep the database there, and use it again")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.keep or Path(folder) / "news.db"
        began = time.perf_counter()
        if not path.exists():
            print(f"{fill(path, options.sources):,} articles written in {time.perf_counter() - began:.1f} s")
        conn = connect(path)
        conn.execute("DELETE FROM coverage_weeks")
        conn.execute("DELETE FROM coverage_judged")
        conn.close()
        print(f"coverage, all judged anew  {timed(path, 'coverage', '--since', '365d'):.2f} s")
        for words in (
            ("coverage",),
            ("coverage", "--since", "365d"),
            ("coverage", "--since", "365d", "--json"),
            ("digest",),
        ):
            print(f"{' '.join(words):26} {min(timed(path, *words) for _ in range(3)):.2f} s")
        conn = connect(path, readonly=True)
        for view in ("coverage_view", "coverage_days_view"):
            began = time.perf_counter()
            rows = conn.execute(f"SELECT * FROM {view}").fetchall()
            print(f"{view:26} {time.perf_counter() - began:.2f} s, {len(rows):,} rows")
        conn.close()


if __name__ == "__main__":
    main()

"""How long each page of `copydesk inspect`, each table and view and each question of the cookbook take on a large database.

    python -m bench.service.inspect_pages DATABASE [--times 5] [--lively N]

DATABASE is one that `bench.database.large_archive` makes. One that `bench/search/search_scale.py --folder` leaves is older: with
--lively so many of its newest articles are given fetch times of the last seven days, so that the front page has a week to count.
`copydesk inspect` is started on it, and each page is asked for as a browser asks: once after the system's cache of the file is
dropped (cold), and then so many times (warm): median and longest by the clock, and the bytes of the answer. The questions of the
cookbook are run by sqlite3 alone, cold on a connection of their own and warm on the same, without the time limit of the web page.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.database.cold import drop_from_memory
from bench.service.inspected_addresses import addresses, known_values, unmeasured
from db.inspect.canned_queries import CANNED_QUERIES, TABLES
from db.inspect.pages.views import ROUTES
from tests.browser.looking import ask, inspecting
from tests.test_docs import ROOT, blocks

MOST_WARM, MOST_COLD = 300, 1000


def enliven(database: Path, count: int) -> None:
    """Spread the fetch times of the newest articles over the last week."""
    conn = sqlite3.connect(database)
    now, last = datetime.now(UTC), conn.execute("SELECT max(page_id) FROM articles").fetchone()[0]
    times = [
        ((now - timedelta(days=7) * n / count).strftime("%Y-%m-%dT%H:%M:%S.000Z"), last - n)
        for n in range(min(count, last))
    ]
    conn.executemany("UPDATE pages SET fetched_at = ? WHERE id = ?", times)
    conn.commit()
    conn.close()


def _to_ask(database: Path) -> dict[str, str]:
    """The addresses of all pages, of the questions, and of the tables and views that are shown."""
    conn = sqlite3.connect(database)
    name = database.stem.replace("-", "_")
    pages = addresses(known_values(conn, name))
    pages |= {f"query {query}": f"/{name}/{query}" for query in CANNED_QUERIES}
    for (table,) in conn.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'search_index%' ORDER BY type DESC, name"
    ):
        if not TABLES.get(table, {}).get("hidden"):
            pages[table] = f"/{name}/{table}"
    conn.close()
    return pages


def _measure(home: str, database: Path, path: str, times: int) -> tuple[int, int, list[float]]:
    """Status, bytes and milliseconds: cold, then warm."""
    drop_from_memory(database)
    took = []
    for _ in range(times + 1):
        began = time.perf_counter()
        status, body, _ = ask(home, path)
        took.append((time.perf_counter() - began) * 1000)
    return status, len(body.encode()), took


def _measure_questions(database: Path) -> None:
    print("\n| question of the cookbook | rows | cold, s | warm, s |\n| --- | ---: | ---: | ---: |")
    for number, query in enumerate(blocks(ROOT / "docs" / "cookbook.md", "sql"), 1):
        drop_from_memory(database)
        conn = sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)
        took = []
        for _ in range(2):
            began = time.perf_counter()
            rows = len(conn.execute(query).fetchall())
            took.append(time.perf_counter() - began)
        conn.close()
        print(f"| {number} | {rows} | {took[0]:.2f} | {took[1]:.2f} |", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--lively", type=int, default=0)
    parser.add_argument("--only", default="", metavar="TEXT", help="only addresses with this in them, and no questions")
    options = parser.parse_args()
    if missing := unmeasured(route for route, _ in ROUTES):
        raise SystemExit(f"No address is asked of these pages; add one to inspected_addresses.py: {', '.join(missing)}")
    enliven(options.database, options.lively)
    slow = []
    print("| page | status | kB | cold, ms | warm, ms | longest, ms |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    with inspecting(options.database) as home:
        ask(home, "/-/catalogue")
        for name, path in _to_ask(options.database).items():
            if options.only not in name:
                continue
            status, size, took = _measure(home, options.database, path, options.times)
            cold, warm = took[0], statistics.median(took[1:])
            print(
                f"| {name} | {status} | {size / 1000:.0f} | {cold:.0f} | {warm:.0f} | {max(took[1:]):.0f} |", flush=True
            )
            if warm > MOST_WARM or cold > MOST_COLD or status >= 400:
                slow.append(f"{name}: {status}, cold {cold:.0f}, warm {warm:.0f}")
    print(f"\n{len(slow)} took more than {MOST_WARM} ms warm or {MOST_COLD} ms cold, or failed:", *slow, sep="\n  ")
    if not options.only:
        _measure_questions(options.database)


if __name__ == "__main__":
    main()

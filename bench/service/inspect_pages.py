"""How long each page of `copydesk inspect`, each table and view and each question of the cookbook take on a large database.

    python -m bench.service.inspect_pages DATABASE [--times 5] [--lively N]

DATABASE is one that `bench.database.large_archive` makes. One that `bench/search/search_scale.py --folder` leaves is older: with
--lively so many of its newest articles are given fetch times of the last seven days, so that the front page has a week to count.
`copydesk inspect` is started on it, and each page is asked for as a browser asks: once after the system's cache of the file is
dropped (cold), and then so many times (warm): median and longest by the clock, the processor
time of the server for each, which other work on the machine stretches less, and the bytes of the answer; and how often the server
read for the cold answer, a page of the file each time, as a rule, which no other work changes. The questions of the
cookbook are run by sqlite3 alone, cold on a connection of their own and warm on the same, without the time limit of the web page.
"""

from __future__ import annotations

import argparse
import os
import re
import sqlite3
import statistics
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.database.cold import drop_from_memory
from bench.service.inspected_addresses import addresses, known_values, unmeasured
from db.inspect.canned_queries import CANNED_QUERIES, TABLES
from db.inspect.pages.views import ROUTES
from tests.browser.looking import ask, started
from tests.support.documents import ROOT, blocks

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measured:
    """What asking for an address took, in milliseconds by the clock, and of processor time for each warm answer; `reads` of the
    cold one.
    """

    status: int
    size: int
    cold: float
    warm: list[float]
    processor: float
    reads: int


def _measure(address: tuple[int, str, str], database: Path, times: int) -> _Measured:
    """Ask a server (its process, its address) for a path."""
    server, home, path = address
    drop_from_memory(database)
    took, used, reads = [], 0.0, -_reads(server)
    for number in range(times + 1):
        if number == 1:
            used = _processor_s(server)
            reads += _reads(server)
        began = time.perf_counter()
        status, body, _ = ask(home, path)
        took.append((time.perf_counter() - began) * 1000)
    spent = (_processor_s(server) - used) * 1000 / times
    return _Measured(status=status, size=len(body.encode()), cold=took[0], warm=took[1:], processor=spent, reads=reads)


def _family(server: int) -> dict[int, list[str]]:
    """The server and its workers: what the system says of each."""
    fields = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields[int(stat.parent.name)] = stat.read_text().rpartition(")")[2].split()
    family = {server}
    while more := {pid for pid, of in fields.items() if int(of[1]) in family} - family:
        family |= more
    return {pid: fields[pid] for pid in family if pid in fields}


def _processor_s(server: int) -> float:
    """Seconds of processor time that the server and its workers have used, those that ended included."""
    # User and system time of a process, and of its children that ended.
    ticks = sum(int(number) for of in _family(server).values() for number in of[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def _reads(server: int) -> int:
    """How often the server and its workers have read."""
    total = 0
    for pid in _family(server):
        with suppress(OSError):
            total += int(re.findall(r"^syscr: (\d+)", Path(f"/proc/{pid}/io").read_text(), re.MULTILINE)[0])
    return total


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
    print(
        "| page | status | kB | cold, ms | warm, ms | longest, ms | processor, ms | reads, cold |\n| --- |"
        + " ---: |" * 7
    )
    with started(options.database) as (server, home):
        ask(home, "/-/catalogue")
        for name, path in _to_ask(options.database).items():
            if options.only not in name:
                continue
            one = _measure((server.pid, home, path), options.database, options.times)
            warm = statistics.median(one.warm)
            took = f"{one.cold:.0f} | {warm:.0f} | {max(one.warm):.0f} | {one.processor:.0f} | {one.reads}"
            print(f"| {name} | {one.status} | {one.size / 1000:.0f} | {took} |", flush=True)
            if warm > MOST_WARM or one.cold > MOST_COLD or one.status >= 400:
                slow.append(
                    f"{name}: {one.status}, cold {one.cold:.0f}, warm {warm:.0f}, processor {one.processor:.0f}"
                )
    print(f"\n{len(slow)} took more than {MOST_WARM} ms warm or {MOST_COLD} ms cold, or failed:", *slow, sep="\n  ")
    if not options.only:
        _measure_questions(options.database)


if __name__ == "__main__":
    main()

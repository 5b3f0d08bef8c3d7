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
from urllib.parse import quote

from bench.database.cold import drop_from_memory
from db.inspect.canned_queries import CANNED_QUERIES, TABLES
from tests.browser.looking import ask, inspecting
from tests.test_docs import ROOT, blocks

PAGES = {
    "front": "/",
    "digest": "/-/digest",
    "digest, JSON": "/-/digest.json",
    "coverage": "/-/coverage",
    "coverage, CSV": "/-/coverage.csv",
    "coverage of a source": "/-/coverage/{source}",
    "catalogue": "/-/catalogue",
    "article": "/-/article/{article}",
    "who printed it": "/-/cluster/{article}",
    "what a revision changed": "/-/article/{revised}/changes",
    "page": "/-/page/{article}",
    "sources": "/-/sources",
    "source": "/-/source/{source}",
    "runs": "/-/runs",
    "run": "/-/run/{run}",
    "people": "/-/people",
    "people by prefix": "/-/people?begins=Ann",
    "person": "/-/person/{person}",
    "rejections": "/-/rejections",
    "rejections of a reason": "/-/rejections?reason=too_short",
    "rejections of a source": "/-/rejections?source={source}",
    "search, 2 characters": "/-/search?q={word}",
    "search, a source": "/-/search?source={source}",
    "search, a language": "/-/search?language=de",
    "search, copies": "/-/search?kind=copy",
    "search, corrected": "/-/search?kind=corrected",
    "search, a section": "/-/search?section=Sport",
    "search, paywalled": "/-/search?paywalled=yes",
    "search, a year": "/-/search?since=2024-03-01&until=2025-03-01",
    "search, a person": "/-/search?person={person}",
    "search, RSS": "/-/search.rss?q={word}",
    "search, JSON Feed": "/-/search.jsonfeed?source={source}",
    "search, CSV": "/-/search.csv?kind=corrected",
    "search, JSON": "/-/search.json?language=de",
    "tables and SQL": "/{name}",
    "table of articles": "/{name}/articles",
}


def enliven(database: Path, count: int) -> tuple[dict[str, object], dict[str, str]]:
    """Spread the fetch times of the newest articles over the last week; what the addresses of pages are made of, and those of
    the tables and views that are shown.
    """
    conn = sqlite3.connect(database)
    pages = {
        name: f"/{database.stem.replace('-', '_')}/{name}"
        for (name,) in conn.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'search_index%'"
            " ORDER BY type DESC, name"
        )
        if not TABLES.get(name, {}).get("hidden")
    }
    now, last = datetime.now(UTC), conn.execute("SELECT max(page_id) FROM articles").fetchone()[0]
    times = [
        ((now - timedelta(days=7) * n / count).strftime("%Y-%m-%dT%H:%M:%S.000Z"), last - n)
        for n in range(min(count, last))
    ]
    conn.executemany("UPDATE pages SET fetched_at = ? WHERE id = ?", times)
    conn.commit()
    article, source, title, person = conn.execute(
        "SELECT c.id, p.source_id, c.title, n.name FROM current_articles c JOIN pages p ON p.id = c.page_id"
        " JOIN credits n ON n.page_id = c.page_id WHERE c.language = 'zh' ORDER BY c.page_id DESC LIMIT 1"
    ).fetchone()
    revised = conn.execute(
        "SELECT article_id FROM decisions WHERE verdict = 'revision' ORDER BY page_id DESC"
    ).fetchone()[0]
    run = conn.execute("SELECT max(id) FROM runs").fetchone()[0]
    conn.close()
    known = {"article": article, "source": source, "revised": revised, "run": run, "person": quote(person)}
    known |= {"word": quote(title[:2]), "name": database.stem.replace("-", "_")}
    return known, pages


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--lively", type=int, default=0)
    options = parser.parse_args()
    known, shown = enliven(options.database, options.lively)
    canned = {f"query {name}": f"/{known['name']}/{name}" for name in CANNED_QUERIES}
    print("| page | status | kB | cold, ms | warm, ms | longest, ms |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    with inspecting(options.database) as home:
        ask(home, "/-/catalogue")
        for name, path in (PAGES | canned | shown).items():
            drop_from_memory(options.database)
            took = []
            for _ in range(options.times + 1):
                began = time.perf_counter()
                status, body, _ = ask(home, path.format(**known))
                took.append((time.perf_counter() - began) * 1000)
            times = f"{took[0]:.0f} | {statistics.median(took[1:]):.0f} | {max(took[1:]):.0f}"
            print(f"| {name} | {status} | {len(body.encode()) / 1000:.0f} | {times} |", flush=True)
    print("\n| question of the cookbook | rows | cold, s | warm, s |\n| --- | ---: | ---: | ---: |")
    for number, query in enumerate(blocks(ROOT / "docs" / "cookbook.md", "sql"), 1):
        drop_from_memory(options.database)
        conn = sqlite3.connect(f"{options.database.absolute().as_uri()}?mode=ro", uri=True)
        took = []
        for _ in range(2):
            began = time.perf_counter()
            rows = len(conn.execute(query).fetchall())
            took.append(time.perf_counter() - began)
        conn.close()
        print(f"| {number} | {rows} | {took[0]:.1f} | {took[1]:.1f} |", flush=True)


if __name__ == "__main__":
    main()

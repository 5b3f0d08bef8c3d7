"""How long each page of `copydesk inspect` and each view takes on a large database, asked as a browser asks.

    python -m bench.service.inspect_pages DATABASE [--times 9] [--lively 20000]

DATABASE is one that may be written to, such as `bench/search/search_scale.py --folder` leaves. First the newest articles
(`--lively` many) are given fetch times of the last seven days, so that the front page has a week to count. Then `copydesk
inspect` is started on it and each page is asked for once, and then so many times: first, median and longest by the clock, and the
bytes of the answer. The queries of the cookbook are run by sqlite3 alone, once each, without the time limit that the web page has.
"""

from __future__ import annotations

import argparse
import sqlite3
import statistics
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from tests.browser.looking import ask, inspecting
from tests.test_docs import ROOT, blocks

PAGES = {
    "front": "/",
    "article": "/-/article/{article}",
    "who printed it": "/-/cluster/{article}",
    "what a revision changed": "/-/article/{revised}/changes",
    "sources": "/-/sources",
    "source": "/-/source/{source}",
    "runs": "/-/runs",
    "people": "/-/people",
    "person": "/-/person/{person}",
    "rejections": "/-/rejections",
    "search, 2 characters": "/-/search?q={word}",
    "tables and SQL": "/{name}",
    "table of articles": "/{name}/articles",
    "articles_view": "/{name}/articles_view",
    "credits_view": "/{name}/credits_view",
    "sources_view": "/{name}/sources_view",
}


def enliven(database: Path, count: int) -> dict[str, object]:
    """Spread the fetch times of the newest articles over the last week; what the addresses of pages are made of."""
    conn = sqlite3.connect(database)
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
    revised = conn.execute("SELECT max(article_id) FROM decisions WHERE revision > 1").fetchone()[0]
    conn.close()
    known = {"article": article, "source": source, "revised": revised, "person": quote(person)}
    return known | {"word": quote(title[:2]), "name": database.stem.replace("-", "_")}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path)
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--lively", type=int, default=20_000)
    options = parser.parse_args()
    known = enliven(options.database, options.lively)
    print("| page | status | kB | first, ms | median, ms | longest, ms |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    with inspecting(options.database) as home:
        for name, path in PAGES.items():
            took = []
            for _ in range(options.times + 1):
                began = time.perf_counter()
                status, body, _ = ask(home, path.format(**known))
                took.append((time.perf_counter() - began) * 1000)
            times = f"{took[0]:.0f} | {statistics.median(took[1:]):.0f} | {max(took[1:]):.0f}"
            print(f"| {name} | {status} | {len(body.encode()) / 1000:.0f} | {times} |", flush=True)
    conn = sqlite3.connect(f"{options.database.absolute().as_uri()}?mode=ro", uri=True)
    print("\n| question of the cookbook | rows | s |\n| --- | ---: | ---: |")
    for number, query in enumerate(blocks(ROOT / "docs" / "cookbook.md", "sql"), 1):
        began = time.perf_counter()
        rows = len(conn.execute(query).fetchall())
        print(f"| {number} | {rows} | {time.perf_counter() - began:.1f} |", flush=True)
    conn.close()


if __name__ == "__main__":
    main()

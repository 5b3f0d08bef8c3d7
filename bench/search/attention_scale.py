"""What the page of attention costs on a large archive: counting by month over all of it and by day over a year, and the words.

    python bench/search/attention_scale.py --folder FOLDER [--articles 1000000] [--times 7]

The archive is that of `bench/search/search_scale.py` (made where FOLDER has none): 500 sources, ten years. Coverage is judged and
stored first, as a service does. Each question is asked once on a new connection (the operating system may hold the file) and then
so many times; the median by the clock. `looked at`: the part of the archive that is read with the limits of the page.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from bench.search.search_scale import fill, queries
from cli.context import READ_CACHE_KIB
from db.connection.database import connect, open_database
from db.queries.article_filter import ArticleFilter
from db.queries.attention import PAGE_LIMITS
from db.reports.attention.attention import AttentionRequest, count_attention
from db.reports.attention.periods import PeriodUnit
from db.reports.attention.top_words import top_words
from db.reports.coverage import refresh_coverage

_RANGES = (
    ("ten years by month", date(2016, 1, 1), date(2025, 12, 31), PeriodUnit.MONTH),
    ("a year by day", date(2021, 1, 1), date(2021, 12, 31), PeriodUnit.DAY),
)


def timed(path: Path, ask: Callable[..., object], times: int) -> tuple[object, float, float]:
    """The answer, the time of the first question on a new connection, and the median of the later ones; in ms."""
    conn = connect(path, readonly=True)
    conn.execute(f"PRAGMA cache_size = -{READ_CACHE_KIB}")
    took = []
    for _ in range(times + 1):
        began = time.perf_counter()
        answer = ask(conn)
        took.append((time.perf_counter() - began) * 1000)
    conn.close()
    return answer, took[0], median(took[1:])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--folder", type=Path, required=True, help="keep the database here")
    options = parser.parse_args()
    path, now = options.folder / f"search-{options.articles}.db", datetime.now(UTC)
    if not path.exists():
        fill(path, options.articles)
    database = open_database(path)
    refresh_coverage(database.conn, now)
    database.conn.close()
    print("| question | range | found | looked at | first, ms | later, ms |\n| --- | --- | ---: | ---: | ---: | ---: |")
    for name, (query, filters) in queries().items():
        for label, first, last, unit in _RANGES:
            wanted = ArticleFilter(source_ids=filters.source_ids, language=filters.language, person=filters.person)
            request = AttentionRequest(
                queries=(query,), filters=wanted, first=first, last=last, unit=unit, limits=PAGE_LIMITS
            )
            found, cold, warm = timed(
                path, lambda conn, asked=request: count_attention(conn, asked, now), options.times
            )
            line = found.total.lines[0]  # type: ignore[attr-defined]
            print(f"| {name} | {label} | {line.hits:,} | {line.fraction:.0%} | {cold:.0f} | {warm:.0f} |", flush=True)
    for name in ("zh, 2 characters, common", "en, rare word"):
        query, filters = queries()[name]
        words, cold, warm = timed(
            path, lambda conn, asked=query: top_words(conn, asked, ArticleFilter(), *_RANGES[0][1:3]), options.times
        )
        read = words.result + words.archive  # type: ignore[attr-defined]
        print(f"| words of {name} | ten years | {read:,} read | | {cold:.0f} | {warm:.0f} |", flush=True)


if __name__ == "__main__":
    main()

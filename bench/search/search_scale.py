"""What search costs as the archive grows: the index's size against the texts', the time to build it, how long a first page takes.

    python bench/search/search_scale.py [--articles 1000000] [--folder FOLDER] [--times 15]

Articles are generated (`bench/search/search_texts.py`), of 500 sources and ten years, every fiftieth a later revision. They are
written as rows, then indexed some a transaction (`db.maintenance.search_index.BATCH_SIZE`). Each query is asked once to warm up and
then so many times: median and 95th percentile by the clock, median of CPU, of `db.queries.search.search` on an open connection.
With --folder the database is kept and used again. 1,000,000 articles take about 7 GB of disk and an hour or two on one core, most
of it to make them.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from bench.search.search_texts import article_at, is_han, language
from cli.context import READ_CACHE_KIB
from db.connection.database import connect, open_database, write
from db.maintenance.search_index import index_batch
from db.queries.article_filter import ArticleFilter
from db.queries.search import ResultPage, search
from db.search.index import count_unindexed

_START = datetime(2016, 1, 1, tzinfo=UTC)
_SPAN = timedelta(days=3650)
_SOURCES = 500
_PEOPLE = 5000
_ROWS = 2000


def put(conn: sqlite3.Connection, numbers: range, whole: int) -> None:
    """Write articles as rows, as if settled long ago."""
    for n in numbers:
        page_id, at = n + 1, _START + _SPAN * (n / whole)
        fetched = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        published = (at - timedelta(minutes=20)).isoformat(timespec="seconds").replace("+00:00", "Z")
        title, text = article_at(n)
        url = f"https://site{n % _SOURCES}.example/{n}.html"
        page = "INSERT INTO pages (id, source_id, url, fetched_at, status, headers, body_id) VALUES (?, ?, ?, ?, 200, '{}', 1)"
        conn.execute(page, (page_id, n % _SOURCES + 1, url, fetched))
        conn.execute("INSERT INTO outcomes (page_id, extractor_id) VALUES (?, 1)", (page_id,))
        conn.execute(
            "INSERT INTO articles (page_id, address_key, text_hash, url, title, published, published_utc, published_precision,"
            " language, source, text) VALUES (?, ?, ?, ?, ?, ?, ?, 'minute', ?, ?, ?)",
            (
                page_id,
                url,
                page_id.to_bytes(16),
                url,
                title,
                published,
                published,
                ("en", "zh")[is_han(n)],
                "Daily",
                text,
            ),
        )
        conn.execute("INSERT INTO credits VALUES (?, 'author', 0, ?)", (page_id, f"Ann Reed{n * 7 % _PEOPLE}"))
        later = n % 50 == 49
        conn.execute(
            "INSERT INTO decisions VALUES (?, ?, ?, ?, ?)",
            (page_id, "revision" if later else "new", page_id - later, page_id - later, 1 + later),
        )
    conn.execute("DELETE FROM unread")
    conn.execute("DELETE FROM unsettled")


def fill(path: Path, whole: int) -> None:
    """Make what is missing of the archive, and index it."""
    open_database(path, create=True).conn.close()
    conn = connect(path)
    if not conn.execute("SELECT 1 FROM extractors").fetchone():
        with write(conn):
            conn.execute("INSERT INTO extractors VALUES (1, 'bench', 'bench', 'bench')")
            conn.execute("INSERT INTO bodies (sha256, size, codec, data) VALUES (x'00', 0, 'zstd', x'00')")
            sources = [(n + 1, f"site{n}.example", f"https://site{n}.example/") for n in range(_SOURCES)]
            conn.executemany("INSERT INTO sources (id, name, url, added_at) VALUES (?, ?, ?, '')", sources)
    held = int(conn.execute("SELECT coalesce(max(id), 0) FROM pages").fetchone()[0])
    for start in range(held, whole, _ROWS):
        with write(conn):
            put(conn, range(start, min(start + _ROWS, whole)), whole)
        if start % 50_000 == 0:
            print(f"  made {start:,} of {whole:,}", file=sys.stderr, flush=True)
    # The log is written into the file between transactions, not after one: nobody is kept from writing by that.
    conn.execute("PRAGMA wal_autocheckpoint = 0")
    waiting, began, cpu, done, holds = count_unindexed(conn), time.perf_counter(), time.process_time(), 0, []
    while True:
        with write(conn):
            step = time.perf_counter()
            some = index_batch(conn)
        if not some:
            break
        holds.append(time.perf_counter() - step)
        done += some
        if len(holds) % 50 == 0:
            conn.execute("PRAGMA wal_checkpoint")
        if done % 50_000 < some:
            print(f"  indexed {done:,} of {waiting:,}", file=sys.stderr, flush=True)
    if done:
        seconds, worked = time.perf_counter() - began, time.process_time() - cpu
        print(f"indexed {done:,}: {done / seconds:.0f} a second, {worked / done * 1000:.2f} ms CPU each;", end=" ")
        print(f"the write lock was held for {at(holds, 0.5):.0f} ms at the median,", end=" ")
        print(f"{at(holds, 0.99):.0f} at 99 of 100, {at(holds, 1):.0f} at the longest", flush=True)
    conn.close()


def at(seconds: list[float], share: float) -> float:
    """Of some times, in seconds, the one that so large a share of them does not pass; in ms."""
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * share))] * 1000


def sizes(conn: sqlite3.Connection) -> None:
    """The index against the texts, in bytes."""
    texts = "SELECT sum(length(CAST(title AS BLOB)) + length(CAST(text AS BLOB))) FROM articles"
    whole = int(conn.execute(texts).fetchone()[0])
    index = int(conn.execute("SELECT sum(length(block)) FROM search_index_data").fetchone()[0])
    print(f"texts {whole / 1e6:,.0f} MB, index {index / 1e6:,.0f} MB: {index / whole:.2f} of the texts")


def queries() -> dict[str, tuple[str, ArticleFilter]]:
    """What is asked: words of each length and frequency, phrases, filters."""
    han, spaced = language(True).words, language(False).words

    def nth(length: int, first: int) -> str:
        return next(word for word in han[first:] if len(word) == length)

    none = ArticleFilter()
    year = ArticleFilter(since=datetime(2021, 3, 5, tzinfo=UTC), until=datetime(2022, 3, 5, tzinfo=UTC))
    common = nth(2, 60)
    return {
        "zh, 1 character, common": (nth(1, 0), none),
        "zh, 1 character, rare": (han[39_000][0], none),
        "zh, 2 characters, most common": (common, none),
        "zh, 2 characters, common": (nth(2, 500), none),
        "zh, 2 characters, middling": (nth(2, 5_000), none),
        "zh, 2 characters, rare": (nth(2, 39_000), none),
        "zh, 4 characters, common": (nth(4, 60), none),
        "zh, 4 characters, rare": (nth(4, 39_000), none),
        "zh, 4 characters, of no text": ("龘靐齉爩", none),
        "zh, two common words": (f"{common} {nth(2, 80)}", none),
        "zh, either of two": (f"{common} OR {nth(2, 80)}", none),
        "zh, without a common one": (f"{nth(2, 500)} -{common}", none),
        "en, most common word": (spaced[0], none),
        "en, rare word": (spaced[39_000], none),
        "en, phrase of common words": (f'"{spaced[0]} {spaced[1]}"', none),
        "en, phrase of two middling": (f'"{spaced[300]} {spaced[400]}"', none),
        "en, beginning of a word": (f"{spaced[500][:4]}*", none),
        "most common, one source": (common, ArticleFilter(source_ids=(3,))),
        "most common, one year": (common, year),
        "most common, one person": (common, ArticleFilter(person="Ann Reed14")),
        "most common, other language": (common, ArticleFilter(language="en")),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=50_000)
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--folder", type=Path, help="keep the database here")
    options = parser.parse_args()
    with nullcontext(options.folder) if options.folder else tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"search-{options.articles}.db"
        fill(path, options.articles)
        conn = connect(path, readonly=True)
        conn.execute(f"PRAGMA cache_size = -{READ_CACHE_KIB}")
        sizes(conn)
        print(
            "| query | found | ranked all | median, ms | p95, ms | CPU, ms |\n| --- | ---: | --- | ---: | ---: | ---: |"
        )
        for name, (query, filters) in queries().items():
            found = search(conn, query, filters)
            took, worked = list[float](), list[float]()
            for _ in range(options.times):
                began, began_cpu = time.perf_counter(), time.process_time()
                search(conn, query, filters, ResultPage())
                took.append(time.perf_counter() - began)
                worked.append(time.process_time() - began_cpu)
            times = f"{at(took, 0.5):.1f} | {at(took, 0.95):.1f} | {at(worked, 0.5):.1f}"
            print(f"| {name} | {found.found:,} | {'yes' if found.complete else 'no'} | {times} |", flush=True)
        conn.close()


if __name__ == "__main__":
    main()

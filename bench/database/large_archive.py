"""A large generated archive, for everything that is measured as an archive grows.

    python -m bench.database.large_archive N FOLDER [--without-search] [--onto M]

Writes FOLDER/archive-N.db, unless it is there: N articles (a copy counts, a revision does not) of 500 sources and the three years
up to now. Rows go in directly, in large transactions, through the triggers and indexes of the product, and the waiting lists that
the triggers fill are emptied as a crawl would have emptied them. Sources publish as unequally as sites do (Zipf), each in one
language, with its own staff. The rows of pages come from `bench.database.large_pages`; threads, judgements of revisions, takings
and a saved search are added at the end (`bench.database.large_stories`).

With `--onto M` a copy of FOLDER/archive-M.db gets the articles that it lacks, of the same sources and days: as after importing what
another machine had crawled. Then the order of pages is not that of time, which makes looking up a period no cheaper.

What is smaller than the real thing: a body is a line of its own, 100 bytes packed, where a page has some 7,000. An article's text
is a line of its own and one of 2,000 generated ones (`bench.search.search_texts`). Sketches are random: the index of near copies
has its full size, and settling finds no chance copies. A source is crawled once a day, as a log that was pruned has it.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.database.large_pages import SOURCES, SPAN, KnownPages, PageRows, pages_with
from bench.database.large_stories import add_stories
from db.connection.database import Connection, connect, open_database, write
from db.reports.coverage import refresh_coverage
from db.timestamps import format_timestamp

# So many that what each touches of the indexes in random order is written once; they and the cache take 6 GB of memory.
_PAGES_A_TRANSACTION, _CACHE_KIB = 100_000, 4_000_000
# Bytes of the search index that are gathered before they are written: with FTS5's usual ones half of the time goes into merging.
_SEARCH_MEMORY = "INSERT INTO search_index (search_index, rank) VALUES ('hashsize', ?)"
_USUAL_SEARCH_BYTES, _SEARCH_BYTES = 1 << 20, 1 << 26


def _store_sources(conn: sqlite3.Connection, first: datetime) -> None:
    added, days = format_timestamp(first), SPAN.days + 1
    with write(conn):
        conn.execute("INSERT INTO extractors VALUES (1, 'bench', 'bench', 'bench')")
        for n in range(1, SOURCES + 1):
            conn.execute(
                "INSERT INTO sources (id, name, url, added_at) VALUES (?, ?, ?, ?)",
                (n, f"site{n}.example", f"https://site{n}.example/", added),
            )
            for kind in ("feed", "section", "sitemap"):
                entry = conn.execute(
                    "INSERT INTO entries (source_id, url, kind, found_at) VALUES (?, ?, ?, ?)",
                    (n, f"https://site{n}.example/{kind}", kind, added),
                ).lastrowid
                now = format_timestamp(first + SPAN)
                conn.execute(
                    "INSERT INTO listing_visits (entry_id, asked_at, answered_at, links, named_at) VALUES (?, ?, ?, 30, ?)",
                    (entry, now, now, now),
                )
    for day in range(days):
        with write(conn):
            _store_run(conn, day + 1, first + timedelta(days=day), of_late=day > days - 90)


def _store_run(conn: sqlite3.Connection, run: int, at: datetime, *, of_late: bool) -> None:
    began, ended = format_timestamp(at), format_timestamp(at + timedelta(minutes=20))
    figures = json.dumps({"found": 900, "fetched": 1000, "new": 850, "updated": 40, "unchanged": 20, "unread": 0})
    conn.execute(
        "INSERT INTO runs (id, command, pid, started_at, ended_at, ended, figures) VALUES (?, 'crawl', 1, ?, ?, 'finished', ?)",
        (run, began, ended, figures),
    )
    conn.executemany(
        "INSERT INTO source_runs (run_id, source_id, started_at, listings, listings_working, found, fetched)"
        " VALUES (?, ?, ?, 3, 3, 2, 2)",
        [(run, source, began) for source in range(1, SOURCES + 1)],
    )
    conn.execute("UPDATE source_runs SET ended = 'finished', ended_at = ? WHERE run_id = ?", (ended, run))
    if of_late:
        conn.executemany(
            "INSERT INTO fetches (run_id, source_id, what, url, started_at, duration_ms, status, error)"
            " VALUES (?, ?, 'entry', ?, ?, 200, ?, NULL)",
            [
                (run, source, f"https://site{source}.example/{kind}", began, 304 if source % 9 else 503)
                for source in range(1, SOURCES + 1)
                for kind in ("feed", "section", "sitemap")
            ],
        )


def make(path: Path, articles: int, *, searched: bool = True) -> None:
    """The archive at `path`, which may have a part of the articles already."""
    open_database(path, create=True).conn.close()
    conn = connect(path)
    conn.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
    conn.execute("PRAGMA synchronous = OFF")
    # No log, since what is not finished is made anew: it is not missed either.
    conn.execute("PRAGMA journal_mode = OFF")
    conn.file = None
    known = _known(conn)
    if not known.pages:
        _store_sources(conn, known.first)
    _add_pages(conn, known, pages_with(articles), searched=searched)
    add_stories(conn, after=known.last_id)
    refresh_coverage(conn, datetime.now(UTC))
    conn.execute("ANALYZE sqlite_master")
    conn.execute("PRAGMA analysis_limit = 1000")
    conn.execute("PRAGMA optimize")
    conn.execute("PRAGMA journal_mode = WAL")
    conn.close()


def _known(conn: sqlite3.Connection) -> KnownPages:
    pages, last_id, first = conn.execute("SELECT count(*), max(id), min(fetched_at) FROM pages").fetchone()
    began = datetime.fromisoformat(first) if first else datetime.now(UTC) - SPAN
    return KnownPages(first=began, pages=pages, last_id=last_id or 0)


def _add_pages(conn: Connection, known: KnownPages, pages: int, *, searched: bool) -> None:
    rows = PageRows(known, pages, searched=searched)
    began = time.perf_counter()
    conn.execute(_SEARCH_MEMORY, (_SEARCH_BYTES,))
    for n in range(known.pages, pages):
        rows.add(n)
        if n % _PAGES_A_TRANSACTION == _PAGES_A_TRANSACTION - 1 or n == pages - 1:
            rows.store(conn)
            print(f"  {n + 1:,} of {pages:,} pages, {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    conn.execute(_SEARCH_MEMORY, (_USUAL_SEARCH_BYTES,))


def main() -> None:
    """Make it and say what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--without-search", action="store_true", help="leave the search index empty: twice as fast")
    parser.add_argument("--onto", type=int, metavar="M", help="add to a copy of FOLDER/archive-M.db")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    path = options.folder / f"archive-{options.articles}.db"
    if path.exists():
        raise SystemExit(f"{path} is there already; remove it to make it anew")
    began = time.perf_counter()
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    if options.onto:
        shutil.copyfile(options.folder / f"archive-{options.onto}.db", unfinished)
    make(unfinished, options.articles, searched=not options.without_search)
    unfinished.replace(path)
    print(f"{path}: {path.stat().st_size / 1e9:.2f} GB in {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()

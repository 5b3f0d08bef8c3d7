"""What a round of watching costs with 1,000 sources and two months of rows.

    python bench/service/alerts.py [SOURCES] [ROUNDS]

Makes a database in a temporary folder (about 1 GB for 1,000 sources; rows by SQL, so no bodies): each source crawled every 30
minutes for 60 days, 10 articles a day. Then each round ends a part of a run for 66 sources, of which one in three brings a page,
and `evaluate_alerts` is called: as at 1,000 sources every 15 minutes.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from db.config.loader import Config
from db.connection.database import open_database, write
from db.queries.sources.alert_figures import sources_to_evaluate
from db.store.crawl.facts import begin_run
from db.store.crawl.source_runs import begin_source_runs, end_source_run
from db.timestamps import format_timestamp
from scheduler.alerts.monitor import evaluate_alerts

DAYS, RUNS_A_DAY, PAGES_A_DAY = 60, 48, 10
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {last})"
_AT = "strftime('%Y-%m-%dT%H:%M:%fZ', ?, '+' || {seconds} || ' seconds')"


def fill(path: Path, sources: int) -> None:
    """Two months of rows. Interleaved as crawls write them: by time first, then by source."""
    conn = open_database(path, create=True).conn
    start = format_timestamp(NOW - timedelta(days=DAYS))
    run_at = _AT.format(seconds=f"(i * {86400 // RUNS_A_DAY})")
    page_at = _AT.format(seconds=f"(i * {86400 // PAGES_A_DAY})")
    with write(conn):
        conn.execute(
            f"{_NUMBERS.format(last=sources - 1)} INSERT INTO sources (name, url, added_at)"
            " SELECT 's' || i || '.example', 'http://s' || i || '.example/', ? FROM n",
            (start,),
        )
        conn.execute(
            f"{_NUMBERS.format(last=DAYS * RUNS_A_DAY - 1)} INSERT INTO runs (command, pid, started_at, ended)"
            f" SELECT 'crawl', 1, {run_at}, 'finished' FROM n",
            (start,),
        )
        conn.execute(
            "INSERT INTO source_runs (run_id, source_id, started_at, ended_at, ended, listings, unchanged)"
            " SELECT r.id, s.id, r.started_at, r.started_at, 'finished', 2, 1 FROM runs r CROSS JOIN sources s"
        )
        conn.execute("INSERT INTO bodies (sha256, size, codec, data) VALUES (x'00', 0, 'zstd', x'00')")
        conn.execute("INSERT INTO extractors (code, rules, trafilatura) VALUES ('a', 'b', 'c')")
        conn.execute(
            f"{_NUMBERS.format(last=DAYS * PAGES_A_DAY - 1)} INSERT INTO links (source_id, key, url, kind, found_at, run_id)"
            f" SELECT s.id, s.name || '/' || i, s.url || i, 'feed', {page_at}, 1 + i * {RUNS_A_DAY // PAGES_A_DAY}"
            " FROM n CROSS JOIN sources s",
            (start,),
        )
        conn.execute(
            "INSERT INTO pages (source_id, link_id, url, fetched_at, status, headers, body_id)"
            " SELECT source_id, id, url, found_at, 200, '{}', 1 FROM links"
        )
        conn.execute("INSERT INTO outcomes (page_id, extractor_id) SELECT id, 1 FROM pages")
        conn.execute(
            "INSERT INTO articles (page_id, address_key, text_hash, url, title, published, published_utc,"
            " published_precision, source, word_count, provenance, text)"
            " SELECT id, url, randomblob(16), url, 'Story ' || id, fetched_at, fetched_at, 'minute', 'Paper', 200 + id % 300,"
            ' \'{"title": "og:title"}\', hex(randomblob(600)) FROM pages'
        )
        conn.execute("INSERT INTO credits SELECT id, 'author', 0, 'Ann Reed' FROM pages WHERE id % 10 > 2")
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()


def end_some(conn: object, sources: range, at: datetime, with_page: int) -> None:
    """One run ends at these sources; every `with_page`-th of them gets a new page."""
    with write(conn) as db:  # type: ignore[arg-type]
        run = begin_run(db, "crawl", os.getpid(), at)
        begin_source_runs(db, run, sources, at)
        for source in sources[::with_page]:
            url = f"http://s{source}.example/{format_timestamp(at)}"
            link = db.execute(
                "INSERT INTO links (source_id, key, url, kind, found_at, run_id) VALUES (?, ?, ?, 'feed', ?, ?)",
                (source, url, url, format_timestamp(at), run),
            ).lastrowid
            page = db.execute(
                "INSERT INTO pages (source_id, link_id, url, fetched_at, status, headers, body_id)"
                " VALUES (?, ?, ?, ?, 200, '{}', 1)",
                (source, link, url, format_timestamp(at)),
            ).lastrowid
            db.execute("INSERT INTO outcomes (page_id, extractor_id) VALUES (?, 1)", (page,))
            db.execute(
                "INSERT INTO articles (page_id, address_key, text_hash, url, title, published_precision, source, word_count,"
                " text) VALUES (?, ?, randomblob(16), ?, ?, 'minute', 'Paper', 300, 'text')",
                (page, url, url, f"Story {page}"),
            )
            db.execute("INSERT INTO credits VALUES (?, 'author', 0, 'Ann Reed')", (page,))
        for source in sources:
            end_source_run(db, run, source, ended="finished", at=at)


def main() -> None:
    """Make the database, let the first rounds catch up, measure the others."""
    sources = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 90
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "news.db"
        began = time.perf_counter()
        fill(path, sources)
        print(f"{sources} sources, {path.stat().st_size / 1e6:.0f} MB, made in {time.perf_counter() - began:.0f} s")
        conn = open_database(path).conn
        config = Config().with_values(db=str(path))
        took, cpu, left = [], [], []
        share = min(66, sources)
        for number in range(rounds):
            now = NOW + timedelta(minutes=1 + number)
            first = 1 + number % (sources // share) * share
            end_some(conn, range(first, first + share), now, 3)
            began, worked = time.perf_counter(), time.process_time()
            evaluate_alerts(conn, config, now)
            cpu.append(1000 * (time.process_time() - worked))
            took.append(1000 * (time.perf_counter() - began))
            left.append(len(sources_to_evaluate(conn)))
        took.sort()
        print(
            f"{rounds} rounds of {share} sources: median {statistics.median(took):.1f} ms,"
            f" 95 % under {took[int(len(took) * 0.95)]:.1f} ms, at most {took[-1]:.1f} ms;"
            f" CPU median {statistics.median(cpu):.1f} ms; left over at the end: {left[-1]}"
        )
        conn.close()


if __name__ == "__main__":
    main()

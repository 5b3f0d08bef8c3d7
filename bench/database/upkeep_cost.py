"""What looking after a large database costs: backup, check, pruning, statistics, checkpoint, and what a crawl feels of it.

    python bench/database/upkeep_cost.py [--pages 50000] [--folder FOLDER]

The archive is made by the functions that a crawl uses: pages of 120 days with bodies that pack to about 14 kB, an article or a
rejection each, and beside every page ten requests that brought nothing. Meanwhile another process writes a page every 10 ms in a
transaction of its own and keeps how long each took; its figures stand beside those of each step. With --folder the archive is kept.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from db.connection.database import connect, open_database, write
from db.maintenance.backup import create_backup
from db.maintenance.optimize import check_integrity, checkpoint, optimize
from db.maintenance.prune import prune
from db.models import Article, Link, LinkKind, Reason, Rejection
from db.store.crawl import facts
from db.store.crawl.source_runs import begin_source_runs, end_source_runs
from db.store.extraction.outcomes import Extractor, Fingerprint, extractor_id, insert_rejection
from db.store.sites.sources import add_source
from tests.support.articles import insert_indexed_article

NOW = datetime(2026, 11, 24, tzinfo=UTC)
DAYS = 120
SOURCES = 50
PAGES_A_RUN = 500
IDLE_A_PAGE = 10
_WORDS = [f"w{n:x}" for n in range(4096)]


def body_at(chance: random.Random) -> bytes:
    """A page of about 60 kB that packs to about 14 kB."""
    return ("<p>" + " ".join(chance.choices(_WORDS, k=9000)) + "</p>" + "<div class=menu></div>" * 600).encode()


def put(conn: sqlite3.Connection, n: int, source_id: int, run_id: int | None, at: datetime, maker: int) -> None:
    """The n-th page with its outcome, and requests that brought nothing."""
    chance = random.Random(n)
    url = f"http://s{source_id}.example/a/{n}"
    facts.insert_links(conn, source_id, [Link(url=url, key=url[7:], kind=LinkKind.FEED)], at, run_id)
    link_id = conn.execute("SELECT id FROM links WHERE key = ?", (url[7:],)).fetchone()[0]
    fetch = facts.Fetch(
        what="article",
        url=url,
        started_at=at,
        source_id=source_id,
        link_id=link_id,
        run_id=run_id,
        status=200,
        bytes=60_000,
    )
    received = facts.ReceivedPage(
        fetch=fetch,
        source_id=source_id,
        headers={"Content-Type": "text/html", "ETag": f'"{n}"', "Server": "nginx", "Cache-Control": "max-age=60"},
        content_type="text/html",
        body=facts.pack_body(body_at(chance)),
    )
    page_id = facts.insert_page(conn, received)
    assert page_id is not None
    if n % 10 == 0:
        insert_rejection(conn, page_id, Rejection(reason=Reason.NOT_ARTICLE), maker)
    else:
        text = "\n".join(" ".join(chance.choices(_WORDS, k=60)) for _ in range(8))
        article = Article(url=url, title=f"Article {n}", text=text)
        insert_indexed_article(
            conn, page_id, url, article, Fingerprint(address_key=url[7:], text_hash=chance.randbytes(16)), maker
        )
    for k in range(IDLE_A_PAGE):
        facts.insert_fetch(
            conn,
            facts.Fetch(
                what="entry",
                url=f"http://s{source_id}.example/feed",
                started_at=at + timedelta(seconds=k + 1),
                source_id=source_id,
                run_id=run_id,
                status=304,
            ),
        )


def make(path: Path, pages: int) -> None:
    """The archive."""
    open_database(path, create=True).conn.close()
    conn = connect(path)
    conn.execute("PRAGMA cache_size = -100000")
    step = timedelta(days=DAYS) / pages
    with write(conn):
        for n in range(1, SOURCES + 1):
            add_source(
                conn, name=f"s{n}.example", url=f"http://s{n}.example/", settings={}, at=NOW - timedelta(days=DAYS)
            )
        maker = extractor_id(conn, Extractor(code="bench", rules="bench", trafilatura="bench"))
    for start in range(0, pages, PAGES_A_RUN):
        with write(conn):
            began = NOW - timedelta(days=DAYS) + start * step
            run_id = facts.begin_run(conn, "crawl", os.getpid(), began)
            begin_source_runs(conn, run_id, range(1, SOURCES + 1), began)
            for n in range(start, min(start + PAGES_A_RUN, pages)):
                put(conn, n, n % SOURCES + 1, run_id, NOW - timedelta(days=DAYS) + n * step, maker)
            ended = began + PAGES_A_RUN * step
            end_source_runs(conn, run_id, ended="finished", at=ended)
            facts.end_run(conn, run_id, "finished", ended, {}, None)
    conn.close()


def crawl(
    path: str, begun: Event, over: Event, waits: multiprocessing.SimpleQueue[tuple[list[float], list[float]]]
) -> None:
    """Write a page every 10 ms as a crawl does; how long each transaction took."""
    conn = connect(Path(path))
    maker = conn.execute("SELECT min(id) FROM extractors").fetchone()[0]
    took: list[float] = []
    waited: list[float] = []
    n = 10**9 + random.SystemRandom().randrange(10**8)
    while not over.is_set():
        began = time.perf_counter()
        with write(conn):
            waited.append(time.perf_counter() - began)
            put(conn, n, 1, None, NOW, maker)
        took.append(time.perf_counter() - began)
        begun.set()
        n += 1
        time.sleep(0.01)
    waits.put((took, waited))


def beside_a_crawl(path: Path, name: str, step: Callable[[], str]) -> None:
    """Run a step while another process writes, and print both sides."""
    context = multiprocessing.get_context("spawn")
    begun, over, waits = context.Event(), context.Event(), context.SimpleQueue()
    process = context.Process(target=crawl, args=(str(path), begun, over, waits))
    process.start()
    begun.wait()
    began = time.perf_counter()
    says = step()
    seconds = time.perf_counter() - began
    log = path.with_name(path.name + "-wal")
    left = log.stat().st_size / 1e6 if log.exists() else 0.0
    over.set()
    took, waited = map(sorted, waits.get())
    process.join()
    print(
        f"{name:10} {seconds:6.1f} s  {says}\n"
        f"{'':10} writer beside it: {len(took)} transactions, median {took[len(took) // 2] * 1000:.1f} ms,"
        f" 99 of 100 under {took[int(len(took) * 0.99)] * 1000:.1f} ms, longest {took[-1] * 1000:.1f} ms;"
        f" longest wait for the lock {waited[-1] * 1000:.1f} ms; log {left:.1f} MB",
        flush=True,
    )


def main() -> None:
    """Make the archive, then every step beside a writer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=50_000)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp())
    path = folder / "archive.db"
    try:
        if not path.exists():
            began = time.perf_counter()
            make(path, arguments.pages)
            print(f"made in {time.perf_counter() - began:.0f} s")
        size = path.stat().st_size
        print(f"{arguments.pages:,} pages, {size / 1e6:,.0f} MB, {size / arguments.pages:,.0f} bytes a page")
        beside_a_crawl(path, "nothing", lambda: time.sleep(3) or "")  # type: ignore[func-returns-value]

        def backed_up() -> str:
            taken = create_backup(path, folder / "backup.db", now=NOW, replace=True)
            rate = taken.size / 1e6 / taken.copying_s
            return f"copied at {rate:.0f} MB/s in {taken.copying_s} s, verified in {taken.verifying_s} s"

        def pruned(keep_bodies: timedelta | None, keep_log: timedelta | None) -> str:
            gone = prune(path, NOW, keep_bodies=keep_bodies, keep_log=keep_log)
            return f"{gone}"

        never = None
        beside_a_crawl(path, "backup", backed_up)
        beside_a_crawl(path, "check", lambda: f"sound: {check_integrity(path, NOW).sound}")
        beside_a_crawl(path, "optimize", lambda: f"{optimize(path)}")
        beside_a_crawl(path, "log", lambda: pruned(keep_bodies=never, keep_log=timedelta(days=30)))
        beside_a_crawl(path, "bodies", lambda: pruned(keep_bodies=timedelta(days=30), keep_log=never))
        beside_a_crawl(path, "again", lambda: pruned(keep_bodies=timedelta(days=30), keep_log=timedelta(days=30)))
        beside_a_crawl(path, "checkpoint", lambda: f"{checkpoint(path)}")
    finally:
        if not arguments.folder:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()

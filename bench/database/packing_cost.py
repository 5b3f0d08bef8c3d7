"""Packing a database beside a crawl: size before and after, time a page, the write lock, and what a writer feels of it.

    python -m bench.database.packing_cost CORPUS [--least 2] [--folder FOLDER]

CORPUS as for `bench.database.body_size`; each site with so many pages or more is a source. Beside the job another process writes
a page every 10 ms (`bench.database.upkeep_cost`). Then every page is read back with its checksum, each on its own. With --folder
the database is kept.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from bench.database.body_size import sites_of
from bench.database.upkeep_cost import NOW, beside_a_crawl
from db.bodies.store import load_body
from db.connection.database import connect, open_database, open_readonly, write
from db.maintenance.repack import repack
from db.models import Link, LinkKind
from db.store.crawl import facts
from db.store.extraction.outcomes import Extractor, extractor_id
from db.store.sites.sources import add_source


def fill(path: Path, sites: dict[str, list[tuple[str, bytes]]]) -> None:
    """A source for each site, and its pages; source 1 is the writer's."""
    open_database(path, create=True).conn.close()
    conn = connect(path)
    with write(conn):
        add_source(conn, name="writer", url="http://s1.example/", settings={}, at=NOW)
        extractor_id(conn, Extractor(code="bench", rules="bench", trafilatura="bench"))
    for source, (_, pages) in enumerate(sorted(sites.items()), 2):
        with write(conn):
            add_source(conn, name=f"s{source}", url=f"http://s{source}.example/", settings={}, at=NOW)
            for number, (_, body) in enumerate(pages):
                url = f"http://s{source}.example/{number}"
                facts.insert_links(conn, source, [Link(url=url, key=url, kind=LinkKind.FEED)], NOW, None)
                link = conn.execute("SELECT id FROM links WHERE key = ?", (url,)).fetchone()[0]
                fetch = facts.Fetch(what="article", url=url, started_at=NOW, source_id=source, link_id=link, status=200)
                received = facts.ReceivedPage(
                    fetch=fetch, source_id=source, headers={}, content_type="text/html", body=facts.pack_body(body)
                )
                facts.insert_page(conn, received)
    conn.close()


def _stored(conn: sqlite3.Connection, least: int) -> tuple[int, int]:
    sizes = "SELECT coalesce(sum(length(data)), 0) FROM"
    bodies = conn.execute(f"{sizes} bodies WHERE id <= ?", (least,)).fetchone()[0]
    return bodies, conn.execute(f"{sizes} dictionaries").fetchone()[0]


def _read_back(conn: sqlite3.Connection, last: int) -> list[float]:
    took = []
    for body_id in range(1, last + 1):
        began = time.perf_counter()
        load_body(conn, body_id)
        took.append((time.perf_counter() - began) * 1000)
    return took


def main() -> None:
    """Fill, pack beside a writer, read back."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--least", type=int, default=2)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    folder = arguments.folder or Path(tempfile.mkdtemp())
    path = folder / "packing.db"
    try:
        sites = sites_of(arguments.corpus, arguments.least)
        bodies = [body for pages in sites.values() for _, body in pages]
        raw, by_gzip = sum(map(len, bodies)), sum(len(gzip.compress(body, 6)) for body in bodies)
        fill(path, sites)
        conn = open_readonly(path)
        last = conn.execute("SELECT max(id) FROM bodies").fetchone()[0]
        before = _stored(conn, last)[0]
        plain = _read_back(conn, last)
        print(f"{len(sites)} sites, {len(bodies)} pages, raw {raw:,}, gzip -6 {by_gzip:,}, as crawled {before:,}")
        beside_a_crawl(path, "nothing", lambda: time.sleep(15) or "")  # type: ignore[func-returns-value]
        beside_a_crawl(path, "pack", lambda: f"{repack(path, NOW)}")
        after, dictionaries = _stored(conn, last)
        print(
            f"packed {after:,} and dictionaries {dictionaries:,}: {(after + dictionaries) / by_gzip:.3f} of gzip -6, "
            f"{(after + dictionaries) / before:.3f} of what the crawl took, {raw / (after + dictionaries):.1f}x of raw"
        )
        took = _read_back(open_readonly(path), last)
        print(
            f"reading with SQLite and checksum: median {statistics.median(took):.2f} ms (plain {statistics.median(plain):.2f}), "
            f"longest {max(took):.1f} ms"
        )
    finally:
        if not arguments.folder:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()

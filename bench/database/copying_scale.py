"""What the pages on who copies whom cost as the archive grows: an archive of many sources that copy each other, made and measured.

    python -m bench.database.copying_scale [--articles 1000000] [--sources 500] [--months 36] [--times 7] [--folder FOLDER]

Articles are rows without pages worth reading: texts of some 150 words, one in three the copy of an earlier one. Sources copy
by rank (Zipf), each mostly from a few favourites; two in five copies name their original, one in eight names an agency, one in
thirty an outlet that is not crawled, a tenth of the others name an agency too. Decisions are entered as settling leaves them.
Then the takings are made as by the migration, in one go, and 2,000 more as settling does; their cost is printed, and all rows
are compared. Then `copydesk inspect` is asked for each page: first, median and longest by the clock.

1,000,000 articles take some 2.5 GB of disk and ten minutes; with --folder they are kept for the next time.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from urllib.parse import quote

from db.connection.database import connect, open_database, write
from db.copying.agencies import load_agencies
from db.copying.takings import rebuild_takings, refresh_takings
from tests.browser.looking import ask, inspecting

START = datetime(2023, 11, 1, tzinfo=UTC)
_BATCH = 5000
_FAVOURITES = 12
_RECENT = 40_000
_TABLES = ("takings", "copy_pairs", "copy_lags", "source_outlets")
_ROWS = {
    "pages": "id, source_id, url, final_url, fetched_at, status, headers, body_id, content_type",
    "outcomes": "page_id, extractor_id",
    "articles": "page_id, address_key, text_hash, url, title, published_utc, published_precision, source, original_source,"
    " language, text",
    "decisions": "page_id, verdict, article_id, original_id",
}
_LANGUAGES = ("zh", "en", "de", "fr")


def weights(count: int) -> list[float]:
    """Those of Zipf, summed up."""
    return list(accumulate(1 / (rank + 2.7) for rank in range(count)))


class CopyingArchive:
    """A database of generated articles."""

    def __init__(self, conn: sqlite3.Connection, sources: int, months: int, articles: int) -> None:
        self.conn, self.sources = conn, sources
        self.step = timedelta(days=30.4 * months) / articles
        self.chance = random.Random("copying")
        self.weights = weights(sources)
        self.favourites = [
            self.chance.choices(range(1, sources + 1), cum_weights=self.weights, k=_FAVOURITES) for _ in range(sources)
        ]
        self.by_source: dict[int, list[int]] = {source: [] for source in range(1, sources + 1)}
        self.texts: dict[int, str] = {}
        self.times: dict[int, datetime] = {}
        self.agencies = [agency.name for agency in load_agencies().values()][:20]

    def begin(self) -> None:
        """Enter the sources, and how often each is looked at."""
        conn = self.conn
        conn.execute("INSERT INTO bodies (sha256, size, codec, data) VALUES (x'00', 0, 'zstd', x'00')")
        conn.execute("INSERT INTO extractors (id, code, rules, trafilatura) VALUES (1, 'bench', 'bench', 'bench')")
        conn.executemany(
            "INSERT INTO sources (id, name, url, added_at) VALUES (?, ?, ?, ?)",
            [
                (n, f"paper{n}.example", f"https://www.paper{n}.example/", START.isoformat())
                for n in range(1, self.sources + 1)
            ],
        )
        days = [(START + timedelta(days=n)).date().isoformat() for n in range(1100)]
        conn.executemany(
            "INSERT INTO source_days (source_id, day, looks) VALUES (?, ?, ?)",
            [(n, day, 4 + n % 60) for n in range(1, self.sources + 1) for day in days],
        )

    def put(self, numbers: range) -> None:
        """Enter articles with their decisions."""
        rows = [self._article(n) for n in numbers]
        at = 0
        for table, columns in _ROWS.items():
            width = columns.count(",") + 1
            statement = f"INSERT INTO {table} ({columns}) VALUES ({', '.join('?' * width)})"
            self.conn.executemany(statement, [row[at : at + width] for row in rows])
            at += width
        for table in ("unread", "unsettled", "unindexed"):
            self.conn.execute(f"DELETE FROM {table}")

    def _article(self, n: int) -> tuple[object, ...]:
        chance, page = self.chance, n + 1
        source = chance.choices(range(1, self.sources + 1), cum_weights=self.weights)[0]
        at, original, credit = START + self.step * n, page, None
        seen = at + timedelta(minutes=chance.randrange(5, 300))
        if n > 100 and chance.random() < 1 / 3:
            whose = chance.choice(self.favourites[source - 1])
            if whose != source and (held := self.by_source[whose]):
                original = held[-1 - min(len(held) - 1, int(chance.expovariate(1 / 20)))]
                at = self.times[original] + timedelta(minutes=chance.lognormvariate(4, 1.5))
                seen = max(seen, at)
                kind = chance.random()
                credit = f"Paper {whose} Daily" if kind < 0.4 else self._elsewhere() if kind < 0.57 else None
        elif chance.random() < 0.1:
            credit = self._elsewhere()
        words = self.texts.get(original) if original != page else None
        text = words + f"\nMore at paper {source}." if words else self._text(n)
        if original == page:
            self.by_source[source] = [*self.by_source[source][-60:], page]
            self.texts[page], self.times[page] = text, at
            self.texts.pop(page - _RECENT, None)
        url = f"https://www.paper{source}.example/{page}.html"
        verdict = "new" if original == page else "copy"
        precision = "minute" if source % 3 else "day"
        return (
            page, source, url, None, stamp(seen), 200, "{}", 1, "text/html",
            page, 1,
            page, url[8:], page.to_bytes(16, "big"), url, f"Title {page}", stamp(at), precision, f"Paper {source} Daily", credit,
            _LANGUAGES[source % len(_LANGUAGES)], text,
            page, verdict, page, original,
        )  # fmt: skip

    def _elsewhere(self) -> str:
        if self.chance.random() < 0.8:
            return self.agencies[min(19, int(self.chance.expovariate(1 / 4)))]
        return f"Far Away Post {int(self.chance.paretovariate(0.7)) % 3000}"

    def _text(self, n: int) -> str:
        chance = random.Random(n)
        return " ".join(f"w{chance.randrange(9000)}" for _ in range(150))


def stamp(at: datetime) -> str:
    """A timestamp as in the tables."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def make(path: Path, articles: int, sources: int, months: int) -> None:
    """The archive, without takings."""
    open_database(path, create=True).conn.close()
    conn = connect(path)
    conn.execute("PRAGMA cache_size = -200000")
    conn.execute("PRAGMA synchronous = OFF")
    archive = CopyingArchive(conn, sources, months, articles)
    with write(conn):
        archive.begin()
    for start in range(0, articles, _BATCH):
        with write(conn):
            archive.put(range(start, min(start + _BATCH, articles)))
        if start % 100_000 == 0:
            print(f"  made {start:,} of {articles:,}", file=sys.stderr, flush=True)
    conn.close()


def settled_rows(conn: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the tables, to compare them."""
    return {table: conn.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3").fetchall() for table in _TABLES}


def measure_rows(path: Path) -> None:
    """Make all rows, make some of them anew as settling does, and compare."""
    conn = connect(path)
    began = time.perf_counter()
    with write(conn):
        rebuild_takings(conn)
    print(f"all rows made in {time.perf_counter() - began:.1f} s: ", end="")
    print(", ".join(f"{table} {conn.execute(f'SELECT count(*) FROM {table}').fetchone()[0]:,}" for table in _TABLES))
    sizes = conn.execute(
        "SELECT name, sum(pgsize) / 1e6 FROM dbstat WHERE name IN"
        " ('takings', 'takings_from', 'takings_credited', 'copy_pairs', 'copy_lags', 'source_outlets') GROUP BY 1"
    ).fetchall()
    print("MB:", ", ".join(f"{name} {size:.1f}" for name, size in sizes))
    before = settled_rows(conn)
    last = conn.execute("SELECT max(page_id) FROM articles").fetchone()[0]
    newest = range(last - 1999, last + 1)
    with write(conn):
        conn.executemany("DELETE FROM takings WHERE article_id = ?", [(page,) for page in newest])
    began = time.perf_counter()
    for start in range(newest.start, newest.stop, 64):
        with write(conn):
            refresh_takings(conn, range(start, min(start + 64, newest.stop)))
    print(f"settling pays {(time.perf_counter() - began) / len(newest) * 1000:.3f} ms an article, commits included")
    print("kept rows are those made anew:", settled_rows(conn) == before)
    conn.close()


def measure_pages(path: Path, times: int) -> None:
    """Ask for each page."""
    conn = connect(path)
    (source, origin), (first, second) = (
        conn.execute(query).fetchone()
        for query in (
            "SELECT source_id, from_id FROM copy_pairs WHERE from_id > 0 GROUP BY 1, 2 ORDER BY sum(articles) DESC LIMIT 1",
            "SELECT earliest_id, article_id FROM takings WHERE earliest_id IS NOT NULL ORDER BY 2 DESC LIMIT 1",
        )
    )
    conn.close()
    pages = {
        "matrix": "/-/copying",
        "matrix of 30": "/-/copying?top=30",
        "matrix of a year": "/-/copying?since=2024-01&until=2024-12",
        "matrix of a language": "/-/copying?language=zh",
        "matrix, earliest seen": "/-/copying?known=earliest",
        "all pairs as CSV": "/-/copying.csv",
        "pair": f"/-/copying/pair?source={source}&origin=source:{origin}",
        "pair with an agency": f"/-/copying/pair?source={source}&origin=agency:xinhua",
        "its articles as JSON": f"/-/copying/pair.json?source={source}&origin=source:{origin}",
        "side by side": f"/-/compare/{first}/{second}",
    }
    print("| page | status | kB | first, ms | median, ms | longest, ms |\n| --- | ---: | ---: | ---: | ---: | ---: |")
    with inspecting(path) as home:
        for name, address in pages.items():
            took = []
            for _ in range(times + 1):
                began = time.perf_counter()
                status, body, _ = ask(home, quote(address, safe="/?&=:.-"))
                took.append((time.perf_counter() - began) * 1000)
            figures = f"{took[0]:.0f} | {statistics.median(took[1:]):.0f} | {max(took[1:]):.0f}"
            print(f"| {name} | {status} | {len(body.encode()) / 1000:.0f} | {figures} |", flush=True)


def main() -> None:
    """Make, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--sources", type=int, default=500)
    parser.add_argument("--months", type=int, default=36)
    parser.add_argument("--times", type=int, default=7)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with nullcontext(options.folder) if options.folder else tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"copying-{options.articles}.db"
        if not path.exists():
            make(path, options.articles, options.sources, options.months)
        measure_rows(path)
        measure_pages(path, options.times)


if __name__ == "__main__":
    main()

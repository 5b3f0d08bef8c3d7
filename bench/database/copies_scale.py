"""What settling costs as the archive grows: articles settled a second against a small and a large archive, and the index's size.

    python bench/database/copies_scale.py [--sizes 10000,1000000] [--real 50000] [--settled 2000] [--folder FOLDER]

Texts are generated, the n-th always the same: half in a spaced script (about 2,200 letters), half in Han characters (about 900),
of words as frequent as words are (Zipf). Of 100, 68 are new, 16 are copies of an earlier one (words changed, cut, credited, exact),
12 are filled-in forms of 60 kinds (same words, other figures) and 4 are one-paragraph flashes. The archive is settled in steps of
500; then so many new articles are settled as a crawl does, 64 a transaction, and that alone is timed, threads included. All of it
runs on one core. With --folder the archive is kept. With `--sizes 10000,1000000 --real 20000`, what is beyond are stand-ins: rows
and random marks without texts, so that every index of copies has its full size.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
import tempfile
import time
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from db.connection.database import connect, open_database, write
from db.models import Article
from db.store.dedup.near_copies import IndexedText, any_unsettled, insert_sketches, text_number
from db.store.dedup.threads import any_unthreaded
from db.store.extraction.outcomes import Extractor, extractor_id
from db.store.sites.sources import add_source
from pipelines.dedup.settle import settle
from pipelines.extraction.fingerprint import fingerprint
from tests.support.articles import insert_indexed_article

BATCH = 64
_VOCABULARY = 30_000
_HAN_LETTERS = 3_000
_FORMS = 60
_STAND_IN_MARKS = 15
_STAND_IN_LETTERS = 1500
# What is printed again is one of the first so many.
_ORIGINALS = 50_000
_INDEX = ("marks", "marked_texts", "likenesses", "claims", "unsettled")


@lru_cache(maxsize=1)
def vocabulary() -> tuple[list[str], list[str], list[float]]:
    """Words of letters, words of Han characters, and their weights, summed up."""
    chance = random.Random("words")
    spaced = ["".join(chance.choices("abcdefghijklmnoprstuvz", k=chance.randint(2, 9))) for _ in range(_VOCABULARY)]
    han = ["".join(chr(0x4E00 + chance.randrange(_HAN_LETTERS)) for _ in range(2)) for _ in range(_VOCABULARY)]
    return spaced, han, list(accumulate(1 / (rank + 2.7) for rank in range(_VOCABULARY)))


def text_at(n: int) -> str:
    """The n-th text."""
    chance = random.Random(n)
    kind = chance.random()
    if kind < 0.68 or n == 0:
        return story(chance)
    if kind < 0.84:
        return reprint(text_at(chance.randrange(min(n, _ORIGINALS))), chance)
    return form(chance) if kind < 0.96 else flash(chance)


def story(chance: random.Random) -> str:
    """A new story of its own words."""
    spaced, han, weights = vocabulary()
    in_han = chance.random() < 0.5
    words = chance.choices(han if in_han else spaced, cum_weights=weights, k=chance.randint(300, 600))
    glue = "" if in_han else " "
    return "\n".join(glue.join(words[at : at + 50]) for at in range(0, len(words), 50))


def reprint(text: str, chance: random.Random) -> str:
    """The same story printed elsewhere."""
    lines = text.split("\n")
    match chance.randrange(4):
        case 0:
            return text
        case 1:
            return "\n".join(lines[: max(1, int(len(lines) * chance.uniform(0.6, 0.9)))])
        case 2:
            return f"TOWN (Agency {chance.randrange(99)}) - {text}\nReported by desk {chance.randrange(99)}"
        case _:
            changed = list(text)
            for _ in range(len(changed) // 50):
                changed[chance.randrange(len(changed))] = "x"
            return "".join(changed)


def form(chance: random.Random) -> str:
    """One of the forms, filled in."""
    words = story(random.Random(f"form {chance.randrange(_FORMS)}")).replace("\n", " ")
    pieces = [words[at : at + 40] for at in range(0, 800, 40)]
    return " ".join(f"{piece} {chance.randrange(1000)}" for piece in pieces)


def flash(chance: random.Random) -> str:
    """One line, of which many differ in figures and name only."""
    spaced, _, _ = vocabulary()
    name, figure = chance.choice(spaced).title(), chance.randrange
    price, change = f"{figure(500)}.{figure(99)}", f"{figure(9)}.{figure(9)}"
    return f"Shares of {name} closed at {price} on day {figure(30)}, {change} per cent higher than the day before."


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """A database of generated articles."""

    conn: sqlite3.Connection
    maker: int

    def put(self, numbers: range) -> None:
        """Enter articles, not settled."""
        for n in numbers:
            at = datetime.fromtimestamp(1_600_000_000 + n, UTC).isoformat(timespec="milliseconds")
            url = f"https://site{n % 997}.example/{n}.html"
            self.conn.execute(
                "INSERT INTO pages (id, source_id, url, fetched_at, status, headers, body_id) VALUES (?, 1, ?, ?, 200, '{}', 1)",
                (n + 1, url, at),
            )
            article = Article(url=url, title=f"Title {n}", text=text_at(n))
            insert_indexed_article(self.conn, n + 1, url, article, fingerprint(article, url), self.maker)

    def store(self, numbers: range) -> None:
        """Enter articles and settle them."""
        self.put(numbers)
        while any_unsettled(self.conn) or any_unthreaded(self.conn):
            settle(self.conn)

    def stand_in(self, numbers: range) -> None:
        """Enter articles that are rows and marks alone: they make every index as large as it would be, and cost little to make."""
        chance = random.Random(numbers.start)
        for n in numbers:
            text_hash = chance.randbytes(16)
            page = (n + 1, f"https://site{n % 997}.example/{n}.html", f"2020-01-01T00:00:00.{n % 1000:03}Z")
            self.conn.execute("INSERT INTO pages VALUES (?, 1, NULL, ?, NULL, ?, 200, NULL, '{}', 1)", page)
            self.conn.execute("INSERT INTO outcomes (page_id, extractor_id) VALUES (?, ?)", (n + 1, self.maker))
            self.conn.execute(
                "INSERT INTO articles (page_id, address_key, text_hash, url, title, text) VALUES (?, ?, ?, ?, 'stand-in', 'x')",
                (n + 1, page[1], text_hash, page[1]),
            )
            marks = [chance.getrandbits(48) for _ in range(_STAND_IN_MARKS)]
            insert_sketches(
                self.conn, [IndexedText(text=text_number(text_hash), length=_STAND_IN_LETTERS, marks=marks)]
            )
            self.conn.execute("INSERT INTO decisions VALUES (?, 'new', ?, ?, 1)", (n + 1, n + 1, n + 1))
        for queue in ("unread", "unsettled", "unthreaded"):
            self.conn.execute(f"DELETE FROM {queue}")


def archive_at(path: Path, size: int, real: int) -> Archive:
    """The archive of that size, made where it is not there; what comes after the first `real` articles is stand-ins."""
    fresh = not path.exists()
    open_database(path, create=True).conn.close()
    conn = connect(path)
    if fresh:
        with write(conn):
            add_source(conn, name="s", url="http://s.example/", settings={}, at=datetime.now(UTC))
            conn.execute("INSERT INTO bodies (sha256, size, codec, data) VALUES (x'00', 0, 'zstd', x'00')")
    with write(conn):
        maker = extractor_id(conn, Extractor(code="bench", rules="bench", trafilatura="bench"))
    archive = Archive(conn=conn, maker=maker)
    held = int(conn.execute("SELECT coalesce(max(id), 0) FROM pages").fetchone()[0])
    conn.execute("PRAGMA cache_size = -400000")
    for start in range(held, size, 2000):
        with write(conn):
            numbers = range(start, min(start + 2000, size))
            (archive.store if start < real else archive.stand_in)(numbers)
        if start % 50_000 == 0:
            print(f"  made {start} of {size}", file=sys.stderr, flush=True)
    conn.close()
    return Archive(conn=connect(path), maker=maker)


def measure(archive: Archive, size: int, settled: int) -> tuple[float, float, dict[str, int]]:
    """Settle so many new articles: seconds of the clock, seconds of CPU, verdicts."""
    wall = cpu = 0.0
    for start in range(size, size + settled, BATCH):
        numbers = range(start, min(start + BATCH, size + settled))
        with write(archive.conn):
            archive.put(numbers)
        began, began_cpu = time.perf_counter(), time.process_time()
        with write(archive.conn):
            settle(archive.conn, [n + 1 for n in numbers])
        wall += time.perf_counter() - began
        cpu += time.process_time() - began_cpu
    rows = archive.conn.execute(
        "SELECT verdict, count(*) FROM decisions WHERE page_id > ? GROUP BY 1", (size,)
    ).fetchall()
    return wall, cpu, dict(rows)


def index_bytes(conn: sqlite3.Connection) -> int | None:
    """Bytes of the index's pages; None where this SQLite cannot tell."""
    query = "SELECT coalesce(sum(pgsize), 0) FROM dbstat WHERE name = ?"
    try:
        return sum(int(conn.execute(query, (name,)).fetchone()[0]) for name in _INDEX)
    except sqlite3.OperationalError:
        return None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument(
        "--real", type=int, default=1_000_000, help="articles after so many are stand-ins: rows and marks"
    )
    parser.add_argument("--settled", type=int, default=2000)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    costs = []
    with nullcontext(options.folder) if options.folder else tempfile.TemporaryDirectory() as folder:
        for size in map(int, options.sizes.split(",")):
            archive = archive_at(Path(folder) / f"archive-{size}.db", size, options.real)
            held = int(archive.conn.execute("SELECT max(id) FROM pages").fetchone()[0])
            wall, cpu, verdicts = measure(archive, held, options.settled)
            bytes_each = (index_bytes(archive.conn) or 0) / (held + options.settled)
            archive.conn.close()
            costs.append((wall / options.settled, cpu / options.settled))
            print(
                f"{held:>9} stored: {options.settled / wall:6.0f} articles/s, {wall / options.settled * 1000:.2f} ms each "
                f"({cpu / options.settled * 1000:.2f} ms CPU), index {bytes_each:.0f} bytes an article, {verdicts}",
                flush=True,
            )
    clock, work = (last / first for first, last in zip(costs[0], costs[-1], strict=True))
    print(f"cost at the last size, of that at the first: {clock:.2f} by the clock, {work:.2f} of CPU")


if __name__ == "__main__":
    main()

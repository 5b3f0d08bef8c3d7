"""What the commands cost on a large database, cold and warm: python -m bench.database.large_commands DATABASE [DATABASE ...]

DATABASE is one that may be written to, such as `bench.database.large_archive` makes. Each command is a process of its own, start
included: once after the system's cache of the file is dropped (cold), then three times (median). Writing ones run once, warm: one
article is stored and settled (64 times, each in a transaction of its own; median), a crawl of a source that gives nothing, `upkeep`
without its backup, `backup`. Where other work shares the processors, processor time and the bytes that a disk had to give are what
counts. At the end the bytes of the largest tables and indexes.
"""

from __future__ import annotations

import argparse
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bench.database.cold import drop_from_memory
from bench.database.copies_scale import story
from db.connection.database import connect, write
from db.models import Article
from db.store.extraction.outcomes import Extractor, extractor_id
from pipelines.dedup.settle import settle
from pipelines.extraction.fingerprint import fingerprint
from tests.support.articles import insert_indexed_article

READING = (
    ("status",),
    ("stats",),
    ("articles",),
    ("articles", "--source", "site3.example"),
    ("articles", "--person", "Ann Reed60", "--since", "30d"),
    ("search", "{word}"),
    ("show", "{article}"),
    ("copies", "{copied}"),
    ("sources", "list"),
    ("coverage",),
    ("digest",),
    ("alerts",),
    ("export", "csv", "--limit", "1000"),
)
_SETTLED = 64
_HEAD = "| command | cold, s | read, MB | warm, s | CPU, s |\n| --- | ---: | ---: | ---: | ---: |"
# Page by page: summed up by dbstat itself, a table above 4 GiB comes out too small.
_LARGEST = """
SELECT name, sum(pgsize) FROM dbstat GROUP BY 1 ORDER BY 2 DESC LIMIT 40
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds on the clock and of the processor, and megabytes read from the disk."""

    seconds: float
    cpu: float
    read_mb: float


def run(database: Path, *words: str) -> Cost:
    """What a command takes, start included."""
    command = [sys.executable, "-m", "cli.main", "--db", str(database), *words]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    took = Cost(seconds=seconds, cpu=cpu, read_mb=(after.ru_inblock - before.ru_inblock) * 512 / 1e6)
    if done.returncode not in (0, 1):
        print(f"{words}: exit code {done.returncode}: {done.stderr[-300:]}", file=sys.stderr)
    return took


def known(database: Path) -> dict[str, str]:
    """What the commands are asked for."""
    conn = connect(database, readonly=True)
    article, title = conn.execute(
        "SELECT page_id, title FROM articles ORDER BY page_id DESC LIMIT 1 OFFSET 5000"
    ).fetchone()
    copied = conn.execute("SELECT original_id FROM decisions WHERE verdict = 'copy' ORDER BY page_id DESC").fetchone()[
        0
    ]
    conn.close()
    return {"article": str(article), "copied": str(copied), "word": title.split()[0] if " " in title else title[:2]}


def settled(database: Path) -> Cost:
    """What storing and settling one article with an author and an editor who are known takes, the medians."""
    conn, took, cpu = connect(database), list[float](), list[float]()
    with write(conn):
        maker = extractor_id(conn, Extractor(code="bench", rules="bench", trafilatura="bench"))
    names = tuple(name for (name,) in conn.execute("SELECT DISTINCT name FROM credits LIMIT 3"))
    first = int(conn.execute("SELECT max(id) FROM pages").fetchone()[0]) + 1
    for page_id in range(first, first + _SETTLED):
        url = f"https://site7.example/settled-{page_id}.html"
        article = Article(
            url=url,
            title=f"Title {page_id}",
            text=story(random.Random(page_id)),
            authors=names[page_id % 2 :][:1],
            editors=names[2:],
        )
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        began, spent = time.perf_counter(), time.process_time()
        with write(conn):
            conn.execute(
                "INSERT INTO pages (id, source_id, url, fetched_at, status, headers, body_id) VALUES (?, 7, ?, ?, 200, '{}', 1)",
                (page_id, url, at),
            )
            insert_indexed_article(conn, page_id, url, article, fingerprint(article, url), maker)
            settle(conn, [page_id])
        took.append(time.perf_counter() - began)
        cpu.append(time.process_time() - spent)
    conn.close()
    return Cost(seconds=statistics.median(took), cpu=statistics.median(cpu), read_mb=0.0)


class _Nothing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"<html><title>Nothing</title><p>There is no news.</p></html>"
        self.send_response(200 if self.path == "/" else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


def crawled(database: Path) -> Cost:
    """What the second crawl of a source that names no articles takes, start of the process included."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Nothing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/"
    run(database, "sources", "add", url, "--name", "nothing")
    run(database, "crawl", "nothing")
    took = run(database, "crawl", "nothing")
    run(database, "sources", "remove", "nothing")
    server.shutdown()
    return took


def _tell(what: str, cost: Cost) -> None:
    print(f"| {what} | | {cost.read_mb:.1f} | {cost.seconds:.2f} | {cost.cpu:.2f} |", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path, nargs="+")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--reading", action="store_true", help="only the commands that do not write")
    options = parser.parse_args()
    for database in options.database:
        asked = known(database)
        print(f"\n{database.name}, {database.stat().st_size / 1e9:.2f} GB\n\n{_HEAD}", flush=True)
        for words in READING:
            filled = [word.format(**asked) for word in words]
            drop_from_memory(database)
            cold = run(database, *filled)
            warm = [run(database, *filled) for _ in range(options.times)]
            seconds, cpu = (
                statistics.median(values) for values in zip(*((one.seconds, one.cpu) for one in warm), strict=True)
            )
            told = f"{cold.seconds:.2f} | {cold.read_mb:.1f} | {seconds:.2f} | {cpu:.2f}"
            print(f"| `{' '.join(words)}` | {told} |", flush=True)
        if options.reading:
            continue
        one = settled(database)
        print(f"| store and settle one article, ms | | | {one.seconds * 1000:.1f} | {one.cpu * 1000:.1f} |", flush=True)
        _tell("a crawl that finds nothing", crawled(database))
        for step in ("prune", "optimize", "check", "checkpoint"):
            _tell(f"`upkeep {step}`", run(database, "upkeep", step))
        with tempfile.TemporaryDirectory(dir=database.parent) as folder:
            _tell("`backup`", run(database, "backup", f"{folder}/backup.db"))
        conn = sqlite3.connect(database)
        articles = conn.execute("SELECT max(page_id) FROM articles").fetchone()[0]
        print("\n| table or index | MB | bytes a page |\n| --- | ---: | ---: |")
        for name, size in conn.execute(_LARGEST):
            print(f"| {name} | {size / 1e6:.0f} | {size / articles:.0f} |")
        conn.close()


if __name__ == "__main__":
    main()

"""Pages through WARC and back: imported, exported, imported into a second database, and every row of the two compared.

    python -m bench.database.warc_round_trip CORPUS [--pages 1000] [--folder FOLDER]

CORPUS is a folder of *.html or *.html.gz, or one with a `gold.jsonl` of addresses beside `pages/`. Of its pages a WARC is written
as a server and a crawler would leave it: one answer in three is packed, one in ten came behind a redirect, each twentieth address
is fetched again with other bytes; headers are repeated, set cookies, are not ASCII. Then, each by the command itself:

    corpus ──> source.warc.gz ──import──> first/news.db ──export──> first/pages.warc.gz ──import──> second/news.db

Compared are the answers as written with the first database, and the first database with the second: addresses, times,
statuses, the headers that a crawl keeps, the bytes (unpacked, not only their hashes), links, fetches, sources, and all
derived rows. `warcio check` judges the exported file. Printed: what was compared, what differs, seconds, CPU and peak
memory of each command. Exit code 1 where anything differs. Linux only.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from bench.cpu import Cpu
from bench.crawl.crawl_memory import rss
from bench.database.replay_speed import COPYDESK, corpus, environment
from db.bodies.store import load_body
from db.connection.database import open_readonly
from db.timestamps import format_timestamp
from pipelines.urls import clean_url
from tests.support.processes import descendants

START = datetime(2026, 10, 1, 8, 0, 0, 123000, tzinfo=UTC)
SHOWN = 10
COOKIE, REPEATED, NAMED = ("Set-Cookie", "id=1"), ("Vary", "Cookie"), ("X-Editor", "Łucja Ångström 王小雨")
# What is equal where the round trip loses nothing: a query each, in an order that does not hang on either database.
ROWS = {
    "pages": "SELECT p.id, p.url, p.final_url, p.fetched_at, p.status, p.content_type, p.headers, b.size, p.body_id"
    " FROM pages p JOIN bodies b ON b.id = p.body_id ORDER BY p.id",
    "further parts": "SELECT page_id, position, url, body_id FROM page_parts ORDER BY 1, 2",
    "links": "SELECT key, url, kind, found_in, title, published, modified, author, section FROM links"
    " WHERE id IN (SELECT link_id FROM pages) ORDER BY key",
    "fetches": "SELECT page_id, url, final_url, started_at, duration_ms, status, bytes FROM fetches"
    " WHERE page_id IS NOT NULL ORDER BY 1, started_at",
    "sources": "SELECT name, url FROM sources WHERE id IN (SELECT source_id FROM pages) ORDER BY 1",
    "extractors": "SELECT * FROM extractors ORDER BY 1",
    "outcomes": "SELECT * FROM outcomes ORDER BY 1",
    "articles": "SELECT * FROM articles ORDER BY 1, 2, 3",
    "credits": "SELECT * FROM credits ORDER BY 1, 2, 3, 4",
    "decisions": "SELECT * FROM decisions ORDER BY 1, 2, 3",
    "revisions": "SELECT * FROM revisions_view ORDER BY 1, 2, 3",
    "copies": "SELECT * FROM copies_view ORDER BY 1, 2, 3",
}


class Http(StatusAndHeaders):  # type: ignore[misc]
    """Headers as they are: warcio would write what is not ASCII with percent signs."""

    def to_ascii_bytes(self, filter_func: Any = None) -> bytes:
        return str(self.to_str(filter_func)).encode() + b"\r\n"


class Answer:
    """One answer of a server as the crawler got it."""

    def __init__(self, number: int, url: str, body: bytes) -> None:
        self.url, self.body, self.at = url, body, START + timedelta(minutes=number)
        self.asked = f"{url}{'&' if '?' in url else '?'}go={number}" if number % 10 == 7 else url
        self.packed = number % 3 == 1
        self.headers = [
            ("Content-Type", "text/html"),
            ("ETag", f'"{number:x}"'),
            ("Last-Modified", "Thu, 01 Oct 2026 07:00:00 GMT"),
            ("Vary", "Accept-Encoding"),
            REPEATED,
            NAMED,
            COOKIE,
        ]
        if self.packed:
            self.headers.append(("Content-Encoding", "gzip"))

    def sent(self) -> bytes:
        """The body as it went over the wire."""
        return gzip.compress(self.body, 6, mtime=0) if self.packed else self.body

    def kept(self) -> dict[str, str]:
        """The headers as a crawl keeps them: joined where repeated, without cookies."""
        said = dict(self.headers) | {"Vary": "Accept-Encoding, Cookie", "Content-Length": str(len(self.sent()))}
        return {name: value.encode().decode("latin-1") for name, value in said.items() if name != "Set-Cookie"}


def answers(where: Path, pages: int) -> Iterator[Answer]:
    """So many, of the corpus again and again, at other addresses each time."""
    found = [(path, clean) for path, url in corpus(where) if (clean := clean_url(url))]
    if not found:
        sys.exit(f"{where}: no pages there; name a folder of HTML files")
    for number in range(pages):
        # Each twentieth is the one before, some bytes longer.
        path, url = found[(number - (number % 20 == 19)) % len(found)]
        turn = number // len(found)
        body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        at = f"{url}{'&' if '?' in url else '?'}turn={turn}" if turn else url
        yield Answer(number, at, body + b"\n<!-- %d -->" % number)


def write_source(path: Path, given: Iterable[Answer]) -> None:
    """The WARC that a crawler would have left, by warcio."""
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=True, warc_version="1.1")

        def put(url: str, at: datetime, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
            http = Http(status, headers, protocol="HTTP/1.1")
            record = writer.create_warc_record(
                url,
                "response",
                payload=io.BytesIO(body),
                length=len(body),
                http_headers=http,
                warc_headers_dict={"WARC-Date": format_timestamp(at)},
            )
            writer.write_record(record)

        for one in given:
            if one.asked != one.url:
                put(one.asked, one.at, "301 Moved Permanently", [("Location", one.url)], b"")
            body = one.sent()
            put(one.url, one.at, "200 OK", [*one.headers, ("Content-Length", str(len(body)))], body)


def run(folder: Path, *command: str) -> dict[str, Any]:
    """A command to its end; its JSON where it gives one. Prints seconds, CPU of all its processes and peak memory."""
    began, peaks = time.perf_counter(), [0.0, 0.0]
    with (folder / "said").open("w+b") as out:
        process = subprocess.Popen(command, cwd=folder, env=environment(), stdout=out)
        cpu = Cpu(process.pid)
        while process.poll() is None:
            cpu.poll()
            now = rss(process.pid), max(map(rss, descendants(process.pid)), default=0.0)
            peaks = [max(pair) for pair in zip(peaks, now, strict=True)]
            time.sleep(0.1)
        out.seek(0)
        said = out.read().decode()
    took = time.perf_counter() - began
    name = " ".join(Path(word).name for word in command if word not in COPYDESK)
    print(f"  {name:36}{took:6.1f} s, CPU {cpu.spent:6.1f} s, at most {peaks[0]:.0f} MiB, readers {peaks[1]:.0f} MiB")
    if process.returncode:
        sys.exit(f"{' '.join(command)} gave {process.returncode}: {said}")
    return json.loads(said) if said.startswith("{") else {}


class Differences:
    """Counts what was compared, shows the first that differ."""

    def __init__(self) -> None:
        self.found = 0

    def compare(self, name: str, one: Iterable[Any], other: Iterable[Any]) -> None:
        """Two streams, item by item."""
        compared = differ = 0
        for left, right in zip_longest(one, other):
            compared += 1
            if left != right:
                differ += 1
                if differ <= SHOWN:
                    print(f"  {name}: {left!r:.300}\n     is now {right!r:.300}")
        print(f"  {name:24} {compared:7,} compared, {differ:,} differ")
        self.found += differ


def stored(conn: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """Each page with its headers and its bytes."""
    query = "SELECT url, final_url, fetched_at, status, headers, body_id FROM pages ORDER BY id"
    for *fields, headers, body_id in conn.execute(query):
        yield *fields, json.loads(headers), load_body(conn, body_id)


def sent(given: Iterable[Answer]) -> Iterator[tuple[Any, ...]]:
    """The answers in the form of `stored`."""
    for one in given:
        yield one.asked, one.url if one.asked != one.url else None, format_timestamp(one.at), 200, one.kept(), one.body


def rows(conn: sqlite3.Connection, query: str) -> Iterator[tuple[Any, ...]]:
    """Of one query, with headers as an object: their order says nothing."""
    for row in conn.execute(query):
        yield tuple(json.loads(value) if isinstance(value, str) and value.startswith("{") else value for value in row)


def round_trip(folder: Path, given: Callable[[], Iterable[Answer]]) -> int:
    """Make, send through, compare; how much differs."""
    for name in ("first", "second"):
        (folder / name).mkdir()
        (folder / name / "copydesk.toml").write_text("")
    first, second = folder / "first", folder / "second"
    source, exported = folder / "source.warc.gz", first / "pages.warc.gz"
    write_source(source, given())
    print(f"source.warc.gz: {source.stat().st_size / 1e6:.1f} MB")
    told = run(first, *COPYDESK, "import", str(source), "--json")
    run(first, *COPYDESK, "export", "warc", "-o", str(exported))
    print(f"pages.warc.gz: {exported.stat().st_size / 1e6:.1f} MB")
    run(first, str(Path(sys.executable).parent / "warcio"), "check", str(exported))
    back = run(second, *COPYDESK, "import", str(exported), "--json")
    print(f"first import: { {name: told[name] for name in ('new', 'unchanged', 'known', 'passed', 'unread')} }")
    print(f"second import: { {name: back[name] for name in ('new', 'unchanged', 'known', 'passed', 'unread')} }")
    differences = Differences()
    one, other = open_readonly(first / "news.db"), open_readonly(second / "news.db")
    differences.compare("answers as sent", sent(given()), stored(one))
    differences.compare("pages with their bytes", stored(one), stored(other))
    for name, query in ROWS.items():
        differences.compare(name, rows(one, query), rows(other, query))
    one.close()
    other.close()
    return differences.found


def main() -> None:
    """Make, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--folder", type=Path, help="make the files there, in an empty folder, and keep them")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp())
    folder.mkdir(exist_ok=True)
    folder = folder.absolute()
    try:
        differ = round_trip(folder, lambda: answers(options.corpus.absolute(), options.pages))
    finally:
        if not options.folder:
            shutil.rmtree(folder)
    print(f"{differ:,} differences; this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")
    sys.exit(1 if differ else 0)


if __name__ == "__main__":
    main()

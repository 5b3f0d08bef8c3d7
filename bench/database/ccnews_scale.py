"""A file like those of CC-NEWS: how fast records are sifted, and how fast the wanted ones become settled articles.

    python -m bench.database.ccnews_scale [--records 200000] [--share 0.02] [--runs 3] [FOLDER]

Made-up pages of 20 kB, one gzip member for each record; FOLDER keeps the file (some 1 GB) for another run. Three things are timed
in turn, CPU seconds of this process: FastWARC's bare iteration, the sieve, and then once the whole command on an empty database.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from db.store.archives.archive_import import host_of
from pipelines.exchange.warc.sieve import SieveCounts, wanted_records

_WORDS = (
    "harbour bridge council tide engineer morning ferry river budget school winter station garden market theatre road "  # noqa: SIM905
    "hospital island spring storm railway museum village teacher pilot farmer library mountain valley captain".split()
)
_MONTH_RECORDS, _MONTH_GIGABYTES = 13_000_000, 600
"""Of CC-NEWS in a month, as its lists say of late: some 600 files of 1 GB with some 22,000 pages each."""


def page(chance: random.Random, number: int) -> bytes:
    """A news page: a text of its own, and what surrounds it on a site."""
    lines = "".join(f"<p>{' '.join(chance.choices(_WORDS, k=45)).capitalize()}.</p>" for _ in range(12))
    links = "".join(
        f"<li><a href='/{chance.getrandbits(40):x}'>{' '.join(chance.choices(_WORDS, k=8))}</a></li>"
        for _ in range(150)
    )
    at = f"2026-10-{number % 28 + 1:02}T{number % 24:02}:{number % 60:02}:00+00:00"
    return (
        f"<html lang='en'><head><title>Report {number}</title><meta property='article:published_time' content='{at}'></head>"
        f"<body><nav><ul>{links}</ul></nav><article><h1>The {' '.join(chance.choices(_WORDS, k=5))}, {number}</h1>{lines}</article>"
        "</body></html>"
    ).encode()


def write_file(path: Path, records: int, share: float) -> None:
    """The file, under a name that is given once it is whole."""
    chance, partial = random.Random(7), path.with_suffix(".part")
    with partial.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for number in range(records):
            host = "wanted.example" if chance.random() < share else f"site{number % 4000}.example"
            url = f"https://www.{host}/2026/10/{number}.html"
            head = StatusAndHeaders("200 OK", [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1")
            stated = {"WARC-Date": f"2026-10-{number % 28 + 1:02}T10:00:00Z"}
            record = writer.create_warc_record(
                url, "response", io.BytesIO(page(chance, number)), http_headers=head, warc_headers_dict=stated
            )
            writer.write_record(record)
            record.raw_stream.close()
    partial.rename(path)


def iterate(path: Path) -> int:
    """FastWARC alone."""
    with path.open("rb") as file:
        kinds = WarcRecordType.response | WarcRecordType.revisit
        return sum(1 for _ in ArchiveIterator(file, record_types=kinds, parse_http=False))


def sift(path: Path) -> int:
    """The sieve, without what becomes of the wanted records."""
    counts, wanted = SieveCounts(), {host_of("https://www.wanted.example/")}
    with path.open("rb") as file:
        for _ in wanted_records(file, lambda url: host_of(url) in wanted, counts):
            pass
    return counts.records


def timed(work: Callable[[Path], int], path: Path) -> float:
    """CPU seconds."""
    began = time.process_time()
    work(path)
    return time.process_time() - began


def main() -> int:
    """Measure, and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--share", type=float, default=0.02)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as kept:
        base = options.folder or Path(kept)
        name = "crawl-data/CC-NEWS/2026/10/CC-NEWS-20261001000000-00001.warc.gz"
        (base / name).parent.mkdir(parents=True, exist_ok=True)
        (base / name).parent.joinpath("warc.paths.gz").write_bytes(gzip.compress(name.encode()))
        if not (base / name).exists():
            write_file(base / name, options.records, options.share)
        print(f"{options.records:,} records, {(base / name).stat().st_size / 1e9:.2f} GB")
        pairs = [(timed(iterate, base / name), timed(sift, base / name)) for _ in range(options.runs)]
        bare, sifted = (statistics.median(column) for column in zip(*pairs, strict=True))
        ratio = statistics.median(second / first for first, second in pairs)
        print(
            f"bare iteration {options.records / bare:,.0f} records/s, sieve {options.records / sifted:,.0f}: {ratio:.2f} times"
        )
        settled = _command(base, sifting=sifted)
        _tell_month(sifting=(base / name).stat().st_size / 1e9 / sifted, settled=settled, share=options.share)
    return 0


def _tell_month(*, sifting: float, settled: float, share: float) -> None:
    """What a month of CC-NEWS takes. `sifting`: gigabytes a second; `settled`: articles a second.

    Sifting is counted by bytes, since the pages of CC-NEWS are larger than those made up here: 46 kB packed against 5.
    """
    sift, articles = _MONTH_GIGABYTES / sifting / 3600, _MONTH_RECORDS * share
    settle = articles / settled / 3600
    print(
        f"a month of CC-NEWS ({_MONTH_RECORDS:,} records, {_MONTH_GIGABYTES} GB): sifting {sift:.1f} h, {articles:,.0f} articles"
        f" {settle:.1f} h, one after the other {sift + settle:.1f} h; all records wanted {settle / share:.0f} h"
    )


def _command(base: Path, *, sifting: float) -> float:
    """The whole command, from the file to settled articles. Returns articles a second, without the seconds of `sifting`."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "copydesk.toml").write_text(f"common_crawl_data_url = {json.dumps(str(base))}\n", "utf-8")

        def run(*arguments: str) -> str:
            command = [sys.executable, "-m", "cli.main", "--config", f"{folder}/copydesk.toml", *arguments]
            return subprocess.run(command, check=True, capture_output=True, text=True).stdout

        run("sources", "add", "https://www.wanted.example/", "--no-discovery")
        began = time.monotonic()
        done = json.loads(run("ccnews", "--since", "2026-10", "--until", "2026-10", "--json"))
        seconds = time.monotonic() - began
        print(
            f"command: {done['pages']:,} pages of {done['records']:,} records, {done['new']:,} new articles in {seconds:.0f} s:"
            f" {done['new'] / seconds:.0f} articles/s, {done['records'] / seconds:,.0f} records/s"
        )
        return float(done["new"]) / (seconds - sifting)


if __name__ == "__main__":
    sys.exit(main())

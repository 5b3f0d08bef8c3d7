"""How small bodies pack by earlier pages of their site, each page by the others.

    python -m bench.database.body_size CORPUS [--level 19] [--pages 1,2,3,4]

CORPUS has `gold.jsonl` (id, url, crawled or published) and `pages/ID.html.gz`. A site is a host; an archived address counts for the
host it holds, and a page without an address for the first three words of its id, as the replayed web names them. Sites of four
pages or more. The dictionary never has the page itself in it. A ratio is of sums: all bytes packed, by all that gzip -6 takes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

from db.bodies.dictionaries import LEVEL, compress_with_dictionary
from db.zstd import zstd

_ARCHIVED = re.compile(r"https?://web\.archive\.org/web/[^/]+/(.*)")


def sites_of(corpus: Path, least: int = 4) -> dict[str, list[tuple[str, bytes]]]:
    """The pages of each site of so many or more with the day they are from, oldest first."""
    sites: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
    for line in (corpus / "gold.jsonl").read_text().splitlines():
        row = json.loads(line)
        url = row.get("url") or ""
        archived = _ARCHIVED.match(url)
        named = "-".join(row["id"].split("-")[:3]) + " (no address)"
        host = (urlsplit(archived[1] if archived else url).hostname or named).removeprefix("www.")
        body = gzip.decompress((corpus / "pages" / f"{row['id']}.html.gz").read_bytes())
        sites[host].append((str(row.get("crawled") or row.get("published") or "")[:10], body))
    return {host: sorted(pages) for host, pages in sites.items() if len(pages) >= least}


def _measure(pages: list[bytes], number: int, level: int) -> tuple[int, list[float], list[float], list[float]]:
    """Bytes of these pages, each by the `number` nearest others; ms to digest, to pack, to unpack."""
    total, digesting, packing, reading = 0, [], [], []
    for index, body in enumerate(pages):
        near = sorted((other for other in range(len(pages)) if other != index), key=lambda o: abs(o - index))
        dictionary = zstd.ZstdDict(b"".join(pages[other] for other in reversed(near[:number])), is_raw=True)
        times = [time.perf_counter()]
        compress_with_dictionary(dictionary, b"", level)
        times.append(time.perf_counter())
        data = compress_with_dictionary(dictionary, body, level)
        times.append(time.perf_counter())
        zstd.decompress(data, zstd_dict=dictionary)
        times.append(time.perf_counter())
        if zstd.decompress(data, zstd_dict=dictionary) != body:
            sys.exit("a page does not read back")
        times.append(time.perf_counter())
        total += len(data)
        digesting.append((times[1] - times[0]) * 1000)
        packing.append((times[2] - times[1]) * 1000)
        reading.append((times[4] - times[3]) * 1000)
    return total, digesting, packing, reading


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--level", type=int, default=LEVEL)
    parser.add_argument("--pages", default="1,2,3,4", help="how many pages a dictionary has; several, by commas")
    arguments = parser.parse_args()
    sites = sites_of(arguments.corpus)
    by_gzip = {host: sum(len(gzip.compress(body, 6)) for _, body in pages) for host, pages in sites.items()}
    for number in map(int, arguments.pages.split(",")):
        total, digesting, packing, reading = 0, [], [], []  # type: ignore[var-annotated]
        addressed = [0, 0]
        for host, dated in sites.items():
            size, *times = _measure([body for _, body in dated], number, arguments.level)
            total += size
            if "no address" not in host:
                addressed = [addressed[0] + size, addressed[1] + by_gzip[host]]
            for kept, one in zip((digesting, packing, reading), times, strict=True):
                kept.extend(one)
            span = f"{dated[0][0] or '?'} to {dated[-1][0]}"
            print(
                f"  {host:30} {len(dated)} pages, {span}: {by_gzip[host]:9,} {size:9,} {size / by_gzip[host]:.3f}",
                flush=True,
            )
        digest, pack, read = (statistics.median(times) for times in (digesting, packing, reading))
        print(
            f"level {arguments.level}, {number} pages: {total / sum(by_gzip.values()):.3f} of gzip -6, "
            f"{addressed[0] / addressed[1]:.3f} of it on sites with addresses; median ms: digesting {digest:.0f}, packing "
            f"{pack:.0f}, unpacking {read:.2f}",
            flush=True,
        )


if __name__ == "__main__":
    main()

"""How small bodies pack by earlier pages of their site, each page by the others: `python bench/body_size.py CORPUS`.

CORPUS has `gold.jsonl` (id, url, crawled or published) and `pages/ID.html.gz`. An archived address counts for the site it holds.
Sites of four pages or more. The dictionary never has the page itself in it. Prints the share of what gzip -6 takes.
"""

from __future__ import annotations

import gzip
import json
import re
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path
from urllib.parse import urlsplit

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

from db.dictionaries import pack_by

_ARCHIVED = re.compile(r"https?://web\.archive\.org/web/[^/]+/(.*)")


def sites_of(corpus: Path) -> dict[str, list[bytes]]:
    """The pages of each site of four or more, oldest first."""
    sites: dict[str, list[tuple[str, bytes]]] = defaultdict(list)
    for line in (corpus / "gold.jsonl").read_text().splitlines():
        row = json.loads(line)
        if not row["url"]:
            continue
        archived = _ARCHIVED.match(row["url"])
        host = (urlsplit(archived[1] if archived else row["url"]).hostname or "?").removeprefix("www.")
        body = gzip.decompress((corpus / "pages" / f"{row['id']}.html.gz").read_bytes())
        sites[host].append((str(row.get("crawled") or row.get("published") or ""), body))
    return {host: [body for _, body in sorted(pages)] for host, pages in sites.items() if len(pages) >= 4}


def main() -> None:
    """Measure and print."""
    sites = sites_of(Path(sys.argv[1]))
    by_gzip = sum(len(gzip.compress(body, 6)) for pages in sites.values() for body in pages)
    for number in (1, 2, 3, 4):
        total, reading, firsts, by_site = 0, [], [], {}
        for host, pages in sites.items():
            site = 0
            for index, body in enumerate(pages):
                near = sorted((other for other in range(len(pages)) if other != index), key=lambda o: abs(o - index))
                content = b"".join(pages[other] for other in reversed(near[:number]))
                dictionary = zstd.ZstdDict(content, is_raw=True)
                data = pack_by(dictionary, body)
                site += len(data)
                times = []
                for _ in range(5):
                    began = time.perf_counter()
                    if zstd.decompress(data, zstd_dict=dictionary) != body:
                        sys.exit(f"{host}: a page does not read back")
                    times.append(time.perf_counter() - began)
                firsts.append(times[0] * 1000)
                reading.append(statistics.median(times[1:]) * 1000)
            total += site
            by_site[host] = round(site / sum(len(gzip.compress(body, 6)) for body in pages), 3)
        print(
            f"{number} pages: {total / by_gzip:.3f} of gzip -6; unpacking, median {statistics.median(reading):.2f} ms,"
            f" first {statistics.median(firsts):.2f} ms; {by_site}",
            flush=True,
        )


if __name__ == "__main__":
    main()

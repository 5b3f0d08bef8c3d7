"""What extraction costs beside trafilatura alone: CPU a page of both over the same pages, in the same run, page by page in turn.

    python bench/extraction/extraction_cost.py FOLDER_OR_MANIFEST [--limit N] [--rounds R]

A folder is searched for *.html and *.html.gz; a manifest is JSON lines of {"id", "path", "url"}. Each page is read by both in each
round, in alternating order; of each page the least time of each side counts (what other processes do to the caches only ever adds),
and the ratio of the sums is printed with the median ratio of the pages.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

import gzip

from trafilatura.core import bare_extraction

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.extract import extract
from pipelines.processing.files import PageFile, page_files_in_manifest


def pages_of(where: Path) -> list[PageFile]:
    """The pages of a folder, sorted, or of a manifest."""
    if where.is_dir():
        paths = sorted(path for path in where.rglob("*.html*") if path.suffix in (".html", ".gz"))
        return [PageFile(page_id=path.name, path=path) for path in paths]
    return list(page_files_in_manifest(where))


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("where", type=Path)
    parser.add_argument("--limit", type=int, default=0, help="at most so many pages, evenly picked")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    entries = pages_of(options.where)
    if options.limit and len(entries) > options.limit:
        entries = entries[:: len(entries) // options.limit][: options.limit]
    sites = Sites()
    ours, theirs = [], []
    for number, entry in enumerate(entries):
        body = gzip.decompress(entry.path.read_bytes()) if entry.path.suffix == ".gz" else entry.path.read_bytes()
        page = Page(body=body, url=entry.url)
        sides: list[tuple[Callable[[], object], list[float]]] = [
            (partial(extract, page, sites), []),
            (partial(bare_extraction, body, with_metadata=True), []),
        ]
        for turn in range(options.rounds):
            for work, times in sides if (number + turn) % 2 else reversed(sides):
                times.append(cpu(work))
        ours.append(min(sides[0][1]))
        theirs.append(min(sides[1][1]))
    count = len(entries)
    if not count:
        sys.exit("no pages found")
    ratios = [one / other for one, other in zip(ours, theirs, strict=True) if other > 0]
    print(f"pages                 {count}")
    print(f"copydesk extract      {sum(ours) / count * 1000:7.2f} ms a page")
    print(f"trafilatura alone     {sum(theirs) / count * 1000:7.2f} ms a page")
    print(f"ratio of the sums     {sum(ours) / sum(theirs):.3f}")
    print(f"median of the ratios  {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main()

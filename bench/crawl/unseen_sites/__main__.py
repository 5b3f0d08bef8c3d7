"""How many articles of unseen sites are found: some 40 small sites are added by one address each, and crawled three times.

    python -m bench.crawl.unseen_sites [--set 1|2|3] [--half looked-at|left] [--misses [--left]] [--json]

The sets were written without a look at discovery. The 36 sites of the first (`sites/`) are of common systems and of old ones, in 25
languages. The 40 of the second (`second_sites/`) are of the kinds that newsrooms add, in 25 languages, from national dailies and
wire agencies to electronic editions, ministries and newsletters; eight are hostile, as real machines are. The lists, paging, feeds
and sitemaps of the 40 of the third (`third_sites/`) have the structure that public templates and feed makers of real systems give
them, with invented texts in 30 languages. A proxy serves them on loopback under their own names; `copydesk sources add` and
`copydesk crawl` run as whole processes. Counted are the articles that are found (`found` of `wanted`), those that are there twice
(`duplicates`), pages kept as articles that are none (`others`), requests for what may not be asked for (`forbidden`), and requests.
The halves are told by the parity of a hash of a site's host. Discovery may be mended for what is missed in the half that is *looked
at*; the other half is *left*: its figure alone says how well sites are read that nobody has looked at.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from datetime import UTC, datetime

from bench.crawl.unseen_sites.crawls import Result, crawl_sites
from bench.crawl.unseen_sites.sites import SETS, Site, load_sites
from bench.extraction.handwritten.page_halves import HALVES


def main() -> int:
    """Crawl, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", type=int, choices=SETS, default=1, help="which sites, 1 unless given")
    parser.add_argument("--half", choices=[half.replace(" ", "-") for half in HALVES], help="crawl one half alone")
    parser.add_argument(
        "--misses", action="store_true", help="print by site what is missed in the half that is looked at"
    )
    parser.add_argument("--left", action="store_true", help="with --misses: in the other half, which ends its use")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    options = parser.parse_args()
    sites = load_sites(datetime.now(UTC).replace(microsecond=0), options.set)
    results: dict[str, Result] = {}
    for half in HALVES:
        if options.half in (None, half.replace(" ", "-")):
            results[half] = crawl_sites([site for site in sites if half_of(site) == half])
            if options.misses and half == HALVES[options.left]:
                print("\n".join(results[half].misses))
                for key, (found, wanted) in results[half].sites.items():
                    print(f"{key}: {found} of {wanted}")
    figures = {half: result.figures() for half, result in results.items()}
    if options.json:
        print(json.dumps(figures, indent=2))
        return 0
    print(f"{'':18}" + "".join(f"{half:>12}" for half in figures))
    for name in next(iter(figures.values())):
        print(f"{name:18}" + "".join(f"{figures[half][name]:>12}" for half in figures))
    return 0


def half_of(site: Site) -> str:
    """One of the `HALVES`."""
    return HALVES[hashlib.sha1(site.host.encode()).digest()[0] % 2]


if __name__ == "__main__":
    sys.exit(main())

"""Outlets of the world, written by hand: what is read of 117 whole pages, each of another outlet, of 89 countries in 59 languages.

    python -m bench.extraction.world_pages [--misses] [--left] [--json]

As in `chinese_sites`, each page stands as a whole in the markup of some system or outlet, and was written before the reader was run
on any. The pages are HTML files (`world_pages/COUNTRY-LANGUAGE-NAME.html`) that open with a comment: what is to be read, as TOML.
Names and texts are invented. They are scored in two halves, by the parity of a hash of the name: rules may be mended for what is
misread in the half that is *looked at*; the other is *left*, and its figure alone says how well pages are read that nobody has
looked at.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.extraction.chinese_sites import HALVES, same, share
from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract

FIELDS = ("title", "kicker", "published", "time", "authors", "editors", "text")
"""Judged on each page, but for "time", "kicker" and "editors", which are judged where the page has one."""
_FOLDER = Path(__file__).with_name("world_pages")
_FETCHED_AT = datetime(2025, 12, 8, 12, tzinfo=UTC)
"""When a page was fetched that does not say so: days after the day that some print beside their menus, as pages of archives are."""
_LINES_BEFORE = 2
"""Lines of the text that may stand before the one with the first sentence: a standfirst, which some texts have and some not."""


@dataclass(frozen=True, slots=True)
class WorldPage:
    """A page and what is to be read of it."""

    name: str
    html: str
    want: dict[str, Any]
    """`url`, the fields, `first` and `last` sentence of the text, `without` (words that are not of the text), and where the page
    needs it `fetched`, and `authors_may_be`: other authors that are right as well."""

    @property
    def half(self) -> str:
        """One of the `HALVES`."""
        return HALVES[hashlib.sha256(self.name.encode()).digest()[0] % 2]

    def read(self) -> dict[str, Any]:
        """What `extract` reads: the fields of `copydesk extract --json`."""
        fetched_at = datetime.fromisoformat(self.want["fetched"]) if "fetched" in self.want else _FETCHED_AT
        return to_json(extract(Page(body=self.html.encode(), url=self.want["url"], fetched_at=fetched_at), Sites()))

    def judged(self) -> list[str]:
        """The fields that are judged on this page."""
        there = {
            "time": "T" in self.want["published"],
            "kicker": "kicker" in self.want,
            "editors": "editors" in self.want,
        }
        return [name for name in FIELDS if there.get(name, True)]

    def faults(self, answer: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
        """The fields that are read otherwise than they are to be: wanted and got."""
        found: dict[str, tuple[Any, Any]] = {}
        for name in self.judged():
            if name == "text":
                lines = [line.strip() for line in (answer.get("text") or "").split("\n") if line.strip()]
                if wrong := self._wrong_lines(lines):
                    found[name] = (wrong, lines)
                continue
            key = "published" if name == "time" else name
            want, got = self.want[key], answer.get(key) or ([] if isinstance(self.want[key], list) else "")
            if not any(_same(name, one, got) for one in (want, self.want.get(f"{key}_may_be", want))):
                found[name] = (want, got)
        return found

    def _wrong_lines(self, lines: list[str]) -> list[str]:
        """What the text lacks or has too much."""
        wrong = []
        if not any(self.want["first"] in line for line in lines[: 1 + _LINES_BEFORE]):
            wrong.append(f"first: {self.want['first']}")
        if not lines or self.want["last"] not in lines[-1]:
            wrong.append(f"last: {self.want['last']}")
        return wrong + [f"+ {words}" for words in self.want["without"] if any(words in line for line in lines)]


def _same(name: str, want: Any, got: Any) -> bool:
    """As in `chinese_sites`, but names are compared by their letters: "LE BIHAN", "Le Bihan"; "Jr.", "Jr"."""
    if isinstance(want, list):
        want, got = ([re.sub(r"[\W_]+", "", one).casefold() for one in names] for names in (want, got))
    return same(name, want, got)


def world_pages() -> Iterator[WorldPage]:
    """All pages, by name."""
    for path in sorted(_FOLDER.glob("*.html")):
        front, _, html = path.read_text("utf-8").removeprefix("<!--\n").partition("\n-->\n")
        yield WorldPage(path.stem, html, tomllib.loads(front))


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", action="store_true", help="print what is misread in the half that is looked at")
    parser.add_argument("--left", action="store_true", help="with --misses: in the other half")
    parser.add_argument(
        "--json", action="store_true", help="print the figures as JSON: pages read rightly, pages judged"
    )
    options = parser.parse_args(arguments)
    asked: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    for page in world_pages():
        faults = page.faults(page.read())
        for name in page.judged():
            asked[page.half, name] += 1
            right[page.half, name] += name not in faults
        asked[page.half, "whole page"] += 1
        right[page.half, "whole page"] += not faults
        if options.misses and faults and page.half == HALVES[options.left]:
            print(page.name)
            for name, (want, got) in faults.items():
                print(f"    {name}: want {want!r}, got {got!r}")
    rows = (*FIELDS, "whole page")
    if options.json:
        counts = {half: {name: (right[half, name], asked[half, name]) for name in rows} for half in HALVES}
        print(json.dumps(counts, indent=2))
        return 0
    print(f"{'':15}" + "".join(f"{half:>16}" for half in HALVES))
    for name in rows:
        print(f"{name:15}" + "".join(share(right[half, name], asked[half, name]) for half in HALVES))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Whole pages in two halves, scored: what `chinese_sites` and `world_pages` have in common.

The halves are told by the parity of a hash of a page's name. Rules may be mended for what is misread in the half that is
*looked at*; the other half is *left*: its figure alone says how well pages are read that nobody has looked at.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from pipelines.extraction.text.titles import plain

HALVES = ("looked at", "left")
_WHOLE = "whole page"


class LabelledPage(Protocol):
    """A page and what is to be read of it."""

    @property
    def name(self) -> str:
        """Its name, which decides the half."""

    def read(self) -> dict[str, Any]:
        """What `extract` reads: the fields of `copydesk extract --json`."""

    def judged(self) -> list[str]:
        """The fields that are judged on this page."""

    def faults(self, answer: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
        """The fields that are read otherwise than they are to be: wanted and got."""


def half_of(name: str) -> str:
    """One of the `HALVES`."""
    return HALVES[hashlib.sha256(name.encode()).digest()[0] % 2]


def labelled_files(folder: Path) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Of each HTML file of a folder, by name: its name, the labels in the comment that it begins with (TOML), and the HTML."""
    for path in sorted(folder.glob("*.html")):
        labels, _, html = path.read_text("utf-8").removeprefix("<!--\n").partition("\n-->\n")
        yield path.stem, tomllib.loads(labels), html


def read_page(html: str, url: str, fetched_at: datetime, charset: str = "utf-8") -> dict[str, Any]:
    """What `extract` reads: the fields of `copydesk extract --json`."""
    return to_json(extract(Page(body=html.encode(charset), url=url, fetched_at=fetched_at), Sites()))


def same(name: str, want: Any, got: Any) -> bool:
    """Whether a value of this field is read as it is to be."""
    if name == "published":
        return bool(got) and got[:10] == want[:10]
    if name == "time":
        return bool(got) and "T" in got and "T" in want and _minutes(want, got) < 1
    if isinstance(want, list):
        return sorted(want) == sorted(got)
    return plain(want or "") == plain(got or "")


def _minutes(want: str, got: str) -> float:
    wanted, read = datetime.fromisoformat(want), datetime.fromisoformat(got)
    if not (wanted.tzinfo and read.tzinfo):
        wanted, read = wanted.replace(tzinfo=None), read.replace(tzinfo=None)
    return abs((wanted - read).total_seconds()) / 60


def score(
    sets: Sequence[Callable[[], Iterable[LabelledPage]]],
    fields: Sequence[str],
    description: str | None,
    arguments: Sequence[str] | None,
) -> int:
    """The command: read the pages of one of the sets, score, print those that are read rightly by field and half."""
    parser = command_line(description)
    numbers = range(1, len(sets) + 1)
    parser.add_argument("--set", type=int, choices=numbers, default=1, help="which set of pages is read (1)")
    options = parser.parse_args(arguments)
    return print_score(sets[options.set - 1](), fields, options)


def command_line(description: str | None) -> argparse.ArgumentParser:
    """The options of every command that scores pages in halves."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", action="store_true", help="print what is misread in the half that is looked at")
    parser.add_argument("--left", action="store_true", help="with --misses: in the other half")
    parser.add_argument(
        "--json", action="store_true", help="print the figures as JSON: pages read rightly, pages judged"
    )
    return parser


def print_score(
    pages: Iterable[LabelledPage],
    fields: Sequence[str],
    options: argparse.Namespace,
    half_of: Callable[[str], str] = half_of,
) -> int:
    """Read the pages, score, print, with the options of `command_line`; `half_of` tells a page's half by its name."""
    asked: Counter[tuple[str, str]] = Counter()
    right: Counter[tuple[str, str]] = Counter()
    for page in pages:
        half, faults = half_of(page.name), page.faults(page.read())
        for name in page.judged():
            asked[half, name] += 1
            right[half, name] += name not in faults
        asked[half, _WHOLE] += 1
        right[half, _WHOLE] += not faults
        if options.misses and faults and half == HALVES[options.left]:
            print(page.name)
            for name, (want, got) in faults.items():
                print(f"    {name}: want {want!r}, got {got!r}")
    rows = (*fields, _WHOLE)
    if options.json:
        counts = {half: {name: (right[half, name], asked[half, name]) for name in rows} for half in HALVES}
        print(json.dumps(counts, indent=2))
        return 0
    print(f"{'':15}" + "".join(f"{half:>16}" for half in HALVES))
    for name in rows:
        print(f"{name:15}" + "".join(_share(right[half, name], asked[half, name]) for half in HALVES))
    return 0


def _share(right: int, asked: int) -> str:
    return f"{right}/{asked} {right / asked:.3f}".rjust(16) if asked else "-".rjust(16)

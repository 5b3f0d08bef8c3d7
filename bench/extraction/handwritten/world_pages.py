"""Outlets of the world, written by hand: what is read of whole pages, each of another outlet.

    python -m bench.extraction.handwritten.world_pages [--set 8] [--misses] [--left] [--json]

As in `chinese_sites`, each page stands as a whole in the markup of some system or outlet, and was written before the reader was run
on any of its set. The first set (`world_pages`) has 117 pages of 89 countries in 59 languages. The second (`world_pages_2`) has 147
of 66 countries in 45 languages, half of them in English, and beside the press magazines, blogs, wires, institutions and recipes.
The third (`world_pages_3`) was written like the second when that one had been looked at, of other outlets and more kinds of pages.
The fourth (`world_pages_4`) came when the third had been looked at: its pages have the markup of real systems (class names,
nesting, labels, state in scripts), as those who write themes, templates and scrapers of them describe it. The fifth
(`world_pages_5`) was written in the same way when the fourth had been looked at, of other systems, eras and kinds of pages; the
sixth (`world_pages_6`), smaller, when the fifth had been looked at in both halves. The seventh (`world_pages_7`) is of everyday
news pages, two thirds of them not in English, written without a look at the reader, its misses or the two sets before. The eighth
(`world_pages_8`) has the article templates of 80 content management systems, themes and site builders, as their public repositories
have them, in 46 languages, and labels for more fields.
The pages are HTML files (`COUNTRY-LANGUAGE-NAME.html`) that open with a comment: what is to be read, as TOML. Names and texts are
invented. A set is scored in two halves, by the parity of a hash of the name: rules may be mended for what is misread in the half
that is *looked at*; the other is *left*, and its figure alone says how well pages are read that nobody has looked at.

Where nobody is named, the desk or the outlet that a page names as its author is right as well as nobody, as in the corpora.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from bench.extraction.handwritten.page_halves import labelled_files, read_page, same, score

FIELDS = (
    *("title", "kicker", "published", "time", "authors", "editors", "text"),
    *("modified", "source", "section", "tags", "comment_count"),
)
"""Judged on each page, but for those in `_WHERE_LABELLED`, and "time", which is judged where the page has one."""
_WHERE_LABELLED = ("kicker", "editors", "modified", "source", "section", "tags", "comment_count")
SETS = {1: "world_pages"} | {number: f"world_pages_{number}" for number in range(2, 9)}
"""Number of a set -> its folder."""
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
    needs it `fetched`, `authors_may_be`: other authors that are right as well, or several lists of such, `published_may_be`, and
    `before`: lines that may stand before the first sentence where the story opens with its main points in a list."""

    def read(self) -> dict[str, Any]:
        """What `extract` reads: the fields of `copydesk extract --json`."""
        fetched_at = datetime.fromisoformat(self.want["fetched"]) if "fetched" in self.want else _FETCHED_AT
        return read_page(self.html, self.want["url"], fetched_at)

    def judged(self) -> list[str]:
        """The fields that are judged on this page."""
        there = {"time": "T" in self.want["published"]} | {name: name in self.want for name in _WHERE_LABELLED}
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
            want, got = self.want[key], answer.get(key) or type(self.want[key])()
            if not any(one == got or _same(name, one, got) for one in (want, *self._may_be(key))):
                found[name] = (want, got)
        return found

    def _may_be(self, key: str) -> list[Any]:
        """What is right as well, each by itself."""
        if (other := self.want.get(f"{key}_may_be")) is None:
            return []
        return other if other and isinstance(other[0], list) else [other]

    def _wrong_lines(self, lines: list[str]) -> list[str]:
        """What the text lacks or has too much."""
        wrong = []
        before = self.want.get("before", _LINES_BEFORE)
        if not any(self.want["first"] in line for line in lines[: 1 + before]):
            wrong.append(f"first: {self.want['first']}")
        if not lines or self.want["last"] not in lines[-1]:
            wrong.append(f"last: {self.want['last']}")
        return wrong + [f"+ {words}" for words in self.want["without"] if any(words in line for line in lines)]


def _same(name: str, want: Any, got: Any) -> bool:
    """As in `page_halves`, but names are compared by their letters: "LE BIHAN", "Le Bihan"; "Jr.", "Jr"."""
    if name == "modified":
        name = "time" if "T" in want else "published"
    if isinstance(want, list):
        want, got = ([re.sub(r"[\W_]+", "", one).casefold() for one in names] for names in (want, got))
    return want == got if isinstance(want, int) else same(name, want, got)


def world_pages(number: int = 1) -> Iterator[WorldPage]:
    """All pages of a set, by name."""
    for name, want, html in labelled_files(Path(__file__).with_name(SETS[number])):
        yield WorldPage(name, html, want)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, score, print."""
    return score([partial(world_pages, number) for number in SETS], FIELDS, __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())

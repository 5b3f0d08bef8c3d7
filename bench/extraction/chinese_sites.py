"""Chinese-language sites, written by hand: what is read of 99 whole pages, each in the markup of another platform or outlet.

    python -m bench.extraction.chinese_sites [--misses] [--left] [--json]

Where `press_forms` sets one line into three kinds of page, each page here stands as a whole: head, scripts, statements for
machines, chrome, credits, lists of other stories, comments. The pages are data (`chinese_sites/*.toml`); they were written before
the reader was run on any of them. Names and texts are invented.

They are scored in two halves, by the parity of a hash of the page's name. Rules may be mended for what is misread in the half that
is *looked at*; the other half is *left*: its figure alone says how well pages are read that nobody has looked at. `--misses` prints
the misses of the first half only; with `--left` it prints those of the second, which ends its use as a measure.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from pipelines.extraction.text.titles import plain

FIELDS = ("title", "published", "time", "authors", "editors", "proofreaders", "source", "original_source", "text")
"""Judged on each page, but for "time" and "original_source", which are judged where the page has one. A value where the page has
none is a miss."""
HALVES = ("looked at", "left")
_FOLDER = Path(__file__).with_name("chinese_sites")
_FETCHED_AT = datetime(2024, 3, 9, 12, tzinfo=UTC)
_NO_VALUES: dict[str, Any] = {"authors": [], "editors": [], "proofreaders": [], "source": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePage:
    """A page and what is to be read of it.

    In `html`, `{H}` is the headline, `{A}` and `{Z}` the first and the last paragraph, `{m1}` to `{m3}` those between, `{epoch}`
    and `{epoch_ms}` the time of publication in seconds and milliseconds since 1970, `{rest}` the first paragraph without its
    opening.
    """

    name: str
    url: str
    html: str
    want: dict[str, Any]
    """Field -> value. `account` is who published on a platform: it is either the author or the source."""
    may_be: dict[str, Any] = field(default_factory=dict)
    """Field -> another value that is right as well, or several; `first` and `last` too. Where no outlet is credited, the site's own
    name is right as well as none."""
    without: tuple[str, ...]
    """Words of the page that are not of its text."""
    middle: tuple[str, ...]

    @property
    def half(self) -> str:
        """One of the `HALVES`."""
        return HALVES[hashlib.sha256(self.name.encode()).digest()[0] % 2]

    def page(self) -> str:
        """The HTML, with the sentences for their names."""
        at = datetime.fromisoformat(self.want["published"])
        pieces = {
            "H": self.want["title"],
            "A": self.want["first"],
            "Z": self.want["last"],
            "rest": self.want.get("rest", ""),
        }
        pieces |= {f"m{number}": line for number, line in enumerate(self.middle, 1)}
        pieces |= {"epoch": str(int(at.timestamp())), "epoch_ms": f"{int(at.timestamp())}000"}
        return _filled(self.html, pieces)

    def judged(self) -> list[str]:
        """The fields that are judged on this page."""
        absent = {"time": "T" not in self.want["published"], "original_source": "original_source" not in self.want}
        return [name for name in FIELDS if not absent.get(name)]

    def faults(self, answer: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
        """The fields that are read otherwise than they are to be: wanted and got."""
        found: dict[str, tuple[Any, Any]] = {}
        for name in self.judged():
            if name == "text":
                wrong = self._wrong_lines(answer.get("text") or "")
                if wrong:
                    found[name] = (wrong, [line for line in (answer.get("text") or "").split("\n") if line.strip()])
                continue
            key = "published" if name == "time" else name
            want, got = self.want.get(key, _NO_VALUES.get(key)), answer.get(key) or _NO_VALUES.get(key)
            allowed = [want, *self._others(key)]
            if name == "authors" and answer.get("source") == self.want.get("account", ""):
                allowed.append([])
            if not any(same(name, one, got) for one in allowed):
                found[name] = (want, got)
        return found

    def _others(self, key: str) -> list[Any]:
        """Other values of a field that are right as well."""
        other = self.may_be.get(key)
        several = isinstance(other, list) and isinstance(self.want.get(key), str)
        return [] if other is None else other if several else [other]

    def _wrong_lines(self, text: str) -> list[str]:
        """What the text lacks or has too much."""
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        wrong = [f"- {line}" for line in self.middle if line not in lines]
        for name, at in (("first", 0), ("last", -1)):
            want = self.want.get(f"{name}_line", self.want[name])
            allowed = [want, self.may_be.get(name, want)]
            pieces = {"H": self.want["title"], "A": self.want["first"], "Z": self.want["last"]}
            pieces |= {f"m{number}": line for number, line in enumerate(self.middle, 1)}
            if not lines or lines[at] not in [_filled(one, pieces) for one in allowed]:
                wrong.append(f"{name}: {want}")
        return wrong + [f"+ {words}" for words in self.without if words in text]


def _filled(text: str, pieces: dict[str, str]) -> str:
    for name, piece in pieces.items():
        text = text.replace(f"{{{name}}}", piece)
    return text


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


def site_pages() -> Iterator[SitePage]:
    """All pages."""
    fillers = tomllib.loads((_FOLDER / "fillers.toml").read_text("utf-8"))
    for path in sorted(_FOLDER.glob("*.toml")):
        for entry in tomllib.loads(path.read_text("utf-8")).get("pages", ()):
            lines = fillers[entry.pop("language", "zh")]
            start = hashlib.sha256(entry["name"].encode()).digest()[1]
            may_be = {key.removesuffix("_may_be"): entry.pop(key) for key in list(entry) if key.endswith("_may_be")}
            yield SitePage(
                **{key: entry.pop(key) for key in ("name", "url", "html")},
                without=tuple(entry.pop("without")),
                middle=tuple(lines[(start + at) % len(lines)] for at in range(3)),
                may_be=may_be,
                want=entry,
            )


def read(page: SitePage) -> dict[str, Any]:
    """What `extract` reads: the fields of `copydesk extract --json`."""
    return to_json(extract(Page(body=page.page().encode(), url=page.url, fetched_at=_FETCHED_AT), Sites()))


def share(right: int, asked: int) -> str:
    """A cell of the table: so many pages of so many, and their share."""
    return f"{right}/{asked} {right / asked:.3f}".rjust(16) if asked else "-".rjust(16)


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
    for page in site_pages():
        faults = page.faults(read(page))
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

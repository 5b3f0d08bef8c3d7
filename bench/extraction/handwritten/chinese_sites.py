"""Chinese-language sites, written by hand: what is read of whole pages, each in the markup of another platform or outlet.

    python -m bench.extraction.handwritten.chinese_sites [--set 2|3|4|5|6|7|8] [--misses] [--left] [--json]

Where `press_forms` sets one line into three kinds of page, each page here stands as a whole: head, scripts, statements for
machines, chrome, credits, lists of other stories, comments. The pages are data, and were written before the reader was run on any
of them: 99 in the first set (`chinese_sites/*.toml`), 142 of other outlets in the second (`chinese_sites_2/*.html`), which was
written later without a look at the reader or its rules, and 126 of yet others in the third (`chinese_sites_3/*.html`), written in
the same way: two fifths of them of portals and platforms, many in the markup of an earlier year. The pages of the fourth
(`chinese_sites_4/*.html`) follow what those who scrape the sites have published of their markup, as do those of the fifth
(`chinese_sites_5/*.html`) and of the sixth (`chinese_sites_6/*.html`), each of other systems and other kinds of page. The seventh
(`chinese_sites_7/*.html`) is of everyday news pages of all these kinds, written without a look at the reader, its misses or the two
sets before. The eighth (`chinese_sites_8/*.html`) has pages as content management systems and themes print them: the order, names
and labels of public templates and of pages that others keep as samples, with other texts. Names and texts are invented.

They are scored in two halves, by the parity of a hash of the page's name. Rules may be mended for what is misread in the half that
is *looked at*; the other half is *left*: its figure alone says how well pages are read that nobody has looked at. `--misses` prints
the misses of the first half only; with `--left` it prints those of the second, which ends its use as a measure.
"""

from __future__ import annotations

import hashlib
import re
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from html import unescape
from pathlib import Path
from typing import Any

from bench.extraction.handwritten.page_halves import labelled_files, read_page, same, score

FIELDS = (
    "title", "kicker", "published", "time", "authors", "editors", "proofreaders", "source", "original_source", "text",
)  # fmt: skip
"""Judged on each page, but for "kicker", "time" and "original_source", which are judged where the page has one. A value where the
page has none is a miss."""
_FOLDER = Path(__file__).with_name("chinese_sites")
_FETCHED_AT = datetime(2024, 3, 9, 12, tzinfo=UTC)
_MARKED_FETCHED_AT = datetime(2025, 11, 24, 4, tzinfo=UTC)
_LINE, _LOOSE = re.compile("«(.*?)»", re.DOTALL), re.compile("‹(.*?)›", re.DOTALL)
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
    loose: tuple[str, ...] = ()
    """Words that may stand in the text or be left out: captions, standfirsts, credits."""
    charset: str = "utf-8"
    fetched_at: datetime = _FETCHED_AT

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

    def read(self) -> dict[str, Any]:
        """What `extract` reads: the fields of `copydesk extract --json`."""
        return read_page(self.page(), self.url, self.fetched_at, self.charset)

    def judged(self) -> list[str]:
        """The fields that are judged on this page."""
        absent = {name: name not in self.want for name in ("kicker", "original_source")}
        absent["time"] = "T" not in self.want["published"]
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
        lines = [letters for line in text.split("\n") if (letters := self._letters(line))]
        wrong = [f"- {line}" for line in self.middle if self._letters(line) not in lines]
        for name, at in (("first", 0), ("last", -1)):
            want = self.want.get(f"{name}_line", self.want[name])
            allowed = [want, self.may_be.get(name, want)]
            pieces = {"H": self.want["title"], "A": self.want["first"], "Z": self.want["last"]}
            pieces |= {f"m{number}": line for number, line in enumerate(self.middle, 1)}
            if not lines or lines[at] not in [self._letters(_filled(one, pieces)) for one in allowed]:
                wrong.append(f"{name}: {want}")
        return wrong + [f"+ {words}" for words in self.without if words in text]

    def _letters(self, line: str) -> str:
        """The letters and figures of a line, without what may be left out."""
        letters = _letters(line)
        for words in self.loose:
            letters = letters.replace(_letters(words), "")
        return letters


def _filled(text: str, pieces: dict[str, str]) -> str:
    for name, piece in pieces.items():
        text = text.replace(f"{{{name}}}", piece)
    return text


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def site_pages() -> Iterator[SitePage]:
    """The pages of the first set."""
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


def marked_pages(folder: str) -> Iterator[SitePage]:
    """The pages of a later set: HTML that opens with a comment, which says as TOML what is to be read.

    The lines of the text are marked where they stand in the page, «so»; ‹what may be left out› inside them or beside them, too.
    The marks are taken out before the page is read. `{H}` is the headline, `{L1}` the first marked line without its tags.
    """
    for name, want, html in labelled_files(_FOLDER.with_name(folder)):
        lines = [unmarked(line) for line in _LINE.findall(html)]
        loose = {unmarked(words) for words in _LOOSE.findall(html)}
        pieces = {"H": want["title"]} | {f"L{number}": line for number, line in enumerate(lines, 1)}
        yield SitePage(
            name=name,
            url=want.pop("url"),
            html=_filled(_LINE.sub(r"\1", _LOOSE.sub(r"\1", html)), pieces),
            without=tuple(want.pop("without")),
            middle=tuple(lines[1:-1]),
            loose=tuple(sorted(loose, key=len, reverse=True)),
            charset=want.pop("charset", "utf-8"),
            fetched_at=datetime.fromisoformat(want.pop("fetched")) if "fetched" in want else _MARKED_FETCHED_AT,
            may_be={key.removesuffix("_may_be"): want.pop(key) for key in list(want) if key.endswith("_may_be")},
            want=want | {"first": lines[0], "last": lines[-1]},
        )


site_pages_2 = partial(marked_pages, "chinese_sites_2")
site_pages_3 = partial(marked_pages, "chinese_sites_3")
site_pages_4 = partial(marked_pages, "chinese_sites_4")
site_pages_5 = partial(marked_pages, "chinese_sites_5")
site_pages_6 = partial(marked_pages, "chinese_sites_6")
site_pages_7 = partial(marked_pages, "chinese_sites_7")
site_pages_8 = partial(marked_pages, "chinese_sites_8")


def unmarked(markup: str) -> str:
    """What a reader sees of marked HTML."""
    return unescape(re.sub(r"<[^>]*>|[‹›]", "", markup)).strip()


def main(arguments: Sequence[str] | None = None) -> int:
    """Read, score, print."""
    later = (site_pages_2, site_pages_3, site_pages_4, site_pages_5, site_pages_6, site_pages_7, site_pages_8)
    return score((site_pages, *later), FIELDS, __doc__, arguments)


if __name__ == "__main__":
    sys.exit(main())

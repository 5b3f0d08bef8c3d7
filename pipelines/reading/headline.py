"""Which words are the headline: what the reader sees on top, checked against what the page says for machines.

Candidates are the visible `h1` lines, `og:title`, the JSON-LD headline and the `<title>`. A `<title>` carries the site's name
behind a dash or bar; what is left after cutting it must be found elsewhere or be the longest part. A machine's title is believed
where the page shows it in some line; else the visible heading nearest to it wins.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pipelines.reading.machine import Stated
from pipelines.reading.sheet import FOREIGN, Line, Sheet, Zone

_SEPARATOR = re.compile(r"\s+[-–—|·•»:_]+\s+|\s*[|｜_]+\s*|\s+[-–—]+|[-–—]{2,}\s*|\s?[»·]\s?|(?<=[\u3400-\u9fff”》）！？])\s*[-–—]\s*(?=[\u3400-\u9fff])")
_NOT_WORD = re.compile(r"[\W_]+")
_HEADINGS = frozenset(("h1", "h2", "h3", "h4"))
_ELLIPSIS = ("...", "…", "……")


class Headline(NamedTuple):
    """The headline, how it was found, and the line of the page that shows it, if one does."""

    text: str
    found_by: str
    line: Line | None


def plain(text: str) -> str:
    """A text for comparing: lower case, letters and digits alone."""
    return _NOT_WORD.sub("", text).lower()


def read_headline(sheet: Sheet, stated: Stated, site_names: tuple[str, ...]) -> Headline | None:
    """The headline of a page, or None where it has none at all."""
    by_text = {plain(line.text): line for line in reversed(sheet.lines) if 2 <= len(line.text) <= 300 and not line.zone & Zone.HIDDEN}
    machine = _machine_titles(sheet, stated, site_names)
    tops = _headings(sheet)
    for title, found_by in machine:
        line = by_text.get(plain(title))
        if line is not None and not (tops and _names_site(title, site_names)):
            return Headline(_as_shown(title, line), found_by, line)
    if top := _best_heading(tops, machine):
        return top
    for title, found_by in machine:
        return Headline(title, found_by, None)
    return None


def _as_shown(title: str, line: Line) -> str:
    """The reader's spelling, unless the line holds more than the title."""
    return line.text if plain(line.text) == plain(title) else title


def _names_site(title: str, site_names: tuple[str, ...]) -> bool:
    key = plain(title)
    return any(key == plain(name) for name in site_names)


def _machine_titles(sheet: Sheet, stated: Stated, site_names: tuple[str, ...]) -> list[tuple[str, str]]:
    head = sheet.head
    found: list[tuple[str, str]] = []
    sources = (
        (head.meta("og:title"), "og:title"),
        (stated.headline if stated.is_article else None, "json-ld"),
        (head.meta("twitter:title", "parsely-title", "sailthru.title", "dc.title", "dcterms.title", "weibo:article:title"), "meta"),
        (head.title, "title"),
    )
    for value, found_by in sources:
        if not value:
            continue
        cut = cut_site(value, site_names)
        if cut and not _names_site(cut, site_names):
            found.append((cut, found_by))
            if cut != value:
                found.append((value, found_by))
    whole = [pair for pair in found if not pair[0].endswith(_ELLIPSIS)]
    return whole + [pair for pair in found if pair[0].endswith(_ELLIPSIS)]


def cut_site(title: str, site_names: tuple[str, ...]) -> str:
    """A title without the name of the site or section behind (or before) it."""
    for name in site_names:
        if len(name) < 2:
            continue
        for pattern in (rf"\s*[-–—|｜·•»:_(（【\[,，]+\s*{re.escape(name)}\s*[)）】\]]?\s*$", rf"^{re.escape(name)}\s*[-–—|｜·•»:_：]+\s*"):
            shorter = re.sub(pattern, "", title, flags=re.I)
            if shorter and len(shorter) < len(title):
                title = shorter
    return title.strip()


def _headings(sheet: Sheet) -> list[Line]:
    h1 = [line for line in sheet.lines if _heading_level(line) == 1 and not line.zone & (FOREIGN | Zone.HIDDEN) and len(line.text) > 1]
    return h1


def _heading_level(line: Line) -> int:
    el = line.block
    for _ in range(3):
        if el is None:
            return 0
        if el.tag in _HEADINGS:
            return int(el.tag[1])
        el = el.getparent()
    return 0


def _best_heading(tops: list[Line], machine: list[tuple[str, str]]) -> Headline | None:
    """The h1 that shares most with the machine's titles; a lone h1 needs to share nothing."""
    best: tuple[float, Line] | None = None
    for line in tops:
        key = plain(line.text)
        if not key:
            continue
        share = max((_overlap(key, plain(title)) for title, _ in machine), default=0.5)
        if best is None or share > best[0]:
            best = (share, line)
    if best is None or (best[0] < 0.5 and len(tops) > 1) or best[0] < 0.25:
        return None
    return Headline(best[1].text, "h1", best[1])


def _overlap(one: str, other: str) -> float:
    """Share of the shorter text's pairs of characters that the longer has too."""
    if not one or not other:
        return 0.0
    if one in other or other in one:
        return min(len(one), len(other)) / max(len(one), len(other)) * 0.5 + 0.5
    pairs = {one[i : i + 2] for i in range(len(one) - 1)}
    others = {other[i : i + 2] for i in range(len(other) - 1)}
    return len(pairs & others) / max(1, min(len(pairs), len(others)))


def title_pieces(title: str) -> list[str]:
    """A `<title>` at its dashes and bars."""
    return [piece.strip() for piece in _SEPARATOR.split(title) if piece and piece.strip()]

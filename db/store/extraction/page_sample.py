"""A sample of stored pages, stratified by source and age: always the same one of the same pages."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

_ROWS = """
SELECT p.id, p.source_id FROM json_each(?) wanted JOIN pages p ON p.id = wanted.value
"""
_IN_ORDER = """
SELECT p.id FROM json_each(?) wanted JOIN pages p ON p.id = wanted.value ORDER BY p.fetched_at, p.id
"""
_KEYS = """
SELECT p.id, coalesce(a.address_key, l.key), p.url
FROM json_each(?) wanted JOIN pages p ON p.id = wanted.value
LEFT JOIN articles a ON a.page_id = p.id LEFT JOIN links l ON l.id = p.link_id
"""
_READ_AT_ONCE = 5000
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSample:
    """Pages by source id, oldest first, and of how many pages each source has: also sources that are not in the sample."""

    pages: Mapping[int, Sequence[int]] = field(default_factory=dict)
    of: Mapping[int, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """All pages of the sample."""
        return sum(map(len, self.pages.values()))


def sample_pages(conn: sqlite3.Connection, pages: Sequence[int], size: int) -> PageSample:
    """A sample of `size` of these pages (0: all).

    Sources get equal parts, so that each can be judged; what a small one does not use goes to the others. Within a source the
    pages are evenly spaced in the order of their fetches, so each age has its share. Nothing is drawn by chance.
    """
    by_source: dict[int, list[int]] = {}
    for part in _parts(pages):
        for page_id, source_id in conn.execute(_ROWS, (part,)):
            by_source.setdefault(source_id, []).append(page_id)
    of = {source_id: len(some) for source_id, some in sorted(by_source.items())}
    taken = {}
    for source_id, count in _equal_parts(of, size or len(pages)).items():
        if count:
            ordered = _oldest_first(conn, by_source[source_id])
            taken[source_id] = evenly_spaced(ordered, count)
    return PageSample(pages=taken, of=of)


def evenly_spaced(ordered: Sequence[T], size: int) -> list[T]:
    """So many of these (0: all), each in the middle of an equal part."""
    count = min(size, len(ordered)) or len(ordered)
    return [ordered[(2 * n + 1) * len(ordered) // (2 * count)] for n in range(count)]


def address_keys(conn: sqlite3.Connection, pages: Sequence[int]) -> Iterable[tuple[int, str | None, str]]:
    """Each page with the key of its address, None where it has none, and the address that was requested."""
    for part in _parts(pages):
        yield from conn.execute(_KEYS, (part,)).fetchall()


def _parts(pages: Sequence[int]) -> Iterable[str]:
    for start in range(0, len(pages), _READ_AT_ONCE):
        yield f"[{','.join(map(str, pages[start : start + _READ_AT_ONCE]))}]"


def _oldest_first(conn: sqlite3.Connection, pages: Sequence[int]) -> list[int]:
    return [row[0] for row in conn.execute(_IN_ORDER, (f"[{','.join(map(str, pages))}]",))]


def _equal_parts(of: Mapping[int, int], size: int) -> dict[int, int]:
    """How many pages each source gives: the same, but no more than it has. With fewer pages than sources, the largest give one."""
    parts = dict.fromkeys(of, 0)
    left, able = min(size, sum(of.values())), sorted(of, key=lambda source_id: (of[source_id], source_id))
    while able:
        part = left // len(able)
        smallest = able[0]
        if of[smallest] > part:
            for number, source_id in enumerate(reversed(able)):
                parts[source_id] = part + (number < left % len(able))
            break
        parts[smallest] = of[smallest]
        left -= of[smallest]
        able.pop(0)
    return parts

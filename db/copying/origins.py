"""Where articles were taken from: a source of this archive, a news agency, or an outlet that is not crawled.

A credited name stands, by the first of these that fits,

  1. for the agency with that name (`db.copying.agencies`), and if its site is a source, for that source;
  2. for the source with that name or host, or whose host has a part of that name (unless several sources have it);
  3. for the source that prints the name as its outlet: on a fifth of its articles at least, and on more than others do;
  4. for an outlet that is not crawled.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass
from enum import StrEnum

from db.copying.agencies import agencies_by_name, load_agencies
from db.copying.names import first_name, host_keys, name_key
from db.sqlite.named_rows import named_rows

_LEAST_SHARE = 0.2
"""Of a source's articles, for a name on them to be its own: a portal prints a hundred outlets, each on a few per cent."""
_SOURCES = "SELECT id, name, url FROM sources ORDER BY removed_at IS NULL DESC, id"
_OUTLETS = "SELECT source_id, outlet, articles FROM source_outlets WHERE articles > 0"
_PRINTED = """
SELECT a.original_source FROM takings t JOIN articles a ON a.page_id = t.article_id
WHERE t.source_id = ? AND t.credited = ? AND t.credited <> '' ORDER BY t.article_id DESC LIMIT 1
"""


class OriginKind(StrEnum):
    """What articles were taken from."""

    SOURCE = "source"
    AGENCY = "agency"
    OUTLET = "outlet"


@dataclass(frozen=True, slots=True)
class CopyOrigin:
    """Where articles were taken from. `key`: the source's id, the agency's key, or the key of the outlet's name."""

    kind: OriginKind
    key: str

    @property
    def text(self) -> str:
        """As it stands in addresses: `source:3`, `agency:reuters`, `outlet:江城晚报`."""
        return f"{self.kind}:{self.key}"

    @property
    def source_id(self) -> int:
        """The id of the source; 0 if it is none."""
        return int(self.key) if self.kind is OriginKind.SOURCE else 0

    @staticmethod
    def parse(text: str) -> CopyOrigin | None:
        """From the form in addresses; None for anything else."""
        kind, _, key = text.partition(":")
        if kind not in list(OriginKind) or not key or len(key) > 200:
            return None
        if kind == OriginKind.SOURCE and not (key.isascii() and key.isdigit() and len(key) < 18):
            return None
        return CopyOrigin(OriginKind(kind), key)


def source_origin(source_id: int) -> CopyOrigin:
    """A source as an origin."""
    return CopyOrigin(OriginKind.SOURCE, str(source_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginNames:
    """What credited names stand for in an archive. `sources`: names by id; `by_key`: sources by the key of a name."""

    sources: dict[int, str]
    by_key: dict[str, int]

    @staticmethod
    def load(conn: sqlite3.Connection) -> OriginNames:
        """From the sources, and from the outlets that they print."""
        sources, named, parts = dict[int, str](), dict[str, int](), defaultdict[str, set[int]](set)
        for row in named_rows(conn, _SOURCES):
            sources[row["id"]] = row["name"]
            host, labels = host_keys(row["url"])
            for key in (name_key(row["name"]), host):
                named.setdefault(key, row["id"])
            for label in labels:
                parts[label].add(row["id"])
        for key, ids in parts.items():
            if len(ids) == 1:
                named.setdefault(key, min(ids))
        for key, source_id in _printed_names(conn).items():
            named.setdefault(key, source_id)
        named.pop("", None)
        return OriginNames(sources=sources, by_key=named)

    def resolve(self, credited: str) -> CopyOrigin:
        """What the key of a credited name stands for."""
        if agency := agencies_by_name().get(credited):
            crawled = next((id for host in agency.hosts if (id := self.by_key.get(name_key(host)))), None)
            return source_origin(crawled) if crawled else CopyOrigin(OriginKind.AGENCY, agency.key)
        if source_id := self.by_key.get(credited):
            return source_origin(source_id)
        return CopyOrigin(OriginKind.OUTLET, credited)

    def label(self, conn: sqlite3.Connection, origin: CopyOrigin, taker: int, *, chinese: bool = False) -> str:
        """The name to show: the source's, the agency's, or the outlet's as this source printed it last."""
        if origin.kind is OriginKind.SOURCE:
            return self.sources.get(origin.source_id, origin.text)
        if agency := load_agencies().get(origin.key) if origin.kind is OriginKind.AGENCY else None:
            return agency.chinese if chinese else agency.name
        row = conn.execute(_PRINTED, (taker, origin.key)).fetchone()
        return first_name(row[0]) if row and row[0] else origin.key


def _printed_names(conn: sqlite3.Connection) -> dict[str, int]:
    """The source of each outlet's name that stands on enough of its articles."""
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    totals: Counter[int] = Counter()
    for source_id, outlet, articles in conn.execute(_OUTLETS):
        counts[name_key(outlet)][source_id] += articles
        totals[source_id] += articles
    found = {}
    for key, by_source in counts.items():
        source_id, articles = min(by_source.items(), key=lambda item: (-item[1], item[0]))
        if articles >= _LEAST_SHARE * totals[source_id]:
            found[key] = source_id
    return found

"""The items of an import: what a reader of archives found.

file ──> ArchivedPage | Revisit | KnownFetch | SkippedRecord ──> pages, bodies, fetches
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from db.models import Link, LinkKind
from db.store.crawl.drawings import DrawingRecord
from pipelines.urls import link_key


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedDrawing:
    """A drawn document of an archive. `record`: how it was made, of no source yet (`source_id` 0)."""

    record: DrawingRecord
    document: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPage:
    """A page as received. `url`: the requested address; `final_url`: after redirects; `digest`: identifies the payload in its file.

    `link`, `source`, `duration_ms`, `parts` and `drawing` are only known in exports of Copydesk.
    """

    url: str
    fetched_at: datetime
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    final_url: str | None = None
    status: int = 200
    digest: str | None = None
    link: Link | None = None
    source: tuple[str, str] | None = None
    duration_ms: int | None = None
    parts: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    drawing: ArchivedDrawing | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisit:
    """A repeated fetch whose payload is in another record. `unchanged`: the server answered 304."""

    url: str
    fetched_at: datetime
    headers: Mapping[str, str]
    digest: str | None = None
    unchanged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFetch:
    """A fetch that is already stored. Its digest is still needed for revisits."""

    url: str
    fetched_at: datetime
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedRecord:
    """A record that a crawl would not store, or that cannot be read. `reason` is counted.

    `where`: file, position and error, for records that the user should check.
    """

    reason: str
    where: str | None = None


Item = ArchivedPage | Revisit | KnownFetch | SkippedRecord


def link_of(item: ArchivedPage | Revisit | KnownFetch) -> Link:
    """The link stored in an export of Copydesk's, else one made from the address."""
    if isinstance(item, ArchivedPage) and item.link is not None:
        return item.link
    return Link(url=item.url, key=link_key(item.url), kind=LinkKind.MANUAL)


IsKnown = Callable[[str, datetime], bool]
"""Whether the database has a fetch of this address at this time."""


def _nothing_is_known(url: str, at: datetime) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What every reader of archives is told. `limit`: the largest body kept, in bytes; `is_known`: what need not be read."""

    limit: int
    is_known: IsKnown = _nothing_is_known


NOT_A_FILE = "not_a_file"
"""The reason for skipping a link that leads out of its folder, a FIFO, or a device."""

SAME_TIME = "same_time"
"""The reason for skipping a second page of an address that has no time of its own."""

MAX_PLACES = 20


@dataclass(slots=True, kw_only=True)
class SkippedRecords:
    """Skipped records: their number by reason, and the first `MAX_PLACES` places to check."""

    reasons: Counter[str] = field(default_factory=Counter)
    places: list[str] = field(default_factory=list)

    def note(self, item: SkippedRecord) -> None:
        """Count a skipped record."""
        self.reasons[item.reason] += 1
        if item.where is not None and len(self.places) < MAX_PLACES:
            self.places.append(item.where)

    @property
    def incomplete(self) -> bool:
        """Whether pages of an archive are missing. A response cut off by its server does not count as damage."""
        return any(self.reasons[reason] for reason in ("damaged", "unreadable", SAME_TIME))

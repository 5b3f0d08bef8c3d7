"""What an archive holds, as the import takes it: an answer, a repetition, or something passed over with its reason.

file ──> Archived | Revisit | Known | Passed ──> pages, bodies, fetches
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from db.models import Link


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPage:
    """A page as it was received. `url` was asked for, `final_url` is where that led, `digest` names the payload in its file.

    `link`, `source`, `duration_ms` and `parts` are known only where the archive is an export of Copydesk's.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisit:
    """The same page fetched again; the payload stands elsewhere. `unchanged`: the server said so (304)."""

    url: str
    fetched_at: datetime
    headers: Mapping[str, str]
    digest: str | None = None
    unchanged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFetch:
    """A fetch that the database has: not read again. Its digest still serves revisits."""

    url: str
    fetched_at: datetime
    digest: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedRecord:
    """Something that a crawl would not have stored, or that cannot be read: `reason` is counted.

    `where` names the file, the place in it and what is wrong, for what somebody should look at.
    """

    reason: str
    where: str | None = None


Item = ArchivedPage | Revisit | KnownFetch | SkippedRecord

IsKnown = Callable[[str, datetime], bool]
"""Whether the database has the fetch of an address at a time."""

MAX_PLACES = 20


@dataclass(slots=True, kw_only=True)
class SkippedRecords:
    """What archives held that is no page: how much, by reason, and the first `MAX_PLACES` places that somebody should look at."""

    reasons: Counter[str] = field(default_factory=Counter)
    places: list[str] = field(default_factory=list)

    def note(self, item: SkippedRecord) -> None:
        """Count one."""
        self.reasons[item.reason] += 1
        if item.where is not None and len(self.places) < MAX_PLACES:
            self.places.append(item.where)

    @property
    def incomplete(self) -> bool:
        """Whether an archive could not be read as a whole; an answer that its server cut short is no damage of the archive."""
        return bool(self.reasons["damaged"] or self.reasons["unreadable"])

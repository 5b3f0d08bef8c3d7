"""The articles of one source in one crawl: which are due, how many are in flight, and which are left for a later crawl.

It keeps the ids of due links, not requests: a source with 20,000 due articles costs 20,000 small tuples.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable

from db.display.humanize import counted
from db.store.crawl.due_links import DueLink

# Articles of a source handed to Scrapy ahead, per request that its host may have in flight.
REQUESTS_AHEAD = 2


class ArticleQueue:
    """Due articles, requested a few at a time. `concurrency`: requests that the source's host may have in flight."""

    def __init__(self, concurrency: int) -> None:
        self._due: deque[DueLink] = deque()
        self._most_in_flight = REQUESTS_AHEAD * max(1, concurrency)
        self._in_flight = 0
        # Requested and not finished: in flight, being gathered, or being stored.
        self._unfinished = 0
        self._left: Counter[str] = Counter()

    @property
    def to_do(self) -> int:
        """How many are due or in flight."""
        return len(self._due) + self._in_flight

    @property
    def is_done(self) -> bool:
        """Whether none is due, in flight, or being stored."""
        return not self._due and not self._unfinished

    def queue(self, links: Iterable[DueLink]) -> None:
        """Queue links whose articles are to be fetched, the first ones first."""
        self._due.extend(links)

    def take(self) -> list[DueLink]:
        """The next due links, as many as may be in flight at once. Counts them as in flight."""
        room = self._most_in_flight - self._in_flight
        taken = [self._due.popleft() for _ in range(min(room, len(self._due)))]
        self._in_flight += len(taken)
        self._unfinished += len(taken)
        return taken

    def land(self) -> None:
        """Count a request as over, so that the next one may be sent. The article may not be stored yet."""
        self._in_flight -= 1

    def begin_other(self) -> None:
        """Count something else than a due article as not finished: the source does not end before it."""
        self._unfinished += 1

    def finish(self) -> None:
        """Count an article as finished: stored, or failed."""
        self._unfinished -= 1

    def leave(self, why: str) -> None:
        """Note that an article is left for a later crawl."""
        self._left[why] += 1

    def leave_due(self, why: str) -> None:
        """Leave all that are due for a later crawl."""
        if self._due:
            self._left[why] += len(self._due)
            self._due.clear()

    def take_notes(self) -> list[str]:
        """What to tell of those that were left, by the reason; each once."""
        notes = [f"{counted(number, 'article')} left for a later crawl: {why}" for why, number in self._left.items()]
        self._left.clear()
        return notes

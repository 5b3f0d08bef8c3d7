"""A voice: one time that something on the page says, settled to a moment, with what says it.

`DateContext` is where voices are heard: it knows the place the page is written at and the time of its fetch, and refuses what lies
after that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.models import Moment
from pipelines.extraction.dates.time_zones import Locale, settle_moment
from pipelines.extraction.text.date_parser import ParsedDate, read_machine

_GRACE = timedelta(days=1)
"""How far after the fetch a time may lie: zones are mixed up by up to 14 hours, and days are printed ahead."""


@dataclass(frozen=True, slots=True)
class DateCandidate:
    """A time, as written and as settled, and who says it (`by`, the word for `provenance`)."""

    moment: Moment
    stamp: ParsedDate
    by: str
    strong: bool = False
    """Printed right by the headline, as a date line of its own: what the reader takes for the article's date."""


class DateContext:
    """What is needed to judge a time of a page."""

    __slots__ = ("_latest", "place")

    def __init__(self, place: Locale, fetched_at: datetime | None) -> None:
        self.place = place
        self._latest = fetched_at + _GRACE if fetched_at else None

    def possible(self, moment: Moment) -> bool:
        """Whether the page could already know of it."""
        return self._latest is None or moment.at <= self._latest

    def voice(self, stamp: ParsedDate | None, by: str) -> DateCandidate | None:
        """The voice of a time as written; None for a time that never was or that lies ahead."""
        if stamp is None:
            return None
        moment = settle_moment(stamp, self.place)
        return DateCandidate(moment, stamp, by) if moment and self.possible(moment) else None

    def machine(self, text: str | None, by: str) -> DateCandidate | None:
        """The voice of a machine's field."""
        return self.voice(read_machine(text, language=self.place.language), by) if text else None

    def first(self, values: Iterator[tuple[str | None, str]]) -> DateCandidate | None:
        """The first readable statement; one with a time of day beats an earlier one of the same day without."""
        best: DateCandidate | None = None
        for value, by in values:
            voice = self.machine(value, by)
            if voice is None:
                continue
            if best is None:
                best = voice
            elif best.stamp.hour is None and voice.stamp.hour is not None and best.stamp.date == voice.stamp.date:
                return voice
            if best.stamp.hour is not None:
                return best
        return best

"""A voice: one time that something on the page says, settled to a moment, with what says it.

`DateContext` is where voices are heard: it knows the place the page is written at and the time of its fetch, and refuses what lies
after that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from lxml.etree import _Element as Element

from db.models import Moment
from pipelines.extraction.dates.time_zones import Locale, settle_moment
from pipelines.extraction.text.date_parser import ParsedDate, read_machine

_GRACE = timedelta(days=1)
"""How far after the fetch a time may lie: zones are mixed up by up to 14 hours, and days are printed ahead."""


_TIMED = re.compile(
    r"(?!.{0,20}(?:updat|modif|expir|start|end|event))(?:.{0,20}-)?(?:date-?time|date|time|timestamp|utime|pub-?date|publi(?:sh|shed|cation))(?:-(?:date|time|at|on|utc|iso))?",
    re.I,
)


def machine_times(el: Element) -> Iterator[str]:
    """The times that an element bears in its attributes: `datetime` on any tag, `data-published` and its like."""
    for name, value in cast(dict[str, str], el.attrib).items():
        if name == "datetime" or (name.startswith("data-") and _TIMED.fullmatch(name[5:45])):
            yield value


@dataclass(frozen=True, slots=True)
class DateCandidate:
    """A time, as written and as settled, and who says it (`by`, the word for `provenance`)."""

    moment: Moment
    stamp: ParsedDate
    by: str
    strong: bool = False
    """Printed right by the headline, as a date line of its own: what the reader takes for the article's date."""
    said: bool = False
    """Called that of publication by a word beside it. The class of its element does not count: templates keep it for any date."""


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

    def all(self, values: Iterable[tuple[str | None, str]]) -> Iterator[DateCandidate]:
        """The voices of all machines' fields that can be read."""
        return (voice for value, by in values if (voice := self.machine(value, by)))

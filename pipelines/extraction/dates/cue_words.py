"""The words beside a date that say what it is the date of, in the language of the page."""

from __future__ import annotations

import re

from pipelines.extraction.languages.loader import cue_pattern
from pipelines.extraction.text.clock import read_clock
from pipelines.extraction.text.date_parser import ParsedDate


def says_published(text: str, language: str | None = None) -> bool:
    """Whether a text labels a date as that of publication, or just as the date."""
    return bool(cue_pattern("published", language).search(text) or cue_pattern("dated", language).search(text))


def says_changed(text: str, language: str | None = None) -> bool:
    """Whether a text says "updated" and does not say "published" after it."""
    end = max((match.end() for match in cue_pattern("updated", language).finditer(text)), default=None)
    return end is not None and not cue_pattern("published", language).search(text[end:])


def clock_of_change(text: str, day: ParsedDate, language: str | None = None) -> ParsedDate | None:
    """The time of a change on the day, or after the time, that stands before it: "5 March 2024 15:32, updated 18:02"."""
    clock = _CLOCK.search(text, day.end, day.end + _LONGEST_LABEL)
    if clock is None or not says_changed(text[day.end : clock.start()], language):
        return None
    read = read_clock(text, clock.start())
    if read is None or (day.hour is not None and read[:2] <= (day.hour, day.minute)):
        return None
    return day._replace(hour=read[0], minute=read[1], second=read[2], start=clock.start(), end=read[3])


_CLOCK = re.compile(r"(?<!\d)(?:[01]?\d|2[0-3])\s?[:.h]\s?[0-5]\d(?!\d)")
_LONGEST_LABEL = 40

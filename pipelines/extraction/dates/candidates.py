"""Date candidates: each is a time found on the page, resolved to a moment, and where it was found.

`DateContext` knows the locale of the page and the time of its fetch. It drops times that lie after the fetch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice, takewhile
from typing import cast

from lxml.etree import _Element as Element

from db.models import Moment
from pipelines.extraction.dates.time_zones import Locale, settle_moment
from pipelines.extraction.page.document import Line
from pipelines.extraction.page.tree import class_pattern, is_called, nearest
from pipelines.extraction.text.date_parser import FIRST_YEAR, ParsedDate, read_machine
from pipelines.extraction.text.writing import CJK, words

_GRACE = timedelta(days=1)
"""How far after the fetch a time may lie: zones are mixed up by up to 14 hours, and days are printed ahead."""


_TIMED = re.compile(
    r"(?!.{0,20}(?:updat|modif|expir|start|end|event))(?:.{0,20}-)?(?:date-?time|date|time|timestamp|[cu]time|epoch|unix|ts|iso|pub-?date|publi(?:sh|shed|cation)|created)(?:-?(?:date|time(?:stamp)?|at|on|utc|iso))?",
    re.I,
)
_FIELD = re.compile(r"(?:article|news|doc)?_?pub(?:lish|lished)?_?(?:date|time)", re.I)
"""What pages call the hidden field that has the time of publication."""


_CLOCK_BELOW = re.compile(
    r"(?:[\u3400-\u9fff]{2}[时時][间間]\s?)?(\d{1,2}[时時]\d{1,2}分)"
    r"|[\u3400-\u9fff]{2}[时時][间間]\s?(\d{1,2}[:：]\d\d)|(\d{1,2}:\d\d\s?[AP]M)",
    re.I,
)


_FRAGMENT = re.compile(r"(?:\d{1,4}[-/.年月日]?){1,2}|\d{1,2}:\d\d(?::\d\d)?|[A-Z][a-z]{2}\.? \d{4}")
"""A piece of a date whose day, month and year stand in boxes of their own, or its time of day."""


def with_clock_below(line: Line, lines: Sequence[Line]) -> str:
    """The text of a line with the time of day that is all that the next one says, 3:32 PM, 香港時間15時32分, and of a piece of a
    date with those that follow it in its box."""
    text = line.spaced if len(line.text) <= _LONGEST_SPACED else line.text
    below = lines[line.row + 1 : line.row + 1 + _MOST_FRAGMENTS] if len(text) <= _LONGEST_DAY else ()
    clock = _CLOCK_BELOW.fullmatch(below[0].text) if below else None
    if below and clock is None and is_called(below[0].block, _DATE_CLASS):
        clock = _CLOCK.fullmatch(below[0].text)
    if clock:
        return f"{text} {next(filter(None, clock.groups()))}"
    if len(text) > _LONGEST_FRAGMENT or not text[0].isdigit():
        return text
    box = line.block.getparent()
    boxes = takewhile(lambda other: other.block.getparent() is box, below)
    return " ".join((text, *takewhile(_FRAGMENT.fullmatch, (other.text for other in boxes))))


_LONGEST_SPACED, _LONGEST_DAY, _LONGEST_FRAGMENT = 250, 40, 12
_MOST_FRAGMENTS = 3
_CLOCK, _DATE_CLASS = re.compile(r"(\d{1,2}[:.]\d\d)"), class_pattern("date")


TIPPED = ("span", "abbr", "em", "i", "time", "small")
_LONGEST_TIP = 40
"""What shows the exact time of "3 days ago" to whoever points at it: a short element, and characters of its title."""


def machine_times(el: Element) -> Iterator[str]:
    """The times in an element's attributes: `datetime` on any tag, `data-published`, a title; the value of a hidden field."""
    if el.tag == "input" and any(_FIELD.fullmatch(el.get(key, "")[:40]) for key in ("id", "name")):
        yield el.get("value", "")[:60]
    for name, value in cast(dict[str, str], el.attrib).items():
        is_tip = name == "title" and el.tag in TIPPED and len(value) <= _LONGEST_TIP and ":" in value
        if is_tip or name == "datetime" or (name.startswith("data-") and _TIMED.fullmatch(name[5:45])):
            yield value


@dataclass(frozen=True, slots=True)
class DateCandidate:
    """A time as written and as a moment, and where it was found (`by`, as in `provenance`)."""

    moment: Moment
    stamp: ParsedDate
    by: str
    strong: bool = False
    """Printed right by the headline, as a date line of its own: what the reader takes for the article's date."""
    labelled: bool = False
    """Called that of publication by a word beside it. The class of its element does not count: templates keep it for any date."""
    first: bool = False
    """Called that of the first publication: a later date without a word is that of a change."""


def is_change_beside(one: tuple[DateCandidate, Line], other: tuple[DateCandidate, Line]) -> bool:
    """Whether of two times below each other one is called that of publication, and the later one something else, whatever the
    language: "Objavljeno: 15:32" and "Zadnja izmjena: 18:02"."""
    (published, line), (change, line_of_change) = sorted((one, other), key=lambda pair: pair[0].moment.at)
    are_labelled = published.labelled and not change.labelled and _OTHER_LABEL.fullmatch(line_of_change.text)
    return bool(are_labelled) and abs(line.row - line_of_change.row) == 1 and published.stamp.hour is not None


_OTHER_LABEL = re.compile(
    r"[^\d:：]{3,40}[:：]\s?(?:[^\W\d_]{2,12},?\s)?\d[^:：]{4,30}[:：.h]\d\d\W{0,3}(?:[^\W\d_]{1,4})?"
)
"""A label, a date and a time of day, and nothing else."""


def names_of_time(el: Element) -> str:
    """The class and itemprop of an element and, for a lone `<time>`, the class of its parent."""
    name = f"{el.get('itemprop') or ''} {el.get('class') or ''}"
    parent = el.getparent()
    if el.tag == "time" and parent is not None and len(parent) == 1:
        name += f" {parent.get('class') or ''}"
    return name


def only_around(el: Element) -> Element:
    """The box that an element alone fills, or the element: what shows an exact time may hold a link."""
    parent = el.getparent()
    return parent if parent is not None and len(parent) == 1 and not (parent.text or "").strip() else el


_CENTRAL, _CHINA, _ANY_DAY = timedelta(hours=-6), timedelta(hours=8), datetime(2020, 1, 1)  # noqa: DTZ001 - a wall clock
"""What "CST" means in America, and where clocks are those of China: Java prints it in every date."""


class DateContext:
    """Turns times as written into candidates."""

    __slots__ = ("_latest", "locale")

    def __init__(self, locale: Locale, fetched_at: datetime | None) -> None:
        self.locale = locale
        self._latest = fetched_at + _GRACE if fetched_at else None

    def possible(self, moment: Moment) -> bool:
        """Whether a moment is not after the fetch, give or take a day, and not of a year before any site of news."""
        return moment.at.year >= FIRST_YEAR and (self._latest is None or moment.at <= self._latest)

    def candidate(self, stamp: ParsedDate | None, by: str) -> DateCandidate | None:
        """The candidate for a time as written; None for an impossible time or one in the future."""
        if stamp is None:
            return None
        if stamp.offset == _CENTRAL and self.locale.offset_at(_ANY_DAY)[0] == _CHINA:
            stamp = stamp._replace(offset=_CHINA)
        elif stamp.zone and stamp.hour is not None:
            wall = datetime.combine(stamp.date, time(stamp.hour, stamp.minute))
            stamp = stamp._replace(offset=self.locale.offset_called(stamp.zone, wall) or stamp.offset)
        moment = settle_moment(stamp, self.locale)
        return DateCandidate(moment, stamp, by) if moment and self.possible(moment) else None

    def read(self, text: str | None, by: str) -> DateCandidate | None:
        """The candidate for a machine-readable value; None where it is no time."""
        return self.candidate(read_machine(text, language=self.locale.language), by) if text else None

    def read_all(self, values: Iterable[tuple[str | None, str]]) -> Iterator[DateCandidate]:
        """The candidates for all machine-readable values that are times."""
        return (candidate for value, by in values if (candidate := self.read(value, by)))


_TEASER, _TEASER_CJK, _BESIDE = 20, 9, 40
"""Characters of a link that is another story's headline; an author's name or a section's is shorter."""


def is_teaser(line: Line) -> bool:
    """Whether a line links to another article, with its date beside the link; a date itself links to its own page."""
    least = _TEASER_CJK if CJK.search(line.text) else _TEASER
    is_linked = line.link_chars >= least and len(line.text) - line.link_chars <= _BESIDE and line.longest_link >= least
    return is_linked and any(len(text) >= least and not _DAY.fullmatch(text) for text, _ in line.parts)


def is_on_card(el: Element, headline: Line | None) -> bool:
    """Whether a box around an element holds a heading that links to another story, and not the headline."""
    own = {headline.block, *headline.block.iterancestors()} if headline else set()
    for box in (el, *islice(el.iterancestors(), _CARD_LEVELS)):
        if box in own or box.tag in ("body", "main"):
            return False
        for link in islice(box.iter("a"), _CARD_LINKS):
            is_headed = (
                nearest(link, _CARD_HEADINGS, 2) is not None or next(link.iter(*_CARD_HEADINGS), None) is not None
            )
            if is_headed and len("".join(map(str, link.itertext()))) >= _TEASER_CJK:
                return True
    return False


_CARD_LEVELS, _CARD_LINKS = 3, 4
_CARD_HEADINGS = words("h2 h3 h4 h5 h6")
"""Levels of boxes around a date, links in each of them, and the headings that cards have."""


_DAY = re.compile(r"(?:发[布表]于)?\s{0,3}\d{4}([-./])\d{1,2}\1\d{1,2}(?:\s\d{1,2}:\d\d(?::\d\d)?)?\s{0,3}")

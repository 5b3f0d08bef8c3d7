"""The dates printed around the text: above it first, then below.

A date line is near the headline and is mostly a date, or has a label; other dates count less. A label or the class of an
element can mark a date as that of a change. Dates of other boxes, copyright lines, ends ("until …"), ranges of days, and the
current date in a site's header do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from enum import Enum, auto
from itertools import chain

from lxml.etree import _Element as Element

from db.models import OffsetFrom
from pipelines.extraction.dates.agreement import SAME_TIME, confirms, reconcile, same_minute
from pipelines.extraction.dates.candidates import (
    DateCandidate,
    DateContext,
    is_change_beside,
    is_teaser,
    machine_times,
    names_of_time,
    only_around,
    with_clock_below,
)
from pipelines.extraction.dates.cue_words import clock_of_change, says_changed, says_published
from pipelines.extraction.dates.url_date import outside_month
from pipelines.extraction.languages.loader import cue_pattern
from pipelines.extraction.page.document import Line, Zone
from pipelines.extraction.page.headings import HEADINGS
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.tree import class_pattern, is_called, is_in_site_header, nearest
from pipelines.extraction.text.date_parser import ParsedDate, find_stamps, is_life, read_machine
from pipelines.extraction.text.months import weekday_of
from pipelines.extraction.text.relative_times import find_relative, with_year
from pipelines.extraction.text.writing import words

_COPYRIGHT = re.compile(
    r"©(?!\s?(?:19|20)\d\d[-/.年]\d)|copyright|all rights|版权|版權|备案|ICP|\bsince\s\d{4}|\best\.\s?\d{4}", re.I
)
_SPAN_OF_DAYS = re.compile(r"(?<![\d:h])\d{1,2}\.?\s?(?:[-–/]|bis|to|au|al)\s?$")
_SLASHED = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(?:20)?\d\d(?![\d/])")
_DOTTED = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(?:20)?\d\d(?![\d.])")
_WEEKDAY_BEFORE = re.compile(r"[^\W\d_]{3,12}\.?,?\s{0,2}$")
_WEEKDAY_EAST = re.compile("星期|周[一二三四五六日天]|週|요일|曜")
_FROM_THEN = re.compile(r"\s?(?:起|から|부터)")
"""What follows the day from which something holds."""
_CHANGED_BEHIND = re.compile(r"\s?(?:更新|改訂|수정)\s?(?:$|[)）])")
_CHANGED_NAME = re.compile(r"modif|updat|changed|lastmod|revised", re.I)
_PUBLISHED_NAME = re.compile(r"publish|created|entry-date|pubdate|posted", re.I)
_BELOW = 2
"""Lines below the time of publication on which a change may be given by its time of day alone."""
_CLOSE = 3
"""Lines above the headline within which a date is taken for the article's."""
_CAPTION_LEVELS = 3
_COMMENT = re.compile(r"comment|repl(?:y|ies)|评论|回复|留言|kommentar|antwort|comentari|online", re.I)
_NEAR = 9
"""Lines below the headline in which a date line stands."""
_LONG_WITHIN = 4
"""Lines below the headline within which a line as long as a paragraph may hold byline and dates."""
_AGO_LINE = 60
"""Characters of a line that tells the time from now: outlet, byline, reading time."""
_BEHIND = 12
"""Characters behind a date in which a word for the first publication begins."""
_LONG_PAST = 183
"""Days after which sites print the year as well."""
_TICKER = 3
"""So many lines that tell the time from now are a list of stories."""


class ModifiedCue(Enum):
    """Whether a date is that of a change: by the words before it, only by the name of its element, or not."""

    NONE = auto()
    NAMED = auto()
    SAID = auto()


class PrintedDates:
    """The dated lines of one page."""

    __slots__ = ("_address", "_context", "_language", "_layout", "_leads", "_lines", "_month")

    def __init__(
        self,
        context: DateContext,
        layout: Layout,
        lines: Sequence[Line],
        address: ParsedDate | None = None,
        month: tuple[int, int] | None = None,
    ) -> None:
        """`address` and `month` are the day and the month that the page's address bears."""
        self._month = month
        self._context, self._layout, self._lines, self._address = context, layout, lines, address
        self._leads: dict[str, bool] = {}
        self._language = context.locale.language

    def stamps(self, text: str) -> Sequence[ParsedDate]:
        """The times written in a text of this page."""
        locale = self._context.locale
        day_first, dots_day_first = locale.day_first, True
        if not day_first and _SLASHED.search(text):
            day_first = self._day_leads(_SLASHED, unknown=False)
        if locale.country in (None, "us") and locale.language in (None, "en") and _DOTTED.search(text):
            dots_day_first = self._day_leads(_DOTTED, unknown=locale.country is None)
        stamps = find_stamps(text, language=locale.language, day_first=day_first, dots_day_first=dots_day_first)
        if _SLASHED.search(text) and self._are_doubtful(stamps, text):
            # A day to come, of another weekday than is printed or another month than the address has, may be right the other way.
            turned = find_stamps(text, language=locale.language, day_first=not day_first, dots_day_first=dots_day_first)
            if not self._are_doubtful(turned, text):
                return turned
        return stamps

    def _are_doubtful(self, stamps: Sequence[ParsedDate], text: str) -> bool:
        return any(
            self._is_ahead(stamp) or self._has_other_weekday(stamp, text) or outside_month(stamp, self._month)
            for stamp in stamps
        )

    def _has_other_weekday(self, stamp: ParsedDate, text: str) -> bool:
        word = _WEEKDAY_BEFORE.search(text[: stamp.start])
        day = weekday_of(word[0].rstrip(" .,"), self._language) if word else None
        return day is not None and day != stamp.date.weekday()

    def _is_ahead(self, stamp: ParsedDate) -> bool:
        now = self._context.locale.local_now
        return now is not None and (stamp.date - now.date()).days > 1

    def _day_leads(self, form: re.Pattern[str], *, unknown: bool) -> bool:
        """Whether this page writes 25/4/2024, by those of its dates that can be read in one way only and by the day in its address.

        `unknown` is the answer where neither tells.
        """
        known = self._leads.get(form.pattern)
        if known is None:
            found = [m for line in self._lines[:2000] for m in form.finditer(line.text)]
            days = sum(int(m[1]) > 12 >= int(m[2]) for m in found) - sum(int(m[2]) > 12 >= int(m[1]) for m in found)
            if days == 0 and self._address:
                ours = (self._address.day, self._address.month)
                pairs = [(int(m[1]), int(m[2])) for m in found]
                days = pairs.count(ours) - pairs.count((ours[1], ours[0]))
            known = self._leads[form.pattern] = days > 0 if days else unknown
        return known

    def visible(self) -> tuple[DateCandidate | None, DateCandidate | None]:
        """The dates of publication and change that the page prints."""
        published: DateCandidate | None = None
        updated: DateCandidate | None = None
        named: DateCandidate | None = None
        outside: DateCandidate | None = None
        label, first_published = "", 0
        first_line: Line | None = None
        below = self._layout.first_row
        for line in self._candidates():
            found = False
            for candidate, change in self.read(line, label):
                found = True
                if change is ModifiedCue.SAID:
                    updated = updated or candidate
                elif change is ModifiedCue.NAMED:
                    named = named or candidate
                elif outside_month(candidate.stamp, self._month):
                    outside = outside or candidate
                elif published and candidate.first and candidate.moment.at < published.moment.at:
                    updated, published = updated or published, candidate
                elif published and first_line and is_change_beside((published, first_line), (candidate, line)):
                    published, change_beside = sorted((published, candidate), key=lambda one: one.moment.at)
                    updated = updated or change_beside
                elif (
                    published is None
                    or (
                        published.stamp.hour is None
                        and candidate.stamp.hour is not None
                        and published.stamp.date == candidate.stamp.date
                    )
                    or (candidate.labelled and not published.labelled and first_published == line.row)
                ):
                    first_published = line.row if published is None else first_published
                    published, first_line = candidate, line
            if not found and published and first_line and 0 < line.row - first_line.row <= _BELOW and not updated:
                later = clock_of_change(line.spaced, published.stamp._replace(end=0), self._language)
                updated = self._context.candidate(later, "visible") if later else None
            label = line.text if len(line.text) < 24 and not found else ""
        if outside and (published is None or first_published > below) and named is None:
            published = outside  # told by the headline, while only a line in or below the text fits the address
        # A change that only an element's class tells of is what the reader takes for the date where there is no other.
        return (published, updated or named) if published else (named, updated)

    def _candidates(self) -> Iterator[Line]:
        layout = self._layout
        start = layout.headline_row
        end = layout.paragraphs[-1].row if layout.paragraphs else start + 1000
        below = [line for line in layout.header if start < line.row < end]
        opening = [line for line in layout.paragraphs[:2] if line.row - start <= _LONG_WITHIN]
        below += [line for line in opening if any(el.tag == "time" for _, el in line.parts)]
        yield from sorted(below, key=lambda line: line.row)
        above = [line for line in layout.header if line.row < start]
        yield from reversed(above[_last_other_heading(above, layout.headline) :])  # further up is the day of the fetch
        belongs = True
        for line in layout.tail:
            if line.block.tag in HEADINGS:
                belongs = says_published(line.text, self._language) or says_changed(line.text, self._language)
            if belongs and not is_teaser(line):
                yield line

    def read(self, line: Line, label_above: str) -> Iterator[tuple[DateCandidate, ModifiedCue]]:
        """The dates in a line, each with whether it is that of a change."""
        text = with_clock_below(line, self._lines)
        other = self._layout.zones_of(line) & (Zone.RELATED | Zone.COMMENTS) or line.zone & Zone.HIDDEN
        if len(text) > 260 or _COPYRIGHT.search(text) or other or line.block.tag == "pre":
            return  # a program's day is not the page's
        if nearest(line.block, {"figcaption"}, _CAPTION_LEVELS) is not None:
            return  # nor is a picture's
        if line.link_chars > 0.8 * len(text) and line.longest_link > 30:
            return
        before, at, last = label_above, 0, None
        for stamp in () if is_life(text) else self.stamps(text):
            label = text[at : stamp.start] or before
            before, at = "", stamp.end
            if (
                self._is_of_something_else(label[-40:])
                or _FROM_THEN.match(text, stamp.end)
                or _SPAN_OF_DAYS.search(label)
                or self._is_clock(line, stamp, label)
            ):
                continue
            candidate = self._context.candidate(stamp, "visible")
            if candidate is None or is_embedded(line.block):
                continue
            first = self._is_first(label[-40:], text[stamp.end : stamp.end + _BEHIND])
            labelled = first or says_published(label[-40:], self._language)
            candidate = replace(
                candidate,
                strong=self._is_date_line(line, stamp) or (labelled and self._is_near(line)),
                labelled=labelled,
                first=first,
            )
            named, candidate = self._by_element(line, candidate)
            changed = says_changed(label[-40:], self._language) or _CHANGED_BEHIND.match(text, stamp.end)
            last = stamp
            yield candidate, ModifiedCue.SAID if changed else named
        change = clock_of_change(text, last, self._language) if last else None
        if change and (later := self._context.candidate(change, "visible")):
            yield later, ModifiedCue.SAID

    def _is_of_something_else(self, label: str) -> bool:
        """Whether the words before a date say that it is an event's, a law's, a picture's, a broadcast's, somebody's reading."""
        weekday = _WEEKDAY_BEFORE.search(label)
        named = weekday and weekday_of(weekday[0].rstrip(" .,"), self._language) is not None
        if cue_pattern("no_publication", self._language).search(
            label[: weekday.start()] if weekday and named else label
        ):
            return True
        other = cue_pattern("not_of_page", self._language).search(label)
        return other is not None and not says_published(label[other.end() :], self._language)

    def _is_first(self, label: str, behind: str) -> bool:
        """Whether a date is called that of the first publication: before it, or right behind it (2024-03-05 首次发布)."""
        words = cue_pattern("first_published", self._language)
        return bool(words.search(label) or words.match(behind.lstrip(" ,)）")))

    def _by_element(self, line: Line, candidate: DateCandidate) -> tuple[ModifiedCue, DateCandidate]:
        """What the element of a date says of it: whether it is a change, and the exact time in its attributes."""
        published = changed = False
        for part, el in line.parts:
            name, timed = names_of_time(el), [*machine_times(el)] or [*machine_times(only_around(el))]
            if (len(name) < 3 and not timed) or not any(char.isdigit() for char in part):
                continue
            if not any(stamp.date == candidate.stamp.date for stamp in self.stamps(part)):
                continue
            published = published or bool(_PUBLISHED_NAME.search(name))
            changed = changed or bool(_CHANGED_NAME.search(name))
            for text in timed if candidate.stamp.hour is None or candidate.stamp.offset is None else ():
                candidate = self._finer(text, candidate)
        named = ModifiedCue.NAMED if changed and not published else ModifiedCue.NONE
        return named, candidate

    def _finer(self, text: str, printed: DateCandidate) -> DateCandidate:
        """The printed day or time, made exact by its element; midnight counts as no time."""
        stated = self._context.candidate(read_machine(text, language=self._language), "time")
        if stated is None or stated.stamp.hour is None or (stated.stamp.hour, stated.stamp.minute) == (0, 0):
            return printed
        if abs(stated.moment.at - printed.moment.at) > SAME_TIME or (
            printed.stamp.hour is not None and not confirms(stated, printed)
        ):
            return printed
        if (
            same_minute(stated, printed)
            and not stated.stamp.second
            and printed.moment.offset_from is not OffsetFrom.UNKNOWN
        ):
            return printed  # ":00" is how systems fill in the seconds
        both = reconcile(stated, printed, self._context.locale) or printed
        return replace(both, strong=printed.strong, labelled=printed.labelled, first=printed.first)

    def _is_clock(self, line: Line, stamp: ParsedDate, label: str) -> bool:
        """Whether a date above the headline is the current date in a site's header."""
        now, headline = self._context.locale.local_now, self._layout.headline
        if (headline and line.row > headline.row) or says_published(label, self._language):
            return False
        if headline and is_in_site_header(line.block, headline.block):
            return True
        if now is None:  # a page from a file: the day of the week, far above, is how a header prints its own day
            return headline is not None and headline.row - line.row > _CLOSE and bool(_WEEKDAY_BEFORE.search(label))
        if abs((stamp.date - now.date()).days) > (0 if self._context.locale.knows_zone else 1):
            return False
        far = headline is None or headline.row - line.row > 2
        return far or bool(_WEEKDAY_BEFORE.search(label) or _WEEKDAY_EAST.search(line.text))

    def _is_near(self, line: Line) -> bool:
        headline = self._layout.headline
        return headline is not None and -4 <= line.row - headline.row <= _NEAR and line.block.tag != "figcaption"

    def _is_date_line(self, line: Line, stamp: ParsedDate) -> bool:
        return self._is_near(line) and (stamp.end - stamp.start) * 3 > len(line.text)

    def relative(self, changed: DateCandidate | None) -> DateCandidate | None:
        """The time of this article relative to the fetch ("2 hours ago"), or without a year, in a short line near the headline;
        `changed` is its last change."""
        headline, now = self._layout.headline, self._context.locale.local_now
        if headline is None:
            return None
        dates = [*([now.date()] if now else []), *([changed.stamp.date] if changed else [])]
        latest = min(dates, default=None)
        found: list[DateCandidate] = []
        for line in self._layout.header:
            if not -2 <= line.row - headline.row <= _NEAR or len(line.text) > _AGO_LINE or line.row == headline.row:
                continue
            if line.block.tag in _NO_DATELINE or line.is_link or _COMMENT.search(line.text):
                continue
            stamp = find_relative(line.spaced, now, self._language) if now else None
            stamp = stamp or self._in_year(line.spaced, latest)
            if stamp is None or says_changed(line.spaced[: stamp.start][-40:], self._language):
                continue
            if (known := self._address) and (stamp.month, stamp.day) == (known.month, known.day):
                stamp = stamp._replace(year=known.year)  # 03-05 10:20, read years later
            if candidate := self._context.candidate(stamp, "visible"):
                found.append(candidate)
        return found[0] if 0 < len(found) < _TICKER else None

    def _in_year(self, text: str, latest: date | None) -> ParsedDate | None:
        """A time printed without its year: that of the address, else of the last such day before fetch or change, if it is not long
        past and of the weekday that is printed. A day to come is an event's."""
        known = self._address.year if self._address else self._month[0] if self._month else None
        years = (known,) if known else (latest.year, latest.year - 1) if latest else ()
        for dated in chain.from_iterable(with_year(text, year) for year in years):
            for stamp in self.stamps(dated):
                ago = (latest - stamp.date).days if latest else 0
                if stamp.hour is None or ago < 0 or (ago > _LONG_PAST and not known):
                    continue
                if not self._has_other_weekday(stamp, dated) and not self._is_of_something_else(dated[: stamp.start]):
                    return stamp
        return None

    def last_change(self, lines: Iterator[Line]) -> DateCandidate | None:
        """The date in a line, often in the footer, that says when the page was last changed."""
        for line in lines:
            if (
                len(line.text) < 120
                and not line.zone & Zone.COMMENTS
                and cue_pattern("last_change", self._language).search(line.text)
            ):
                for stamp in self.stamps(line.spaced):
                    if candidate := self._context.candidate(stamp, "visible"):
                        return candidate
        return None


_NO_DATELINE = HEADINGS | words("li figcaption button label td th dd dt")
_EMBEDDED = class_pattern("embedded")


def is_embedded(el: Element | None) -> bool:
    """Whether an element is in a quotation or an embedded post of a social network."""
    return is_called(el, _EMBEDDED, 6) or nearest(el, {"blockquote"}, 6) is not None


def _last_other_heading(above: list[Line], headline: Line | None) -> int:
    """The index after the last other heading above the headline. One that is a date, or in its box, belongs to this article."""
    box = headline.block.getparent() if headline else None
    for index in range(len(above) - 1, -1, -1):
        line = above[index]
        other = line.block.tag in HEADINGS and (box is None or line.block.getparent() is not box)
        if other and not any(char.isdigit() for char in line.text):
            return index + 1
    return 0

"""Times relative to now: "3小时前", "昨天 15:32", "2 hours ago", "vor 3 Stunden".

They mean something only together with the time of the fetch, and only near the article's own headline; elsewhere they date
comments and other boxes. `dates/printed.py` decides which line is the article's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from pipelines.extraction.languages.loader import Words, any_of, applicable_languages, languages
from pipelines.extraction.text.clock import read_clock
from pipelines.extraction.text.date_parser import MAX_TEXT, ParsedDate, plain_digits

_UNITS = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(weeks=1),
}
_DAYS_BACK = {"today": 0, "yesterday": 1, "day_before_yesterday": 2}


@dataclass(frozen=True, slots=True)
class _Form:
    """One way of saying how long ago, ready to be searched for, and how long each unit and each word for a number is."""

    pattern: re.Pattern[str]
    units: dict[str, timedelta]
    halves: Words


@cache
def _forms(code: str) -> tuple[_Form, ...]:
    """The forms of a language, each "number unit after" or "before number unit"."""
    language = languages()[code]
    made = []
    for form in language.ago:
        units = {word: span for name, span in _UNITS.items() for word in getattr(form, name)}
        number = "|".join([r"\d{1,3}", *map(re.escape, (*form.one, *form.half))])
        core = rf"(?P<n>{number})\s?个?(?P<u>{'|'.join(map(re.escape, sorted(units, key=len, reverse=True)))})"
        before, after = (
            "|".join(map(re.escape, sorted(words, key=len, reverse=True))) for words in (form.before, form.after)
        )
        end = r"(?!\w)" if language.spaces else r"(?!\w{0,2}[天日]\d)"
        start = r"(?<!\w)" if language.spaces else r"(?<!\d)"
        if before:
            made.append(_Form(re.compile(rf"{start}(?:{before})\s{core}{end}", re.I), units, form.half))
        if after or not before:
            made.append(_Form(re.compile(rf"{start}{core}\s?(?:{after}){end}", re.I), units, form.half))
    return tuple(made)


@cache
def _named_day(language: str | None) -> tuple[re.Pattern[str], dict[str, int]]:
    """What finds "today" and "yesterday" on pages of a language, and how many days back each is."""
    found = [languages()[code] for code in applicable_languages(language)]
    back = {word: days for one in found for name, days in _DAYS_BACK.items() for word in getattr(one.dates, name)}
    words = (any_of((word for name in _DAYS_BACK for word in getattr(one.dates, name)), one.spaces) for one in found)
    return re.compile("|".join(words) or "(?!)", re.I), back


_NO_YEAR = re.compile(
    r"(?<![\d./年-])(\d{1,2})(?:\s?月\s?(\d{1,2})\s?[日号]|-(\d{2})|/(\d{1,2})(?=\s?[(（][月火水木金土日一二三四五六]))"
    r"(?:\s?[(（](?:星期|[周週])?[月火水木金土日一二三四五六天](?:曜日?)?[)）])?\s{0,2}(?=\d{1,2}[:：時时点]\d\d)"
)
"""03-05 15:32, 3月5日 15:32, 3/5(火) 15:32, 3月5日（周二） 15:32: the last such day."""
_NO_YEAR_CHINESE = re.compile(r"(?<![\d./年-])(\d{1,2})[-/](\d{1,2})\s{1,2}(?=\d{1,2}[:：]\d\d)")
"""8-3 15:32, 08/03 15:32."""
_WITHOUT_YEAR = re.compile(
    r"(?<![\w.:/-])(?=(?P<day>(?P<numbers>\d{1,2}(?P<mark>[./])\s?\d{1,2}(?:(?<=/\d)|(?<=/\d\d)|\.))|(?:\d{1,2}(?:[.ºª]|er|st|nd|rd|th)?"
    r"\s(?:de\s|of\s)?[^\W\d_]{3,14}|[^\W\d_]{3,14}\.?\s\d{1,2}(?:st|nd|rd|th)?)\.?)"
    r"[\s,|·•]{1,3}(?:[^\W\d_]{1,4}\.?\s)?\d{1,2}[:.hH]\d\d(?!\d|\s?[-–—]\s?\d))"
)
"""12.5. klo 10:14, 12/5 10:14, 12 травня, 10:14, Oct 3, 10:15: what a year is missing behind. Hours are an event's."""
_BETWEEN = re.compile(r"[\s,，|·]{0,3}(?:(?:at|um|a las|alle|às|à|om|в)\s)?")


def find_relative(text: str, now: datetime, language: str | None = None) -> ParsedDate | None:
    """A time relative to `now`, which must be in the page's own zone."""
    text = plain_digits(text[:MAX_TEXT])
    for form in (form for code in applicable_languages(language) for form in _forms(code)):
        m = form.pattern.search(text)
        if m is None:
            continue
        span = form.units[m["u"].lower()]
        when = now - (span / 2 if m["n"] in form.halves else (int(m["n"]) if m["n"].isdecimal() else 1) * span)
        if span >= timedelta(days=1):
            return ParsedDate(when.year, when.month, when.day, start=m.start(), end=m.end())
        return ParsedDate(
            when.year, when.month, when.day, when.hour, when.minute, None, now.utcoffset(), m.start(), m.end()
        )
    pattern, back = _named_day(language)
    if m := pattern.search(text):
        day = (now - timedelta(days=back[" ".join(m[0].lower().split())])).date()
        after = _BETWEEN.match(text, m.end())
        clock = read_clock(text, after.end() if after else m.end())
        if clock:  # "today" alone is a word, not a time
            return ParsedDate(day.year, day.month, day.day, *clock[:3], now.utcoffset(), m.start(), clock[3])
        return None
    m = _NO_YEAR.search(text) or (_NO_YEAR_CHINESE.search(text) if language == "zh" else None)
    clock = read_clock(text, m.end()) if m else None
    last = _last_day(int(m[1]), int(next(filter(None, m.groups()[1:]))), now) if m and clock else None
    if m is None or clock is None or last is None:
        return None
    return ParsedDate(last.year, last.month, last.day, *clock[:3], now.utcoffset(), m.start(), clock[3])


def with_year(text: str, year: int) -> Iterator[str]:
    """A text with this year behind what may be a day before a time of day, for each such place."""
    for found in _WITHOUT_YEAR.finditer(text):
        day = f"{found['numbers'].rstrip('.')}{found['mark']}" if found["numbers"] else f"{found['day']} "
        yield f"{text[: found.start()]}{day}{year}{text[found.end('day') :]}"


def _last_day(month: int, number: int, now: datetime) -> date | None:
    """The last such day before the fetch."""
    for year in (now.year, now.year - 1):
        try:
            day = date(year, month, number)
        except ValueError:
            continue
        if day <= now.date():
            return day
    return None

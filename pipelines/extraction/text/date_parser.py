"""Parsing written dates and times, whatever the page.

`ParsedDate` is a local time as written: a date, perhaps hour, minute and second, perhaps a UTC offset. `dates/time_zones.py`
finds the zone. Digits of every script are read; years of the Buddhist, Solar Hijri and Taiwanese calendars are converted. All
patterns are bounded and run over at most `MAX_TEXT` characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import NamedTuple

from pipelines.extraction.languages.loader import any_of, cue_pattern, languages
from pipelines.extraction.text.clock import MIDNIGHT, half_words, hour_words, read_clock
from pipelines.extraction.text.date_formats import Found, find_regional_dates
from pipelines.extraction.text.months import from_named_month, month_of, to_gregorian
from pipelines.extraction.text.utc_offsets import offset_named

MAX_TEXT = 600
_STAMPS_KEPT = 512
"""Texts whose times are remembered: a reader of bylines, of dates and of the text asks for those of the same line."""
FIRST_YEAR = 1994
"""No article was on the web before. A lower year is a date in history that the text speaks of."""
LAST_YEAR = 2100


class ParsedDate(NamedTuple):
    """A time as written.

    `hour` is None for a date alone, `offset` None where none is given. `start` and `end` delimit it in the text.
    """

    year: int
    month: int
    day: int
    hour: int | None = None
    minute: int = 0
    second: int | None = None
    offset: timedelta | None = None
    start: int = 0
    end: int = 0
    zone: str = ""
    """The abbreviation that `offset` was read from: one that means something else in another country."""

    @property
    def date(self) -> date:
        return date(self.year, self.month, self.day)


_YMD = re.compile(
    r"(?<![\d.,])(?<!\d[/-])"
    r"((?:1[34]|2[056]|19)\d\d)\s?([-/.‐‑–]|年|년|\. )\s?(\d{1,2})\s?([-/.‐‑–]|月|월|\. )\s?(\d{1,2})(?!\d{3})"
    r"(?:\s?[日号號일]|\.(?!\d))?"
)
_YEAR_APART = re.compile(r"(?<!\d)(20\d\d)\s(\d\d)\s?/\s?(\d\d)(?=\s\d{1,2}:\d\d)")
"""The year in an element of its own: 2024 03/05 15:32:45."""
_COMPACT = re.compile(
    r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?:T?([01]\d|2[0-3])([0-5]\d)([0-5]\d))?(?!\d)"
)
_DAY_WORD_YEAR = re.compile(
    r"(?<![\d:.])(\d{1,2})(?:\.|º|°|ª|er|st|nd|rd|th|-?го|-a(?=\s)|e(?=\s))?[\s\-/.]{0,3}(?:de\s|of\s|di\s|d['’]|da\s|ta['’]\s)?"
    r"([^\W\d_][^\W\d_\u200c]{1,14}[\u0300-\u0d4d\u200c]?[^\W\d_]{0,6})[.,،]?[\s\-/,.]{0,3}(?:de\s|del\s|do\s|г\.?\s)?(\d{4}|['’]\d{2}|\d\d(?=\s?(?:$|[,|•·)–-]|\d{1,2}:\d\d)))(?!\d)"
)
_WORD_DAY_YEAR = re.compile(
    r"([^\W\d_][^\W\d_]{2,14})[.,]?[\s\-]{1,2}(\d{1,2})(?:st|nd|rd|th|a|\sቀን)?[\s]?[,.،]?[\s\-]{1,3}(\d{4}|['’]\d{2})(?!\d)"
)
_YEAR_WORD_DAY = re.compile(r"(?<!\d)(\d{4})[.,]?[\s\-]{1,2}(?:m\.\s)?([^\W\d_]{3,14})\.?[\s\-](\d{1,2})(?!\d)")
_INDIC = re.compile(r"(?<!\d)(\d{1,2})\s([\u0590-\u109f\u1780-\u17ff]{2,20})\s?[,،]?\s?(\d{4})(?!\d)")
_INDIC_WORD_FIRST = re.compile(r"([\u0590-\u109f\u1780-\u17ff]{2,20})\s(\d{1,2})\s?[,،]?\s(\d{4})(?!\d)")
_INDIC_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s([\u0590-\u109f\u1780-\u17ff]{2,20})(?:\sමස)?\s(\d{1,2})(?!\d)")
_NUMERIC = re.compile(
    r"(?<![\d.,/-])(?<!\d:)(\d{1,2})\s?([-/.|]|(?<=\d)·(?=\d))\s?(\d{1,2})(?:\s?\2\s?(\d{4}|\d{2}(?!:\d\d|\.\d\d\s[^\W\d_]))(?![\d/]|-(?!\d{1,2}:\d\d))|(?<=/\d|\d\d)\s(20\d\d)(?![\d/:.-]))"
)
"""5/3/2024, 05.03.24, 05·03·24, and the Swedish 5/3 2024."""
_WORD_DAY_CLOCK_YEAR = re.compile(
    r"([^\W\d_]{3,9})\.?\s{1,2}(\d{1,2}),?\s\d{1,2}:\d\d(?::\d\d)?\s(?:(?:[A-Z]{3,4}|[+-]\d{4})\s)?(\d{4})(?!\d)"
)
"""C's and Java's way: "Mar 05 14:30:00 CET 2024", "Mar 05 14:30:00 +0100 2024"."""


_ZONE = re.compile(
    r"\s{0,2}(?:\(?\s?(?:(?:GMT|UTC|Z)?\s?(?P<sign>\+(?=\s?\d)|[-−](?=\d))\s?(?P<oh>\d{1,2}):?(?P<om>\d\d)?|(?P<name>[A-Z][A-Za-z]{0,4}|МСК|мск)\b"
    r"|(?P<city>北京时间|北京時間|Uhr)))"
)


@cache
def _join() -> re.Pattern[str]:
    """What may stand between a day and its time: "5 March 2024 at 14:30", "2024년 3월 5일(화) 14:30", "5 March, posted at 3 pm"."""
    words = "|".join(
        any_of((*one.dates.joins, *one.dates.weekdays), one.spaces)
        for one in languages().values()
        if one.dates.joins or one.dates.weekdays
    )
    return re.compile(
        r"[)）]?\.?(?:\s{0,3}(?:T(?=\d)|Z(?=\d)|(?-i:[A-Z]{2,3}T)(?=\s\d)|[(\[](?=\d{1,2}[:.]\d\d[)\]])|[|,，،·•@–—-]|(?<=\s)/(?=\s)"
        rf"|[(（][^\W\d_]{{1,14}}(?:[・/]祝)?[)）]|(?:{words})(?:\s?:(?=\s))?"
        rf"|(?P<label>{cue_pattern('published', None).pattern})[^\W\d_]{{0,12}}\s?:?)\s{{0,2}}|\s{{0,3}}){{0,4}}",
        re.I,
    )


def plain_digits(text: str) -> str:
    """The text with full-width forms folded and the digits of every script as 0-9. Its length stays the same."""
    return text if text.isascii() else _FOLDED.sub(_plain, text)


_FOLDED = re.compile(r"[\d\uff01-\uff5e\u3000]")


def _plain(found: re.Match[str]) -> str:
    char = found[0]
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if "\uff01" <= char <= "\uff5e":
        return chr(ord(char) - 0xFEE0)
    return " " if char == "\u3000" else char


@lru_cache(_STAMPS_KEPT)
def find_stamps(
    text: str, *, language: str | None = None, day_first: bool = True, dots_day_first: bool = True
) -> tuple[ParsedDate, ...]:
    """All dates and times in a text, in order. `day_first` reads 3/4/2024 as 3 April, `dots_day_first` 3.4.2024 and 3-4-2024."""
    text = plain_digits(text[:MAX_TEXT])
    if "ב-" in text:  # Hebrew writes "on" with the day
        text = text.replace("ב-", "ב ")
    if not _WORTH.search(text):
        return ()
    found: list[ParsedDate] = []
    for dates in _DATE_READERS:
        for year, month, day, start, end in dates(text, language, (day_first, dots_day_first)):
            if any(start < other.end and other.start < end for other in found):
                continue
            if stamp := _with_clock(text, year, month, day, start, end):
                found.append(stamp)
    return tuple(sorted(found, key=lambda stamp: stamp.start))


def without_stamps(text: str, stamps: Sequence[ParsedDate]) -> str:
    """A text with a blank in place of each of these times."""
    for stamp in reversed(stamps):
        text = f"{text[: stamp.start]} {text[stamp.end :]}"
    return text


_WORTH = re.compile(
    r"民[國国]|年|\d{4}|\d{1,2}\s?[-/.·]\s?\d{1,2}\s?[-/.·]\s?\d\d|['’]\d\d|\d\s[^\W\d_]{3,9}\.?\s\d\d|[คย]\.?\s?\d\d"
)
_Found = Iterator[Found]


def _dates_ymd(text: str, language: str | None, day_first: tuple[bool, bool]) -> _Found:
    for m in _YMD.finditer(text):
        if m[2] in "-–" and m[4] in "./":
            continue  # "20 nov. 2024 - 01.31": a clock
        yield int(m[1]), int(m[3]), int(m[5]), m.start(), m.end()
    for m in _YEAR_APART.finditer(text):
        yield int(m[1]), int(m[2]), int(m[3]), m.start(), m.end()
    yield from find_regional_dates(text, language)


_INDIC_FORMS = ((_INDIC, (1, 2, 3)), (_INDIC_WORD_FIRST, (2, 1, 3)), (_INDIC_YEAR_FIRST, (3, 2, 1)))


def _dates_worded(text: str, language: str | None, day_first: tuple[bool, bool]) -> _Found:
    for pattern, (d, w, y) in (
        (_DAY_WORD_YEAR, (1, 2, 3)),
        (_WORD_DAY_YEAR, (2, 1, 3)),
        (_WORD_DAY_CLOCK_YEAR, (2, 1, 3)),
        (_YEAR_WORD_DAY, (3, 2, 1)),
        *(_INDIC_FORMS if not text.isascii() else ()),
    ):
        for m in pattern.finditer(text):
            year = int(m[y].lstrip("'’"))
            year += 2000 if year < 100 else 0
            word = m[w].rstrip("،")
            if month := month_of(word, language):
                yield year, month, int(m[d]), m.start(), m.end()
            elif gregorian := from_named_month(year, word, int(m[d])):
                yield gregorian.year, gregorian.month, gregorian.day, m.start(), m.end()


_YEAR_FIRST = frozenset(("zh", "ja", "ko"))
"""Languages in which a year of two digits leads: 24-03-05."""


def _dates_numeric(text: str, language: str | None, day_first: tuple[bool, bool]) -> _Found:
    for m in _NUMERIC.finditer(text):
        if m[5] and m[2] != "/":
            continue
        first, second, year = int(m[1]), int(m[3]), int(m[4] or m[5])
        if year < 100 and language in _YEAR_FIRST and first > 9 and second <= 12 and year <= 31:
            yield 2000 + first, second, year, m.start(), m.end()
            continue
        if year < 100:
            year += 2000 if year < 70 else 1900
        # Dots and dashes are mostly European; slashes are read as the country does.
        leads = day_first[m[2] != "/"]
        months_first = (not leads and second <= 31 and first <= 12) or second > 12
        day, month = (second, first) if months_first else (first, second)
        yield year, month, day, m.start(), m.end()


def _dates_compact(text: str, language: str | None, day_first: tuple[bool, bool]) -> _Found:
    for m in _COMPACT.finditer(text):
        if m[4] is None:
            yield int(m[1]), int(m[2]), int(m[3]), m.start(), m.end()


_DATE_READERS: tuple[Callable[[str, str | None, tuple[bool, bool]], _Found], ...] = (
    _dates_ymd,
    _dates_worded,
    _dates_numeric,
    _dates_compact,
)


def _with_clock(text: str, year: int, month: int, day: int, start: int, end: int) -> ParsedDate | None:
    year, month, day = to_gregorian(year, month, day)
    try:
        date(year, month, day)
    except ValueError:
        return None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    if within := _CLOCK_WITHIN.search(text, start, end):
        hour, minute = int(within[1]), int(within[2])
        second = int(within[3]) if within[3] else None
        offset, _, zone = _read_offset(text, within.end(), date(year, month, day))
        return ParsedDate(year, month, day, hour, minute, second, offset, start, end, zone) if hour < 24 else None
    after = end
    join = _join().match(text, end)
    if join:
        after = join.end()
    clock = read_clock(text, after)
    if clock and join and join["label"] and _DAY_AHEAD.match(text, clock[3]):
        clock = None  # that of the next day: "5 March Published 3:32 p.m. ET March 6"
    if clock is None:
        before = _clock_before(text, start, date(year, month, day))
        if before:
            return ParsedDate(year, month, day, *before[:4], start, end, before[4])
        return ParsedDate(year, month, day, start=start, end=end)
    hour, minute, second, stop = clock
    offset, stop, zone = _read_offset(text, stop, date(year, month, day))
    if hour == MIDNIGHT:  # of the next day
        after_it = date(year, month, day) + timedelta(days=1)
        year, month, day, hour = after_it.year, after_it.month, after_it.day, 0
    return ParsedDate(year, month, day, hour, minute, second, offset, start, stop, zone)


_DAY_AHEAD = re.compile(r"[^\w|]{0,3}(?:[A-Z]{2,4}\b\W{0,3})?(?:[^\W\d_]{2,12}\.?,?\s){0,3}\d")
"""A day right behind a time of day."""
_CLOCK_WITHIN = re.compile(r"(\d{1,2}):([0-5]\d)(?::([0-5]\d))?(?=\s)")


@cache
def _clock_ahead() -> re.Pattern[str]:
    """A time of day that ends where a day begins, with what may stand between the two."""
    return re.compile(
        rf"(?<![\d:.])((?:[01]?\d|2[0-3])(?:[:.h]|\sh\s|\s{hour_words()}"
        r"|(?<=\d\d)(?=\d\d\s?(?:GMT|UTC|hrs?|hours)\b))[0-5]\d(?::[0-5]\d)?"
        rf"\s?(?:{half_words()}|[AaPp]\.?[Mm]\.?|مساء\S?|صباح\S{{0,2}})?)"
        r"\s{0,2}(?:Uhr|hrs?|hs|h|phút|ч\.?|น\.)?[,]?\s{0,2}(?P<zone>\(?(?:GMT|UTC)?[+-]\d{1,2}\)?|\(?(?:[A-Z]{2,4}|МСК)\)?)?"
        r"\s{0,2}(?:on|[|/,،·•–—-]|del|am|den)?"
        r"\s{0,2}(?:(?:[^\W\d_]{2,6}\s)?[^\W\d_](?:[^\W\d_]|[\u0e31-\u0e4e]){1,11}[,،]?\s)?$"
    )


def _clock_before(text: str, start: int, day: date) -> tuple[int, int, int | None, timedelta | None, str] | None:
    """The clock of "15:32, 4 May 2024"."""
    m = _clock_ahead().search(text[max(0, start - 45) : start])
    if m is None:
        return None
    clock = read_clock(f"{m[1][:2]}:{m[1][2:]}" if m[1].strip().isdecimal() else m[1], 0)
    if clock is None:
        return None
    offset, _, zone = _read_offset(m["zone"].strip("()"), 0, day) if m["zone"] else (None, 0, "")
    return clock[0], clock[1], clock[2], offset, zone


def _read_offset(text: str, at: int, day: date) -> tuple[timedelta | None, int, str]:
    """The UTC offset at a position of a text, its end, and the abbreviation that it was read from."""
    m = _ZONE.match(text, at)
    if m is None or not m["sign"]:
        if at < len(text) and text[at] in "Zz" and not text[at + 1 : at + 2].isalnum():
            return timedelta(0), at + 1, ""
        if m is None:
            return None, at, ""
    if m["sign"]:
        hours, minutes = int(m["oh"]), int(m["om"] or 0)
        # "+08", "+0800", "GMT+8" are offsets; "- 12 comments" is not
        if hours > 14 or minutes > 59 or (m["om"] is None and m[0].lstrip(" (")[:1] not in "GUZ" and len(m["oh"]) < 2):
            return None, at, ""
        delta = timedelta(hours=hours, minutes=minutes)
        return (-delta if m["sign"] != "+" else delta), m.end(), ""
    if m["city"]:
        return (timedelta(hours=8), m.end(), "") if m["city"] != "Uhr" else _read_offset(text, m.end(), day)
    offset = offset_named(m["name"], day)
    return (offset, m.end(), m["name"]) if offset is not None else (None, at, "")


_EPOCH = re.compile(r"1\d{9}(?:\d{3})?")


def read_machine(text: str | None, *, language: str | None = None) -> ParsedDate | None:
    """A machine-readable time: ISO 8601, RFC 2822, seconds or milliseconds since 1970, else anything that `find_stamps` reads."""
    if not text:
        return None
    text = text.strip()[:120]
    if _EPOCH.fullmatch(text):
        when = datetime.fromtimestamp(int(text[:10]), UTC)
        return ParsedDate(
            when.year, when.month, when.day, when.hour, when.minute, when.second, timedelta(0), 0, len(text)
        )
    if (m := _COMPACT.fullmatch(text)) and m[4]:
        return ParsedDate(int(m[1]), int(m[2]), int(m[3]), int(m[4]), int(m[5]), int(m[6]), None, 0, len(text))
    stamps = find_stamps(text, language=language)
    return stamps[0] if stamps else None


def is_life(text: str) -> bool:
    """Whether the dates of a text are somebody's, of birth and of death, joined by a dash."""
    life = _LIFE.search(text)
    return life is not None and int(life[2]) - int(life[1]) > 1


_LIFE = re.compile(
    r"\b((?:1[89]|20)\d\d)\s{0,2}[-–—~]\s{0,2}(?:[*†]\s?)?(?:\d{1,2}[./\s]{1,2}){0,2}(?:[^\W\d_]{3,12}\.?\s)?(?:\d{1,2},?\s)?"
    r"((?:19|20)\d\d)\b"
)

"""The months and weekdays of the languages news is written in (facts of the Unicode CLDR, and spellings seen on pages), and the
years of other calendars: the Thai Buddhist era, the Solar Hijri calendar of Iran and Afghanistan, and the Ethiopian one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

from pipelines.extraction.languages.loader import Words, languages


def to_gregorian(year: int, month: int, day: int) -> tuple[int, int, int]:
    """A date in digits in the Gregorian calendar; unchanged unless its year belongs to another calendar."""
    if 2500 <= year <= 2650:  # Thai Buddhist era
        return year - 543, month, day
    if 1370 <= year <= 1450:  # Solar Hijri
        try:
            when = from_solar_hijri(year, month, day)
        except ValueError:
            return year, month, day
        return when.year, when.month, when.day
    return year, month, day


def from_solar_hijri(year: int, month: int, day: int) -> date:
    """The Gregorian date of a Solar Hijri one, by the 33-year cycle (right from 1178 to 1633).

    ValueError for an impossible date.
    """
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise ValueError(f"no such day in the Solar Hijri calendar: {year}-{month}-{day}")
    cycle_days = 365 * (year - 1) + ((8 * (year - 1) + 29) // 33)
    day_of_year = (month - 1) * 31 + day if month <= 7 else 186 + (month - 7) * 30 + day
    return date(622, 3, 21) + timedelta(days=cycle_days + day_of_year - 1)


def from_ethiopian(year: int, month: int, day: int) -> date:
    """The Gregorian date of an Ethiopian one: twelve months of 30 days and a short one; each fourth year is longer by a day.

    ValueError for an impossible date.
    """
    if not (1 <= month <= 13 and 1 <= day <= (30 if month < 13 else 6)):
        raise ValueError(f"no such day in the Ethiopian calendar: {year}-{month}-{day}")
    return date.fromordinal(_ETHIOPIAN_EPOCH + 365 * (year - 1) + year // 4 + 30 * (month - 1) + day - 1)


_ETHIOPIAN_EPOCH = date(8, 8, 27).toordinal()
"""The first day of the first year."""


Calendar = Callable[[int, int, int], date]


def _numbered(groups: tuple[Words, ...]) -> dict[str, int]:
    return {word: number for number, group in enumerate(groups, 1) for word in group}


@cache
def _by_language(code: str) -> dict[str, int]:
    language = languages().get(code)
    return _numbered(language.dates.months) if language else {}


@cache
def _by_any_language() -> dict[str, int]:
    merged: dict[str, int] = {}
    doubtful: set[str] = set()
    for code in languages():
        for word, number in _by_language(code).items():
            if merged.setdefault(word, number) != number:
                doubtful.add(word)
    return {word: number for word, number in merged.items() if word not in doubtful}


@cache
def _months_of_other_calendars() -> dict[str, tuple[Calendar, int]]:
    named = ((one.dates.solar_hijri_months, one.dates.ethiopian_months) for one in languages().values())
    return {
        word: (calendar, number)
        for calendars in named
        for calendar, months in zip((from_solar_hijri, from_ethiopian), calendars, strict=True)
        for word, number in _numbered(months).items()
    }


def month_of(word: str, language: str | None) -> int | None:
    """1 to 12 for the name of a month, first in the given language (two letters), then in any.

    A word that means different months in different languages ("lis") needs the language.
    """
    key = word.lower().rstrip(".׳'॰")
    if language in (None, "he") and len(key) > 3 and key[0] == "ב":  # Hebrew writes "in" with the month
        key = key[1:]
    if language and (number := _by_language(language).get(key)):
        return number
    return _by_any_language().get(key)


def weekday_of(word: str, language: str | None) -> int | None:
    """0 to 6 for a day of the week or its first three letters or more, in the given language or English."""
    key = word.lower().rstrip(".")
    for code in (language, "en"):
        days = languages()[code].dates.weekdays[:7] if code in languages() else ()
        found = [number for number, day in enumerate(days) if day == key or (len(key) > 2 and day.startswith(key))]
        if len(found) == 1:
            return found[0]
    return None


def from_named_month(year: int, word: str, day: int) -> date | None:
    """The Gregorian date of a day in a month of the Solar Hijri or the Ethiopian calendar; None for other words, other years."""
    calendar, month = _months_of_other_calendars().get(word, (None, 0))
    try:
        return calendar(year, month, day) if calendar and (calendar is from_ethiopian or year < 1500) else None
    except ValueError:
        return None

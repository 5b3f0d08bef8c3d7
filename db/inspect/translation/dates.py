"""Dates in the current language, in words and for Vega. Patterns are those of Unicode (CLDR): d a day, MMM a month, EEE a weekday.

A pattern is a text to translate like any other: its order differs by language.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from babel import Locale
from babel.dates import format_datetime

from db.inspect.translation.catalogues import current_language, gettext, gettext_noop

_PATTERNS = {
    "short": gettext_noop("d MMM y"),
    "long": gettext_noop("d MMMM y"),
    "day": gettext_noop("EEE d MMM"),
    "row": gettext_noop("EEE d"),
    "hour": gettext_noop("EEE HH:mm"),
    "month": gettext_noop("MMM y"),
    "month name": gettext_noop("LLL"),
}


def dated(at: date, form: str = "short") -> str:
    """A date or time in the current language. `form`: short, long, day (of a week), row (of a chart), hour, month, month name."""
    return format_datetime(at, gettext(_PATTERNS[form]), locale=current_language())


def weekdays(width: str) -> tuple[str, ...]:
    """The names of the weekdays, Monday first: `abbreviated` or `wide`."""
    names = _locale(current_language()).days["stand-alone"][width]
    return tuple(names[number] for number in range(7))


def time_locale() -> dict[str, object]:
    """The current language as Vega takes it (d3-time-format): names of days, which begin on Sunday, and of months."""
    locale = _locale(current_language())
    months = locale.months["stand-alone"]
    return {
        "dateTime": "%Y-%m-%d %H:%M",
        "date": "%Y-%m-%d",
        "time": "%H:%M",
        "periods": [locale.day_periods["format"]["wide"].get(name, name.upper()) for name in ("am", "pm")],
        "days": _from_sunday("wide"),
        "shortDays": _from_sunday("abbreviated"),
        "months": [months["wide"][number] for number in range(1, 13)],
        "shortMonths": [months["abbreviated"][number] for number in range(1, 13)],
    }


def _from_sunday(width: str) -> list[str]:
    *others, sunday = weekdays(width)
    return [sunday, *others]


def country_name(code: str, english: str) -> str:
    """A country in the current language."""
    language = current_language()
    return english if language == "en" else _locale(language).territories.get(code.upper(), english)


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)

"""Public holidays on which papers of a language's countries print less or nothing. Data, and the reckoning of Easter.

A holiday is a day on which nothing found proves nothing: it is never counted as a gap, and no rate is learned from it. A day too
many costs little (a gap of that very day is not told by rhythm); a day too few makes a false gap each year. So the lists join
all countries of a language. Feasts of the moon are tables: they run out, and then those feasts are days like others.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

# MM-DD, or days from Easter Sunday.
_EVERYWHERE: tuple[str | int, ...] = ("01-01", "12-24", "12-25", "12-26", "12-31")
_WESTERN: tuple[str | int, ...] = ("01-06", "05-01", -2, -1, 0, 1, 39, 49, 50, 60, "08-15", "11-01")
_BY_LANGUAGE: dict[str, tuple[str | int, ...]] = {
    "de": (*_WESTERN, "10-03", "10-26", "10-31", "08-01", "12-08"),
    "fr": (*_WESTERN, "05-08", "07-14", "11-11", "07-21"),
    "nl": (*_WESTERN, "04-27", "05-05"),
    "it": (*_WESTERN, "04-25", "06-02", "12-08"),
    "es": (*_WESTERN, "10-12", "12-06", "12-08", -3, "09-16"),
    "pt": (*_WESTERN, "04-25", "06-10", "10-05", "12-01", "12-08", -47, "09-07", "10-12", "11-15"),
    "pl": (*_WESTERN, "05-03", "11-11"),
    "en": (-2, 0, 1, "07-01", "07-04", "01-26", "04-25", "11-11", "12-27", "12-28"),
    "ru": (*(f"01-{day:02}" for day in range(1, 9)), "02-23", "03-08", "05-01", "05-09", "06-12", "11-04"),
    "ja": (*(f"01-{day:02}" for day in range(1, 4)), "05-03", "05-04", "05-05", "12-30"),
    "ko": ("03-01", "05-05", "08-15", "10-03", "10-09"),
    "zh": ("04-04", "04-05", "04-06", *(f"05-{day:02}" for day in range(1, 6)), *(f"10-{day:02}" for day in range(1, 9))),
}  # fmt: skip
# The nth weekday of a month (Monday is 0; -1: the last), with the day after where that is free as well.
_NTH: dict[str, tuple[tuple[int, int, int, int], ...]] = {
    # United States: King, Presidents', Memorial, Labor, Columbus, Thanksgiving; Britain: May, spring and August bank holidays.
    "en": ((1, 0, 3, 1), (2, 0, 3, 1), (5, 0, -1, 1), (9, 0, 1, 1), (10, 0, 2, 1), (11, 3, 4, 2), (5, 0, 1, 1), (8, 0, -1, 1)),
}  # fmt: skip
# Chinese New Year's Day; the holiday runs from its eve for a week and a day. Dragon Boat and Mid-Autumn with a day on either side.
_NEW_YEAR = [
    "2015-02-19",
    "2016-02-08",
    "2017-01-28",
    "2018-02-16",
    "2019-02-05",
    "2020-01-25",
    "2021-02-12",
    "2022-02-01",
    "2023-01-22",
    "2024-02-10",
    "2025-01-29",
    "2026-02-17",
    "2027-02-06",
    "2028-01-26",
    "2029-02-13",
    "2030-02-03",
    "2031-01-23",
    "2032-02-11",
    "2033-01-31",
    "2034-02-19",
    "2035-02-08",
]
_BOAT_AND_MOON = [
    "2015-06-20",
    "2015-09-27",
    "2016-06-09",
    "2016-09-15",
    "2017-05-30",
    "2017-10-04",
    "2018-06-18",
    "2018-09-24",
    "2019-06-07",
    "2019-09-13",
    "2020-06-25",
    "2020-10-01",
    "2021-06-14",
    "2021-09-21",
    "2022-06-03",
    "2022-09-10",
    "2023-06-22",
    "2023-09-29",
    "2024-06-10",
    "2024-09-17",
    "2025-05-31",
    "2025-10-06",
    "2026-06-19",
    "2026-09-25",
    "2027-06-09",
    "2027-09-15",
    "2028-05-28",
    "2028-10-03",
    "2029-06-16",
    "2029-09-22",
    "2030-06-05",
    "2030-09-12",
]
_MOON_LANGUAGES = frozenset({"zh", "ko", "vi"})


def easter(year: int) -> date:
    """Easter Sunday of the western churches, by the Gregorian computus (Meeus, Jones, Butcher)."""
    century, of_century = divmod(year, 100)
    leap, rest = divmod(century, 4)
    moon = (19 * (year % 19) + century - leap - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * rest + 2 * (of_century // 4) - moon - of_century % 4) % 7
    shift = (year % 19 + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=256)
def holidays(language: str, year: int) -> frozenset[int]:
    """The holidays of a year as ordinals of `date`, by a language's code ("" or unknown: the western ones)."""
    language = language.lower().split("-")[0]
    days: set[date] = set()
    for rule in (*_EVERYWHERE, *_BY_LANGUAGE.get(language, _WESTERN)):
        if isinstance(rule, int):
            days.add(easter(year) + timedelta(days=rule))
        else:
            days.add(date.fromisoformat(f"{year}-{rule}"))
    for month, weekday, which, length in _NTH.get(language, ()):
        days |= {_nth(year, month, weekday, which) + timedelta(days=n) for n in range(length)}
    if language in _MOON_LANGUAGES:
        days |= {start + timedelta(days=n) for start in map(date.fromisoformat, _NEW_YEAR) for n in range(-1, 8)}
        days |= {day + timedelta(days=n) for day in map(date.fromisoformat, _BOAT_AND_MOON) for n in (-1, 0, 1)}
    return frozenset(day.toordinal() for day in days if day.year == year)


def _nth(year: int, month: int, weekday: int, which: int) -> date:
    if which > 0:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - weekday) % 7)

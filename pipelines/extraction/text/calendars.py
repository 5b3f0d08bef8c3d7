"""Converting years of the Thai Buddhist era, the Solar Hijri calendar of Iran and Afghanistan, and the Ethiopian one."""

from __future__ import annotations

from datetime import date, timedelta


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

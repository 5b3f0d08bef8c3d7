"""Years that are not ours: the Buddhist era of Thailand, the Solar Hijri calendar of Iran and Afghanistan."""

from __future__ import annotations

from datetime import date, timedelta


def our_calendar(year: int, month: int, day: int) -> tuple[int, int, int]:
    """A day written in digits, in our calendar; unchanged where its year can only be ours."""
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
    """A day of the Persian calendar as ours, by the 33-year cycle (right from 1178 to 1633). ValueError for no such day."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise ValueError(f"no such day in the Solar Hijri calendar: {year}-{month}-{day}")
    cycle_days = 365 * (year - 1) + ((8 * (year - 1) + 29) // 33)
    day_of_year = (month - 1) * 31 + day if month <= 7 else 186 + (month - 7) * 30 + day
    return date(622, 3, 21) + timedelta(days=cycle_days + day_of_year - 1)

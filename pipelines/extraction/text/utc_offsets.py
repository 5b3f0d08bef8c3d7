"""UTC offsets by the names that are printed beside a time ("EST", "MESZ", "ET")."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_NAMED_HOURS = {
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2,
    "EEST": 3, "OESZ": 3,
    "MSK": 3, "МСК": 3, "мск": 3, "TRT": 3, "EAT": 3, "CAT": 2, "SAST": 2, "WAT": 1, "GST": 4, "PKT": 5, "IST": 5.5, "NPT": 5.75,
    "BDT": 6, "ICT": 7, "WIB": 7,
    "WITA": 8, "WIT": 9, "HKT": 8, "SGT": 8, "MYT": 8, "PHT": 8, "AWST": 8, "JST": 9, "KST": 9, "ACST": 9.5, "AEST": 10, "AEDT": 11,
    "NZST": 12, "NZDT": 13, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "AKST": -9, "AKDT": -8,
    "HST": -10, "AST": -4, "ADT": -3, "NST": -3.5, "BRT": -3, "ART": -3, "CLT": -4,
}  # fmt: skip
"""Hours east of UTC. Where a name means two zones, the one that news in English means: IST India, CST North America,
BST Britain."""

_CIVIL = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}
"""Names that mean summer or winter time as the day has it."""


def offset_named(name: str, day: date) -> timedelta | None:
    """The offset that a zone's abbreviation means on a day, None for other words."""
    if hours := _NAMED_HOURS.get(name):
        return timedelta(hours=hours)
    if name in _NAMED_HOURS:
        return timedelta(0)
    if city := _CIVIL.get(name):
        try:
            return datetime.combine(day, time(12), ZoneInfo(city)).utcoffset()
        except (KeyError, OSError):  # a machine without the time zone database
            return None
    return None

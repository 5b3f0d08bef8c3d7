"""Parses times in listings: text to aware datetime, or None.

A hint must be exact, so a time without an offset is None unless the caller knows the listing's zone (`zone`), and nothing is
guessed. Accepted: RFC 822/2822 (feeds), W3C date-time and ISO 8601 (Atom, sitemaps, JSON), Unix seconds or milliseconds, and the
near misses of real feeds: a missing comma, month names in any language, "2024/03/05 14:30:00", "Z+0800", zone names
(America/Los_Angeles), ctime(3), twelve-hour clocks, a bare day (None without a zone: which midnight?). What systems write for a
time that nobody has set (0001-01-01, 1970-01-01) is none.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from pipelines.extraction.text.date_parser import FIRST_YEAR, LAST_YEAR
from pipelines.extraction.text.months import month_of
from pipelines.text_limits import MAX_TIME

_CLOCK = (
    r"(?P<hour>\d{1,2})[:：](?P<minute>\d{2})(?:[:：](?P<second>\d{2})(?:[.,]\d{1,9})?)?(?:\s?(?P<half>[ap])\.?m\b\.?)?"
)
# An offset, an abbreviation, or a name of the time zone database.
_PLACE = (
    r"(?:(?P<zone>(?:UTC|GMT|Z)?\s?[+-]\d{1,2}(?::?\d{2})?|[A-Za-z]{1,12}/[A-Za-z_]{1,20}(?:/[A-Za-z_]{1,20})?|[A-Za-z]{1,5})"
    r"(?:\s?\([^)]{0,40}\))?)"
)
_MONTH = r"(?P<month>[^\W\d_]{2,12}|\d{1,2}月)\.?"
_WEEKDAY = r"(?:[^\W\d_]{1,12}\.?,?\s)?"
# Whitespace is collapsed before matching, so each form has single spaces.
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        # ISO 8601 and similar forms.
        rf"(?P<year>\d{{4}})[-/.年](?P<month>\d{{1,2}})[-/.月](?P<day>\d{{1,2}})日?(?:(?:[T\s]|(?<=日)){_CLOCK})?\s?{_PLACE}?",
        # RFC 822: Tue, 5 Mar 2024 14:30:05 +0100; 5 de marzo de 2024
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})\.?[\s-](?:de\s)?{_MONTH}[\s,-]\s?(?:de\s)?(?P<year>\d{{2,4}}),?(?:\s{_CLOCK})?\s?{_PLACE}?",
        # ctime(3): Tue Mar 5 14:30:05 2024, with the zone before the year or behind it.
        rf"{_WEEKDAY}{_MONTH}\s(?P<day>\d{{1,2}}),?\s{_CLOCK}\s(?:{_PLACE}\s)?(?P<year>\d{{4}})",
        rf"{_WEEKDAY}{_MONTH}\s(?P<day>\d{{1,2}}),?\s{_CLOCK}\s(?P<year>\d{{4}})\s{_PLACE}",
        # March 5, 2024, 2:30 p.m. EST
        rf"{_WEEKDAY}{_MONTH}\s(?P<day>\d{{1,2}}),?\s(?P<year>\d{{4}}),?(?:\s(?:at\s)?{_CLOCK})?\s?{_PLACE}?",
    )
)
_UNIX = re.compile(r"1\d{9}(?:\d{3})?(?:\.\d+)?")
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?$")
_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}  # noqa: SIM905
_ENGLISH = frozenset(
    name
    for full in ("january february march april may june july august september october november december").split()  # noqa: SIM905
    for name in (full, full[:3], full[:4])
)
# RFC 822's zones, and abbreviations that mean one offset wherever feeds use them (not so "IST", "CST" and "BST").
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3,
    "jst": 9, "kst": 9, "hkt": 8, "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
}  # fmt: skip


def read_time(text: str | None, zone: tzinfo | None = None) -> datetime | None:
    """The time that `text` states, aware; None where it states none, or has no offset and `zone` is not given. Never raises."""
    if not text:
        return None
    text = " ".join(text[: 2 * MAX_TIME].split())
    if not text or len(text) > MAX_TIME:
        return None
    try:
        return _read(text, zone)
    except (ValueError, OverflowError, OSError):
        return None


def _read(text: str, zone: tzinfo | None) -> datetime | None:
    if _UNIX.fullmatch(text):
        seconds = float(text)
        return datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
    found = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    if found is None:
        return None
    year, month = int(found["year"]), _month(found["month"])
    if len(found["year"]) == 2:
        year += 1900 if year > 68 else 2000
    offset = _offset(found["zone"]) if found["zone"] else zone
    if (
        not FIRST_YEAR <= year <= LAST_YEAR
        or month is None
        or offset is None
        or (found["hour"] is None and not found["zone"] and zone is None)
    ):
        return None
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % 12 + 12 * (found["half"].lower() == "p")
    minute, second = int(found["minute"] or 0), min(int(found["second"] or 0), 59)
    moment = datetime(year, month, int(found["day"]), hour, minute, second, tzinfo=offset)
    moment.astimezone(UTC)  # raises where the offset leaves the calendar
    # A hint has an offset, not a zone: the stored value must not depend on later rules of the zone.
    return moment.astimezone(timezone(moment.utcoffset() or timedelta())) if isinstance(offset, ZoneInfo) else moment


def _month(word: str) -> int | None:
    """The month of a number or name in any language; None for anything else, or where the name is ambiguous between languages."""
    if word[0].isdecimal():
        return int(word.rstrip("月"))
    return _MONTHS.get(word[:3].lower()) if word.isascii() and word.lower() in _ENGLISH else month_of(word, None)


def _offset(text: str) -> tzinfo | None:
    text = text.strip()
    if (hours := _ZONES.get(text.lower())) is not None:
        return timezone(timedelta(hours=hours)) if hours else UTC
    if "/" in text:
        try:
            return ZoneInfo(text)
        except (KeyError, ValueError, OSError):  # no such zone
            return None
    found = _OFFSET.search(text)
    if not found:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(-offset if found[1] == "-" else offset) if offset else UTC

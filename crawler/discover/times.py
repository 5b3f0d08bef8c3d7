"""Times in listings: text → aware datetime, or None.

A hint is only worth keeping when it is exact, so a time without an offset is None unless the caller knows the zone of
the listing (`zone`), and nothing is guessed from words. Read are the forms of RFC 822/2822 (feeds), W3C date-time
and ISO 8601 (Atom, sitemaps, JSON), Unix seconds or milliseconds, and the near misses that feeds of the world show:
a missing comma, full month names, "2024/03/05 14:30:00", "Z+0800", a bare day (None without a zone: which midnight?).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from pipelines.limits import MAX_TIME

_ISO = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s]+(\d{1,2})[::](\d{2})(?:[::](\d{2})(?:[.,]\d+)?)?)?\s*"
    r"(Z|UTC|GMT|(?:UTC|GMT|Z)?\s*[+-]\d{1,2}(?::?\d{2})?|[A-Z]{2,5})?",
    re.IGNORECASE,
)
_RFC = re.compile(
    r"(?:[^\W\d]{2,12}\.?,?\s+)?(\d{1,2})[\s-]+([A-Za-z]{3,9})\.?[\s,-]+(\d{2,4}),?"
    r"(?:\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?\s*"
    r"((?:UTC|GMT|Z)?\s*[+-]\d{1,2}(?::?\d{2})?|[A-Za-z]{1,5})?(?:\s*\([^)]*\))?"
)
_UNIX = re.compile(r"1\d{9}(?:\d{3})?(?:\.\d+)?")
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})?$")
_MONTHS = {name: n for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}  # noqa: SIM905
# RFC 822's own zones and the abbreviations that mean one offset wherever feeds use them ("IST", "CST" and "BST" do
# not).
_ZONES = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "cet": 1, "cest": 2, "eet": 2, "eest": 3, "msk": 3,
    "jst": 9, "kst": 9, "hkt": 8, "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
}  # fmt: skip


def read_time(text: str | None, zone: tzinfo | None = None) -> datetime | None:
    """The time that `text` states, aware; None where it states none, or no offset and `zone` is not given. Never
    raises."""
    if not text:
        return None
    text = text.strip()
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
    if found := _ISO.match(text):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif found := _RFC.match(text):
        year, month, day = int(found[3]), _MONTHS.get(found[2][:3].lower(), 0), int(found[1])
        year += 0 if year > 99 else 1900 if year > 68 else 2000
    else:
        return None
    offset = _offset(found[7]) if found[7] else zone
    if offset is None or (found[4] is None and not found[7] and zone is None):
        return None
    moment = datetime(
        year, month, day, int(found[4] or 0), int(found[5] or 0), min(int(found[6] or 0), 59), tzinfo=offset
    )
    moment.astimezone(UTC)  # raises where the offset leads out of the calendar
    return moment


def _offset(text: str) -> tzinfo | None:
    text = text.strip()
    if (hours := _ZONES.get(text.lower())) is not None:
        return timezone(timedelta(hours=hours)) if hours else UTC
    found = _OFFSET.search(text)
    if not found:
        return None
    offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
    return timezone(-offset if found[1] == "-" else offset) if offset else UTC

"""The day in an article's address ("/2024/03/05/", "/2024/mar/05/", "/20240305/", "t20240305_")."""

from __future__ import annotations

import re
from datetime import date, timedelta

from pipelines.extraction.text.date_parser import ParsedDate, plain_digits
from pipelines.extraction.text.months import month_of

_URL_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?!\d)|/((?:19|20)\d\d)/(\d{1,2})/(\d{1,2})/"
)
_URL_DATE_WORDED = re.compile(
    r"/((?:19|20)\d\d)[/-](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[/-](\d{1,2})(?!\d)"
    r"|(?<![a-z])(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}-(\d{1,2})-(20\d\d)(?!\d)", re.I,
)  # fmt: skip
_ISSUE = re.compile(r"[?&]date=(20\d\d-?\d\d-?\d\d)(?=&|$)", re.I)
_URL_DATE_BACKWARD = re.compile(r"(?<!\d)(\d\d)[-.](\d\d)[-.](20\d\d)(?!\d)")


def date_in_address(address: str | None) -> ParsedDate | None:
    """The day in an article's address, None where it has none."""
    if not address:
        return None
    path = plain_digits(address[:500].split("?", 1)[0].split("//", 1)[-1])
    if issue := _ISSUE.search(address[:500]):  # of a paper's digital edition
        path = f"{path}/{issue[1]}"
    if backward := _URL_DATE_BACKWARD.search(path):
        day, month, year = (int(group) for group in backward.groups())
        if _is_day(year, month, day):
            return ParsedDate(year, month, day)
    for match in _URL_DATE_WORDED.finditer(path):
        first, word, last = (group for group in match.groups() if group)
        if not first.isdecimal():
            first, word, last = last, first, word
        named = month_of(word[:3], "en")
        if named and _is_day(int(first), named, int(last)):
            return ParsedDate(int(first), named, int(last))
    for match in _URL_DATE.finditer(path):
        year, month, day = (int(group) for group in match.groups() if group)
        if 1994 <= year <= 2100 and _is_day(year, month, day):
            return ParsedDate(year, month, day)
    return None


_URL_MONTH = re.compile(r"/((?:19|20)\d\d)/(0[1-9]|1[0-2])/(?!\d\d/)")


def month_in_address(address: str | None) -> tuple[int, int] | None:
    """The year and month of a blog's permanent address ("/2024/03/the-ferry.html")."""
    match = _URL_MONTH.search((address or "")[:500].split("?", 1)[0])
    return (int(match[1]), int(match[2])) if match else None


def outside_month(stamp: ParsedDate, month: tuple[int, int] | None) -> bool:
    """Whether a day lies outside the month of the address, by more than the day that zones may shift it."""
    if month is None:
        return False
    first = date(month[0], month[1], 1)
    after = date(month[0] + month[1] // 12, month[1] % 12 + 1, 1)
    return not first - timedelta(days=1) <= stamp.date <= after


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True

"""The day in an article's address ("/2024/03/05/", "/20240305/", "t20240305_")."""

from __future__ import annotations

import re
from datetime import date

from pipelines.reading.times import Stamp, plain_digits

_URL_DATE = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?!\d)|/((?:19|20)\d\d)/(\d{1,2})/(\d{1,2})/"
)
_URL_DATE_BACKWARD = re.compile(r"(?<!\d)(\d\d)[-.](\d\d)[-.](20\d\d)(?!\d)")


def date_in_address(address: str | None) -> Stamp | None:
    """The day in an article's address, None where it has none."""
    if not address:
        return None
    path = plain_digits(address[:500].split("?", 1)[0].split("//", 1)[-1])
    if backward := _URL_DATE_BACKWARD.search(path):
        day, month, year = (int(group) for group in backward.groups())
        if _is_day(year, month, day):
            return Stamp(year, month, day)
    for match in _URL_DATE.finditer(path):
        year, month, day = (int(group) for group in match.groups() if group)
        if 1994 <= year <= 2100 and _is_day(year, month, day):
            return Stamp(year, month, day)
    return None


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True

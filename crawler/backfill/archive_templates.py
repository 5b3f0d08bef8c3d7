"""Addresses of archive pages as templates: `{year}`, `{month}`, `{day}` (two digits), `{m}`, `{d}` (without a zero), `{page}`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from crawler.discover.addresses.address_dates import dates_in

_DATED = re.compile(
    r"(?P<head>https?://[^?#]*/)(?P<year>(?:19[89]|20[0-4])\d)(?P<between>[-/_.])(?P<month>1[0-2]|0?[1-9])"
    r"(?:(?P=between)(?P<day>3[01]|[12]\d|0?[1-9]))?(?P<tail>/?|\.s?html?|/index\.s?html?)"
)
ARCHIVE_WORD = re.compile(
    r"(?:^|[/_.-])(?:archiv(?:e|es|o|io|i|en)?|arsiv|arkiv|arhiv|hemeroteca|history|calendar|kalender|alle-artikel|all-news"
    r"|latest|news-archive|zuixin|gundong)(?=[/_.?-]|$)",
    re.IGNORECASE,
)
"""Words in the address of a page that leads to all articles."""


def unit_of(template: str) -> str | None:
    """What a template counts: "day", "month", "year"; None where it has no date."""
    for unit, places in (("day", ("{day}", "{d}")), ("month", ("{month}", "{m}")), ("year", ("{year}",))):
        if any(place in template for place in places):
            return unit
    return None


def fill(template: str, day: date | None, page: int) -> str:
    """The address of a page of the list of a day (or its month, or year)."""
    values = {"{page}": str(page)}
    if day is not None:
        values |= {
            "{year}": f"{day.year:04}",
            "{month}": f"{day.month:02}",
            "{m}": str(day.month),
            "{day}": f"{day.day:02}",
            "{d}": str(day.day),
        }
    for place, value in values.items():
        template = template.replace(place, value)
    return template


def before(day: date, unit: str) -> date:
    """The last day of the unit before that of `day`."""
    match unit:
        case "day":
            return day - timedelta(days=1)
        case "month":
            return day.replace(day=1) - timedelta(days=1)
    return day.replace(month=1, day=1) - timedelta(days=1)


def first_day(day: date, unit: str) -> date:
    """The first day of the unit that `day` is in."""
    return day if unit == "day" else day.replace(day=1) if unit == "month" else day.replace(month=1, day=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedTemplate:
    """A template that addresses follow, and the last day of the newest of them."""

    template: str
    newest: date


def dated_templates(addresses: Iterable[str]) -> list[DatedTemplate]:
    """The templates of archives by date that addresses follow, the best first.

    Plain means: the address ends in the date, and two addresses follow the template or it has a word such as "archive".
    """
    found: dict[str, dict[str, date]] = {}
    for address in addresses:
        match, span = _DATED.fullmatch(address), dates_in(address)
        if match is not None and span is not None:
            found.setdefault(_template(match), {})[address] = span[1]
    plain = {one: same for one, same in found.items() if len(same) > 1 or ARCHIVE_WORD.search(one)}
    # An archive by month lists what one by day lists, in fewer requests.
    best = sorted(plain, key=lambda one: (not ARCHIVE_WORD.search(one), unit_of(one) == "day", -len(plain[one])))
    return [DatedTemplate(template=one, newest=max(plain[one].values())) for one in best]


def _template(match: re.Match[str]) -> str:
    month, day = match["month"], match["day"]
    parts = ["{year}", "{m}" if len(month) == 1 else "{month}"]
    if day:
        parts.append("{d}" if len(day) == 1 else "{day}")
    return f"{match['head']}{match['between'].join(parts)}{match['tail']}"

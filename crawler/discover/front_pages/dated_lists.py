"""The newest of the lists that a page names by their dates, where it has no articles itself (years, months, days, issues), and the
list of the day before.

    /archive/          2024 2025 [2026]             ──> /archive/2026/
    /archive/2026/     January … October [November] ──> /archive/2026/11/, /archive/2026/10/

    /news/, with articles                           ──> /news/2026-11-29/, when all of them are new; from there, the day before

A page that is of no time must name several: a calendar's "next month" stands alone, and has no end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from crawler.discover.addresses.address_dates import dates_in
from crawler.discover.addresses.article_urls import ARTICLE_POINTS, is_list_of_a_day, names_list_of_a_time
from crawler.discover.links.candidates import LinkCandidate
from pipelines.urls import link_key

_LEAST = 3
"""Dates from which a page that is of no time itself is a table of lists."""
_NEWEST = 2
"""Days or months read: when one has just begun, what is new stands in the one before."""


def newest_lists(candidates: Iterable[LinkCandidate], url: str) -> tuple[str, ...]:
    """Addresses of the newest lists that a page of lists names, the newest first; of years, only the last."""
    own = dates_in(url)
    spans: dict[tuple[date, date], str] = {}
    for one in candidates:
        span = dates_in(one.url) if names_list_of_a_time(one.judgement) else None
        if span and span != own and (own is None or (own[0] <= span[0] and span[1] <= own[1])):
            spans.setdefault(span, one.url)
    if own is None and len(spans) < _LEAST:
        return ()
    newest = sorted(spans, key=lambda span: (span[0], -(span[1] - span[0]).days), reverse=True)
    is_year = bool(newest) and (newest[0][1] - newest[0][0]).days > 31
    return tuple(spans[span] for span in newest[: 1 if is_year else _NEWEST])


def list_of_day_before(candidates: Iterable[LinkCandidate], url: str) -> str | None:
    """The list of the day before that of a page with articles; of one that is of no day, the second of its own lists of days.

    Its own are below its address, or have a date for a parameter. A day's are formed like the page itself: the issues of a paper.
    """
    own, key = dates_in(url), link_key(url)
    form, is_issue = _NUMBER.sub("#", key), is_list_of_a_day(url)
    beginning = form.partition("#")[0] if own is not None else key
    days: dict[date, str] = {}
    for one in candidates:
        if one.points >= ARTICLE_POINTS or not one.key.startswith(beginning):
            continue
        if not (is_issue or names_list_of_a_time(one.judgement) or _DATE_VALUE.search(one.url)):
            continue
        span = dates_in(one.url)
        is_own = one.key[len(key) :][:1] in ("/", "?") if own is None else _NUMBER.sub("#", one.key) == form
        if span is not None and span[0] == span[1] and is_own and (own is None or span < own):
            days.setdefault(span[0], one.url)
    newest = sorted(days, reverse=True)
    if own is not None:
        return days[newest[0]] if newest else None
    return days[newest[1]] if len(newest) >= _LEAST else None


_NUMBER = re.compile("[0-9]+")
_DATE_VALUE = re.compile(r"[?&][a-z_]{1,20}=[0-9]{4}[-/.]?[0-9]{2}[-/.]?[0-9]{2}(?=&|$)", re.IGNORECASE)

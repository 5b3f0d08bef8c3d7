"""The newest of the lists that a page names by their dates, where it has no articles itself: years, months, days, issues.

    /archive/          2024 2025 [2026]             ──> /archive/2026/
    /archive/2026/     January … October [November] ──> /archive/2026/11/, /archive/2026/10/

A page that is of no time must name several: a calendar's "next month" stands alone, and has no end.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from crawler.discover.addresses.address_dates import dates_in
from crawler.discover.addresses.article_urls import names_list_of_a_time
from crawler.discover.links.candidates import LinkCandidate

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

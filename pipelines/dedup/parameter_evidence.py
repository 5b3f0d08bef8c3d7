"""Decides, from the pages of a site, whether an address parameter distinguishes its articles. Part of settling.

    pages of one source whose addresses differ in one parameter ──> one article, or several? ──> evidence ──> verdict ──> places

Two pages are one article if they have the same bytes or text, or are believed to be at the same address. They are different
articles if their texts are no near copies and they were fetched within `MAX_FETCH_GAP`: a page that changes over days proves
nothing. The verdict depends on the set of pages alone, so the order of arrival does not matter.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from datetime import timedelta

from db.addresses.parameters import (
    Evidence,
    ParameterGroup,
    ParameterPage,
    SiteParameter,
    TouchedPage,
    groups_at,
    has_ignored_parameters,
    insert_parameters,
    load_address_rules,
    load_folded_addresses,
    load_verdicts,
    newest_evidence,
    pages_of_group,
    pages_of_texts,
    pages_with,
    save_evidence,
    save_folded_addresses,
    save_verdict,
    touched_pages,
)
from db.store.dedup.near_copies import near_copy_pairs, text_number
from db.timestamps import parse_timestamp
from pipelines.url_parameters import Parameters, host_of_key, keys_without_each
from pipelines.urls import link_key

MIN_SAME_ARTICLES = 3
"""Articles with different texts that were each found under several values: then the parameter is ignored. A single one could be a
notice that a whole section shows in place of its articles; three by chance were never seen."""
MIN_DIFFERENT_PAIRS = 2
"""Pairs of different articles whose addresses differ only in the parameter: then it is kept. One could be a page that changed."""
ARTICLES_PER_EXCEPTION = 10
"""One differing pair in so many articles is tolerated in an ignored parameter: weather, share prices, live tickers."""
MAX_FETCH_GAP = timedelta(hours=1)
"""Time between fetches up to which different pages count as different articles: most front pages change more slowly."""
_PAGES = 16
"""Newest pages of a group that are compared: bounds the work if one script serves every article (`/show?id=`)."""
_GROUPS = 32
"""Groups with the newest pages that decide a verdict: a change of the site takes effect within a few crawls."""


def judge_parameters(conn: sqlite3.Connection, keys: Collection[str], texts: Iterable[int]) -> set[str]:
    """Judge the parameters of these addresses, and of articles with these texts, whose near copies and claims are known.

    Returns the addresses that pages move to or from. A job for the one writer.
    """
    pages = touched_pages(conn, keys, pages_of_texts(conn, texts))
    rests = set(keys)
    for key in {*keys, *(page.stated_key for page in pages)}:
        rests.update(rest for _, rest in keys_without_each(key))
    for page in pages:
        own = page.own_key or (page.stated_key if "?" not in page.url else link_key(page.url))
        parts = keys_without_each(own)
        rests.update(rest for _, rest in parts)
        if parts and not page.noted:
            insert_parameters(conn, page, parts)
    turned = _update_verdicts(conn, _update_evidence(conn, groups_at(conn, rests)))
    if not has_ignored_parameters(conn):
        return set()
    if turned:
        others = {number for source, _, parameter in turned for number in pages_with(conn, source, parameter)}
        known = {page.page_id for page in pages}
        pages += touched_pages(conn, (), others - known)
    return _update_places(conn, pages)


def _update_evidence(conn: sqlite3.Connection, groups: Iterable[ParameterGroup]) -> set[SiteParameter]:
    """Update the evidence of groups of pages; returns the parameters whose evidence changed."""
    changed = set()
    for group in groups:
        rest, source, parameter = group
        host = host_of_key(rest)
        if save_evidence(conn, group, host, _evidence(conn, pages_of_group(conn, group, _PAGES))):
            changed.add((source, host, parameter))
    return changed


def _evidence(conn: sqlite3.Connection, pages: list[ParameterPage]) -> Evidence | None:
    owns = [link_key(page.url) for page in pages]
    pairs = [
        (one, other)
        for (one, own), (other, another) in zip(
            zip(pages, owns, strict=True), zip(pages[1:], owns[1:], strict=True), strict=False
        )
        if own != another
    ]
    if not pairs:
        return None
    same = differing = 0
    for one, other in pairs:
        if _is_same_article(one, other):
            same += 1
        elif _fetched_together(one, other) and not _are_near_copies(conn, one, other):
            differing += 1
    text = min(text_number(page.text_hash) for page in pages)
    return Evidence(same=bool(same) and not differing, differing=differing, text=text, seen_at=pages[-1].fetched_at)


def _is_same_article(one: ParameterPage, other: ParameterPage) -> bool:
    claimed = one.claimed is not None and one.claimed == other.claimed
    return claimed or one.body == other.body or one.text_hash == other.text_hash


def _fetched_together(one: ParameterPage, other: ParameterPage) -> bool:
    return parse_timestamp(other.fetched_at) - parse_timestamp(one.fetched_at) <= MAX_FETCH_GAP


def _are_near_copies(conn: sqlite3.Connection, one: ParameterPage, other: ParameterPage) -> bool:
    pair = (text_number(one.text_hash), text_number(other.text_hash))
    return pair in near_copy_pairs(conn, pair[:1])


def _update_verdicts(conn: sqlite3.Connection, changed: Iterable[SiteParameter]) -> set[SiteParameter]:
    """Update the verdicts; returns the parameters that are ignored from now on, or no longer."""
    turned = set()
    for named in sorted(changed):
        rows = newest_evidence(conn, named, _GROUPS)
        same = len({text for is_same, _, text in rows if is_same})
        differing = sum(differing for _, differing, _ in rows)
        verdict: str | None = "open" if rows else None
        if same >= MIN_SAME_ARTICLES and differing * ARTICLES_PER_EXCEPTION <= same:
            verdict = "ignored"
        elif differing >= MIN_DIFFERENT_PAIRS:
            verdict = "kept"
        if save_verdict(conn, named, verdict, same, differing):
            turned.add(named)
    return turned


def _update_places(conn: sqlite3.Connection, pages: Collection[TouchedPage]) -> set[str]:
    """Store at which address each page counts; returns the old and new addresses of pages that moved, and those of touched
    pages."""
    site_rules = load_address_rules(conn)
    known: dict[int, Parameters] = {}
    before = load_folded_addresses(conn, [page.page_id for page in pages])
    places: dict[int, str | None] = {}
    moved = set(before.values())
    for page in pages:
        if page.source_id not in known:
            known[page.source_id] = Parameters(seen=load_verdicts(conn, page.source_id), said=site_rules)
        place = known[page.source_id].address(page.counted_key)
        after = None if place == page.counted_key else place
        if after != before.get(page.page_id):
            places[page.page_id] = after
            moved |= {page.counted_key, place}
        elif after is not None:
            moved.add(after)
    save_folded_addresses(conn, places)
    return moved

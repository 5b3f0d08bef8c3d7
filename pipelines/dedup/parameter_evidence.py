"""Whether a parameter tells articles apart on a site, by the pages of the site. A part of settling.

    pages of one source whose addresses differ in one parameter ──> one article, or several? ──> evidence ──> verdict ──> places

Two pages are one article if they came as the same bytes, show the same text, or are believed to be at the same address. They are
different ones if their texts have nothing in common and they were fetched within AT_ONCE: a page that changes over the days is no
evidence of anything. The verdict is a matter of the set of pages alone, so any order of arrival ends alike.
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
from db.store.near_copies import near_copy_pairs, text_number
from db.timestamps import parse_timestamp
from pipelines.url_parameters import Parameters, host_of_key, keys_without_each
from pipelines.urls import link_key

MIN_SAME_ARTICLES = 3
"""Articles, of different texts, that each showed themselves under several values: then the parameter is ignored. One could be a
notice that a whole section shows instead of its articles; of three the third is a chance of nothing that we have seen."""
MIN_DIFFERENT_PAIRS = 2
"""Pairs of different articles told apart by the parameter alone: then it is kept. One could be a page that changed meanwhile."""
ARTICLES_PER_EXCEPTION = 10
"""A parameter is ignored in spite of one differing pair in so many articles: pages of the weather, of shares, live tickers."""
MAX_FETCH_GAP = timedelta(hours=1)
"""How far apart two different pages may have been fetched to count as different articles: most front pages change more slowly."""
_PAGES = 16
"""Pages of a group that are looked at, the newest: bounds the work where one script serves every article (`/show?id=`)."""
_GROUPS = 32
"""Groups that a verdict is made of, those with the newest pages: a site that changes its mind is believed within a few crawls."""


def judge_parameters(conn: sqlite3.Connection, keys: Collection[str], texts: Iterable[int]) -> set[str]:
    """Judge the parameters of these addresses, and of articles with these texts, whose likenesses and claims are known.

    Gives the addresses that pages come to or go from by it. A job for the one writer.
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
    turned = _judge(conn, _weigh(conn, groups_at(conn, rests)))
    if not has_ignored_parameters(conn):
        return set()
    if turned:
        others = {number for source, _, parameter in turned for number in pages_with(conn, source, parameter)}
        known = {page.page_id for page in pages}
        pages += touched_pages(conn, (), others - known)
    return _fold(conn, pages)


def _weigh(conn: sqlite3.Connection, groups: Iterable[ParameterGroup]) -> set[SiteParameter]:
    """Weigh groups of pages; the parameters of which something new is known."""
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
        if _is_one(one, other):
            same += 1
        elif _at_once(one, other) and not _alike(conn, one, other):
            differing += 1
    text = min(text_number(page.text_hash) for page in pages)
    return Evidence(same=bool(same) and not differing, differing=differing, text=text, seen_at=pages[-1].fetched_at)


def _is_one(one: ParameterPage, other: ParameterPage) -> bool:
    claimed = one.claimed is not None and one.claimed == other.claimed
    return claimed or one.body == other.body or one.text_hash == other.text_hash


def _at_once(one: ParameterPage, other: ParameterPage) -> bool:
    return parse_timestamp(other.fetched_at) - parse_timestamp(one.fetched_at) <= MAX_FETCH_GAP


def _alike(conn: sqlite3.Connection, one: ParameterPage, other: ParameterPage) -> bool:
    pair = (text_number(one.text_hash), text_number(other.text_hash))
    return pair in near_copy_pairs(conn, pair[:1])


def _judge(conn: sqlite3.Connection, changed: Iterable[SiteParameter]) -> set[SiteParameter]:
    """Judge parameters; those that are ignored from now on, or no longer."""
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


def _fold(conn: sqlite3.Connection, pages: Collection[TouchedPage]) -> set[str]:
    """Note where pages count; where they counted and count for whom that is new, and where those count that were touched."""
    said = load_address_rules(conn)
    known: dict[int, Parameters] = {}
    before = load_folded_addresses(conn, [page.page_id for page in pages])
    places: dict[int, str | None] = {}
    moved = set(before.values())
    for page in pages:
        if page.source_id not in known:
            known[page.source_id] = Parameters(seen=load_verdicts(conn, page.source_id), said=said)
        place = known[page.source_id].address(page.counted_key)
        after = None if place == page.counted_key else place
        if after != before.get(page.page_id):
            places[page.page_id] = after
            moved |= {page.counted_key, place}
        elif after is not None:
            moved.add(after)
    save_folded_addresses(conn, places)
    return moved

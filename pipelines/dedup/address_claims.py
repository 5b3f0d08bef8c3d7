"""Decides whether to believe a page that claims another address than the one where it was found.

Extraction sees one page, and checks what one page shows: whether it may claim that address (`pipelines.urls.may_claim`). Settling
sees the other pages, and rejects two more kinds of claims:

    claims of an address that is not the page's own, stored by an earlier version or an import    ──> not believed
    one address claimed by many different pages of a source: an error of the template             ──> none is believed

The second rule depends on the set of pages alone, so the order of arrival does not matter. A claim only joins pages of one source.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping

from db.addresses.claims import (
    AddressClaim,
    claimed_addresses,
    insert_claims,
    keys_of_texts,
    pages_without_claim,
    record_belief,
    texts_claiming,
    texts_found_at,
)
from db.store.dedup.near_copies import near_copy_pairs, text_number
from pipelines.urls import link_key, may_claim

MIN_DIFFERENT_TEXTS = 3
"""Pages with unrelated texts at as many addresses that make a claim worthless. Two are not yet an error of a template: the second
page of an article may claim the first, or an article may be rewritten between the visits to its two addresses. Of 1,317 labelled
articles with a canonical address 67 claim another address of their site, each a different one; if a template is wrong, every page
of the site makes the claim, so the third comes soon."""
_PLACES = 64
"""Addresses compared at most, in their order: bounds the work if a whole site claims its front page."""


def judge_claims(conn: sqlite3.Connection, keys: Collection[str], texts: Iterable[int]) -> set[str]:
    """Judge the claims of these addresses, and those of articles with these texts, whose near copies are known.

    Returns the addresses that pages move to or from. A job for the one writer.
    """
    _store_new_claims(conn, keys)
    moved: set[str] = set()
    for key, source in claimed_addresses(conn, {*keys, *keys_of_texts(conn, texts)}):
        turned = record_belief(conn, key, source, believed=_is_credible(conn, key, source))
        moved |= turned | ({key} if turned else set())
    return moved


def _store_new_claims(conn: sqlite3.Connection, keys: Collection[str]) -> None:
    claims = []
    for page_id, source_id, claimed, address in pages_without_claim(conn, keys):
        own = link_key(address)
        if own != claimed:
            may = may_claim(own, claimed)
            claims.append(AddressClaim(page_id=page_id, source_id=source_id, claimed=claimed, own=own, is_allowed=may))
    insert_claims(conn, claims)


def _is_credible(conn: sqlite3.Connection, key: str, source: int) -> bool:
    """Whether an address is claimed by fewer than `MIN_DIFFERENT_TEXTS` different pages, the page at the address included."""
    places = texts_claiming(conn, key, source, _PLACES)
    if len(places) + 1 < MIN_DIFFERENT_TEXTS:
        return True
    if _count_different(conn, places) >= MIN_DIFFERENT_TEXTS:
        return False
    there = texts_found_at(conn, key, source)
    return not there or _count_different(conn, places | {key: there}) < MIN_DIFFERENT_TEXTS


def _count_different(conn: sqlite3.Connection, places: Mapping[str, Collection[bytes]]) -> int:
    """How many of the addresses differ: two are the same if they ever showed equal texts or near copies."""
    texts = {place: {text_number(text_hash) for text_hash in hashes} for place, hashes in places.items()}
    among = set().union(*texts.values())
    alike: dict[int, set[int]] = {}
    for one, other in near_copy_pairs(conn, among):
        if other in among:
            alike.setdefault(one, set()).add(other)
    groups: list[set[int]] = []
    for mine in texts.values():
        # The group of an address holds its texts and their near copies.
        joined = mine.union(*(alike.get(text, ()) for text in mine))
        apart = [group for group in groups if group.isdisjoint(joined)]
        groups = [*apart, joined.union(*(group for group in groups if not group.isdisjoint(joined)))]
    return len(groups)

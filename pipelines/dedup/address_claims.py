"""Whether a page is believed that says it is at another address than where it was found.

Extraction sees one page, and judges what can be judged of one: whose address it is (`addresses.may_claim`). Settling sees the
others, and judges two things more:

    the claims of a page, where an earlier version or another way in let it claim what is not its own    ──> not believed
    many different pages of one source claim one address: a mistake of the template, not a twin          ──> none is believed

The second is a matter of the set of pages alone, so any order of arrival ends alike. A claim joins pages of one source only.
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
from db.store.near_copies import near_copy_pairs, text_number
from pipelines.urls import link_key, may_claim

MIN_DIFFERENT_TEXTS = 3
"""Pages whose texts have nothing in common, found at as many addresses, that make a claim worthless. Two are no mistake of a
template yet: the second page of an article that claims the first, or an article rewritten between the visits to its two
addresses. Of 1,317 labelled articles with a canonical address 67 claim another address of their site, each one of its own; where a
template is wrong, every page of the site makes the claim, so that the third comes soon."""
_PLACES = 64
"""Addresses that are looked at, the first in their order: bounds the work where a whole site claims its front page."""


def judge_claims(conn: sqlite3.Connection, keys: Collection[str], texts: Iterable[int]) -> set[str]:
    """Judge what is claimed of these addresses, and by articles with these texts, whose likenesses are known.

    Gives the addresses that pages come to or go from by it. A job for the one writer.
    """
    _note(conn, keys)
    moved: set[str] = set()
    for key, source in claimed_addresses(conn, {*keys, *keys_of_texts(conn, texts)}):
        turned = record_belief(conn, key, source, believed=_is_credible(conn, key, source))
        moved |= turned | ({key} if turned else set())
    return moved


def _note(conn: sqlite3.Connection, keys: Collection[str]) -> None:
    claims = []
    for page_id, source_id, claimed, address in pages_without_claim(conn, keys):
        own = link_key(address)
        if own != claimed:
            may = may_claim(own, claimed)
            claims.append(AddressClaim(page_id=page_id, source_id=source_id, claimed=claimed, own=own, is_allowed=may))
    insert_claims(conn, claims)


def _is_credible(conn: sqlite3.Connection, key: str, source: int) -> bool:
    """Whether the places from which an address is claimed, and the address itself, are fewer than DIFFERENT different ones."""
    places = texts_claiming(conn, key, source, _PLACES)
    if len(places) + 1 < MIN_DIFFERENT_TEXTS:
        return True
    if _different(conn, places) >= MIN_DIFFERENT_TEXTS:
        return False
    there = texts_found_at(conn, key, source)
    return not there or _different(conn, places | {key: there}) < MIN_DIFFERENT_TEXTS


def _different(conn: sqlite3.Connection, places: Mapping[str, Collection[bytes]]) -> int:
    """How many of the places differ. Those that ever showed texts that are equal or alike do not."""
    texts = {place: {text_number(text_hash) for text_hash in hashes} for place, hashes in places.items()}
    among = set().union(*texts.values())
    alike: dict[int, set[int]] = {}
    for one, other in near_copy_pairs(conn, among):
        if other in among:
            alike.setdefault(one, set()).add(other)
    groups: list[set[int]] = []
    for mine in texts.values():
        # The group of a place has its texts and all that are like them.
        joined = mine.union(*(alike.get(text, ()) for text in mine))
        apart = [group for group in groups if group.isdisjoint(joined)]
        groups = [*apart, joined.union(*(group for group in groups if not group.isdisjoint(joined)))]
    return len(groups)

"""How each listing of a source responds, and which listings are worth requesting now.

    requested ──ok──> works, or names no article
              ──404, 410, something else in its place──> gone: it rests as a failed link does (setting `retry_failed`)
                  ──gone again after the last rest──> given up ──the site names it again──> requested again

A listing that was given up but that the front page still names is requested once a day; so is the front page itself,
which nobody needs to name. A listing that the front page stops naming and later names again is requested at the next
crawl. A section that answers but names no article is requested every six hours, as long as other listings name some.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.models import NO_ADDRESSES, NO_ITEMS, Listing, ListingKind
from db.sqlite.named_rows import named_rows
from db.timestamps import format_timestamp, is_to_come, lies_ahead, parse_optional

# How often to request a listing that was given up while the site still names it: the longest default rest of `retry_failed`.
GIVEN_UP_REST = timedelta(days=1)

EMPTY_REST = timedelta(hours=6)
"""How often to request a section that names no article: a page about the site, a form, a list that is empty now."""

_STATES = """
SELECT e.url, e.kind, e.title, v.asked_at, v.answered_at, v.links, coalesce(v.gone, 0) AS gone, v.trouble, v.named_at,
       coalesce(v.unnamed, 0) AS unnamed
FROM entries e LEFT JOIN listing_visits v ON v.entry_id = e.id WHERE e.source_id = ? ORDER BY e.id
"""
_PUT = """
INSERT INTO listing_visits (entry_id, asked_at, answered_at, links, gone, trouble)
SELECT id, :at, :answered, :links, :gone, :trouble FROM entries WHERE source_id = :source AND url = :url
ON CONFLICT (entry_id) DO UPDATE SET
    asked_at = excluded.asked_at,
    answered_at = coalesce(excluded.answered_at, answered_at),
    links = coalesce(excluded.links, links),
    gone = CASE WHEN excluded.answered_at IS NOT NULL THEN 0 ELSE gone + excluded.gone END,
    trouble = excluded.trouble
"""
# A listing that was not named for a while and is named again starts from zero.
_NAMED = """
UPDATE listing_visits SET named_at = :at, gone = CASE WHEN unnamed THEN 0 ELSE gone END, unnamed = 0
WHERE gone > 0 AND entry_id IN (
    SELECT id FROM entries WHERE source_id = :source AND url IN (SELECT value FROM json_each(:urls)))
"""
_UNNAMED = """
UPDATE listing_visits SET unnamed = 1
WHERE gone > 0 AND entry_id IN (
    SELECT id FROM entries WHERE source_id = :source AND url NOT IN (SELECT value FROM json_each(:urls)))
"""


@dataclass(slots=True, kw_only=True)
class ListingAnswer:
    """The result of requesting one listing in a visit, including the further pages and sitemaps that it names.

    `links`: number of articles it named. `unchanged`: part of it returned 304. `trouble`: how it failed, or why it
    names nothing. `gone`: it does not exist any more.
    """

    answered: bool = False
    links: int = 0
    unchanged: bool = False
    gone: bool = False
    trouble: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingState:
    """A listing and how it responds. Times are None if it was never requested, or never responded.

    `links`: articles named when it was last read. `gone`: how many times in a row it did not exist. `named_at`: when a
    page of the site last named it after that.
    """

    listing: Listing
    asked_at: datetime | None = None
    answered_at: datetime | None = None
    links: int | None = None
    gone: int = 0
    trouble: str | None = None
    named_at: datetime | None = None
    unnamed: bool = False

    @property
    def works(self) -> bool | None:
        """Whether it names articles; None if it was never requested."""
        if self.asked_at is None:
            return None
        return bool(self.links) and not self.gone

    def next_request_at(self, rests: Sequence[timedelta]) -> datetime | None:
        """When to request a listing that is gone again; None: only once the site names it again.

        `rests` are those of `retry_failed`.
        """
        if self.asked_at is None or self.gone <= 0:
            return None
        if self.gone <= len(rests):
            return self.asked_at + rests[self.gone - 1]
        named = self.named_at is not None and self.named_at >= self.asked_at and not self.unnamed
        return self.asked_at + GIVEN_UP_REST if named or self.listing.kind is ListingKind.FRONT_PAGE else None

    def is_resting(self, rests: Sequence[timedelta], now: datetime) -> bool:
        """Whether not to request it now."""
        if not self.gone or (self.asked_at is not None and lies_ahead(self.asked_at, now)):
            return False
        again = self.next_request_at(rests)
        return again is None or again > now

    def is_empty(self, now: datetime) -> bool:
        """Whether it is a section that named no article when it was last read, not long ago."""
        named_none = self.listing.kind is ListingKind.SECTION and self.links == 0 and not self.gone
        return named_none and self.asked_at is not None and is_to_come(self.asked_at + EMPTY_REST, now, EMPTY_REST)


def listing_states(conn: sqlite3.Connection, source_id: int) -> list[ListingState]:
    """The listings of a source and how each responds, in the order found."""
    return [_state(row) for row in named_rows(conn, _STATES, (source_id,))]


def resting_listings(states: Sequence[ListingState], rests: Sequence[timedelta], now: datetime) -> frozenset[str]:
    """URLs of the listings not to request now. Where none names an article, something stands in the way of all: ask for all."""
    any_works = any(state.works for state in states)
    return frozenset(
        state.listing.url for state in states if state.is_resting(rests, now) or (any_works and state.is_empty(now))
    )


def in_turn(states: Sequence[ListingState]) -> list[ListingState]:
    """The listings in the order found, but sections without articles last, the one asked for longest ago first.

    A crawl reads a few sections; so those that name nothing do not keep it from the others for ever.
    """

    def turn(state: ListingState) -> tuple[bool, str]:
        is_empty = state.listing.kind is ListingKind.SECTION and state.links == 0 and state.asked_at is not None
        return is_empty, format_timestamp(state.asked_at) if is_empty and state.asked_at else ""

    return sorted(states, key=turn)


_BARREN = """
SELECT l.found_in FROM (SELECT id, found_in FROM links WHERE source_id = ? ORDER BY found_at DESC LIMIT ?) l
JOIN pages p ON p.link_id = l.id JOIN outcomes o ON o.page_id = p.id
GROUP BY l.found_in HAVING count(DISTINCT l.id) >= ? AND sum(o.reason IS NULL) = 0
"""
_LATEST_LINKS = 1_000
_BARREN_PAGES = 5
"""Pages that a listing named and that were no articles, from which it is none of articles: episodes, jobs, threads of a forum."""


def barren_listings(conn: sqlite3.Connection, source_id: int, states: Sequence[ListingState]) -> frozenset[str]:
    """URLs of the listings of a source that stand for no other: their latest links led to no article, though several were read, or
    they are feeds or news sitemaps that named too little when they were last read, as those do that a site does not fill.
    """
    rows = conn.execute(_BARREN, (source_id, _LATEST_LINKS, _BARREN_PAGES))
    empty = {
        state.listing.url
        for state in states
        # Something else in its place, such as the page of a network that wants a login, says nothing about it.
        if state.links is not None
        and state.links < _LEAST_LINKS.get(state.listing.kind, 0)
        and state.trouble in (None, NO_ITEMS, NO_ADDRESSES)
    }
    return frozenset(url for (url,) in rows if url is not None) | empty


_LEAST_LINKS = {ListingKind.FEED: 3, ListingKind.NEWS_SITEMAP: 1}
"""Articles that a listing names if it is kept up. Feeds keep the last ten or so; a news sitemap has what is of two days."""


def _state(row: sqlite3.Row) -> ListingState:
    times = {name: parse_optional(row[name]) for name in ("asked_at", "answered_at", "named_at")}
    return ListingState(
        listing=Listing(url=row["url"], kind=ListingKind(row["kind"]), title=row["title"]),
        **times,
        links=row["links"],
        gone=row["gone"],
        trouble=row["trouble"] or None,
        unnamed=bool(row["unnamed"]),
    )


def should_rediscover(states: Sequence[ListingState], rests: Sequence[timedelta], now: datetime) -> bool:
    """Whether to search the site for listings: none is known, or all were given up and not requested for a day."""
    return all(
        state.gone > len(rests)
        and state.asked_at is not None
        and not is_to_come(state.asked_at + GIVEN_UP_REST, now, GIVEN_UP_REST)
        for state in states
    )


def save_listing_answers(
    conn: sqlite3.Connection,
    source_id: int,
    answers: Mapping[str, ListingAnswer],
    at: datetime,
    named: AbstractSet[str] | None = None,
) -> int:
    """Record how the listings responded, by address; returns how many name articles.

    `named` are the listings that the front page names; None if it was not read.
    """
    before = {state.listing.url: state for state in listing_states(conn, source_id)}
    working = 0
    for url, answer in answers.items():
        links: int | None = answer.links
        if answer.unchanged:  # it still names what it named before, as far as that was ever counted
            known = before[url].links if url in before else None
            links = max(answer.links, known) if known is not None else (answer.links or None)
            working += answer.answered and (links is None or links > 0)
        else:
            working += answer.answered and answer.links > 0
        values = {
            "source": source_id,
            "url": url,
            "at": format_timestamp(at),
            "answered": format_timestamp(at) if answer.answered else None,
            "links": links if answer.answered else None,
            "gone": int(answer.gone and not answer.answered),
            "trouble": None if answer.answered and links else answer.trouble,
        }
        conn.execute(_PUT, values)
    if named is not None:
        values = {"source": source_id, "urls": json.dumps(sorted(named)), "at": format_timestamp(at)}
        conn.execute(_NAMED, values)
        conn.execute(_UNNAMED, values)
    return working

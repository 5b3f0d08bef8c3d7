"""Which addresses of a source are one article's, because a link that led to one of them leads to the other now.

    the pages of a link, oldest first:  /old-words-123  ──>  redirected to /new-words-123, or that is the canonical address now
                                            └── the article goes on there: one history, not a second article and its copy

A link may as well come to lead to the front page, a login or another article, so what it shows must be the article that it showed
before (`pipelines.dedup.revisions.goes_on`). A link that was redirected from the first, such as a short address, is believed only
if the same time of publication is stated: "the latest report" is another one each day. The result depends on the set of pages
alone, so the order of arrival does not matter.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from db.store.dedup.settling import Place, links_of_keys, places_decided_with, places_of_links
from pipelines.dedup.classify import ClassifiedPage

MOST_MOVES = 8
"""Addresses that a link leads to one after the other, and links that come to lead to one address, at most. What more do is a notice
of the site, or its newest article. Bounds the work as well."""

_MOST_READ = 8 * MOST_MOVES
"""Addresses of one link that are read, so that an article is parted again when its link leads to too many of them."""

_PageLink = tuple[int, int]
"""A source, and a link that it has pages of."""


@dataclass(slots=True, kw_only=True)
class Moves:
    """The addresses between which articles may have moved. `crowded`: where too many links meet; `restless`: links with too many
    addresses.
    """

    conn: sqlite3.Connection
    crowded: set[Place] = field(default_factory=set)
    restless: set[_PageLink] = field(default_factory=set)
    _beside: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def beside(self, keys: Collection[str], pages: Collection[ClassifiedPage]) -> set[str]:
        """The addresses that may be of one article with these, or were at the last settling. `pages`: all pages of `keys`."""
        of_links: dict[_PageLink, set[Place]] = defaultdict(set)
        named = links_of_keys(self.conn, keys)
        links = named | {page.link for page in pages if page.link is not None}
        for number, place in places_of_links(self.conn, links):
            of_links[place.source, number].add(place)
        self.restless.update(link for link, places in of_links.items() if len(places) > MOST_MOVES)
        moved = {link: places for link, places in of_links.items() if len(places) > 1}
        at_place: dict[Place, set[_PageLink]] = defaultdict(set)
        for link, places in moved.items():
            for place in places:
                at_place[place].add(link)
        self.crowded.update(
            place for place, links_there in at_place.items() if place.key in keys and len(links_there) > MOST_MOVES
        )
        # All pages at an address may be gone, and then the link alone tells where its article went.
        followed = {link: places for link, places in of_links.items() if link[1] in named} | {
            link: places for link, places in moved.items() if any(place.key in keys for place in places - self.crowded)
        }
        found: set[str] = set()
        for places in followed.values():
            if len(places) <= _MOST_READ:
                near = {place.key for place in places}
                found |= near
                for key in near:
                    self._beside[key] |= near
        return found | places_decided_with(self.conn, [page.page_id for page in pages])

    def with_beside(self, keys: Collection[str]) -> set[str]:
        """The addresses, and those read that may be of one article with them."""
        found, wave = set(keys), set(keys)
        while wave := {near for key in wave for near in self._beside.get(key, ())} - found:
            found |= wave
        return found

    def homes(
        self, pages: Iterable[ClassifiedPage], goes_on: Callable[[ClassifiedPage, ClassifiedPage], bool]
    ) -> dict[Place, Place]:
        """One of the places of each article that moved, for all of its places. `goes_on`: whether the newer of two pages shows the
        article of the older.
        """
        of_links: dict[_PageLink, list[ClassifiedPage]] = defaultdict(list)
        for page in pages:
            if page.link is not None and (page.source, page.link) not in self.restless:
                of_links[page.source, page.link].append(page)
        homes: dict[Place, Place] = {}
        for history in of_links.values():
            history.sort(key=lambda page: (page.fetched_at, page.page_id))
            was_home = not all(page.redirected for page in history)
            for older, newer in pairwise(history):
                ends = {_place(older), _place(newer)}
                if len(ends) == 1 or ends & self.crowded:
                    continue
                if (was_home or _are_dated_alike(older, newer)) and goes_on(older, newer):
                    _join(homes, *ends)
        return {place: _home(homes, place) for place in homes}


def _place(page: ClassifiedPage) -> Place:
    return Place(page.source, page.address_key)


def _are_dated_alike(older: ClassifiedPage, newer: ClassifiedPage) -> bool:
    return older.published is not None and older.published == newer.published


def _join(homes: dict[Place, Place], one: Place, other: Place) -> None:
    first, second = sorted((_home(homes, one), _home(homes, other)))
    homes.setdefault(first, first)
    homes[second] = first


def _home(homes: dict[Place, Place], place: Place) -> Place:
    while (home := homes.get(place, place)) != place:
        place = home
    return place

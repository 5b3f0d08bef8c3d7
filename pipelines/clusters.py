"""Which articles form a cluster, and which of them is the original. Pure: no order of the members matters.

A cluster is what likenesses connect. Its original is, by the first of these that decides:
  1. the one whose outlet others name as their source and that names no other itself ("source: Evening Paper" makes the Evening
     Paper's own piece the original),
  2. the one published first; one without a time comes after those that have one,
  3. the one seen first; then the address decides, so that it is never chance.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar
from urllib.parse import urlsplit

from pipelines.letters import letters_of

T = TypeVar("T", bound=Hashable)

# Parts of a host that name no outlet. A part shorter than four letters is as often a country or a service.
_NO_OUTLET = frozenset({"news", "info", "mobile", "amp"})
_SHORTEST_HOST_PART = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """What decides who was first. Times are ISO 8601 in UTC, so that text order is time order.

    `outlet` is who publishes, `credited` whom the article names as its source, both as the page writes them.
    """

    number: int
    url: str
    seen: str
    published: str | None = None
    outlet: str | None = None
    credited: str | None = None


def connected(things: Iterable[T], pairs: Iterable[tuple[T, T]]) -> list[list[T]]:
    """The groups into which the pairs join the things; each thing is in one. Pairs with a stranger count for nothing."""
    parent = {thing: thing for thing in things}

    def root(thing: T) -> T:
        while parent[thing] != thing:
            parent[thing] = parent[parent[thing]]
            thing = parent[thing]
        return thing

    for one, other in pairs:
        if one in parent and other in parent:
            parent[root(one)] = root(other)
    groups: dict[T, list[T]] = defaultdict(list)
    for thing in parent:
        groups[root(thing)].append(thing)
    return list(groups.values())


def original_of(members: Collection[Member]) -> Member:
    """The one that the others are copies of."""
    named = {member.number: _letters(member.credited or "") for member in members}
    names = {member.number: _names(member) for member in members}

    def rank(member: Member) -> tuple[object, ...]:
        own = names[member.number]
        credits_other = bool(named[member.number]) and named[member.number] not in own
        is_named = any(name in own for number, name in named.items() if name and number != member.number)
        first = is_named and not credits_other
        return (not first, member.published is None, member.published or "", member.seen, member.url, member.number)

    return min(members, key=rank)


def _names(member: Member) -> set[str]:
    """What the outlet may be called: its name, its host and the parts of that."""
    host = (urlsplit(member.url).hostname or "").removeprefix("www.")
    parts = {part for part in host.split(".")[:-1] if len(part) >= _SHORTEST_HOST_PART} - _NO_OUTLET
    return {_letters(name) for name in (member.outlet or "", host, *parts)} - {""}


@lru_cache(maxsize=4096)
def _letters(name: str) -> str:
    # The same few outlets come again and again.
    return letters_of(name)

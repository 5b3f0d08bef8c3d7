"""Which articles form a cluster, and which of them is the original. Pure: no order of the members matters.

A cluster is what likenesses connect, with one exception. A text that was cut to a part of longer ones may be a part of two stories
that are not one: a sequel repeats what the first report said, and one paper printed just that. Such a text does not tie the two
together: it belongs to the one that was printed most often, then first.

The original of a cluster is, by the first of these that decides:
  1. the one whose outlet others name as their source and that names no other itself ("source: Evening Paper" makes the Evening
     Paper's own piece the original),
  2. the one published first; one without a time comes after those that have one,
  3. the one seen first; then the address decides, so that it is never chance.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from pipelines.dedup.normalize import prepare_text

# A text of less than this share of a longer one is a part of it. Reprints that were cut keep more of the story, as a rule; what
# a sequel repeats of the first report is less than half of either.
_PART = 0.6

# Parts of a host that name no outlet. A part shorter than four letters is as often a country or a service.
_NO_OUTLET = frozenset({"news", "info", "mobile", "amp"})
_SHORTEST_HOST_PART = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterMember:
    """What decides who was first. Times are ISO 8601 in UTC, so that text order is time order.

    `outlet` is who publishes, `credited` whom the article names as its source, both as the page writes them.
    """

    number: int
    url: str
    seen: str
    published: str | None = None
    outlet: str | None = None
    credited: str | None = None


def find_clusters(
    members: Mapping[int, Sequence[ClusterMember]], letters: Mapping[int, int], pairs: Iterable[tuple[int, int]]
) -> list[list[ClusterMember]]:
    """The clusters. `members` are those with each text, `letters` how long it is, `pairs` the texts that are alike.

    Pairs with a stranger count for nothing.
    """
    alike: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        if one in members and other in members:
            alike[one].add(other)
            alike[other].add(one)
    groups = _Groups(parent={text: text for text in members})
    # Longest first: of each text those are known by then of which it may be a part.
    done: set[int] = set()
    for text in sorted(members, key=lambda text: (-letters[text], text)):
        longer = alike[text] & done
        whole = {other for other in longer if letters[text] >= _PART * letters[other]}
        for other in whole or _of_one_story(longer, groups, members):
            groups.join(text, other)
        done.add(text)
    return [[member for text in texts for member in members[text]] for texts in groups.all()]


def _of_one_story(longer: Collection[int], groups: _Groups, members: Mapping[int, Sequence[ClusterMember]]) -> set[int]:
    """Those of the longer texts that are of the story which was printed most often, then first."""
    texts: dict[int, set[int]] = defaultdict(set)
    for text in longer:
        texts[groups.root(text)].add(text)
    printed = {root: [member for text in each for member in members[text]] for root, each in texts.items()}
    if not printed:
        return set()
    return texts[min(printed, key=lambda root: (-len(printed[root]), min(map(_first, printed[root]))))]


@dataclass(slots=True, kw_only=True)
class _Groups:
    """Texts of which some are joined."""

    parent: dict[int, int]

    def root(self, text: int) -> int:
        """The one that stands for all in the text's group."""
        parent = self.parent
        while parent[text] != text:
            parent[text] = parent[parent[text]]
            text = parent[text]
        return text

    def join(self, one: int, other: int) -> None:
        """Make their groups one."""
        self.parent[self.root(one)] = self.root(other)

    def all(self) -> list[list[int]]:
        """The groups."""
        groups: dict[int, list[int]] = defaultdict(list)
        for text in self.parent:
            groups[self.root(text)].append(text)
        return list(groups.values())


def choose_original(members: Collection[ClusterMember]) -> ClusterMember:
    """The one that the others are copies of."""
    named = {member.number: _letters(member.credited or "") for member in members}
    naming = Counter(named.values())

    def rank(member: ClusterMember) -> tuple[object, ...]:
        own, credited = _names(member), named[member.number]
        credits_other = bool(credited) and credited not in own
        is_named = any(naming[name] > (name == credited) for name in own)
        return (not is_named or credits_other, *_first(member))

    return min(members, key=rank)


def _first(member: ClusterMember) -> tuple[bool, str, str, str, int]:
    """What orders members by when they came."""
    return (member.published is None, member.published or "", member.seen, member.url, member.number)


def _names(member: ClusterMember) -> set[str]:
    """What the outlet may be called: its name, its host and the parts of that."""
    host = (urlsplit(member.url).hostname or "").removeprefix("www.")
    parts = {part for part in host.split(".")[:-1] if len(part) >= _SHORTEST_HOST_PART} - _NO_OUTLET
    return {_letters(name) for name in (member.outlet or "", host, *parts)} - {""}


@lru_cache(maxsize=4096)
def _letters(name: str) -> str:
    # The same few outlets come again and again.
    return prepare_text(name)

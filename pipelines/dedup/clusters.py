"""Forms clusters of articles and chooses the original of each. Pure; the order of the members does not matter.

A cluster is a connected component of near copies, with two exceptions. A text that is an excerpt of longer ones may belong to two
different stories: a sequel repeats what the first report said, and an outlet printed just that part. And a text may contain two
stories that had been printed before, each by itself: a round-up, or two agency stories made into one. Neither joins the two: it
goes to the story that was printed most often, then first.

The original of a cluster is, by the first rule that decides:
  1. the article whose outlet others name as their source and that names no other itself ("source: Evening Paper" makes the Evening
     Paper's own article the original),
  2. the one published first; those without a time come last,
  3. the one fetched first; then the address decides, so that the choice is deterministic.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from pipelines.dedup.normalize import prepare_text

# A text shorter than this share of a longer one is an excerpt. Shortened reprints usually keep more; a sequel repeats less than
# half of the first report.
_PART = 0.6
# A text that contains a whole second story is longer than each of the two by more than this: the shorter text of a pair of near
# copies is at least 0.3 of the longer.
_WHOLE = 0.9
# Two earlier texts are stories of their own, not two versions of one, if a later text that contains both has room for them side by
# side: together at most this much of its length. Each may have a dateline and credits that it lacks.
_SIDE_BY_SIDE = 2 * _PART

# Labels of a host that name no outlet. A label shorter than four letters is often a country or a service.
_NO_OUTLET = frozenset({"news", "info", "mobile", "amp"})
_SHORTEST_HOST_PART = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterMember:
    """An article of a cluster, by what decides which is the original. Times are ISO 8601 in UTC, so that they sort as text.

    `outlet`: who publishes it; `credited`: the source that the article names; both as written on the page.
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
    """The clusters. `members`: the articles with each text; `letters`: the length of each text; `pairs`: the near copies.

    Pairs with a text that is not in `members` are ignored.
    """
    alike: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        if one in members and other in members:
            alike[one].add(other)
            alike[other].add(one)
    _part_round_ups(alike, letters, members)
    groups = _Groups(parent={text: text for text in members})
    # Longest first: when a text comes, all texts are known of which it may be an excerpt.
    done: set[int] = set()
    for text in sorted(members, key=lambda text: (-letters[text], text)):
        longer = alike[text] & done
        whole = {other for other in longer if letters[text] >= _PART * letters[other]}
        for other in whole or _in_one_story(longer, groups, members):
            groups.join(text, other)
        done.add(text)
    return [[member for text in texts for member in members[text]] for texts in groups.all()]


def _part_round_ups(
    alike: dict[int, set[int]], letters: Mapping[int, int], members: Mapping[int, Sequence[ClusterMember]]
) -> None:
    """Take from `alike` what joins a text that contains several earlier stories to all of them but one."""
    published = {text: min(times) for text in alike if (times := [m.published for m in members[text] if m.published])}
    parted = [
        (text, other)
        for text in published
        for story in _further_stories(text, alike, letters, members, published)
        for other in story
    ]
    for text, other in parted:
        alike[text].discard(other)
        alike[other].discard(text)


def _further_stories(
    text: int,
    alike: Mapping[int, set[int]],
    letters: Mapping[int, int],
    members: Mapping[int, Sequence[ClusterMember]],
    published: Mapping[int, str],
) -> list[list[int]]:
    """The stories that the text contains besides the one to which it belongs."""
    room = _SIDE_BY_SIDE * letters[text]
    parts = {other for other in alike[text] if letters[other] < _WHOLE * letters[text]}
    # Most texts have none or one; the shortest two tell whether any two have room.
    if len(parts) <= 1 or sum(sorted(letters[other] for other in parts)[:2]) > room:
        return []
    # Only what was printed before is a story of its own: parts that came after are excerpts.
    since = min(published[other] for other in (alike[text] - parts) | {text} if other in published)
    stories = [
        story for story in _connected(parts, alike) if any(published.get(other, since) < since for other in story)
    ]
    # Printed most often, then first.
    stories.sort(key=lambda story: _prominence([member for other in story for member in members[other]]))
    # As it was first printed, before others put notes around it.
    length = [letters[min(story, key=lambda other: (published.get(other, since), other))] for story in stories]
    return [story for story, own in list(zip(stories, length, strict=True))[1:] if length[0] + own <= room]


def _connected(texts: Collection[int], alike: Mapping[int, set[int]]) -> list[list[int]]:
    """The groups of texts that near copies among them connect."""
    rest = set(texts)
    groups = []
    while rest:
        group = [rest.pop()]
        for text in group:
            found = alike[text] & rest
            rest -= found
            group.extend(found)
        groups.append(group)
    return groups


def _in_one_story(longer: Collection[int], groups: _Groups, members: Mapping[int, Sequence[ClusterMember]]) -> set[int]:
    """Those of the longer texts that belong to the story printed most often, then first."""
    texts: dict[int, set[int]] = defaultdict(set)
    for text in longer:
        texts[groups.root(text)].add(text)
    printed = {root: [member for text in each for member in members[text]] for root, each in texts.items()}
    if not printed:
        return set()
    return texts[min(printed, key=lambda root: _prominence(printed[root]))]


def _prominence(printed: Collection[ClusterMember]) -> tuple[object, ...]:
    """The sort key for the story that was printed most often, then first."""
    return (-len(printed), min(map(_first, printed)))


@dataclass(slots=True, kw_only=True)
class _Groups:
    """Disjoint sets of texts (union-find)."""

    parent: dict[int, int]

    def root(self, text: int) -> int:
        """The representative of the text's group."""
        parent = self.parent
        while parent[text] != text:
            parent[text] = parent[parent[text]]
            text = parent[text]
        return text

    def join(self, one: int, other: int) -> None:
        """Merge the groups of two texts."""
        self.parent[self.root(one)] = self.root(other)

    def all(self) -> list[list[int]]:
        """All groups."""
        groups: dict[int, list[int]] = defaultdict(list)
        for text in self.parent:
            groups[self.root(text)].append(text)
        return list(groups.values())


def choose_original(members: Collection[ClusterMember]) -> ClusterMember:
    """The member that the others are copies of."""
    named = {member.number: _prepared_name(member.credited or "") for member in members}
    naming = Counter(named.values())

    def rank(member: ClusterMember) -> tuple[object, ...]:
        own, credited = _names(member), named[member.number]
        credits_other = bool(credited) and credited not in own
        is_named = any(naming[name] > (name == credited) for name in own)
        return (not is_named or credits_other, *_first(member))

    return min(members, key=rank)


def _first(member: ClusterMember) -> tuple[bool, str, str, str, int]:
    """The sort key for what came first."""
    return (member.published is None, member.published or "", member.seen, member.url, member.number)


def _names(member: ClusterMember) -> set[str]:
    """Names that others may use for the outlet: its name, its host, and the labels of the host."""
    host = (urlsplit(member.url).hostname or "").removeprefix("www.")
    parts = {part for part in host.split(".")[:-1] if len(part) >= _SHORTEST_HOST_PART} - _NO_OUTLET
    return {_prepared_name(name) for name in (member.outlet or "", host, *parts)} - {""}


@lru_cache(maxsize=4096)
def _prepared_name(name: str) -> str:
    # Cached: the same few outlets recur.
    return prepare_text(name)

"""Who is the original of a cluster."""

from __future__ import annotations

import itertools

import pytest

from pipelines.dedup.clusters import ClusterMember, choose_original, find_clusters


def member(number: int, **fields: str | None) -> ClusterMember:
    values = {"url": f"http://site{number}.example/", "seen": f"2026-11-01T00:00:0{number}Z", **fields}
    return ClusterMember(number=number, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("members", "first"),
    [
        ([member(1), member(2)], 1),
        ([member(1), member(2, published="2026-10-01T00:00:00Z")], 2),
        ([member(1, published="2026-10-02T00:00:00Z"), member(2, published="2026-10-01T00:00:00Z")], 2),
        ([member(1, published="2026-10-02T00:00:00Z", credited="Echo"), member(2, outlet="ECHO")], 2),
        # The host is a name too.
        ([member(1, credited="Reuben"), member(2, url="https://www.reuben.example/a")], 2),
        ([member(1, credited="《江城晚報》"), member(2, outlet="江城晚报")], 2),
        # Whoever is credited and credits another in turn was not first.
        ([member(1), member(2, outlet="Echo", credited="Tidings"), member(3, credited="Echo")], 1),
        # To credit oneself is no evidence.
        ([member(1), member(2, outlet="Echo", credited="Echo")], 1),
        ([member(1, credited="Nobody here"), member(2)], 1),
    ],
)
def test_the_original(members: list[ClusterMember], first: int) -> None:
    for order in itertools.permutations(members):
        assert choose_original(order).number == first


def groups(
    letters: dict[int, int],
    *pairs: tuple[int, int],
    printed: dict[int, int] | None = None,
    published: dict[int, str] | None = None,
) -> list[list[int]]:
    """The texts of each cluster, each text printed once or as often as said."""
    members = {
        text: [member(text, published=(published or {}).get(text))] * (printed or {}).get(text, 1) for text in letters
    }
    return sorted(sorted({each.number for each in group}) for group in find_clusters(members, letters, pairs))


def test_clusters_are_what_likenesses_connect() -> None:
    letters = dict.fromkeys(range(1, 7), 100)
    assert groups(letters, (1, 2), (3, 2), (5, 6), (1, 99)) == [[1, 2, 3], [4], [5, 6]]


def test_two_parts_of_one_story_are_in_its_cluster() -> None:
    assert groups({1: 1000, 2: 400, 3: 350}, (1, 2), (3, 1)) == [[1, 2, 3]]


def test_a_part_of_two_stories_joins_the_one_that_was_printed_most_often_then_first() -> None:
    assert groups({1: 1000, 2: 1100, 3: 400}, (1, 3), (2, 3)) == [[1, 3], [2]]
    assert groups({1: 1000, 2: 1100, 3: 400}, (1, 3), (2, 3), printed={2: 2}) == [[1], [2, 3]]
    assert groups({1: 1000, 2: 1100, 3: 400, 4: 950}, (1, 3), (2, 3), (4, 3), (2, 4)) == [[1], [2, 3, 4]]
    # It is no part of the one of which it has most.
    assert groups({1: 1000, 2: 500, 3: 400}, (1, 3), (2, 3)) == [[1], [2, 3]]


ROUND_UP = {1: 1000, 2: 450, 3: 500}
EARLIER = {1: "2026-11-02T00:00:00Z", 2: "2026-11-01T00:00:00Z", 3: "2026-11-01T01:00:00Z"}


def test_a_text_that_contains_two_earlier_stories_does_not_join_them() -> None:
    assert groups(ROUND_UP, (1, 2), (1, 3), published=EARLIER) == [[1, 2], [3]]
    assert groups(ROUND_UP, (1, 2), (1, 3), published=EARLIER, printed={3: 2}) == [[1, 3], [2]]
    # Nor do a reprint of it, and later reprints of the stories.
    letters = {**ROUND_UP, 4: 980, 5: 440, 6: 480}
    published = {**EARLIER, 4: "2026-11-03T00:00:00Z", 5: "2026-11-04T00:00:00Z", 6: "2026-11-04T00:00:00Z"}
    pairs = ((1, 2), (1, 3), (1, 4), (4, 2), (4, 3), (1, 5), (4, 5), (2, 5), (1, 6), (4, 6), (3, 6))
    found = groups(letters, *pairs, published=published)
    assert not any({2, 3} <= set(group) for group in found)
    assert [2, 5] in [sorted(set(group) - {1, 4}) for group in found]
    assert [3, 6] in [sorted(set(group) - {1, 4}) for group in found]


@pytest.mark.parametrize(
    "published",
    [
        {},
        # Parts that were printed after the whole are excerpts of it, and so are those of which one was, or whose time is not known.
        {**EARLIER, 1: "2026-10-31T00:00:00Z"},
        {**EARLIER, 3: "2026-11-03T00:00:00Z"},
        {1: EARLIER[1], 2: EARLIER[2]},
    ],
)
def test_parts_that_were_not_printed_before_stay_with_the_whole(published: dict[int, str]) -> None:
    assert groups(ROUND_UP, (1, 2), (1, 3), published=published) == [[1, 2, 3]]


def test_earlier_texts_that_overlap_are_versions_of_one_story() -> None:
    assert groups({**ROUND_UP, 2: 800}, (1, 2), (1, 3), published=EARLIER) == [[1, 2, 3]]
    # The whole was printed before its parts, and the later text is a reprint of it.
    assert groups({**ROUND_UP, 4: 990}, (1, 2), (1, 3), (1, 4), published={**EARLIER, 4: "2026-10-31T00:00:00Z"}) == [
        [1, 2, 3, 4]
    ]

"""Who is the original of a cluster."""

from __future__ import annotations

import itertools

import pytest

from pipelines.clusters import Member, connected, original_of


def member(number: int, **fields: str | None) -> Member:
    values = {"url": f"http://site{number}.example/", "seen": f"2026-11-01T00:00:0{number}Z", **fields}
    return Member(number=number, **values)  # type: ignore[arg-type]


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
def test_the_original(members: list[Member], first: int) -> None:
    for order in itertools.permutations(members):
        assert original_of(order).number == first


def test_groups_are_what_pairs_connect() -> None:
    groups = connected("abcdef", [("a", "b"), ("c", "b"), ("e", "f"), ("a", "z")])
    assert sorted(map(sorted, groups)) == [["a", "b", "c"], ["d"], ["e", "f"]]

"""What a revision changed, word by word."""

from __future__ import annotations

import pytest

from db.text_changes import ChangeKind, pieces


@pytest.mark.parametrize(
    ("before", "after", "gone", "come"),
    [
        ("Die Kosten: 6,8 Millionen", "Die Kosten: 8,6 Millionen", ["6,8"], ["8,6"]),
        ("at 15:30, they said", "at 15:45, they said", ["15:30"], ["15:45"]),
        ("每天可供水三十万吨", "每天可供水二十八万吨", ["三"], ["二", "八"]),
        ("won 3.", "won 4.", ["3"], ["4"]),
    ],
)
def test_a_number_is_one_word(before: str, after: str, gone: list[str], come: list[str]) -> None:
    found = pieces(before, after)
    assert [piece.text for piece in found if piece.kind is ChangeKind.GONE] == gone
    assert [piece.text for piece in found if piece.kind is ChangeKind.COME] == come

"""What a revision changed, word by word."""

from __future__ import annotations

import pytest

from db.text.changes import ChangeKind, diff_paragraphs, pieces


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


@pytest.mark.parametrize("separator", ["", "\n", " "], ids=["one paragraph", "paragraphs", "words"])
@pytest.mark.parametrize("length", [50, 60_000])
def test_all_of_both_texts_is_told_whatever_their_length(separator: str, length: int) -> None:
    """Unlike texts between a common beginning and end. Compared in full, the long ones take minutes."""
    first, last = "渡轮停航\n", "\n记者"
    older = first + separator.join(chr(0x4E00 + at * 7919 % 20_000) for at in range(length)) + last
    newer = first + separator.join(chr(0x4E00 + at * 6997 % 20_000) for at in range(length)) + last
    steps = list(diff_paragraphs(older, newer))
    changed = [step for step in steps if step.kind is not ChangeKind.UNCHANGED]
    kept = sum(step.paragraphs for step in steps if step.kind is ChangeKind.UNCHANGED)
    for text, other in ((older, ChangeKind.COME), (newer, ChangeKind.GONE)):
        told = {
            "".join(piece.text for piece in step.pieces if piece.kind is not other)
            for step in changed
            if step.kind is not other
        }
        assert kept + sum(1 for step in changed if step.kind is not other) == text.count("\n") + 1
        assert told <= set(text.split("\n"))
    assert steps[0].kind is ChangeKind.UNCHANGED
    assert steps[-1].kind is ChangeKind.UNCHANGED

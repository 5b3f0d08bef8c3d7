"""Common passages of two texts: found in any order, in both scripts, in time that grows with the texts."""

from __future__ import annotations

import random
import time
from itertools import pairwise

import pytest

from db.text.passages import compare_passages, passage_paragraphs
from tests.pipelines.dedup.stories import chinese_story, story


def test_paragraphs_that_moved_are_found() -> None:
    first = story(1, 4)
    lines = first.split("\n")
    second = "\n".join([lines[2], "Something that nobody else has printed so far.", lines[0]])
    found = compare_passages(first, second)
    texts = [(first[slice(*one.first)], second[slice(*one.second)]) for one in found.passages]
    assert [(one.rstrip("."), other.rstrip(".")) for one, other in texts] == [(lines[at][:-1],) * 2 for at in (2, 0)]
    assert (found.left_out, found.added) == (len(lines[1].split()) + len(lines[3].split()), 8)


def test_chinese_is_compared_by_characters_in_either_form() -> None:
    text = "城北水廠改造工程已完成主體施工，預計明年春天投入使用。"
    found = compare_passages(text, "本报讯 城北水厂改造工程已完成主体施工，预计明年春天投入使用！")
    assert len(found.passages) == 1
    assert (found.left_out, found.added) == (0, 3)
    assert compare_passages(chinese_story(1), chinese_story(2)).second_share < 0.05


@pytest.mark.parametrize("seed", range(5))
def test_pieces_are_the_text(seed: int) -> None:
    chance = random.Random(seed)
    lines = [*story(seed, 4).split("\n"), "", *story(9, 2).split("\n")]
    first, second = ("\n".join(chance.choices(lines, k=6)) for _ in range(2))
    found = compare_passages(first, second)
    for text, spans in ((first, [(*one.first, one.number) for one in found.passages]),
                        (second, [(*one.second, one.number) for one in found.passages])):  # fmt: skip
        paragraphs = passage_paragraphs(text, spans)
        assert ["".join(piece.text for piece in pieces) for pieces in paragraphs] == [
            line for line in text.split("\n") if line
        ]
        assert sum(piece.is_start for pieces in paragraphs for piece in pieces) == len(found.passages)
        ordered = sorted(spans)
        assert all(one[1] <= other[0] for one, other in pairwise(ordered)), "passages overlap"


def test_nothing_in_common() -> None:
    for first, second in (("", ""), ("a b c", ""), (story(1), story(2).upper())):
        assert compare_passages(first, second).passages == ()


def test_time_grows_with_the_texts() -> None:
    def took(words: int) -> float:
        text = "one two " * words
        began = time.process_time()
        compare_passages(text, text + "x " + text)
        return time.process_time() - began

    took(100)
    assert took(16_000) < 40 * max(0.005, took(2_000))

"""Units of folded text: what each code point is to them."""

from __future__ import annotations

import random
import unicodedata
from itertools import groupby

from db.search.tokenizer import grams, is_unspaced, units
from db.text.folding import MAX_CODE_POINT


def kind(character: str) -> int:
    if ord(character) >= 0x20000:  # Han characters, whether or not the Unicode database of this Python lists them
        return 2 if ord(character) < MAX_CODE_POINT else 0
    if unicodedata.category(character)[0] not in "LMN":
        return 0
    return 2 if is_unspaced(character) else 1


def test_units_are_runs_of_one_kind_of_writing() -> None:
    every = [*map(chr, range(0x20100)), chr(MAX_CODE_POINT - 1), chr(MAX_CODE_POINT + 1), "\U000e0100"]
    random.Random(7).shuffle(every)
    expected = ["".join(run) for each, run in groupby(every, kind) if each]
    assert units("".join(every)) == expected


def test_a_word_of_any_length_is_one_gram_and_unspaced_writing_several() -> None:
    assert units("don't stop—5g网络 x_y") == ["don", "t", "stop", "5g", "网络", "x", "y"]
    assert grams("5g网络建") == {"5g", "网", "络", "建", "网络", "络建"}
    assert grams("é" + "x" * 60) == {"é" + "x" * 39}
    assert grams("… — 👍") == grams("") == set()

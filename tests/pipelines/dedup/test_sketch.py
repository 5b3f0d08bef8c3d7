"""Letters, shingles and marks: the same as by the slow, plain way, and the same on every machine."""

from __future__ import annotations

import random
import unicodedata
from functools import cache

import opencc
from hypothesis import given, settings
from hypothesis import strategies as st

from db.text.folding import code_points, fold
from pipelines.dedup.normalize import ALIKE, TWO_LETTERS, digit_mask, prepare_text
from pipelines.dedup.shingles import shingle_hashes, smallest_hashes
from pipelines.dedup.similarity import PreparedText
from pipelines.dedup.sketch import sketch_of
from pipelines.extraction.fingerprint import significant
from tests.pipelines.dedup.stories import bulletin, chinese_story, edited, story

# Letters of many scripts and what stands between them, wide and rare forms, lone surrogates.
CHARACTERS = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("aZ09_ .,！Ａ９ﬁİßıⅧ①²٣१กخДあ한뷁漢汉\U00020000\U000e0020\ufffe\ud800ſ\u0345"),
    ),
    max_size=200,
)
WRITTEN_SO = dict(zip(ALIKE[0], ALIKE[1], strict=True))
SIMPLIFIED = opencc.OpenCC("t2s")


def folded(text: str) -> str:
    letters = "".join(map(_folded, unicodedata.normalize("NFKC", text))).lower()
    return "".join(TWO_LETTERS.get(letter, letter) for letter in letters)


@cache
def _folded(letter: str) -> str:
    if letter == "ـ" or not significant(letter):
        return ""
    if letter.isdecimal():
        return str(int(letter))
    plain = fold(letter) if ord(letter) < 0x2E80 else letter
    return WRITTEN_SO.get(plain, plain) if len(plain) == 1 else letter


@settings(max_examples=1000, deadline=None)
@given(CHARACTERS)
def test_letters_are_the_significant_ones(text: str) -> None:
    # Before it a long text without Han: none of it is folded.
    text = "letters " * 100 + text
    assert prepare_text(text) == folded(text)


@settings(max_examples=500, deadline=None)
@given(st.text(st.sampled_from("東京東西開發软件軟體。，3 a"), min_size=1, max_size=100))
def test_chinese_letters_are_folded_one_by_one(text: str) -> None:
    text = "新聞記者" * 50 + text
    assert prepare_text(text) == "".join(SIMPLIFIED.convert(letter) for letter in significant(text))


def test_letters_of_every_code_point() -> None:
    everything = [chr(code) for code in range(0x110000)]
    for start in range(0, len(everything), 0x4000):
        text = "x" * 0x10000 + " ".join(everything[start : start + 0x4000])
        same = prepare_text(text) == folded(text)
        assert same, hex(start)
    digits = digit_mask(code_points("".join(everything)))
    assert [everything[at] for at in digits.nonzero()[0]] == [letter for letter in everything if letter.isdecimal()]


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab漢"), max_size=60), st.sampled_from([5, 10]))
def test_equal_runs_have_equal_hashes_and_others_do_not(letters: str, unit: int) -> None:
    hashes = shingle_hashes(code_points(letters), unit).tolist()
    runs = [letters[at : at + unit] for at in range(len(letters) - unit + 1)]
    assert len(hashes) == len(runs)
    assert len(set(hashes)) == len(set(runs)) == len(set(zip(runs, hashes, strict=True)))


def test_the_smallest_are_the_smallest() -> None:
    chance = random.Random(1)
    for size in (0, 1, 5, 12, 13, 100, 5000):
        hashes = shingle_hashes(code_points("".join(chance.choices("abcdefgh", k=size + 9))), 10)
        assert smallest_hashes(hashes, 12) == sorted(set(hashes.tolist()))[:12]
    assert smallest_hashes(shingle_hashes(code_points("a" * 500), 10), 12) == smallest_hashes(
        shingle_hashes(code_points("a" * 10), 10), 12
    )


def test_marks_do_not_depend_on_the_machine() -> None:
    """They are stored: another value here asks for a migration that empties the index."""
    assert sketch_of(
        PreparedText(prepare_text("The harbour bridge stays closed until Friday, the council of the town said."))
    ) == [
        67590677889666,
        67679385519738,
        93568403161814,
        107809399742294,
        115845407233290,
        184105530947130,
        200075203688336,
        214229644474122,
        234854045341466,
        255707210658218,
        270988475217210,
        280840137680372,
    ]
    assert sketch_of(PreparedText(prepare_text("港口的大桥在星期五之前不开放，市政府发言人今天上午说。" * 3)))[:2] == [
        36383337340258,
        97252268357788,
    ]


def test_marks_of_forms_and_reprints() -> None:
    figures = [mark for mark in sketch_of(PreparedText(prepare_text(bulletin(1)))) if mark & 1]
    assert len(figures) == 6
    assert not set(figures) & set(sketch_of(PreparedText(prepare_text(bulletin(2)))))
    for text in (story(1), chinese_story(1)):
        marks = sketch_of(PreparedText(prepare_text(text)))
        assert len(marks) == 12
        assert not any(mark & 1 for mark in marks)
        assert all(0 <= mark < 1 << 48 for mark in marks)
    assert (
        len(
            {*sketch_of(PreparedText(prepare_text(story(1))))}
            & {*sketch_of(PreparedText(prepare_text(edited(story(1), 1))))}
        )
        >= 4
    )

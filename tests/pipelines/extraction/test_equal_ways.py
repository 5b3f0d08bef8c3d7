"""Quicker ways of reading give what the plain ways give: grouped alternatives, comparison keys, control characters."""

from __future__ import annotations

import re

import pytest

from pipelines.extraction.encoding import decode
from pipelines.extraction.languages.loader import any_of, by_first_letter
from pipelines.extraction.mojibake import repair_mojibake
from pipelines.extraction.text.titles import plain

_WORDS = (
    "staff writer",
    "staff",
    "Redakteurin",
    "Redakteur",
    "reporter",
    "news desk",
    "an",
    "a",
    "A",
    "記者",
    "编辑",
    "기자",
)
_TEXTS = (
    "Anna Holt, staff writer",
    "von Jan Reporter und Eva, Redakteurin",
    "A Night at the Staffroom",
    "本报记者 张伟 编辑 李娜",
    "김민수 기자",
    "nothing of the kind",
    "",
)


@pytest.mark.parametrize("flags", [re.NOFLAG, re.I])
def test_grouped_alternatives_match_what_the_listed_ones_match(flags: re.RegexFlag) -> None:
    listed = "|".join(sorted(_WORDS, key=lambda word: (-len(word), word)))
    grouped = by_first_letter(sorted(_WORDS, key=lambda word: (-len(word), word)))
    assert grouped != listed
    for text in _TEXTS:
        expected = [match.span() for match in re.finditer(listed, text, flags)]
        assert [match.span() for match in re.finditer(grouped, text, flags)] == expected
    assert re.fullmatch(any_of(_WORDS, spaces=False), "Staff Writer", re.I)


@pytest.mark.parametrize(
    "text", ["Well-being: it's _ok_ 24/7", "“Straße”, ÉTÉ – 2024", "İstanbul’da", "中文 标题！", ""]
)
def test_a_comparison_key_holds_letters_and_digits_alone(text: str) -> None:
    assert plain(text) == "".join(char for char in text if char.isalnum()).lower()


@pytest.mark.parametrize("control", ["\x00", "\x0b", "\x1f", "\x7f", "\ufffe", "\uffff"])
@pytest.mark.parametrize("around", ["<p>a{}b</p>", "<p>é{}\u00ad中</p>\t\r\n"])
def test_control_characters_are_dropped_and_line_ends_stay(control: str, around: str) -> None:
    decoded = decode(around.format(control).encode(), "text/html; charset=utf-8")
    assert decoded is not None
    assert decoded.text == around.format("")


def test_a_run_of_garbled_characters_is_repaired_whole() -> None:
    garbled = "Die Straße für alle – „schön“".encode().decode("cp1252", "replace")
    assert repair_mojibake(f"<p>{garbled}</p>" * 3).count("Straße für alle – ") == 3

"""Repeated lines: counted once a text, however they are written, and short ones not at all."""

from __future__ import annotations

from db.text.repeated_lines import count_texts, is_long, repeated_lines

PLEA = "Eleven thousand islanders already start the day with our letter."


def test_a_line_counts_once_in_a_text_and_in_any_writing() -> None:
    texts = [
        f"One.\n{PLEA}\n{PLEA}",
        f"Two.\n- {PLEA.upper()}",
        f"Three.\n{PLEA.replace(' ', '  ')}",
        "Four.",
    ]
    assert repeated_lines(texts, 3) == {PLEA: 3}
    assert repeated_lines(texts, 4) == {}
    assert count_texts([["a", "a"], ["a", "b"]]) == {"a": 2, "b": 1}


def test_what_recurs_for_good_reasons_is_short() -> None:
    assert not any(
        map(is_long, ("(Reuters)", "What happens next", "Ferry North 3 4 12 88 17 2024 10.30", "（新华社北京电）"))
    )
    assert is_long(PLEA)
    assert is_long("这封信不收一分钱，欢迎您订阅。")
    assert repeated_lines(["What happens next"] * 9, 3) == {}

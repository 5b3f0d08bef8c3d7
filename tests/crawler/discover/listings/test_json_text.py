"""JSON from the web, whole and with the mistakes of templates."""

from __future__ import annotations

import pytest

from crawler.discover.listings.json_text import MAX_REPAIRED, json_value


@pytest.mark.parametrize(
    "text",
    [
        '{"a": ["x"]}',
        '\ufeff\n{"a": ["x"]}',
        '{"a": ["x"]}\n<!-- kept by a cache -->',
        '{"a": ["x"]};',
        '{"a": ["x",],}',
    ],
)
def test_the_value_is_read(text: str) -> None:
    assert json_value(text) == {"a": ["x"]}


def test_strings_may_hold_line_breaks_and_escapes_that_json_does_not_know() -> None:
    assert json_value('["<p>one</p>\n\t<p>two</p>"]') == ["<p>one</p>\n\t<p>two</p>"]
    assert json_value(r'["the port\'s gate"]') == ["the port's gate"]


@pytest.mark.parametrize("text", ["", "null", '"x"', "7 days", "<html>", '{"a": ', '{"a": "b" "c"}', "[" * 100_000])
def test_what_is_no_object_or_list_is_none(text: str) -> None:
    assert json_value(text) is None


def test_a_long_text_is_not_repaired() -> None:
    assert json_value('["' + "x" * MAX_REPAIRED + '",]') is None

"""Every regular expression of the project takes time in proportion to its text, whatever the text is.

Python's engine backtracks, so a pattern may need the square of a text's length, or worse, for texts that were made for it. All
patterns are collected, and each is given texts made from its own parse tree.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.credits.lines.chinese_labels import GLUED, LABEL
from pipelines.extraction.extract import extract
from tests.patterns import collected as collected_module
from tests.patterns import growth
from tests.patterns.adversaries import Adversary, Shape
from tests.patterns.collected import METHODS, Collected, collect, compiled_meanwhile
from tests.patterns.growth import _screen, superlinear
from tests.patterns.made_of_languages import made_of_language_files
from tests.patterns.proven import Proven, write_proven
from tests.pipelines.extraction.page_folders import FOLDERS

_SHARES = 4
_PAGES_READ = 12


@pytest.fixture(scope="module")
def collected() -> list[Collected]:
    return collect()


def test_patterns_are_found_wherever_they_are(collected: list[Collected]) -> None:
    where = " ".join(one.where for one in collected)
    assert len(collected) > 400
    assert "crawler.discover.well_known._COMMENT" in where  # bytes
    assert "pipelines.extraction.text.roles." in where or "pipelines.extraction.dates.printed." in where
    assert re.search(
        r"pipelines\.extraction\.credits\.names\.persons:\d+", where
    )  # `re.sub("...", ...)` within a function
    assert all(one.methods <= METHODS for one in collected)


@pytest.mark.parametrize("share", range(_SHARES))
def test_patterns_are_linear(collected: list[Collected], share: int) -> None:
    where = {one.pattern: one.where for one in collected[share::_SHARES]}
    unproven = Proven().without((one.pattern, one.methods) for one in collected[share::_SHARES])
    slow = [
        f"{where[pattern]}: {grown}\n    {pattern.pattern!r}"
        for pattern, methods in unproven
        if (grown := superlinear(pattern, methods))
    ]
    assert not slow, "\n".join(slow)


def test_titles_make_no_pattern_of_what_a_page_says() -> None:
    """Compiling one costs more than all else that is done to a headline, and no test can give it all texts."""
    with compiled_meanwhile() as made:
        for folder in FOLDERS[:: max(1, len(FOLDERS) // _PAGES_READ)]:
            extract(Page(body=(folder / "page.html").read_bytes(), url="https://example.com/2024/a.html"), Sites())
    assert "pipelines.extraction.text.titles" not in {one.where for one in made}


def test_patterns_made_of_language_files_are_linear() -> None:
    unproven = Proven().without(made_of_language_files().items())
    assert not [pattern.pattern for pattern, methods in unproven if superlinear(pattern, methods)]


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"\s+$", "sub"),
        (r"[a-z]+\d", "search"),
        (r"<!--.*?-->", "sub"),
        (r"^\s*\S+@\S+\s*\(([^()]+)\)\s*$", "search"),
        (r"/[\w-]*(?:rss|feed|atom)[\w-]*\.xml$", "search"),
        (r"(?:^|[-_])(?=[a-z0-9]*(?:\d[a-z0-9]*[a-z]|[a-z]\d))[a-z0-9]{6,32}$", "search"),
        (r"\s*(\d+)\s*([a-z]{0,3})\s*", "fullmatch"),
        (r"a*a*a*b", "match"),
        (r"(\w+\s?)+;", "match"),
        (r"(?:one|two|three|four|five|six|seven|eight|[a-z]+\d|nine)", "search"),
        # Nothing is repeated for long, but words between strokes can be divided in many ways.
        (r"(?:(?:[^\W\d_][^\s/]{0,24} ?){1,4}/ ?){1,3}(?<=/)", "fullmatch"),
    ],
)
def test_what_is_not_linear_is_seen(pattern: str, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The limit, long texts and several tries are against false alarms; each of them costs seconds.
    monkeypatch.setattr(growth, "_LONGEST", 0.2)
    monkeypatch.setattr(growth, "CLOSER", (2_048, 8_192))
    assert superlinear(re.compile(pattern), {method}, tries=1) is not None


def test_short_texts_show_it_where_a_pattern_is_slow() -> None:
    pattern = re.compile(r"[a-z]+\d")
    assert _screen(pattern.search, Adversary(pattern), Shape("", "a", "\x01"), slow=True)[1]


@pytest.mark.parametrize(
    ("pattern", "method"),
    [
        (r"(?<!\s)\s++$", "sub"),
        (r"(?<![a-z])[a-z]++\d", "search"),
        (r"[a-z]+\d", "match"),
        (r"\s{1,20}[-|]\s", "split"),
        (r"</?[a-z][^<>]{0,2000}>", "sub"),
        (r"a[^<>]{0,200}b", "search"),
    ],
)
def test_what_is_linear_passes(pattern: str, method: str) -> None:
    assert superlinear(re.compile(pattern), {method}) is None


def test_only_what_was_measured_as_it_is_now_is_proven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "CLOSER", (1_024, 4_096))
    path = tmp_path / "proven.txt"
    linear, steep = re.compile(r"[a-z]++\d"), re.compile(r"[a-z]+\d")
    assert write_proven([(linear, {"match"}), (steep, {"search"})], path) == [steep.pattern]
    others = [(re.compile(linear.pattern, re.ASCII), {"match"}), (linear, {"match", "search"}), (steep, {"search"})]
    assert list(Proven(path).without([(linear, {"match"}), *others])) == others
    monkeypatch.setattr("tests.patterns.proven.growth", collected_module)  # another way to measure
    assert list(Proven(path).without([(linear, {"match"})])) == [(linear, {"match"})]


@pytest.mark.parametrize("pattern", [LABEL, GLUED], ids=["label", "glued"])
def test_labels_out_of_a_set_stand_in_one_order(pattern: re.Pattern[str]) -> None:
    """Else the pattern is another in each process, and is never proven."""
    groups = [
        words.replace(r"[ \u3000]{0,3}", "").split("|") for words in re.findall(r"P<\w+>([^()]+)\)", pattern.pattern)
    ]
    assert max(map(len, groups)) > 50
    assert all(words == sorted(words, key=lambda word: (-len(word), word)) for words in groups)


@pytest.mark.parametrize(
    ("pattern", "most"),
    [
        ("ab", 2),
        ("a{1,20}b", 41),  # the repeat and up to 20 characters, then 20 times the last one
        ("(?>a{1,20})b", 23),
        ("(?:a{1,3}|b)c", 10),
        ("(?=a{1,20})b", 23),
        ("(?:a?b){2,3}", 29),  # 4 from each of the 1, 2, 4 places where one can begin, and the repeat
        ("a+b", math.inf),
        (r"(a)\1", math.inf),
    ],
)
def test_steps_from_one_place_are_counted(pattern: str, most: float) -> None:
    assert Adversary(re.compile(pattern)).most_steps == most

"""Every regular expression of the project takes time in proportion to its text, whatever the text is.

Python's engine backtracks, so a pattern may need the square of a text's length, or worse, for texts that were made for it. All
patterns are collected, and each is given texts made from its own parse tree.
"""

from __future__ import annotations

import math
import re
from dataclasses import fields

import pytest

from crawler.discover.front_pages import page_sections
from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.body import appeals, boilerplate_lines, closing_lines
from pipelines.extraction.credits import byline_places
from pipelines.extraction.credits.names import persons
from pipelines.extraction.extract import extract
from pipelines.extraction.fields import metadata
from pipelines.extraction.languages.loader import KINDS, cue_pattern, patterns_by_language
from pipelines.extraction.text import end_markers
from pipelines.extraction.text.byline_words import OF_ALL
from pipelines.extraction.text.clock import _clock, _hour_words
from pipelines.extraction.text.date_parser import _join
from pipelines.extraction.text.relative_times import _forms, _named_day
from tests.patterns import growth
from tests.patterns.adversaries import Adversary, Shape
from tests.patterns.collected import METHODS, Collected, collect, compiled_meanwhile
from tests.patterns.growth import _screen, superlinear
from tests.pipelines.extraction.test_pages import FOLDERS

_SHARES = 4
_PAGES_READ = 12
_SEARCHED = ("by_others", "by_word", "joint", "others_label", "passive", "place", "time_words", "town_behind")
"""The patterns of bylines that are looked for anywhere in a line."""


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
    slow = [
        f"{one.where}: {grown}\n    {one.pattern.pattern!r}"
        for one in collected[share::_SHARES]
        if (grown := superlinear(one.pattern, one.methods or {"search"}))
    ]
    assert not slow, "\n".join(slow)


def test_titles_make_no_pattern_of_what_a_page_says() -> None:
    """Compiling one costs more than all else that is done to a headline, and no test can give it all texts."""
    with compiled_meanwhile() as made:
        for folder in FOLDERS[:: max(1, len(FOLDERS) // _PAGES_READ)]:
            extract(Page(body=(folder / "page.html").read_bytes(), url="https://example.com/2024/a.html"), Sites())
    assert "pipelines.extraction.text.titles" not in {one.where for one in made}


def test_patterns_made_of_language_files_are_linear() -> None:
    # Prompts are only looked for by the pattern of them all, below; by language, they took half of the time.
    kinds = [kind for kind in KINDS if kind != "prompt"]
    made = [(cue_pattern(kind, code), {"search"}) for kind in kinds for code in ("zh", "de")]
    made += [(form.pattern, {"search"}) for code in ("en", "zh", "de", "hu") for form in _forms(code)]
    made += [(_named_day("fr")[0], {"search"})]
    before, after = _hour_words()
    made += [(before, {"search"}), (after, {"match"})]
    made += [(_clock(), {"match"}), (_join(), {"match"}), (page_sections._service_words(), {"fullmatch"})]
    # Cues of a language that is not known are those of all languages.
    begins = [
        *(boilerplate_lines._consent_line, boilerplate_lines._photo_credit),
        *(appeals._consent_dialog, end_markers._stop),
        *(metadata._comment_count, persons._button, persons._of_picture, byline_places._of_picture),
    ]
    within = [
        *(closing_lines._closing_within, appeals._cookie_notice, metadata._paywall),
        *(persons._next_credit, persons._of_pictures, persons._no_name, persons._page_word, byline_places._no_place),
        persons._material,
    ]
    made += [
        (pattern, {"search" if field.name in _SEARCHED else "match"})
        for field in fields(OF_ALL)
        if isinstance(pattern := getattr(OF_ALL, field.name), re.Pattern)
    ]
    made += [(make(None), {method}) for method, some in (("match", begins), ("search", within)) for make in some]
    by_language = (("prompt", boilerplate_lines._prompt), ("closing", closing_lines._closing))
    made += [(one, {"match"}) for kind, make in by_language for one in patterns_by_language(kind, None, make)]
    different = dict(made)
    assert not [pattern.pattern for pattern, methods in different.items() if superlinear(pattern, methods)]


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

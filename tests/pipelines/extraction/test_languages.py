"""The language files: every cue shows that it is needed, and a file with a mistake is refused."""

from __future__ import annotations

import ast
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from pipelines.extraction.dates.cue_words import says_changed, says_published
from pipelines.extraction.languages.loader import (
    DATE_KINDS,
    KINDS,
    Cue,
    applicable_languages,
    cue_pattern,
    languages,
    parse,
    pattern_of,
    patterns_by_language,
    phrases_of,
)
from pipelines.extraction.text.date_parser import find_stamps
from pipelines.extraction.text.months import month_of

ROOT = Path(__file__).parents[3]
CUES = [(code, one) for code, language in languages().items() for one in language.cues]


def place_of(code: str, one: Cue) -> str:
    """The part of a cue's example in which the cue is looked for."""
    if one.kind not in DATE_KINDS:
        return one.example
    stamps = find_stamps(one.example, language=code)
    assert stamps, f"the example has no date that is read: {one}"
    return one.example if one.where == "line" else one.example[: stamps[0].start]


@pytest.mark.parametrize("code", languages())
def test_cues_are_needed(code: str) -> None:
    spoken = [
        (other, pattern_of(other, languages()[spoke].spaces))
        for spoke in applicable_languages(code)
        for other in languages()[spoke].cues
    ]
    for one in languages()[code].cues:
        text = place_of(code, one)
        assert cue_pattern(one.kind, code).search(text), one
        others = [pattern for other, pattern in spoken if other.kind == one.kind and other is not one]
        assert not any(re.search(pattern, text) for pattern in others), f"read without it as well: {one}"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('name = "Test"', 'name = "Test"\ncolour = "red"'), "unknown key 'colour'"),
        (('name = "Test"\n', ""), "name"),
        (('["uppd*"]', "[]"), "'match' is empty"),
        (('["uppd*"]', '["uppd*", "uppd*"]'), "twice"),
        (('kind = "updated"', 'kind = "renewed"'), "renewed"),
        (('where = "label"', 'where = "somewhere"'), "somewhere"),
        (('case = "any"', 'case = "upper"'), "upper"),
        (('why = "a change"\n', ""), "a reason is missing"),
        (('kind = "updated"', 'kind = "by"'), "no reader looks for 'by' at 'label'"),
        (('joins = ["kl"]', 'months = [["jan"], ["feb"]]'), "12 months, not 2"),
        (('joins = ["kl"]', 'joins = [""]'), "'joins' is empty"),
        (('joins = ["kl"]', 'colours = ["kl"]'), "colours"),
        (('joins = ["kl"]', 'joins = "kl"'), "'joins' is no list"),
        (("[[cues]]", '[notices.weather]\ntitle = ["rain"]\n[[cues]]'), "no page is rejected as 'weather'"),
        (("[[cues]]", '[notices.login]\ntitle = ["Log in"]\n[[cues]]'), "'Log in' is not in lower case"),
    ],
)
def test_a_file_with_a_mistake_is_refused(change: tuple[str, str], said: str) -> None:
    text = (
        'name = "Test"\n[dates]\njoins = ["kl"]\n[[cues]]\nkind = "updated"\nmatch = ["uppd*"]\nwhere = "label"\n'
        'case = "any"\nwhy = "a change"\nexample = "Uppdaterad 5 mars 2024"\n'
    )
    assert parse(text, "xx.toml").name == "Test"
    with pytest.raises(ValueError, match=said):
        parse(text.replace(*change), "xx.toml")


def test_words_apply_in_their_own_language() -> None:
    assert [code for code in ("pl", "it", "de") if says_published("Dodano", code)] == ["pl"]
    assert [code for code in ("nl", "tr", "fi") if says_changed("Bijgewerkt", code)] == ["nl"]
    assert says_changed("Last updated", "tr"), "templates are often left in English"
    assert says_changed("Bijgewerkt", None), "where the language is not known, all are"
    assert not says_changed("Updated 3 March, published", "en")
    assert [month_of("lis", code) for code in ("pl", "hr", None)] == [11, 10, None]


def test_languages_beside_another_are_known() -> None:
    assert all(set(language.beside) <= languages().keys() - {code, "en"} for code, language in languages().items())
    assert applicable_languages("ca", "prompt") == ("ca", "es", "en")
    assert applicable_languages("ca", "byline_noun") == ("ca", "es", "en"), "templates label the author"
    assert applicable_languages("ca", "and") == ("ca", "en"), "names are divided by words of their own language"
    assert applicable_languages("xx", "prompt") == ("en",)


def test_the_phrases_of_a_language_are_compiled_once_for_all_pages_where_they_apply() -> None:
    """Those of English took two thirds of the time that compiling another language's did."""
    seen = []

    def compile_phrases(phrases: str) -> re.Pattern[str]:
        seen.append(phrases)
        return re.compile(phrases, re.I)

    for code in ("en", "ca", "es", "xx", "ca"):
        found = patterns_by_language("prompt", code, compile_phrases)
        assert len(found) == len(applicable_languages(code, "prompt"))
        assert all(any(one.match(word) for one in found) for word in ("Read more stories", "See also:"))
    assert len(seen) == len({"en", "ca", "es"})
    (of_all,) = patterns_by_language("prompt", None, compile_phrases)
    assert of_all.pattern == phrases_of("prompt")


def test_every_kind_is_described_and_used() -> None:
    described = set(re.findall(r"`(\w+)`", (ROOT / "docs/languages.md").read_text("utf-8")))
    assert set(KINDS) <= described
    assert {one.kind for _, one in CUES} == set(KINDS)


def test_the_kinds_that_count_on_all_pages_are_described() -> None:
    """What is asked without a language; all other words apply in their own, those beside it and English."""
    text = (ROOT / "docs/languages.md").read_text("utf-8")
    described = text.partition("These count on pages of every language")[2].partition("To add a language")[0]
    asked = {
        str(call.args[0].value)
        for folder in ("pipelines", "crawler")
        for path in (ROOT / folder).rglob("*.py")
        if "words_of" in (source := path.read_text("utf-8")) or "phrases_of" in source
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("words_of", "phrases_of")
        if len(call.args) == 1 and isinstance(call.args[0], ast.Constant)
    }
    by_spaces = {"duty", "byline_extra"}  # asked for in the languages with, and those without, spaces between words
    assert set(re.findall(r"`(\w+)`", described)) == asked | by_spaces


def test_the_wheel_has_the_files() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["package-data"]
    for path in (ROOT / "pipelines").rglob("*.toml"):
        name = path.relative_to(ROOT)
        places = [(".".join(parent.parts), str(name.relative_to(parent))) for parent in name.parents]
        assert any(fnmatch(rest, one) for package, rest in places for one in told.get(package, ())), (
            f"{path} would not be installed"
        )

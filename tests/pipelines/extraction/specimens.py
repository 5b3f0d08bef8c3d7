"""The pages that hold `EXTRACTION_VERSION`: every page that a reading test extracts, and seeded pages of the generators.

The tests are run here as plain functions, and what they give to `extract` is noted; whether they pass is not looked at. So a
page or a form that is added to any of them counts without being listed. Tests that want fixtures are left out, and those whose
first case extracts nothing.
"""

from __future__ import annotations

import contextlib
import importlib
import itertools
import pkgutil
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import FunctionType, MappingProxyType, ModuleType
from typing import Any

import pytest

import pipelines.extraction.extract
import tests.pipelines.extraction
from bench.extraction.generated import byline_forms, credit_forms
from db.models import Outcome, Page
from db.site_rules.loader import Sites
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.body import test_appeals, test_boilerplate_lines
from tests.pipelines.extraction.chinese import chinese_page
from tests.pipelines.extraction.press import press_page

GENERATED = 100
"""Pages of each generator."""
# Made to hurt (the limits are tested, not what is read), processes of their own, a corpus that is not everywhere, or these tests.
_NOT_RUN = re.compile(r"\.test_(?:hostile|purity|quality_gate|seed|extraction_version)$")
# A page that is read otherwise fails a test in any way.
_FAILURES = (Exception, pytest.fail.Exception, pytest.skip.Exception)
_OF_LINES = (test_appeals, test_boilerplate_lines)
"""Tests of single lines: here each line ends a page."""
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """A page, what it is read with and what is read. `shows` tells a person which page it is."""

    page: Page
    sites: Sites
    outcome: Outcome
    shows: str


def specimens(passed: Mapping[str, Collection[str]] = MappingProxyType({})) -> Iterator[Specimen]:
    """All of them, in an order that does not matter. Some come more than once.

    `passed`: by test (`name_of_test`), those of its cases whose pages are known. Where these are all, they are left out.
    """
    for found in pkgutil.walk_packages(tests.pipelines.extraction.__path__, "tests.pipelines.extraction."):
        if ".test_" in found.name and not _NOT_RUN.search(found.name):
            yield from extracted_by(importlib.import_module(found.name), passed)
    for shows, page in itertools.chain(_generated(), _lines(), _joined()):
        yield Specimen(page=page, sites=Sites(), outcome=extract(page, Sites()), shows=shows)


def extracted_by(module: ModuleType, passed: Mapping[str, Collection[str]] = MappingProxyType({})) -> list[Specimen]:
    """What the tests of a module extract."""
    read = []
    for name, test in vars(module).items():
        if isinstance(test, FunctionType) and name.startswith("test_") and test.__module__ == module.__name__:
            cases = list(_cases(test))
            if len(cases) == len(passed.get(name_of_test(test), ())):
                continue
            for number, given in enumerate(cases):
                shows = f"{name_of_test(test)} {' '.join(map(str, given.values()))}"
                with noted(module, shows) as found, contextlib.suppress(*_FAILURES):
                    test(**given)
                if not found and number == 0:
                    break
                read += found
    return read


def name_of_test(test: FunctionType) -> str:
    """Where a test is, the same for all its cases."""
    return f"{test.__module__}::{test.__name__}"


def is_run(test: FunctionType, given: Collection[str]) -> bool:
    """Whether a test, given these arguments, is one that is run here."""
    wanted = test.__code__.co_varnames[: test.__code__.co_argcount + test.__code__.co_kwonlyargcount]
    return not _NOT_RUN.search(test.__module__) and set(given) == set(wanted) and not hasattr(test, "hypothesis")


def _cases(test: FunctionType) -> Iterator[dict[str, Any]]:
    """The arguments of each run; none where more is wanted than `parametrize` gives."""
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    sets = [list(_parameters(*mark.args[:2])) for mark in marks]
    for chosen in itertools.product(*sets):
        given = {name: value for one in chosen for name, value in one.items()}
        if is_run(test, given.keys()):
            yield given


def _parameters(names: str | Iterable[str], values: Iterable[Any]) -> Iterator[dict[str, Any]]:
    listed = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
    for value in values:
        given = getattr(value, "values", value) if hasattr(value, "marks") else value  # pytest.param
        several = len(listed) > 1 or hasattr(value, "marks")
        yield dict(zip(listed, given if several else (given,), strict=True))


@contextmanager
def noted(module: ModuleType, shows: str) -> Iterator[list[Specimen]]:
    """Notes what a test of that module extracts, whatever module of the tests does it for it."""
    read: list[Specimen] = []
    real: Callable[[Page, Sites], Outcome] = pipelines.extraction.extract.extract

    def note(page: Page, sites: Sites) -> Outcome:
        outcome = real(page, sites)
        read.append(Specimen(page=page, sites=sites, outcome=outcome, shows=shows))
        return outcome

    users = _users(module)
    for user in users:
        user.extract = note  # type: ignore[attr-defined]
    try:
        yield read
    finally:
        for user in users:
            user.extract = real  # type: ignore[attr-defined]


@cache
def _users(module: ModuleType) -> list[ModuleType]:
    """The modules by which tests of that module come to `extract`."""
    real = pipelines.extraction.extract.extract
    return [
        pipelines.extraction.extract,
        *(
            one
            for name, one in list(sys.modules.items())
            if name.startswith("tests.pipelines.extraction.") and name != __name__ and vars(one).get("extract") is real
        ),
    ]


def _generated() -> Iterator[tuple[str, Page]]:
    for seed in range(1, 1 + GENERATED):
        html, _, _ = credit_forms.write_page(seed)
        yield (
            f"bench.extraction.generated.credit_forms {seed}",
            Page(body=html.encode(), url="https://news.example.cn/a/1.html"),
        )
        drawn = byline_forms.write_page(seed)
        url = f"https://{drawn.draft.host}/news/the-old-library"
        page = Page(body=drawn.html.encode(), url=url, fetched_at=drawn.draft.fetched_at)
        yield f"bench.extraction.generated.byline_forms {seed}", page


def _lines() -> Iterator[tuple[str, Page]]:
    for module in _OF_LINES:
        tests_of = [test for name, test in vars(module).items() if name.startswith("test_")]
        cases = [given for test in tests_of for given in _cases(test)]
        for line in (value for given in cases for value in given.values() if isinstance(value, str)):
            tail = f"<p>{line}</p>"
            chinese = chinese_page.page_of(chinese_page.Form({}, tail=tail))
            yield f"{module.__name__} {line}", chinese if _HAN.search(line) else press_page.write_page("en", tail=tail)


def _joined() -> Iterator[tuple[str, Page]]:
    first, second = (press_page.write_page("en", lead_in=lead_in) for lead_in in ("", "On the second page. "))
    page = Page(body=first.body, url=first.url, fetched_at=first.fetched_at, parts=(second.body,))
    yield "two pages of one article", page

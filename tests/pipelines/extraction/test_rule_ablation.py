"""The conditions of a package, wrapped: what was watched, and what a held one does; and that a run that was stopped goes on."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bench.extraction import branches, rule_ablation
from bench.extraction.rule_ablation import Bench, Noted, Sheet

SOURCE = """
from collections.abc import Iterator

def judge(number, text):
    if number > 3 and (first := text[:1]):
        return first
    return [sign for sign in text if sign.isalpha()] or ("none" if number else "zero")


def bare(text: str) -> str:
    return text.strip(".")


def signs(text: str) -> Iterator[str]:
    yield from filter(str.isalpha, text)


def known() -> dict[str, int]:
    return {"a": 1}
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    package = tmp_path / "ablated_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "judge.py").write_text(SOURCE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    monkeypatch.setattr(branches, "BRANCHES", [])
    [judge] = branches.instrument("ablated_package")
    yield judge
    branches.hold(None, False)
    for name in ("ablated_package", "ablated_package.judge"):
        del sys.modules[name]


def number_of(text: str) -> int:
    return [branch.text for branch in branches.BRANCHES].index(text)


def test_a_condition_is_watched(module: ModuleType) -> None:
    module.judge(5, "")
    true, false = branches.what_was_noted()
    assert true[number_of("number > 3")]
    assert false[number_of("first := text[:1]")]
    assert not true[number_of("sign.isalpha()")]
    assert not false[number_of("sign.isalpha()")]


def test_a_held_condition_is_still_evaluated(module: ModuleType) -> None:
    assert module.judge(1, "a1") == ["a"]
    branches.hold(number_of("number > 3"), True)
    assert module.judge(1, "a1") == "a", "`first` is bound"
    branches.hold(number_of("sign.isalpha()"), True)
    assert module.judge(1, "a1") == ["a", "1"]
    branches.hold(number_of("number"), False)
    assert module.judge(1, "") == "zero"
    branches.hold(None, False)
    assert module.judge(1, "") == "none"


def test_a_function_is_held(module: ModuleType) -> None:
    assert module.bare("a") == "a"
    assert [*module.signs("1")] == []
    true, _ = branches.what_was_noted()
    assert not true[number_of("def bare")]
    assert not true[number_of("def signs")]
    assert (module.bare("a."), [*module.signs("a1")]) == ("a", ["a"])
    true, _ = branches.what_was_noted()
    assert true[number_of("def bare")]
    assert true[number_of("def signs")]
    branches.hold(number_of("def bare"), False)
    assert module.bare("a.") == "a."
    branches.hold(number_of("def signs"), False)
    assert [*module.signs("a1")] == []


def test_a_function_without_arguments_is_held(module: ModuleType) -> None:
    assert module.known() == {"a": 1}
    branches.hold(number_of("def known"), False)
    assert module.known() == {}


def test_what_was_noted_before_a_run_was_stopped_is_not_read_again(
    module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, out = tmp_path / "begun", tmp_path / "out.pages"

    def sheet(number: int, *, stops: bool = False) -> Sheet:
        def read() -> dict[str, Any]:
            with begun.open("a") as file:
                file.write(f"{number} ")
            if stops:
                raise OSError("no memory")
            return {"judged": module.judge(number, "a")}

        return Sheet(f"page {number}", "A", read, lambda answer: {"title": float(len(answer["judged"]))})

    def noted(*sheets: Sheet) -> list[Noted]:
        begun.write_text("")
        monkeypatch.setattr(rule_ablation, "_bench", Bench(sheets, [module]), raising=False)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of a fork where there are threads
            return rule_ablation.noted_pages(rule_ablation._bench, out, jobs=1)

    with pytest.raises(OSError, match="no memory"):
        noted(sheet(3), sheet(4), sheet(5, stops=True))
    with out.open("a") as file:
        file.write('{"seconds": 0.')
    pages = noted(sheet(3), sheet(4), sheet(5))
    assert begun.read_text() == "5 "
    assert [bool(page.true[number_of("number > 3")]) for page in pages] == [False, True, True]
    assert noted(sheet(3), sheet(4), sheet(5)) == pages
    assert begun.read_text() == ""
    assert len(noted(sheet(3), sheet(6))) == 2
    assert begun.read_text() == "3 6 ", "other pages"

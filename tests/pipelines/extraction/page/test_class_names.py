"""The names of boxes: each kind of them is asked for somewhere."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

from pipelines.extraction.page import tree

FILE = Path(tree.__file__).with_name("class_names.toml")


def kinds_asked_for() -> set[str]:
    """The kinds that modules of the extraction give to `class_pattern`."""
    calls = (
        node
        for path in FILE.parent.parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    )
    return {
        argument.value
        for call in calls
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "class_pattern"
        for argument in call.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def test_each_kind_is_asked_for() -> None:
    kinds = tomllib.loads(FILE.read_text(encoding="utf-8"))
    assert kinds.keys() - {"zones"} == kinds_asked_for()

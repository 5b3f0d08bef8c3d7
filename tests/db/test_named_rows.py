"""Rows of more than three columns are read by the names of the columns."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("cli", "copydesk", "crawler", "db", "pipelines", "scheduler")
MOST_UNPACKED = 3
_OF_ROWS = re.compile(r"\brow\b|\bexecute\b")


def wide_unpackings(source: str) -> Iterator[int]:
    """The lines that unpack more than three values of a row, or give a row's values to fields by their order."""
    if not _OF_ROWS.search(source):  # to parse all modules takes a second
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.For | ast.comprehension):
            targets, value = [node.target], node.iter
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "zip":
            if ".__slots__, row" in ast.unparse(node):
                yield node.lineno
            continue
        else:
            continue
        wide = any(isinstance(target, ast.Tuple) and len(target.elts) > MOST_UNPACKED for target in targets)
        is_row = isinstance(value, ast.Name) and value.id == "row"
        if wide and (is_row or ".execute(" in ast.unparse(value)):
            yield value.lineno


def test_the_check_sees_every_form() -> None:
    for bad in (
        "for a, b, c, d in conn.execute(query): pass",
        "x = [a for a, b, c, d in conn.execute(query).fetchall()]",
        "a, b, c, *d = conn.execute(query).fetchone()",
        "a, b, c, d = row",
        "zip(X.__slots__, row, strict=True)",
    ):
        assert list(wide_unpackings(bad)), bad
    assert not list(wide_unpackings("a, b, c = conn.execute(query).fetchone()"))


def test_wide_rows_are_read_by_name() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for line in wide_unpackings(path.read_text(encoding="utf-8"))
    ]
    assert not found, "use db.sqlite.named_rows.named_rows"

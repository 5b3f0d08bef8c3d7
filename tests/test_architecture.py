"""Imports only run down: cli > scheduler, crawler > pipelines > db; and what a command does not use is not loaded."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import LONGEST, dealt

ROOT = Path(__file__).parent.parent
# Which of our packages each may import.
BELOW = {
    "db": set(),
    "pipelines": {"db"},
    "crawler": {"pipelines", "db"},
    "scheduler": {"pipelines", "db"},
    "cli": {"scheduler", "crawler", "pipelines", "db"},
}


def imports_of(source: str) -> set[str]:
    """The top-level packages that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def breaches(package: str, source: str) -> set[str]:
    """What `source`, as a module of `package`, must not import: rooms above or beside, and scrapy outside crawler."""
    found = imports_of(source)
    wrong = (found & set(BELOW)) - BELOW[package] - {package}
    if package != "crawler" and "scrapy" in found:
        wrong.add("scrapy")
    return wrong


@pytest.mark.parametrize("package", sorted(BELOW))
def test_imports_run_down(package: str) -> None:
    for path in sorted((ROOT / package).rglob("*.py")):
        assert not breaches(package, path.read_text(encoding="utf-8")), f"{path.relative_to(ROOT)} imports upwards"


def test_the_tests_that_start_first_exist() -> None:
    for name in LONGEST:
        path, _, function = name.partition("::")
        assert f"\ndef {function}(" in (ROOT / path).read_text(encoding="utf-8"), f"tests/conftest.py names {name}"


@pytest.mark.parametrize("processes", [2, 3, 7])
def test_every_test_is_dealt_once(request: pytest.FixtureRequest, processes: int) -> None:
    items = request.session.items
    assert sorted(item.nodeid for item in dealt(items, processes)) == sorted(item.nodeid for item in items)


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("db", "from pipelines.extract import extract"),
        ("pipelines", "def f():\n    import crawler.run"),
        ("crawler", "from cli import main"),
        ("scheduler", "import crawler.session"),
        ("pipelines", "import scrapy"),
    ],
)
def test_a_breach_is_seen(package: str, source: str) -> None:
    assert breaches(package, source)


def test_packages_have_empty_inits_and_short_files() -> None:
    for package in BELOW:
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if path.name == "__init__.py":
                assert not text.strip(), f"{path} must be empty"
            assert text.count("\n") <= 400, f"{path.relative_to(ROOT)} is past 400 lines"


def test_commands_start_without_what_they_do_not_use() -> None:
    """sqlite-utils would load pandas where it is installed: 0.8 s and 70 MiB for each process. It is there for whoever wants it."""
    program = (
        "import sys, cli.main, cli.articles_cmd, pipelines.reader;"
        "assert not {'pandas', 'opencc', 'datasette', 'distributed'} & set(sys.modules), 'loaded at the start';"
        "import pandas"
    )
    pytest.importorskip("pandas", reason="pandas is not installed: nothing could load it")
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60)

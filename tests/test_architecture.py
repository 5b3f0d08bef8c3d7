"""Imports run one way, between packages and between sub-packages; and what a command does not use is not loaded."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import LONGEST, dealt

ROOT = Path(__file__).parent.parent
OWN = ("cli", "crawler", "db", "pipelines", "scheduler")
PACKAGES = (*OWN, "copydesk")


def allowed_arrows(document: str) -> dict[str, set[str]]:
    """The table between the two comments of docs/architecture.md: each sub-package, and those it may import from."""
    table = document.split("<!-- arrows -->")[1].split("<!-- end of arrows -->")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines()[2:]]
    names = [row[0].strip("`") for row in rows]
    arrows = {}
    for place, (name, row) in enumerate(zip(names, rows, strict=True)):
        arrows[name] = set(names[:place]) if row[2] == "everything" else set(row[2].split(", ")) - {"–"}
    return arrows


ALLOWED = allowed_arrows((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if path.name != "__init__.py"
}


def package_of(module: str) -> str:
    """The sub-package that a module is in."""
    return module.rpartition(".")[0]


@cache
def imports_of(source: str) -> frozenset[str]:
    """The modules of ours, and the packages of others, that a module imports, anywhere in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= names & MODULES.keys() or {node.module}
    return frozenset(found)


def breaches(package: str, source: str) -> set[str]:
    """What `source`, as a module of `package`, must not import: sub-packages without an arrow, and scrapy outside crawler."""
    found = imports_of(source)
    wrong = {package_of(name) for name in found & MODULES.keys()} - ALLOWED[package] - {package}
    if package.partition(".")[0] != "crawler" and any(name.partition(".")[0] == "scrapy" for name in found):
        wrong.add("scrapy")
    return wrong


def test_every_package_has_a_row() -> None:
    assert set(ALLOWED) == {package_of(module) for module in MODULES}


def test_arrows_run_one_way() -> None:
    """Each row names only rows above it."""
    rows = list(ALLOWED)
    for place, package in enumerate(rows):
        assert not ALLOWED[package] - set(rows[: place + 1]), f"{package} names packages below its own row"


def test_imports_run_down() -> None:
    used: dict[str, set[str]] = {package: set() for package in ALLOWED}
    for module, path in sorted(MODULES.items()):
        source, package = path.read_text(encoding="utf-8"), package_of(module)
        assert not breaches(package, source), f"{path.relative_to(ROOT)} imports against the arrows"
        used[package] |= {package_of(name) for name in imports_of(source) & MODULES.keys()}
    for package, arrows in ALLOWED.items():
        if not package.startswith("cli.commands."):
            assert not arrows - used[package], f"docs/architecture.md allows {package} arrows that nothing uses"


_REFERENCE = re.compile(r"`((?:\w+\.)+)(\w+)`")


def lost_references(source: str) -> set[str]:
    """What a text names as part of a module of ours that is not there: `db.models.Page`. With the last part of the module's name
    alone only constants count, because `record.damage` may be anything.
    """
    lost = set()
    for place, name in _REFERENCE.findall(source):
        module, reference = place[:-1], f"{place}{name}"
        is_ours = module.partition(".")[0] in OWN if "." in module else name.isupper()
        if not is_ours or any(f"{full}.".startswith(f"{reference}.") for full in MODULES):
            continue
        held = [path for full, path in MODULES.items() if f".{full}".endswith(f".{module}")]
        is_there = any(re.search(rf"\b{name}\b", path.read_text("utf-8")) for path in held)
        if not is_there and (held or "." in module):
            lost.add(reference)
    return lost


def test_what_docstrings_refer_to_is_there() -> None:
    found = {module: lost for module, path in MODULES.items() if (lost := lost_references(path.read_text("utf-8")))}
    assert not found
    assert lost_references("`db.models.Page`, `db.queries`, `models.Page`, `db.models.Pages`, `models.PAGES`") == {
        *("db.models.Pages", "models.PAGES"),
    }


_SQL = re.compile(
    r"(?:SELECT|INSERT(?: OR \w+)? INTO|UPDATE \w+ SET|DELETE FROM|(?:CREATE|DROP|ALTER) \w+|PRAGMA \w+)\b"
)


def sql_in(source: str) -> list[str]:
    """The strings of a module that begin like a statement of SQL."""
    if not _SQL.search(source):  # to parse all modules takes a second
        return []
    texts = (node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant))
    return [text for text in texts if isinstance(text, str) and _SQL.match(text.lstrip())]


def test_sql_stands_in_db() -> None:
    found = {
        module: statements
        for module, path in MODULES.items()
        if not module.startswith("db.") and (statements := sql_in(path.read_text(encoding="utf-8")))
    }
    assert not found
    assert sql_in('conn.execute(f"SELECT {column} FROM pages")')
    assert sql_in('"""INSERT OR IGNORE INTO visits"""')


_PARSERS = re.compile(r"HTMLParser\(|\bhtml\.fromstring\(|document_fromstring\(")


def test_html_is_parsed_in_one_place() -> None:
    """Other parsers take the square of the number of a tag's attributes."""
    found = {module for module, path in MODULES.items() if _PARSERS.search(path.read_text(encoding="utf-8"))}
    makes_elements_alone = "pipelines.extraction.body.text"
    assert found == {"pipelines.html_tree", makes_elements_alone}


def test_the_tests_that_start_first_exist() -> None:
    for name in LONGEST:
        path, _, function = name.partition("::")
        defined = f"\ndef {function.partition('[')[0]}(" if function else "\ndef test_"
        assert defined in (ROOT / path).read_text(encoding="utf-8"), f"tests/conftest.py names {name}"


@pytest.mark.parametrize("processes", [2, 3, 7])
def test_every_test_is_dealt_once(request: pytest.FixtureRequest, processes: int) -> None:
    names = [item.nodeid for item in dealt(request.session.items, processes)]
    assert sorted(names) == sorted(item.nodeid for item in request.session.items)
    for file in LONGEST:
        if places := [place for place, name in enumerate(names) if name.startswith(f"{file}::")]:
            assert len(places) == places[-1] - places[0] + 1, f"{file} is not dealt to one"


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("db", "from pipelines.extraction.extract import extract"),
        ("pipelines", "def f():\n    import crawler.run"),
        ("crawler", "from cli import main"),
        ("scheduler", "import crawler.crawl.session"),
        ("pipelines", "import scrapy"),
        ("db.schema", "from db.store.crawl import facts"),
        ("crawler.discover", "from crawler.crawl.session import Session"),
        ("cli.commands.reading", "from copydesk._archive import open"),
    ],
)
def test_a_breach_is_seen(package: str, source: str) -> None:
    assert breaches(package, source)


def test_public_classes_have_names_of_their_own() -> None:
    places: dict[str, list[str]] = {}
    for module, path in MODULES.items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(module)
    shared = {name: modules for name, modules in places.items() if len(modules) > 1}
    assert not shared, "a class is found by its name"


def test_packages_have_empty_inits_and_short_files() -> None:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if path.name == "__init__.py" and package != "copydesk":
                assert not text.strip(), f"{path} must be empty"
            assert text.count("\n") <= 400, f"{path.relative_to(ROOT)} is past 400 lines"


@pytest.mark.parametrize(
    ("started", "unused"),
    [
        (
            "cli.main, cli.commands.reading.articles, pipelines.processing.page_worker",
            "numpy opencc datasette distributed pipelines.extraction.extract scrapy",
        ),
        (
            "cli.main, cli.commands.reading.search, cli.commands.reading.searches, cli.commands.maintenance.doctor",
            "numpy opencc scrapy trafilatura",
        ),
        # Reading is for its processes, settling for when there is something to settle.
        (
            "crawler.run",
            "numpy opencc trafilatura pipelines.extraction.extract pipelines.extraction.page.layout pipelines.dedup.settle",
        ),
        # It extracts a page: each process that does would load them.
        ("pipelines.processing.first_page", "numpy opencc"),
    ],
)
def test_commands_start_without_what_they_do_not_use(started: str, unused: str) -> None:
    """A process that is started must not load what it may not need: numpy takes 0.08 s, extraction 0.17 s, pandas 0.8 s and 70 MiB.

    sqlite-utils would load numpy and pandas where they are installed. They are there for whoever wants them.
    """
    program = (
        f"import sys, {started}; loaded = {{'pandas', *{unused.split()}}} & set(sys.modules); assert not loaded, loaded;"
        "import numpy, pandas"
    )
    pytest.importorskip("pandas", reason="pandas is not installed: nothing could load it")
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=300)

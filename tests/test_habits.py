"""The project's own files: what CONTRIBUTING.md tells people to type is there, versions agree, fragments have valid names."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from copydesk.__main__ import shadowed
from setup import PACKAGES, nest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
KINDS = [kind["directory"] for kind in PROJECT["tool"]["towncrier"]["type"]]
_FRAGMENT = re.compile(rf"(\d+|\+[\w-]+)\.({'|'.join(KINDS)})(\.\d+)?\.md")


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def test_what_contributors_are_told_exists() -> None:
    guide, makefile = text_of("CONTRIBUTING.md"), text_of("Makefile")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", guide, re.MULTILINE)) <= targets
    assert set(re.search(r"\.PHONY: (.*)", makefile)[1].split()) <= targets  # type: ignore[index]
    for span in re.findall(r"`((?:cli|db|pipelines|tests|changes|docs)/[\w./]*)`", guide):
        assert (ROOT / span).exists(), span
    for module in re.findall(r"-m (tests\.[\w.]+)", makefile + guide):
        assert (ROOT / f"{module.replace('.', '/')}.py").exists(), module


def test_citation_names_this_version() -> None:
    citation = yaml.safe_load(text_of("CITATION.cff"))
    project = PROJECT["project"]
    assert [citation[name] for name in ("cff-version", "title", "version", "license")] == [
        *("1.2.0", "Copydesk"),
        *(project["version"], project["license"]),
    ]
    assert citation["message"]
    assert citation["authors"]


def test_changelog_keeps_its_form() -> None:
    text = text_of("CHANGELOG.md")
    marker = PROJECT["tool"]["towncrier"]["start_string"]
    assert marker in text
    assert re.match(r"\s*## (Unreleased|\d+\.\d+\.\d+, \d{4}-\d\d-\d\d)\n", text.partition(marker)[2])
    assert set(re.findall(r"^### (.+)$", text, re.MULTILINE)) <= {
        kind["name"] for kind in PROJECT["tool"]["towncrier"]["type"]
    }


def test_names_of_fragments_are_valid() -> None:
    for path in (ROOT / "changes").iterdir():
        if path.name not in PROJECT["tool"]["towncrier"]["ignore"]:
            assert _FRAGMENT.fullmatch(path.name), f"changes/{path.name}: see changes/README.md"


def test_a_fragment_becomes_a_line(tmp_path: Path) -> None:
    """With the project's own configuration, in a copy that has one fragment."""
    (tmp_path / "changes").mkdir()
    (tmp_path / "pyproject.toml").write_text(text_of("pyproject.toml"), "utf-8")
    (tmp_path / "CHANGELOG.md").write_text(text_of("CHANGELOG.md"), "utf-8")
    for name in ("123.added.md", "+spelling.fixed.md"):
        assert _FRAGMENT.fullmatch(name)
        (tmp_path / "changes" / name).write_text(f"A line from {name}.\n", "utf-8")
    command = [sys.executable, "-m", "towncrier", "build", "--yes", "--version", "9.9.9", "--date", "2030-01-02"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=300)
    made = (tmp_path / "CHANGELOG.md").read_text("utf-8")
    section = made.partition("## 9.9.9, 2030-01-02\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line]
    assert lines[0] == "### Added"
    assert lines[1] == "- A line from 123.added.md. ([#123])"
    assert lines[2] == "### Fixed"
    assert lines[3] == "- A line from +spelling.fixed.md."


@pytest.mark.parametrize("name", ["123.feature.md", "123.added", "added.md", "notes.md", "12a.fixed.md"])
def test_a_wrong_fragment_is_seen(name: str) -> None:
    assert not _FRAGMENT.fullmatch(name)


def test_hooks_are_commands_of_the_environment() -> None:
    (repo,) = yaml.safe_load(text_of(".pre-commit-config.yaml"))["repos"]
    assert repo["repo"] == "local", "nothing is downloaded"
    assert {hook["id"] for hook in repo["hooks"]} >= {"ruff-check", "ruff-format", "codespell", "import-rules"}
    for hook in repo["hooks"]:
        assert hook["language"] == "system"
        assert hook["entry"].startswith(".venv/bin/")


def test_no_index_is_named_in_a_lock_file() -> None:
    for path in ROOT.glob("requirements*.lock"):
        assert "://" not in path.read_text("utf-8"), path.name
    pinned = re.findall(r"^(?:sphinx|furo|myst-parser|twine)==", text_of("requirements-publish.lock"), re.MULTILINE)
    assert {name.rstrip("=") for name in pinned} == {"sphinx", "furo", "myst-parser", "twine"}


def test_the_wheel_is_typed() -> None:
    assert (ROOT / "copydesk" / "py.typed").read_bytes() == b""
    assert PROJECT["tool"]["setuptools"]["package-data"]["copydesk"] == ["py.typed"]
    assert "Typing :: Typed" in PROJECT["project"]["classifiers"]


@pytest.mark.parametrize(
    ("source", "nested"),
    [
        ("from db.models import Page", "from copydesk.db.models import Page"),
        (
            "def f():\n    from db import (\n        models,\n    )",
            "def f():\n    from copydesk.db import (\n        models,\n    )",
        ),
        ('x = "crawler.settings"', 'x = "copydesk.crawler.settings"'),
        (
            "y = '报'; x = ('cli.main', f\"cli.commands.{y}\")",
            "y = '报'; x = ('copydesk.cli.main', f\"copydesk.cli.commands.{y}\")",
        ),
        ("from database import x; y = 'db'; z = 'db.example'", "from database import x; y = 'db'; z = 'db.example'"),
        ("def f(db):\n    return db.models, 'news.db.models'", "def f(db):\n    return db.models, 'news.db.models'"),
        ('"""See `db.models`."""', '"""See `db.models`."""'),
    ],
)
def test_imports_are_nested_for_the_wheel(source: str, nested: str) -> None:
    assert nest(source) == nested


def test_imports_that_cannot_be_nested_are_refused() -> None:
    with pytest.raises(SyntaxError, match="import name"):
        nest("import db.models")


def test_every_module_can_be_nested() -> None:
    for package in (*PACKAGES, "copydesk"):
        for path in (ROOT / package).rglob("*.py"):
            nest(path.read_text("utf-8"), str(path.relative_to(ROOT)))


@pytest.mark.parametrize("hiding", ["db.py", "db/errors.py"])
def test_a_module_that_hides_ours_is_named(hiding: str, tmp_path: Path) -> None:
    """In a checkout, where the packages are at the top level."""
    path = tmp_path / hiding
    path.parent.mkdir(exist_ok=True)
    path.write_text("x = 1\n")
    if path.parent != tmp_path:
        path.with_name("__init__.py").touch()
    program = (
        f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; from copydesk.__main__ import main; main()"
    )
    command = [sys.executable, "-P", "-c", program, "--version"]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=tmp_path, check=False)
    assert result.returncode == 3
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"copydesk: {tmp_path / 'db'}")
    assert "hides" in line
    assert shadowed() is None


_NOUNS = (
    "addresses|alerts|articles|authorities|bodies|copies|corrections|crawls|dictionaries|feeds|files|indexes|listings|lines|links"
    "|outlets|pages|parts|passages|people|persons|pings|queries|requests|revisions|rows|rules|runs|searches|sections|sources"
    "|sitemaps|stories|subscriptions|threads|transactions|words"
)
_MAY_BE_ONE = re.compile(rf"""\{{(?!counted)([^{{}}"]*)\}} (?:(?!if |for )[a-z]+ )?(?:{_NOUNS})\b""")
_NEVER_ONE = {
    "FEW_ARTICLES", "MAX_TERMS", "MOST_QUERIES", "MOST_STEPS", "len(names)", "len(queries)", "least", "number", "of",
    "pages:,", "1 + len(page.parts)", "HEAD_LINES:,", "own", "working", "self.of",
    "figures.pages_per_second:.1f",
}  # fmt: skip
"""Limits, and what is only told of several."""


def test_counts_agree_with_their_nouns() -> None:
    """ "1 articles": a number with its noun is `db.display.humanize.counted`."""
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for package in ("cli", "crawler", "db", "pipelines", "scheduler")
        for path in sorted((ROOT / package).rglob("*.py"))
        for match in _MAY_BE_ONE.finditer(path.read_text("utf-8"))
        if match[1] not in _NEVER_ONE
    ]
    assert found == []

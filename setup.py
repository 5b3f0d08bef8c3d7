"""Puts the packages of a built wheel below `copydesk`; everything else about the project is in pyproject.toml.

In the repository `cli`, `crawler`, `db`, `pipelines` and `scheduler` are at the top level, and import each other by those names.
In somebody's environment such names collide with their own modules. So a wheel has them as `copydesk.cli`, `copydesk.db` and so on,
and each import, and each string that names one of our modules ("crawler.settings"), is rewritten. Editable installs stay as the
repository is. `make wheel-check` tries the result.
"""

from __future__ import annotations

import ast
import re
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

TOP = "copydesk"
PACKAGES = ("cli", "crawler", "db", "pipelines", "scheduler")
_OURS = "|".join(PACKAGES)
_FROM = re.compile(rb"from\s+(?=[a-z])")
_QUOTE = re.compile(rb"[a-zA-Z]*(\"\"\"|'''|\"|')")
_MODULE = re.compile(rf"(?:{_OURS})(?:\.\w+)+")
_BEGINNING = re.compile(rf"(?:{_OURS})(?:\.\w+)*\.$")


def nest(source: str, name: str = "<source>") -> str:
    """The source of one module as it is in the wheel: `db.models` is `copydesk.db.models` in imports and in strings.

    Raises SyntaxError for `import db.models`, which would bind the name `db`, and for strings that cannot be told apart.
    """
    lines = source.encode().splitlines(keepends=True)
    tree = ast.parse(source, name)
    strings = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    pieces = {id(part) for node in strings for part in ast.walk(node)} - {id(node) for node in strings}
    places = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(alias.name.partition(".")[0] in PACKAGES for alias in node.names):
            raise SyntaxError(
                f"{name}:{node.lineno}: write `from package.module import name`: setup.py rewrites no other"
            )
        if isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").partition(".")[0] in PACKAGES:
            places.add(_behind(_FROM, lines, node))
        elif isinstance(node, (ast.Constant, ast.JoinedStr)) and id(node) not in pieces and _names_module(node):
            places.add(_behind(_QUOTE, lines, node))
    for number, column in sorted(places, reverse=True):
        line = lines[number]
        lines[number] = line[:column] + f"{TOP}.".encode() + line[column:]
    return b"".join(lines).decode()


def _names_module(node: ast.Constant | ast.JoinedStr) -> bool:
    """Whether a string is the dotted name of one of our modules or of something in one; an f-string, whether it begins with one."""
    pattern, first = (_BEGINNING, node.values[:1]) if isinstance(node, ast.JoinedStr) else (_MODULE, [node])
    text = first[0].value if first and isinstance(first[0], ast.Constant) else None
    if not isinstance(text, str) or not pattern.fullmatch(text):
        return False
    package, second = text.split(".")[:2]
    place = Path(__file__).parent / package / second
    return not second or place.is_dir() or place.with_suffix(".py").is_file()


def _behind(pattern: re.Pattern[bytes], lines: list[bytes], node: ast.stmt | ast.expr) -> tuple[int, int]:
    """Line and column, in bytes, where what the pattern finds at the node's beginning ends."""
    found = pattern.match(lines[node.lineno - 1], node.col_offset)
    if found is None:
        raise SyntaxError(f"line {node.lineno}: an import or a string in a form that setup.py cannot rewrite")
    return node.lineno - 1, found.end()


class NestedBuild(build_py):
    """Builds the modules, then moves ours below `copydesk` and rewrites their imports."""

    def run(self) -> None:
        """Build. What an earlier build has left is removed first, or modules that are gone would be in the wheel."""
        if self.editable_mode:
            super().run()
            return
        folder = Path(self.build_lib)
        for name in (TOP, *PACKAGES):
            shutil.rmtree(folder / name, ignore_errors=True)
        super().run()
        for name in PACKAGES:
            shutil.move(folder / name, folder / TOP / name)
        for path in sorted((folder / TOP).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            path.write_text(nest(text, str(path.relative_to(folder))), encoding="utf-8")


class NestedWheel(bdist_wheel):
    """A wheel without top_level.txt: setuptools would list the packages of the repository in it. RECORD says what is there."""

    def egg2dist(self, egginfo_path: str, distinfo_path: str) -> None:
        """Turn the metadata into those of a wheel."""
        super().egg2dist(egginfo_path, distinfo_path)
        (Path(distinfo_path) / "top_level.txt").unlink(missing_ok=True)


if __name__ == "__main__":
    setup(cmdclass={"build_py": NestedBuild, "bdist_wheel": NestedWheel})

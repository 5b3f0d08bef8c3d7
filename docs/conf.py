"""Sphinx's settings for `make docs`: the pages of this folder, and the API as its docstrings have it."""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# What a user of the library meets. To document another module, add its name here; nothing else is needed.
API = ("copydesk", "db.models", "db.queries.articles", "pipelines.extraction.extract")

project = "Copydesk"
author = copyright = "The Copydesk developers"
release = version = re.findall(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)[0]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.viewcode"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"Copydesk {release}"
html_copy_source = False
myst_heading_anchors = 4
# Pages link to sections of files that GitHub shows and the site only offers to download, and have one drawing in Mermaid.
suppress_warnings = ["myst.xref_missing", "myst.header", "misc.highlighting_failure"]
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_default_options = {"members": True, "undoc-members": False, "show-inheritance": False}


def write_api_pages(app: Sphinx) -> None:
    """Write one page a module into docs/api."""
    folder = Path(app.srcdir) / "api"
    folder.mkdir(exist_ok=True)
    for name in API:
        if find_spec(name) is None:
            raise ModuleNotFoundError(f"docs/conf.py names {name}, which is not there")
        text = f"{name}\n{'=' * len(name)}\n\n.. automodule:: {name}\n"
        page = folder / f"{name}.rst"
        if not page.exists() or page.read_text("utf-8") != text:
            page.write_text(text, "utf-8")
    for page in folder.glob("*.rst"):
        if page.stem not in API:
            page.unlink()


def plain_docstrings(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Docstrings are plain text with `code` in single backticks, and examples that are indented."""
    lines[:] = [re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", line).replace("*", r"\*") for line in lines]
    for number in range(len(lines) - 1, 0, -1):
        if lines[number].startswith("    ") and not lines[number - 1].strip():
            lines[number:number] = ["::", ""] if number == 1 or not lines[number - 1].startswith("    ") else []


def setup(app: Sphinx) -> None:
    """Sphinx calls this."""
    app.connect("builder-inited", write_api_pages)
    app.connect("autodoc-process-docstring", plain_docstrings)

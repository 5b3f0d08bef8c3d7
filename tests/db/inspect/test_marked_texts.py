"""No text of the interface stands in a template or in a view without being marked for translation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment

from db.inspect.app import PACKAGE_FOLDER

TEMPLATES = PACKAGE_FOLDER / "templates"
# Templates with texts that are not marked yet. Delete a line when its template is done: one without such a text fails.
STILL_TO_DO: frozenset[str] = frozenset()
# Names, which are the same in every language, and ends of addresses.
NAMES = frozenset({"Copydesk", "CSV", "JSON", "SQL", "RSS", "csv", "json"})
_SHOWN_ATTRIBUTES = frozenset({"aria-label", "title", "placeholder", "alt", "label"})
_NOT_TEXT = frozenset({"script", "style", "code", "pre"})
_WORD = re.compile(r"[A-Za-z]{2,}")
# What stands before a string in an expression that shows it: `{{ "text" }}`, `{{ x or "text" }}`, `{{ "text" if x else "text" }}`.
_SHOWS = frozenset({"", "or", "else", "~"})
_MARKED_BY = frozenset({"term", "said"})


class _Texts(HTMLParser):
    """The texts and shown attributes of markup."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in _SHOWN_ATTRIBUTES and value]
        if tag in _NOT_TEXT:
            self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._inside and self._inside[-1] == tag:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.found.append(data)


def unmarked_texts(source: str) -> list[str]:
    """Texts of a template outside `_("…")` and `{% trans %}`."""
    markup, is_marked = "", False
    strings: list[str] = []
    tokens = [token for token in Environment(extensions=["jinja2.ext.i18n"]).lex(source) if token[1] != "whitespace"]
    for at, (_, kind, value) in enumerate(tokens):
        if kind == "data" and not is_marked:
            markup += value
        elif kind == "block_begin":
            is_marked = tokens[at + 1][2] in ("trans", "pluralize")
        elif kind == "variable_begin" and not is_marked:
            end = next(n for n in range(at, len(tokens)) if tokens[n][1] == "variable_end")
            if markup.rfind("<") <= markup.rfind(">"):
                strings += shown_strings(tokens[at + 1 : end])
    texts = _Texts()
    texts.feed(markup)
    return [text.strip() for text in (*texts.found, *strings) if set(_WORD.findall(text)) - NAMES]


def shown_strings(expression: list[tuple[int, str, str]]) -> Iterator[str]:
    """The strings that an expression shows as they stand."""
    values = [value for _, _, value in expression]
    if _MARKED_BY & set(values):
        return
    for at, (_, kind, value) in enumerate(expression):
        if kind == "string" and (values[at - 1] if at else "") in _SHOWS:
            yield value.strip("\"'")


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_every_text_of_a_template_is_marked(path: Path) -> None:
    found = unmarked_texts(path.read_text(encoding="utf-8"))
    if path.name in STILL_TO_DO:
        assert found, f"{path.name} is done: delete it from STILL_TO_DO"
    else:
        assert not found, f"{path.name} has texts that are not marked for translation"


def test_only_templates_that_exist_are_still_to_do() -> None:
    assert {path.name for path in TEMPLATES.rglob("*.html")} >= STILL_TO_DO


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('<p>{{ _("Runs") }}</p>', []),
        ("<p>{% trans n=1 %}One {{ n }}{% pluralize %}Many{% endtrans %} runs</p>", ["runs"]),
        ('<p aria-label="Runs" class="wide">{{ x }}</p>', ["Runs"]),
        ('<p>{{ x or "none" }} {{ "one" if x else "two" }} {{ "running"|term }}</p>', ["none", "one", "two"]),
        ('<p class="{{ x or "none" }}">{{ head.get("name") }} {{ command("why", x) }}</p>', []),
        ("<a>CSV</a> <code>copydesk crawl</code><script>let x</script>{# a comment #}", []),
    ],
)
def test_unmarked_texts_are_found(source: str, found: list[str]) -> None:
    assert unmarked_texts(source) == found


def test_every_error_of_a_view_is_marked() -> None:
    bare = []
    for path in sorted(PACKAGE_FOLDER.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                shown = [word.value for word in node.keywords if word.arg == "description"]
                if node.func.id in ("NotFound", "Base400"):
                    shown += node.args[:1]
                bare += [
                    f"{path.name}:{text.lineno}" for text in shown if isinstance(text, ast.Constant | ast.JoinedStr)
                ]
    assert not bare, "these texts are not marked for translation"

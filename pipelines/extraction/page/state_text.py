"""What a value of a page's state says as text: HTML, plain lines, Markdown, or blocks as editors keep them.

Blocks are told by their keys (`state_keys.toml`), not by the editor's name: portable text, Contentful, ProseMirror, EditorJS,
Draft, Slate, Lexical, Quill, Gutenberg, Arc and the press' own all hold words, children, and a kind.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Mapping
from typing import Any

from pipelines.extraction.page.document import FOREIGN, Zone, lay_out, squeeze
from pipelines.extraction.page.state_keys import (
    BLOCK_CHILDREN,
    BLOCK_INLINE,
    BLOCK_KIND,
    BLOCK_OPEN,
    BLOCK_SKIPPED,
    BLOCK_TEXT,
    folded,
)
from pipelines.extraction.page.state_scripts import followed, undone

MAX_TEXT = 400_000
"""Characters of one text."""
_MAX_DEPTH = 30
_MAX_PIECES, _A_FEW = 20_000, 200
_MARKUP = re.compile(
    r"<(?:p|br|div|h[1-6]|li|ul|ol|blockquote|span|strong|em|b|a|img|section|article|table)\b[^<>]{0,2000}>", re.I
)
_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,1000}\)")
_LINK = re.compile(r"\[([^\]\n]{1,300})\]\([^)\n]{1,1000}\)")
_SIGNS = re.compile(r"^\s{0,3}(?:#{1,6}\s{1,4}|>\s{1,4}|\*\s{1,4}(?=\S))|\*\*|__")


def lines_of(value: Any, table: Mapping[str, Any]) -> list[str]:
    """The lines of a text."""
    text = _written(value, table, _MAX_PIECES)
    if _MARKUP.search(text):
        sheet = lay_out(f"<html><body><div>{text}</div></body></html>")
        shown = (line for line in sheet.lines if not line.zone & (FOREIGN | Zone.HIDDEN)) if sheet else ()
        return [line.text for line in shown if line.block.tag != "figcaption"]
    lines = (squeeze(_SIGNS.sub("", _LINK.sub(r"\1", _IMAGE.sub("", line)))) for line in text.split("\n"))
    return [line for line in lines if line]


def size_of(value: Any, table: Mapping[str, Any]) -> int:
    """Characters that a value writes, markup included; of many blocks the first are counted."""
    return len(value) if isinstance(value, str) else len(_written(value, table, _A_FEW))


def _written(value: Any, table: Mapping[str, Any], most: int) -> str:
    pen: list[str] = [""] * (_MAX_PIECES - most)
    _write(value, table, pen, "", 0)
    return "".join(pen)[:MAX_TEXT]


def _write(value: Any, table: Mapping[str, Any], pen: list[str], under: str, depth: int) -> None:
    """Write the words of a value, a line end behind each block. `under` is the kind of the block that holds it."""
    value = followed(value, table)
    if depth > _MAX_DEPTH or len(pen) > _MAX_PIECES:
        return
    pen.append(_plain(value) if isinstance(value, str) else "")  # what has no words counts as well
    if isinstance(value, str):
        return
    if isinstance(value, list):
        if len(value) == 4 and value[0] == "$" and isinstance(value[3], dict):  # an element of React's
            value = [{"type": str(value[1]), "children": value[3].get("children")}]
        own_lines = all(isinstance(item, str) for item in value)
        for item in value:
            _write(item, table, pen, under, depth + 1)
            if own_lines:
                pen.append("\n")
    elif isinstance(value, dict):
        _write_block(value, table, pen, under, depth)


def _write_block(block: dict[str, Any], table: Mapping[str, Any], pen: list[str], under: str, depth: int) -> None:
    keys = {name: key for key in list(block)[:60] if (name := folded(key)) in _READ}
    said = next((block[keys[key]] for key in BLOCK_KIND if key in keys and isinstance(block[keys[key]], str)), "")
    kind = folded(said.rsplit("/", 1)[-1])
    if kind in BLOCK_SKIPPED or kind.removesuffix("block").removesuffix("element") in BLOCK_SKIPPED:
        return
    words = next((key for key in BLOCK_TEXT if key in keys and isinstance(block[keys[key]], str)), "")
    inner = next((key for key in BLOCK_CHILDREN if key in keys and _holds(block[keys[key]], table)), "")
    if words and (not inner or words in ("insert", "text", "html")):
        _write(block[keys[words]], table, pen, kind or under, depth + 1)
    elif inner:
        _write(block[keys[inner]], table, pen, kind or under, depth + 1)
    if words == "insert" or (kind in BLOCK_INLINE and words not in ("content", "data", "html")):
        return
    if kind or under in BLOCK_OPEN:
        pen.append("\n")


_READ = frozenset((*BLOCK_KIND, *BLOCK_TEXT, *BLOCK_CHILDREN))


def _holds(value: Any, table: Mapping[str, Any]) -> bool:
    inner = followed(value, table)
    return isinstance(inner, list | dict) and bool(inner)


def _plain(text: str) -> str:
    """A string with the markup that was escaped for it undone."""
    text = undone(text[:MAX_TEXT])
    if "\\n" in text or "\\u003" in text:
        text = (
            text.replace("\\r", "")
            .replace("\\n", "\n")
            .replace("\\u003c", "<")
            .replace("\\u003e", ">")
            .replace('\\"', '"')
        )
    return text if _MARKUP.search(text) else entities.unescape(text)

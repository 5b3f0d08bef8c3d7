"""Values of a page's state: names of people and outlets, times, and texts: HTML, plain lines, Markdown, the blocks of an editor.

Blocks are recognised by their keys (`state_keys.toml`), not by their editor: portable text, Contentful, ProseMirror, EditorJS,
Draft, Slate, Lexical, Quill, Gutenberg, Arc and publishers' own all have text, children, and a kind.
"""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from pipelines.extraction.page.document import UNREAD, normalize_space, parse_document
from pipelines.extraction.structured_data.state_keys import (
    BLOCK_CHILDREN,
    BLOCK_INLINE,
    BLOCK_KIND,
    BLOCK_OPEN,
    BLOCK_SKIPPED,
    BLOCK_TEXT,
    NAME_KEYS,
    PEOPLE_KEYS,
    VALUE_KEYS,
    normalize_key,
)
from pipelines.extraction.structured_data.state_scripts import resolve_reference, unescape_value

_TAG = re.compile(r"<[^<>]{1,500}>")


def text_of(value: Any, references: Mapping[str, Any], depth: int = 0) -> str | None:
    """The text of a value that is a string, or an object with a string under one of `VALUE_KEYS`."""
    value = resolve_reference(value, references)
    if isinstance(value, str):
        return normalize_space(entities.unescape(_TAG.sub(" ", unescape_value(value[:2000])))) or None
    if isinstance(value, dict) and depth < 4:
        keys = _keys_by_name(value)
        texts = (text_of(value[keys[name]], references, depth + 1) for name in VALUE_KEYS if name in keys)
        return next(filter(None, texts), None)
    return None


def _keys_by_name(node: Mapping[str, Any]) -> dict[str, str]:
    return {normalize_key(key): key for key in islice(node, 60)}


def time_of(value: Any, references: Mapping[str, Any]) -> str | None:
    """A time as a string that `date_parser.read_machine` may read."""
    value = resolve_reference(value, references)
    if isinstance(value, dict):
        numbers = (item for item in value.values() if isinstance(item, int | float))
        value = text_of(value, references) or next(numbers, None)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return str(int(value)) if 10**9 <= value < 2 * 10**9 or 10**12 <= value < 2 * 10**12 else None
    if not isinstance(value, str) or not 6 <= len(value) <= 60 or sum(char.isdigit() for char in value) < 5:
        return None
    return value


def names_of(value: Any, references: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    """Names of people or outlets: strings, objects, and lists of these."""
    value = resolve_reference(value, references)
    if isinstance(value, str):
        name = normalize_space(_TAG.sub("", value[:200]))
        is_number = name.replace("-", "").isdigit()
        if name and "://" not in name and not name.startswith(("{", "[", "/", "@http")) and not is_number:
            yield name
    elif depth > 4:
        return
    elif isinstance(value, list):
        for item in value[:30]:
            yield from names_of(item, references, depth + 1)
    elif isinstance(value, dict):
        keys = _keys_by_name(value)
        name = next(
            (name for key in NAME_KEYS if key in keys for name in names_of(value[keys[key]], references, 5)), ""
        )
        if not name and "firstname" in keys and "lastname" in keys:
            name = normalize_space(f"{value[keys['firstname']] or ''} {value[keys['lastname']] or ''}")
        if name:
            yield name
            return
        people = next((keys[key] for key in PEOPLE_KEYS if key in keys), None)
        if people is not None:
            yield from names_of(value[people], references, depth + 1)


MAX_TEXT = 400_000
"""Characters of one text."""
_MAX_DEPTH = 30
_MAX_PIECES, _PIECES_COUNTED = 20_000, 200
_MARKUP = re.compile(
    r"<(?:p|br|div|h[1-6]|li|ul|ol|blockquote|span|strong|em|b|a|img|section|article|table)\b[^<>]{0,2000}>", re.I
)
_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,1000}\)")
_LINK = re.compile(r"\[([^\]\n]{1,300})\]\([^)\n]{1,1000}\)")
_MARKDOWN = re.compile(r"^\s{0,3}(?:#{1,6}\s{1,4}|>\s{1,4}|\*\s{1,4}(?=\S))|\*\*|__")


def text_lines(value: Any, references: Mapping[str, Any]) -> list[str]:
    """The lines of a value's text."""
    text = _raw_text(value, references, _MAX_PIECES)
    if _MARKUP.search(text):
        document = parse_document(f"<html><body><div>{text}</div></body></html>")
        shown = [line for line in document.lines if not line.zone & UNREAD] if document else []
        return [line.text for line in shown if line.block.tag != "figcaption"]
    lines = (normalize_space(_MARKDOWN.sub("", _LINK.sub(r"\1", _IMAGE.sub("", line)))) for line in text.split("\n"))
    return [line for line in lines if line]


def text_size(value: Any, references: Mapping[str, Any]) -> int:
    """The length of a value's text in characters, markup included. Of many blocks only the first are counted."""
    return len(value) if isinstance(value, str) else len(_raw_text(value, references, _PIECES_COUNTED))


def _raw_text(value: Any, references: Mapping[str, Any], most_pieces: int) -> str:
    writer = _TextWriter(references, most_pieces)
    writer.write(value, "", 0)
    return "".join(writer.pieces)[:MAX_TEXT]


class _TextWriter:
    """Collects the text of a value in pieces, with a line break behind each block."""

    def __init__(self, references: Mapping[str, Any], most_pieces: int) -> None:
        self.pieces: list[str] = []
        self._references, self._most_pieces = references, most_pieces

    def write(self, value: Any, parent_kind: str, depth: int) -> None:
        """Add a value's text. `parent_kind` is the kind of the block that holds it."""
        value = resolve_reference(value, self._references)
        if depth > _MAX_DEPTH or len(self.pieces) > self._most_pieces:
            return
        self.pieces.append(_plain(value) if isinstance(value, str) else "")  # values without text count as well
        if isinstance(value, list):
            if len(value) == 4 and value[0] == "$" and isinstance(value[3], dict):  # a React element
                value = [{"type": str(value[1]), "children": value[3].get("children")}]
            own_lines = all(isinstance(item, str) for item in value)
            for item in value:
                self.write(item, parent_kind, depth + 1)
                if own_lines:
                    self.pieces.append("\n")
        elif isinstance(value, dict):
            self._write_block(value, parent_kind, depth)

    def _write_block(self, block: dict[str, Any], parent_kind: str, depth: int) -> None:
        values = {name: block[key] for key in islice(block, 60) if (name := normalize_key(key)) in _BLOCK_KEYS}
        kind = next((values[key] for key in BLOCK_KIND if isinstance(values.get(key), str)), "")
        kind = normalize_key(kind.rsplit("/", 1)[-1])
        if kind in BLOCK_SKIPPED or kind.removesuffix("block").removesuffix("element") in BLOCK_SKIPPED:
            return
        text_key = next((key for key in BLOCK_TEXT if isinstance(values.get(key), str)), "")
        children_key = next((key for key in BLOCK_CHILDREN if key in values and self._has_items(values[key])), "")
        if text_key and (not children_key or text_key in ("insert", "text", "html")):
            self.write(values[text_key], kind or parent_kind, depth + 1)
        elif children_key:
            self.write(values[children_key], kind or parent_kind, depth + 1)
        is_inline = text_key == "insert" or (kind in BLOCK_INLINE and text_key not in ("content", "data", "html"))
        if not is_inline and (kind or parent_kind in BLOCK_OPEN):
            self.pieces.append("\n")

    def _has_items(self, value: Any) -> bool:
        resolved = resolve_reference(value, self._references)
        return isinstance(resolved, list | dict) and bool(resolved)


_BLOCK_KEYS = frozenset((*BLOCK_KIND, *BLOCK_TEXT, *BLOCK_CHILDREN))


def _plain(text: str) -> str:
    """A string without the escapes that were added to its markup."""
    text = unescape_value(text[:MAX_TEXT])
    if "\\n" in text or "\\u003" in text:
        for escape, character in _ESCAPES:
            text = text.replace(escape, character)
    return text if _MARKUP.search(text) else entities.unescape(text)


_ESCAPES = (("\\r", ""), ("\\n", "\n"), ("\\u003c", "<"), ("\\u003e", ">"), ('\\"', '"'))

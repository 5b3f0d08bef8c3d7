"""Writes a tree as HTML, in the manners of those who write HTML: whatever is chosen here, the page is the same to a reader."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from pipelines.extraction.text.writing import words

VOID = words("area base br col embed hr img input link meta param source track wbr")
RAW = words("script style")
BLOCKS = words(
    "html head body title meta link address article aside blockquote center dd details dialog div dl dt fieldset figcaption figure"
    " footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p section table tbody td tfoot th thead tr ul script style"
)
_CLOSE_P = BLOCKS - words("html head body title meta link script style dd dt li tr td th tbody")
_OMITTED = {  # by element, those before which its end tag may be left out
    "p": _CLOSE_P,
    "li": {"li"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "tr": {"tr"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "option": {"option"},
    "tbody": {"tbody"},
}
_KEEP_SPACE = frozenset(("pre", "textarea", "script", "style"))
_WIDTH = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a page is written."""

    text: Callable[[str], str] = lambda text: text
    """What becomes of a text before it is escaped."""
    escape: Callable[[str], str] = lambda text: text
    """What becomes of a text and of a value of an attribute after it is escaped."""
    upper: bool = False
    quote: str = '"'
    """Around the values of attributes; "" where a value can do without."""
    omit: bool = False
    """Leave out end tags that HTML lets one leave out."""
    minify: bool = False
    pretty: bool = False
    comments: bool = False
    xhtml: bool = False


def write(tree: Any, manner: Manner | None = None) -> str:
    """The page as HTML."""
    return "".join(_parts(tree, manner or Manner()))


def _parts(tree: Any, manner: Manner) -> Iterator[str]:
    if manner.xhtml:
        yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield "<!DOCTYPE html>" if manner.minify else (tree.getroottree().docinfo.doctype or "") + "\n"
    kept = 0
    for event, el in etree.iterwalk(tree, events=("start", "end", "comment", "pi")):
        if not isinstance(el.tag, str):
            if event == "comment" and not manner.minify:
                yield f"<!--{el.text or ''}-->"
        elif event == "start":
            kept += el.tag in _KEEP_SPACE
            if manner.pretty and el.tag in BLOCKS and not kept:
                yield "\n" + "  " * min(9, sum(1 for _ in el.iterancestors()))
            if manner.comments and el.tag in BLOCKS and el.getparent() is not None and el.tag not in RAW:
                yield f"<!-- {el.tag} -->"
            yield _start_tag(el, manner)
            if el.text:
                yield el.text if el.tag in RAW else _text(el.text, manner, bool(kept), el, el[0] if len(el) else None)
            continue
        elif el.tag not in VOID:
            if not (manner.omit and _may_omit_end(el)):
                yield f"</{_name(el.tag, manner)}>"
            kept -= el.tag in _KEEP_SPACE
        if event != "start" and el.tail and el is not tree:
            yield _text(el.tail, manner, bool(kept), el, el.getnext())


def _name(name: str, manner: Manner) -> str:
    return name.upper() if manner.upper else name


def _start_tag(el: Any, manner: Manner) -> str:
    attributes = []
    for name, plain in el.attrib.items():
        value = manner.escape(plain.replace("&", "&amp;").replace("<", "&lt;"))
        if manner.quote == "" and value and not re.search(r"[\s\"'`=<>]|/$", value):
            written = value
        elif manner.quote == "'":
            written = "'" + value.replace("'", "&#39;") + "'"
        else:
            written = '"' + value.replace('"', "&quot;") + '"'
        attributes.append(f" {_name(name, manner)}={written}")
    return f"<{_name(el.tag, manner)}{''.join(attributes)}{' /' if manner.xhtml and el.tag in VOID else ''}>"


def _may_omit_end(el: Any) -> bool:
    following = el.getnext()
    if el.tag not in _OMITTED or (el.tail or "").strip():
        return False
    if following is None:
        return el.getparent() is not None and el.getparent().tag in BLOCKS
    return following.tag in _OMITTED[el.tag]


def _text(text: str, manner: Manner, kept: bool, before: Any, after: Any) -> str:
    if not kept and (manner.minify or manner.pretty):
        text = re.sub(r"[ \t\r\n\f]+", " ", text)
        if manner.minify and text == " " and (_is_block(before) or _is_block(after)):
            return ""
    if manner.comments and not kept and (middle := text.find(" ", len(text) // 2)) > 0 and len(text) > 20:
        parts = (text[:middle], text[middle:])
        return "<!-- -->".join(_escaped(part, manner) for part in parts)
    written = _escaped(text, manner)
    return _wrapped(written) if manner.pretty and not kept else written


def _is_block(el: Any) -> bool:
    return el is not None and el.tag in BLOCKS


def _escaped(text: str, manner: Manner) -> str:
    text = manner.text(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return manner.escape(text)


def _wrapped(text: str) -> str:
    """The text in lines of at most some `_WIDTH` characters."""
    return re.sub(rf"([^\n]{{{_WIDTH - 12},{_WIDTH}}}) ", r"\1\n", text)

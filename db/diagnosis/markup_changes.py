"""What changed in the markup of a listing or page: the kinds of elements that are gone, and those that have come. Pure.

The words of two articles differ in every line; the elements that hold them do not, until a site is built anew. So elements are
compared by name and by the attributes that readers go by, each kind once.
"""

from __future__ import annotations

import re

MOST_LINES = 6
"""Kinds shown of those that are gone, and of those that have come."""
_MOST_BYTES = 256 * 1024
"""Bytes read of each side."""
_TAG = re.compile(r"<([a-zA-Z][\w:.-]{0,40}+)([^<>]{0,2000}+)>")
_ATTRIBUTE = re.compile(
    r"""\b(class|id|itemprop|itemtype|property|name|rel|type)\s{0,3}=\s{0,3}["']([^"'<>]{1,80}+)["']""", re.IGNORECASE
)
_NUMBER = re.compile(r"\d{3,}+")


def markup_changes(before: bytes, now: bytes) -> tuple[str, ...]:
    """The lines of a diff: `- ` for a kind of element that is gone, `+ ` for one that has come, in the order of the documents."""
    old, new = _kinds(before), _kinds(now)
    gone = [kind for kind in old if kind not in new]
    come = [kind for kind in new if kind not in old]
    return (*_shown("-", gone), *_shown("+", come))


def _shown(sign: str, kinds: list[str]) -> list[str]:
    lines = [f"{sign} {kind}" for kind in kinds[:MOST_LINES]]
    return [*lines, f"{sign} … and {len(kinds) - MOST_LINES} more"] if len(kinds) > MOST_LINES else lines


def _kinds(body: bytes) -> dict[str, None]:
    text = body[:_MOST_BYTES].decode("utf-8", "replace")
    kinds: dict[str, None] = {}
    for found in _TAG.finditer(text):
        attributes = "".join(f' {name.lower()}="{value}"' for name, value in _ATTRIBUTE.findall(found[2]))
        # Numbers of articles stand in ids and classes.
        kinds.setdefault(_NUMBER.sub("…", f"<{found[1].lower()}{attributes}>"))
    return kinds

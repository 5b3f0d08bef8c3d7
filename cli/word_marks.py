"""Two texts compared word by word, or sign by sign where a script has no words between spaces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

# A word, a run of space, or one character of a script without words.
TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W\u3040-\u30ff\u3400-\u9fff]+|\s+|.", re.DOTALL)
# Characters of an excerpt, and those of it before the first difference.
_LENGTH, _BEFORE = 200, 20


def word_marks(before: str, after: str) -> Iterator[tuple[str, str]]:
    """What stays, goes and comes, in order: ("same" | "gone" | "come", text)."""
    old, new = TOKEN.findall(before), TOKEN.findall(after)
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield "same", "".join(old[a:b])
            continue
        if a < b:
            yield "gone", "".join(old[a:b])
        if c < d:
            yield "come", "".join(new[c:d])


def excerpt(
    before: str | None, after: str | None, length: int = _LENGTH, lead: int = _BEFORE
) -> tuple[str | None, str | None]:
    """Both from shortly before where they part, `length` characters at most; cut ends have an ellipsis."""
    a, b = before or "", after or ""
    if max(len(a), len(b)) <= length:
        return before, after
    parts_at = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    start = max(0, parts_at - lead)
    return tuple(None if text is None else _cut(text, start, length) for text in (before, after))  # type: ignore[return-value]


def _cut(text: str, start: int, length: int) -> str:
    end = start + length
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")

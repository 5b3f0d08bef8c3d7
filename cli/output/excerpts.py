"""Two values side by side: the parts of both around where they first differ."""

from __future__ import annotations

# Characters of an excerpt, and those of it before the first difference.
_LENGTH, _BEFORE = 200, 20


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

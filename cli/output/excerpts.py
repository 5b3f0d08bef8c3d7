"""Excerpts of two values around their first difference."""

from __future__ import annotations

# Characters of an excerpt, and of its part before the first difference.
_LENGTH, _BEFORE = 200, 20


def excerpt(
    before: str | None, after: str | None, length: int = _LENGTH, lead: int = _BEFORE
) -> tuple[str | None, str | None]:
    """Both values from `lead` characters before their first difference, at most `length` characters; an ellipsis marks cut ends."""
    a, b = before or "", after or ""
    if max(len(a), len(b)) <= length:
        return before, after
    differs_at = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    start = max(0, differs_at - lead)
    return tuple(None if text is None else _cut(text, start, length) for text in (before, after))  # type: ignore[return-value]


def _cut(text: str, start: int, length: int) -> str:
    end = start + length
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")

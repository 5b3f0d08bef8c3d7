"""Word tables as running text, which is easier to read and compare than a list of quoted strings."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text, split at whitespace."""
    return frozenset(text.split())

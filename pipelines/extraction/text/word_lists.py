"""Word tables are written as running text: easier to read, to sort and to compare than a list of quoted strings."""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """The words of a text, divided by white space."""
    return frozenset(text.split())

"""The mark that an item of a list has in the text of an article."""

from __future__ import annotations

LIST_MARK = "- "


def without_list_mark(line: str) -> str:
    """A line of a text as the page shows it."""
    return line.removeprefix(LIST_MARK)

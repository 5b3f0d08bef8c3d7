"""A place in a list of articles, newest first: the time and page of its last row. What comes after it stays the same while a
crawl adds newer articles, and costs the same however far down it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from db.errors import UsageError

_TEXT = re.compile(r"(\d{4}-\d\d-\d\d(?:T[\d:.Z+-]{1,30})?)_(\d{1,18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """`at`: the time of an article as it is stored, in UTC. `str` is what a person passes on: `parse_cursor` reads it."""

    at: str
    page_id: int

    def __str__(self) -> str:
        return f"{self.at}_{self.page_id}"

    def condition(self) -> tuple[str, dict[str, object]]:
        """What comes after it, as SQL after an AND, in which `{time}` is the time that counts; and its parameters."""
        values: dict[str, object] = {"after_at": self.at, "after_page": self.page_id}
        return " AND ({time}, a.page_id) < (:after_at, :after_page)", values


def parse_cursor(text: str) -> Cursor:
    """A cursor from its text. Raises UsageError."""
    match = _TEXT.fullmatch(text)
    if match is None:
        raise UsageError(f"{text[:60]!r} is no place in a list; pass on the cursor that the page before gave")
    return Cursor(at=match[1], page_id=int(match[2]))

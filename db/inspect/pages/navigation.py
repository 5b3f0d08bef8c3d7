"""The navigation of every page: sections in groups that open without a script, so that they fit a phone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from db.inspect.translation.catalogues import gettext_noop

_READ, _FIND_OUT, _KEEP = gettext_noop("Read"), gettext_noop("Find out"), gettext_noop("Keep")
# Sections that are in no group here are for finding out.
_GROUPS = {
    "/": _READ,
    "/-/search": _READ,
    "/-/searches": _READ,
    "/-/digest": _READ,
    "/-/threads": _READ,
    "/-/sources": _KEEP,
    "/-/coverage": _KEEP,
    "/-/runs": _KEEP,
    "/-/rejections": _KEEP,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionGroup:
    """A group of sections: path and label of each. `current`: the label of the one that the page belongs to."""

    label: str
    sections: tuple[tuple[str, str], ...]
    current: str | None


def section_groups(sections: Sequence[tuple[str, str]], path: str) -> list[SectionGroup]:
    """The sections in their groups, for the page at a path."""
    return [
        SectionGroup(
            label=group,
            sections=(chosen := tuple(one for one in sections if _GROUPS.get(one[0], _FIND_OUT) == group)),
            current=next((label for section, label in chosen if section == path), None),
        )
        for group in (_READ, _FIND_OUT, _KEEP)
    ]

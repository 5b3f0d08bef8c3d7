"""Credits: readers of credit lines yield a `Credit` for each one they find; `collect` makes the `Credits` of the page of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

NAME_KINDS = ("authors", "editors", "proofreaders")
LABEL_KINDS = ("other", "editors", "proofreaders", "source", "authors")
"""What labels credit, in the order in which they are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credits:
    """The credits of one page. Names keep the order of the page."""

    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    proofreaders: tuple[str, ...] = ()
    source: str | None = None
    original_source: str | None = None
    second_source: bool = False
    """Whether `original_source` follows a label for a source, not for taking over: it is the source where no other is found."""
    lines: frozenset[int] = frozenset()
    """Rows of lines that are credits and nothing else: they are not text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One credit in one line. `row` is set where the line is nothing but credits; `kind` is None for credits that are not kept."""

    kind: str | None = None
    names: tuple[str, ...] = ()
    """Who; for the kind "source" the outlet alone."""
    row: int | None = None
    may_be_source: bool = True
    may_be_original: bool = True
    is_second_source: bool = False
    is_second_rank: bool = False
    """Whether the names count only where no other credit names anybody of the kind."""


def collect(found: Iterable[Credit]) -> Credits:
    """The credits of a page from those of its lines, in page order.

    The first outlet is the source, the next another one it came from.
    """
    names: dict[str, dict[str, None]] = {kind: {} for kind in NAME_KINDS}
    seconds: dict[str, dict[str, None]] = {kind: {} for kind in NAME_KINDS}
    rows: set[int] = set()
    source = original = None
    is_second = False
    for credit in found:
        if credit.row is not None:
            rows.add(credit.row)
        if credit.kind in names:
            (seconds if credit.is_second_rank else names)[credit.kind].update(dict.fromkeys(credit.names))
        elif credit.kind == "source":
            outlet = credit.names[0]
            if source is None and credit.may_be_source:
                source = outlet
            elif original is None and credit.may_be_original and outlet != source:
                original, is_second = outlet, credit.is_second_source
    return Credits(
        authors=tuple(names["authors"]),
        editors=tuple(names["editors"] or seconds["editors"]),
        proofreaders=tuple(names["proofreaders"] or seconds["proofreaders"]),
        source=source,
        original_source=original,
        second_source=is_second,
        lines=frozenset(rows),
    )

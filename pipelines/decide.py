"""What each page is among the others. Pure: the decisions depend on the set of pages, never on their order.

Pages at one address, oldest first:    NEW -> SAME (text unchanged) -> REVISION (text changed) -> SAME -> ...
First pages with one text, elsewhere:  the original is NEW, every other is a COPY of it

The original is the one published first, else seen first; the address breaks a tie.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from db.nouns import Decision, Verdict

# Texts shorter than this (in characters) say too little: two pages that only hold "Watch the video"
# are not copies of each other.
SHORTEST_COPY = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One article page as `decide` sees it. Times are ISO 8601 in UTC, so that text order is time order."""

    page_id: int
    address_key: str
    text_hash: bytes
    length: int
    url: str
    fetched_at: str
    published: str | None = None


def decide(sheets: Iterable[Sheet]) -> list[Decision]:
    """A decision for every sheet. `sheets` must hold all pages of each address and all addresses of each first text."""
    addresses: dict[str, list[Sheet]] = defaultdict(list)
    for sheet in sheets:
        addresses[sheet.address_key].append(sheet)
    histories = [sorted(pages, key=_seen) for pages in addresses.values()]
    originals = _originals(history[0] for history in histories)
    return [decision for history in histories for decision in _history(history, originals)]


def _seen(sheet: Sheet) -> tuple[str, str, int]:
    return (sheet.fetched_at, sheet.url, sheet.page_id)


def _originals(heads: Iterable[Sheet]) -> dict[int, int]:
    """The original of each first page that is a copy, by page id."""
    alike: dict[bytes, list[Sheet]] = defaultdict(list)
    for head in heads:
        if head.length >= SHORTEST_COPY:
            alike[head.text_hash].append(head)
    originals: dict[int, int] = {}
    for group in alike.values():
        first = min(group, key=lambda sheet: (sheet.published is None, sheet.published or "", *_seen(sheet)))
        originals.update({sheet.page_id: first.page_id for sheet in group if sheet is not first})
    return originals


def _history(pages: list[Sheet], originals: dict[int, int]) -> list[Decision]:
    head = pages[0]
    original = originals.get(head.page_id, head.page_id)
    verdict = Verdict.NEW if original == head.page_id else Verdict.COPY
    decisions = [Decision(page_id=head.page_id, verdict=verdict, article_id=head.page_id, original_id=original)]
    current, revision = head.text_hash, 1
    for sheet in pages[1:]:
        if sheet.text_hash == current:
            verdict = Verdict.SAME
        else:
            verdict, current, revision = Verdict.REVISION, sheet.text_hash, revision + 1
        decisions.append(
            Decision(
                page_id=sheet.page_id,
                verdict=verdict,
                article_id=head.page_id,
                original_id=original,
                revision=revision,
            )
        )
    return decisions

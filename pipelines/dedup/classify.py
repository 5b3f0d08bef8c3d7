"""What each page is among the others. Pure: the decisions depend on the set of pages, never on their order.

Pages at one address, oldest first:    NEW -> SAME (article unchanged) -> REVISION (changed) -> SAME -> ...
Addresses of one host that gave the same bytes, each time: one address (a parameter that nobody knows for a tracker)
Pages of two sources: two articles, also at one address: a source has no say in what is another's
First pages of one story (`clusters.stories`):    a cluster; its original is NEW, every other is a COPY of it

Who is the original, `clusters.original_of` says; which texts are alike, the index of near copies; whether a changed text is the
article's own change, `revisions.only_surroundings`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from db.models import Decision, Verdict
from db.store.near_copies import text_number
from pipelines.dedup.clusters import ClusterMember, choose_original, find_clusters

# Whether two pages at one address, older and newer, by id, differ in nothing of the article itself.
Unchanged = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifiedPage:
    """One article page as `decide` sees it. Times are ISO 8601 in UTC, so that text order is time order.

    `body` is the number of the bytes that came; equal bytes have one.
    `letters`: how many letters its text has; None where those are too few for a copy.
    `address_key` is where the page counts, be it where it was found or what it is believed to be at
    (`pipelines.dedup.address_claims`).
    """

    page_id: int
    source: int
    address_key: str
    text_hash: bytes
    body: int
    letters: int | None
    url: str
    fetched_at: str
    published: str | None = None
    outlet: str | None = None
    credited: str | None = None

    @property
    def text(self) -> int:
        """The number of its text."""
        return text_number(self.text_hash)


def decide(
    sheets: Iterable[ClassifiedPage],
    likenesses: Iterable[tuple[int, int]] = (),
    unchanged: Unchanged = lambda older, newer: False,
) -> list[Decision]:
    """A decision for every sheet. `sheets` must hold all pages of each address and all addresses of each cluster.

    `likenesses` are pairs of numbers of texts that are alike.
    """
    histories = histories_of(sheets)
    originals = _originals([history[0] for history in histories], likenesses)
    return [decision for history in histories for decision in _history(history, originals, unchanged)]


def histories_of(sheets: Iterable[ClassifiedPage]) -> list[list[ClassifiedPage]]:
    """The pages of each article's address, or addresses, oldest first."""
    addresses: dict[tuple[int, str], list[ClassifiedPage]] = defaultdict(list)
    for sheet in sheets:
        addresses[sheet.source, sheet.address_key].append(sheet)
    # Each time: an address that showed the same notice once, and then an article of its own, is no twin.
    twins: dict[tuple[int, str, frozenset[tuple[int, bytes]]], list[ClassifiedPage]] = defaultdict(list)
    for (source, key), pages in addresses.items():
        host = key.partition("/")[0]
        twins[source, host, frozenset((page.body, page.text_hash) for page in pages)] += pages
    return [sorted(pages, key=lambda page: (page.fetched_at, page.url, page.page_id)) for pages in twins.values()]


def _originals(heads: Iterable[ClassifiedPage], likenesses: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The original of each first page that is a copy, by page id."""
    members: dict[int, list[ClusterMember]] = defaultdict(list)
    letters: dict[int, int] = {}
    for head in heads:
        if head.letters is not None:
            members[head.text].append(_member(head))
            letters[head.text] = head.letters
    originals: dict[int, int] = {}
    for together in find_clusters(members, letters, likenesses):
        if len(together) > 1:
            first = choose_original(together).number
            originals.update({member.number: first for member in together if member.number != first})
    return originals


def _member(head: ClassifiedPage) -> ClusterMember:
    return ClusterMember(
        number=head.page_id,
        url=head.url,
        seen=head.fetched_at,
        published=head.published,
        outlet=head.outlet,
        credited=head.credited,
    )


def _history(pages: list[ClassifiedPage], originals: dict[int, int], unchanged: Unchanged) -> list[Decision]:
    head = pages[0]
    original = originals.get(head.page_id, head.page_id)
    verdict = Verdict.NEW if original == head.page_id else Verdict.COPY
    decisions = [Decision(page_id=head.page_id, verdict=verdict, article_id=head.page_id, original_id=original)]
    current, revision = head, 1
    last_at = {head.address_key: head.text_hash}
    known = {head.text_hash}
    for sheet in pages[1:]:
        # One address of several may show what another showed before; only a change at an address is a change.
        before = last_at.get(sheet.address_key)
        stands = sheet.text_hash in (current.text_hash, before) or (before is None and sheet.text_hash in known)
        last_at[sheet.address_key] = sheet.text_hash
        known.add(sheet.text_hash)
        if stands or unchanged(current.page_id, sheet.page_id):
            verdict = Verdict.SAME
        else:
            verdict, current, revision = Verdict.REVISION, sheet, revision + 1
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

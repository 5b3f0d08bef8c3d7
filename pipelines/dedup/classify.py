"""Classifies pages as new, same, revision or copy. Pure: the decisions depend on the set of pages, never on their order.

Pages at one address, oldest first:    NEW -> SAME (article unchanged) -> REVISION (changed) -> SAME -> ...
Addresses of one host that always gave the same bytes: one address (they differ in an unknown tracking parameter)
Addresses between which an article moved: one address (`pipelines.dedup.moves`)
Pages of two sources: two articles, even at one address: a source does not decide about the articles of another
First pages of near copies (`pipelines.dedup.clusters.find_clusters`): a cluster; its original is NEW, every other is a COPY of it

`choose_original` chooses the original, the index of near copies says which texts are near copies, and `differs_only_around_article`
whether a changed text is a change of the article itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from db.models import Decision, Verdict
from db.store.dedup.near_copies import text_number
from db.store.dedup.settling import Place
from pipelines.dedup.clusters import ClusterMember, choose_original, find_clusters

# Whether two pages at one address (ids of the older and the newer) have the same article.
Unchanged = Callable[[int, int], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifiedPage:
    """One article page as `decide` sees it. Times are ISO 8601 in UTC, so that they sort as text.

    `body`: the id of its bytes; equal bytes have one id. `letters`: the length of its prepared text; None if too short for a copy.
    `address_key`: the address at which the page counts: where it was found, or what it claims and is believed
    (`pipelines.dedup.address_claims`). `link`: the link that led to it, by `redirected` whether through a redirect.
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
    link: int | None = None
    redirected: int = 0

    @property
    def text(self) -> int:
        """The number of its text (`text_number`)."""
        return text_number(self.text_hash)


def decide(
    pages: Iterable[ClassifiedPage],
    near_copies: Iterable[tuple[int, int]] = (),
    unchanged: Unchanged = lambda older, newer: False,
    another: Unchanged = lambda older, newer: False,
    strays: Callable[[ClassifiedPage, ClassifiedPage], bool] = lambda older, newer: False,
    homes: Mapping[Place, Place] = MappingProxyType({}),
) -> list[Decision]:
    """A decision for every page. `pages` must hold all pages of each address and all addresses of each cluster.

    `near_copies`: pairs of texts (by number) that are near copies. `another`: whether what an address showed between two equal
    texts is another article. `strays`: whether the newer of two shows another text, with which another address of its source began.
    `homes`: for the addresses of an article that moved, one of them (`pipelines.dedup.moves`).
    """
    histories = histories_of(pages, homes)
    originals = _originals([history[0] for history in histories], near_copies)
    return [decision for history in histories for decision in _history(history, originals, unchanged, another, strays)]


def notice(page_id: int) -> Decision:
    """The decision for a page that shows something else in place of an article."""
    return Decision(page_id=page_id, verdict=Verdict.NOTICE, article_id=page_id, original_id=page_id)


def histories_of(
    pages: Iterable[ClassifiedPage], homes: Mapping[Place, Place] = MappingProxyType({})
) -> list[list[ClassifiedPage]]:
    """The pages of each article's address, or addresses, oldest first."""
    addresses: dict[Place, list[ClassifiedPage]] = defaultdict(list)
    for page in pages:
        place = Place(page.source, page.address_key)
        addresses[homes.get(place, place)].append(page)
    # All bodies must be equal: an address that showed the same notice once, and then its own article, is no twin.
    twins: dict[tuple[int, str, frozenset[tuple[int, bytes]]], list[ClassifiedPage]] = defaultdict(list)
    for (source, key), history in addresses.items():
        host = key.partition("/")[0]
        twins[source, host, frozenset((page.body, page.text_hash) for page in history)] += history
    return [sorted(history, key=lambda page: (page.fetched_at, page.url, page.page_id)) for history in twins.values()]


def _originals(heads: Iterable[ClassifiedPage], near_copies: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The original of each first page that is a copy, by page id."""
    members: dict[int, list[ClusterMember]] = defaultdict(list)
    letters: dict[int, int] = {}
    for head in heads:
        if head.letters is not None:
            members[head.text].append(_member(head))
            letters[head.text] = head.letters
    originals: dict[int, int] = {}
    for cluster in find_clusters(members, letters, near_copies):
        if len(cluster) > 1:
            first = choose_original(cluster).number
            originals.update({member.number: first for member in cluster if member.number != first})
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


def _history(
    pages: list[ClassifiedPage],
    originals: dict[int, int],
    unchanged: Unchanged,
    another: Unchanged,
    strays: Callable[[ClassifiedPage, ClassifiedPage], bool],
) -> list[Decision]:
    head = pages[0]
    original = originals.get(head.page_id, head.page_id)
    verdict = Verdict.NEW if original == head.page_id else Verdict.COPY
    decisions = [Decision(page_id=head.page_id, verdict=verdict, article_id=head.page_id, original_id=original)]
    current, revision = head, 1
    last_at = {head.address_key: head.text_hash}
    known = {head.text_hash}
    for number, page in enumerate(pages[1:], 1):
        # One of several addresses may show what another showed before; only a change at the same address is a change.
        before = last_at.get(page.address_key)
        same = page.text_hash in (current.text_hash, before) or (before is None and page.text_hash in known)
        same = same or unchanged(current.page_id, page.page_id)
        # What stood there for a while only, as on the day of a break-in, is no part of the article, nor is what the source has
        # elsewhere.
        returns = not same and any(later.text_hash in known for later in pages[number + 1 :])
        if (returns and another(current.page_id, page.page_id)) or (not same and strays(current, page)):
            decisions.append(notice(page.page_id))
            continue
        last_at[page.address_key] = page.text_hash
        known.add(page.text_hash)
        if same:
            verdict = Verdict.SAME
        else:
            verdict, current, revision = Verdict.REVISION, page, revision + 1
        decisions.append(
            Decision(
                page_id=page.page_id,
                verdict=verdict,
                article_id=head.page_id,
                original_id=original,
                revision=revision,
            )
        )
    return decisions

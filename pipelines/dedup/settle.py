"""Settling: runs `decide` over the rows that new articles affect, and writes the decisions in the same transaction.

    articles added or removed (`unsettled`) ──> their texts ──> index of near copies ──> texts whose near copies changed
                       └──> their addresses, and those that claims    │                              │
                            come to or go from (`pipelines.dedup.address_claims`)   │                              │
                       └──> and those that count elsewhere, by what parameters are worth (`pipelines.dedup.parameter_evidence`)
                                                                     ┬──────────────────────────────┘
                                           all clusters that these touch, each read as a whole ──> decide ──> decisions

Only affected rows are read. An older copy that arrives late becomes the original, a removed article stops being one, and the order
of arrival does not matter. Nor does the number of steps: an interrupted step leaves its rows in `unsettled` for the next.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from db.copying.takings import rebuild_takings, refresh_takings
from db.models import Decision
from db.store.dedup.near_copies import (
    drop_derived_rows,
    load_text,
    load_text_lengths,
    mark_settled,
    near_copy_pairs,
    text_number,
    unsettled_articles,
)
from db.store.dedup.notices import promises_of, text_with, was_notice
from db.store.dedup.revision_changes import drop_changes
from db.store.dedup.settling import (
    article_addresses,
    is_shown_first_elsewhere,
    pages_at_places,
    places_of_text,
    shown_article,
)
from db.store.dedup.threads import drop_threads
from db.store.extraction.outcomes import save_decision
from pipelines.changes.replacement import has_no_line_of, is_another_article, is_another_text
from pipelines.changes.words import lost_letters
from pipelines.dedup.address_claims import judge_claims
from pipelines.dedup.classify import ClassifiedPage, decide, histories_of, notice
from pipelines.dedup.copy_index import CopyIndex
from pipelines.dedup.moves import Moves
from pipelines.dedup.parameter_evidence import judge_parameters
from pipelines.dedup.repeated_texts import MIN_DISTINCT_PROMISES, is_repeated_notice
from pipelines.dedup.revision_changes import keep_changes
from pipelines.dedup.revisions import differs_only_around_article, goes_on, shows_only_beginning
from pipelines.threads.keep import keep_threads

STEP = 500
"""Articles settled in one step: enough to share its work, few enough that other writers wait for half a second at most."""
_CHUNK = 500
"""Addresses decided at once: bounds memory."""


def settle(
    conn: sqlite3.Connection, page_ids: Collection[int] = (), *, limit: int = STEP, threads: bool = True
) -> set[int]:
    """Decide the given article pages, and at most `limit` unsettled ones; then, unless some are left, keep `threads` up. A job for
    the one writer.

    Returns the ids of all pages decided, including others of the same clusters. The rest stays in `unsettled`; call again.
    """
    waiting = unsettled_articles(conn, limit)
    addresses = {address for address, _ in waiting}
    if page_ids:
        addresses |= article_addresses(conn, page_ids)
    texts = {text_number(text_hash) for _, text_hash in waiting}
    index = CopyIndex(conn, lambda text: load_text(conn, text))
    touched = texts | index.update(texts)
    addresses |= judge_claims(conn, addresses, touched)
    addresses |= judge_parameters(conn, addresses, touched)
    decided = _decide_touched(conn, addresses, touched)
    mark_settled(conn, waiting)
    if threads and not unsettled_articles(conn, 1):
        keep_threads(conn, limit)
    return decided


def reset_settling(conn: sqlite3.Connection) -> None:
    """Drop the index of near copies, what revisions changed and all threads, and mark every article unsettled. Decisions stay until
    they are made again; what is counted of them (`db.copying.takings`) is counted anew.
    """
    drop_derived_rows(conn)
    drop_changes(conn)
    drop_threads(conn)
    rebuild_takings(conn)


def _decide_touched(conn: sqlite3.Connection, addresses: set[str], texts: set[int]) -> set[int]:
    """Decide the clusters that contain these addresses or texts, in chunks. Returns the ids of the pages decided."""
    decided: set[int] = set()
    done: set[int] = set()
    waiting = sorted(addresses)
    for start in range(0, max(1, len(waiting)), _CHUNK):
        clusters = _Clusters(conn=conn)
        clusters.read_addresses(set(waiting[start : start + _CHUNK]))
        clusters.follow(clusters.texts)
        decided |= _write(conn, clusters)
        done |= clusters.complete
    left = sorted(texts - done)
    for start in range(0, len(left), _CHUNK):
        clusters = _Clusters(conn=conn)
        clusters.follow(set(left[start : start + _CHUNK]) - done)
        decided |= _write(conn, clusters)
        done |= clusters.complete
    return decided


@dataclass(slots=True, kw_only=True)
class _Clusters:
    """Clusters read completely: all addresses whose first page has one of their texts. `complete`: the texts read completely."""

    conn: sqlite3.Connection
    pages: dict[str, list[ClassifiedPage]] = field(default_factory=dict)
    complete: set[int] = field(default_factory=set)
    near_copies: set[tuple[int, int]] = field(default_factory=set)
    notices: dict[tuple[int, bytes], bool] = field(default_factory=dict)
    moves: Moves = field(init=False)

    def __post_init__(self) -> None:
        self.moves = Moves(conn=self.conn)

    def is_notice(self, page: ClassifiedPage) -> bool:
        """Whether a page shows a notice in place of its article (`pipelines.dedup.repeated_texts`)."""
        key = (page.source, page.text_hash)
        if key not in self.notices:
            promises = promises_of(self.conn, page.text_hash, page.source, MIN_DISTINCT_PROMISES)
            self.notices[key] = len(promises) >= MIN_DISTINCT_PROMISES and is_repeated_notice(
                text_with(self.conn, page.text_hash), promises
            )
        return self.notices[key]

    @property
    def texts(self) -> set[int]:
        """The texts of all pages read so far."""
        return {page.text for pages in self.pages.values() for page in pages}

    def read_addresses(self, addresses: set[str]) -> None:
        """Read all pages of these addresses, and of those that an article may have moved from or to."""
        missing = addresses - self.pages.keys()
        while missing:
            self.pages.update((address, []) for address in missing)
            found = _load_pages(self.conn, missing)
            for page in found:
                self.pages[page.address_key].append(page)
            missing = self.moves.beside(missing, found) - self.pages.keys()

    def follow(self, texts: set[int]) -> None:
        """Read the clusters of these texts and of their near copies, which may have been in one cluster until now.

        Beyond those, only texts of first pages connect. If a notice was added or removed at an address, its other texts may have
        become the first one, or are no longer; and a text at two addresses of a source may be a stray at one of them.
        """
        first, wave = set(texts), set(texts)
        while wave := wave - self.complete:
            self.complete |= wave
            addresses = {text: self._addresses_of(text) for text in wave}
            self.read_addresses({address for several in addresses.values() for address in several})
            leading = [text for text in wave if text in first or self._is_first_somewhere(text, addresses[text])]
            pairs = near_copy_pairs(self.conn, leading)
            self.near_copies.update(pairs)
            wave = {other for _, other in pairs}
            for text, several in addresses.items():
                pages = [page for address in self.moves.with_beside(several) for page in self.pages.get(address, ())]
                shown = [page for page in pages if page.text == text]
                is_repeated = len({(page.source, page.address_key) for page in shown}) > len(
                    {page.source for page in shown}
                )
                if is_repeated or any(map(self.is_notice, shown)) or was_notice(self.conn, text):
                    beside = {page.text for page in pages} - first
                    self.complete -= beside
                    first |= beside
                    wave |= beside

    def _addresses_of(self, text: int) -> set[str]:
        return places_of_text(self.conn, text)

    def _is_first_somewhere(self, text: int, addresses: Iterable[str]) -> bool:
        """Whether this is the text of the first page at one of the addresses."""
        pages = [page for address in addresses for page in self.pages.get(address, ()) if not self.is_notice(page)]
        return any(history[0].text == text for history in histories_of(pages))


def _write(conn: sqlite3.Connection, clusters: _Clusters) -> set[int]:
    """Decide the clusters that were read completely. Returns the ids of the pages decided."""
    pages = [page for several in clusters.pages.values() for page in several]
    text_at = {page.page_id: page.text for page in pages}

    def unchanged(older: int, newer: int) -> bool:
        before, after = shown_article(conn, older), shown_article(conn, newer)
        return (
            differs_only_around_article(before.text, after.text)
            or shows_only_beginning(before, after)
            or lost_letters(after.text, before.text)
        )

    def another(older: int, newer: int) -> bool:
        before, after = shown_article(conn, older), shown_article(conn, newer)
        both = (before.title, before.text, after.title, after.text)
        return is_another_article(*both) or has_no_line_of(*both)

    def strays(older: ClassifiedPage, newer: ClassifiedPage) -> bool:
        return is_shown_first_elsewhere(conn, newer.text_hash, newer.source, newer.address_key) and is_another_text(
            shown_article(conn, older.page_id).text, shown_article(conn, newer.page_id).text
        )

    def moved(older: ClassifiedPage, newer: ClassifiedPage) -> bool:
        return older.text == newer.text or goes_on(
            shown_article(conn, older.page_id), shown_article(conn, newer.page_id)
        )

    decided: dict[int, Decision] = {}
    notices = {page.page_id for page in pages if clusters.is_notice(page)}
    articles = [page for page in pages if page.page_id not in notices]
    for decision in [
        *map(notice, sorted(notices)),
        *decide(articles, clusters.near_copies, unchanged, another, strays, clusters.moves.homes(articles, moved)),
    ]:
        # An address that was read for the text of a later revision has another first text, whose cluster was not read:
        # nothing about it changed, and its decisions stay.
        if text_at[decision.article_id] in clusters.complete:
            save_decision(conn, decision)
            decided[decision.page_id] = decision
    keep_changes(conn, decided.values(), {page.page_id: page for page in pages})
    refresh_takings(conn, decided)
    return set(decided)


def _load_pages(conn: sqlite3.Connection, addresses: set[str]) -> list[ClassifiedPage]:
    rows = pages_at_places(conn, addresses)
    letters = load_text_lengths(conn, {text_number(row["text_hash"]) for row in rows})
    return [ClassifiedPage(**row, letters=letters.get(text_number(row["text_hash"]))) for row in rows]

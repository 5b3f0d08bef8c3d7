"""Settling: `decide` over the rows that new articles touch, written back in the same transaction.

    articles that came or went (`unsettled`) ──> their texts ──> index of near copies ──> texts whose likenesses changed
                       └──> their addresses, and those that claims    │                              │
                            come to or go from (`pipelines.dedup.address_claims`)   │                              │
                       └──> and those that count elsewhere, by what parameters are worth (`pipelines.dedup.parameter_evidence`)
                                                                     ┬──────────────────────────────┘
                                           all clusters that these touch, each read as a whole ──> decide ──> decisions

Nothing that was not touched is read. An older copy that arrives late takes its place, an article that goes leaves it, and any
order of arrival ends alike. So does any number of steps: a step that is cut off leaves its rows in `unsettled`, for the next.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from db.models import Decision, Verdict
from db.store.near_copies import (
    drop_derived_rows,
    load_text,
    load_text_lengths,
    mark_settled,
    near_copy_pairs,
    text_number,
    unsettled_articles,
)
from db.store.notices import promises_of, text_with, was_notice
from db.store.outcomes import save_decision
from pipelines.dedup.address_claims import judge_claims
from pipelines.dedup.classify import ClassifiedPage, decide, histories_of
from pipelines.dedup.copy_index import CopyIndex
from pipelines.dedup.parameter_evidence import judge_parameters
from pipelines.dedup.repeated_texts import MIN_DISTINCT_PROMISES, is_repeated_notice
from pipelines.dedup.revisions import differs_only_around_article

# Where a page counts: what it says it is at, unless it is not believed (`db.addresses.claims`), without what is ignored of it
# (`db.addresses.parameters`).
_PLACE = "coalesce(f.place, CASE WHEN c.believed = 0 THEN c.own_key ELSE a.address_key END)"
_COLUMNS = f"""
SELECT a.page_id, p.source_id, {_PLACE}, a.text_hash, p.body_id, a.url, p.fetched_at, a.published_utc, a.source, a.original_source
"""
_SHEETS = f"""
{_COLUMNS}
FROM articles a JOIN pages p ON p.id = a.page_id
LEFT JOIN claims c ON c.page_id = a.page_id LEFT JOIN folded_pages f ON f.page_id = a.page_id
WHERE a.address_key IN (SELECT value FROM json_each(:keys)) AND c.believed IS NOT 0 AND f.place IS NULL
UNION ALL
{_COLUMNS}
FROM claims c JOIN articles a ON a.page_id = c.page_id JOIN pages p ON p.id = a.page_id
LEFT JOIN folded_pages f ON f.page_id = a.page_id
WHERE c.own_key IN (SELECT value FROM json_each(:keys)) AND c.believed = 0 AND f.place IS NULL
UNION ALL
{_COLUMNS}
FROM folded_pages f JOIN articles a ON a.page_id = f.page_id JOIN pages p ON p.id = f.page_id
LEFT JOIN claims c ON c.page_id = f.page_id
WHERE f.place IN (SELECT value FROM json_each(:keys))
"""
_KEYS_OF_PAGES = "SELECT DISTINCT address_key FROM articles WHERE page_id IN (SELECT value FROM json_each(?))"
_PLACES_OF_TEXT = f"""
SELECT DISTINCT {_PLACE} FROM articles a
LEFT JOIN claims c ON c.page_id = a.page_id LEFT JOIN folded_pages f ON f.page_id = a.page_id
WHERE a.text_hash BETWEEN ? AND ?
"""
_TEXT = "SELECT text FROM articles WHERE page_id = ?"

# Articles settled in one step, so many that they share the work of it, so few that other writers wait for half a second at most.
STEP = 500
# Addresses decided at once: bounds what is held in memory.
_CHUNK = 500


def settle(conn: sqlite3.Connection, page_ids: Collection[int] = (), *, limit: int = STEP) -> set[int]:
    """Decide the given article pages, and what came or went since the last time, up to so many. A job for the one writer.

    Gives the pages that were decided, those in the same clusters included. What is left is in `unsettled`; call again.
    """
    waiting = unsettled_articles(conn, limit)
    addresses = {address for address, _ in waiting}
    if page_ids:
        addresses |= {row[0] for row in conn.execute(_KEYS_OF_PAGES, (json.dumps(sorted(page_ids)),))}
    texts = {text_number(text_hash) for _, text_hash in waiting}
    index = CopyIndex(conn, lambda text: load_text(conn, text))
    touched = texts | index.update(texts)
    addresses |= judge_claims(conn, addresses, touched)
    addresses |= judge_parameters(conn, addresses, touched)
    decided = _decide_touched(conn, addresses, touched)
    mark_settled(conn, waiting)
    return decided


def reset_settling(conn: sqlite3.Connection) -> None:
    """Drop the index of near copies and call every article unsettled. Decisions stand until they are made again."""
    drop_derived_rows(conn)


def _decide_touched(conn: sqlite3.Connection, addresses: set[str], texts: set[int]) -> set[int]:
    """Decide the clusters that hold these addresses or texts, a part at a time. Gives the pages decided."""
    decided: set[int] = set()
    done: set[int] = set()
    waiting = sorted(addresses)
    for start in range(0, max(1, len(waiting)), _CHUNK):
        clusters = _Clusters(conn=conn)
        clusters.read_addresses(set(waiting[start : start + _CHUNK]))
        clusters.follow(clusters.texts)
        decided |= _write(conn, clusters)
        done |= clusters.whole
    left = sorted(texts - done)
    for start in range(0, len(left), _CHUNK):
        clusters = _Clusters(conn=conn)
        clusters.follow(set(left[start : start + _CHUNK]) - done)
        decided |= _write(conn, clusters)
        done |= clusters.whole
    return decided


@dataclass(slots=True, kw_only=True)
class _Clusters:
    """Clusters read as a whole: all addresses that begin with one of their texts. `whole` holds the texts read so."""

    conn: sqlite3.Connection
    sheets: dict[str, list[ClassifiedPage]] = field(default_factory=dict)
    whole: set[int] = field(default_factory=set)
    likenesses: set[tuple[int, int]] = field(default_factory=set)
    judged: dict[tuple[int, bytes], bool] = field(default_factory=dict)

    def is_notice(self, sheet: ClassifiedPage) -> bool:
        """Whether a page shows what its source shows in place of several articles (`pipelines.dedup.repeated_texts`)."""
        key = (sheet.source, sheet.text_hash)
        if key not in self.judged:
            promises = promises_of(self.conn, sheet.text_hash, sheet.source, MIN_DISTINCT_PROMISES)
            self.judged[key] = len(promises) >= MIN_DISTINCT_PROMISES and is_repeated_notice(
                text_with(self.conn, sheet.text_hash), promises
            )
        return self.judged[key]

    @property
    def texts(self) -> set[int]:
        """The texts of all pages read so far."""
        return {sheet.text for sheets in self.sheets.values() for sheet in sheets}

    def read_addresses(self, addresses: set[str]) -> None:
        """Read all pages of these addresses."""
        missing = addresses - self.sheets.keys()
        if missing:
            for sheet in _sheets(self.conn, missing):
                self.sheets.setdefault(sheet.address_key, []).append(sheet)

    def follow(self, texts: set[int]) -> None:
        """Read the clusters of these texts, and of those that are alike: they may have been in one cluster until now.

        From there on only texts that some address begins with connect. Where a notice came or went, what else the addresses have
        shown begins there now, or no longer.
        """
        first, wave = set(texts), set(texts)
        while wave := wave - self.whole:
            self.whole |= wave
            addresses = {text: self._addresses_of(text) for text in wave}
            self.read_addresses({address for several in addresses.values() for address in several})
            leading = [text for text in wave if text in first or self._some_begins(text, addresses[text])]
            pairs = near_copy_pairs(self.conn, leading)
            self.likenesses.update(pairs)
            wave = {other for _, other in pairs}
            for text, several in addresses.items():
                pages = [sheet for address in several for sheet in self.sheets.get(address, ())]
                if any(sheet.text == text and self.is_notice(sheet) for sheet in pages) or was_notice(self.conn, text):
                    beside = {sheet.text for sheet in pages} - first
                    self.whole -= beside
                    first |= beside
                    wave |= beside

    def _addresses_of(self, text: int) -> set[str]:
        start = text.to_bytes(8, "big", signed=True)
        return {row[0] for row in self.conn.execute(_PLACES_OF_TEXT, (start, start + b"\xff" * 9))}

    def _some_begins(self, text: int, addresses: Iterable[str]) -> bool:
        """Whether at one of the addresses the first page has this text."""
        pages = [sheet for address in addresses for sheet in self.sheets.get(address, ()) if not self.is_notice(sheet)]
        return any(history[0].text == text for history in histories_of(pages))


def _write(conn: sqlite3.Connection, clusters: _Clusters) -> set[int]:
    """Decide what was read as a whole. Gives the pages decided."""
    sheets = [sheet for pages in clusters.sheets.values() for sheet in pages]
    text_at = {sheet.page_id: sheet.text for sheet in sheets}

    def unchanged(older: int, newer: int) -> bool:
        before, after = (conn.execute(_TEXT, (page_id,)).fetchone()[0] for page_id in (older, newer))
        return differs_only_around_article(before, after)

    decided = set()
    notices = {sheet.page_id for sheet in sheets if clusters.is_notice(sheet)}
    articles = [sheet for sheet in sheets if sheet.page_id not in notices]
    for decision in [*map(_notice, sorted(notices)), *decide(articles, clusters.likenesses, unchanged)]:
        # An address that was read for a later revision of its text begins with another text, whose cluster was not read:
        # nothing about it changed, and its decisions stand.
        if text_at[decision.article_id] in clusters.whole:
            save_decision(conn, decision)
            decided.add(decision.page_id)
    return decided


def _notice(page_id: int) -> Decision:
    return Decision(page_id=page_id, verdict=Verdict.NOTICE, article_id=page_id, original_id=page_id)


def _sheets(conn: sqlite3.Connection, addresses: set[str]) -> list[ClassifiedPage]:
    rows = conn.execute(_SHEETS, {"keys": json.dumps(sorted(addresses))}).fetchall()
    letters = load_text_lengths(conn, {text_number(row[3]) for row in rows})
    return [
        ClassifiedPage(
            page_id=page_id,
            source=source,
            address_key=address_key,
            text_hash=text_hash,
            body=body,
            letters=letters.get(text_number(text_hash)),
            url=url,
            fetched_at=fetched_at,
            published=published,
            outlet=outlet,
            credited=credited,
        )
        for page_id, source, address_key, text_hash, body, url, fetched_at, published, outlet, credited in rows
    ]

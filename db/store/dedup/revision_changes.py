"""What revisions changed: one row a revision, and one for a page whose text stayed while headline, credits or stated time did not.

    pages of an article, oldest first:  new ── same ── revision ── same, another headline ──> rows for the last two

`previous_id` is the page before. `since_previous` and `since_published` are seconds: from when the page before was seen, and from
the stated time of publication; NULL where the page states only a day. `silent`: the page does not say that it was changed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from db.bodies.store import load_body
from db.errors import DatabaseDamaged
from db.sqlite.named_rows import named_rows
from db.text.substance import ChangeJudgement, Noise, Substance, pack_evidence, pack_passages

# A page of more bytes is not read again only to see what both pages say.
MOST_BYTES = 3_000_000

_STATED = """
SELECT a.page_id, a.title, a.source, a.original_source, a.published_utc, a.published_precision,
    (SELECT json_group_array(role || ':' || name) FROM (SELECT role, name FROM credits c WHERE c.page_id = a.page_id
     ORDER BY role, position)) AS people
FROM json_each(?) wanted JOIN articles a ON a.page_id = wanted.value
"""
_KNOWN = """
SELECT page_id, previous_id, article_id, revision, kinds, noise FROM revision_changes
WHERE page_id IN (SELECT value FROM json_each(?))
"""
_PAGE = """
SELECT p.source_id, p.fetched_at, p.content_type, p.body_id, b.size, b.pruned_at FROM pages p JOIN bodies b ON b.id = p.body_id
WHERE p.id = ?
"""
_INSERT = """
INSERT OR REPLACE INTO revision_changes (page_id, previous_id, article_id, source_id, revision, seen_at, language, score, kinds,
    noise, silent, modified_stated, since_previous, since_published, evidence, passages)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_IS_PRUNED = (
    "EXISTS (SELECT 1 FROM pages p JOIN bodies b ON b.id = p.body_id WHERE p.id = {0} AND b.pruned_at IS NOT NULL)"
)
_RESET = f"""
DELETE FROM revision_changes
WHERE NOT {_IS_PRUNED.format("revision_changes.page_id")} AND NOT {_IS_PRUNED.format("revision_changes.previous_id")}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownChange:
    """A row that is there: which page it compares with, and whether it only grew."""

    previous_id: int
    article_id: int
    revision: int
    grew: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPage:
    """How a page was fetched: source, time, type and body; `body_id` names its bytes, which may be pruned."""

    source_id: int
    fetched_at: str
    content_type: str | None
    body_id: int
    size: int
    pruned_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionChange:
    """A row: what the page `page_id` changed from `previous_id`."""

    page_id: int
    previous_id: int
    article_id: int
    source_id: int
    revision: int
    seen_at: str
    language: str | None
    judgement: ChangeJudgement
    silent: bool
    modified_stated: bool
    since_previous: int
    since_published: int | None


def only_grew(kinds: Iterable[str], noise: Iterable[str]) -> bool:
    """Whether a revision with these kinds only added paragraphs."""
    found = set(kinds)
    return found == {Substance.ADDED} or (not found and Noise.LIVE in set(noise))


def known_changes(conn: sqlite3.Connection, page_ids: Iterable[int]) -> dict[int, KnownChange]:
    """The rows of these pages."""
    return {
        row["page_id"]: KnownChange(
            previous_id=row["previous_id"],
            article_id=row["article_id"],
            revision=row["revision"],
            grew=only_grew(json.loads(row["kinds"]), json.loads(row["noise"])),
        )
        for row in named_rows(conn, _KNOWN, (json.dumps(sorted(page_ids)),))
    }


def stated_fields(conn: sqlite3.Connection, page_ids: Iterable[int]) -> dict[int, tuple[object, ...]]:
    """Headline, credits and stated time of each page, to compare."""
    rows = conn.execute(_STATED, (json.dumps(sorted(page_ids)),))
    return {row[0]: row[1:] for row in rows}


def seen_page(conn: sqlite3.Connection, page_id: int) -> SeenPage:
    """How a page was fetched."""
    return SeenPage(**named_rows(conn, _PAGE, (page_id,)).fetchone())


def page_bytes(conn: sqlite3.Connection, page: SeenPage) -> bytes | None:
    """The bytes of a page; None if they were pruned, are too many, or damaged: that is `copydesk upkeep check`'s to tell, and
    settling goes on.
    """
    if page.pruned_at or page.size > MOST_BYTES:
        return None
    try:
        return load_body(conn, page.body_id)
    except DatabaseDamaged:
        return None


def save_change(conn: sqlite3.Connection, change: RevisionChange) -> None:
    """Record a row in place of an earlier one of that page."""
    judged = change.judgement
    values = (
        change.page_id, change.previous_id, change.article_id, change.source_id, change.revision, change.seen_at, change.language,
        judged.score, json.dumps(judged.kinds), json.dumps(judged.noise), int(change.silent), int(change.modified_stated),
        change.since_previous, change.since_published, pack_evidence(judged.evidence), pack_passages(judged.passages),
    )  # fmt: skip
    conn.execute(_INSERT, values)


def delete_changes(conn: sqlite3.Connection, page_ids: Iterable[int]) -> None:
    """Delete the rows of these pages."""
    conn.executemany("DELETE FROM revision_changes WHERE page_id = ?", [(page_id,) for page_id in page_ids])


def drop_changes(conn: sqlite3.Connection) -> None:
    """Delete all rows that can be made again. Those of pages whose bytes were pruned are final, as their outcomes are."""
    conn.execute(_RESET)

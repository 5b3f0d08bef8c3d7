"""Write and read drawings: documents that a browser made of received pages, and whether a source needs one.

A drawn document is kept with the page that it was made of, packed with the page's received body as zstd dictionary: both hold the
same frame, and often the same text.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from db.bodies.store import LEVEL, body_digest, decompress_body
from db.errors import BodyPruned
from db.sqlite.named_rows import named_rows
from db.timestamps import format_optional, format_timestamp, parse_optional, parse_timestamp
from db.zstd import zstd

DrawnKind = Literal["article", "listing"]
RenderVerdict = Literal["received", "drawn", "by page"]
"""What a source's pages need: nothing but what is received, a browser, or a browser for those of them that say nothing without."""

# zstd refuses shorter dictionaries.
_LEAST_DICTIONARY = 8


# Drawings of a source that are looked through for lists, the latest first: each has those that its page asked for.
_LISTS_LOOKED_AT = 100
_JSON_LISTS = f"""
SELECT json_lists FROM drawings WHERE source_id = ? AND json_lists <> '[]' ORDER BY id DESC LIMIT {_LISTS_LOOKED_AT}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedDrawing:
    """A drawn document with its hash and packed form. `sha256` and `size` are of the document, UTF-8."""

    sha256: bytes
    size: int
    packed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawingRecord:
    """One drawing, as a fact. `blocked`: what did not leave the browser, counted by kind. `memory` and `received`: bytes.

    `json_lists`: addresses of JSON documents that the page asked for and that list articles, each with the rule that reads it.
    """

    source_id: int
    kind: DrawnKind
    url: str
    started_at: datetime
    run_id: int | None = None
    duration_ms: int | None = None
    error: str | None = None
    browser: str | None = None
    wait_rule: str | None = None
    requests: int | None = None
    received: int | None = None
    blocked: Mapping[str, int] = field(default_factory=dict)
    cpu_ms: int | None = None
    memory: int | None = None
    json_lists: Sequence[Mapping[str, object]] = ()
    document: PackedDrawing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderState:
    """What is known of a source's need of a browser. `evidence`: one object for each page that was read both ways."""

    verdict: RenderVerdict | None = None
    decided_at: datetime | None = None
    evidence: tuple[Mapping[str, object], ...] = ()


def pack_drawing(document: bytes, received: bytes) -> PackedDrawing:
    """Hash and pack a drawn document; takes milliseconds."""
    packed = zstd.compress(document, level=LEVEL, zstd_dict=_dictionary(received))
    return PackedDrawing(sha256=body_digest(document), size=len(document), packed=packed)


def insert_drawing(conn: sqlite3.Connection, drawing: DrawingRecord, page_id: int | None = None) -> int:
    """Record a drawing, with its document where `page_id` is the new page that it belongs to; returns its id."""
    document = drawing.document if page_id is not None else None
    cursor = conn.execute(
        "INSERT INTO drawings (run_id, source_id, page_id, kind, url, started_at, duration_ms, error, browser, wait_rule,"
        " requests, received, blocked, cpu_ms, memory, json_lists, sha256, size, data)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            drawing.run_id,
            drawing.source_id,
            page_id if document is not None else None,
            drawing.kind,
            drawing.url,
            format_timestamp(drawing.started_at),
            drawing.duration_ms,
            drawing.error,
            drawing.browser,
            drawing.wait_rule,
            drawing.requests,
            drawing.received,
            json.dumps(dict(drawing.blocked), ensure_ascii=False),
            drawing.cpu_ms,
            drawing.memory,
            json.dumps([dict(one) for one in drawing.json_lists], ensure_ascii=False),
            document.sha256 if document else None,
            document.size if document else None,
            document.packed if document else None,
        ),
    )
    return int(cursor.lastrowid or 0)


def proposed_json_lists(conn: sqlite3.Connection, source_id: int, limit: int) -> list[dict[str, object]]:
    """The rules of JSON lists that a source's pages asked for while they were drawn: one for each address, the latest first."""
    latest: dict[object, dict[str, object]] = {}
    for (proposed,) in conn.execute(_JSON_LISTS, (source_id,)):
        for rule in json.loads(proposed):
            latest.setdefault(rule["url"], rule)
        if len(latest) >= limit:
            break
    return list(latest.values())[:limit]


def drawn_digest(conn: sqlite3.Connection, page_id: int) -> bytes | None:
    """The SHA-256 of a page's drawn document; None where it has none."""
    row = conn.execute("SELECT sha256 FROM drawings WHERE page_id = ?", (page_id,)).fetchone()
    return row[0] if row else None


def load_drawn(conn: sqlite3.Connection, page_id: int, received: bytes) -> bytes | None:
    """The drawn document of a page whose received body is `received`; None where it has none.

    Raises DatabaseDamaged if it does not match its hash, BodyPruned if it was pruned.
    """
    row = conn.execute("SELECT sha256, data, pruned_at FROM drawings WHERE page_id = ?", (page_id,)).fetchone()
    if row is None:
        return None
    sha256, data, pruned_at = row
    if pruned_at is not None:
        raise BodyPruned(
            f"its drawn document was pruned on {pruned_at[:10]} (setting keep_bodies); what was read out of it stays"
        )
    return decompress_body(f"the drawn document of page {page_id}", data, sha256, _dictionary(received))


def load_drawing(conn: sqlite3.Connection, page_id: int) -> DrawingRecord | None:
    """How a page's drawn document was made, without the document; None where it has none."""
    row = named_rows(
        conn,
        "SELECT source_id, kind, url, started_at, run_id, duration_ms, browser, wait_rule, requests, received, blocked, cpu_ms,"
        " memory FROM drawings WHERE page_id = ?",
        (page_id,),
    ).fetchone()
    if row is None:
        return None
    read = {"started_at": parse_timestamp(row["started_at"]), "blocked": json.loads(row["blocked"])}
    return DrawingRecord(**dict(row) | read)


def count_drawings(conn: sqlite3.Connection, source_id: int, since: datetime) -> int:
    """How many pages of a source were drawn since, those that failed included."""
    query = "SELECT count(*) FROM drawings WHERE source_id = ? AND started_at >= ?"
    return int(conn.execute(query, (source_id, format_timestamp(since))).fetchone()[0])


def load_render_state(conn: sqlite3.Connection, source_id: int, kind: DrawnKind) -> RenderState:
    """What is known of a source's need of a browser."""
    row = conn.execute(
        "SELECT verdict, decided_at, evidence FROM render_verdicts WHERE source_id = ? AND kind = ?", (source_id, kind)
    ).fetchone()
    if row is None:
        return RenderState()
    verdict, decided_at, evidence = row
    return RenderState(
        verdict=verdict,
        decided_at=parse_optional(decided_at),
        evidence=tuple(json.loads(evidence)),
    )


def save_render_state(conn: sqlite3.Connection, source_id: int, kind: DrawnKind, state: RenderState) -> None:
    """Store what is known of a source's need of a browser."""
    conn.execute(
        "INSERT OR REPLACE INTO render_verdicts (source_id, kind, verdict, decided_at, evidence) VALUES (?, ?, ?, ?, ?)",
        (
            source_id,
            kind,
            state.verdict,
            format_optional(state.decided_at),
            json.dumps([dict(one) for one in state.evidence], ensure_ascii=False),
        ),
    )


_LAST_OUTCOMES = """
SELECT o.reason IS NOT NULL FROM pages p JOIN outcomes o ON o.page_id = p.id
WHERE p.source_id = ? AND p.fetched_at >= ? AND p.status < 400 ORDER BY p.fetched_at DESC LIMIT ?
"""


def last_rejections(conn: sqlite3.Connection, source_id: int, since: datetime, most: int) -> list[bool]:
    """Of a source's last pages since then, at most so many, the newest first: whether each was rejected."""
    rows = conn.execute(_LAST_OUTCOMES, (source_id, format_timestamp(since), most))
    return [bool(rejected) for (rejected,) in rows]


def _dictionary(received: bytes) -> zstd.ZstdDict | None:
    return zstd.ZstdDict(received, is_raw=True) if len(received) >= _LEAST_DICTIONARY else None

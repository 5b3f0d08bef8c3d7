"""Reads what is known of one address: who lists it, its fetches, its outcome, and what it is among the others."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from datetime import datetime

from db.diagnosis.url_evidence import FetchEvidence, LinkEvidence, PageEvidence
from db.queries.articles import article_summary, current_page, find_page_at, page_status, revisions
from db.sqlite.named_rows import named_rows
from db.store.crawl.run_counts import HAS_NO_ANSWER
from db.timestamps import parse_timestamp

MOST_FETCHES = 8
"""Fetches of an address that are shown, the newest first."""

_LINKS = """
SELECT l.id, l.url, l.kind, l.found_in, l.found_at, l.title, l.published, s.name, v.first_at, v.last_at,
       coalesce(v.failures, 0) AS failures
FROM links l JOIN sources s ON s.id = l.source_id LEFT JOIN visits v ON v.link_id = l.id
"""
_LINK = f"{_LINKS} WHERE l.key = ?"
_LINK_OF_PAGE = f"{_LINKS} WHERE l.id = (SELECT link_id FROM pages WHERE id = ?)"
_FETCHES = f"""
SELECT f.started_at, f.status, f.error, f.final_url, f.duration_ms, f.bytes, f.page_id, {HAS_NO_ANSWER} AS failed
FROM fetches f WHERE f.link_id = ? ORDER BY f.id DESC LIMIT ?
"""
_TWIN = """
SELECT other.url FROM link_twins t
JOIN link_twins o ON o.source_id = t.source_id AND o.address = t.address AND o.link_id <> t.link_id
JOIN links other ON other.id = o.link_id WHERE t.link_id = ? AND t.again = 0 ORDER BY o.link_id LIMIT 1
"""
_PROVENANCE = "SELECT provenance FROM articles WHERE page_id = ?"
_ROBOTS = "SELECT status, body, fetched_at FROM robots WHERE origin = ?"


def url_rows(
    conn: sqlite3.Connection, url: str, key: str
) -> tuple[LinkEvidence | None, tuple[FetchEvidence, ...], PageEvidence | None]:
    """The link, its fetches and its page, as far as they are known."""
    page_id = find_page_at(conn, url, key)
    row = named_rows(conn, _LINK, (key,)).fetchone()
    if row is None and page_id is not None:
        row = named_rows(conn, _LINK_OF_PAGE, (page_id,)).fetchone()
    if row is None:
        return None, (), _page(conn, page_id) if page_id is not None else None
    twin = conn.execute(_TWIN, (row["id"],)).fetchone()
    link = LinkEvidence(
        url=row["url"],
        source=row["name"],
        kind=row["kind"],
        found_in=row["found_in"],
        found_at=row["found_at"],
        title=row["title"],
        published=row["published"],
        first_at=_moment(row["first_at"]),
        last_at=_moment(row["last_at"]),
        failures=row["failures"],
        twin=twin[0] if twin else None,
    )
    fetches = tuple(
        FetchEvidence(**dict(fetch) | {"failed": bool(fetch["failed"])})
        for fetch in named_rows(conn, _FETCHES, (row["id"], MOST_FETCHES))
    )
    return link, fetches, _page(conn, page_id) if page_id is not None else None


def robots_row(conn: sqlite3.Connection, origin: str) -> tuple[int | None, bytes, datetime] | None:
    """Status, body and time of the stored robots.txt of an origin."""
    row = conn.execute(_ROBOTS, (origin,)).fetchone()
    return (row[0], row[1], parse_timestamp(row[2])) if row else None


def _moment(seconds: float | None) -> datetime | None:
    return datetime.fromtimestamp(seconds).astimezone() if seconds is not None else None


def _page(conn: sqlite3.Connection, page_id: int) -> PageEvidence | None:
    state = page_status(conn, page_id)
    if state is None:
        return None
    page = PageEvidence(
        page_id=page_id,
        url=state.url,
        fetched_at=state.fetched_at,
        is_article=state.is_article,
        reason=state.reason,
        detail=state.detail or "",
    )
    if not state.is_article:
        return page
    head = article_summary(conn, page_id)
    provenance = conn.execute(_PROVENANCE, (page_id,)).fetchone()
    article_id = head.article_id if head else None
    original = head.original_id if head and head.original_id != article_id else None
    return replace(
        page,
        title=head.title if head else "",
        provenance=json.loads(provenance[0]) if provenance else {},
        article_id=article_id,
        verdict=head.verdict if head else "",
        revision=head.revision if head else None,
        revisions=len(list(revisions(conn, article_id))) if article_id is not None else 0,
        original=_named(conn, original) if original is not None else None,
    )


def _named(conn: sqlite3.Connection, article_id: int) -> str:
    page_id = current_page(conn, article_id)
    head = article_summary(conn, page_id) if page_id is not None else None
    return f"article {article_id}: {head.source_name}, {head.url}" if head else f"article {article_id}"

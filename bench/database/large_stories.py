"""What settling and threading leave in a large archive, beside the decisions: threads, judged revisions, takings, a saved search.

Called by `bench.database.large_archive`; for an archive that was made without: python -m bench.database.large_stories DATABASE

A story joins the thread of one of the latest stories of its language, in 11 of 20 cases: threads grow by preferential attachment,
so that most are small and a few run for months. Copies are in the thread of their original. Of the revisions two in five matter.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from db.connection.database import connect, write
from db.copying.takings import rebuild_takings
from db.text.changes import ChangedWords, ChangeKind
from db.text.substance import ChangeEvidence, Noise, Passage, Substance, pack_evidence, pack_passages

_JOINS = 0.55
# Stories of a language that a new one may be near to: some days of them.
_NEAR = 2000
_MATTERS = 0.4
_CHUNK = 20_000
_MATCHES = 5000

_STORIES = """
SELECT d.page_id, d.original_id, p.source_id, coalesce(a.published_utc, p.fetched_at), coalesce(a.language, '')
FROM decisions d JOIN articles a ON a.page_id = d.page_id JOIN pages p ON p.id = d.page_id
WHERE d.verdict IN ('new', 'copy') AND d.page_id > ? ORDER BY d.page_id
"""
_REVISIONS = """
SELECT d.page_id, (SELECT max(e.page_id) FROM decisions e WHERE e.article_id = d.article_id AND e.page_id < d.page_id),
    d.article_id, p.source_id, d.revision, p.fetched_at, a.language
FROM decisions d JOIN articles a ON a.page_id = d.page_id JOIN pages p ON p.id = d.page_id
WHERE d.verdict = 'revision' AND d.page_id > ?
"""
_TOTALS = """
INSERT INTO threads (id, language, first_at, last_at, stories, articles, sources)
SELECT t.thread_id, coalesce((SELECT language FROM articles WHERE page_id = t.thread_id), ''), min(t.at), max(t.at),
    count(DISTINCT t.story_id), count(*), count(DISTINCT t.source_id)
FROM thread_articles t WHERE t.thread_id > ? GROUP BY t.thread_id
"""
_Row = tuple[object, ...]


def add_stories(conn: sqlite3.Connection, after: int = 0) -> None:
    """Fill the tables, which must have no rows of pages beyond `after`. A search is saved if there is none."""
    with write(conn):
        rebuild_takings(conn)
    _insert(conn, "INSERT INTO thread_articles VALUES (?, ?, ?, ?, ?, ?, ?)", _thread_rows(conn, after))
    with write(conn):
        conn.execute(_TOTALS, (after,))
        conn.execute("DELETE FROM unthreaded")
    _insert(conn, f"INSERT INTO revision_changes VALUES ({', '.join('?' * 16)})", _change_rows(conn, after))
    if not after:
        with write(conn):
            _save_search(conn)


def _insert(conn: sqlite3.Connection, statement: str, rows: Iterator[_Row]) -> None:
    waiting = list(rows)
    for start in range(0, len(waiting), _CHUNK):
        with write(conn):
            conn.executemany(statement, waiting[start : start + _CHUNK])


def _thread_rows(conn: sqlite3.Connection, after: int) -> Iterator[_Row]:
    chance = random.Random("threads")
    latest: dict[str, list[int]] = defaultdict(list)
    threads: dict[int, int] = {}
    for page_id, original_id, source_id, at, language in conn.execute(_STORIES, (after,)):
        if original_id != page_id:
            yield page_id, threads.get(original_id, original_id), original_id, source_id, at, None, None
            continue
        near = latest[language]
        joins = bool(near) and chance.random() < _JOINS
        nearest = threads[chance.choice(near)] if near else None
        thread = nearest if joins and nearest else page_id
        threads[page_id] = thread
        near.append(page_id)
        if len(near) > 2 * _NEAR:
            del near[:_NEAR]
        told: dict[str, object] = {
            "joined": joins,
            "thread": nearest,
            "score": round(chance.random(), 3),
            "centroid": 0.31,
            "founder": 0.22,
        }
        told |= {"rare": 0.4, "title": 0.2, "gap_days": 0.6, "shared": ["reed", "harbour", "strike"]}
        yield page_id, thread, page_id, source_id, at, None, json.dumps(told)


def _change_rows(conn: sqlite3.Connection, after: int) -> Iterator[_Row]:
    chance = random.Random("changes")
    for page_id, previous, article_id, source_id, revision, seen_at, language in conn.execute(_REVISIONS, (after,)):
        matters = chance.random() < _MATTERS
        kinds = tuple(chance.sample(list(Substance), chance.choice((1, 1, 2, 3)))) if matters else ()
        words = (
            ChangedWords(kind=ChangeKind.UNCHANGED, text="There were "),
            ChangedWords(kind=ChangeKind.GONE, text="12"),
        )
        passages = (Passage(kinds=tuple(kinds), pieces=(*words, ChangedWords(kind=ChangeKind.COME, text="14"))),)
        evidence = tuple(ChangeEvidence(kind=kind, before="12", after="14") for kind in kinds)
        score = round(1 + chance.expovariate(0.5), 2) if matters else round(chance.random(), 2)
        noise = () if matters else (chance.choice(list(Noise)),)
        yield (
            page_id, previous, article_id, source_id, revision, seen_at, language, score, json.dumps(kinds), json.dumps(noise),
            int(chance.random() < 0.6), int(chance.random() < 0.3), chance.randrange(600, 90_000),
            chance.randrange(600, 90_000) if chance.random() < 0.9 else None,
            pack_evidence(evidence), pack_passages(passages if matters else ()),
        )  # fmt: skip


def _save_search(conn: sqlite3.Connection) -> None:
    now = "2026-01-01T00:00:00.000Z"
    conn.execute(
        "INSERT INTO saved_searches (id, name, stored, saved_at, after_page) VALUES (1, 'sport', ?, ?, 0)",
        (json.dumps({"section": "Sport"}), now),
    )
    conn.execute(
        "INSERT INTO search_matches (search_id, article_id, original_id, page_id, matched_at)"
        " SELECT 1, article_id, original_id, page_id, last_seen_utc FROM"
        " (SELECT * FROM current_pages WHERE section = 'Sport' ORDER BY page_id DESC LIMIT ?) ORDER BY page_id",
        (_MATCHES,),
    )


def main() -> None:
    """Add them to an archive."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path)
    options = parser.parse_args()
    began = time.perf_counter()
    conn = connect(options.database)
    conn.execute("PRAGMA cache_size = -1000000")
    add_stories(conn)
    conn.execute("PRAGMA analysis_limit = 1000")
    conn.execute("PRAGMA optimize")
    conn.close()
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()

"""Rows of threads (`db.schema.tables.threads`), but for counts of terms. What belongs where is decided in `pipelines.threads`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from db.sqlite.named_rows import named_rows

TABLES = (
    "threads", "thread_articles", "thread_vectors", "thread_states", "thread_postings", "thread_terms", "thread_totals",
)  # fmt: skip
"""All but the queue and the row that says how far it is kept."""

# Later pages wait until all earlier ones are read and settled: threads depend on the order of arrival, which is the order of pages,
# and not on which of several processes is done first.
_FIRST_UNREAD = "SELECT coalesce(min(page_id), 9223372036854775807) FROM unread"
# An article that is gone leaves at once.
_READY = f"""
(page_id < ({_FIRST_UNREAD}) OR page_id NOT IN (SELECT page_id FROM decisions))
"""
_WAITING = f"SELECT page_id FROM unthreaded WHERE {_READY} ORDER BY page_id LIMIT ?"
_CLUSTERS_OF = """
SELECT DISTINCT original_id FROM decisions
WHERE page_id IN (SELECT value FROM json_each(?)) AND verdict IN ('new', 'copy')
"""
_MEMBERS = """
SELECT d.original_id AS cluster, d.page_id, p.source_id, p.fetched_at AS arrived, coalesce(a.published_utc, p.fetched_at) AS at
FROM decisions d JOIN pages p ON p.id = d.page_id JOIN articles a ON a.page_id = d.page_id
WHERE d.original_id IN (SELECT value FROM json_each(?)) AND d.verdict IN ('new', 'copy') ORDER BY d.original_id, d.page_id
"""
_CONTENTS = """
SELECT page_id, title, text, coalesce(language, '') AS language FROM articles WHERE page_id IN (SELECT value FROM json_each(?))
"""
_STORIES_OF = "SELECT DISTINCT story_id FROM thread_articles WHERE article_id IN (SELECT value FROM json_each(?))"
_KEPT = """
SELECT article_id, thread_id, story_id, source_id, at, content, evidence FROM thread_articles
WHERE story_id IN (SELECT value FROM json_each(?)) ORDER BY story_id, article_id
"""
_EVIDENCE = """
SELECT article_id, evidence FROM thread_articles WHERE thread_id = ? AND article_id < ? AND evidence IS NOT NULL ORDER BY 1
"""
_POSTED = """
WITH rarest (term, weight) AS (VALUES {}),
found AS (
    SELECT DISTINCT term, weight, thread_id FROM rarest CROSS JOIN thread_postings p USING (term)
    WHERE p.story_id >= coalesce(
        (SELECT story_id FROM thread_postings WHERE term = rarest.term ORDER BY story_id DESC LIMIT 1 OFFSET ?), 0)
),
ranked AS (SELECT thread_id, sum(weight) AS votes FROM found GROUP BY thread_id ORDER BY votes DESC, thread_id LIMIT ?)
SELECT thread_id FROM ranked JOIN thread_states USING (thread_id) WHERE arrived >= ? ORDER BY votes DESC, thread_id
"""
_TOTALS = """
INSERT INTO threads (id, language, first_at, last_at, stories, articles, sources)
SELECT thread_id, :language, min(at), max(at), sum(article_id = story_id), count(*), count(DISTINCT source_id)
FROM thread_articles WHERE thread_id = :thread GROUP BY thread_id
ON CONFLICT (id) DO UPDATE SET first_at = excluded.first_at, last_at = excluded.last_at, stories = excluded.stories,
    articles = excluded.articles, sources = excluded.sources
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterArticle:
    """An article of a copy cluster. `cluster`: the id of the original; `at`: when it was published, or else stored."""

    cluster: int
    page_id: int
    source_id: int
    arrived: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryContent:
    """What a story is compared by."""

    page_id: int
    title: str
    text: str
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadArticle:
    """An article in a thread, as stored. `content` and `evidence` (JSON) only where the article is the story itself."""

    article_id: int
    thread_id: int
    story_id: int
    source_id: int
    at: str
    content: int | None
    evidence: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVector:
    """The vector of a story in a living thread, packed."""

    story_id: int
    thread_id: int
    arrived: str
    at: str
    language: str
    vector: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredState:
    """What stories are compared with, for one thread; vectors packed."""

    thread_id: int
    arrived: str
    first_at: str
    last_at: str
    founder: bytes
    centroid: bytes


def waiting_articles(conn: sqlite3.Connection, limit: int) -> list[int]:
    """Articles whose place in threads can be decided now, in the order in which they came."""
    return [page_id for (page_id,) in conn.execute(_WAITING, (limit,))]


def first_unread(conn: sqlite3.Connection) -> int:
    """The first page that has no outcome; a number above all pages if there is none."""
    return int(conn.execute(_FIRST_UNREAD).fetchone()[0])


def any_unthreaded(conn: sqlite3.Connection) -> bool:
    """Whether an article waits whose place can be decided now."""
    return bool(waiting_articles(conn, 1))


def count_unthreaded(conn: sqlite3.Connection) -> int:
    """How many articles wait, also those that cannot be decided yet."""
    return int(conn.execute("SELECT count(*) FROM unthreaded").fetchone()[0])


def mark_threaded(conn: sqlite3.Connection, page_ids: Iterable[int]) -> None:
    """Take articles out of the queue."""
    conn.executemany("DELETE FROM unthreaded WHERE page_id = ?", [(page_id,) for page_id in page_ids])


def drop_threads(conn: sqlite3.Connection) -> None:
    """Delete all threads, and queue all articles: they will be threaded again in the order in which they came."""
    for table in TABLES:
        conn.execute(f"DELETE FROM {table}")
    conn.execute("INSERT OR IGNORE INTO unthreaded SELECT page_id FROM decisions WHERE verdict IN ('new', 'copy')")
    conn.execute("UPDATE thread_keeping SET expired = NULL, out_of_order = 0")


def clusters_of(conn: sqlite3.Connection, page_ids: Collection[int]) -> list[list[ClusterArticle]]:
    """The copy clusters of articles as they are decided now, members in the order in which they came."""
    wanted = [original for (original,) in conn.execute(_CLUSTERS_OF, (json.dumps(sorted(page_ids)),))]
    clusters: dict[int, list[ClusterArticle]] = {}
    for row in named_rows(conn, _MEMBERS, (json.dumps(sorted(wanted)),)):
        clusters.setdefault(row["cluster"], []).append(ClusterArticle(**row))
    return list(clusters.values())


def story_contents(conn: sqlite3.Connection, page_ids: Collection[int]) -> dict[int, StoryContent]:
    """Title, text and language of articles."""
    rows = named_rows(conn, _CONTENTS, (json.dumps(sorted(page_ids)),))
    return {row["page_id"]: StoryContent(**row) for row in rows}


def stories_of(conn: sqlite3.Connection, page_ids: Collection[int]) -> set[int]:
    """The stories whose rows hold these articles."""
    return {story for (story,) in conn.execute(_STORIES_OF, (json.dumps(sorted(page_ids)),))}


def kept_articles(conn: sqlite3.Connection, stories: Collection[int]) -> dict[int, list[ThreadArticle]]:
    """The rows of stories and their copies."""
    kept: dict[int, list[ThreadArticle]] = {}
    for row in named_rows(conn, _KEPT, (json.dumps(sorted(stories)),)):
        kept.setdefault(row["story_id"], []).append(ThreadArticle(**row))
    return kept


def save_articles(conn: sqlite3.Connection, articles: Iterable[ThreadArticle]) -> None:
    """Insert or replace rows of articles."""
    conn.executemany(
        "INSERT OR REPLACE INTO thread_articles (article_id, thread_id, story_id, source_id, at, content, evidence)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (row.article_id, row.thread_id, row.story_id, row.source_id, row.at, row.content, row.evidence)
            for row in articles
        ],
    )


def delete_articles(conn: sqlite3.Connection, stories: Iterable[int]) -> None:
    """Delete the rows of stories and their copies."""
    conn.executemany("DELETE FROM thread_articles WHERE story_id = ?", [(story,) for story in stories])


def last_story(conn: sqlite3.Connection) -> int:
    """The last story that was placed, 0 before the first."""
    return int(conn.execute("SELECT coalesce(max(story_id), 0) FROM thread_articles").fetchone()[0])


def stories_from(conn: sqlite3.Connection, story: int, most: int) -> list[int]:
    """Stories placed from one on, newest first, at most `most`."""
    query = "SELECT article_id FROM thread_articles WHERE article_id >= ? AND evidence IS NOT NULL ORDER BY article_id LIMIT ?"
    return [number for (number,) in conn.execute(query, (story, most))][::-1]


def queue_articles(conn: sqlite3.Connection, page_ids: Iterable[int]) -> None:
    """Queue articles again."""
    conn.executemany("INSERT OR IGNORE INTO unthreaded VALUES (?)", [(page_id,) for page_id in page_ids])


def save_vector(conn: sqlite3.Connection, row: StoredVector, rarest: Iterable[int]) -> None:
    """Keep the vector of a story, and the terms by which it is found."""
    conn.execute(
        "INSERT OR REPLACE INTO thread_vectors (story_id, thread_id, arrived, at, language, vector) VALUES (?, ?, ?, ?, ?, ?)",
        (row.story_id, row.thread_id, row.arrived, row.at, row.language, row.vector),
    )
    conn.executemany(
        "INSERT OR REPLACE INTO thread_postings (term, story_id, thread_id) VALUES (?, ?, ?)",
        [(term, row.story_id, row.thread_id) for term in sorted(rarest)],
    )


def load_vectors(conn: sqlite3.Connection, stories: Collection[int]) -> dict[int, StoredVector]:
    """The vectors of those of the stories that have one."""
    rows = named_rows(
        conn,
        "SELECT story_id, thread_id, arrived, at, language, vector FROM thread_vectors"
        " WHERE story_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(stories)),),
    )
    return {row["story_id"]: StoredVector(**row) for row in rows}


def count_vectors(conn: sqlite3.Connection, stories: Collection[int]) -> tuple[int, str | None]:
    """How many of the stories have a vector, and when the first of these arrived."""
    query = "SELECT count(*), min(arrived) FROM thread_vectors WHERE story_id IN (SELECT value FROM json_each(?))"
    count, earliest = conn.execute(query, (json.dumps(sorted(stories)),)).fetchone()
    return int(count), earliest


def delete_vector(conn: sqlite3.Connection, story: int, rarest: Iterable[int]) -> None:
    """Forget the vector of a story."""
    conn.execute("DELETE FROM thread_vectors WHERE story_id = ?", (story,))
    conn.executemany(
        "DELETE FROM thread_postings WHERE (term, story_id) = (?, ?)", [(term, story) for term in sorted(rarest)]
    )


def latest_vectors(conn: sqlite3.Connection, thread: int, most: int) -> list[bytes]:
    """The vectors of the latest stories of a thread, newest first."""
    query = "SELECT vector FROM thread_vectors WHERE thread_id = ? ORDER BY story_id DESC LIMIT ?"
    return [vector for (vector,) in conn.execute(query, (thread, most))]


def thread_bounds(conn: sqlite3.Connection, thread: int) -> tuple[int, str, str, str] | None:
    """Of the stories of a living thread: the first, the latest arrival, the first and last time; None if there is none left."""
    query = "SELECT min(story_id), max(arrived), min(at), max(at) FROM thread_vectors WHERE thread_id = ?"
    row = conn.execute(query, (thread,)).fetchone()
    return None if row[0] is None else (int(row[0]), str(row[1]), str(row[2]), str(row[3]))


def first_story(conn: sqlite3.Connection, thread: int) -> int | None:
    """The first story of a thread, None if it has none."""
    row = conn.execute("SELECT min(story_id) FROM thread_articles WHERE thread_id = ?", (thread,)).fetchone()
    return None if row[0] is None else int(row[0])


def count_stories(conn: sqlite3.Connection, thread: int) -> int:
    """How many stories a living thread has."""
    return int(conn.execute("SELECT count(*) FROM thread_vectors WHERE thread_id = ?", (thread,)).fetchone()[0])


def stories_in(conn: sqlite3.Connection, thread: int) -> list[int]:
    """The stories of a living thread."""
    rows = conn.execute("SELECT story_id FROM thread_vectors WHERE thread_id = ? ORDER BY 1", (thread,))
    return [story for (story,) in rows]


def story_evidence(conn: sqlite3.Connection, thread: int, before: int) -> list[tuple[int, str]]:
    """The stories of a thread placed before one, in order, each with its evidence (JSON)."""
    return conn.execute(_EVIDENCE, (thread, before)).fetchall()


def move_stories(
    conn: sqlite3.Connection, stories: Collection[int], thread: int, rarest: Mapping[int, Collection[int]]
) -> None:
    """Put stories and their copies into another thread. `rarest`: the terms by which each is found."""
    for table in ("thread_articles", "thread_vectors"):
        conn.executemany(f"UPDATE {table} SET thread_id = ? WHERE story_id = ?", [(thread, story) for story in stories])
    conn.executemany(
        "UPDATE thread_postings SET thread_id = ? WHERE (term, story_id) = (?, ?)",
        [(thread, term, story) for story, terms in rarest.items() for term in sorted(terms)],
    )


def rename_thread(conn: sqlite3.Connection, thread: int, founder: int) -> None:
    """Give a thread whose founder left the id of its next story."""
    for table in ("thread_articles", "thread_vectors", "thread_postings"):
        conn.execute(f"UPDATE {table} SET thread_id = ? WHERE thread_id = ?", (founder, thread))
    conn.execute("DELETE FROM thread_states WHERE thread_id = ?", (thread,))
    conn.execute("DELETE FROM threads WHERE id = ?", (thread,))


def save_state(conn: sqlite3.Connection, state: StoredState) -> None:
    """Keep what stories are compared with."""
    conn.execute(
        "INSERT OR REPLACE INTO thread_states (thread_id, arrived, first_at, last_at, founder, centroid)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (state.thread_id, state.arrived, state.first_at, state.last_at, state.founder, state.centroid),
    )


def delete_state(conn: sqlite3.Connection, thread: int) -> None:
    """Forget what stories are compared with."""
    conn.execute("DELETE FROM thread_states WHERE thread_id = ?", (thread,))


def extend_state(conn: sqlite3.Connection, story: StoredVector, centroid: bytes) -> None:
    """Add a story to what others are compared with, for its thread; its founder stays."""
    conn.execute(
        "UPDATE thread_states SET arrived = max(arrived, ?), first_at = min(first_at, ?), last_at = max(last_at, ?),"
        " centroid = ? WHERE thread_id = ?",
        (story.arrived, story.at, story.at, centroid, story.thread_id),
    )


def load_states(conn: sqlite3.Connection, threads: Collection[int]) -> list[StoredState]:
    """What stories are compared with, for these threads."""
    rows = named_rows(
        conn,
        "SELECT thread_id, arrived, first_at, last_at, founder, centroid FROM thread_states"
        " WHERE thread_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(threads)),),
    )
    return [StoredState(**row) for row in rows]


def posted_threads(
    conn: sqlite3.Connection, weights: Mapping[int, int], *, posted: int, most: int, alive_since: str
) -> list[int]:
    """The threads that most of a story's rarest terms lead to, by the weight of these, the heaviest first: of the first `most`
    those that got a story since `alive_since`. `posted`: how many of the latest stories with a term count."""
    # Bound one by one: SQLite takes twice as long to read them from JSON.
    query = _POSTED.format(", ".join(["(?, ?)"] * len(weights)) or "(NULL, 0)")
    bound = [number for pair in weights.items() for number in pair]
    return [thread for (thread,) in conn.execute(query, (*bound, posted - 1, most, alive_since))]


def dead_threads(conn: sqlite3.Connection, before: str) -> list[tuple[int, int, bytes]]:
    """Threads that got no story since `before`: thread, story and packed vector of each of their stories."""
    query = """
    SELECT v.thread_id, v.story_id, v.vector FROM thread_states s JOIN thread_vectors v ON v.thread_id = s.thread_id
    WHERE s.arrived < ? ORDER BY v.story_id
    """
    return conn.execute(query, (before,)).fetchall()


def last_expiry(conn: sqlite3.Connection) -> str | None:
    """The last day on which dead threads were forgotten."""
    row = conn.execute("SELECT expired FROM thread_keeping").fetchone()
    return str(row[0]) if row and row[0] else None


def save_expiry(conn: sqlite3.Connection, day: str | None) -> None:
    """Record the day on which dead threads were forgotten."""
    conn.execute("UPDATE thread_keeping SET expired = ?", (day,))


def latest_arrival(conn: sqlite3.Connection) -> str | None:
    """When the latest story of a living thread arrived."""
    row = conn.execute("SELECT max(arrived) FROM thread_states").fetchone()
    return str(row[0]) if row[0] else None


def note_out_of_order(conn: sqlite3.Connection, changes: int) -> None:
    """Count changes to old stories, after which a rebuild may give other threads."""
    conn.execute("UPDATE thread_keeping SET out_of_order = out_of_order + ?", (changes,))


def save_thread_totals(conn: sqlite3.Connection, thread: int, language: str) -> None:
    """Count what is in a thread anew, and forget it if nothing is."""
    conn.execute(_TOTALS, {"thread": thread, "language": language})
    conn.execute(
        "DELETE FROM threads WHERE id = :thread AND NOT EXISTS (SELECT 1 FROM thread_articles WHERE thread_id = :thread)",
        {"thread": thread},
    )

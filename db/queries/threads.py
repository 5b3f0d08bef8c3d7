"""Threads: articles about the same event. Which were biggest in a period, what is in one, and why."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from db.display.shown_sql import fill_values
from db.queries.article_filter import of_sources
from db.sqlite.named_rows import named_rows
from db.timestamps import parse_timestamp

DROPPED_AFTER = timedelta(days=1)
"""A source whose last article came so long before the last one of the others has dropped the story."""
MOST_ARTICLES = 500
"""Articles shown of one thread, the first ones."""

# A thread that lies within the period has all its articles there; only those that cross its bounds are counted.
_INSIDE = """CASE WHEN t.first_at >= :since AND t.last_at < :until THEN t.articles
        ELSE (SELECT count(*) FROM thread_articles m WHERE m.thread_id = t.id AND m.at >= :since AND m.at < :until) END"""
_OVER_SOURCES = f"""
    SELECT t.id, {_INSIDE} AS inside FROM threads t
    WHERE t.articles > 1 AND t.last_at >= :since AND t.first_at < :until AND (:language IS NULL OR t.language = :language)
    ORDER BY inside DESC, t.articles DESC, t.id DESC LIMIT :limit"""
_OF_SOURCES = """
    SELECT m.thread_id AS id, count(*) AS inside FROM thread_articles m JOIN threads t ON t.id = m.thread_id
    WHERE m.{of_sources} AND m.at >= :since AND m.at < :until AND t.articles > 1
        AND (:language IS NULL OR t.language = :language)
    GROUP BY m.thread_id ORDER BY inside DESC, t.articles DESC, t.id DESC LIMIT :limit"""
_BIGGEST = """
SELECT t.id, a.title, t.language, t.first_at, t.last_at, t.stories, t.articles, t.sources, b.inside
FROM ({biggest}) b JOIN threads t ON t.id = b.id LEFT JOIN articles a ON a.page_id = t.id
ORDER BY b.inside DESC, t.articles DESC, t.id DESC
"""
_ONE = """
SELECT t.id, a.title, t.language, t.first_at, t.last_at, t.stories, t.articles, t.sources, t.articles AS inside
FROM threads t LEFT JOIN articles a ON a.page_id = t.id WHERE t.id = ?
"""
_MEMBERS = """
SELECT m.article_id, m.story_id, m.source_id, s.name AS source_name, a.title, m.at, m.evidence,
    d.original_id <> d.article_id AS is_copy,
    (SELECT group_concat(p.fetched_at) FROM decisions r JOIN pages p ON p.id = r.page_id
        WHERE r.article_id = m.article_id AND r.verdict = 'revision') AS corrected
FROM thread_articles m JOIN articles a ON a.page_id = m.article_id JOIN decisions d ON d.page_id = m.article_id
JOIN sources s ON s.id = m.source_id
WHERE m.thread_id = :thread ORDER BY m.at, m.article_id LIMIT :limit
"""
_OF_ARTICLE = """
SELECT t.id, t.articles, t.sources FROM thread_articles m JOIN threads t ON t.id = m.thread_id WHERE m.article_id = ?
"""
_KEEPING = "SELECT out_of_order, (SELECT count(*) FROM unthreaded) AS waiting FROM thread_keeping"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadFilter:
    """Which threads: those with articles from `since` on and before `until`, in a language, of any of some sources."""

    since: datetime
    until: datetime
    source_ids: tuple[int, ...] = ()
    language: str | None = None

    def values(self, limit: int) -> dict[str, object]:
        """The values of the query."""
        return {
            "since": _stamp(self.since),
            "until": _stamp(self.until),
            "language": self.language,
            "limit": limit,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadLine:
    """A thread and its totals. `title`: of the article that founded it; `inside`: its articles in the period asked for."""

    id: int
    title: str | None
    language: str
    first_at: str
    last_at: str
    stories: int
    articles: int
    sources: int
    inside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadEvidence:
    """Why an article is in its thread: how it compared with the thread nearest to it (`pipelines.threads.score`).

    `joined`: it joined that thread; else it founded its own. `merged`: it showed that this thread and `into` are one. Rows of
    earlier versions lack `names`, `names_known` and `refilled`.
    """

    joined: bool
    thread: int | None = None
    score: float | None = None
    centroid: float | None = None
    founder: float | None = None
    rare: float | None = None
    names: float | None = None
    names_known: float | None = None
    title: float | None = None
    gap_days: float | None = None
    refilled: float | None = None
    shared: tuple[str, ...] = ()
    into: int | None = None
    merged: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadMember:
    """An article of a thread. `corrected`: when its corrections were seen; `evidence`: None for a copy, which goes with its
    story."""

    article_id: int
    story_id: int
    source_id: int
    source_name: str
    title: str
    at: str
    is_copy: bool
    corrected: tuple[str, ...] = ()
    evidence: ThreadEvidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadLane:
    """A source's part in a thread. `first`: it had the story first; `dropped`: others went on for a day or more after its last."""

    source_id: int
    source_name: str
    first_at: str
    last_at: str
    articles: int
    copies: int
    corrections: int
    first: bool
    dropped: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A thread with its articles in order of time and its sources in order of their first."""

    line: ThreadLine
    members: list[ThreadMember]
    lanes: list[ThreadLane] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadKeeping:
    """How far threads are kept: changes that only a rebuild would follow, articles that wait for their thread."""

    out_of_order: int
    waiting: int


def biggest_threads(conn: sqlite3.Connection, wanted: ThreadFilter, limit: int) -> list[ThreadLine]:
    """The threads with most articles in a period; none with none."""
    lines = [ThreadLine(**row) for row in named_rows(conn, _biggest(wanted), wanted.values(limit))]
    return [line for line in lines if line.inside]


def biggest_threads_sql(wanted: ThreadFilter, limit: int) -> str:
    """The statement of `biggest_threads` with its values filled in."""
    return fill_values(_biggest(wanted), wanted.values(limit))


def _biggest(wanted: ThreadFilter) -> str:
    of_these = _OF_SOURCES.format(of_sources=of_sources(wanted.source_ids)) if wanted.source_ids else _OVER_SOURCES
    return _BIGGEST.format(biggest=of_these)


def load_thread(conn: sqlite3.Connection, thread_id: int) -> Thread | None:
    """A thread with its articles; None if there is none with that number."""
    row = named_rows(conn, _ONE, (thread_id,)).fetchone()
    if row is None:
        return None
    values = {"thread": thread_id, "limit": MOST_ARTICLES}
    members = [_member(one) for one in named_rows(conn, _MEMBERS, values)]
    return Thread(line=ThreadLine(**row), members=members, lanes=_lanes(members))


def thread_sql(thread_id: int) -> str:
    """The statement that reads the articles of a thread, with its values filled in."""
    return fill_values(_MEMBERS, {"thread": thread_id, "limit": MOST_ARTICLES})


def thread_of_article(conn: sqlite3.Connection, article_id: int) -> tuple[int, int, int] | None:
    """The thread of an article, and how many articles and sources it has; None if it has none, or the article is alone in it."""
    row = conn.execute(_OF_ARTICLE, (article_id,)).fetchone()
    return (int(row[0]), int(row[1]), int(row[2])) if row and row[1] > 1 else None


def thread_that_took_in(conn: sqlite3.Connection, thread_id: int) -> int | None:
    """The thread that a former thread is a part of now: the one its first article is in. None if there is none."""
    row = conn.execute("SELECT thread_id FROM thread_articles WHERE article_id = ?", (thread_id,)).fetchone()
    return int(row[0]) if row else None


def thread_keeping(conn: sqlite3.Connection) -> ThreadKeeping:
    """How far threads are kept."""
    return ThreadKeeping(**named_rows(conn, _KEEPING).fetchone())


def _member(row: sqlite3.Row) -> ThreadMember:
    told = json.loads(row["evidence"]) if row["evidence"] else None
    return ThreadMember(
        article_id=row["article_id"],
        story_id=row["story_id"],
        source_id=row["source_id"],
        source_name=row["source_name"],
        title=row["title"],
        at=row["at"],
        is_copy=bool(row["is_copy"]),
        corrected=tuple(sorted((row["corrected"] or "").split(","))) if row["corrected"] else (),
        evidence=ThreadEvidence(**told | {"shared": tuple(told.get("shared", ()))}) if told else None,
    )


def _lanes(members: list[ThreadMember]) -> list[ThreadLane]:
    by_source: dict[int, list[ThreadMember]] = {}
    for member in members:
        by_source.setdefault(member.source_id, []).append(member)
    lasts = {source: max(parse_timestamp(member.at) for member in those) for source, those in by_source.items()}
    lanes = []
    for number, (source, those) in enumerate(by_source.items()):
        others = max((last for other, last in lasts.items() if other != source), default=lasts[source])
        lanes.append(
            ThreadLane(
                source_id=source,
                source_name=those[0].source_name,
                first_at=those[0].at,
                last_at=those[-1].at,
                articles=len(those),
                copies=sum(member.is_copy for member in those),
                corrections=sum(len(member.corrected) for member in those),
                first=number == 0,
                dropped=others - lasts[source] >= DROPPED_AFTER,
            )
        )
    return lanes


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")

"""Threads over real rows: what is placed where, and that rebuilding, changes and parallel reading end alike."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bench.threads.archive import KnownArticle, new_archive, store, thread_all, threads_of
from bench.threads.quality import agreement, known
from bench.threads.stream import START, generate
from db.connection.database import write
from db.queries.threads import ThreadFilter, biggest_threads, load_thread, thread_keeping, thread_that_took_in
from db.store.dedup.threads import TABLES, any_unthreaded, drop_threads
from pipelines.processing.reextract import GATHERED_STORIES, settle_in_steps
from pipelines.processing.write_turns import WriteTurns
from pipelines.threads import keep, living, merging
from pipelines.threads.keep import keep_threads
from pipelines.threads.terms import StoryTerms, story_terms
from pipelines.threads.vectors import add_up, unpack

# Without the tail of stories that run on for weeks, in which a few articles span more days than threads live.
STREAM = generate(3, 45, days=16)[:250]
_INSIDE = """
SELECT t.id, count(*) FROM thread_articles m JOIN threads t ON t.id = m.thread_id
WHERE t.articles > 1 AND m.at >= :since AND m.at < :until AND (:source IS NULL OR m.source_id = :source)
GROUP BY 1 ORDER BY 2 DESC, t.articles DESC, t.id DESC
"""


def derived(conn: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {table: conn.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in TABLES}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The stream as a crawl brings it: a few articles a time."""
    conn = new_archive(tmp_path_factory.mktemp("threads") / "t.db", 24)
    articles = known(STREAM)
    for start in range(0, len(articles), 37):
        store(conn, articles[start : start + 37])
        thread_all(conn)
    yield conn
    conn.close()


@pytest.fixture
def changed(archive: sqlite3.Connection, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A copy to change."""
    archive.execute("VACUUM INTO ?", (str(tmp_path / "changed.db"),))
    conn = sqlite3.connect(tmp_path / "changed.db", isolation_level=None)
    conn.execute("PRAGMA foreign_keys = ON")
    yield conn
    conn.close()


def rebuilt(conn: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    with write(conn):
        drop_threads(conn)
    thread_all(conn)
    return derived(conn)


def test_threads_match_the_events(archive: sqlite3.Connection) -> None:
    found = agreement(threads_of(archive), {one.number + 1: one.event for one in STREAM})
    assert found.cubed_f1 > 0.75, found
    assert found.cubed_precision > 0.85, found


def test_a_rebuild_gives_the_rows_of_the_crawl(changed: sqlite3.Connection) -> None:
    live = derived(changed)
    assert len(live["threads"]) > 40
    assert rebuilt(changed) == live
    assert not any_unthreaded(changed)


@pytest.mark.parametrize("latest", [living._LATEST, 2])
def test_threads_are_compared_by_the_sum_of_their_latest_stories(
    changed: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, latest: int
) -> None:
    """Also where a story was only added to what was there."""
    monkeypatch.setattr(living, "_LATEST", latest)
    rebuilt(changed)
    states = changed.execute("SELECT thread_id, arrived, first_at, last_at, founder, centroid FROM thread_states")
    lengths = set()
    for thread, *state in states.fetchall():
        rows = changed.execute(
            "SELECT arrived, at, vector FROM thread_vectors WHERE thread_id = ? ORDER BY story_id", (thread,)
        ).fetchall()
        arrived, at, vectors = zip(*rows, strict=True)
        centroid = add_up([unpack(vector) for vector in vectors[-latest:]]).pack()
        assert state == [max(arrived), min(at), max(at), vectors[0], centroid]
        lengths.add(len(rows))
    assert max(lengths) > 2


def test_placing_a_story_asks_the_database_little(archive: sqlite3.Connection, changed: sqlite3.Connection) -> None:
    """Threads are found by one query for all terms, and a story is added to its thread without reading the others."""
    with write(changed):
        drop_threads(changed)
    asked: list[str] = []
    changed.set_trace_callback(asked.append)
    thread_all(changed)
    changed.set_trace_callback(None)
    stories = len(set(archive.execute("SELECT story_id FROM thread_articles").fetchall()))
    queries = [sql for sql in asked if sql.lstrip().startswith(("SELECT", "WITH"))]
    assert len(queries) < 5 * stories


def test_a_page_that_is_read_late_is_waited_for(changed: sqlite3.Connection) -> None:
    """Pages are read by several processes, so a later one may be done first."""
    live = derived(changed)
    with write(changed):
        drop_threads(changed)
        changed.execute("INSERT INTO unread VALUES (100)")
    thread_all(changed)
    assert changed.execute("SELECT max(story_id) FROM thread_articles").fetchone()[0] < 100
    with write(changed):
        changed.execute("DELETE FROM unread")
    thread_all(changed)
    assert derived(changed) == live


@pytest.mark.parametrize("replayed", [500, 10])
def test_what_leaves_joins_or_changes_leaves_consistent_rows(
    changed: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch, replayed: int
) -> None:
    """Few later stories are placed again, as a rebuild would; else the rest stays where it is, and the change is counted."""
    monkeypatch.setattr(keep, "REPLAYED", replayed)
    last = len(STREAM)
    far, near = ((20, 33) if replayed == 10 else ()), (last - 3, last - 5)
    originals = {
        original for (original,) in changed.execute("SELECT original_id FROM decisions WHERE verdict = 'copy'")
    }
    for gone in far + near:
        with write(changed):
            changed.execute("DELETE FROM outcomes WHERE page_id = ?", (gone,))
            changed.execute("DELETE FROM unread")
            keep_threads(changed, 500)
    own = next(n for n in range(last - 8, last - 40, -1) if n not in originals and n in threads_of(changed))
    with write(changed):
        changed.execute("UPDATE decisions SET verdict = 'copy', original_id = 5 WHERE page_id = ?", (own,))
    thread_all(changed)
    with write(changed):
        changed.execute("UPDATE decisions SET verdict = 'new', original_id = page_id WHERE page_id = ?", (own,))
    thread_all(changed)
    articles = {page for (page,) in changed.execute("SELECT page_id FROM decisions WHERE verdict IN ('new', 'copy')")}
    assert threads_of(changed).keys() == articles
    assert not set(threads_of(changed)) & set(far + near)
    totals = "SELECT thread_id, count(evidence), count(*), count(DISTINCT source_id) FROM thread_articles GROUP BY 1 ORDER BY 1"
    assert (
        changed.execute(totals).fetchall()
        == changed.execute("SELECT id, stories, articles, sources FROM threads ORDER BY id").fetchall()
    )
    assert (thread_keeping(changed).out_of_order > 0) == (replayed == 10)
    kept = derived(changed)
    assert (rebuilt(changed) == kept) or replayed == 10
    assert thread_keeping(changed).out_of_order == 0


def change_titles(conn: sqlite3.Connection, stories: list[int]) -> None:
    """As extracting again does, with the decisions made already."""
    with write(conn):
        for story in stories:
            conn.execute("UPDATE articles SET title = 'Élan: ' || title WHERE page_id = ?", (story,))
            conn.execute("INSERT OR IGNORE INTO unthreaded VALUES (?)", (story,))
        conn.execute("DELETE FROM unsettled")


def stories_of(conn: sqlite3.Connection) -> list[int]:
    """All stories, in order."""
    return [story for (story,) in conn.execute("SELECT DISTINCT story_id FROM thread_articles ORDER BY 1")]


def test_no_step_takes_back_or_places_more_than_its_limit(changed: sqlite3.Connection) -> None:
    """Other processes wait as long as a step takes; what was taken back in part is as if the rest had not come yet."""
    before = stories_of(changed)
    change_titles(changed, [before[10], before[40]])
    steps = []
    while any_unthreaded(changed):
        with write(changed):
            keep_threads(changed, 20)
        after = stories_of(changed)
        steps.append(len(set(before) ^ set(after)))
        before = after
    assert max(steps) == 20
    assert thread_keeping(changed).out_of_order == 0
    kept = derived(changed)
    assert rebuilt(changed) == kept


def test_extracting_again_places_what_changes_together(changed: sqlite3.Connection) -> None:
    """A few at a time, each would take back all that came since."""
    asked: list[str] = []
    stories = stories_of(changed)
    changed.set_trace_callback(asked.append)
    for start in range(0, len(stories), 5):
        change_titles(changed, stories[start : start + 5])
        settle_in_steps(WriteTurns(changed), threading.Event(), stories=GATHERED_STORIES)
    settle_in_steps(WriteTurns(changed), threading.Event())
    changed.set_trace_callback(None)
    assert not any_unthreaded(changed)
    placed = sum(sql.startswith("INSERT OR REPLACE INTO thread_vectors") for sql in asked)
    assert len(stories) <= placed < 2 * len(stories)
    kept = derived(changed)
    assert rebuilt(changed) == kept


def test_terms_are_worked_out_without_the_lock(changed: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    locked: list[bool] = []

    def watched(title: str, text: str, language: str) -> StoryTerms:
        locked.append(changed.in_transaction)
        return story_terms(title, text, language)

    monkeypatch.setattr(keep, "story_terms", watched)
    keep._terms_of.cache_clear()
    change_titles(changed, stories_of(changed))
    settle_in_steps(WriteTurns(changed), threading.Event())
    assert len(locked) >= len(stories_of(changed))
    assert not any(locked)


def test_many_that_change_together_may_take_back_more_than_one_alone(
    changed: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Extracting all again changes the first story of hundreds; placed where it was, the threads would not be a rebuild's."""
    monkeypatch.setattr(keep, "REPLAYED", 10)
    change_titles(changed, stories_of(changed))
    settle_in_steps(WriteTurns(changed), threading.Event())
    assert thread_keeping(changed).out_of_order == 0
    kept = derived(changed)
    assert rebuilt(changed) == kept


_BEGUN = (
    "The tanker Selma Rook lost power off Brant Point before dawn. Tugs from Corby Harbour held her against the tide.",
    "A slick drifts towards the beaches of Little Haven, and Mayor Ada Penrose closed them. Divers look for a leak.",
)
_BOTH = (
    "The tanker Selma Rook, which lost power off Brant Point, leaks oil: a slick drifts towards the beaches of Little Haven. Tugs"
    " from Corby Harbour hold her against the tide. Mayor Ada Penrose closed the beaches, and divers look for a leak."
)


def test_threads_that_are_shown_to_be_one_become_one_and_part_again(
    changed: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The older number stays; the younger leads there. Taking the story back that showed it leaves two threads."""
    monkeypatch.setattr(merging, "ALIKE", 0.0)  # The stories are so few that no two threads are alike.
    monkeypatch.setattr(merging, "THRESHOLD", 0.05)
    rebuilt(changed)
    first = len(STREAM) + 1
    texts = (*_BEGUN, *_BEGUN, _BOTH)
    articles = [
        KnownArticle(
            number=first + n, source=n, at=START + timedelta(days=17, hours=n), language="en", title=text[:30], text=text,
            original=first + n,
        )
        for n, text in enumerate(texts)
    ]  # fmt: skip
    store(changed, articles[:-1])
    thread_all(changed)
    parted = derived(changed)
    tanker, slick = first, first + 1
    assert [threads_of(changed)[first + n] for n in range(4)] == [tanker, slick, tanker, slick]
    store(changed, articles[-1:])
    thread_all(changed)
    assert [threads_of(changed)[first + n] for n in range(5)] == [tanker] * 5
    assert (load_thread(changed, slick), thread_that_took_in(changed, slick)) == (None, tanker)
    shown = load_thread(changed, tanker)
    assert shown is not None
    evidence = shown.members[-1].evidence
    assert evidence is not None
    assert (evidence.into, evidence.merged) == (tanker, slick)
    live = derived(changed)
    assert rebuilt(changed) == live
    with write(changed):
        changed.execute("DELETE FROM outcomes WHERE page_id = ?", (first + 4,))
        changed.execute("DELETE FROM unread")
    thread_all(changed)
    assert derived(changed) == parted


def test_a_correction_moves_nothing(changed: sqlite3.Connection) -> None:
    live = derived(changed)
    page = len(STREAM) + 1
    article = KnownArticle(
        number=page,
        source=1,
        at=START + timedelta(days=17),
        language="en",
        title="x",
        text="other words",
        original=page,
    )
    store(changed, [article])
    with write(changed):
        changed.execute(
            "UPDATE decisions SET verdict = 'revision', article_id = 40, original_id = 40 WHERE page_id = ?", (page,)
        )
    thread_all(changed)
    assert derived(changed) == live


def test_the_biggest_come_first_with_why_each_article_is_there(archive: sqlite3.Connection) -> None:
    period = ThreadFilter(since=START, until=START + timedelta(days=60))
    lines = biggest_threads(archive, period, 10)
    assert [line.inside for line in lines] == sorted((line.inside for line in lines), reverse=True)
    assert all(line.articles == line.inside > 1 for line in lines)
    shown = load_thread(archive, lines[0].id)
    assert shown is not None
    assert len(shown.members) == lines[0].articles
    assert sum(lane.first for lane in shown.lanes) == 1
    for member in shown.members:
        assert member.is_copy == (member.evidence is None)
        if member.evidence and member.evidence.joined:
            assert member.evidence.shared
            assert member.evidence.score is not None
            assert member.evidence.score >= 0.5
    # Threads that cross a bound are counted, those within have their totals.
    for source_id in (None, 3):
        chosen = (source_id,) if source_id else ()
        part = ThreadFilter(since=START + timedelta(days=2), until=START + timedelta(days=20), source_ids=chosen)
        counted = archive.execute(_INSIDE, part.values(0) | {"source": source_id}).fetchall()
        assert [(line.id, line.inside) for line in biggest_threads(archive, part, 20)] == counted[:20]
        assert len(counted) > 1
    of_one = ThreadFilter(since=START, until=period.until, source_ids=(3,), language="zh")
    assert {line.language for line in biggest_threads(archive, of_one, 100)} == {"zh"}
    first = json.loads(archive.execute("SELECT evidence FROM thread_articles ORDER BY article_id").fetchone()[0])
    assert first == {"joined": False}

"""What the plan is made of is kept up with the rows: read bit by bit it is what a fresh reading gives."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.config.loader import Config
from db.connection.database import open_database, write
from db.models import Link, LinkKind
from db.store.crawl import facts
from db.store.crawl.source_locks import lock_sources
from db.store.crawl.source_runs import begin_source_runs, end_dead_runs, end_source_run, end_source_runs
from db.store.sites.sources import add_source, all_sources, pause_source, remove_source, update_source_settings
from pipelines.urls import link_key
from scheduler.planning.cadence import FixedInterval, LearnedInterval
from scheduler.planning.learning import CadenceLearner, from_json, to_json
from scheduler.planning.plan import find_due
from scheduler.planning.source_states import SourceStates

START = datetime(2026, 11, 1, tzinfo=UTC)
# No process has this number: Linux counts to 4,194,304 at most.
NO_PROCESS = 4_999_999


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = open_database(tmp_path / "news.db", create=True)
    yield db.conn
    db.conn.close()


def test_read_bit_by_bit_it_is_what_a_fresh_reading_gives(conn: sqlite3.Connection) -> None:
    chance, now = random.Random(7), START
    kept = SourceStates(Config())
    open_runs: list[int] = []
    for step in range(300):
        now += timedelta(seconds=chance.randint(1, 900))
        with write(conn):
            sources = all_sources(conn)
            match chance.randrange(8):
                case 0:
                    add_source(conn, name=f"n{step}", url=f"http://n{step}.example/", settings={}, at=now)
                case 1 if sources:
                    pause_source(conn, chance.choice(sources).name, chance.choice([now, None]))
                case 2 if sources:
                    update_source_settings(
                        conn, chance.choice(sources), {"every": chance.choice(["5m", "2h", "never"])}
                    )
                case 3 if len(sources) > 3:
                    gone = remove_source(conn, chance.choice(sources).name, now)
                    if chance.random() < 0.5:
                        add_source(conn, name=gone.name, url=gone.url, settings={}, at=now)
                case 4 | 5 if sources:
                    pid = chance.choice([os.getpid(), NO_PROCESS])
                    run = facts.begin_run(conn, "crawl", pid, now, chance.choice(["by hand", "schedule"]))
                    some = chance.sample(sources, min(3, len(sources)))
                    free, _ = lock_sources(conn, some, run, pid, now)
                    begin_source_runs(conn, run, [one.id for one in free], now)
                    open_runs.append(run)
                    for one in free[:1]:
                        end_source_run(conn, run, one.id, ended="finished", at=now, error=None)
                case 6 if open_runs:
                    run = open_runs.pop()
                    end_source_runs(conn, run, ended=chance.choice(["finished", "failed", "stopped"]), at=now)
                    facts.end_run(conn, run, "finished", now, {}, None)
                case 7:
                    end_dead_runs(conn, now)
        kept.refresh(conn, now)
        fresh = SourceStates(Config())
        fresh.refresh(conn, now)
        assert sorted(kept.planned, key=lambda one: one.id) == sorted(fresh.planned, key=lambda one: one.id)
        for planned in fresh.planned:
            assert kept.runs_of(planned.id) == fresh.runs_of(planned.id)
        assert kept.next_runs(now) == fresh.next_runs(now)
        wanted = find_due(fresh.planned, {one.id: fresh.runs_of(one.id) for one in fresh.planned}, now)
        assert kept.due(now) == wanted


def test_many_sources_are_read_again_only_now_and_then(
    conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scheduler.planning.source_states.SOURCES_AT_EACH_CALL", 1)
    with write(conn):
        for name in ("one", "two", "three"):
            add_source(conn, name=name, url=f"http://{name}.example/", settings={}, at=START)
    states = SourceStates(Config())
    states.refresh(conn, START)
    with write(conn):
        pause_source(conn, "two", START)
    found = []
    for second in (2, 3):
        now = START + timedelta(seconds=second)
        states.refresh(conn, now)
        found.append(len(states.due(now)))
    assert found == [3, 2]


def test_what_was_due_is_not_before_its_time_when_the_clock_is_set_back(conn: sqlite3.Connection) -> None:
    with write(conn):
        add_source(conn, name="one", url="http://one.example/", settings={}, at=START)
    states = SourceStates(Config())
    states.refresh(conn, START)
    asked = (START, START - timedelta(minutes=5), START + timedelta(seconds=1))
    assert [len(states.due(now)) for now in asked] == [1, 0, 1]


def test_a_clock_that_is_set_back_a_day_keeps_no_source_waiting_for_that_day(conn: sqlite3.Connection) -> None:
    with write(conn):
        source, _ = add_source(conn, name="one", url="http://one.example/", settings={"every": "15m"}, at=START)
        run = facts.begin_run(conn, "crawl", os.getpid(), START, "schedule")
        begin_source_runs(conn, run, [source.id], START)
        end_source_run(conn, run, source.id, ended="finished", at=START)
    states, back = SourceStates(Config()), START - timedelta(days=1)
    due = []
    for now in (START + timedelta(seconds=1), back, back + timedelta(minutes=1)):
        states.refresh(conn, now)
        due.append([one.source.name for one in states.due(now)])
    assert due == [[], ["one"], ["one"]]


def test_a_source_that_is_added_again_has_all_its_runs(conn: sqlite3.Connection) -> None:
    """One of them ended while it was removed."""
    with write(conn):
        source, _ = add_source(conn, name="one", url="http://one.example/", settings={}, at=START)
        for reason in ("by hand", "schedule"):
            run = facts.begin_run(conn, "crawl", os.getpid(), START, reason)
            begin_source_runs(conn, run, [source.id], START)
            if reason == "by hand":
                end_source_run(conn, run, source.id, ended="failed", at=START)
    states = SourceStates(Config())
    states.refresh(conn, START)
    with write(conn):
        remove_source(conn, "one", START)
    states.refresh(conn, START)
    with write(conn):
        end_source_run(conn, run, source.id, ended="failed", at=START)
    states.refresh(conn, START)
    with write(conn):
        add_source(conn, name="one", url="http://one.example/", settings={}, at=START)
    states.refresh(conn, START)
    assert [(one.ended, one.by_hand) for one in states.runs_of(source.id)] == [("failed", False), ("failed", True)]


def test_settings_that_cannot_be_read_leave_their_source_out(conn: sqlite3.Connection) -> None:
    with write(conn):
        add_source(conn, name="good", url="http://good.example/", settings={"every": "15m"}, at=START)
        add_source(conn, name="bad", url="http://bad.example/", settings={"every": "often"}, at=START)
    states = SourceStates(Config())
    states.refresh(conn, START)
    assert [one.source.name for one in states.due(START)] == ["good"]
    assert "every" in states.problems["bad"]
    assert isinstance(next(one.cadence for one in states.planned if one.name == "good"), FixedInterval)
    with write(conn):
        update_source_settings(conn, next(one for one in all_sources(conn) if one.name == "bad"), {"every": "1h"})
    states.refresh(conn, START)
    assert not states.problems
    assert len(states.due(START)) == 2


def test_a_run_whose_process_is_gone_is_over_and_its_sources_are_free(conn: sqlite3.Connection) -> None:
    with write(conn):
        source, _ = add_source(conn, name="one", url="http://one.example/", settings={}, at=START)
        run = facts.begin_run(conn, "crawl", NO_PROCESS, START, "schedule")
        lock_sources(conn, [source], run, NO_PROCESS, START)
        begin_source_runs(conn, run, [source.id], START)
    states = SourceStates(Config())
    states.refresh(conn, START)
    assert states.due(START) == []
    with write(conn):
        assert end_dead_runs(conn, START) == [run]
        assert end_dead_runs(conn, START) == []
    states.refresh(conn, START)
    assert [one.source.id for one in states.due(START + timedelta(seconds=1))] == [source.id]
    assert conn.execute("SELECT ended, error FROM runs").fetchone()[0] == "failed"


def test_a_process_number_that_was_given_again_does_not_hold_a_source(conn: sqlite3.Connection) -> None:
    with write(conn):
        source, _ = add_source(conn, name="one", url="http://one.example/", settings={}, at=START)
        run = facts.begin_run(conn, "crawl", os.getpid(), START, "schedule")
        lock_sources(conn, [source], run, os.getpid(), START)
        # The machine was started anew: our number now belongs to another process than the one that took the turn.
        conn.execute("UPDATE turns SET process = 'an earlier boot/1'")
        conn.execute("UPDATE runs SET process = 'an earlier boot/1'")
        taken, busy = lock_sources(conn, [source], run, NO_PROCESS, START)
    assert ([one.name for one in taken], busy) == (["one"], [])
    with write(conn):
        assert end_dead_runs(conn, START) == [run]


def test_a_rhythm_is_learned_kept_and_planned_by(conn: sqlite3.Connection) -> None:
    """A source that brings six articles each noon is looked at often then and seldom at night; status plans by the same row."""
    with write(conn):
        source, _ = add_source(conn, name="noon", url="http://noon.example/", settings={"every": "auto"}, at=START)
        for day in range(21):
            for hour in range(24):
                at = START + timedelta(days=day, hours=hour)
                run = facts.begin_run(conn, "crawl", NO_PROCESS, at, "schedule")
                begin_source_runs(conn, run, [source.id], at)
                found = [f"http://noon.example/{day}-{n}.html" for n in range(6)] if hour == 13 else []
                links = [
                    Link(url=url, key=link_key(url), kind=LinkKind.FEED, published=at - timedelta(minutes=9 * n + 3))
                    for n, url in enumerate(found)
                ]
                facts.insert_links(conn, source.id, links, at + timedelta(seconds=9), run)
                conn.execute("UPDATE source_runs SET listings = 1 WHERE run_id = ?", (run,))
                end_source_run(conn, run, source.id, ended="finished", at=at + timedelta(seconds=9))
                conn.execute("UPDATE source_runs SET listings = 1 WHERE run_id = ?", (run,))
    midnight = START + timedelta(days=21)
    states, learner = SourceStates(Config()), CadenceLearner()
    states.refresh(conn, midnight)
    assert learner.learn_due(conn, states.learned_sources, midnight) == [source.id]
    assert learner.learn_due(conn, states.learned_sources, midnight) == []
    states.refresh(conn, midnight, [source.id])
    night = states.next_runs(midnight)[0][0] - (midnight - timedelta(hours=1))
    assert timedelta(hours=1, minutes=15) < night <= timedelta(hours=6)
    another = SourceStates(Config())
    another.refresh(conn, midnight)
    assert another.next_runs(midnight) == states.next_runs(midnight)
    planned = states.planned[0].cadence
    assert isinstance(planned, LearnedInterval)
    noon = midnight + timedelta(hours=12, minutes=5)
    assert planned.after(noon) - noon < timedelta(minutes=45)
    assert from_json(to_json(planned.forecast)) == planned.forecast  # type: ignore[arg-type]

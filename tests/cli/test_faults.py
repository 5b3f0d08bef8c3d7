"""Databases that are not one, newer, locked, damaged, on a full disk; readers that go away. Each by the real thing."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
from pathlib import Path

import pytest

from db.connection.database import connect, open_database, translate_sqlite_errors, write
from db.errors import DatabaseBusy, DatabaseError
from db.store.crawl import facts
from tests.cli.conftest import START, Newsroom, copied_newsroom, open_room, report, run, spawn
from tests.support.deadline import within
from tests.support.forked import ForkedProcess
from tests.support.once import once

READING = (["articles"], ["show", "1"], ["stats"], ["stats", "--json"], ["articles", "--json"])
COMMANDS = ("articles", "show", "stats", "settle", "doctor")


@pytest.mark.parametrize("command", COMMANDS)
def test_help(command: str, tmp_path: Path) -> None:
    result = run(tmp_path / "none.db", command, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output
    assert all(line.strip() for line in result.output.splitlines() if "--" in line)


@pytest.mark.parametrize("arguments", [*READING, ["settle"]], ids=" ".join)
def test_no_database_is_made(arguments: list[str], tmp_path: Path) -> None:
    result = spawn("--db", "none.db", *arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert b"there is no such database in " in result.stderr
    assert list(tmp_path.iterdir()) == []


def _text(path: Path) -> None:
    path.write_text("this is a text file, and long enough to hold a header\n" * 9)


def _foreign(path: Path) -> None:
    conn = sqlite3.connect(path)
    conn.execute("CREATE TABLE theirs (a)")
    conn.commit()
    conn.close()


def _empty(path: Path) -> None:
    path.touch()


@pytest.mark.parametrize(
    ("make", "code", "words"),
    [
        (_text, 3, "is not an SQLite database; name another file with --db"),
        (_foreign, 3, "is an SQLite database, but not one of Copydesk's"),
        (_empty, 2, "is empty; `copydesk sources add URL`"),
        (Path.mkdir, 3, "is a folder"),
        (os.mkfifo, 3, "is not a file"),
    ],
)
def test_what_is_no_database_of_ours_is_left_alone(make, code: int, words: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "other.db"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    for arguments in (["articles"], ["settle", "--all"]):
        result = spawn("--db", str(path), *arguments)
        assert result.returncode == code
        assert words in result.stderr.decode()
        assert result.stderr.count(b"\n") == 1, "one line, no traceback"
    assert (path.read_bytes() if path.is_file() else None) == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["other.db"]


def test_a_newer_version_is_refused(newsroom: Newsroom) -> None:
    with open_room(newsroom.path) as conn:
        conn.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('copydesk', 'm9999_moon', '')"
        )
    result = spawn("--db", str(newsroom.path), "articles")
    assert result.returncode == 3
    assert b"was written by a newer Copydesk (it has m9999_moon); upgrade this one" in result.stderr
    assert run(newsroom.path, "doctor").exit_code == 1


def test_a_writer_does_not_hold_up_readers(newsroom: Newsroom) -> None:
    """Another process in the middle of a transaction that has written already."""
    with open_room(newsroom.path) as conn:
        facts.begin_run(conn, "crawl", os.getpid(), START)
        for arguments in (*READING, ["doctor"]):
            with within(15):
                result = spawn("--db", str(newsroom.path), *arguments)
            assert result.returncode == 0, result.stderr
        assert b"finished" in spawn("--db", str(newsroom.path), "stats").stdout


def test_a_locked_database_says_so(newsroom: Newsroom) -> None:
    """What `copydesk settle` meets, without its wait of 30 s."""
    with open_room(newsroom.path):
        db = open_database(newsroom.path, lock_wait_s=0.2)
        with (
            pytest.raises(DatabaseBusy, match="another program has held the write lock"),
            translate_sqlite_errors(newsroom.path),
            write(db.conn),
        ):
            pass  # never reached
        db.conn.close()


def test_a_database_that_is_restored_below_a_run_is_named(newsroom: Newsroom) -> None:
    """SQLite's own tools write an earlier state into the open file; the rows that a run began with are gone."""
    conn, other = connect(newsroom.path), connect(newsroom.path)
    earlier = sqlite3.connect(newsroom.path.with_name("earlier.db"))
    conn.backup(earlier)
    with write(conn):
        run_id = facts.begin_run(conn, "crawl", os.getpid(), START)
    earlier.backup(other)
    with (
        pytest.raises(DatabaseError, match="another program restored or changed the database; start again"),
        translate_sqlite_errors(newsroom.path),
        write(conn),
    ):
        conn.execute("INSERT INTO source_runs (run_id, source_id, started_at) VALUES (?, 1, '')", (run_id,))
    for one in (conn, other, earlier):
        one.close()


def test_reading_never_writes(newsroom: Newsroom) -> None:
    with open_room(newsroom.path) as conn:
        before = conn.execute("PRAGMA data_version").fetchone()
        for arguments in (*READING, ["doctor"]):
            run(newsroom.path, *arguments)
        assert conn.execute("PRAGMA data_version").fetchone() == before


@pytest.fixture
def crowded(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """The newsroom with 80 long articles more."""

    def make(folder: Path) -> None:
        newsroom = copied_newsroom(tmp_path_factory, folder)
        for n in range(80):
            article = report(f"Nummer {n}. " * 200, title=f"Article {n}")
            newsroom.article(1, f"https://www.wanbao.example/more/{n}", article, body=os.urandom(3000))

    folder = once(tmp_path_factory, "crowded-newsroom", make)
    shutil.copy(folder / "news.db", tmp_path)
    return Newsroom(path=tmp_path / "news.db")


def test_a_damaged_file_is_named_as_such(crowded: Newsroom) -> None:
    """The middle of the file is overwritten, as a failing disk does."""
    conn = connect(crowded.path)
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()
    size = crowded.path.stat().st_size
    with crowded.path.open("r+b") as file:
        file.seek(size // 10)
        file.write(b"\xa5" * (size * 8 // 10))
    told = 0
    for arguments in (*READING, ["settle", "--all"], ["doctor"]):
        result = spawn("--db", str(crowded.path), *arguments)
        assert b"Traceback" not in result.stderr, arguments
        told += b"the file is damaged, or its disk cannot be read" in result.stderr + result.stdout
    assert told >= 4
    result = spawn("--db", str(crowded.path), "doctor")
    assert result.returncode == 1
    assert b"BAD" in result.stdout


def _small_files() -> None:
    """No file may grow past 300 kB. SQLite sees a disk that is full."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))


def test_a_full_disk_is_named_and_nothing_is_lost(crowded: Newsroom) -> None:
    with open_room(crowded.path) as conn:
        conn.execute("CREATE TABLE ballast (a TEXT)")
        conn.execute(
            "CREATE TRIGGER heavy AFTER DELETE ON marks BEGIN INSERT INTO ballast VALUES (hex(randomblob(9000))); END"
        )
        before = conn.execute("SELECT * FROM decisions ORDER BY page_id").fetchall()
    result = spawn("--db", str(crowded.path), "settle", "--all", preexec_fn=_small_files)
    assert result.returncode == 3, result.stderr
    assert b"Traceback" not in result.stderr
    assert b"no file may grow beyond 300,000 bytes here; raise the limit (ulimit -f)" in result.stderr
    with open_room(crowded.path) as conn:
        assert conn.execute("SELECT * FROM decisions ORDER BY page_id").fetchall() == before
        assert conn.execute("SELECT count(*) FROM marks").fetchone() != (0,)


@pytest.mark.parametrize("arguments", [["articles", "--limit", "0"], ["articles", "--json"], ["show", "1"], ["stats"]])
def test_a_reader_may_go_away(crowded: Newsroom, arguments: list[str]) -> None:
    """As `copydesk articles | head -1` does."""
    process = ForkedProcess(("--db", str(crowded.path), *arguments), crowded.path.parent, dict(os.environ), {})
    assert process.stdout is not None
    process.stdout.close()
    assert process.communicate(timeout=120) == ("", "")
    assert process.returncode == 0

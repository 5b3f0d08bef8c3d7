"""A database whose file is deleted, replaced or cut short while it is open; logs and journals that belong to another file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from db.connection import database
from db.connection.database import (
    connect,
    connect_for_reading,
    open_database,
    open_for_reading,
    open_readonly,
    write,
)
from db.connection.stale_journals import check_stale_journals
from db.connection.writer import Writer
from db.errors import DatabaseDamaged, DatabaseError, DatabaseReplaced, DiskFull
from db.store.sites.sources import add_source, all_sources
from db.system.file_identity import companion_path
from tests.cli.conftest import START, Newsroom, open_room
from tests.support.machine import needs_attributes, tmpfs


def other(path: Path, name: str = "other.example") -> Path:
    """Another database of ours, closed, in WAL mode."""
    db = open_database(path, create=True)
    with write(db.conn) as conn:
        add_source(conn, name=name, url=f"https://{name}/", settings={}, at=START)
    db.conn.close()
    return path


def names(path: Path) -> list[str]:
    conn = open_for_reading(path)
    try:
        return [source.name for source in all_sources(conn)]
    finally:
        conn.close()


def add(conn: sqlite3.Connection, name: str) -> None:
    add_source(conn, name=name, url=f"https://{name}/", settings={}, at=START)


def _deleted(path: Path) -> None:
    path.unlink()


def _replaced(path: Path) -> None:
    other(path.with_name("other.db")).replace(path)


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _without_log(path: Path) -> None:
    companion_path(path, "-wal").unlink()


def _without_index(path: Path) -> None:
    companion_path(path, "-shm").unlink()


def _folder_moved(path: Path) -> None:
    path.parent.rename(path.parent.with_name("moved"))


TAMPERED = [_deleted, _replaced, _a_folder, _without_log, _without_index, _folder_moved]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database of ours in a folder of its own."""
    folder = tmp_path / "ours"
    folder.mkdir()
    return other(folder / "news.db", "first.example")


@pytest.mark.parametrize("tamper", TAMPERED)
@pytest.mark.parametrize("late", [False, True], ids=["between two transactions", "within one"])
def test_nothing_is_written_once_the_file_is_another(path: Path, tamper: Callable[[Path], None], late: bool) -> None:
    conn = connect(path)
    with write(conn):
        add(conn, "second.example")
    found: list[bytes | None] = []

    def do() -> None:
        tamper(path)
        found.append(path.read_bytes() if path.is_file() else None)

    def third() -> None:
        with write(conn):
            assert late, "the block is not begun"
            add(conn, "third.example")
            do()

    if not late:
        do()
    with pytest.raises(DatabaseReplaced, match="start again"):
        third()
    assert not conn.in_transaction
    assert conn.execute("SELECT count(*) FROM sources WHERE name = 'third.example'").fetchone() == (0,)
    conn.close()
    if tamper in (_without_log, _without_index):
        assert names(path) == ["first.example", "second.example"], "nothing that was committed is lost"
    else:
        assert [path.read_bytes() if path.is_file() else None] == found


def test_what_was_committed_goes_with_the_file_that_was_moved(path: Path) -> None:
    conn = connect(path)
    with write(conn):
        add(conn, "second.example")
    assert companion_path(path, "-wal").stat().st_size
    path.rename(path.with_name("elsewhere.db"))
    other(path.with_name("new.db")).replace(path)
    with pytest.raises(DatabaseReplaced, match="another file has taken its place"), write(conn):
        pass
    conn.close()
    assert not companion_path(path, "-wal").exists()
    assert names(path) == ["other.example"]
    assert names(path.with_name("elsewhere.db")) == ["first.example", "second.example"]


# Opens the database as any command does, writes a row, and closes it.
_WRITES = """
import sys
from pathlib import Path
from db.connection.database import open_database, write
from db.store.sites.sources import add_source
from tests.cli.conftest import START
conn = open_database(Path(sys.argv[1])).conn
with write(conn):
    add_source(conn, name="later.example", url="https://later.example/", settings={}, at=START)
conn.close()
"""


def test_a_process_may_open_the_other_file_while_the_log_of_the_first_is_removed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between removing the log and its index, the other file must not be opened with one of the two."""
    conn = connect(path)
    with write(conn):
        add(conn, "second.example")
    path.rename(path.with_name("elsewhere.db"))
    other(path.with_name("new.db")).replace(path)
    opened: list[int] = []
    unlink = Path.unlink

    def unlink_then_open(file: Path, missing_ok: bool = False) -> None:
        unlink(file, missing_ok=missing_ok)
        if not opened:
            opened.append(subprocess.run([sys.executable, "-c", _WRITES, str(path)], check=False).returncode)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", unlink_then_open)
        with pytest.raises(DatabaseReplaced), write(conn):
            pass
    conn.close()
    assert opened
    assert {"other.example"} <= set(names(path)) <= {"other.example", "later.example"}
    with sqlite3.connect(path) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    plain.close()
    assert names(path.with_name("elsewhere.db")) == ["first.example", "second.example"]


def test_a_process_does_not_open_another_file_beside_its_own_connections(path: Path) -> None:
    """The other file would be read, and on closing written, with the log of the first."""
    conn = connect(path)
    with write(conn):
        add(conn, "second.example")
    path.rename(path.with_name("elsewhere.db"))
    other(path.with_name("new.db")).replace(path)
    had = path.read_bytes()
    for open_again in (connect, connect_for_reading, open_readonly):
        with pytest.raises(DatabaseReplaced, match="another file has taken its place"):
            open_again(path)
    assert path.read_bytes() == had
    with pytest.raises(DatabaseReplaced), write(conn):
        pass
    conn.close()
    assert names(path) == ["other.example"]
    assert names(path.with_name("elsewhere.db")) == ["first.example", "second.example"]


@pytest.mark.parametrize("gone", [False, True], ids=["replaced", "gone for a moment"])
def test_a_file_that_is_replaced_while_it_is_opened_is_not_opened(
    path: Path, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    """Whatever was checked was checked of the first file: also that the log beside it is its own."""
    new = other(path.with_name("new.db"))
    check = check_stale_journals

    def check_then_replace(checked: Path) -> None:
        check(checked)
        new.replace(path)

    monkeypatch.setattr(database, "check_stale_journals", check_then_replace)
    if gone:
        connecting = sqlite3.connect
        path.rename(path.with_name("elsewhere.db"))
        monkeypatch.setattr(
            sqlite3, "connect", lambda *args, **kwargs: (new.replace(path), connecting(*args, **kwargs))[1]
        )
        with pytest.raises(DatabaseReplaced, match="while it was being opened"):
            connect(path)
    else:
        with pytest.raises(DatabaseReplaced, match="while it was being opened"):
            open_database(path)


def test_a_name_that_comes_back_is_no_trouble(path: Path) -> None:
    conn = connect(path)
    path.rename(path.with_name("away.db"))
    path.with_name("away.db").rename(path)
    with write(conn):
        add(conn, "second.example")
    conn.close()
    assert names(path) == ["first.example", "second.example"]


@pytest.mark.parametrize("left", [0, 4096, 5000])
def test_a_file_that_is_cut_short_is_not_written(path: Path, left: int) -> None:
    conn = connect(path)
    with write(conn):
        add(conn, "second.example")
    os.truncate(path, left)
    with pytest.raises(DatabaseDamaged, match="was truncated"), write(conn):
        pass
    conn.execute("PRAGMA wal_autocheckpoint = 0")


def test_vacuum_beside_it_is_no_trouble(newsroom: Newsroom) -> None:
    with open_room(newsroom.path) as conn:
        conn.execute("CREATE TABLE ballast (a TEXT)")
        conn.executemany("INSERT INTO ballast VALUES (hex(randomblob(2000)))", [()] * 100)
    held = connect(newsroom.path)
    with write(held):
        held.execute("DROP TABLE ballast")
    vacuuming = sqlite3.connect(newsroom.path)
    size = newsroom.path.stat().st_size
    vacuuming.execute("VACUUM")
    vacuuming.execute("PRAGMA wal_checkpoint(PASSIVE)")
    vacuuming.close()
    assert newsroom.path.stat().st_size < size
    with write(held):
        add(held, "second.example")
    held.close()


def test_a_writer_tells_all_who_wait_and_whoever_asked_once(path: Path) -> None:
    told: list[DatabaseError] = []
    writer = Writer(path, on_failure=told.append)
    writer.submit(lambda conn: add(conn, "second.example")).result()
    path.unlink()
    jobs = [writer.submit(lambda conn: add(conn, "third.example")) for _ in range(300)]
    for job in jobs:
        with pytest.raises(DatabaseReplaced):
            job.result(10)
    writer.close()
    assert told == [writer.failure]


def test_a_writer_without_a_file_keeps_nobody_waiting(path: Path) -> None:
    path.unlink()
    writer = Writer(path)
    with pytest.raises(DatabaseError, match="does not exist"):
        writer.submit(lambda conn: None).result(10)
    writer.close()
    assert not path.exists(), "none is made in its place"


def test_a_damaged_page_concerns_the_whole_transaction(path: Path) -> None:
    """SQLite has no class of its own for it: it is no OperationalError."""
    conn = connect(path)
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (path.stat().st_size - 4096))
    writer = Writer(path)
    with pytest.raises(DatabaseDamaged, match="restore a backup"):
        writer.submit(lambda conn: add(conn, "second.example")).result(10)
    writer.close()


# --- What lies beside a file

_KILLED = """
import os, sys
from pathlib import Path
from db.connection.database import connect, write
conn = connect(Path(sys.argv[1]))
with write(conn):
    conn.execute("UPDATE sources SET url = 'https://killed.example/'")
os._exit(0)
"""


def killed_while_open(path: Path) -> None:
    """A process writes and is gone: its log is left."""
    subprocess.run([sys.executable, "-c", _KILLED, str(path)], check=True, cwd=Path(__file__).parents[3])
    assert companion_path(path, "-wal").stat().st_size


def urls(path: Path) -> list[str]:
    db = open_database(path)
    found = [source.url for source in all_sources(db.conn)]
    db.conn.close()
    return found


def refused(path: Path, words: str) -> None:
    before = {file: file.read_bytes() for file in path.parent.iterdir() if not file.name.endswith("-shm")}
    for opened in (open_database, open_for_reading):
        with pytest.raises((DatabaseReplaced, DatabaseDamaged), match=words):
            opened(path)
    for file, content in before.items():
        assert file.read_bytes() == content


def test_the_log_of_a_killed_process_is_its_own(path: Path, tmp_path: Path) -> None:
    killed_while_open(path)
    copied = tmp_path / "copied"
    shutil.copytree(path.parent, copied)  # with its attributes
    moved = path.parent.rename(tmp_path / "moved")
    for folder in (copied, moved):
        assert urls(folder / "news.db") == ["https://killed.example/"]


def test_a_backup_put_beside_an_old_log_is_not_damaged_by_it(path: Path, tmp_path: Path) -> None:
    backup = sqlite3.connect(tmp_path / "backup.db")
    source = connect(path)
    source.backup(backup)
    source.close()
    backup.execute("PRAGMA journal_mode = DELETE")
    backup.close()
    killed_while_open(path)
    shutil.copyfile(tmp_path / "backup.db", path)  # the same inode: only its format tells
    refused(path, r"replaced another file, whose log news\.db-wal is still there; move news\.db-wal and")
    for end in ("-wal", "-shm"):
        companion_path(path, end).unlink()
    assert urls(path) == ["https://first.example/"]


@needs_attributes
def test_a_database_put_beside_an_old_log_is_not_damaged_by_it(path: Path) -> None:
    killed_while_open(path)
    other(path.with_name("new.db")).replace(path)
    refused(path, "replaced another file")


def test_the_journal_of_another_file_is_not_rolled_back_into_ours(path: Path) -> None:
    theirs = sqlite3.connect(path.with_name("theirs.db"), isolation_level=None)
    theirs.execute("CREATE TABLE t (a)")
    theirs.executemany("INSERT INTO t VALUES (hex(randomblob(3000)))", [()] * 20)
    theirs.execute("PRAGMA cache_size = 2")
    theirs.execute("BEGIN")
    theirs.execute("UPDATE t SET a = hex(randomblob(3000))")
    shutil.copyfile(path.with_name("theirs.db-journal"), companion_path(path, "-journal"))
    theirs.close()
    refused(path, r"next to it is news\.db-journal, which is not its own; move that away")
    companion_path(path, "-journal").unlink()
    assert names(path) == ["first.example"]


def test_a_log_without_its_database_is_not_thrown_away(path: Path) -> None:
    killed_while_open(path)
    os.truncate(path, 0)
    with pytest.raises(DatabaseDamaged, match="was truncated to zero bytes, only its log is left"):
        open_database(path, create=True)
    assert companion_path(path, "-wal").stat().st_size


def test_a_database_that_does_not_fit_is_said_so(tmp_path: Path) -> None:
    with tmpfs(tmp_path, "200k") as disk:
        for _ in range(2):
            with pytest.raises(DiskFull, match="the disk is full"):
                open_database(disk / "news.db", create=True)

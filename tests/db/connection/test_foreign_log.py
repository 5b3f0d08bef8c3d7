"""A log of a database of another program that lies beside ours: SQLite would write it into the file."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from db.connection.database import open_database, open_for_reading, write
from db.errors import DatabaseReplaced
from db.store.sites.sources import add_source, all_sources
from tests.cli.conftest import START


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database of ours, closed."""
    conn = open_database(tmp_path / "news.db", create=True).conn
    with write(conn):
        add_source(conn, name="old.example", url="https://old.example/", settings={}, at=START)
    conn.close()
    return tmp_path / "news.db"


@pytest.mark.parametrize("page_size", [4096, 1024])
def test_the_log_of_another_program_is_not_written_into_ours(path: Path, page_size: int) -> None:
    """It bears no mark, and its database is not here."""
    foreign, log = sqlite3.connect(path.with_name("other.db")), path.with_name("news.db-wal")
    foreign.execute(f"PRAGMA page_size = {page_size}")
    foreign.execute("PRAGMA journal_mode = WAL")
    foreign.execute("CREATE TABLE t (x)")
    shutil.copy(path.with_name("other.db-wal"), log)
    foreign.close()
    before = path.read_bytes()
    for opens in (open_for_reading, open_database):
        with pytest.raises(DatabaseReplaced, match=r"news\.db-wal, the log of another database; move"):
            opens(path)
    assert path.read_bytes() == before
    log.unlink()
    assert [source.name for source in all_sources(open_for_reading(path))] == ["old.example"]


def test_what_another_program_wrote_into_ours_is_read_from_its_log(path: Path) -> None:
    """The log has no mark of ours either: it is copied with the file while that program has it open."""
    other = sqlite3.connect(path)
    other.execute("PRAGMA wal_autocheckpoint = 0")
    with other:
        other.execute("CREATE TABLE theirs (x)")  # writes the first page as well
        other.execute("UPDATE sources SET name = 'new.example'")
    copied = path.with_name("copied.db")
    shutil.copy(path, copied)
    shutil.copy(path.with_name("news.db-wal"), path.with_name("copied.db-wal"))
    other.close()
    assert [source.name for source in all_sources(open_for_reading(copied))] == ["new.example"]


@pytest.mark.parametrize("lost", [4096, 8192])
def test_a_log_that_lost_its_first_block_is_no_other_s(path: Path, lost: int) -> None:
    """As after a power cut: SQLite ignores it, and the file beside it is sound."""
    other = sqlite3.connect(path)
    other.execute("PRAGMA wal_autocheckpoint = 0")
    with other:
        other.execute("UPDATE sources SET name = 'new.example'")
    copied, log = path.with_name("copied.db"), path.with_name("copied.db-wal")
    shutil.copy(path, copied)
    log.write_bytes(bytes(lost) + path.with_name("news.db-wal").read_bytes()[lost:])
    other.close()
    assert [source.name for source in all_sources(open_for_reading(copied))] == ["old.example"]

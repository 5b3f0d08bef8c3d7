"""Temporary files where their folder is full or cannot be written: what goes on without it, and what is said."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from db.connection.database import open_database
from tests.cli.conftest import ROOT, Newsroom
from tests.support.machine import fill, read_only, tmpfs

# A statement that changes many rows and may fail half way: SQLite notes the pages that it changes in a temporary file.
STATEMENT = """
import sys
from pathlib import Path
from db.connection.database import open_database, translate_sqlite_errors, write
from db.connection.writer import Writer
path = Path("news.db")
def change(conn):
    conn.execute("CREATE TABLE t (a INTEGER UNIQUE, b)")
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
    conn.execute(f"{numbers} INSERT INTO t SELECT i, randomblob(500) FROM n")
    return conn.execute("UPDATE t SET a = a + 5000").rowcount
if sys.argv[1] == "writer":
    writer = Writer(path)
    changed = writer.submit(change)
    writer.close()
    print(changed.result())
else:
    conn = open_database(path).conn
    with translate_sqlite_errors(path), write(conn):
        print(change(conn))
"""


def run(how: str, folder: Path, temporary: Path) -> subprocess.CompletedProcess[str]:
    open_database(folder / "news.db", create=True).conn.close()
    return subprocess.run(
        [sys.executable, "-c", STATEMENT, how],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_writer_needs_no_temporary_files(tmp_path: Path) -> None:
    with tmpfs(tmp_path, "64k") as disk:
        fill(disk)
        assert run("writer", tmp_path, disk).stdout == "2000\n"


def test_a_full_disk_of_temporary_files_is_named(tmp_path: Path) -> None:
    """Not that of the database, which has room."""
    with tmpfs(tmp_path, "96k") as disk:  # when it is reported, there is room again for what did not fit
        said = run("command", tmp_path, disk).stderr
        assert (
            f"news.db: the disk of {disk}, where SQLite keeps temporary files, is full; free some space or set" in said
        )


def test_where_no_folder_can_be_written_it_is_said_and_told_by_doctor(newsroom: Newsroom, tmp_path: Path) -> None:
    """Python takes any folder that it can write; without one, a process that needs one says so."""
    asked = (
        "import tempfile, sys; from cli.main import main; folder = sys.argv.pop(1);"
        "tempfile._candidate_tempdir_list = lambda: [folder]; main()"
    )
    (empty := tmp_path / "empty").mkdir()

    def told(*words: str) -> str:
        command = [sys.executable, "-c", asked, str(empty), "--db", str(newsroom.path), *words]
        return subprocess.run(
            command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
        ).stderr

    with read_only(empty):
        trouble = "no folder for temporary files can be written; free some space in /tmp, or set TMPDIR to a folder of your own"
        assert told("extract", "stored", "--all") == f"copydesk: no worker process can be started: {trouble}\n"
        assert told("sources", "test", "http://127.0.0.1:9/") == f"copydesk: {trouble}\n"


def test_the_working_folder_was_deleted(newsroom: Newsroom, tmp_path: Path) -> None:
    (gone := tmp_path / "gone").mkdir()
    line = [sys.executable, "-m", "cli.main", "--db", str(newsroom.path), "crawl"]
    done = subprocess.run(
        ["sh", "-c", 'rmdir "$PWD" && exec "$@"', "sh", *line],
        cwd=gone,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr == "copydesk: the working folder was deleted; change to one that exists (cd) and start again\n"

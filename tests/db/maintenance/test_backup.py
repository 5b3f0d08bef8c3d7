"""Backups: of one moment beside a process that writes, whole or not there, verified, and fit to go on with."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.bodies.dictionaries import Connection
from db.errors import DatabaseError, DiskFull, UsageError
from db.maintenance import backup
from db.maintenance.backup import backup_name, backups_in, create_backup, new_backup_path, remove_old_backups
from tests.cli.conftest import ROOT, Newsroom, open_room, report, run, spawn
from tests.db.stock import filled, put_pages
from tests.end_to_end.copydesk import wait_for

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
# A page and its body in one transaction, again and again: any moment has as many of each.
WRITER = """
import sys
from itertools import count
from pathlib import Path
from tests.cli.conftest import open_room
from tests.db.stock import put_pages
for n in count(10_000):
    with open_room(Path(sys.argv[1])) as conn:
        put_pages(conn, range(n, n + 1), size=8000)
    print(n, flush=True)
"""
SLOW_BACKUP = """
import signal, sys, time
# Where the tests were started in the background, Ctrl-C is ignored by all that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)
from datetime import UTC, datetime
from pathlib import Path
from cli.signals import stoppable
from db.maintenance.backup import create_backup
def slow(*_):
    print("going on", flush=True)
    time.sleep(0.05)
with stoppable():
    create_backup(Path(sys.argv[1]), Path(sys.argv[2]), now=datetime.now(UTC), progress=slow)
"""


def script(code: str, *arguments: object, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def count(path: Path, table: str = "pages") -> int:
    """Counted as any program counts: with plain SQLite."""
    conn = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        return int(conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        conn.close()


def test_a_backup_beside_a_writing_process_is_of_one_moment(tmp_path: Path) -> None:
    path, target = tmp_path / "news.db", tmp_path / "copy.db"
    filled(path)
    writer = script(WRITER, path)
    assert writer.stdout is not None
    try:
        assert writer.stdout.readline()
        before = count(path)
        seen: list[int] = []

        def slowly(stage: str, done: int, total: int) -> None:
            seen.append(count(path))
            wait_for(lambda: count(path) > seen[-1])

        taken = create_backup(path, target, now=NOW, progress=slowly)
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.communicate()
    assert len(seen) > 4
    held = count(target)
    assert before <= held <= seen[0]
    assert held == count(target, "bodies") == taken.rows["pages"]
    conn = sqlite3.connect(target)
    assert conn.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert conn.execute("SELECT max(id) FROM pages").fetchone() == (held,)
    assert conn.execute("PRAGMA journal_mode").fetchone() == ("delete",), "readable in a folder that cannot be written"
    conn.close()
    assert sorted(file.name for file in tmp_path.iterdir() if "copy" in file.name) == ["copy.db"]


def test_what_a_killed_backup_leaves_counts_as_none_and_goes_with_the_next(tmp_path: Path) -> None:
    path, folder = tmp_path / "news.db", tmp_path / "backups"
    folder.mkdir()
    filled(path)
    old = create_backup(path, folder / backup_name(path, NOW), now=NOW).path
    content = old.read_bytes()
    foreign = folder / f"{backup_name(path, NOW)}.elsewhere.1.part"
    foreign.write_bytes(b"another machine is at it")
    target = folder / backup_name(path, NOW + timedelta(hours=1))
    killed = script(SLOW_BACKUP, path, target)
    assert killed.stdout is not None
    assert killed.stdout.readline()
    killed.kill()
    killed.communicate()
    parts = [part for part in folder.glob("*.part") if part != foreign]
    assert len(parts) == 1
    assert parts[0].stat().st_size > 0
    assert backups_in(folder, path) == [old]
    assert not target.exists()
    new = create_backup(path, folder / backup_name(path, NOW + timedelta(hours=2)), now=NOW).path
    assert not parts[0].exists()
    assert foreign.exists()
    assert backups_in(folder, path) == [new, old]
    assert old.read_bytes() == content
    os.utime(foreign, (0, 0))
    create_backup(path, folder / backup_name(path, NOW + timedelta(hours=3)), now=NOW)
    assert not foreign.exists()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_nothing_half_done(tmp_path: Path, sign: signal.Signals) -> None:
    path, target = tmp_path / "news.db", tmp_path / "out" / "copy.db"
    target.parent.mkdir()
    filled(path)
    stopped = script(SLOW_BACKUP, path, target)
    assert stopped.stdout is not None
    assert stopped.stdout.readline()
    stopped.send_signal(sign)
    _, err = stopped.communicate(timeout=120)
    assert "KeyboardInterrupt" in err
    assert list(target.parent.iterdir()) == []


def test_a_file_that_is_there_is_replaced_only_on_request(newsroom: Newsroom, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    target.write_text("something else")
    with pytest.raises(UsageError, match="already exists; name another file, or replace it with --force"):
        create_backup(newsroom.path, target, now=NOW)
    assert target.read_text() == "something else"
    create_backup(newsroom.path, target, now=NOW, replace=True)
    assert count(target) == 8
    (tmp_path / "copy.db-wal").touch()
    with pytest.raises(UsageError, match="a program has it open"):
        create_backup(newsroom.path, target, now=NOW, replace=True)
    with pytest.raises(UsageError, match="is the database itself"):
        create_backup(newsroom.path, newsroom.path, now=NOW, replace=True)
    with pytest.raises(UsageError, match="does not exist; make it"):
        create_backup(newsroom.path, tmp_path / "none" / "copy.db", now=NOW)
    with pytest.raises(UsageError, match="is not a file"):
        create_backup(newsroom.path, tmp_path, now=NOW, replace=True)


def test_one_that_appears_meanwhile_is_not_replaced(newsroom: Newsroom, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"

    def appears(*_: object) -> None:
        target.write_text("another's")

    with pytest.raises(UsageError, match="exists by now"):
        create_backup(newsroom.path, target, now=NOW, progress=appears)
    assert target.read_text() == "another's"
    assert not list(tmp_path.glob("*.part"))


def _small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))


def test_a_full_disk_leaves_the_old_backups_and_no_half_one(tmp_path: Path) -> None:
    path, folder = tmp_path / "news.db", tmp_path / "backups"
    folder.mkdir()
    filled(path, 5)
    old = create_backup(path, folder / backup_name(path, NOW), now=NOW).path
    with open_room(path) as conn:
        put_pages(conn, range(10, 200))
    result = spawn("--db", str(path), "backup", str(folder), preexec_fn=_small_files)
    assert result.returncode == 3, result.stderr
    assert b"no file may grow beyond 3,000,000 bytes here" in result.stderr
    assert b"Traceback" not in result.stderr
    assert list(folder.iterdir()) == [old]


def test_space_is_asked_for_first(newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = shutil.disk_usage(tmp_path)._replace(free=5_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: few)
    with pytest.raises(DiskFull, match="5 MB are free; the backup takes"):
        create_backup(newsroom.path, tmp_path / "copy.db", now=NOW)
    assert not list(tmp_path.glob("copy*"))


def test_a_copy_that_is_not_sound_is_not_kept(newsroom: Newsroom, tmp_path: Path) -> None:
    """The bytes of one body were changed in the database: its copy cannot be a good one."""
    with open_room(newsroom.path) as conn:
        conn.execute("UPDATE bodies SET data = x'00' WHERE id = 3")
    with pytest.raises(DatabaseError, match=r"the copy is not sound \(8 of 8 unpacked, 7 match.*upkeep check"):
        create_backup(newsroom.path, tmp_path / "copy.db", now=NOW)
    assert not list(tmp_path.glob("copy*"))


def test_what_is_cut_off_on_the_way_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that forgets: bytes of the copy are lost after it was written."""
    path = tmp_path / "news.db"
    filled(path, 60)
    whole = backup._copy

    def forgetful(source: Connection, part: Path, progress: object) -> None:
        whole(source, part, None)
        with part.open("r+b") as file:
            file.seek(part.stat().st_size // 2)
            file.write(b"\xa5" * 200_000)

    monkeypatch.setattr(backup, "_copy", forgetful)
    with pytest.raises(DatabaseError):
        create_backup(path, tmp_path / "copy.db", now=NOW)
    assert not list(tmp_path.glob("copy*"))


def test_only_old_backups_of_this_database_are_removed(tmp_path: Path) -> None:
    database = tmp_path / "news.db"
    names = [backup_name(database, NOW - timedelta(days=day)) for day in range(5)]
    kept = ["news.db", "news-20261124T030000Z.db.gz", "other-20200101T000000Z.db", "news-2020.db", "notes.txt"]
    for name in names + kept:
        (tmp_path / name).touch()
    gone = remove_old_backups(tmp_path, database, 3, newest=tmp_path / names[0])
    assert [path.name for path in gone] == names[3:]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names[:3] + kept)
    assert remove_old_backups(tmp_path, database, 1, newest=tmp_path / names[2]) == [
        tmp_path / names[0],
        tmp_path / names[1],
    ]
    assert (tmp_path / names[2]).exists(), "the one just taken stays, also where the clock was set back"


def test_two_in_one_second_get_names_of_their_own(newsroom: Newsroom, tmp_path: Path) -> None:
    taken = [
        create_backup(newsroom.path, new_backup_path(tmp_path, newsroom.path, NOW), now=NOW).path for _ in range(2)
    ]
    assert [path.name for path in taken] == ["news-20261124T030000Z.db", "news-20261124T030001Z.db"]


def test_a_restored_backup_is_gone_on_with(newsroom: Newsroom, tmp_path: Path) -> None:
    before = run(newsroom.path, "articles", "--json").output
    create_backup(newsroom.path, tmp_path / "copy.db", now=NOW)
    for file in tmp_path.glob("news.db*"):
        file.unlink()
    shutil.copy(tmp_path / "copy.db", newsroom.path)
    assert run(newsroom.path, "doctor").exit_code == 0
    assert run(newsroom.path, "articles", "--json").output == before
    newsroom.article(1, "https://www.wanbao.example/a/2001.html", report("Nach der Wiederherstellung. " * 20))
    assert count(newsroom.path) == 9

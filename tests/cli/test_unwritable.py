"""Where nothing can be written, or no more: reading commands work, the others say why in one line. Each by the real thing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.connection.database import connect, open_for_reading
from db.errors import DatabaseNotWritable, DiskFull
from tests.cli.conftest import ROOT, Newsroom, open_room, run, spawn
from tests.support.machine import ext4, fill, needs_root, read_only, tmpfs

READING = (
    ["sources", "list"],
    ["sources", "export"],
    ["articles"],
    ["show", "1"],
    ["search", "ferry"],
    ["stats"],
    ["status"],
    ["copies", "1"],
    ["alerts"],
    ["export", "jsonl", "-o", "{out}/articles.jsonl"],
    ["backup", "{out}/backup.db"],
    ["upkeep", "check"],
)
WRITING = (
    ["sources", "pause", "wanbao.example"],
    ["sources", "add", "--no-discovery", "http://new.example/"],
    ["settle"],
    ["crawl"],
    ["extract", "--stale"],
)


@pytest.fixture
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that can be written."""
    return tmp_path_factory.mktemp("out")


def reads(path: Path, out: Path, *, doctor: str) -> None:
    for arguments in READING:
        result = run(path, *(word.format(out=out) for word in arguments))
        assert result.exit_code == 0, (arguments, result.exception, result.output)
    assert (out / "articles.jsonl").read_text(encoding="utf-8").count("\n") == 4
    assert doctor in run(path, "doctor").output


def one_line(result: subprocess.CompletedProcess[bytes], code: int, words: str) -> None:
    said = result.stderr.decode()
    assert (result.returncode, said.count("\n")) == (code, 1), said
    assert words in said


def test_a_read_only_disk_can_be_read(newsroom: Newsroom, out: Path) -> None:
    with read_only(newsroom.path.parent):
        reads(newsroom.path, out, doctor="the file cannot be written by this user")
        for arguments in WRITING:
            result = run(newsroom.path, *arguments)
            assert isinstance(result.exception, DatabaseNotWritable), (arguments, result.exception, result.output)
        one_line(
            spawn("--db", "news.db", "run", cwd=newsroom.path.parent), 3, "news.db: its file system is read-only; if"
        )
        one_line(spawn("init", cwd=newsroom.path.parent), 1, "copydesk.toml: cannot be used (read-only file system)")
        listed = spawn("sources", "export", "-o", "x.opml", cwd=newsroom.path.parent)
        one_line(listed, 1, "x.opml: cannot be used (read-only file system)")
    assert sorted(file.name for file in newsroom.path.parent.iterdir()) == ["news.db"]


def test_a_log_on_a_read_only_disk_is_read_or_missed(newsroom: Newsroom, out: Path) -> None:
    """What a crawl elsewhere wrote last is in the log: an answer without it would be wrong."""
    folder = out / "copied"
    folder.mkdir()
    held = connect(newsroom.path)
    held.execute("SELECT count(*) FROM sources").fetchone()
    with open_room(newsroom.path) as conn:
        conn.execute("UPDATE sources SET name = 'renamed.example' WHERE id = 1")
    for end in ("", "-wal", "-shm"):
        shutil.copyfile(f"{newsroom.path}{end}", folder / f"news.db{end}")
    held.close()
    with read_only(folder):
        assert "renamed.example" in run(folder / "news.db", "sources", "list").output
    (folder / "news.db-shm").unlink()
    with (
        read_only(folder),
        pytest.raises(DatabaseNotWritable, match=r"its last changes are in news\.db-wal.*copy both"),
    ):
        open_for_reading(folder / "news.db")


def test_a_file_of_an_older_version_is_not_read_as_one_of_this(newsroom: Newsroom) -> None:
    with open_room(newsroom.path) as conn:
        conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0015_search_merges'")
    with read_only(newsroom.path.parent), pytest.raises(DatabaseNotWritable, match="older Copydesk"):
        open_for_reading(newsroom.path)
    assert run(newsroom.path, "articles").exit_code == 0


def test_what_is_written_while_it_is_read_without_locks_is_said(newsroom: Newsroom) -> None:
    with read_only(newsroom.path.parent):
        conn = open_for_reading(newsroom.path)
    assert conn.file is not None
    conn.file.check_unwritten()
    with open_room(newsroom.path) as writing:
        writing.execute("UPDATE sources SET name = 'renamed.example' WHERE id = 1")
    with pytest.raises(Exception, match="was written while it was read without locks; try again"):
        conn.file.check_unwritten()
    conn.close()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can look into; those of pytest are its user's own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


AS_NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", sys.executable)


@pytest.fixture(scope="module")
def nobody() -> None:
    """Skips where only root may read Python itself, as one that is installed below /root."""
    if subprocess.run([*AS_NOBODY, "-c", ""], capture_output=True, check=False).returncode:
        pytest.skip("only root may read this Python")


def as_nobody(path: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*AS_NOBODY, "-m", "cli.main", "--db", str(path), *arguments],
        env={"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        timeout=300,
        check=False,
    )


@needs_root
@pytest.mark.usefixtures("nobody")
def test_another_user_may_read(newsroom: Newsroom, open_folder: Path) -> None:
    path = newsroom.path.rename(open_folder / "news.db")
    assert b"wanbao.example" in as_nobody(path, "sources", "list").stdout
    with open_room(path) as conn:
        held = connect(path)  # the log outlives the transaction
        held.execute("SELECT count(*) FROM sources").fetchone()
        conn.execute("UPDATE sources SET name = 'renamed.example' WHERE id = 1")
    assert b"renamed.example" in as_nobody(path, "sources", "list").stdout
    one_line(as_nobody(path, "sources", "pause", "mirror.example"), 3, "cannot be written; check the permissions")
    held.close()
    open_folder.chmod(0o700)
    one_line(as_nobody(path, "articles"), 3, "cannot be read (Permission denied); check its permissions")


@needs_root
@pytest.mark.usefixtures("nobody")
def test_a_command_of_root_does_not_lock_the_owner_out(newsroom: Newsroom, open_folder: Path) -> None:
    path, nothing = newsroom.path.rename(open_folder / "news.db"), ("extract", "--url", "http://none.example/")
    for owned in (open_folder, path):
        os.chown(owned, 65534, 65534)
    # Its warnings do not count: where only root may read Python itself, as below /root, no process of its own starts.
    assert spawn("--db", str(path), *nothing).returncode == as_nobody(path, *nothing).returncode == 0
    lock = open_folder / "news.db.extract.lock"
    os.chown(lock, 0, 0)  # as an earlier version left it
    one_line(
        as_nobody(path, *nothing), 3, "news.db.extract.lock: belongs to root and cannot be opened; give it to the owner"
    )


@pytest.fixture
def full_disk(newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The newsroom's database on a disk with no room left."""
    with tmpfs(tmp_path_factory.mktemp("mounted"), "3m") as disk:
        shutil.copyfile(newsroom.path, disk / "news.db")
        fill(disk)
        yield disk


def test_a_full_disk_can_be_read(full_disk: Path, out: Path) -> None:
    path = full_disk / "news.db"
    reads(path, out, doctor="0 bytes free")
    for arguments in WRITING:
        result = run(path, *arguments)
        assert isinstance(result.exception, DiskFull), (arguments, result.exception, result.output)
    one_line(spawn("--db", "news.db", "run", cwd=full_disk), 3, "the disk is full; free some space")
    one_line(spawn("init", cwd=full_disk), 3, "copydesk.toml: no space left on device; free some space")
    assert not (full_disk / "copydesk.toml").exists()


def test_a_disk_too_small_for_a_database(tmp_path: Path) -> None:
    with tmpfs(tmp_path, "200k") as disk:
        for arguments in (["sources", "add", "--no-discovery", "http://new.example/"], ["run"]):
            one_line(spawn(*arguments, cwd=disk), 3, "news.db: the disk is full; free some space")
        one_line(spawn("sources", "list", cwd=disk), 2, "news.db: is empty; `copydesk sources add URL`")


def test_a_settings_file_is_replaced_as_a_whole_or_not(tmp_path: Path) -> None:
    with tmpfs(tmp_path, "8k") as disk:
        settings = disk / "copydesk.toml"
        settings.write_text('contact = "https://example.org/"\n', encoding="utf-8")
        fill(disk)
        one_line(spawn("init", "--force", cwd=disk), 3, "no space left on device")
        assert settings.read_text(encoding="utf-8") == 'contact = "https://example.org/"\n'


def test_a_disk_that_takes_no_more_files(newsroom: Newsroom, tmp_path: Path) -> None:
    with ext4(tmp_path, "-N", "16") as disk:
        shutil.copyfile(newsroom.path, disk / "news.db")
        while os.statvfs(disk).f_favail:
            (disk / f"file{os.statvfs(disk).f_favail}").touch()
        one_line(
            spawn("--db", "news.db", "settle", cwd=disk), 3, "news.db: no more files can be made on its disk (`df -i`)"
        )
        assert b"ferry" in spawn("--db", "news.db", "articles", cwd=disk).stdout


@pytest.mark.parametrize("left", [20, 40])
def test_a_full_disk_of_small_blocks_ends_no_process(newsroom: Newsroom, tmp_path: Path, left: int) -> None:
    """Its free KiB are enough to make the log's index, and too few to fill it: SQLite would die of SIGBUS."""
    with ext4(tmp_path, "-b", "1024", "-O", "^has_journal", "-m", "0") as disk:
        shutil.copyfile(newsroom.path, disk / "news.db")
        os.truncate(filler := fill(disk), filler.stat().st_size - left * 1024)
        os.sync()
        one_line(spawn("--db", "news.db", "settle", cwd=disk), 3, "news.db: the disk is full; free some space")
        assert b"ferry" in spawn("--db", "news.db", "articles", cwd=disk).stdout


@pytest.mark.parametrize("form", ["jsonl", "csv", "rss", "jsonfeed", "parquet", "warc"])
def test_an_export_to_a_full_disk_names_its_file(newsroom: Newsroom, tmp_path: Path, form: str) -> None:
    with tmpfs(tmp_path, "64k") as disk:
        fill(disk)
        result = spawn("--db", str(newsroom.path), "export", form, "-o", "articles.out", cwd=disk)
        one_line(result, 3, "articles.out: no space left on device; free some space")
        assert [file.name for file in disk.iterdir()] == ["filler"]


def test_standard_output_that_is_full_is_named(newsroom: Newsroom) -> None:
    for arguments in (["articles"], ["stats"], ["export", "jsonl"]):
        with Path("/dev/full").open("wb") as full:
            result = subprocess.run(
                [sys.executable, "-m", "cli.main", "--db", str(newsroom.path), *arguments],
                cwd=ROOT,
                stdout=full,
                stderr=subprocess.PIPE,
                check=False,
            )
        one_line(result, 3, "standard output: no space left on device")

"""The database is deleted, replaced, damaged, locked or out of space while a crawl or the service is up: real processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from db.connection.database import open_database
from tests.demoweb.asking import DE, EN
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import Copydesk, wait_for
from tests.support.deadline import within
from tests.support.machine import fill, tmpfs
from tests.support.processes import alive, descendants

SERVICE: dict[str, object] = {"every": "2s", "listen": "127.0.0.1:0", "upkeep": "", "revisit": ["0s"]}
# Crawls that die at their start are started again after this; a tick asks what is due and whether the database is there.
PACE = {"TICK_S": 0.25, "START_PAUSE_S": 0.5, "LONGEST_START_PAUSE_S": 2.0}


def crawling(desk: Copydesk, web: DemoWeb) -> subprocess.Popen[str]:
    """A crawl in the midst of fetching, whose reading process is up."""
    desk.add_sites(web, DE, EN, delay="300ms")
    process = desk.start("crawl")
    wait_for(lambda: desk.query("SELECT count(*) FROM outcomes")[0][0] > 0 or process.poll() is not None)
    return process


def ended(process: subprocess.Popen[str], seconds: float = 60) -> str:
    """What it said on standard error. It must end by itself, and leave no process behind."""
    children = descendants(process.pid)
    try:
        _, said = process.communicate(timeout=seconds)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    wait_for(lambda: not any(alive(child) for child in children))
    return said


def health(desk: Copydesk) -> int:
    """The status of /healthz."""
    address = desk.query("SELECT address FROM service")[0][0]
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{address}/healthz", timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def copied(database: Path) -> bytes:
    """Another database of ours as its own file beside it; its bytes."""
    other = database.with_name("other.db")
    copy = sqlite3.connect(other)
    source = sqlite3.connect(database)
    source.backup(copy)
    source.close()
    copy.execute("DELETE FROM sources WHERE id NOT IN (SELECT source_id FROM pages)")
    copy.commit()
    copy.execute("PRAGMA journal_mode = WAL")
    copy.close()
    return other.read_bytes()


def _deleted(database: Path) -> None:
    for end in ("", "-wal", "-shm"):
        database.with_name(database.name + end).unlink()


def _replaced(database: Path) -> None:
    database.rename(database.with_name("first.db"))
    database.with_name("other.db").rename(database)


def _scribbled(database: Path) -> None:
    with database.open("r+b") as file:
        file.write(b"\xa5" * database.stat().st_size)


@pytest.mark.parametrize(
    ("tamper", "words"),
    [
        (_deleted, "was deleted or moved while it was open (No such file or directory); nothing more was written"),
        (_replaced, "another file has taken its place; nothing was written to that one"),
        (_scribbled, "the file is damaged, or its disk cannot be read"),
    ],
)
def test_a_crawl_ends_with_one_line(
    demoweb: DemoWeb, tmp_path: Path, tamper: Callable[[Path], None], words: str
) -> None:
    desk = Copydesk(tmp_path, demoweb.proxy_url, workers=1)
    process = crawling(desk, demoweb)
    other = copied(desk.database)
    had = desk.query("SELECT id, url FROM pages ORDER BY id")
    tamper(desk.database)
    asked = len(demoweb.requests)
    said = ended(process)
    assert process.returncode == 3
    *before, last = said.splitlines()
    assert words in last
    # A reading process that meets the damage first has its own words.
    assert not before or tamper is _scribbled, said
    assert len(demoweb.requests) - asked < 12, "it stops asking"
    if tamper is _deleted:
        assert not desk.database.exists()
    if tamper is _replaced:
        assert desk.database.read_bytes() == other
        assert not desk.database.with_name("news.db-wal").exists()
        first = sqlite3.connect(tmp_path / "first.db")
        assert first.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert first.execute("SELECT id, url FROM pages ORDER BY id").fetchall()[: len(had)] == had
        first.close()


def test_a_signal_ends_a_crawl_that_waits_for_a_lock(demoweb: DemoWeb, tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, demoweb.proxy_url, workers=1)
    process = crawling(desk, demoweb)
    held = sqlite3.connect(desk.database, isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    time.sleep(1)
    process.terminate()
    with within(12):
        said = ended(process)
    assert process.returncode == 3
    assert "another program has held the write lock for too long" in said
    held.close()


def test_the_service_ends_and_tells_when_its_database_is_another(demoweb: DemoWeb, tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    desk = Copydesk(tmp_path, demoweb.proxy_url, workers=1, alert_disk=0, alert_command=f"tee {told}", **SERVICE)
    desk.pace = PACE
    desk.add_sites(demoweb, EN, delay="300ms")
    process = desk.start("run", "--log-format", "json")
    wait_for(lambda: desk.query("SELECT count(*) FROM outcomes")[0][0] > 0 or process.poll() is not None)
    copied(desk.database)
    _replaced(desk.database)
    said = ended(process)
    assert process.returncode == 3
    *lines, last = said.splitlines()
    assert last.startswith("copydesk: ")
    events = [json.loads(line)["event"] for line in lines]
    assert events.count("database_lost") == 1
    assert events[-1] == "service_stopped"
    payload = json.loads(told.read_text())
    assert (payload["kind"], payload["event"], payload["alert"]) == ("database", "opened", None)
    assert "another file has taken its place" in payload["says"]
    assert desk.query("PRAGMA integrity_check") == [("ok",)]


def test_the_service_tells_when_its_folder_is_gone(tmp_path: Path) -> None:
    """As when a disk is taken away: the working folder, which paths are relative to, went with the database."""
    told, folder = tmp_path / "told.json", tmp_path / "disk"
    folder.mkdir()
    desk = Copydesk(folder, None, workers=1, alert_disk=0, alert_command=f"tee {told}", **SERVICE)
    desk.pace = PACE
    open_database(desk.database, create=True).conn.close()
    process = desk.start("run")
    wait_for(lambda: bool(desk.query("SELECT 1 FROM service")) or process.poll() is not None)
    shutil.rmtree(folder)
    said = ended(process)
    assert process.returncode == 3, said
    assert said.splitlines()[-1].startswith("copydesk: news.db: was deleted or moved while it was open")
    assert json.loads(told.read_text())["database"] == "news.db"


def test_a_service_that_is_started_again_makes_no_empty_database(tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, None, **SERVICE)
    process = desk.start("run")
    wait_for(lambda: desk.database.exists() and bool(desk.query("SELECT count(*) FROM sqlite_master")[0][0]))
    wait_for(lambda: bool(desk.query("SELECT count(*) FROM service")[0][0]))
    process.terminate()
    ended(process)
    for file in tmp_path.glob("news.db*"):
        if file.name in ("news.db", "news.db-wal", "news.db-shm"):
            file.unlink()
    refused = desk.run("run", code=3)
    assert "existed when the service last ran and is gone" in refused.stderr
    assert not desk.database.exists()


def test_the_service_goes_on_when_the_disk_has_room_again(demoweb: DemoWeb, tmp_path: Path) -> None:
    with tmpfs(tmp_path, "6m") as disk:
        desk = Copydesk(disk, demoweb.proxy_url, workers=1, alert_disk=0, **SERVICE)
        desk.pace = PACE
        desk.add_sites(demoweb, EN)
        process = desk.start("run", "--log-format", "json")
        ran = "SELECT count(*) FROM runs WHERE ended = 'finished' AND command = 'crawl'"
        wait_for(lambda: desk.query(ran)[0][0] > 0)
        filler = fill(disk)
        wait_for(lambda: health(desk) == 503)
        assert process.poll() is None
        filler.unlink()
        had = desk.query(ran)[0][0]
        wait_for(lambda: desk.query(ran)[0][0] > had)
        process.terminate()
        said = ended(process)
        assert process.returncode == 0
        assert "the disk is full; free some space" in said
        assert desk.query("PRAGMA integrity_check") == [("ok",)]

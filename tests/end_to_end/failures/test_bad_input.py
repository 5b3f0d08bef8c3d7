"""What goes wrong in a crawl is said in one line that names the thing and the remedy, and nothing stored is lost."""

from __future__ import annotations

import json
import resource
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlite_utils import Database

from db.schema.migrations import migrations
from tests.demoweb.asking import DE, EN, GB, ZH
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import Copydesk
from tests.support.web_server import Answer, WebServer


@pytest.fixture
def alone(tmp_path: Path) -> Copydesk:
    """No proxy: names do not resolve here, and loopback is refused."""
    return Copydesk(tmp_path, None, timeout="5s", retries=0)


def test_nothing_to_crawl(alone: Copydesk) -> None:
    assert "sources add" in alone.run("crawl", code=2).stderr


def test_an_unknown_host_is_kept_and_named(alone: Copydesk) -> None:
    added = alone.run("sources", "add", "http://nobody.invalid/", code=1)
    assert "host name is unknown" in added.stderr
    assert "nobody.invalid" in added.stderr
    crawled = alone.run("crawl", code=1)
    assert "host name is unknown" in crawled.stdout


def test_a_loopback_address_needs_leave(demoweb: DemoWeb, alone: Copydesk) -> None:
    home = demoweb.site(DE).direct_url
    refused = alone.run("sources", "add", home, code=1)
    assert "allow_networks" in refused.stderr
    assert demoweb.requests == []
    alone.run("sources", "add", home, "--allow-network", "127.0.0.0/8", "--delay", "0s", "--name", "de")
    figures = json.loads(alone.run("crawl", "de", "--json").stdout)
    assert figures["new"] > 3


def test_a_site_whose_robots_txt_forbids_it_is_named(tmp_path: Path) -> None:
    robots = Answer(200, "User-agent: *\nDisallow: /", {"Content-Type": "text/plain"})
    with WebServer(lambda asked: robots if asked.path == "/robots.txt" else Answer(404)) as server:
        home = f"{server.url}/"
        added = Copydesk(tmp_path, None).run(
            "sources", "add", home, "--allow-network", "127.0.0.0/8", "--delay", "0s", code=1
        )
    assert f"robots.txt forbids {home}" in added.stderr
    assert server.heard == ["/robots.txt"]


def test_a_site_without_articles(demoweb: DemoWeb, tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, demoweb.proxy_url)
    demoweb.throttle(DE, 10_000, None, status=404)
    added = desk.run("sources", "add", f"http://{DE}/", "--delay", "0s", code=1)
    assert "no listing of articles was found" in added.stderr


def test_names_settings_and_times_that_are_wrong(demoweb: DemoWeb, tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, demoweb.proxy_url)
    desk.run("sources", "add", f"http://{ZH}/", "--delay", "0s")
    assert "did you mean yunting.example" in desk.run("crawl", "yuntin.example", code=2).stderr
    assert "--since" in desk.run("crawl", "--since", "yesterday", code=2).stderr
    assert "did you mean delay" in desk.run("sources", "set", ZH, "--set", "delya=3", code=2).stderr
    assert "address of a web page" in desk.run("sources", "add", "ftp://x.example/", code=2).stderr
    config = desk.folder / "copydesk.toml"
    config.write_text('db = "news.db"\n\nlimit = "many"\n', encoding="utf-8")
    wrong = desk.run("crawl", code=2).stderr
    assert "copydesk.toml:3: limit" in wrong
    config.write_text("db = \n", encoding="utf-8")
    assert "line 1" in desk.run("crawl", code=2).stderr


def test_databases_that_are_none_newer_or_locked(demoweb: DemoWeb, tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, demoweb.proxy_url)
    desk.database.write_text("hello, this is no database\n", encoding="utf-8")
    assert "not an SQLite database" in desk.run("crawl", code=3).stderr
    desk.database.unlink()
    desk.run("sources", "add", f"http://{ZH}/", "--delay", "0s", "--no-discovery")
    conn = sqlite3.connect(desk.database)
    with conn:
        conn.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('copydesk', 'm9999_later', '')"
        )
    assert "newer Copydesk" in desk.run("crawl", code=3).stderr
    with conn:
        conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'm9999_later'")
    conn.close()


def test_stock_migrate_makes_a_database_of_ours(tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, None)
    db = Database(desk.database)
    migrations.apply(db)
    db.conn.close()
    assert "no sources yet" in desk.run("sources", "list").stdout


def test_a_full_disk_stops_the_crawl_and_keeps_what_was_stored(demoweb: DemoWeb, tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, demoweb.proxy_url)
    desk.add_sites(demoweb)
    limit = desk.database.stat().st_size + 60_000
    full = subprocess.run(
        [sys.executable, "-m", "cli.main", "crawl"],
        cwd=desk.folder,
        env=desk.env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert full.returncode == 3, full.stderr
    assert "no file may grow beyond" in full.stderr
    assert "news.db" in full.stderr
    assert "Traceback" not in full.stderr
    stored = desk.query("SELECT id, url FROM pages ORDER BY id")
    assert desk.query("PRAGMA integrity_check") == [("ok",)]
    assert json.loads(desk.run("crawl", "--json").stdout)["unread"] == 0
    assert desk.query("SELECT id, url FROM pages ORDER BY id")[: len(stored)] == stored
    assert len(desk.query("SELECT id FROM pages")) > len(stored)


def test_opml_out_and_in_again(demoweb: DemoWeb, tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    desk = Copydesk(first, demoweb.proxy_url)
    desk.add_sites(demoweb, EN, GB)
    desk.run("sources", "export", "-o", "out.opml")
    shutil.copy(first / "out.opml", second / "in.opml")
    other = Copydesk(second, demoweb.proxy_url)
    other.run("sources", "import", "in.opml", "--delay", "0s")
    names = "SELECT name, url FROM sources ORDER BY name"
    assert other.query(names) == desk.query(names)
    desk.run("sources", "remove", "wangling.example")
    assert [name for name, _ in desk.query("SELECT name, url FROM sources WHERE removed_at IS NULL")] == [
        "harbourcourier.example"
    ]

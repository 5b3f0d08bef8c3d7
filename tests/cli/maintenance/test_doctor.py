"""`copydesk doctor`: what it shows, and that it finds each fault it looks for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from db.connection.database import open_database
from db.store.crawl import facts
from db.store.sites.sources import add_source
from db.system.processes import is_process_alive
from tests.cli.conftest import START, Newsroom, open_room, run, spawn


def findings(path: Path, *arguments: str) -> tuple[int, dict[str, list[dict[str, str]]]]:
    result = run(path, "doctor", "--json", *arguments)
    found: dict[str, list[dict[str, str]]] = {}
    for finding in json.loads(result.output)["findings"]:
        found.setdefault(finding["about"], []).append(finding)
    return result.exit_code, found


def test_works_without_a_database_and_makes_none(tmp_path: Path) -> None:
    result = spawn("doctor", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    text = result.stdout.decode()
    for part in ("  python ", "  sqlite ", "  trafilatura ", " 1 s  (default)", "does not exist yet"):
        assert part in text
    values = {name: re.search(rf"^  {name} +", text, re.MULTILINE) for name in ("delay", "common_crawl_data_url")}
    assert len({len(value[0]) for value in values.values() if value}) == 1, "the values stand in one column"
    assert list(tmp_path.iterdir()) == []


def test_settings_say_where_they_come_from(tmp_path: Path) -> None:
    toml = tmp_path / "copydesk.toml"
    toml.write_text('timeout = "90s"\n[sources."a.example"]\ndelay = "5s"\n')
    settings = json.loads(spawn("--db", "x.db", "doctor", "--json", cwd=tmp_path).stdout)["settings"]
    by_name = {setting["name"]: (setting["value"], setting["from"]) for setting in settings}
    assert by_name["db"] == (str(tmp_path / "x.db"), "command line")
    assert by_name["timeout"] == ("1 min 30 s", "copydesk.toml")
    assert by_name["a.example: delay"] == ("5 s", "copydesk.toml")
    assert by_name["max_page_size"] == ("20 MiB", "default")


def test_what_is_needed_at_night_is_looked_for_before(tmp_path: Path) -> None:
    toml, hook = tmp_path / "copydesk.toml", tmp_path / "tell.sh"

    def wrong(text: str) -> list[str]:
        toml.write_text(text, encoding="utf-8")
        result = spawn("doctor", "--json", cwd=tmp_path)
        found = json.loads(result.stdout)["findings"]
        bad = [one["about"] for one in found if one["level"] == "BAD"]
        assert result.returncode == (1 if bad else 0)
        return bad

    settings = 'backup_folder = "kept"\nalert_command = "./tell.sh --to \\"the desk\\""\n'
    assert wrong(settings) == ["backups", "alerts"]
    (tmp_path / "kept").mkdir()
    hook.write_text("#!/bin/sh\n", encoding="utf-8")
    assert wrong(settings) == ["alerts"], "it is not executable"
    hook.chmod(0o755)
    assert wrong(settings) == []
    assert wrong("alert_command = 'sh -c \"exit 0\"'\n") == []
    assert wrong("alert_command = 'no-such-program \"x'\n") == ["alerts"]


def test_proxies_in_force_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://me:secret@proxy.example:3128")
    monkeypatch.setenv("http_proxy", "me:secret@plain.example:3128")
    monkeypatch.setenv("no_proxy", "localhost,127.0.0.1")
    (tmp_path / "copydesk.toml").write_text(
        'alert_webhook = "https://hooks.example/services/secret"\nwayback_url = "https://me:secret@wayback.example/web"\n'
    )
    result = spawn("doctor", cwd=tmp_path)
    assert b"http://***@proxy.example:3128" in result.stdout
    assert b" ***@plain.example:3128" in result.stdout
    assert b"localhost,127.0.0.1" in result.stdout
    assert b"https://hooks.example/***" in result.stdout
    assert b"https://***@wayback.example/web" in result.stdout
    assert b"secret" not in result.stdout


def test_a_sound_database_is_ok(newsroom: Newsroom) -> None:
    code, found = findings(newsroom.path)
    assert code == 0
    bad = [finding for group in found.values() for finding in group if finding["level"] == "BAD"]
    assert not bad
    assert found["bodies"][0]["says"] == "8 of 8 unpacked, 8 match their checksum"
    assert found["schema"][0]["says"].startswith("migrations applied: m0001_ground")
    assert found["runs"][0]["level"] == "OK"


def test_the_oldest_page_without_an_outcome_is_named(newsroom: Newsroom) -> None:
    _, found = findings(newsroom.path)
    queue = found["queue"][0]
    assert queue["level"] == "WARN"
    assert "https://mirror.example/x/11" in queue["says"]
    assert "`copydesk crawl`" in queue["remedy"]


def test_old_extractors_are_counted(newsroom: Newsroom) -> None:
    _, found = findings(newsroom.path)
    assert [finding["level"] for finding in found["extractors"]] == ["OK", "WARN"]
    said = found["extractors"][1]["says"]
    assert "7 pages extracted by others than those in force" in said
    # The site rules alone may differ.
    assert re.search(r"\(\d+\S*, rules \w+, trafilatura [\d.]+\)$", said)


def test_runs_that_were_killed_and_runs_under_way(newsroom: Newsroom) -> None:
    gone = subprocess.Popen([sys.executable, "-c", "pass"])
    gone.wait()
    assert not is_process_alive(gone.pid)
    with open_room(newsroom.path) as conn:
        facts.begin_run(conn, "crawl", gone.pid, START)
        facts.begin_run(conn, "crawl", os.getpid(), START)
    _, found = findings(newsroom.path)
    assert [finding["level"] for finding in found["runs"]] == ["OK", "WARN"]
    assert f"process {gone.pid} is gone" in found["runs"][1]["says"]


def test_a_changed_body_is_bad(newsroom: Newsroom) -> None:
    with open_room(newsroom.path) as conn:
        conn.execute("UPDATE bodies SET data = (SELECT data FROM bodies WHERE id = 2) WHERE id = 1")
        conn.execute("UPDATE bodies SET data = x'00' WHERE id = 3")
    code, found = findings(newsroom.path)
    assert code == 1
    assert found["bodies"][0]["level"] == "BAD"
    assert "8 of 8 unpacked, 6 match" in found["bodies"][0]["says"]
    assert findings(newsroom.path, "--bodies", "0")[0] == 1


def test_a_row_whose_parent_is_gone_is_bad(newsroom: Newsroom) -> None:
    with open_room(newsroom.path) as conn:
        conn.execute("COMMIT")
        conn.execute("PRAGMA foreign_keys = OFF")
        conn.execute("DELETE FROM sources WHERE id = 1")
        conn.execute("BEGIN")
    code, found = findings(newsroom.path)
    assert code == 1
    assert any("of sources that is gone" in finding["says"] for finding in found["references"])


def test_a_second_name_of_the_file_is_a_warning(newsroom: Newsroom) -> None:
    """SQLite keeps a log beside each name, and knows of no other (https://sqlite.org/howtocorrupt.html, 2.5)."""
    second = newsroom.path.with_name("second.db")
    second.hardlink_to(newsroom.path)
    code, found = findings(newsroom.path)
    assert (code, [one["level"] for one in found["file"]]) == (0, ["OK", "WARN"])
    assert "2 names" in found["file"][1]["says"]
    second.unlink()
    assert [one["level"] for one in findings(newsroom.path)[1]["file"]] == ["OK"]


def test_what_is_not_settled_is_a_warning(newsroom: Newsroom) -> None:
    with open_room(newsroom.path) as conn:
        conn.execute("DELETE FROM decisions WHERE page_id = 2")
    _, found = findings(newsroom.path)
    assert (found["decisions"][0]["level"], found["decisions"][0]["remedy"]) == ("WARN", "`copydesk settle` does it")


def test_settings_of_sources_are_checked(newsroom: Newsroom, tmp_path: Path) -> None:
    with open_room(newsroom.path) as conn:
        conn.execute("""UPDATE sources SET settings = '{"delay": "soon"}' WHERE id = 1""")
    toml = tmp_path / "copydesk.toml"
    toml.write_text('[sources."nobody.example"]\ndelay = "5s"\n')
    result = spawn("doctor", cwd=tmp_path)
    assert result.returncode == 1
    assert b'[sources."nobody.example"]: there is no such source' in result.stdout
    assert b"source wanbao.example: delay: expected a duration such as" in result.stdout


def test_says_that_headers_do_not_reach_scripts_where_a_source_is_drawn(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    (tmp_path / "headers.txt").write_text("Authorization: Bearer x\n")
    with_headers = {"headers": str(tmp_path / "headers.txt")}
    open_database(path, create=True).conn.close()
    with open_room(path) as conn:
        add_source(conn, name="drawn", url="https://a.example/", settings={**with_headers, "render": "auto"}, at=START)
        add_source(conn, name="plain", url="https://b.example/", settings=with_headers, at=START)
    says = [finding["says"] for finding in findings(path)[1]["access"] if "scripts" in finding["says"]]
    assert len(says) == 1
    assert says[0].startswith("drawn may be drawn by a browser")


def test_a_browser_is_needed_where_a_setting_stored_with_a_source_wants_it(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PATH", "PLAYWRIGHT_BROWSERS_PATH"):
        monkeypatch.setenv(name, str(tmp_path))
    code, found = findings(newsroom.path)
    assert (code, found["browser"][0]["level"]) == (0, "OK")
    run(newsroom.path, "sources", "set", "wanbao.example", "--set", 'render_listings="auto"')
    code, found = findings(newsroom.path)
    assert (code, found["browser"][0]["level"]) == (1, "BAD")
    assert found["browser"][0]["says"].startswith("no page can be drawn")

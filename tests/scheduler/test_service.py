"""`copydesk run` as a real process on the demo web: on its cadence, stopped, hung, killed, refused, asked how it is."""

from __future__ import annotations

import json
import os
import random
import re
import shlex
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.demoweb.asking import DE, EN, GB, ZH
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import Copydesk, wait_for
from tests.support.deadline import within
from tests.support.forked import ForkedProcess
from tests.support.processes import alive, descendants

FAST: dict[str, object] = {
    "every": "2s",
    "listen": "127.0.0.1:0",
    "revisit": ["0s"],
    "crawls_at_once": 2,
    "retry_failed": ["1s"],
    "upkeep": "",
    "workers": 1,
}
# A tick asks what has ended and what is due: the tests wait for both.
PACE = {"TICK_S": 0.25, "BEAT_S": 2.0}
EN_NAME = "harbourcourier.example"
SIDE_BY_SIDE = 3
LONGEST_LIFE_S = 0.6
"""Until a kill at the latest: a crawl of the demo web takes about as long."""


@contextmanager
def service(desk: Copydesk) -> Iterator[subprocess.Popen[str]]:
    """The service, up; ended and gone, whatever happened, at the end."""
    process = desk.start("run", "--log-format", "json")
    try:
        wait_for(lambda: (bool(row(desk)) and row(desk)[0] == process.pid) or process.poll() is not None)
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(timeout=120)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def row(desk: Copydesk) -> tuple[object, ...]:
    """The service's row: pid, address, when it stopped."""
    rows = desk.query("SELECT pid, address, stopped_at FROM service")
    return rows[0] if rows else ()


def count(desk: Copydesk, table: str, where: str = "1") -> int:
    return int(desk.query(f"SELECT count(*) FROM {table} WHERE {where}")[0][0])


def get(address: object, path: str) -> tuple[int, str]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{address}{path}", timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture
def desk(demoweb: DemoWeb, tmp_path: Path) -> Copydesk:
    """Three sites, not crawled yet."""
    desk = Copydesk(tmp_path, demoweb.proxy_url, **FAST)
    desk.pace = dict(PACE)
    desk.add_sites(demoweb, ZH, EN, GB)
    return desk


def test_news_and_corrections_come_in_within_a_cadence_and_it_says_how_it_is(demoweb: DemoWeb, desk: Copydesk) -> None:
    with service(desk) as process:
        wait_for(lambda: count(desk, "source_runs", "ended = 'finished' AND fetched > 0") >= 3)
        published, corrected = demoweb.publish_new(), demoweb.publish_correction()
        hosts = {EN, ZH, GB}
        fresh = [url for url in published if any(host in url for host in hosts)]
        wait_for(lambda: all(count(desk, "links", f"url LIKE '{url}%'") for url in fresh))
        again = [url for url in corrected if any(host in url for host in hosts)]
        changed = "id IN (SELECT l.id FROM links l JOIN pages p ON p.link_id = l.id GROUP BY 1 HAVING count(*) > 1)"
        wait_for(lambda: all(count(desk, "links", f"url LIKE '{url}%' AND {changed}") for url in again))

        status, health = get(row(desk)[1], "/healthz")
        assert (status, json.loads(health)["status"]) == (200, "ok")
        _, metrics = get(row(desk)[1], "/metrics")
        found = {name: float(value) for name, value in re.findall(r"^(\w+(?:\{[^}]*\})?) (\S+)$", metrics, re.M)}
        assert found['copydesk_runs_total{ended="finished"}'] >= 1
        assert found['copydesk_crawled_total{what="new"}'] > 10
        assert get(row(desk)[1], "/elsewhere")[0] == 404

        report = json.loads(desk.run("status", "--json").stdout)
        assert report["service"]["pid"] == process.pid
        assert report["service"]["up"] is True
        assert {one["source"] for one in report["next"]} | {
            name for one in report["under_way"] for name in one["names"].split(", ") if name
        } >= {EN_NAME}
        assert "up for" in desk.run("status").stdout

        refused = desk.run("run", code=2)
        assert f"process {process.pid}" in refused.stderr

        with within(10):
            process.terminate()
            _, said = process.communicate(timeout=120)
        assert process.returncode == 0
    events = [json.loads(line) for line in said.splitlines()]
    assert [one["event"] for one in events if one["event"] != "run_ended"] == [
        "service_up",
        "service_stopping",
        "service_stopped",
    ], said
    runs = [one for one in events if one["event"] == "run_ended"]
    # A line for each run; a process that was stopped before it had begun one has a line and no row.
    rows = [number for (number,) in desk.query("SELECT id FROM runs WHERE reason = 'schedule' ORDER BY id")]
    assert sorted(one["run"] for one in runs if "run" in one) == rows
    assert all(one["how"] == "stopped" for one in runs if "run" not in one)
    assert count(desk, "runs", "ended IS NULL") == 0
    assert count(desk, "turns") == 0
    assert "stopped" in desk.run("status").stdout


def test_sources_are_paused_resumed_added_and_crawled_by_hand_meanwhile(demoweb: DemoWeb, tmp_path: Path) -> None:
    # No page is asked for again: the crawls are over in a moment.
    desk = Copydesk(tmp_path, demoweb.proxy_url, **(FAST | {"revisit": ["1h"]}))
    desk.pace = dict(PACE)
    desk.add_sites(demoweb, ZH, EN, GB)
    desk.run("sources", "pause", EN_NAME)
    with service(desk):
        wait_for(lambda: count(desk, "source_runs", "ended = 'finished'") >= 4)
        assert not demoweb.count("www.harbourcourier.example", status=200) or not runs_of(desk, EN_NAME)
        desk.run("crawl", EN_NAME)
        assert runs_of(desk, EN_NAME) == ["by hand"]
        desk.run("sources", "resume", EN_NAME)
        wait_for(lambda: "schedule" in runs_of(desk, EN_NAME))
        desk.add_sites(demoweb, DE)
        wait_for(lambda: "schedule" in runs_of(desk, "heidetaler-bote.example"))
        # No source twice at once: of each, runs follow one another.
        spans = desk.query("SELECT source_id, started_at, ended_at FROM source_runs WHERE ended_at IS NOT NULL")
        for one, started, ended in spans:
            others = [span for span in spans if span[0] == one and span[1] != started]
            assert not [span for span in others if started < span[1] < ended]


def runs_of(desk: Copydesk, name: str) -> list[str]:
    query = (
        "SELECT r.reason FROM source_runs s JOIN runs r ON r.id = s.run_id JOIN sources n ON n.id = s.source_id"
        " WHERE n.name = ? AND r.command = 'crawl' ORDER BY s.id"
    )
    return [reason for (reason,) in desk.query(query, name)]


def test_changed_settings_are_taken_up_and_wrong_ones_are_said(demoweb: DemoWeb, desk: Copydesk) -> None:
    config, new = desk.folder / "copydesk.toml", desk.folder / "new.toml"
    right = config.read_text(encoding="utf-8")
    desk.set(every="never")
    process = desk.start("run")
    assert isinstance(process, ForkedProcess)
    try:
        wait_for(lambda: bool(row(desk)))
        time.sleep(4 * PACE["TICK_S"])
        assert count(desk, "runs", "reason = 'schedule'") == 0
        desk.set(every="2 fortnights")
        process.read_until("the previous settings stay in force")
        right_place = config.rename(desk.folder / "elsewhere.toml")
        process.read_until("copydesk.toml: is gone; the previous settings stay in force")
        assert count(desk, "runs", "reason = 'schedule'") == 0
        right_place.rename(config)
        # At the same time by the clock of files, which stands still for some milliseconds.
        new.write_text(right, encoding="utf-8")
        os.utime(new, ns=(0, config.stat().st_mtime_ns))
        new.rename(config)
        wait_for(lambda: count(desk, "source_runs", "ended = 'finished'") >= 3)
        # Crawls go by the settings in force as well.
        config.write_text('db = "news.', encoding="utf-8")
        process.read_until("is not valid TOML")
        before = count(desk, "runs")
        wait_for(lambda: count(desk, "source_runs", f"ended = 'finished' AND run_id > {before}") >= 3)
    finally:
        process.terminate()
        _, said = process.communicate(timeout=120)
    # One that has not begun its run when the service stops is named by its process as well.
    assert not re.search(r"crawl process \d+ failed", said)


def test_a_crawl_that_hangs_is_stopped_at_its_limit_and_killed_where_it_does_not_stop(
    demoweb: DemoWeb, tmp_path: Path
) -> None:
    # One source fills a crawl: it waits for no company, which an hourly one does for half a minute.
    settings: dict[str, object] = {"run_limit": "3s", "every": "1h", "sources_a_crawl": 1}
    desk = Copydesk(tmp_path, demoweb.proxy_url, **(FAST | settings))
    # One that obeys needs a second or two of this; one that hangs is killed after it.
    desk.pace = PACE | {"scheduler.processes.STOPS_WITHIN_S": 5.0}
    desk.add_sites(demoweb, EN)
    desk.run("sources", "set", EN_NAME, "--delay", "30s")
    with service(desk) as process:
        wait_for(lambda: count(desk, "runs", "ended = 'stopped'") >= 1)
        wait_for(lambda: hangs(desk))
        wait_for(lambda: count(desk, "runs", "ended = 'failed'") == 1)
        process.terminate()
        _, said = process.communicate(timeout=120)
    sentences = [json.loads(line)["message"] for line in said.splitlines()]
    assert any("its limit (run_limit)" in one for one in sentences), said
    assert any("was killed" in one for one in sentences), said


def hangs(desk: Copydesk) -> bool:
    """Have the crawl hang that is under way, if there is one that has not been asked to stop."""
    for pid, run in desk.query("SELECT pid, id FROM runs WHERE ended IS NULL"):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            if count(desk, "runs", f"id = {run} AND ended IS NULL"):
                return True
            os.kill(pid, signal.SIGCONT)
    return False


def test_upkeep_that_was_missed_is_made_up_for_once(demoweb: DemoWeb, tmp_path: Path) -> None:
    settings: dict[str, object] = {"upkeep": "30 3 * * *", "backup_folder": str(tmp_path / "backups"), "every": "never"}
    (tmp_path / "backups").mkdir()
    desk = Copydesk(tmp_path, demoweb.proxy_url, **(FAST | settings))
    desk.pace = PACE | {"BEAT_S": 0.5}
    desk.add_sites(demoweb, ZH)
    desk.run("crawl")
    writer = sqlite3.connect(desk.database)
    writer.execute("UPDATE sources SET added_at = '2026-01-01T00:00:00.000Z'")
    writer.commit()
    writer.close()
    with service(desk) as process:
        wait_for(lambda: count(desk, "runs", "command = 'upkeep' AND ended = 'finished'") == 1)
        time.sleep(4 * 0.5)  # it is asked at each beat whether upkeep is due
        assert count(desk, "runs", "command = 'upkeep'") == 1
        process.terminate()
        _, said = process.communicate(timeout=120)
    assert "upkeep_ended" in said
    backups = list((tmp_path / "backups").glob("news-*.db"))
    assert len(backups) == 1
    copy = sqlite3.connect(backups[0])
    assert copy.execute("SELECT count(*) FROM pages").fetchone()[0] == count(desk, "pages")
    copy.close()


def test_an_alert_is_a_row_a_line_and_a_call(demoweb: DemoWeb, tmp_path: Path) -> None:
    told = tmp_path / "told.jsonl"
    script = f"import sys; open({str(told)!r}, 'a').write(sys.stdin.read() + chr(10))"
    settings: dict[str, object] = {
        "alert_disk": "900000 GB",
        "alert_command": shlex.join([sys.executable, "-c", script]),
    }
    desk = Copydesk(tmp_path, demoweb.proxy_url, **(FAST | settings | {"every": "never"}))
    desk.pace = PACE | {"FIRST_MONITOR_S": 0.2}
    desk.add_sites(demoweb, ZH)
    with service(desk) as process:
        wait_for(told.exists)
        wait_for(lambda: told.read_text().endswith("\n"))
        _, metrics = get(row(desk)[1], "/metrics")
        assert 'copydesk_alerts_open{kind="disk"} 1.0' in metrics
        assert 'copydesk_sources{state="in use"} 1.0' in metrics
        process.terminate()
        _, said = process.communicate(timeout=120)
    assert [json.loads(line)["event"] for line in told.read_text().splitlines()] == ["opened"]
    assert "alert 1 opened: disk" in said
    assert "disk" in desk.run("alerts").stdout
    assert "disk" in desk.run("status").stdout


def test_a_second_service_is_refused_by_whatever_link_it_names_the_database(desk: Copydesk) -> None:
    (desk.folder / "link.db").symlink_to("news.db")
    process = desk.start("run")
    try:
        wait_for(lambda: bool(row(desk)))
        for name in ("news.db", "link.db"):
            refused = desk.run("--db", name, "run", code=2)
            assert f"{name}: a service is already running (process {process.pid}" in refused.stderr
        process.send_signal(signal.SIGHUP)  # its terminal is closed
        process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 0
    assert row(desk)[2] is not None


def test_a_port_that_is_taken_is_named(demoweb: DemoWeb, desk: Copydesk) -> None:
    port = demoweb.port
    config = desk.folder / "copydesk.toml"
    config.write_text(config.read_text().replace("127.0.0.1:0", f"127.0.0.1:{port}"), encoding="utf-8")
    refused = desk.run("run", code=2)
    assert f"127.0.0.1:{port}" in refused.stderr
    assert "`listen`" in refused.stderr


def test_fifty_kills_lose_nothing_and_leave_nothing(demoweb: DemoWeb, tmp_path: Path) -> None:
    """`kill -9` of services and of crawls at random moments, 50 in all. Whatever was committed stays, nobody is left over.

    Several services side by side, each with a database of its own: much of the time each waits. A crawl that died at its start is
    followed by another after half a second, not after 5 s.
    """
    desks = []
    for number in range(SIDE_BY_SIDE):
        (folder := tmp_path / str(number)).mkdir()
        desks.append(Copydesk(folder, demoweb.proxy_url, **(FAST | {"every": "1s"})))
        desks[-1].pace = PACE | {"START_PAUSE_S": 0.5, "LONGEST_START_PAUSE_S": 2.0}
    desks[0].add_sites(demoweb, ZH, EN, GB, delay="20ms")
    for desk in desks[1:]:
        shutil.copy(desks[0].database, desk.database)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
        kills = [threads.submit(kill_at_random, desk, random.Random(n)) for n, desk in enumerate(desks)]
        assert sum(future.result() for future in kills) >= 50
        for future in [threads.submit(goes_on_as_if_nothing_had_been, desk) for desk in desks]:
            future.result()


def kill_at_random(desk: Copydesk, chance: random.Random) -> int:
    """Kill a desk's share of fifty; how many it were."""
    kills = 0
    while kills < -(-50 // SIDE_BY_SIDE):
        process = desk.start("run")
        wait_for(lambda running=process: bool(row(desk)) and row(desk)[0] == running.pid)  # type: ignore[misc]
        for _ in range(chance.randint(2, 4)):
            wait_for(lambda running=process: bool(descendants(running.pid)))  # type: ignore[misc]
            time.sleep(chance.random() * LONGEST_LIFE_S)
            below = descendants(process.pid)
            if below:
                with_rows = committed(desk)
                victim = chance.choice(sorted(below))
                try:
                    os.kill(victim, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                kills += 1
                assert with_rows <= committed(desk)
        below, with_rows = descendants(process.pid), committed(desk)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        kills += 1
        wait_for(lambda left=below: not any(alive(pid) for pid in left))  # type: ignore[misc]
        assert with_rows <= committed(desk)
        assert desk.query("PRAGMA quick_check") == [("ok",)]
    return kills


def goes_on_as_if_nothing_had_been(desk: Copydesk) -> None:
    """A service and a crawl finish what was begun, and deciding it all anew decides the same."""
    with service(desk) as process:
        wait_for(lambda: count(desk, "runs", "ended IS NULL AND pid <> 0") <= 2)
        last = count(desk, "source_runs")
        wait_for(lambda: count(desk, "source_runs", f"id > {last} AND ended = 'finished'") >= 3)
        process.terminate()
        process.communicate(timeout=120)
    desk.run("crawl")
    assert count(desk, "unread") == 0
    assert count(desk, "runs", "ended IS NULL") == 0
    assert count(desk, "articles", "page_id NOT IN (SELECT page_id FROM decisions)") == 0
    live = desk.derived()
    desk.run("settle", "--all")
    assert desk.derived()["decisions"] == live["decisions"]


def committed(desk: Copydesk) -> set[tuple[object, ...]]:
    """Pages, links and ended runs that the file holds."""
    return {
        *desk.query("SELECT 'page', id, body_id FROM pages"),
        *desk.query("SELECT 'link', id, url FROM links"),
        *desk.query("SELECT 'run', id, ended FROM runs WHERE ended IS NOT NULL"),
    }

"""A crawl that is stopped or killed loses nothing that was committed, leaves nothing behind, and the next one goes on."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest
from filelock import FileLock

from tests.demoweb.asking import AR, DE, EN, GB, RU, ZH
from tests.demoweb.web import DemoWeb
from tests.end_to_end.conftest import THREE
from tests.end_to_end.copydesk import Copydesk, wait_for
from tests.support.deadline import within
from tests.support.processes import alive, descendants

HOSTS = (ZH, EN, AR, RU, GB, DE)


def pages(desk: Copydesk) -> int:
    return int(desk.query("SELECT count(*) FROM pages")[0][0])


def articles(desk: Copydesk) -> list[tuple[object, ...]]:
    """What became of the articles, with no number that depends on which page came first."""
    return desk.query(
        "SELECT a.url, a.title, a.text, a.published, a.source, c.role, c.position, c.name, d.verdict, d.revision, o.url"
        " FROM articles a JOIN decisions d USING (page_id) JOIN articles o ON o.page_id = d.original_id"
        " LEFT JOIN credits c ON c.page_id = a.page_id ORDER BY a.url, d.revision, c.role, c.position"
    )


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_within_five_seconds_and_the_next_crawl_goes_on(
    demoweb: DemoWeb, tmp_path: Path, sign: signal.Signals
) -> None:
    desk = Copydesk(tmp_path, demoweb.proxy_url)
    desk.add_sites(demoweb, DE, EN, delay="400ms")
    process = desk.start("crawl")
    wait_for(lambda: pages(desk) >= 2)
    with within(5):
        os.kill(process.pid, sign)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "stopped early" in out
    assert desk.query("SELECT ended FROM runs ORDER BY id DESC LIMIT 1") == [("stopped",)]
    had = pages(desk)
    desk.set_delay("0s")
    figures = json.loads(desk.run("crawl", "--json").stdout)
    assert figures["unread"] == 0
    assert pages(desk) > had


def test_a_signal_while_the_last_pages_are_read_leaves_them_to_the_next_crawl(demoweb: DemoWeb, tmp_path: Path) -> None:
    desk = Copydesk(tmp_path, demoweb.proxy_url)
    desk.add_sites(demoweb, DE)
    with FileLock(f"{desk.database}.lock"):  # another desk is at this database: the crawl's own waits for it
        process = desk.start("crawl")
        wait_for(lambda: desk.query("SELECT count(*) > 0 AND count(*) = count(ended) FROM source_runs")[0][0])
        time.sleep(0.5)
        assert process.poll() is None
        assert desk.query("SELECT ended FROM runs ORDER BY id DESC LIMIT 1") == [(None,)]
        with within(5):
            os.kill(process.pid, signal.SIGTERM)
            out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "stopped early" in out
    assert desk.query("SELECT ended FROM runs ORDER BY id DESC LIMIT 1") == [("stopped",)]
    assert desk.query("SELECT count(*) FROM unread")[0][0] == pages(desk) > 0
    assert json.loads(desk.run("crawl", "--json").stdout)["unread"] == 0


def test_kill_9_at_any_moment_then_the_rows_of_a_quiet_run(
    demoweb: DemoWeb, crawled_three: Copydesk, tmp_path: Path
) -> None:
    killed = Copydesk(tmp_path, demoweb.proxy_url)
    killed.add_sites(demoweb, *THREE, delay="50ms")
    for enough in (1, 3, 6, 10):
        process = killed.start("crawl")
        wait_for(lambda enough=enough, running=process: pages(killed) >= enough or running.poll() is not None)  # type: ignore[misc]
        children = descendants(process.pid)
        before = killed.query("SELECT id, body_id FROM pages ORDER BY id")
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert killed.query("SELECT id, body_id FROM pages ORDER BY id")[: len(before)] == before
        wait_for(lambda children=children: not any(alive(child) for child in children))  # type: ignore[misc]
        assert killed.query("PRAGMA integrity_check") == [("ok",)]
    figures = json.loads(killed.run("crawl", "--json").stdout)
    assert figures["unread"] == 0

    assert articles(killed) == articles(crawled_three)


def test_two_crawls_at_once_end_as_one(demoweb: DemoWeb, crawled_web: tuple[DemoWeb, Copydesk], tmp_path: Path) -> None:
    _, quiet = crawled_web
    desk = Copydesk(tmp_path, demoweb.proxy_url)
    desk.add_sites(demoweb)
    demoweb.reset()
    both = [desk.start("crawl", "--json"), desk.start("crawl", "--json")]
    for process in both:
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert json.loads(out)["unread"] == 0
    asked = [request.path for request in demoweb.requests if request.status == 200]
    twice = {row.path for row in demoweb.truth() if row.kind == "article" and asked.count(row.path) > 1}
    assert not twice
    assert desk.query("SELECT * FROM turns") == []
    assert desk.query("SELECT count(*) FROM pages WHERE id NOT IN (SELECT page_id FROM outcomes)") == [(0,)]
    assert desk.query("SELECT count(*) FROM articles WHERE page_id NOT IN (SELECT page_id FROM decisions)") == [(0,)]
    assert articles(desk) == articles(quiet)
    live = desk.derived()
    desk.run("settle", "--all")
    assert desk.derived()["decisions"] == live["decisions"]

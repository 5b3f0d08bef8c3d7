"""The demo web as it changes, makes trouble, keeps its record, starts and stops."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.demoweb.answers import HUGE, ROBOTS_MODES
from tests.demoweb.asking import (
    AR,
    DE,
    EN,
    GB,
    HOSTS,
    ZH,
    articles,
    ask,
    ask_directly,
)
from tests.demoweb.templates import parse
from tests.demoweb.web import DemoWeb
from tests.end_to_end.copydesk import wait_for
from tests.support.deadline import Stopwatch

ROOT = Path(__file__).parent.parent

# -- change


def test_a_correction_changes_exactly_the_pages_that_it_names(demoweb: DemoWeb) -> None:
    demoweb.slow = 0.0
    rows = [row for row in demoweb.truth() if row.kind in ("article", "duplicate") and row.status == 200]
    before = {row.url: ask(demoweb, row.url) for row in rows}
    named = set(demoweb.publish_correction())
    assert len(named) == 4
    for row in demoweb.truth():
        if row.url not in before:
            continue
        old, new = before[row.url], ask(demoweb, row.url)
        changed = row.url in named or row.same_as in named
        # other pages may list a changed one by its title, which stays: their bytes stay too
        assert (old.body != new.body) == changed, row.url
        assert (old.headers["Last-Modified"] != new.headers["Last-Modified"]) == changed
        assert row.corrected == changed
        if changed:
            again = ask(demoweb, row.url, {"If-Modified-Since": old.headers["Last-Modified"]})
            assert again.status == 200
            assert row.published is not None
            assert row.modified is not None
            assert row.modified > row.published
    assert demoweb.publish_correction() == []


def test_corrections_can_come_one_by_one(demoweb: DemoWeb) -> None:
    first, second = demoweb.publish_correction(1), demoweb.publish_correction(2)
    assert (len(first), len(second)) == (1, 2)
    assert not set(first) & set(second)


def test_new_articles_appear_in_pages_and_listings(demoweb: DemoWeb) -> None:
    hidden = {row.url for row in articles(demoweb) if row.hidden}
    assert {urlsplit(url).hostname for url in hidden} == set(HOSTS)
    assert all(ask(demoweb, url).status == 404 for url in hidden)
    tag = ask(demoweb, f"http://{ZH}/rss/news.xml").headers["ETag"]
    assert set(demoweb.publish_new()) == hidden
    assert all(ask(demoweb, url).status == 200 for url in hidden)
    feed = ask(demoweb, f"http://{ZH}/rss/news.xml", {"If-None-Match": tag})
    assert feed.status == 200
    assert any(url.encode() in feed.body for url in hidden)
    assert not any(row.hidden for row in demoweb.truth())
    assert demoweb.publish_new() == []


def test_the_content_is_the_same_in_every_run() -> None:
    with DemoWeb() as one, DemoWeb() as other:
        assert one.truth() == other.truth()
        for row in one.truth(host=GB):
            assert ask(one, row.url).body == ask(other, row.url).body


def test_now_moves_all_dates_by_whole_days() -> None:
    now = datetime(2031, 3, 4, 21, 0, tzinfo=UTC)
    with DemoWeb() as fixed, DemoWeb(now=now) as moved:
        days = {
            (late.published - early.published) / timedelta(days=1)
            for early, late in zip(articles(fixed, ZH), articles(moved, ZH), strict=True)
            if early.published and late.published
        }
        assert len(days) == 1
        assert days.pop().is_integer()
        published = [row.published for row in articles(moved) if row.published and not row.hidden]
        assert timedelta(0) < now - max(published) < timedelta(days=1)
        for row in moved.truth(host=EN):
            if row.kind in ("article", "redirect"):
                assert ask(moved, row.url).status == row.status
        assert any("/2031/" in row.url for row in articles(moved, EN))


# -- trouble


def test_robots_modes(demoweb: DemoWeb) -> None:
    demoweb.hang = 0.05
    url = f"http://{ZH}/robots.txt"
    assert b"Disallow: /private/" in ask(demoweb, url).body
    statuses = {"404": 404, "500": 500, "429": 429, "redirect": 301, "html": 200, "huge": 200, "disallow": 200}
    for mode, status in statuses.items():
        demoweb.robots(ZH, mode)
        reply = ask(demoweb, url)
        assert reply.status == status, mode
        if mode == "huge":
            assert len(reply.body) > HUGE
            assert reply.body.endswith(b"Disallow: /\n")
        if mode == "redirect":
            assert b"Disallow: /private/" in ask(demoweb, reply.headers["Location"]).body
    for mode in ("hang", "drop"):
        demoweb.robots(ZH, mode)
        with pytest.raises(http.client.RemoteDisconnected):
            ask(demoweb, url)
    assert set(statuses) | {"ok", "hang", "drop"} == set(ROBOTS_MODES)
    with pytest.raises(ValueError, match="none of"):
        demoweb.robots(ZH, "sulk")
    assert demoweb.count(ZH, "/robots.txt", status=0) == 2


def test_a_throttled_site_recovers(demoweb: DemoWeb) -> None:
    demoweb.throttle(DE, times=2, retry_after=7)
    demoweb.throttle(AR, 1, None, status=503, path="/rss")
    assert ask(demoweb, f"http://{DE}/robots.txt").status == 200
    replies = [ask(demoweb, f"http://{DE}/") for _ in range(3)]
    assert [reply.status for reply in replies] == [429, 429, 200]
    assert replies[0].headers["Retry-After"] == "7"
    assert ask(demoweb, f"http://{AR}/").status == 200
    busy = ask(demoweb, f"http://{AR}/rss")
    assert (busy.status, busy.headers["Retry-After"]) == (503, None)
    assert ask(demoweb, f"http://{AR}/rss").status == 200


def test_one_page_is_slow() -> None:
    with DemoWeb(slow=0.3) as web:
        url = next(row.url for row in articles(web, EN) if row.path.endswith("/dentist-queue"))
        began = time.monotonic()
        assert ask(web, url).status == 200
        assert time.monotonic() - began >= 0.3


# -- the record


def test_the_record(demoweb: DemoWeb) -> None:
    ask(demoweb, f"http://{ZH}/", {"User-Agent": "tester/1", "X-Other": "no"})
    time.sleep(0.05)
    ask(demoweb, f"http://{ZH}/private/")
    ask(demoweb, f"http://{EN}/nothing?here=1")
    first, second, third = demoweb.requests
    assert (first.host, first.path, first.status, first.proxied) == (ZH, "/", 200, True)
    assert first.headers["user-agent"] == "tester/1"
    assert "x-other" not in first.headers
    assert (third.path, third.status) == ("/nothing?here=1", 404)
    assert demoweb.forbidden_hits == [second]
    assert (demoweb.count(), demoweb.count(ZH), demoweb.count(path="/"), demoweb.count(status=404)) == (3, 2, 1, 1)
    gap = demoweb.shortest_gap(ZH)
    assert gap is not None
    assert gap >= 0.05
    assert demoweb.shortest_gap(EN) is None
    demoweb.reset()
    assert (demoweb.requests, demoweb.most_at_once(ZH)) == ([], 0)


def test_most_at_once_counts_requests_under_way() -> None:
    with DemoWeb() as web, ExitStack() as open_:
        for host in (ZH, ZH, ZH, EN):
            open_.enter_context(hanging(web, host))
        wait_for(lambda: len(web.requests) == 4)
        assert (web.most_at_once(ZH), web.most_at_once(EN)) == (3, 1)


def hanging(web: DemoWeb, host: str) -> socket.socket:
    """A connection with a request that is never answered."""
    web.robots(host, "hang")
    hung = socket.create_connection(("127.0.0.1", web.port), timeout=120)
    hung.sendall(f"GET http://{host}/robots.txt HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    return hung


# -- the server


def test_stopping_with_open_connections_is_quick_and_clean() -> None:
    others = set(threading.enumerate())  # one of another test may be up all along
    with DemoWeb() as web:
        idle = socket.create_connection(("127.0.0.1", web.port), timeout=120)
        hung = hanging(web, ZH)
        wait_for(lambda: len(web.requests) == 1)
        watch = Stopwatch()
    watch.check(1)
    for open_one in (idle, hung):
        assert open_one.recv(10) == b""
        open_one.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "demoweb" and thread not in others]


def test_nonsense_ends_the_connection_only(demoweb: DemoWeb) -> None:
    with socket.create_connection(("127.0.0.1", urlsplit(demoweb.proxy_url).port or 0), timeout=120) as client:
        client.sendall(b"\x16\x03\x01 what\r\n\r\n")
        assert client.recv(100) == b""
    assert ask(demoweb, f"http://{ZH}/").status == 200


def test_a_taken_port_is_an_error_at_once(demoweb: DemoWeb) -> None:
    with pytest.raises(OSError, match="in use"):
        DemoWeb(port=demoweb.port).start()


def test_start_is_cheap() -> None:
    with DemoWeb():
        pass
    best = min(_start_seconds() for _ in range(5))
    assert best < 0.05


def _start_seconds() -> float:
    began = time.process_time()
    with DemoWeb():
        return time.process_time() - began


def test_the_command_serves_until_it_is_stopped() -> None:
    command = [sys.executable, "-W", "error", "-m", "tests.demoweb", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        proxy = line.strip().rpartition("http_proxy=")[2]
        assert ask_directly(f"{proxy}/sites").text().split() == [f"http://{host}/" for host in sorted(HOSTS)]
        assert len(ask_directly(f"{proxy}/correct").text().split()) == 4
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=120) == 0
        assert process.stderr.read() == ""


def test_templates_refuse_blocks_that_do_not_close() -> None:
    for source in ("{{#a}}x", "{{#a}}{{#b}}{{/a}}{{/b}}", "x{{/a}}"):
        with pytest.raises(ValueError, match="template"):
            parse(source)


def test_a_redesign_moves_the_articles_and_may_hide_what_they_say(demoweb: DemoWeb) -> None:
    old = {row.url: row for row in demoweb.truth(host=EN) if row.kind == "article" and row.listed and not row.hidden}
    before = {url: ask(demoweb, url).body for url in old}
    for bare in (True, False):
        demoweb.redesign(EN, bare=bare)
        rows = [row for row in demoweb.truth(host=EN) if row.kind == "article" and row.listed and not row.hidden]
        assert len(rows) == len(old)
        assert not {row.url for row in rows} & set(before), "new addresses"
        for row in rows:
            body = ask(demoweb, row.url).body.decode()
            assert row.title.partition(",")[0] in body
            for name in row.authors:
                assert (name in body) is not bare or name in row.text
            assert ("The Harbour Courier" in body) is not bare
        assert {ask(demoweb, url).status for url in before} == {404}
        before = {row.url: b"" for row in rows}
    listed = ask(demoweb, f"http://{EN}/feeds/latest.atom").body.decode()
    assert any(row.path in listed for row in rows)

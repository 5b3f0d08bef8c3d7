"""`copydesk inspect` under requests that would hang or drain it: others are answered, refusals say why, and it ends when told."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

pytest.importorskip("datasette", reason="the extra `inspect` is not installed")

from db.connection.database import open_database
from db.inspect.dispatcher import MAX_WAITING, WORKERS
from db.inspect.safety.html_depth import MAX_DEPTH, limit_depth
from db.inspect.safety.limits import MAX_VALUE_BYTES
from db.inspect.safety.sanitize import sanitize_page
from db.models import Article
from tests.browser.looking import PATIENT, ask, inspecting, started
from tests.cli.conftest import Newsroom
from tests.end_to_end.copydesk import wait_for
from tests.support.deadline import Stopwatch, within

# One call of a function, some 20 s: SQLite's time limit does not end it.
LONG_CALL = "select instr(zeroblob(999000), zeroblob(490000) || x'01')"
LONG = "A sentence of a very long text stands here.\n" * 40_000


def sql(query: str, form: str = ".json") -> str:
    return f"/news{form}?sql={quote(query)}"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two articles, the second of 1.8 MB; the first has a page of 200,000 nested elements."""
    path = tmp_path_factory.mktemp("drained") / "news.db"
    open_database(path, create=True).conn.close()
    room = Newsroom(path=path, clock=datetime.now(UTC))
    source = room.source("wanbao.example", "https://www.wanbao.example/")
    deep = "<p>top</p>" + "<div>" * 200_000 + "<p>bottom"
    short = Article(url=None, title="Deep", text="A short text. " * 20, language="en")
    room.article(source, "https://www.wanbao.example/1", short, body=deep.encode())
    long = Article(url=None, title="Long", text=LONG, language="en")
    room.article(source, "https://www.wanbao.example/2", long)
    return path


@pytest.fixture(scope="module")
def home(database: Path) -> Iterator[str]:
    with inspecting(database) as address:
        yield address


@pytest.fixture(scope="module", autouse=True)
def left_waiting(database: Path, home: str) -> Iterator[tuple[socket.socket, subprocess.Popen[str]]]:
    """A connection that never ends its request, and a server that was killed with SQL under way: for the last tests."""
    where = urlsplit(home)
    silent = socket.create_connection((where.hostname, where.port), timeout=120)
    silent.sendall(b"GET / HTTP/1.1\r\nX: ")
    # As it is killed, its worker ends by itself, past this limit: what it burns until then is all that this costs.
    soon = PATIENT | {"db.inspect.dispatcher.SQL_S": 1.0}
    with silent, started(database, limits=soon) as (process, other), asking(other, sql(LONG_CALL), 1):
        time.sleep(0.5)
        process.kill()
        yield silent, process


def group_of(process: subprocess.Popen[str]) -> list[int]:
    """The processes of a server that was started as the head of a session."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if (
                folder.name.isdigit()
                and os.getsid(int(folder.name)) == process.pid
                and (folder / "cmdline").read_bytes()
            ):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


@contextmanager
def asking(home: str, path: str, times: int) -> Iterator[list[socket.socket]]:
    """Connections on which a page was asked for and no answer is read."""
    where = urlsplit(home)
    open_ = [socket.create_connection((where.hostname, where.port), timeout=120) for _ in range(times)]
    try:
        for one in open_:
            one.sendall(f"GET {path} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
        yield open_
    finally:
        for one in open_:
            one.close()


def test_a_deep_page_is_shown(home: str) -> None:
    status, body, _ = ask(home, "/-/stored/1")
    assert status == 200
    assert body.count("<div>") == MAX_DEPTH
    assert "top" in body
    assert "bottom" in body


def test_long_calls_hold_up_nobody_else_and_are_stopped(database: Path) -> None:
    limits = {"db.inspect.dispatcher.SQL_S": 2.5}  # two cores are busy for as long
    with inspecting(database, limits=limits) as home, ThreadPoolExecutor(2) as together:
        asked = [together.submit(ask, home, sql(LONG_CALL, form)) for form in (".json", "")]
        time.sleep(0.3)
        watch = Stopwatch()
        assert ask(home, "/")[0] == 200
        assert not any(one.done() for one in asked) or watch.own_s() < 1, "the front page waited for somebody's SQL"
        data, page = (one.result() for one in asked)
        assert data[0] == page[0] == 400
        assert "took too long" in json.loads(data[1])["error"]
        assert "Narrow it" in page[1]
        assert 'class="masthead"' in page[1]
        assert ask(home, sql("select 1"))[0] == 200


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("select instr(zeroblob(40000000), zeroblob(20000000) || x'01')", "longer than 1 MB"),
        ("select zeroblob(60000000) union all " * 4 + "select zeroblob(60000000)", "longer than 1 MB"),
        (f"select zeroblob({MAX_VALUE_BYTES + 1})", "longer than 1 MB"),
        ("select text from articles", "longer than 1 MB"),
        ("with recursive a(x) as (select 1 union all select x+1 from a limit 90) select zeroblob(400000) from a", "32 MB"),
        # 25 MB of values that are six times as long in JSON
        ("with recursive a(x) as (select 1 union all select x+1 from a limit 250)"
         " select replace(hex(zeroblob(50000)), '0', char(1)) from a", "longer than 32 MB"),
    ],
)  # fmt: skip
def test_values_and_answers_are_bounded(home: str, query: str, says: str) -> None:
    status, body, _ = ask(home, sql(query))
    assert status == 400, body[:500]
    assert says in json.loads(body)["error"]
    assert "sqlite3" in json.loads(body)["error"]


def test_memory_is_bounded(home: str) -> None:
    """Rows that SQLite itself must hold: in memory, not on the disk, and no more than the process may have."""
    rows = "with recursive n(x) as (select 1 union all select x+1 from n limit 4000)"
    status, body, _ = ask(
        home, sql(f"{rows}, b as materialized (select zeroblob(990000) v from n) select max(v) from b")
    )
    assert status in (400, 503), body[:500]
    assert ask(home, sql("select 1"))[0] == 200


def test_a_long_text_spoils_no_table(home: str) -> None:
    status, body, _ = ask(home, "/news/articles")
    assert status == 200
    assert f"{len(LONG):,} characters" in body
    assert "1 MB" in body[body.index("<footer") :]
    assert ask(home, "/news/articles.json?_nocol=text")[0] == 200
    for data in ("/news/articles.json", "/news/articles.csv?_stream=on"):
        status, body, _ = ask(home, data)
        assert status == 400
        assert "_nocol=NAME" in body
    status, body, _ = ask(home, "/-/article/2")
    assert status == 200
    assert len(body) < 1_000_000
    assert "copydesk show 2 --text" in body


def test_a_line_that_is_too_long_is_turned_away_and_ends_when_nobody_waits(home: str) -> None:
    slow = "with recursive a(x) as (select 1 union all select x+1 from a) select count(*) from a"
    with asking(home, sql(slow), WORKERS + MAX_WAITING):
        wait_for(lambda: ask(home, sql("select 1"))[0] == 503)
        assert ask(home, "/")[0] == 200
    with within(MAX_WAITING):  # each that waits would take two seconds of one of two workers
        assert ask(home, sql("select 1"))[0] == 200


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_at_once_whatever_runs(database: Path, number: signal.Signals) -> None:
    with started(database) as (process, home):
        with asking(home, sql(LONG_CALL), 4), asking(home, "/-/stored/1", 4):
            time.sleep(0.5)
            with within(3):  # promised are two
                process.send_signal(number)
                assert process.wait(timeout=120) == 0
        wait_for(lambda: not group_of(process))


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 100_000, "<font color=red>" * 100_000 + "<p>x" * 100, "<b>" * 100_000 + "</b>" * 100_000, "<!--" * 100_000,
        "<script " * 100_000, "<style>" + "</sty" * 100_000, "<div" * 100_000, "</div>" * 100_000, "<div a='>" * 100_000,
        "<textarea><!--" * 50_000, "<" * 400_000,
    ],
)  # fmt: skip
def test_depth_is_bounded_in_a_time_that_grows_with_the_length(page: str) -> None:
    took = []
    for text in (page[: len(page) // 4], page):
        best = 10.0
        for _ in range(3):
            began = time.process_time()
            limit_depth(text)
            best = min(best, time.process_time() - began)
        took.append(best)
    assert took[1] < 8 * took[0] + 0.05  # four times the length; a square would be sixteen
    assert sanitize_page(page).count("<div>") <= MAX_DEPTH


def test_an_ordinary_page_stays_as_it_is() -> None:
    items = "".join(f"<li>item {n}<p>text<br>more<img src=x>" for n in range(2000))
    page = f"<!doctype html><html><head><title>T</title></head><body><div><ul>{items}</ul></div><p>end</body></html>"
    assert limit_depth(page) == page
    nested = "<div><span>" * 200 + "deep" + "</span></div>" * 200
    assert limit_depth(nested) == nested
    after = "<div>" * 600 + "deep" + "</div>" * 600 + "<section><h1>after</h1></section>"
    assert (
        limit_depth(after) == "<div>" * MAX_DEPTH + "deep" + "</div>" * MAX_DEPTH + "<section><h1>after</h1></section>"
    )


def test_a_connection_that_asks_nothing_is_closed(left_waiting: tuple[socket.socket, subprocess.Popen[str]]) -> None:
    assert left_waiting[0].recv(1000) == b""


def test_nothing_is_left_of_a_server_that_was_killed(left_waiting: tuple[socket.socket, subprocess.Popen[str]]) -> None:
    wait_for(lambda: not group_of(left_waiting[1]))

"""What `copydesk inspect` refuses, asked without a browser: writing, endless queries, other names, a port that is taken."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

pytest.importorskip("datasette", reason="the extra `inspect` is not installed")

from db.inspect.safety.limits import STATEMENT_S
from db.inspect.safety.request_checks import is_own_host
from db.inspect.safety.sanitize import sanitize_page
from tests.browser.edition import fill, hostile_page
from tests.browser.looking import PATIENT, ask, inspecting
from tests.cli.conftest import spawn
from tests.end_to_end.copydesk import wait_for
from tests.support.forked import ForkedProcess

ENDLESS = "WITH RECURSIVE a(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM a) SELECT count(*) FROM a"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("limits") / "news.db"
    fill(path, "http://127.0.0.1:9")
    return path


@pytest.fixture(scope="module")
def home(database: Path) -> Iterator[str]:
    statement = {"db.inspect.app.STATEMENT_S": STATEMENT_S}
    with inspecting(database, limits=PATIENT | statement) as address:
        yield address


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM articles",
        "WITH x AS (SELECT 1) DELETE FROM articles",
        "ATTACH '/tmp/other.db' AS other",
        "PRAGMA writable_schema = 1",
        "VACUUM INTO '/tmp/other.db'",
        "SELECT length(zeroblob(500000000))",
        "SELECT load_extension('x')",
    ],
)
def test_what_sql_may_not_do(home: str, database: Path, sql: str) -> None:
    count = "SELECT count(*) FROM articles"
    before = sqlite3.connect(database).execute(count).fetchone()
    status, body, _ = ask(home, f"/news.json?sql={quote(sql)}")
    assert status == 400, body
    assert before[0]
    assert sqlite3.connect(database).execute(count).fetchone() == before


def test_an_endless_query_is_broken_off(home: str) -> None:
    status, body, _ = ask(home, f"/news.json?sql={quote(ENDLESS)}")
    assert status == 400
    assert "took too long" in json.loads(body)["error"]
    assert ask(home, "/")[0] == 200


SQL = "/news?sql=select+1"
NAVIGATING = {"Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
FOREIGN = NAVIGATING | {"Sec_Fetch_Site": "cross-site"}


@pytest.mark.parametrize(
    ("path", "headers", "answered"),
    [
        ("/", FOREIGN, True),
        ("/-/search?q=ferry", FOREIGN, True),
        ("/news/articles", FOREIGN, True),
        (SQL, FOREIGN | {"Sec_Fetch_Site": "none"}, True),
        (SQL, FOREIGN | {"Sec_Fetch_Site": "same-origin"}, True),
        (SQL, {}, True),
        (SQL, FOREIGN, False),
        (SQL, FOREIGN | {"Sec_Fetch_Site": "same-site"}, False),  # another port of this machine
        (SQL, {"Sec_Fetch_Site": "cross-site"}, False),
        ("/news?a=1&%73ql=select+1", FOREIGN, False),
        ("/?sql=select+1", FOREIGN, False),
        ("/news/articles?_where=1", FOREIGN, False),
        ("/news/articles?title__like=%25a", FOREIGN, False),
        ("/news/articles.csv?_stream=on", FOREIGN, False),
        ("/", FOREIGN | {"Sec_Purpose": "prefetch"}, False),
        *[
            ("/", FOREIGN | {"Sec_Fetch_Site": site, "Sec_Fetch_Dest": into}, False)
            for site in ("cross-site", "same-site")
            for into in ("iframe", "frame", "object", "embed")
        ],
        ("/-/stored/1", FOREIGN | {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Dest": "iframe"}, True),
        # Browsers that send no Sec-Fetch-Site.
        (SQL, {"Referer": "http://evil.example/"}, False),
        (SQL, {"Referer": "{home}.evil.example/"}, False),
        (SQL, {"Referer": "{home}/news"}, True),
        ("/", {"Referer": "http://evil.example/"}, True),
        ("/", {"Origin": "null"}, False),
        ("/", {"Origin": "{home}"}, True),
    ],
)
def test_what_pages_of_other_sites_may_lead_to(home: str, path: str, headers: dict[str, str], answered: bool) -> None:
    status, body, _ = ask(home, path, **{name: value.format(home=home) for name, value in headers.items()})
    assert status == (200 if answered else 403), body


def test_other_methods_and_other_names_are_refused(home: str) -> None:
    assert ask(home, "/", method="POST")[0] == 405
    assert ask(home, "/", Host="evil.example")[0] == 403
    assert ask(home, "/news.json", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="cors")[0] == 403
    assert ask(home, "/", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate")[0] == 200
    assert is_own_host("[::1]:8001", frozenset())
    assert is_own_host("desk.example:8001", frozenset({"desk.example"}))
    assert not is_own_host("127.0.0.1.evil.example", frozenset())
    assert not is_own_host("", frozenset())


@pytest.mark.parametrize(
    "path", ["/", "/news", "/-/stored/9", "/-/received/9", "/-/article/99999", "/-/copydesk/desk.css"]
)
def test_every_answer_carries_its_policy(home: str, path: str) -> None:
    _, _, headers = ask(home, path)
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'unsafe-inline'" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert ("sandbox" in policy) == path.startswith(("/-/stored", "/-/received"))


def test_no_address_is_left_in_an_inert_page() -> None:
    left = sanitize_page(hostile_page("http://trap.example"))
    body = left[left.index("<body>") :]
    assert "trap.example" not in body.replace("&lt;", "<").split("the end")[0]
    assert "as plain as any other" in body


def test_a_port_that_is_taken_is_said_with_the_remedy(database: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = spawn("--db", str(database), "inspect", "--port", str(port), cwd=database.parent)
    assert done.returncode == 2
    assert f"port {port} is taken" in done.stderr.decode()
    assert "--port 0" in done.stderr.decode()


def test_it_opens_the_browser(database: Path, tmp_path: Path) -> None:
    browser, opened = tmp_path / "browser", tmp_path / "opened"
    browser.write_text(f'#!/bin/sh\necho "$1" > {opened}\n')
    browser.chmod(0o755)
    with inspecting(database, "--open", browser=browser) as address:
        wait_for(lambda: opened.exists() and opened.read_text() != "")
        assert opened.read_text() == f"{address}/\n"
        assert ask(address, "/")[0] == 200


def test_it_warns_where_others_can_read_along(database: Path) -> None:
    arguments = ("--db", str(database), "inspect", "--port", "0", "--host", "0.0.0.0")
    process = ForkedProcess(arguments, database.parent, dict(os.environ), {})
    try:
        process.read_until("0.0.0.0 is not loopback: anyone who reaches this machine can read")
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)

"""Any SQLite tool opens the database: every table and view, the search index and its parts included, by stock tools."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas
import pytest
from click.testing import CliRunner
from sqlite_utils import Database
from sqlite_utils.cli import cli as sqlite_utils

from db.connection.database import connect, open_database
from db.maintenance.search_index import index_waiting_pages
from db.queries.search import search
from db.schema.migrations import migrations
from db.schema.views import drop_views
from db.search.index import count_inconsistencies
from db.store.extraction.outcomes import delete_outcome, load_article
from tests.cli.conftest import STORY, Newsroom, report

_NAMES = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
_KEYED_BY_BYTES = ("search_index_idx", "unsettled")


@pytest.fixture
def stock(newsroom: Newsroom) -> Iterator[sqlite3.Connection]:
    """The file as a program sees it that knows nothing of Copydesk."""
    conn = sqlite3.connect(newsroom.path)
    yield conn
    conn.close()


@pytest.fixture
def names(stock: sqlite3.Connection) -> list[str]:
    found = [name for (name,) in stock.execute(_NAMES)]
    assert {"search_index", "search_index_docsize", "articles_view", "sources_view", "marks"} <= set(found)
    return found


def run(*arguments: str) -> str:
    done = CliRunner().invoke(sqlite_utils, [*arguments], catch_exceptions=False)
    assert done.exit_code == 0, (arguments, done.output)
    return done.output


def test_sqlite_utils(newsroom: Newsroom, stock: sqlite3.Connection, names: list[str]) -> None:
    path = str(newsroom.path)
    counted = json.loads(run("tables", path, "--counts")) + json.loads(run("views", path, "--counts"))
    articles = stock.execute("SELECT count(*) FROM articles").fetchone()[0]
    counts = {row.get("table") or row["view"]: row["count"] for row in counted}
    assert counts["search_index"] == counts["articles"] == articles > 0
    run("analyze-tables", path, "--no-most", "--no-least")
    run("analyze-tables", path, "search_index", "articles", "pages", "decisions")
    for name in names:
        json.loads(run("rows", path, name))
        run("schema", path, name)
    assert json.loads(run("rows", path, "search_index", "--limit", "1")) == [{"grams": None}]
    assert "COMMIT;" in run("dump", path)


def test_pandas(stock: sqlite3.Connection, names: list[str]) -> None:
    for name in names:
        frame = pandas.read_sql(f'SELECT * FROM "{name}"', stock)
        assert len(frame) == pandas.read_sql(f'SELECT count(*) AS n FROM "{name}"', stock).n[0], name


@pytest.mark.skipif(not shutil.which("sqlite3"), reason="there is no sqlite3 on this machine")
def test_sqlite3(newsroom: Newsroom, names: list[str]) -> None:
    asked = "".join(f'SELECT count(*) FROM "{name}"; SELECT * FROM "{name}";\n' for name in names)
    for script in (asked, ".dump\n", "PRAGMA integrity_check;\n"):
        done = subprocess.run(
            ["sqlite3", "-bail", str(newsroom.path)],
            input=script.encode(),
            capture_output=True,
            check=True,
        )
        assert done.stdout
        assert not done.stderr


def test_datasette(newsroom: Newsroom, names: list[str]) -> None:
    """The command without any option: it opens no file immutable and loads nothing of ours."""
    command = [sys.executable, "-m", "datasette", str(newsroom.path), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as server:
        try:
            root = address_of(server)
            base = f"/{newsroom.path.stem}"
            get(root)
            assert get(f"{root}{base}")
            for name in names:
                page = get(f"{root}{base}/{name}").decode()
                # Datasette itself has no page for a row whose key is bytes.
                rows = re.findall(rf'href="({base}/{name}/[^"?.]+)"', page) if name not in _KEYED_BY_BYTES else []
                for row in rows[:1] + rows[-1:]:
                    get(f"{root}{row}")
                get(f"{root}{base}/{name}.json?_size=5&_shape=array")
                get(f"{root}{base}/{name}.csv?_stream=1")
            get(f"{root}{base}/search_index/{newsroom.pages['ferry']}")
        finally:
            server.terminate()


# `urlopen` keeps the proxies that were set when the process first used it: another test's proxy would be asked for our server.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def address_of(server: subprocess.Popen[bytes]) -> str:
    """Where it listens, once it does."""
    said = b""
    assert server.stderr is not None
    while line := server.stderr.readline():
        said += line
        if found := re.search(rb"running on (http://127\.0\.0\.1:\d+)", line):
            return found[1].decode()
    pytest.fail(f"datasette ended: {said.decode()}")


def get(url: str) -> bytes:
    """The body of an answer, which must be a success."""
    try:
        with _DIRECT.open(url) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        pytest.fail(f"{url}: {error}")


def test_an_earlier_index_is_taken_over(tmp_path: Path) -> None:
    """What was indexed is found at once, what waited waits, and the same connection goes on."""
    path = tmp_path / "news.db"
    open_database(path, create=True).conn.close()
    newsroom = Newsroom(path=path)
    source = newsroom.source("a.example", "https://a.example/")
    for n in range(12):
        newsroom.article(source, f"https://a.example/{n}", report(f"{STORY} {n}", title=f"Ferry {n}"))
    as_before(path)
    with pytest.raises(sqlite3.OperationalError, match="scanning"):
        sqlite3.connect(path).execute("SELECT count(*) FROM search_index")
    before = [hit.article_summary.page_id for hit in search(connect(path), "ferry bridge").hits]
    db = open_database(path)
    assert [hit.article_summary.page_id for hit in search(db.conn, "ferry bridge").hits] == before != []
    count = "SELECT count(*) FROM search_index"
    assert db.conn.execute(count).fetchone() == (12,)
    page = newsroom.article(source, "https://a.example/new", report(f"{STORY} new", title="Ferry, tangerine"))
    assert search(db.conn, "ferry tangerine").found == 1
    delete_outcome(db.conn, page)
    delete_outcome(db.conn, before[0])
    assert search(db.conn, "ferry").found == 11
    assert db.conn.execute(count).fetchone() == (11,)
    assert count_inconsistencies(db.conn) == (0, 0)
    db.conn.execute("INSERT INTO search_index (search_index) VALUES ('integrity-check')")
    config = dict(db.conn.execute("SELECT k, v FROM search_index_config").fetchall())
    assert (config["pgsz"], config["crisismerge"]) == (1000, 64)
    db.conn.close()


def test_articles_of_before_have_no_kicker(tmp_path: Path) -> None:
    """A database of before `m0025_headlines` opens; its articles are whole, and what they lack is empty."""
    path = tmp_path / "news.db"
    open_database(path, create=True).conn.close()
    newsroom = Newsroom(path=path)
    kept = report(STORY, title="Ferry")
    page = newsroom.article(newsroom.source("a.example", "https://a.example/"), "https://a.example/1", kept)
    old = Database(path)
    drop_views(old)
    old.execute("DROP VIEW current_articles")
    for column in ("kicker", "alternative_title", "subheadings"):
        old.execute(f"ALTER TABLE articles DROP COLUMN {column}")
    old.execute("CREATE VIEW current_articles AS SELECT page_id AS id, * FROM articles")
    old.execute("CREATE VIEW articles_view AS SELECT id, title, subtitle FROM current_articles")
    old.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0025_headlines'")
    old.conn.commit()
    old.conn.close()
    db = open_database(path)
    assert load_article(db.conn, page) == replace(kept, url="https://a.example/1")
    assert db.conn.execute("SELECT title, kicker, alternative_title FROM articles_view").fetchall() == [
        ("Ferry", None, None)
    ]
    assert db.conn.execute("SELECT subheadings FROM current_articles").fetchall() == [("[]",)]
    assert [hit.article_summary.page_id for hit in search(db.conn, "ferry").hits] == [page]
    db.conn.close()


def as_before(path: Path) -> None:
    """The index in the form that it had before `m0019_search_readable`, with all articles in it."""
    old = Database(memory=True)
    old.conn.isolation_level = None
    migrations.apply(old, stop_before="m0019_search_readable")
    (sql,) = old.execute("SELECT sql FROM sqlite_master WHERE name = 'search_index'").fetchone()
    db = Database(connect(path))
    db.conn.execute("DROP TABLE search_index")
    db.conn.execute(sql)
    for name, value in (("pgsz", 1000), ("crisismerge", 64)):
        db.conn.execute("INSERT INTO search_index (search_index, rank) VALUES (?, ?)", (name, value))
    db.conn.execute("INSERT INTO unindexed SELECT page_id FROM articles")
    index_waiting_pages(db.conn)
    db.conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0019_search_readable'")
    db.conn.close()

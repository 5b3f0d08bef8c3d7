"""The cookbook's questions over the demo web, with the answers that were planted there; the views by other people's tools."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from typing import Any

import duckdb
import pandas
import pytest

from db.schema.views import VIEWS
from tests.demoweb.truth import PageTruth
from tests.end_to_end.cookbook_answers import answers
from tests.end_to_end.copydesk import Copydesk
from tests.support.documents import ROOT, blocks

QUERIES = blocks(ROOT / "docs" / "cookbook.md", "sql")


@pytest.fixture(scope="module")
def desk(crawled_twice: tuple[Copydesk, list[PageTruth]], tmp_path_factory: pytest.TempPathFactory) -> Copydesk:
    """The demo web, crawled before and after its corrections."""
    made = Copydesk(tmp_path_factory.mktemp("cookbook"), None)
    shutil.copy(crawled_twice[0].database, made.database)
    return made


@pytest.fixture
def truth(crawled_twice: tuple[Copydesk, list[PageTruth]]) -> dict[str, PageTruth]:
    """The articles of the demo web, by address."""
    return {page.url: page for page in crawled_twice[1] if page.kind == "article"}


# Of no article of the demo web; tests/end_to_end/crawls/test_gone.py has some.
GONE = 21


@pytest.mark.parametrize("number", sorted(set(range(1, len(QUERIES) + 1)) - {GONE}))
def test_each_question_has_an_answer(desk: Copydesk, number: int) -> None:
    rows = desk.query(QUERIES[number - 1])
    assert rows


def test_answers_are_as_planted(desk: Copydesk, truth: dict[str, PageTruth]) -> None:
    stored = {untracked(url) for (url,) in desk.query("SELECT url FROM articles_view")}
    for number, planted in answers([truth[url] for url in sorted(stored)]).items():
        query = QUERIES[number - 1]
        rows = [row[: len(planted[0])] for row in desk.query(query)]
        most = int(query.partition("LIMIT ")[2].rstrip("; \n") or len(planted))
        assert len(rows) == min(most, len(planted)), number
        assert set(rows) <= set(planted), number


def test_refusals_and_runs_are_as_planted(desk: Copydesk, crawled_twice: tuple[Copydesk, list[PageTruth]]) -> None:
    planted = {page.url: page for page in crawled_twice[1] if page.reasons}
    refused = desk.query("SELECT url, reason FROM rejections_view")
    assert [(url, reason) for url, reason in refused if reason not in planted[untracked(url)].reasons] == []
    assert sum(row[2] for row in desk.query(QUERIES[17])) == len(refused)
    crawls = [row for row in desk.query(QUERIES[19]) if row[1] == "crawl"]
    articles, revisions = desk.query("SELECT sum(NOT is_copy), sum(revision - 1) FROM articles_view")[0]
    assert [(row[2], row[5], row[6]) for row in crawls] == [("finished", 0, revisions), ("finished", articles, 0)]


def test_reprints_and_their_hours_are_as_planted(desk: Copydesk, truth: dict[str, PageTruth]) -> None:
    rows = desk.query("SELECT copy_url, original_url, hours_after FROM copies_view")
    assert len(rows) == 1
    for copy, original, hours in rows:
        assert truth[copy].copy_of == original
        after, before = truth[copy].published, truth[original].published
        assert after is not None
        assert before is not None
        assert hours == round((after - before).total_seconds() / 3600, 2)


def untracked(url: str) -> str:
    """The address without what a feed put behind it."""
    return url.partition("?utm_")[0]


def test_corrections_are_as_planted(desk: Copydesk, truth: dict[str, PageTruth]) -> None:
    corrected = {url for url, page in truth.items() if page.corrected}
    found = desk.query("SELECT url FROM revisions_view WHERE revision > 1")
    assert {untracked(url) for (url,) in found} == corrected
    assert sum(row[2] for row in desk.query(QUERIES[8])) == len(corrected)
    rows = desk.query(QUERIES[21])
    texts = {row[0]: row[-2:] for row in rows}
    # Kinds and silence are judged of each.
    assert all(json.loads(row[6]) and row[7] in (0, 1) for row in rows)
    assert len(texts) == len(corrected)
    stored = dict(desk.query("SELECT id, text FROM articles_view"))
    assert all(after == stored[article] != before for article, (before, after) in texts.items())


def test_the_paywalled_and_the_editorless_are_as_planted(desk: Copydesk, truth: dict[str, PageTruth]) -> None:
    answers = desk.query("SELECT url, editors IS NULL, paywalled FROM articles_view")
    rows = [(untracked(url), without, paywalled) for url, without, paywalled in answers]
    assert {url for url, _, paywalled in rows if paywalled} == {url for url, _, _ in rows if truth[url].paywalled}
    assert {url for url, without, _ in rows if without} == {url for url, _, _ in rows if not truth[url].editors}


def test_a_person_is_found_under_every_name_that_was_joined(desk: Copydesk) -> None:
    query = QUERIES[22]
    alone = desk.query(query)
    other = desk.query("SELECT name FROM credits_view WHERE name <> '林疏影' ORDER BY 1 LIMIT 1")[0][0]
    desk.run("people", "join", "林疏影", other)
    both = desk.query(query)
    assert both == desk.query(query.replace("'林疏影'", f"'{other}'"))
    assert {row[4] for row in both} == {"林疏影", other}
    assert {person for (person,) in desk.query("SELECT DISTINCT person FROM credits_view WHERE person <> name")} == {
        "林疏影"
    }
    counted = desk.query(f"SELECT person, articles FROM people_view WHERE name IN ('林疏影', '{other}')")
    assert counted == [("林疏影", len({row[0] for row in both}))] * 2
    assert len(both) == len(alone) + desk.query(f"SELECT count(*) FROM credits_view WHERE name = '{other}'")[0][0]
    desk.run("people", "part", "林疏影", other)
    assert desk.query(query) == alone


def test_a_sample_is_the_same_each_time_and_of_all_sources(desk: Copydesk) -> None:
    rows = desk.query(QUERIES[24].replace("LIMIT 50", "LIMIT 20"))
    assert rows == desk.query(QUERIES[24].replace("LIMIT 50", "LIMIT 20"))
    assert len(rows) == 20
    sources = {row[1] for row in rows}
    assert len(sources) > len(desk.query("SELECT name FROM sources_view")) / 2


def test_months_add_up(desk: Copydesk) -> None:
    assert sum(row[2] for row in desk.query(QUERIES[23])) == desk.query("SELECT count(*) FROM articles_view")[0][0]


def test_days_add_up(desk: Copydesk) -> None:
    assert desk.query("SELECT sum(articles) FROM daily_counts") == desk.query("SELECT count(*) FROM articles_view")


# The command again and again, in one process: each loads for half a second.
_STOCK = """
import json, sys
from sqlite_utils.cli import cli
database, *queries = json.loads(sys.argv[1])
for query in queries:
    cli(["query", database, query], standalone_mode=False)
    print("--")
"""


def stock(desk: Copydesk, *queries: str) -> list[list[dict[str, Any]]]:
    """The rows of each query by the `sqlite-utils` command."""
    command = [sys.executable, "-c", _STOCK, json.dumps([str(desk.database), *queries])]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    answers = done.stdout.removesuffix("--\n").split("--\n")
    return [json.loads(answer) for answer in answers]


def test_sqlite_utils_reads_the_views_while_somebody_writes(desk: Copydesk) -> None:
    writing = sqlite3.connect(desk.database, isolation_level=None)
    try:
        writing.execute("BEGIN IMMEDIATE")
        writing.execute("UPDATE sources SET name = 'not yet ' || id")
        *answers, sources = stock(
            desk, *(f"SELECT * FROM {view.name} LIMIT 3" for view in VIEWS), "SELECT name FROM sources_view"
        )
        for view, rows in zip(VIEWS, answers, strict=True):
            names = [name for name, _, _ in view.columns]
            if view.name.startswith(("coverage_", "gone_", "alerts_")):
                assert (
                    not rows
                )  # of a source added today no week is judged, its articles are there, and nothing is wrong
            else:
                assert list(rows[0]) == names
        assert sources
        assert all(not row["name"].startswith("not yet") for row in sources)
    finally:
        writing.execute("ROLLBACK")
        writing.close()


def test_pandas_and_duckdb_read_the_views(desk: Copydesk) -> None:
    """DuckDB by way of pandas: its own reader of SQLite files is an extension that it downloads."""
    conn = sqlite3.connect(f"{desk.database.as_uri()}?mode=ro", uri=True)
    try:
        articles = pandas.read_sql("SELECT * FROM articles_view", conn, parse_dates=["published_utc"])
    finally:
        conn.close()
    told = duckdb.from_df(articles).aggregate("source_name, count(*)").order("source_name").fetchall()
    assert told == desk.query("SELECT source_name, count(*) FROM articles_view GROUP BY 1 ORDER BY 1")

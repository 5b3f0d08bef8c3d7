"""`copydesk search`: what it prints, for people and programs, and what it says where it cannot."""

from __future__ import annotations

import csv
import json
import sqlite3

import pytest
from rich.cells import cell_len

from db.connection.database import connect
from db.errors import QueryError, UnknownSource, UsageError
from db.queries.article_filter import ArticleFilter, ArticleKind
from db.queries.articles import newest_articles
from db.queries.exported_pages import pages_to_export
from tests.cli.conftest import Newsroom, copied_newsroom, open_room, run


@pytest.fixture(scope="module")
def read_room(tmp_path_factory: pytest.TempPathFactory) -> Newsroom:
    """The newsroom with sections, for the tests that only read."""
    room = copied_newsroom(tmp_path_factory, tmp_path_factory.mktemp("read"))
    with open_room(room.path) as conn:
        conn.execute("UPDATE articles SET section = '本地' WHERE title LIKE '%水厂%'")
    return room


def test_hits_fit_and_say_how_many(read_room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("cli.commands.reading.search.on_terminal", lambda: True)
    result = run(read_room.path, "search", "水廠", "改造")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert max(map(cell_len, lines)) <= 60
    assert "城北水厂改造主体完工" in result.output
    assert "copy of" in result.output
    assert lines[-1] == "2 articles"
    assert "\x1b" not in result.output


def test_marks_are_coloured_on_a_terminal_alone(read_room: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.commands.reading.search.coloured", lambda: True)
    monkeypatch.setattr("cli.output.tables.coloured", lambda: True)
    # The runner takes colours out unless told otherwise: ask for the lines themselves.
    from cli.commands.reading.search import _lines
    from db.queries.search import search

    conn = connect(read_room.path)
    text = "\n".join(_lines(search(conn, "ferry")))
    conn.close()
    assert "\x1b[33m\x1b[1mferry\x1b[0m" in text
    assert "\x1b[31m" not in text, "what a page brought moves no cursor"


def test_programs_get_json_and_csv(read_room: Newsroom) -> None:
    items = [json.loads(line) for line in run(read_room.path, "search", "水厂", "--json").stdout.splitlines()]
    assert {item["source_name"] for item in items} == {"wanbao.example", "mirror.example"}
    first = items[0]
    assert {first["snippet"]["text"][a:b] for a, b in first["snippet"]["marks"]} == {"水厂"}
    rows = list(csv.DictReader(run(read_room.path, "search", "水厂", "--csv").stdout.splitlines()))
    assert [row["id"] for row in rows] == [str(item["id"]) for item in items]


def test_without_words_and_filters_it_lists_all(read_room: Newsroom) -> None:
    listed = [json.loads(line)["id"] for line in run(read_room.path, "search", "--json").stdout.splitlines()]
    with open_room(read_room.path) as conn:
        assert len(listed) == conn.execute("SELECT count(*) FROM current_articles").fetchone()[0]


def test_operators_in_small_letters_are_told(read_room: Newsroom) -> None:
    shown = run(read_room.path, "search", "nosuchword or 水厂").output
    assert "Nothing found for nosuchword or 水厂." in shown
    assert "write OR in capitals" in shown
    assert "capitals" not in run(read_room.path, "search", "nosuchword").output


def test_that_a_query_has_no_fields_is_told(read_room: Newsroom) -> None:
    shown = run(read_room.path, "search", "Title:nosuchword").output
    assert "A query has no fields such as `Title:`: words are searched in titles, texts and credits." in shown
    assert "no fields" not in run(read_room.path, "search", "subtitle:nosuchword").output


def test_filters_and_pages(read_room: Newsroom) -> None:
    def ids(*arguments: str) -> list[int]:
        lines = run(read_room.path, "search", "水厂", "--json", *arguments).stdout.splitlines()
        return [json.loads(line)["id"] for line in lines]

    assert len(ids()) == 2
    assert ids("--source", "mirror.example") == [read_room.pages["copy"]]
    assert ids("--since", "2026-11-01T08:00Z") == [read_room.pages["copy"]]
    assert ids("--until", "2026-11-01T08:00Z") == [read_room.pages["water"]]
    assert ids("--language", "en") == []
    assert len(ids("--person", "李青山")) == 2
    assert ids("--limit", "1") + ids("--limit", "1", "--page", "2") == ids()
    assert ids("--newest") == [read_room.pages["copy"], read_room.pages["water"]]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("--source mirror.example", {"copy", "undated"}),
        ("--until 2026-10-31", {"ferry"}),
        ("--language zh", {"copy", "water"}),
        ("--language zh-TW", set()),
        ("--language !!", set()),
        ("--person ann", {"ferry"}),
        ("--person 青山", {"copy", "water"}),
        ("--person ...", set()),
        ("--section 本地", {"copy", "water"}),
        ("--kind original", {"ferry", "undated", "water"}),
        ("--kind copy", {"copy"}),
        ("--kind corrected", {"water"}),
        ("--kind copy --source wanbao.example", set()),
        ("--paywalled", set()),
        ("--free --kind copy", {"copy"}),
    ],
)
def test_lists_searches_and_exports_share_their_filters(read_room: Newsroom, filters: str, expected: set[str]) -> None:
    wanted = {read_room.pages[name] for name in expected}
    for command in (("articles", "--json"), ("search", "--json"), ("export", "jsonl")):
        result = run(read_room.path, *command, *filters.split())
        assert result.exit_code == 0, result.output
        assert {json.loads(line)["id"] for line in result.stdout.splitlines() if line[0] == "{"} == wanted, command
    found = run(read_room.path, "search", "水厂", "--json", *filters.split()).stdout.splitlines()
    ours = {read_room.pages["water"], read_room.pages["copy"]}
    assert {json.loads(line)["id"] for line in found} == wanted & ours


def test_names_are_looked_up_once(read_room: Newsroom) -> None:
    conn, asked = connect(read_room.path, readonly=True), list[str]()
    conn.set_trace_callback(asked.append)
    assert newest_articles(conn, ArticleFilter(person="Ann Reed")) == [read_room.pages["ferry"]]
    conn.close()
    assert len([query for query in asked if "SELECT name FROM credited_names" in query]) == 1


def test_an_archive_of_pages_takes_the_filters(read_room: Newsroom) -> None:
    def pages(filters: ArticleFilter) -> set[int]:
        with open_room(read_room.path) as conn:
            return {page_id for page_id, _ in pages_to_export(conn, filters)}

    of = read_room.pages
    assert pages(ArticleFilter()) == set(of.values())
    assert pages(ArticleFilter(paywalled=False)) == set(of.values()) - {of["short"], of["unread"]}
    assert pages(ArticleFilter(kind=ArticleKind.COPY)) == {of["copy"]}
    assert pages(ArticleFilter(person="Ann Reed")) == {of["ferry"]}


def test_a_list_without_a_query_has_pages(read_room: Newsroom) -> None:
    listed = run(read_room.path, "search", "--free").output
    assert "4 articles" in listed
    first, second = (
        run(read_room.path, "search", "--free", "--limit", "2", "--page", page, "--json").stdout.splitlines()
        for page in ("1", "2")
    )
    ids = [json.loads(line)["id"] for line in first + second]
    assert ids == [json.loads(line)["id"] for line in run(read_room.path, "articles", "--json").stdout.splitlines()]
    assert (
        "No article of mirror.example matches all these filters"
        in run(read_room.path, "articles", "--source", "mirror.example", "--kind", "corrected").output
    )


def test_what_cannot_be_done_is_said(read_room: Newsroom) -> None:
    for arguments, kind in (
        (("!?",), QueryError),
        (("-ferry",), SystemExit),
        (("--", "-ferry"), QueryError),
        (("x", "--source", "nobody"), UnknownSource),
        (("x", "--until", "soon"), UsageError),
        (("x", "--json", "--csv"), UsageError),
    ):
        result = run(read_room.path, "search", *arguments)
        assert isinstance(result.exception, kind), (arguments, result.exception)
    assert "--until" in str(run(read_room.path, "search", "x", "--until", "soon").exception)
    assert "Nothing found" in run(read_room.path, "search", "nothingofthekind").output


def test_a_database_without_index_is_indexed_and_doctor_tells(newsroom: Newsroom) -> None:
    conn = sqlite3.connect(newsroom.path)
    conn.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')")
    conn.commit()
    assert "missing from the search index" in run(newsroom.path, "doctor").output
    conn.execute("INSERT INTO unindexed SELECT page_id FROM articles")
    conn.commit()
    assert "6 articles are not in the search index yet" in run(newsroom.path, "doctor").output
    assert "2 articles" in run(newsroom.path, "search", "水厂").output
    assert "every article is in the search index" in run(newsroom.path, "doctor").output
    assert "6 articles indexed" in run(newsroom.path, "search", "--rebuild").output
    conn.execute("UPDATE search_version SET version = 'old'")
    conn.commit()
    assert "made by another version" in run(newsroom.path, "doctor").output
    conn.close()

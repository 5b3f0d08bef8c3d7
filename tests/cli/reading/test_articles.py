"""`copydesk articles`: order, filters, columns, JSON, what an empty list says."""

from __future__ import annotations

import json

import pytest

from db.errors import UnknownSource, UsageError
from db.queries.articles import newest_articles
from pipelines.extraction.article_json import to_json
from tests.cli.conftest import CORRECTED, Newsroom, machine_zone, open_room, report, run, spawn


def test_newest_first_with_credits_and_marks(newsroom: Newsroom) -> None:
    result = spawn("--db", str(newsroom.path), "articles")
    assert result.returncode == 0, result.stderr
    heading, *lines = result.stdout.decode().splitlines()
    assert heading.split() == ["id", "time", "source", "title", "credits", "mark"]
    pages = newsroom.pages
    assert [int(line.split()[0]) for line in lines] == [pages[n] for n in ("copy", "undated", "water", "ferry")]
    copied, undated, water, ferry = lines
    assert "2026-11-01 10:00" in copied
    assert copied.endswith(f"copy of {pages['water']}")
    assert "~2026-11-01 08:" in undated, "no time on the page: the time fetched, marked"
    assert "王小雨 / 李青山, 赵河" in water
    assert water.endswith("rev 2")
    assert " 2026-10-30 " in ferry, "a day stays a day in any time zone"
    assert "\x1b" not in ferry, "a title cannot send control characters to the terminal"


def test_json_lines_hold_every_field(newsroom: Newsroom) -> None:
    result = run(newsroom.path, "articles", "--json", "--source", "wanbao.example")
    first, second = (json.loads(line) for line in result.output.splitlines())
    assert set(to_json(report())) < set(first)
    assert next(iter(first)) == "id"
    assert first["id"] == newsroom.pages["water"]
    assert first["page_id"] == newsroom.pages["water2"]
    assert (first["revision"], first["original_id"], first["text"]) == (2, None, CORRECTED)
    assert first["published"] == "2026-11-01T14:30+08:00"
    assert first["source_name"] == second["source_name"] == "wanbao.example"
    assert second["published"] == "2026-10-30"
    copied = json.loads(run(newsroom.path, "articles", "--json", "--limit", "1").output)
    assert copied["original_id"] == newsroom.pages["water"]


def test_several_sources(newsroom: Newsroom) -> None:
    both = ("--source", "mirror.example", "--source", "wanbao.example")
    for command in (("articles", "--json"), ("search", "--json"), ("search", "水厂", "--json"), ("export", "jsonl")):
        assert run(newsroom.path, *command, *both).output == run(newsroom.path, *command).output, command
    unknown = run(newsroom.path, "articles", *both, "--source", "nowhere.example").exception
    assert isinstance(unknown, UnknownSource)
    saved = run(newsroom.path, "searches", "add", "water", "水厂", *both)
    assert 'source=["mirror.example", "wanbao.example"]' in saved.output
    (kept,) = (json.loads(line) for line in run(newsroom.path, "searches", "list", "--json").output.splitlines())
    assert kept["source"] == ["mirror.example", "wanbao.example"]
    nothing = run(newsroom.path, "articles", *both, "--person", "nobody")
    assert "No article of mirror.example or wanbao.example matches all these filters" in nothing.output
    assert run(newsroom.path, "corrections", *both).output == run(newsroom.path, "corrections").output
    assert run(newsroom.path, "threads", *both, "--since", "2026-10-01").exit_code == 0


def test_limit_and_since(newsroom: Newsroom) -> None:
    assert len(run(newsroom.path, "articles", "--limit", "2").output.splitlines()) == 3
    since = run(newsroom.path, "articles", "--since", "2026-10-31", "--limit", "0").output
    assert "Undated" in since
    assert "ferry" not in since
    nothing = run(newsroom.path, "articles", "--since", "2027-01-01")
    assert nothing.exit_code == 0
    assert "since 2027-01-01; `copydesk crawl`" in nothing.output


@pytest.mark.parametrize("text", ["yesterday", "2026-13", "2026-13-01", "0000", "-3d", "999999999999d"])
def test_nonsense_as_since_is_a_usage_error(newsroom: Newsroom, text: str) -> None:
    error = run(newsroom.path, "articles", f"--since={text}").exception
    assert isinstance(error, UsageError)
    assert str(error).startswith("--since: ")


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("2026-10", "2026-11", ["ferry"]),
        ("2026-11", "2026-12", ["copy", "undated", "water"]),
        ("2026", "2027", ["copy", "undated", "water", "ferry"]),
        ("2027", "2028", []),
    ],
)
def test_a_month_and_a_year_stand_for_their_beginning(
    newsroom: Newsroom, since: str, until: str, found: list[str]
) -> None:
    with machine_zone("UTC"):
        lines = run(newsroom.path, "articles", "--json", "--since", since, "--until", until).stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines if line.startswith("{")] == [newsroom.pages[n] for n in found]


@pytest.mark.parametrize("words", [("articles",), ("search", "水厂"), ("search", "水厂", "--newest")])
def test_a_date_is_a_day_of_the_times_that_are_shown(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    """The copy came out at 10:00 UTC, which is the next day on Kiritimati (+14), and the water story at 6:30, in the evening of
    the day before in Honolulu (-10)."""
    monkeypatch.setattr("db.queries.search.POOL", 0)  # so that order of time reads the index by days

    def found(zone: str, *options: str) -> set[int]:
        with machine_zone(zone):
            lines = run(newsroom.path, *words, "--json", *options).stdout.splitlines()
        return {json.loads(line)["id"] for line in lines} - {newsroom.pages["undated"]}

    water, copy = newsroom.pages["water"], newsroom.pages["copy"]
    assert found("Pacific/Kiritimati", "--since", "2026-11-02") == {copy}
    assert found("Pacific/Honolulu", "--since", "2026-10-31T12:00", "--until", "2026-11-01") == {water}
    assert found("UTC", "--since", "2026-11-02") == set()
    assert found("Pacific/Honolulu", "--since", "2026-11-01T08:00Z") == {copy}


@pytest.mark.parametrize("bound", ["0002-01-01", "9999-12-30"])
def test_the_ends_of_time_are_times(newsroom: Newsroom, bound: str) -> None:
    for option in ("--since", "--until"):
        assert run(newsroom.path, "search", "水厂", option, bound).exit_code == 0


@pytest.mark.parametrize(
    "words",
    [("articles",), ("search", "水厂"), ("export", "jsonl"), ("corrections", "--since", "2026"), ("people", "list")],
)
def test_what_a_removed_source_left_is_still_found_by_its_name(newsroom: Newsroom, words: tuple[str, ...]) -> None:
    before = run(newsroom.path, *words, "--source", "wanbao.example").stdout
    assert before
    run(newsroom.path, "sources", "remove", "wanbao.example")
    assert run(newsroom.path, *words, "--source", "wanbao.example").stdout == before
    assert "did you mean wanbao.example" in str(run(newsroom.path, "articles", "--source", "wanbo.example").exception)


def test_an_unknown_source_names_the_nearest(newsroom: Newsroom) -> None:
    error = run(newsroom.path, "articles", "--source", "wanbo.example").exception
    assert isinstance(error, UnknownSource)
    assert "did you mean wanbao.example" in str(error)


def test_the_name_of_an_outlet_leads_to_its_source(newsroom: Newsroom) -> None:
    with open_room(newsroom.path) as conn:
        outlet, source = conn.execute(
            "SELECT outlet, source_name FROM articles_view WHERE outlet <> '' LIMIT 1"
        ).fetchone()
    error = run(newsroom.path, "articles", "--source", outlet).exception
    assert isinstance(error, UnknownSource)
    assert f"the outlet of that name is in {source}" in str(error)


def test_one_filter_that_nothing_matches_is_not_several(newsroom: Newsroom) -> None:
    assert run(newsroom.path, "articles", "--person", "Nobody").output == "No article matches this filter.\n"
    both = run(newsroom.path, "articles", "--person", "Nobody", "--kind", "copy").output
    assert both == "No article matches all these filters; leave one out.\n"


def test_an_empty_list_says_what_to_do(room: Newsroom) -> None:
    assert "copydesk sources add" in run(room.path, "articles").output
    source = room.source("a.example", "https://a.example/")
    assert "Nothing has been crawled yet; `copydesk crawl`" in run(room.path, "articles").output
    page = room.page(source, "https://a.example/1", b"x")
    assert "1 page waits to be extracted" in run(room.path, "articles", "--source", "a.example").output
    with open_room(room.path) as conn:
        conn.execute("DELETE FROM unread WHERE page_id = ?", (page,))
    assert "`copydesk stats`" in run(room.path, "articles").output
    spoken = spawn("--db", str(room.path), "articles", "--json")
    assert spoken.stdout == b"", "nothing but JSON goes where a program reads"


def test_the_order_is_that_of_one_sort(newsroom: Newsroom) -> None:
    """The two index legs against the plain query on the view."""
    with open_room(newsroom.path) as conn:
        plain = conn.execute(
            "SELECT page_id FROM current_articles ORDER BY coalesce(published_utc, fetched_at) DESC, page_id DESC"
        )
        expected = [page_id for (page_id,) in plain]
        assert newest_articles(conn) == expected
        for limit in range(1, 5):
            assert newest_articles(conn, limit=limit) == expected[:limit]

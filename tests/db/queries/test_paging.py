"""Pages by place: all of them together are the whole list, whatever comes in meanwhile, and each costs the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from db.connection.in_memory import open_in_memory
from db.errors import UsageError
from db.maintenance.search_index import index_batch
from db.queries import search_by_time
from db.queries.article_filter import ArticleFilter, ArticleKind, person_condition
from db.queries.articles import all_articles, count_articles, listed_articles, newest_articles
from db.queries.attention import NO_LIMITS, count_matches
from db.queries.cursor import Cursor, parse_cursor
from db.queries.search import Hits, ResultPage, search
from db.queries.search_candidates import SearchQuestion, places
from db.search.index import count_unindexed
from db.timestamps import format_timestamp
from tests.db.reading import tables_read

START = datetime(2024, 1, 1, tzinfo=UTC)
ARTICLES = 900


@pytest.fixture(scope="module")
def conn() -> Iterator[sqlite3.Connection]:
    """Articles of five years that come in without order: some of the same moment, some undated, one far in the future."""
    made = open_in_memory()
    made.execute("PRAGMA foreign_keys = OFF")
    made.execute("INSERT INTO sources (id, name, url, added_at) VALUES (1, 'a', 'https://a.example/', '')")
    for n in range(1, ARTICLES + 1):
        put(made, n)
    while count_unindexed(made):
        index_batch(made)
    yield made
    made.close()


def put(conn: sqlite3.Connection, n: int, at: datetime | None = None, source_id: int = 1) -> None:
    hours = (n * 7919) % 1800 // 2 * 48
    at = at or START + timedelta(hours=20 * 365 * 24 if n == 7 else hours)
    time = format_timestamp(at)
    conn.execute(
        "INSERT INTO pages (id, source_id, url, fetched_at, status, headers, body_id) VALUES (?, ?, ?, ?, 200, '{}', 1)",
        (n, source_id, f"https://a.example/{n}", time),
    )
    conn.execute("INSERT INTO outcomes (page_id, extractor_id) VALUES (?, 1)", (n,))
    conn.execute(
        "INSERT INTO articles (page_id, address_key, text_hash, url, title, published_utc, text) VALUES (?, ?, ?, '', ?, ?, ?)",
        (n, str(n), n.to_bytes(9), f"ferry {n}", None if n % 11 == 0 else time, "rare" if n % 300 == 0 else "common"),
    )
    copied = n - 1 if n % 50 == 0 else n
    conn.execute("INSERT INTO decisions VALUES (?, ?, ?, ?, 1)", (n, "new" if copied == n else "copy", n, copied))


def walked(conn: sqlite3.Connection, query: str, filters: ArticleFilter, size: int = 20) -> list[int]:
    found: list[int] = []
    after: Cursor | None = None
    for _ in range(2 * ARTICLES // size):
        page = search(conn, query, filters, ResultPage(size=size, newest=True, after=after))
        found += ids(page)
        if not page.more:
            return found
        assert page.next is not None
        after = parse_cursor(str(page.next))
    raise AssertionError("no end")


def ids(page: Hits) -> list[int]:
    return [hit.article_summary.page_id for hit in page.hits]


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("ferry", ArticleFilter()),
        ("common", ArticleFilter(kind=ArticleKind.COPY)),
        ("ferry -rare", ArticleFilter(since=START + timedelta(days=100), until=START + timedelta(days=900))),
        ("rare", ArticleFilter()),
        ("", ArticleFilter(kind=ArticleKind.ORIGINAL)),
    ],
)
def test_pages_make_the_whole_list(conn: sqlite3.Connection, query: str, filters: ArticleFilter) -> None:
    whole = newest_articles(conn, filters)
    is_rare = {n: n % 300 == 0 for n in whole}
    wanted = [n for n in whole if is_rare[n] or query != "rare"]
    if query in ("common", "ferry -rare"):
        wanted = [n for n in whole if not is_rare[n]]
    assert walked(conn, query, filters) == wanted


def test_by_number_are_the_same_pages(conn: sqlite3.Connection) -> None:
    newest = [ids(search(conn, "ferry", None, ResultPage(number=n, newest=True))) for n in (1, 2, 30)]
    assert [n for page in newest for n in page] == [
        n for start in (0, 20, 580) for n in newest_articles(conn)[start : start + 20]
    ]


def test_what_comes_in_moves_nothing(conn: sqlite3.Connection) -> None:
    conn.execute("BEGIN")
    first = listed_articles(conn, ArticleFilter(), limit=20)
    second = listed_articles(conn, ArticleFilter(), limit=20, after=first[-1])
    put(conn, ARTICLES + 1, START + timedelta(days=30 * 365))
    assert listed_articles(conn, ArticleFilter(), limit=20, after=first[-1]) == second
    conn.execute("ROLLBACK")


def test_a_page_may_end_early_and_goes_on(conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a filter that the index does not know lets little through, a page ends after some entries, with a cursor."""
    monkeypatch.setattr(search_by_time, "_MOST", 100)
    monkeypatch.setattr(search_by_time, "_WINDOW", 20)
    monkeypatch.setattr("db.queries.search.POOL", 2)
    copies = ArticleFilter(kind=ArticleKind.COPY)
    page = search(conn, "common", copies, ResultPage(size=20, newest=True))
    whole = [n for n in newest_articles(conn, copies) if n % 300]
    assert walked(conn, "common", copies) == whole
    assert not page.complete
    assert len(page.hits) < 20
    assert page.more


def test_a_page_far_down_costs_what_the_first_costs(conn: sqlite3.Connection) -> None:
    """By steps of SQLite's machine, which no other work on the machine changes."""
    places = listed_articles(conn, ArticleFilter())

    def steps(after: Cursor | None) -> int:
        count = [0]

        def count_step() -> int:
            count[0] += 1
            return 0

        conn.set_progress_handler(count_step, 10)
        listed_articles(conn, ArticleFilter(), limit=20, after=after)
        conn.set_progress_handler(None, 0)
        return count[0]

    assert steps(places[700]) < 2 * steps(None)


def test_all_are_streamed(conn: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import nullcontext

    monkeypatch.setattr("db.queries.articles._AT_ONCE", 70)
    whole = newest_articles(conn)
    assert list(all_articles(lambda: nullcontext(conn), ArticleFilter())) == whole
    assert list(all_articles(lambda: nullcontext(conn), ArticleFilter(), limit=140)) == whole[:140]
    assert count_articles(conn, ArticleFilter(), most=100) == 100


@pytest.mark.parametrize("text", ["", "x", "2026-01-01_", "2026-01-01'_1", "_4", "2026-01-01_" + "9" * 30])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no place in a list"):
        parse_cursor(text)


@pytest.mark.parametrize(
    "filters",
    [
        ArticleFilter(),
        ArticleFilter(language="en"),
        ArticleFilter(section="Sport", since=START),
        ArticleFilter(kind=ArticleKind.ORIGINAL),
        ArticleFilter(kind=ArticleKind.CORRECTED, paywalled=True),
    ],
)
def test_a_list_of_all_sources_is_read_from_indexes_alone(conn: sqlite3.Connection, filters: ArticleFilter) -> None:
    asked: list[str] = []
    conn.set_trace_callback(asked.append)
    listed_articles(conn, filters, limit=20)
    conn.set_trace_callback(None)
    plans = [row[3] for query in asked for row in conn.execute(f"EXPLAIN QUERY PLAN {query}") if " a " in row[3]]
    assert len(plans) == 2, "dated and undated articles"
    assert not [plan for plan in plans if "COVERING INDEX" not in plan], plans


def test_of_several_sources_each_is_read_in_order(conn: sqlite3.Connection) -> None:
    """Sorting all articles of the sources for the first twenty would cost what the archive holds."""
    conn.execute("BEGIN")
    conn.execute("INSERT INTO sources (id, name, url, added_at) VALUES (2, 'b', 'https://b.example/', '')")
    for n in range(ARTICLES + 1, ARTICLES + 40):
        put(conn, n, START + timedelta(days=n % 7), source_id=2)
    both, every = ArticleFilter(source_ids=(1, 2)), newest_articles(conn)
    asked: list[str] = []
    conn.set_trace_callback(asked.append)
    first = listed_articles(conn, both, limit=20)
    second = listed_articles(conn, both, limit=20, after=first[-1])
    conn.set_trace_callback(None)
    assert [place.page_id for place in first + second] == every[:40]
    assert newest_articles(conn, both) == every
    assert count_articles(conn, both, most=10_000) == len(every)
    assert newest_articles(conn, ArticleFilter(source_ids=(2,))) == [n for n in every if n > ARTICLES]
    plans = [row[3] for query in asked for row in conn.execute(f"EXPLAIN QUERY PLAN {query}")]
    assert sum("COVERING INDEX current_pages_source" in plan for plan in plans) == 4, plans
    assert plans.count("USE TEMP B-TREE FOR ORDER BY") == 4, "the undated alone, 4 in 100, are sorted"
    conn.execute("ROLLBACK")


def test_no_article_is_read_to_order_a_window_by_time(conn: sqlite3.Connection) -> None:
    """Each article has pages of its own in the file; a window of common words has two thousand."""
    question = SearchQuestion.of(conn, "common", ArticleFilter(kind=ArticleKind.COPY, since=START))
    with tables_read(conn) as read:
        assert places(conn, question, question.match(), ("", {}))
    assert read == {"current_pages"}


def test_no_credit_is_read_to_find_names(conn: sqlite3.Connection) -> None:
    """There are some hundred times more credits than names."""
    with tables_read(conn) as read:
        person_condition(conn, ArticleFilter(person="Nobody"))
    assert read == {"credited_names"}


def test_a_section_is_counted_from_short_rows(conn: sqlite3.Connection) -> None:
    days = START.date(), START.date() + timedelta(days=2000)
    with tables_read(conn) as read:
        found = count_matches(conn, "common", ArticleFilter(section="Sport", paywalled=True), *days, NO_LIMITS)
    assert (len(found.days), found.candidates) == (0, ARTICLES - 3)
    assert "articles" not in read


def test_days_are_not_asked_of_the_index_where_nearly_all_are_meant(conn: sqlite3.Connection) -> None:
    """Candidates are then of all days; what is counted is the same."""
    whole = START.date(), START.date() + timedelta(days=2000)
    most = START.date(), START.date() + timedelta(days=1760)
    counted = [count_matches(conn, "ferry", ArticleFilter(), *days, NO_LIMITS) for days in (whole, most)]
    # One is of a day far ahead.
    assert [one.candidates for one in counted] == [ARTICLES, ARTICLES]
    half = count_matches(conn, "ferry", ArticleFilter(), START.date(), START.date() + timedelta(days=900), NO_LIMITS)
    assert half.candidates < ARTICLES
    for days, one in zip((whole, most), counted, strict=True):
        (articles,) = conn.execute(
            "SELECT sum(articles) FROM source_days WHERE day BETWEEN ? AND ?", [day.isoformat() for day in days]
        ).fetchone()
        assert len(one.days) == articles

"""Search finds what stands in the text, in any script, and the index follows the rows whoever writes them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from db.connection.database import connect, write
from db.connection.in_memory import open_in_memory
from db.errors import QueryError
from db.maintenance.prune import prune
from db.maintenance.search_index import index_waiting_pages
from db.models import Article, Moment, Precision
from db.queries.article_filter import ArticleFilter
from db.queries.articles import newest_articles
from db.queries.search import ResultPage, found_page_ids, period_terms, search
from db.queries.search_candidates import count_entries
from db.schema.migrations import migrations
from db.search.index import count_inconsistencies, count_unindexed, reset_index
from db.search.query import parse_query
from db.search.tokenizer import units
from db.store.extraction.extractions import StoredOutcome, load_outcome, replace_outcomes, save_past_outcome
from db.store.extraction.outcomes import delete_outcome, load_article
from db.text.folding import fold, fold_with_offsets
from tests.cli.conftest import START, Newsroom, copied_newsroom, copied_room, keep_room, open_room, report
from tests.support.once import once

TRADITIONAL = "臺灣媒體報導，國際機場擴建工程於昨日動工，預計三年後完工。總統府發言人表示樂觀其成。" * 3
MIXED = "中国移动宣布，5G网络建设今年提速，iPhone用户可使用新套餐；国家发展改革委表示支持（上海）自贸区。" * 2


@pytest.fixture
def conn(newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    def make(folder: Path) -> None:
        keep_room(_with_other_scripts(copied_newsroom(tmp_path_factory, folder)))

    room = copied_room(once(tmp_path_factory, "searched-newsroom", make), newsroom.path.parent)
    newsroom.pages, newsroom.clock = room.pages, room.clock
    conn = connect(newsroom.path)
    yield conn
    conn.close()


def _with_other_scripts(room: Newsroom) -> Newsroom:
    site = room.source("intl.example", "https://intl.example/")
    for name, article in {
        "airport": Article(url=None, title="機場擴建", text=TRADITIONAL, language="zh-TW", authors=("陳大文",)),
        "mobile": Article(
            url=None, title="5G提速", text=MIXED, language="zh", editors=("王 小雨",), original_source="北辰通讯社"
        ),
        "german": Article(url=None, title="Straßenbau in Köln", text="Die Müllabfuhr ruht. " * 9, language="de"),
        "hindi": Article(url=None, title="हिन्दी समाचार", text="दिल्ली में बारिश हुई। " * 9, language="hi"),
    }.items():
        room.pages[name] = room.article(site, f"https://intl.example/{name}", article)
    return room


def names(newsroom: Newsroom, conn: sqlite3.Connection, query: str, **filters: object) -> set[str]:
    of_page = {page_id: name for name, page_id in newsroom.pages.items()}
    found = search(conn, query, ArticleFilter(**filters))  # type: ignore[arg-type]
    assert found.complete
    assert found.found == len(found.hits)
    return {of_page[hit.article_summary.page_id] for hit in found.hits}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("水", {"water2", "copy"}),
        ("水厂", {"water2", "copy"}),
        ("水廠", {"water2", "copy"}),
        ("城北水廠改造工程", {"water2", "copy"}),
        ("二十八万", {"water2"}),
        ("水改", set()),
        ("机场", {"airport"}),
        ("臺灣", {"airport"}),
        ("台湾", {"airport"}),
        ("总统府", {"airport"}),
        ("5g网络", {"mobile"}),
        ("５Ｇ網絡", {"mobile"}),
        ("IPHONE用户", {"mobile"}),
        ("改革委表示支持（上海）自贸区", {"mobile"}),
        ("支持上海", set()),
        ("上海", {"mobile"}),
        ("g网络", set()),
        ("北辰通訊社", {"mobile"}),
        ("网络 -北辰通讯社", set()),
        ("陈大文", {"airport"}),
        ("ferry", {"ferry"}),
        ("FERRY boat", {"ferry"}),
        ('"two banks of the estuary"', {"ferry"}),
        ('"ferry last"', set()),
        ("“the last boat”", {"ferry"}),
        ("ferr", set()),
        ("ferr*", {"ferry"}),
        ("Ann Reed", {"ferry"}),
        ("ferry OR 轮渡 OR 机场", {"ferry", "airport"}),
        ("江城 -二十八万吨", {"copy"}),
        ("江城 -二十 NOT 三十", set()),
        ("strassenbau koln", {"german"}),
        ("mullabfuhr", {"german"}),
        ("हिन्दी", {"hindi"}),
        ("दिल्ली", {"hindi"}),
    ],
)
def test_what_is_found(newsroom: Newsroom, conn: sqlite3.Connection, query: str, expected: set[str]) -> None:
    assert names(newsroom, conn, query) == expected


def test_an_article_is_found_in_its_latest_revision(newsroom: Newsroom, conn: sqlite3.Connection) -> None:
    assert names(newsroom, conn, "三十万吨 王小雨") == {"water2", "copy"}, "it is in the title of both"
    assert newsroom.pages["water"] not in {hit.article_summary.page_id for hit in search(conn, "水厂").hits}


def test_filters(newsroom: Newsroom, conn: sqlite3.Connection) -> None:
    assert names(newsroom, conn, "水厂", source_ids=(2,)) == {"copy"}
    assert names(newsroom, conn, "水厂", source_ids=(2, 1)) == names(newsroom, conn, "水厂") == {"water2", "copy"}
    assert names(newsroom, conn, "机场 OR 网络", language="zh") == {"airport", "mobile"}
    assert names(newsroom, conn, "机场 OR 网络", language="zh-tw") == {"airport"}
    assert names(newsroom, conn, "机场 OR 网络", language="?") == set()
    assert names(newsroom, conn, "水厂", person="李青山") == {"water2", "copy"}
    assert names(newsroom, conn, "水厂", person="水厂") == set()
    assert names(newsroom, conn, "ferry", person="ann reed") == {"ferry"}
    assert names(newsroom, conn, "ferry", person="?") == set()
    noon = datetime(2026, 11, 1, 8, tzinfo=UTC)
    assert names(newsroom, conn, "水厂", since=noon) == {"copy"}
    assert names(newsroom, conn, "水厂", until=noon) == {"water2"}
    assert names(newsroom, conn, "水厂", since=noon - timedelta(days=400), until=noon + timedelta(days=1)) == {
        "water2",
        "copy",
    }


def test_ranking_pages_and_marks(newsroom: Newsroom) -> None:
    filler = "Rain fell over the hills for a day and a night. " * 20
    for name, title, text in (
        ("once", "Weather", f"{filler} A comet was seen. {filler}"),
        ("title", "A comet at dawn", f"{filler}"),
        ("often", "Sky", f"{filler} comet, comet and comet. {filler}"),
        ("later", "Weather", f"{filler} A comet was seen! {filler}"),
    ):
        source_id = 1
        newsroom.pages[name] = newsroom.article(
            source_id, f"https://sky.example/{name}", Article(url=None, title=title, text=text)
        )
    of_page = {page_id: name for name, page_id in newsroom.pages.items()}
    conn = connect(newsroom.path)
    first = search(conn, "comet", page=ResultPage(size=3))
    last = search(conn, "comet", page=ResultPage(number=2, size=3))
    assert [of_page[hit.article_summary.page_id] for hit in (*first.hits, *last.hits)] == [
        "title",
        "often",
        "later",
        "once",
    ]
    assert (first.more, last.more, first.found) == (True, False, 4)
    latest = search(conn, "comet", page=ResultPage(newest=True))
    assert [of_page[hit.article_summary.page_id] for hit in latest.hits] == ["later", "often", "title", "once"]
    piece = first.hits[1].snippet
    assert [piece.text[start:end] for start, end in piece.marks] == ["comet"] * 3
    assert [first.hits[0].title.text[a:b] for a, b in first.hits[0].title.marks] == ["comet"]
    conn.close()


def test_a_hit_by_its_original_source_shows_it(conn: sqlite3.Connection) -> None:
    (hit,) = search(conn, "北辰").hits
    assert hit.original_source is not None
    assert (hit.original_source.text, hit.original_source.marks) == ("北辰通讯社", ((0, 2),))
    assert not hit.snippet.marks


def test_marks_stand_in_the_text_as_written(conn: sqlite3.Connection) -> None:
    (hit,) = search(conn, "strassenbau").hits
    assert [hit.title.text[a:b] for a, b in hit.title.marks] == ["Straßenbau"]
    (hit,) = search(conn, "国际机场").hits
    assert {hit.snippet.text[a:b] for a, b in hit.snippet.marks} == {"國際機場"}


def with_other_titles(
    outcomes: dict[int, tuple[int, StoredOutcome]], title: str
) -> dict[int, tuple[int, StoredOutcome]]:
    return {
        page_id: (maker, replace(outcome, article=outcome.article | {"title": f"{title} {page_id}"}))
        for page_id, (maker, outcome) in outcomes.items()
        if outcome.article
    }


def test_pages_that_are_replaced_together_are_indexed_together(newsroom: Newsroom, conn: sqlite3.Connection) -> None:
    """Otherwise each is a segment of the index, which is written, and merged with others."""
    outcomes = {page_id: known for page_id in newsroom.pages.values() if (known := load_outcome(conn, page_id))}
    first, second = (with_other_titles(outcomes, title) for title in ("Comet", "Meteor"))
    written: list[int] = []
    for groups in ([first], [{page_id: known} for page_id, known in second.items()]):
        asked: list[str] = []
        conn.set_trace_callback(asked.append)
        with write(conn):
            for group in groups:
                replace_outcomes(conn, group)
        conn.set_trace_callback(None)
        written.append(sum("INTO 'main'.'search_index_data'" in sql for sql in asked))
    assert len(first) > 3
    assert 0 < written[0] < written[1] / 2
    assert count_inconsistencies(conn) == (0, 0)


def test_only_grams_that_differ_are_written(newsroom: Newsroom, conn: sqlite3.Connection) -> None:
    page_id = newsroom.pages["ferry"]
    known = load_outcome(conn, page_id)
    assert known is not None
    title_before = f"_h{units(fold(str(known[1].article['title'])))[0]}"

    def indexed(*grams: str) -> list[int]:
        matches = "SELECT count(*) FROM search_index WHERE rowid = ? AND search_index MATCH ?"
        return [conn.execute(matches, (page_id, gram)).fetchone()[0] for gram in grams]

    def written_for(**changes: object) -> str:
        article = known[1].article | changes
        asked: list[str] = []
        conn.set_trace_callback(asked.append)
        with write(conn):
            replace_outcomes(conn, {page_id: (known[0], replace(known[1], article=article))})
        conn.set_trace_callback(None)
        assert count_inconsistencies(conn) == (0, 0)
        return " ".join(sql for sql in asked if sql.startswith("INSERT INTO search_index ("))

    assert indexed("_hcomet", title_before, "estuary", "_a") == [0, 1, 1, 1]
    assert written_for(description="Other words.") == ""
    written = written_for(title="Comet, estuary")
    assert "_hcomet" in written
    assert "estuary" not in written.replace("_hestuary", "")
    assert indexed("_hcomet", "_hestuary", title_before, "estuary", "_a") == [1, 1, 0, 1, 1]
    written_for(title="Meteor")
    assert indexed("comet", "_hcomet", "_hestuary", "estuary", "meteor", "_a") == [0, 0, 0, 1, 1, 1]
    written_for(title="Meteor", text="The comet was seen twice.")
    assert indexed("comet", "estuary", "meteor", "_a") == [1, 0, 1, 1]
    conn.execute("INSERT INTO search_index (search_index) VALUES ('integrity-check')")
    with write(conn):
        delete_outcome(conn, page_id)
    assert indexed("comet", "_hmeteor", "meteor", "_a") == [0, 0, 0, 0]


def test_the_index_follows_a_replay_and_its_undo(newsroom: Newsroom, conn: sqlite3.Connection) -> None:
    page_id = newsroom.pages["mobile"]
    known = load_outcome(conn, page_id)
    assert known is not None
    maker, before = known
    after = replace(before, article=before.article | {"text": "卫星发射成功。" * 20})
    with write(conn):
        conn.execute("INSERT INTO extractions (run_id, selection, extractor_id) SELECT 1, '', ?", (maker,))
        save_past_outcome(conn, 1, page_id, maker, before)
        replace_outcomes(conn, {page_id: (maker, after)})
    assert names(newsroom, conn, "网络") == set()
    assert names(newsroom, conn, "卫星") == {"mobile"}
    with write(conn):
        replace_outcomes(conn, {page_id: (maker, before)})
    assert names(newsroom, conn, "网络") == {"mobile"}
    assert names(newsroom, conn, "卫星") == set()
    with write(conn):
        delete_outcome(conn, page_id)
    assert names(newsroom, conn, "网络") == set()
    assert count_inconsistencies(conn) == (0, 0)


def test_pruned_pages_are_found(newsroom: Newsroom, conn: sqlite3.Connection) -> None:
    assert prune(
        newsroom.path, START + timedelta(days=900), keep_bodies=timedelta(seconds=1), keep_log=timedelta(seconds=1)
    ).bodies
    assert names(newsroom, conn, "网络") == {"mobile"}
    assert count_inconsistencies(conn) == (0, 0)


def test_a_transaction_that_fails_leaves_the_index_as_it_was(newsroom: Newsroom, conn: sqlite3.Connection) -> None:
    conn.execute("BEGIN IMMEDIATE")
    delete_outcome(conn, newsroom.pages["mobile"])
    assert names(newsroom, connect(newsroom.path, readonly=True), "网络") == {"mobile"}, "others do not see it"
    conn.execute("ROLLBACK")
    assert names(newsroom, conn, "网络") == {"mobile"}
    assert count_inconsistencies(conn) == (0, 0)


def test_what_other_programs_write_waits_and_is_caught_up(newsroom: Newsroom, conn: sqlite3.Connection) -> None:
    conn.execute("UPDATE articles SET text = '卫星发射' WHERE page_id = ?", (newsroom.pages["mobile"],))
    conn.execute("DELETE FROM outcomes WHERE page_id = ?", (newsroom.pages["airport"],))
    assert count_unindexed(conn) == 1
    assert names(newsroom, conn, "卫星") == set()
    assert names(newsroom, conn, "网络") == set(), "what is left over in the index does no harm"
    assert names(newsroom, conn, "机场") == set()
    assert index_waiting_pages(conn) == 1
    assert names(newsroom, conn, "卫星") == {"mobile"}
    assert count_inconsistencies(conn) == (0, 1)
    with write(conn):
        reset_index(conn)
    assert index_waiting_pages(conn) == conn.execute("SELECT count(*) FROM articles").fetchone()[0]
    assert count_inconsistencies(conn) == (0, 0)
    assert names(newsroom, conn, "卫星") == {"mobile"}
    delete_outcome(conn, newsroom.pages["mobile"])
    assert names(newsroom, conn, "卫星") == set()


def _add_article(conn: sqlite3.Connection, n: int) -> None:
    conn.execute("INSERT OR IGNORE INTO sources (id, name, url, added_at) VALUES (1, 'a', 'https://a.example/', '')")
    conn.execute("INSERT OR IGNORE INTO bodies (id, sha256, size, codec, data) VALUES (1, x'00', 0, 'zstd', x'')")
    conn.execute("INSERT OR IGNORE INTO extractors VALUES (1, '', '', '')")
    page = "INSERT INTO pages (id, source_id, url, fetched_at, status, headers, body_id) VALUES (?, 1, '', ?, 200, '{}', 1)"
    conn.execute(page, (n, "2026-11-01T00:00:00.000Z"))
    conn.execute("INSERT INTO outcomes (page_id, extractor_id) VALUES (?, 1)", (n,))
    conn.execute(
        "INSERT INTO articles (page_id, address_key, text_hash, url, title, text, original_source)"
        " VALUES (?, ?, x'00', '', '水厂', '改造', '北辰通讯社')",
        (n, str(n)),
    )
    conn.execute("INSERT INTO decisions VALUES (?, 'new', ?, ?, 1)", (n, n, n))


def test_search_serves_after_each_migration() -> None:
    """A step that rebuilds a table drops its triggers unless it makes them again."""
    db = Database(memory=True)
    db.conn.isolation_level = None
    steps = [step.name for step in migrations.pending(db)]
    at = steps.index("m0013_search")
    for n, last in enumerate([*steps[at + 1 :], None], start=1):
        migrations.apply(db, stop_before=last) if last else migrations.apply(db)
        conn = db.conn
        _add_article(conn, n)
        assert count_unindexed(conn) >= 1
        index_waiting_pages(conn)
        # Of an older schema the index answers; all else that a search reads is there in the newest alone.
        assert count_entries(conn, parse_query("水廠 改造").match()) == n
    assert len(found_page_ids(conn, "水廠 改造", ArticleFilter(), newest=False, limit=100)) == n


def test_an_index_without_original_sources_is_made_anew() -> None:
    db = Database(memory=True)
    db.conn.isolation_level = None
    migrations.apply(db, stop_before="m0050_original_sources_searched")
    _add_article(db.conn, 1)
    db.execute("INSERT INTO search_index (rowid, grams) VALUES (1, '_a _s1 水厂 改造')")
    db.execute("DELETE FROM unindexed")
    migrations.apply(db)
    assert index_waiting_pages(db.conn) == 1
    assert found_page_ids(db.conn, "北辰通讯社", ArticleFilter(), newest=False, limit=9) == [1]
    assert count_inconsistencies(db.conn) == (0, 0)


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "no letter"),
        ("，。!?", "no letter"),
        ("-ferry", "only excludes"),
        ('"open', "not closed"),
        ("OR ferry", "between two"),
        ("ferry OR", "between two"),
        ("ferry OR OR bus", "between two"),
        ("(ferry bus) OR boat", "parentheses"),
        ("fe*", "3 letters"),
        ("a" * 501, "500"),
        ("x " * 40, "32"),
    ],
)
def test_a_query_that_cannot_be_read_is_told_why(query: str, message: str) -> None:
    with pytest.raises(QueryError, match=message):
        parse_query(query)


_HOSTILE = st.text(st.sampled_from("水厂5gab\"“”*-()OR AND:^+{}\\'\x00_\ud800́㎡ß%;") | st.characters(), max_size=60)


@settings(max_examples=300, deadline=None)
@given(_HOSTILE, _HOSTILE)
def test_no_query_breaks_anything(query: str, person: str) -> None:
    conn = _memory()
    with suppress(QueryError):
        search(conn, query, ArticleFilter(person=person, language=person))


_IN_MEMORY: list[sqlite3.Connection] = []


def _memory() -> sqlite3.Connection:
    if not _IN_MEMORY:
        _IN_MEMORY.append(open_in_memory())
    return _IN_MEMORY[0]


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_folding_leads_back(text: str) -> None:
    made = fold_with_offsets(text)
    assert made.folded == fold(made.text)
    assert fold(made.folded) == fold(fold(made.folded))
    places = [made.original_offset(at) for at in range(len(made.folded) + 1)]
    assert places == sorted(places)
    assert places[-1] <= len(made.text)


@settings(max_examples=100, deadline=None)
@given(st.dates(datetime(1901, 1, 1).date(), datetime(2150, 1, 1).date()), st.integers(-3, 5000))  # noqa: DTZ001
def test_a_period_is_its_days(first: datetime, days: int) -> None:
    last = first + timedelta(days=days)
    found = set(period_terms(first, last))
    for shift in (-400, -40, -1, 0, 1, days // 2, days - 1, days, days + 1, days + 40, days + 400):
        day = first + timedelta(days=shift)
        grams = {f"_y{day.year}", f"_m{day:%Y%m}", f"_d{day:%Y%m%d}"}
        assert bool(grams & found) == (first <= day <= last)
    assert len(found) < 120


def test_what_is_stored_is_what_was_put(newsroom: Newsroom) -> None:
    """A page without a name, title or language is indexed too."""
    page_id = newsroom.article(1, "https://bare.example/1", Article(url=None, title="", text="光秃秃的一页"))
    with open_room(newsroom.path) as conn:
        assert load_article(conn, page_id) is not None
        assert newest_articles(conn)
    conn = connect(newsroom.path)
    assert [hit.article_summary.page_id for hit in search(conn, "光秃秃").hits] == [page_id]
    conn.close()


def test_more_than_are_ranked(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """The latest, and whatever has it in the title however old it is."""
    monkeypatch.setattr("db.queries.search.POOL", 3)
    old = newsroom.article(1, "https://many.example/old", report("彗星。" * 9, title="彗星来了"))
    for n in range(6):
        moment = Moment(at=START + timedelta(hours=n), precision=Precision.MINUTE)
        newsroom.article(
            1, f"https://many.example/{n}", report(f"第{n}次看见彗星。" * 9, title=f"天{n}", published=moment)
        )
    conn = connect(newsroom.path)
    found = search(conn, "彗星")
    assert not found.complete
    assert found.found == 7
    assert found.hits[0].article_summary.page_id == old
    assert len(found.hits) == 4
    latest = search(conn, "彗星", page=ResultPage(number=2, size=5, newest=True))
    assert len(latest.hits) == 2
    conn.close()


def test_runs_of_letters_are_found_whatever_plane_they_are_in() -> None:
    """Letters beyond U+FFFF have a class of their own, which must not divide a word."""
    for text, expected in (
        ("well \U00010400\U00010401 done", ["well", "\U00010400\U00010401", "done"]),
        ("a\U00010400b\U0001d7d82", ["a\U00010400b\U0001d7d82"]),
        ("\U00020000\u4e2d\U00010400 \U0001f600x", ["\U00020000\u4e2d", "\U00010400", "x"]),
    ):
        assert units(text) == expected

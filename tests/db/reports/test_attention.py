"""Attention: counts by day against the articles, the tables kept by triggers, intervals, periods, gaps, words."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import copydesk
from db.connection.database import connect, open_database, write
from db.errors import QueryError
from db.maintenance.search_index import index_batch
from db.proportions import wilson_interval
from db.queries.article_filter import ArticleFilter, ArticleKind
from db.queries.articles import newest_articles, snapshot
from db.queries.attention import PAGE_LIMITS, ReadingLimits, count_matches, counting_sql
from db.queries.attention_texts import SampledText, TextSamples
from db.reports.attention.attention import Attention, AttentionRequest, count_attention
from db.reports.attention.keyness import chance, keyness
from db.reports.attention.periods import PeriodUnit, periods_between
from db.reports.attention.top_words import person_words, rank_words, top_words
from db.schema.counts.attention import ATTENTION

FIRST = date(2026, 9, 1)
NOW = datetime(2026, 10, 20, tzinfo=UTC)
DAYS, A_DAY = 40, 4


def text_of(n: int) -> str:
    ferry = "The last ferry left." if n % 5 == 0 else "The ferry was the last." if n % 5 == 1 else "Nothing left."
    return f"{ferry} Number {n}." + ("\n城北水厂供水。" if n % 4 == 0 else "\n水面上的工厂。")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """160 articles of two sources over 40 days; each tenth is a copy of the one before."""
    path = tmp_path_factory.mktemp("attention") / "news.db"
    open_database(path, create=True).conn.close()
    conn = connect(path)
    with write(conn):
        conn.execute("INSERT INTO extractors VALUES (1, 't', 't', 't')")
        conn.execute("INSERT INTO bodies (sha256, size, codec, data) VALUES (x'00', 0, 'zstd', x'00')")
        conn.executemany(
            "INSERT INTO sources (id, name, url, added_at) VALUES (?, ?, '', '')",
            [(1, "one.example"), (2, "two.example")],
        )
        for n in range(DAYS * A_DAY):
            put(conn, n)
    while True:
        with write(conn):
            if not index_batch(conn):
                break
    conn.close()
    return path


def put(conn: sqlite3.Connection, n: int) -> None:
    page, at = n + 1, f"{FIRST + timedelta(days=n // A_DAY)}T12:00:00+08:00"
    utc = at.replace("T12:00:00+08:00", "T04:00:00Z")
    conn.execute(
        "INSERT INTO pages (id, source_id, url, fetched_at, status, headers, body_id) VALUES (?, ?, ?, ?, 200, '{}', 1)",
        (page, n % 2 + 1, f"https://x.example/{n}", utc),
    )
    conn.execute("INSERT INTO outcomes (page_id, extractor_id) VALUES (?, 1)", (page,))
    conn.execute(
        "INSERT INTO articles (page_id, address_key, text_hash, url, title, published, published_utc, published_precision,"
        " language, section, text) VALUES (?, ?, ?, ?, 'A title', ?, ?, 'minute', 'en', ?, ?)",
        (
            page,
            str(n),
            page.to_bytes(4, "big"),
            f"https://x.example/{n}",
            at,
            utc,
            "harbour" if n % 3 else "city",
            text_of(n),
        ),
    )
    if n % 5 == 0:
        conn.execute("INSERT INTO credits VALUES (?, 'author', 1, 'Ada Ferry')", (page,))
    copied = n % 10 == 9
    conn.execute(
        "INSERT INTO decisions VALUES (?, ?, ?, ?, 1)", (page, "copy" if copied else "new", page, page - copied)
    )


@pytest.fixture
def conn(archive: Path) -> Iterator[sqlite3.Connection]:
    opened = connect(archive, readonly=True)
    yield opened
    opened.close()


def count(conn: sqlite3.Connection, query: str, filters: ArticleFilter | None = None, **changed: object) -> Attention:
    values: dict[str, object] = {"unit": PeriodUnit.DAY, "first": FIRST, "last": FIRST + timedelta(days=DAYS - 1)}
    request = AttentionRequest(queries=(query,), filters=filters or ArticleFilter(), **(values | changed))  # type: ignore[arg-type]
    return count_attention(conn, request, NOW)


@pytest.mark.parametrize(
    ("query", "filters", "matches"),
    [
        ("ferry", ArticleFilter(), lambda n: n % 5 < 2),
        ('"last ferry"', ArticleFilter(), lambda n: n % 5 == 0),
        ("水厂", ArticleFilter(), lambda n: n % 4 == 0),
        ("城北水廠", ArticleFilter(), lambda n: n % 4 == 0),
        ("ferry -水厂", ArticleFilter(), lambda n: n % 5 < 2 and n % 4),
        ("ferry", ArticleFilter(source_ids=(2,)), lambda n: n % 5 < 2 and n % 2),
        ("ferry", ArticleFilter(source_ids=(2, 1)), lambda n: n % 5 < 2),
        ("left", ArticleFilter(kind=ArticleKind.COPY), lambda n: n % 5 != 1 and n % 10 == 9),
        ("ferry", ArticleFilter(section="City"), lambda n: n % 5 < 2 and n % 3 == 0),
        ("ferry", ArticleFilter(language="zh"), lambda _: False),
    ],
)
def test_hits_are_counted_by_day(conn: sqlite3.Connection, query: str, filters: ArticleFilter, matches) -> None:  # type: ignore[no-untyped-def]
    found = count(conn, query, filters).total
    days = [range(day * A_DAY, (day + 1) * A_DAY) for day in range(DAYS)]
    assert [one.hits for one in found.lines[0].periods] == [sum(1 for n in day if matches(n)) for day in days]
    assert found.lines[0].copies == sum(1 for n in range(DAYS * A_DAY) if matches(n) and n % 10 == 9)
    assert set(found.articles) == {A_DAY // 2 if filters.source_ids == (2,) else A_DAY}


def test_units_sources_and_the_shown_sql(conn: sqlite3.Connection) -> None:
    found = count(conn, "ferry", unit=PeriodUnit.MONTH)
    assert [period.label for period in found.periods] == ["2026-09", "2026-10"]
    assert found.total.articles == (120, 40)
    assert {panel.source for panel in found.sources} == {"one.example", "two.example"}
    assert sum(panel.lines[0].hits for panel in found.sources) == found.total.lines[0].hits == 64
    chosen = count(conn, "ferry", ArticleFilter(source_ids=(2, 1)), unit=PeriodUnit.MONTH)
    assert (chosen.total, chosen.sources) == (found.total, found.sources)
    assert count(conn, "ferry", ArticleFilter(source_ids=(2,))).total.source == "two.example"
    weeks = periods_between(FIRST, FIRST + timedelta(days=8), PeriodUnit.WEEK)
    assert [(week.label, (week.last - week.first).days + 1) for week in weeks] == [("2026-08-31", 6), ("2026-09-07", 3)]
    sql = counting_sql(conn, "ferry", ArticleFilter(section="it's :first"), FIRST, FIRST + timedelta(days=50))
    assert conn.execute(sql).fetchall() == []
    rows = conn.execute(counting_sql(conn, "ferry", ArticleFilter(), FIRST, FIRST + timedelta(days=50))).fetchall()
    assert sum(row[1] + row[2] for row in rows) == 64


def test_a_part_stands_for_all(conn: sqlite3.Connection) -> None:
    few = ReadingLimits(hits=30, rows=30, texts=30)
    last = FIRST + timedelta(days=DAYS - 1)
    part = count_matches(conn, "ferry", ArticleFilter(), FIRST, last, few)
    assert part.fraction == 30 / part.candidates < 1
    assert 20 <= len(part.days) <= 40
    again = count_matches(conn, "ferry", ArticleFilter(), FIRST, last, few)
    assert part.days.tolist() == again.days.tolist()
    line = count(conn, "ferry", limits=few, unit=PeriodUnit.MONTH).total.lines[0]
    share, whole = line.periods[0].share, wilson_interval(48, 120)
    assert share is not None
    assert 40 <= line.hits <= 90
    assert share.high - share.low > whole[1] - whole[0]
    assert count(conn, "ferry", limits=PAGE_LIMITS).total.lines[0].fraction == 1


def test_too_much_is_refused(conn: sqlite3.Connection) -> None:
    with pytest.raises(QueryError, match="swap"):
        count(conn, "ferry", first=FIRST, last=FIRST - timedelta(days=1))
    with pytest.raises(QueryError, match="by week or month"):
        count(conn, "ferry", first=date(2000, 1, 1))


def test_the_interval_is_wilsons() -> None:
    low, high = wilson_interval(10, 100)
    assert (round(low, 4), round(high, 4)) == (0.0552, 0.1744)
    assert wilson_interval(0, 50)[0] == 0
    assert round(wilson_interval(0, 50)[1], 3) == 0.071


def test_the_tables_follow_every_change(archive: Path, tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    path.write_bytes(archive.read_bytes())
    conn = connect(path)
    rows = "SELECT * FROM dated_articles ORDER BY page_id"
    days = "SELECT * FROM archive_days WHERE articles ORDER BY day"

    def recounted() -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
        """As a migration makes them."""
        held = conn.execute(rows).fetchall(), conn.execute(days).fetchall()
        made = ATTENTION[: ATTENTION.index("CREATE TRIGGER")]
        for name in ("dated_articles", "archive_days"):
            made = made.replace(f"CREATE TABLE {name} (", f"CREATE TEMP TABLE {name} (").replace(
                f"INSERT INTO {name}", f"INSERT INTO temp.{name}"
            )
        conn.executescript(made)
        fresh = conn.execute(rows).fetchall(), conn.execute(days).fetchall()
        conn.executescript("DROP TABLE temp.dated_articles; DROP TABLE temp.archive_days")
        assert held == fresh
        return held

    before = recounted()
    changes = (
        "UPDATE decisions SET verdict = 'revision', article_id = 1, original_id = 1, revision = 2 WHERE page_id = 2",
        "UPDATE decisions SET original_id = 1, verdict = 'copy' WHERE page_id = 3",
        "UPDATE decisions SET verdict = 'same', article_id = 3, original_id = 3 WHERE page_id = 4",
        "DELETE FROM decisions WHERE page_id = 2",
        "DELETE FROM outcomes WHERE page_id = 5",
    )
    for change in changes:
        with write(conn):
            conn.execute(change)
        recounted()
    after = recounted()
    assert len(after[0]) == len(before[0]) - 3
    assert sum(articles for _, articles in after[1]) == DAYS * A_DAY - 3
    conn.close()


def test_keyness_is_the_published_formula() -> None:
    assert keyness(60, 30, 300, 600) > 5
    assert keyness(10, 20, 100, 200) == pytest.approx(0, abs=0.01)
    assert keyness(100, 200, 100, 200) == pytest.approx(0, abs=0.01)
    assert abs(float(keyness(3, 0, 250, 500))) < 2


@pytest.mark.parametrize("size", [8, 14, 20])
def test_a_small_result_has_key_words(size: int) -> None:
    """z cannot reach its bound there, however clear the case."""

    def made(n: int, text: str) -> SampledText:
        return SampledText(page_id=n, source_id=n, language="en", title="", text=text)

    result = [
        made(n, f"Some of it was on the {'ferry' if n % 2 else 'quay'} or {('near', 'far')[n % 4 < 2]}.")
        for n in range(size)
    ]
    archive = [made(n, f"Some of it was on the train or {('near', 'far')[n % 4 < 2]}.") for n in range(100, 140)]
    found = rank_words(TextSamples(result=tuple(result), archive=tuple(archive)))
    assert {word.word for word in found.words} == {"ferry", "quay"}
    assert max(word.z for word in found.words) < 3 or size == 20


def test_chance_is_counted_out() -> None:
    """Fisher's lady, who told eight cups of tea apart."""
    assert chance(4, 0, 4, 4) == pytest.approx(1 / 70)
    assert chance(3, 1, 4, 4) == pytest.approx(17 / 70)
    assert chance(0, 5, 4, 9) == pytest.approx(1)


def samples() -> TextSamples:
    def made(n: int, text: str) -> SampledText:
        return SampledText(page_id=n, source_id=n % 3, language="zh", title=f"第{n}号", text=text)

    chance = random.Random(5)
    letters = [chr(0x4E00 + chance.randrange(0x4000)) for _ in range(400)]

    def around(n: int, word: str) -> str:
        """The word twice between other characters, as varied as a language's."""
        some = ["".join(chance.choices(letters, k=chance.randint(1, 40))) for _ in range(3)]
        return f"{some[0]}{word}{some[1]}。{word}{some[2]}\n版权所有不得转载"

    result = [
        made(
            n,
            around(n, "弗拉基米尔") + f" {('The', 'A man of the')[n % 2]} White House said {n}. Again the ferry left.",
        )
        for n in range(60)
    ]
    archive = [made(n, around(n, "公交车") + f" Nothing was said {n}. Again the train left.") for n in range(100, 220)]
    return TextSamples(result=tuple(result), archive=tuple(archive))


def test_words_are_whole_and_furniture_is_none() -> None:
    found = rank_words(samples(), frozenset({"ferry"}))
    words = [word.word for word in found.words]
    assert "弗拉基米尔" in words
    assert "White House" in words
    assert not {"ferry", "拉基", "White", "House", "公交车"} & set(words)
    assert not [word for word in words if "转载" in word or "again" in word.lower()]
    assert (found.result, found.archive) == (60, 120)
    assert found == rank_words(samples(), frozenset({"ferry"}))


def test_words_of_a_result(conn: sqlite3.Connection) -> None:
    found = top_words(conn, '"last ferry"', ArticleFilter(), FIRST, FIRST + timedelta(days=DAYS - 1))
    assert (found.result, found.archive) == (32, 112)
    assert "last" in {word.word for word in found.words}


def test_words_of_a_person(conn: sqlite3.Connection) -> None:
    """What the articles are about, and not the name; of one at one source, against that source."""
    days = FIRST, FIRST + timedelta(days=DAYS - 1)
    pages = newest_articles(conn, ArticleFilter(person="Ada Ferry"))
    with snapshot(conn):
        found = person_words(conn, ["Ada Ferry"], pages, {1: 16, 2: 16}, days)
    assert (found.result, found.archive) == (32, 112)
    assert "last" in {word.word for word in found.words}
    assert "ferry" not in {word.word for word in found.words}
    assert person_words(conn, ["Ada Ferry"], pages, {1: 16, 2: 1}, days).result == 16
    assert top_words(conn, "", ArticleFilter(person="Ada Ferry"), *days).result == 32


def test_the_command(archive: Path) -> None:
    asked = ["--db", str(archive), "attention", "ferry", "水厂", "--since", "2026-09-01", "--until", "2026-10-11"]

    def said(*options: str) -> str:
        done = CliRunner().invoke(copydesk, [*asked, *options], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    assert "ferry: 64 of 160 articles" in said("--by", "month")
    rows = [json.loads(line) for line in said("--json").splitlines()]
    assert sum(row["matching"] for row in rows if row["query"] == "ferry" and row["source"] is None) == 64

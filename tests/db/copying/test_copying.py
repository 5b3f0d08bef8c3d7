"""Who takes articles from whom: kept rows are those made anew and those counted from the decisions, and what the figures say."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import copydesk
from db.connection.database import connect, open_database, write
from db.copying.agencies import agencies_by_name, index_names, load_agencies, parse_agencies
from db.copying.lags import MEDIAN_ERROR, lag_bin, median_of_bins
from db.copying.names import name_key
from db.copying.origins import CopyOrigin, OriginKind, OriginNames, source_origin
from db.copying.takings import rebuild_takings
from db.errors import ConfigError
from db.inspect.pages.analysis.copying import CopyingForm, copying_matrix
from db.models import Article, Moment, Precision
from db.reports.copying import (
    NO_LAGS,
    CopyingFilter,
    CopyPair,
    CountedPairs,
    Known,
    is_to_be_rebuilt,
    load_pairs,
)
from db.reports.copying_articles import TakenHow, taken_articles
from db.reports.copying_lags import _median_error, add_lags, lags_of_others
from db.schema.migrations import migrations
from db.site_rules.loader import Sites
from db.sqlite.tools import Database
from db.store.dedup.near_copies import any_unsettled
from db.store.extraction.outcomes import delete_outcome
from pipelines.dedup.settle import reset_settling, settle
from pipelines.extraction.extract import extract
from tests.cli.conftest import Newsroom
from tests.db.reports.stored_year import store_look
from tests.pipelines.dedup.stories import story
from tests.pipelines.extraction.press.press_page import write_page

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TABLES = ("takings", "copy_pairs", "copy_lags", "source_outlets")
REUTERS = CopyOrigin(OriginKind.AGENCY, "reuters")
# Counted from the decisions alone; a credit counts by its letters, which is enough for the names of this file.
_COUNTED = """
SELECT p.source_id, CASE WHEN o.source_id <> p.source_id THEN o.source_id ELSE 0 END AS from_id,
       replace(lower(coalesce(nullif(a.original_source, a.source), '')), ' ', '') AS credited, coalesce(a.language, ''),
       substr(coalesce(a.published_utc, p.fetched_at), 1, 7), count(*)
FROM decisions d JOIN articles a ON a.page_id = d.page_id JOIN pages p ON p.id = d.page_id JOIN pages o ON o.id = d.original_id
WHERE d.verdict IN ('new', 'copy') AND (from_id > 0 OR credited <> '')
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""


def article(
    seed: int, minutes: float, *, outlet: str, credit: str | None = None, language: str = "en", day: bool = False
) -> Article:
    at = Moment(at=NOON + minutes * MINUTE, precision=Precision.DAY if day else Precision.MINUTE)
    return Article(
        url=None,
        title=f"Story {seed}",
        text=story(seed, 3),
        published=at,
        source=outlet,
        original_source=credit,
        language=language,
    )


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int]]:
    """Three papers: Bravo copies Alpha with and without credit, Charlie copies Alpha but credits Bravo or Reuters."""
    path = tmp_path_factory.mktemp("copying") / "news.db"
    open_database(path, create=True).conn.close()
    room = Newsroom(path=path, clock=NOON)
    ids = {
        name: room.source(f"{name}.example", f"https://www.{name}.example/") for name in ("alpha", "bravo", "charlie")
    }

    def put(name: str, seed: int, minutes: float, credit: str | None = None, **more: object) -> int:
        made = article(seed, minutes, outlet=f"The {name.title()}", credit=credit)
        return room.article(ids[name], f"https://www.{name}.example/{seed}", replace(made, **more))  # type: ignore[arg-type]

    for seed, lag in enumerate((10, 20, 30), 1):
        put("alpha", seed, 0)
        put("bravo", seed, lag, "The Alpha" if seed < 3 else None)
    put("charlie", 1, 45, "Reuters / AP")
    ids["named bravo"] = put("charlie", 2, 50, "The Bravo")
    put("charlie", 30, 5, "Thomson Reuters")
    put("charlie", 31, 5, "Far Post", language="de-AT")
    put("alpha", 40, 5, "The Alpha")
    put("alpha", 50, 0)
    undated = article(50, 1440, outlet="The Bravo", day=True)
    room.article(ids["bravo"], "https://www.bravo.example/50", undated)
    conn = connect(path)
    for name in ("alpha", "bravo"):
        store_look(conn, ids[name], NOON)
    conn.close()
    return path, ids


@pytest.fixture
def conn(archive: tuple[Path, dict[str, int]], tmp_path: Path) -> Iterator[sqlite3.Connection]:
    (tmp_path / "news.db").write_bytes(archive[0].read_bytes())
    held = connect(tmp_path / "news.db")
    yield held
    held.close()


def kept(conn: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {table: sorted(conn.execute(f"SELECT * FROM {table}").fetchall(), key=repr) for table in TABLES}


def pairs_of(conn: sqlite3.Connection, wanted: CopyingFilter | None = None) -> dict[tuple[int, str], CopyPair]:
    wanted, names = wanted or CopyingFilter(), OriginNames.load(conn)
    pairs = load_pairs(conn, names, wanted)
    add_lags(conn, names, wanted, pairs)
    return {(pair.source_id, pair.origin.text): pair for pair in pairs}


def test_kept_rows_are_those_made_anew_and_those_counted(conn: sqlite3.Connection) -> None:
    before = kept(conn)
    assert all(before.values())
    # The two longest forms of credits fold to their first name.
    counted = conn.execute(_COUNTED.replace("a.original_source", "replace(a.original_source, ' / AP', '')")).fetchall()
    counted = [(*row[:3], str(row[3])[:2], *row[4:]) for row in counted]
    assert sorted(counted) == sorted(before["copy_pairs"])
    assert (
        conn.execute("SELECT sum(articles) FROM copy_lags").fetchone()[0]
        == conn.execute("SELECT count(*) FROM takings WHERE lag IS NOT NULL").fetchone()[0]
    )
    with write(conn):
        rebuild_takings(conn)
    assert kept(conn) == before
    with write(conn):
        conn.execute("UPDATE copy_pairs SET articles = 99")
        reset_settling(conn)
    while any_unsettled(conn):
        with write(conn):
            settle(conn)
    assert kept(conn) == before


def test_an_article_that_goes_takes_its_counts_along(
    conn: sqlite3.Connection, archive: tuple[Path, dict[str, int]]
) -> None:
    with write(conn):
        for (page_id,) in conn.execute("SELECT article_id FROM takings").fetchall():
            delete_outcome(conn, page_id)
        settle(conn)
    assert (
        conn.execute("SELECT (SELECT count(*) FROM copy_pairs) + (SELECT count(*) FROM copy_lags)").fetchone()[0] == 0
    )
    assert conn.execute("SELECT outlet, articles FROM source_outlets").fetchall() == [("The Alpha", 5)]


def test_an_old_database_is_counted(conn: sqlite3.Connection) -> None:
    before = kept(conn)
    for (trigger,) in conn.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND (name LIKE 'taking_%' OR name LIKE 'outlet_%')"
    ).fetchall():
        conn.execute(f"DROP TRIGGER {trigger}")
    for table in TABLES:
        conn.execute(f"DROP TABLE {table}")
    conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0036_copying'")
    conn.commit()
    migrations.apply(Database(conn))
    assert kept(conn) == before


def test_credited_and_earliest_are_told_apart(conn: sqlite3.Connection, archive: tuple[Path, dict[str, int]]) -> None:
    ids = archive[1]
    found = pairs_of(conn)
    alpha = found[ids["bravo"], f"source:{ids['alpha']}"]
    assert (alpha.articles, alpha.counts.both, alpha.counts.earliest_only) == (4, 2, 2)
    assert found[ids["charlie"], REUTERS.text].articles == 2
    assert found[ids["charlie"], "outlet:farpost"].counts.credited_only == 1
    assert found[ids["charlie"], f"source:{ids['bravo']}"].counts.against_time == 1
    # Both name another than the earliest, so neither counts with it, but for time alone both do.
    assert (ids["charlie"], f"source:{ids['alpha']}") not in found
    by_time = pairs_of(conn, CopyingFilter(known=Known.EARLIEST))
    assert by_time[ids["charlie"], f"source:{ids['alpha']}"].articles == 2
    assert (ids["charlie"], REUTERS.text) not in by_time
    assert sum(pair.articles for pair in pairs_of(conn, CopyingFilter(known=Known.CREDITED)).values()) == 6
    assert not [key for key in found if key[0] == ids["alpha"]], "its own name is no credit"
    assert list(pairs_of(conn, CopyingFilter(language="de"))) == [(ids["charlie"], "outlet:farpost")]
    assert not pairs_of(conn, CopyingFilter(since="2026-12"))


def test_a_lag_says_how_certain_it_is(conn: sqlite3.Connection, archive: tuple[Path, dict[str, int]]) -> None:
    ids = archive[1]
    lags = pairs_of(conn)[ids["bravo"], f"source:{ids['alpha']}"].lags
    assert (lags.count, lags.stated) == (4, 3)
    assert lags.median_s == pytest.approx(600, rel=MEDIAN_ERROR)
    assert lags.error_s == 60
    pair = (ids["bravo"], source_origin(ids["alpha"]))
    taken = taken_articles(conn, OriginNames.load(conn), pair, CopyingFilter(), limit=10)
    assert taken.total == 4
    seen, *stated = taken.articles
    assert (seen.lag_basis, seen.lag_error_s, seen.share) == ("seen", 86400, 1.0)
    assert [(one.lag_s, one.lag_basis, one.lag_error_s) for one in stated] == [
        (minutes * 60, "stated", 60.0) for minutes in (30, 20, 10)
    ]
    assert [one.how for one in taken.articles] == [*[TakenHow.EARLIEST] * 2, *[TakenHow.BOTH] * 2]
    (named,) = taken_articles(
        conn, OriginNames.load(conn), (ids["charlie"], source_origin(ids["bravo"])), CopyingFilter(), limit=10
    ).articles
    assert (named.article_id, named.how, named.lag_s) == (ids["named bravo"], TakenHow.CONTRADICTING, 1800)


def test_what_a_credit_stands_for_is_found_when_asked(
    conn: sqlite3.Connection, archive: tuple[Path, dict[str, int]]
) -> None:
    conn.execute(
        "INSERT INTO sources (name, url, added_at) VALUES ('reuters', 'https://www.reuters.com/', '2026-12-01T00:00:00Z')"
    )
    crawled = conn.execute("SELECT max(id) FROM sources").fetchone()[0]
    assert pairs_of(conn)[archive[1]["charlie"], f"source:{crawled}"].articles == 2
    assert OriginNames.load(conn).resolve("charlie") == source_origin(archive[1]["charlie"])


def test_counts_that_are_missing_are_seen(conn: sqlite3.Connection) -> None:
    assert not is_to_be_rebuilt(conn)
    conn.execute("DELETE FROM takings")
    assert is_to_be_rebuilt(conn)


def test_the_command(archive: tuple[Path, dict[str, int]]) -> None:
    def run(*options: str) -> str:
        done = CliRunner().invoke(copydesk, ["--db", str(archive[0]), "copying", *options], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    rows = [json.loads(line) for line in run("--json").splitlines()]
    assert [(row["source"], row["taken_from"], row["articles"]) for row in rows][:2] == [
        ("bravo.example", "alpha.example", 4),
        ("charlie.example", "Reuters", 2),
    ]
    assert len(run("--csv").splitlines()) == len(rows) + 1
    assert "Reuters (agency)" in run()
    assert "No article was taken" in run("--since", "2027-01-01")


@pytest.mark.parametrize(
    ("printed", "agency"),
    [("新華社", "xinhua"), ("Agence France-Presse (AFP)", "afp"), ("AFP/Reuters", "afp"), ("(dpa)", "dpa"),
     ("THE ASSOCIATED PRESS", "ap"), ("РИА Новости", "ria"), ("Česká tisková kancelář", "ctk"), ("İHA", "iha")],
)  # fmt: skip
def test_spellings_of_an_agency_are_one(printed: str, agency: str) -> None:
    assert agencies_by_name()[name_key(printed)].key == agency


def test_the_list_of_agencies_is_checked() -> None:
    assert len(load_agencies()) > 80
    entry = '[[agency]]\nkey = "one"\nname = "One"\nchinese = "一"\n'
    for wrong in (entry * 2, entry + "hots = []\n", entry + entry.replace('"one"', '"two"'), "[agency]\n", "x"):
        with pytest.raises(ConfigError, match=r"agencies\.toml"):
            index_names(parse_agencies(wrong).values())


def test_a_median_of_bins_is_near() -> None:
    for seconds in (1, 7, 60, 3600, 86_400 * 400):
        for lag in (seconds, -seconds):
            assert median_of_bins({lag_bin(lag): 3}) == pytest.approx(lag, rel=MEDIAN_ERROR + 1e-9)
    assert median_of_bins({lag_bin(10): 1, lag_bin(-100): 1, lag_bin(1000): 1}) == pytest.approx(10, rel=MEDIAN_ERROR)
    assert median_of_bins({}) is None
    assert lag_bin(0) == 0


def test_an_english_copy_that_names_its_original_is_a_credited_pair(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    open_database(path, create=True).conn.close()
    room = Newsroom(path=path, clock=NOON)
    for name, credit in (("Northwire", ""), ("Harbour Post", "<p>This article was first published by Northwire.</p>")):
        host = f"www.{name.lower().replace(' ', '-')}.example"
        page = write_page("en", tail=credit)
        page = replace(page, body=page.body.replace(b"Harbour Post", name.encode()), url=f"https://{host}/a")
        read = extract(page, Sites())
        assert isinstance(read, Article)
        room.article(room.source(host, f"https://{host}/"), f"https://{host}/a", read, body=page.body)
    asked = ["--db", str(path), "copying", "--known", "credited", "--json"]
    rows = [
        json.loads(line) for line in CliRunner().invoke(copydesk, asked, catch_exceptions=False).stdout.splitlines()
    ]
    assert [(row["source"], row["taken_from"], row["articles"]) for row in rows] == [
        ("www.harbour-post.example", "www.northwire.example", 1)
    ]


@pytest.mark.parametrize("known", Known)
def test_sums_of_the_matrix_are_those_of_the_pairs(conn: sqlite3.Connection, known: Known) -> None:
    wanted = CopyingFilter(known=known)
    pairs = pairs_of(conn, wanted)
    counted = CountedPairs.load(conn, OriginNames.load(conn), wanted)
    takers, origins = Counter[int](), Counter[CopyOrigin]()
    for pair in pairs.values():
        takers[pair.source_id] += pair.articles
        origins[pair.origin] += pair.articles
        assert counted.pair(pair.source_id, pair.origin) == replace(pair, lags=NO_LAGS)
    assert (counted.takers, counted.origins, len(counted.articles)) == (takers, origins, len(pairs))
    assert counted.biggest(2) == counted.biggest(None)[:2]


def test_all_others_have_their_median_lag(conn: sqlite3.Connection, archive: tuple[Path, dict[str, int]]) -> None:
    ids = archive[1]
    form = CopyingForm.of({"top": "1", "known": "earliest"})
    matrix = copying_matrix(conn, form)
    shown = ([row.source_id for row in matrix.rows], [origin for origin, _, _ in matrix.columns])
    assert shown == ([ids["bravo"]], [source_origin(ids["alpha"])])
    pairs = pairs_of(conn, form.wanted)
    charlie, bravo = (pairs[ids[name], f"source:{ids['alpha']}"] for name in ("charlie", "bravo"))
    assert charlie.lags.median_s is not None
    assert matrix.other_rows == [(charlie.articles, charlie.lags), (0, NO_LAGS)]

    everybody = lags_of_others(conn, OriginNames.load(conn), form.wanted, [ids["alpha"]], [])
    assert everybody[ids["alpha"]].count == charlie.lags.count + bravo.lags.count


def test_half_of_the_articles_are_within_the_median_error() -> None:
    assert _median_error([(None, 3), (60.0, 4)]) == 60.0
    assert _median_error([(None, 5), (60.0, 4)]) is None, "it is not known how often the sources were looked at"

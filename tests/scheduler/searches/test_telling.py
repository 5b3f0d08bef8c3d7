"""Saved searches tell of each article once: whatever fails, is killed, extracted again or settled anew."""

from __future__ import annotations

import json
import os
import shlex
import sqlite3
import sys
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db.config.loader import Config, load_config
from db.config.searches import KINDS, SavedSearch
from db.connection.database import connect, write
from db.errors import ConfigError
from db.maintenance.search_index import index_waiting_pages
from db.models import Article
from db.queries.article_filter import ArticleKind
from db.queries.saved_searches import search_states
from db.search.index import reset_index
from db.store.extraction.extractions import load_outcome, replace_outcomes
from db.store.extraction.outcomes import delete_outcome
from db.store.service.saved_searches import latest_match_pages, saved_searches, store_search
from pipelines.dedup.settle import reset_settling, settle
from scheduler.searches.telling import MOST_IN_MESSAGE, TellRound, tell_searches
from tests.cli.conftest import CORRECTED, Newsroom, newsroom, report, room, spawn
from tests.end_to_end.copydesk import wait_for
from tests.scheduler.alerts.test_notify import KEYS, TAKE, Receiver, receiver
from tests.support.forked import ForkedProcess

__all__ = ["newsroom", "receiver", "room"]

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WATER = SavedSearch(query="水厂")


@pytest.fixture
def conn(newsroom: Newsroom) -> Iterator[sqlite3.Connection]:
    opened = connect(newsroom.path)
    yield opened
    opened.close()


def config_of(path: Path, **values: object) -> Config:
    return Config(path=path.parent / "copydesk.toml").with_values(db=str(path), **values)


def save(conn: sqlite3.Connection, name: str = "water", search: SavedSearch = WATER) -> None:
    with write(conn):
        store_search(conn, name, search, NOW)


def tell(conn: sqlite3.Connection, config: Config, now: datetime = NOW) -> TellRound:
    while index_waiting_pages(conn):
        pass
    told = tell_searches(conn, config, now)
    assert told is not None
    return told


def story(newsroom: Newsroom, number: int, text: str = "", **fields: object) -> int:
    """An article about a waterworks of its own."""
    words = text or f"第{number}座水厂昨日动工，{'甲乙丙丁戊己庚辛壬癸'[number % 10] * 40}，工期为{number}个月。" * 3
    return newsroom.article(1, f"https://www.wanbao.example/w/{number}", report(words, title=f"水厂{number}", **fields))


def articles_of(given: dict[str, Any]) -> list[str]:
    return [article["title"] for article in given["evidence"]["articles"]]


def test_only_new_articles_are_told_and_each_once(
    conn: sqlite3.Connection, newsroom: Newsroom, receiver: Receiver
) -> None:
    config = config_of(newsroom.path, alert_webhook=receiver.address)
    save(conn)
    assert tell(conn, config).found == {}, "what was there before"
    first = story(newsroom, 1)
    newsroom.article(
        1, "https://www.wanbao.example/f/1", Article(url=None, title="Ferry", text="The ferry sails. " * 9)
    )
    assert tell(conn, config).found == {"water": 1}
    given = receiver.got[0]
    assert given.keys() == KEYS
    assert (given["kind"], given["event"], given["alert"]) == ("search", "search", None)
    assert given["says"] == "water: 1 new article: 水厂1"
    evidence = given["evidence"]
    assert isinstance(evidence, dict)
    article = evidence["articles"][0]
    assert (article["id"], article["source_name"], article["editors"]) == (first, "wanbao.example", ["李青山", "赵河"])
    assert "text" not in article
    # A correction, the same article extracted again, all settled anew: nothing is told.
    newsroom.article(1, "https://www.wanbao.example/w/1", report(CORRECTED + "水厂", title="水厂1，更正"))
    assert tell(conn, config).found == {}
    with write(conn):
        old = load_outcome(conn, first)
        assert old is not None
        replace_outcomes(conn, {first: old})
        reset_settling(conn)
        settle(conn, [first])
    assert conn.execute("SELECT count(*) FROM to_match").fetchone()[0] >= 1
    assert tell(conn, config).found == {}
    assert conn.execute("SELECT count(*) FROM to_match").fetchone() == (0,)
    assert len(receiver.got) == 1


def test_copies_are_folded_unless_they_are_asked_for(conn: sqlite3.Connection, newsroom: Newsroom) -> None:
    config = config_of(newsroom.path)
    for name, search in {
        "folded": WATER,
        "all": replace(WATER, copies=True),
        "copies": SavedSearch(kind="copy"),
        "mirror": SavedSearch(source=("mirror.example",)),
    }.items():
        save(conn, name, search)
    text = "新建的第九水厂昨天通水，每天可以供应全城的一半用水，市民说水的味道比从前好得多了。" * 3
    copy = newsroom.article(2, "https://mirror.example/x/77", report(text, title="水厂通水"))
    original = story(newsroom, 77, text)
    with write(conn):  # the original was printed an hour earlier
        conn.execute("UPDATE articles SET published_utc = '2026-11-01T05:00:00Z' WHERE page_id = ?", (original,))
        settle(conn, [original, copy])
    assert tell(conn, config).found == {"all": 2, "folded": 1, "copies": 1, "mirror": 1}
    found = {row.name: latest_match_pages(conn, row.id, 9) for row in saved_searches(conn)}
    assert found == {"folded": [original], "all": [copy, original], "copies": [copy], "mirror": [copy]}
    third = newsroom.source("third.example", "https://third.example/")
    newsroom.article(third, "https://third.example/x/78", report(text, title="水厂通水"))
    assert tell(conn, config).found == {"all": 1, "copies": 1}


def test_an_article_that_is_lost_and_found_again_is_not_told_again(
    conn: sqlite3.Connection, newsroom: Newsroom
) -> None:
    save(conn)
    page = story(newsroom, 5)
    assert tell(conn, config_of(newsroom.path)).found == {"water": 1}
    with write(conn):
        delete_outcome(conn, page)
        settle(conn)
    newsroom.article(1, "https://www.wanbao.example/w/5", report("第五座水厂动工了，工期五个月，预计明年完工。" * 4))
    assert tell(conn, config_of(newsroom.path)).found == {}


def test_looking_back_waits_for_the_index(conn: sqlite3.Connection, newsroom: Newsroom) -> None:
    """An index that is made anew (m0050) is empty at first; what is not in it was given up for good."""
    save(conn, search=replace(WATER, since="2026-10-01"))
    with write(conn):
        reset_index(conn)
    config = config_of(newsroom.path)
    told = tell_searches(conn, config, NOW)
    assert told is not None
    assert (told.found, "copydesk upkeep index" in told.troubles["water"]) == ({}, True)
    told = tell(conn, config)
    assert (told.found, told.troubles) == ({"water": 1}, {})


def test_since_looks_back_once(conn: sqlite3.Connection, newsroom: Newsroom) -> None:
    save(conn, search=replace(WATER, since="2026-10-01", copies=True))
    save(conn, "later", replace(WATER, since="2026-11-20"))
    save(conn, "ann", SavedSearch(person="ann", since="2026-01-01"))
    assert tell(conn, config_of(newsroom.path)).found == {"water": 2, "ann": 1}
    assert tell(conn, config_of(newsroom.path)).found == {}
    story(newsroom, 3)
    assert tell(conn, config_of(newsroom.path)).found == {"water": 1}, "the other was published before its time"


def test_a_hook_that_fails_gets_the_same_message_later_and_the_other_nothing_twice(
    conn: sqlite3.Connection, newsroom: Newsroom, receiver: Receiver, tmp_path: Path
) -> None:
    taken = tmp_path / "taken"
    config = config_of(
        newsroom.path,
        alert_command=shlex.join([sys.executable, "-c", TAKE, str(taken)]),
        alert_webhook=receiver.address,
    )
    save(conn)
    save(conn, "also", SavedSearch(query="动工"))
    story(newsroom, 1)
    receiver.mode = 500
    told = tell(conn, config)
    assert told.failed.keys() == {"water", "also"}
    assert [state.waiting for state in search_states(conn)] == [1, 1]
    story(newsroom, 2)
    assert tell(conn, config, NOW + MINUTE / 2).failed == {}, "it is not time yet; the second article waits"
    receiver.mode = 204
    tell(conn, config, NOW + MINUTE)
    tell(conn, config, NOW + 2 * MINUTE)
    tell(conn, config, NOW + 9 * MINUTE)
    by_command = [json.loads(line) for line in taken.read_text().splitlines()]
    for search in ("water", "also"):
        posted = [one for one in receiver.got if one["evidence"]["search"] == search]  # type: ignore[index]
        run = [one for one in by_command if one["evidence"]["search"] == search]
        assert [articles_of(one) for one in posted] == [articles_of(one) for one in run] == [["水厂1"], ["水厂2"]]
        assert [one["evidence"]["message"] for one in posted] == [one["evidence"]["message"] for one in run]  # type: ignore[index]


def test_a_message_is_bounded(conn: sqlite3.Connection, newsroom: Newsroom, receiver: Receiver) -> None:
    save(conn)
    count = MOST_IN_MESSAGE + 3
    for number in range(10, 10 + count):
        story(newsroom, number)
    tell(conn, config_of(newsroom.path, alert_webhook=receiver.address))
    (given,) = receiver.got
    evidence = given["evidence"]
    assert isinstance(evidence, dict)
    assert (evidence["count"], len(evidence["articles"]), evidence["more"]) == (count, MOST_IN_MESSAGE, 3)
    assert str(given["says"]).endswith(f"and {count - 3} more")


def test_killed_it_goes_on_and_loses_nothing(newsroom: Newsroom, receiver: Receiver, conn: sqlite3.Connection) -> None:
    """Killed with a hook under way: the message is sent again with its number, and its articles in no other."""
    folder = newsroom.path.parent
    (folder / "copydesk.toml").write_text(
        f'db = "news.db"\nalert_webhook = "{receiver.address}"\n[search.water]\nquery = "水厂"\nfeed = "water.json"\n'
    )
    arguments = ("searches", "run")
    assert spawn(*arguments, cwd=folder).returncode == 0
    story(newsroom, 1)
    receiver.mode = "hang"
    process = ForkedProcess(arguments, folder, dict(os.environ), {})
    wait_for(lambda: bool(receiver.types))
    process.kill()
    process.communicate()
    receiver.mode = 204
    story(newsroom, 2)
    done = [spawn(*arguments, cwd=folder) for _ in range(3)]
    assert [one.returncode for one in done] == [0, 0, 0]
    assert "1 new article" in done[0].stdout.decode()
    assert [articles_of(one) for one in receiver.got] == [["水厂1"], ["水厂2"]]
    feed = json.loads((folder / "water.json").read_text())
    assert [item["title"] for item in feed["items"]] == ["水厂2", "水厂1"]


def test_what_the_file_says_wins_and_goes_with_it(conn: sqlite3.Connection, newsroom: Newsroom) -> None:
    path = newsroom.path.parent / "copydesk.toml"
    path.write_text(
        'db = "news.db"\n[search.water]\nquery = "ferry"\nfeed = "feeds/w.xml"\n[search.only]\nkind = "copy"\n'
    )
    save(conn)
    tell(conn, load_config(path))
    rows = {row.name: row for row in saved_searches(conn)}
    assert (rows["water"].search.query, rows["water"].in_file, rows["water"].stored) == ("ferry", True, True)
    told = tell(conn, load_config(path))
    assert told.troubles.keys() == {"water"}, "the folder of the feed is not there"
    path.write_text('db = "news.db"\n')
    tell(conn, load_config(path))
    assert {row.name: row.search for row in saved_searches(conn)} == {"water": WATER}
    # Another settings file has no say in what this one saved.
    path.write_text('db = "news.db"\n[search.only]\nkind = "copy"\n')
    tell(conn, load_config(path))
    tell(conn, Config(path=path.with_name("other.toml")).with_values(db=str(newsroom.path)))
    assert {row.name for row in saved_searches(conn)} == {"water", "only"}


def test_feed_files_are_whole_and_keep_an_article_one_item(conn: sqlite3.Connection, newsroom: Newsroom) -> None:
    feed = newsroom.path.parent / "water.xml"
    save(conn, search=replace(WATER, feed=feed))
    config = config_of(newsroom.path)
    tell(conn, config)
    assert ET.parse(feed).findall("channel/item") == []
    page = story(newsroom, 1)
    tell(conn, config)
    newsroom.article(1, "https://www.wanbao.example/w/1", report(CORRECTED + "水厂", title="水厂1，更正"))
    feed.unlink()
    tell(conn, config)
    items = ET.parse(feed).findall("channel/item")
    assert [(item.findtext("title"), item.findtext("guid")) for item in items] == [("水厂1，更正", f"copydesk:{page}")]
    assert [path.name for path in feed.parent.glob(".water*")] == [], "no part is left"


def test_two_processes_do_not_tell_the_same(conn: sqlite3.Connection, newsroom: Newsroom, receiver: Receiver) -> None:
    config = config_of(newsroom.path, alert_webhook=receiver.address)
    save(conn)
    story(newsroom, 1)
    receiver.mode = "hang"

    def other() -> None:
        own = connect(newsroom.path)
        tell_searches(own, config, NOW, limit_s=60)
        own.close()

    thread = threading.Thread(target=other)
    thread.start()
    wait_for(lambda: bool(receiver.types))
    assert tell(conn, config).busy
    receiver.mode = 204
    receiver.free.set()
    thread.join()
    assert len(receiver.types) == 1


def test_a_search_that_cannot_be_asked_says_so_and_stops_no_other(conn: sqlite3.Connection, newsroom: Newsroom) -> None:
    save(conn, "wrong", SavedSearch(query="-水厂"))
    save(conn, "gone", SavedSearch(source=("nowhere.example",)))
    save(conn)
    story(newsroom, 1)
    told = tell(conn, config_of(newsroom.path))
    assert told.found == {"water": 1}
    assert told.troubles.keys() == {"wrong", "gone"}
    assert "nowhere.example" in told.troubles["gone"]


def test_without_saved_searches_nothing_waits(conn: sqlite3.Connection, newsroom: Newsroom) -> None:
    story(newsroom, 1)
    assert conn.execute("SELECT count(*) FROM to_match").fetchone() == (0,)
    assert tell_searches(conn, config_of(newsroom.path), NOW) is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[search.a]\nqery = 'x'\n", [":2", "did you mean query"]),
        ("[search.a]\nquery = 'x'\nkind = 'news'\n", [":3", "original"]),
        ("[search.a]\nquery = 'x'\nfeed = 'a.txt'\n", [":3", ".xml"]),
        ("[search.a]\nquery = 'x'\nsince = 'soon'\n", [":3", "2026-11-02"]),
        ("[search.'a b']\nquery = 'x'\n", ["letters"]),
        ("[search.a]\ncopies = true\n", ["expected a query or a filter"]),
        ("search = 3\n", [":1", "[search.NAME]"]),
    ],
)
def test_mistakes_in_the_file_name_line_and_key(tmp_path: Path, text: str, parts: list[str]) -> None:
    path = tmp_path / "copydesk.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    for part in parts:
        assert part in str(caught.value)


def test_the_kinds_are_those_of_the_filter() -> None:
    assert set(KINDS) == set(ArticleKind) - {ArticleKind.GONE}, "no new article is gone"

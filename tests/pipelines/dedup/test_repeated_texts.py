"""The same text at several addresses of a site where others were promised: a notice, whatever the order of arrival."""

from __future__ import annotations

import itertools
import random
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.connection.database import open_database, write
from db.models import Article, Link, LinkKind
from db.store.crawl import facts
from db.store.crawl.run_counts import count_run
from db.store.dedup.near_copies import any_unsettled
from db.store.dedup.notices import Promise
from db.store.extraction.outcomes import Extractor, extractor_id
from db.store.sites.sources import add_source
from pipelines.dedup.repeated_texts import is_repeated_notice
from pipelines.dedup.settle import reset_settling, settle
from pipelines.extraction.fingerprint import fingerprint
from pipelines.urls import link_key
from tests.pipelines.dedup.stories import SETTLED, story
from tests.support.articles import insert_indexed_article

START = datetime(2026, 11, 1, tzinfo=UTC)
WALL = "Dear guest, the wardens of this house ask for your patience while the lamps are being counted by hand."
"""In words that no list has."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A page: at which path, promised under which title, with which text, under which title of its own."""

    path: str
    text: str
    listed: str | None = None
    title: str = "The House"
    source: int = 1


_OPEN: list[sqlite3.Connection] = []


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Close what a test opened: Python 3.13 warns of connections that are left open."""
    yield
    while _OPEN:
        _OPEN.pop().close()


class Room:
    """A database of two sources whose pages are fetched a minute apart and read when the test says so."""

    def __init__(self, path: Path, pages: list[Shown]) -> None:
        self.pages = pages
        self.conn: sqlite3.Connection = open_database(path, create=True).conn
        _OPEN.append(self.conn)
        with write(self.conn) as conn:
            for name in ("a", "b"):
                add_source(conn, name=name, url=f"http://{name}.example/", settings={}, at=START)
            self.maker = extractor_id(conn, Extractor(code="t", rules="t", trafilatura="t"))
            for number, page in enumerate(pages):
                url = self.url(page)
                if page.listed:
                    link = Link(url=url, key=link_key(url), kind=LinkKind.FEED, title=page.listed)
                    facts.insert_links(conn, page.source, [link], START, None)
                row = conn.execute("SELECT id FROM links WHERE key = ?", (link_key(url),)).fetchone()
                fetch = facts.Fetch(
                    what="article",
                    url=url,
                    link_id=row[0] if row else None,
                    started_at=START + timedelta(minutes=number),
                    status=200,
                )
                body = facts.pack_body(str(number).encode())
                received = facts.ReceivedPage(
                    fetch=fetch, source_id=page.source, headers={}, content_type="text/html", body=body
                )
                assert facts.insert_page(conn, received) == number + 1

    @staticmethod
    def url(page: Shown) -> str:
        return f"http://{'ab'[page.source - 1]}.example/{page.path}"

    def read(self, page_ids: Iterable[int]) -> None:
        for page_id in page_ids:
            page = self.pages[page_id - 1]
            article = Article(url=None, title=page.title, text=page.text)
            url = self.url(page)
            with write(self.conn) as conn:
                insert_indexed_article(conn, page_id, url, article, fingerprint(article, url), self.maker)
                settle(conn, [page_id])

    def forget(self, page_id: int) -> None:
        with write(self.conn) as conn:
            conn.execute("DELETE FROM outcomes WHERE page_id = ?", (page_id,))
            settle(conn)

    def settle_all(self) -> None:
        with write(self.conn) as conn:
            reset_settling(conn)
        while any_unsettled(self.conn):
            with write(self.conn) as conn:
                settle(conn, limit=2)

    def derived(self) -> dict[str, list[tuple[object, ...]]]:
        return {table: self.conn.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in SETTLED}

    def verdicts(self) -> dict[int, tuple[str, int]]:
        query = "SELECT page_id, verdict, article_id FROM decisions"
        return {page: (verdict, article) for page, verdict, article in self.conn.execute(query)}


LISTED = ["Ferry delayed by fog on the lake", "School roof mended before frost", "Owls counted in the northern woods"]

OF_ALL = f"{story(3)} The ferry, delayed by fog; the school, its roof mended; owls counted in northern woods."


def walls(**more: object) -> list[Shown]:
    return [Shown(path=f"n/{number}", listed=title, text=WALL, **more) for number, title in enumerate(LISTED)]  # type: ignore[arg-type]


def test_three_promises_and_one_text_are_a_notice(tmp_path: Path) -> None:
    room = Room(tmp_path / "n.db", walls())
    room.read((1, 2))
    assert [verdict for verdict, _ in room.verdicts().values()] == ["new", "copy"]
    room.read((3,))
    assert room.verdicts() == {page: ("notice", page) for page in (1, 2, 3)}
    assert room.conn.execute("SELECT count(*) FROM current_articles").fetchone()[0] == 0
    assert room.conn.execute("SELECT DISTINCT reason FROM rejections").fetchall() == [("repeated",)]
    assert room.conn.execute("SELECT rejected FROM sources_view WHERE name = 'a'").fetchone()[0] == 3
    room.forget(2)
    assert [verdict for verdict, _ in room.verdicts().values()] == ["new", "copy"]


def test_an_article_behind_the_wall_begins_its_address(tmp_path: Path) -> None:
    later = Shown(path="n/0", listed=LISTED[0], text=story(4))
    copy = Shown(path="copy/of/it", text=story(4), source=2)
    pages = [*walls(), later, copy]
    room = Room(tmp_path / "n.db", pages)
    room.read((1, 4, 5, 2))
    assert room.verdicts()[4] == ("revision", 1)
    room.read((3,))
    assert room.verdicts()[4] == ("new", 4)
    assert room.verdicts()[5] == ("copy", 5)
    room.forget(3)
    assert room.verdicts()[4] == ("revision", 1)
    assert room.verdicts()[5] == ("new", 5)


def test_any_order_of_arrival_ends_alike(tmp_path: Path) -> None:
    pages = [
        *walls(),
        Shown(path="n/0", listed=LISTED[0], text=story(4)),
        Shown(path="copy/of/it", text=story(4), source=2),
        Shown(path="x/wall", text=WALL, source=2),
        Shown(path="n/2", listed=LISTED[2], text=story(7)),
    ]
    orders = list(itertools.permutations(range(1, len(pages) + 1)))
    random.Random(3).shuffle(orders)
    ends = []
    for number, order in enumerate(orders[:6]):
        room = Room(tmp_path / f"{number}.db", pages)
        room.read(order)
        ends.append(room.derived())
        if number % 3 == 0:
            room.settle_all()
            ends.append(room.derived())
        room.conn.close()
    assert all(end == ends[0] for end in ends)
    assert any(row[1] == "notice" for row in ends[0]["decisions"])
    # Of another source the wall is one page: nobody knows yet.
    assert "copy" in {row[1] for row in ends[0]["decisions"]}


@pytest.mark.parametrize(
    "pages",
    [
        [Shown(path=f"{part}/ferry-late-for-fog", listed=LISTED[0], text=story(3)) for part in ("news", "lake", "print")],
        [Shown(path=f"{part}/ferry-late-for-fog", text=story(3)) for part in ("news", "lake", "print")],
        [Shown(path=f"n/{number}", listed=title, text=OF_ALL) for number, title in enumerate(LISTED)],
        [Shown(path=f"n/{number}", text=story(3)) for number in range(4)],
        walls()[:2],
    ],
    ids=["sections", "no_listing", "headlines_of_its_words", "numbers_for_addresses", "two_alone"],
)  # fmt: skip
def test_one_article_at_several_addresses_stays_one(tmp_path: Path, pages: list[Shown]) -> None:
    room = Room(tmp_path / "n.db", pages)
    room.read(range(1, len(pages) + 1))
    assert [verdict for verdict, _ in room.verdicts().values()] == ["new", *["copy"] * (len(pages) - 1)]


@pytest.mark.parametrize(
    ("text", "listed", "is_one"),
    [
        ("您好，灯塔正在清点，请各位稍安勿躁，稍后再来看看。", ["新建三座便民桥", "橘子下树果酱厂投产", "老磨坊又转起来了"], True),
        ("我市新建三座便民桥，今日通车。", ["新建三座便民桥", "三座便民桥今日通车", "便民桥通车仪式"], False),
        ("Subscribe to go on, dear reader.", ["Harbour fee rises", "Mayor earns too much", "Choir wins prize"], True),
        ("Watch the video above.", ["Video", "Video", "Video"], False),
    ],
)  # fmt: skip
def test_what_was_promised(text: str, listed: list[str], is_one: bool) -> None:
    promises = [Promise(title, f"http://a.example/{number}", "House") for number, title in enumerate(listed)]
    assert is_repeated_notice(text, promises) is is_one


def test_words_of_the_address_and_the_title_promise_as_well() -> None:
    slugs = ["harbour-fee-rises", "mayor-earns-much", "choir-wins-prize"]
    assert is_repeated_notice(WALL, [Promise(None, f"http://a.example/{slug}.html", "House") for slug in slugs])
    titles = ["Harbour fee rises", "Mayor earns much", "Choir wins prize"]
    promises = [Promise(None, f"http://a.example/{number}", title) for number, title in enumerate(titles)]
    assert is_repeated_notice(WALL, promises)
    assert not is_repeated_notice(WALL, [promise._replace(title="The House") for promise in promises])


def test_a_run_counts_them_as_rejected(tmp_path: Path) -> None:
    room = Room(tmp_path / "n.db", walls())
    with write(room.conn) as conn:
        conn.execute("INSERT INTO runs (id, command, pid, started_at) VALUES (1, 'crawl', 1, '2026-11-01T00:00:00Z')")
        conn.execute("UPDATE fetches SET run_id = 1")
        conn.execute("UPDATE fetches SET page_id = id WHERE page_id IS NULL")
    room.read((1, 2, 3))
    figures = count_run(room.conn, 1, START, START + timedelta(hours=1))
    assert figures.rejected == {"repeated": 3}
    assert (figures.unread, figures.new, figures.duplicate) == (0, 0, 0)

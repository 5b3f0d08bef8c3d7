"""Settling over real rows: any order and number of runs end alike."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.connection.database import open_database, write
from db.models import Article, Moment, Precision
from db.store.crawl import facts
from db.store.dedup.near_copies import any_unsettled
from db.store.extraction.outcomes import Extractor, extractor_id
from db.store.sites.sources import add_source
from pipelines.dedup import copy_index
from pipelines.dedup.settle import reset_settling, settle
from pipelines.extraction.fingerprint import fingerprint
from tests.pipelines.dedup.stories import SETTLED, attributed, bulletin, edited, sequel, story, trimmed
from tests.support.articles import insert_indexed_article

START = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Printed:
    """An article page of the test: where, what, published how many days before the start, at which outlet, crediting whom.

    `twin` is one of several addresses on the host that give the same bytes for the same text.
    """

    address: str
    text: str
    twin: int | None = None
    day: int = 0
    outlet: str | None = None
    credited: str | None = None


class Room:
    """A database whose pages are fetched a minute apart and read when the test says so."""

    def __init__(self, path: Path, pages: list[Printed]) -> None:
        self.pages = pages
        self.conn: sqlite3.Connection = open_database(path, create=True).conn
        with write(self.conn) as conn:
            add_source(conn, name="s", url="http://s.example/", settings={}, at=START)
            self.maker = extractor_id(conn, Extractor(code="t", rules="t", trafilatura="t"))
            for n, page in enumerate(pages):
                body = (str(n) if page.twin is None else page.text).encode()
                at = START + timedelta(minutes=n)
                fetch = facts.Fetch(what="article", url=self.url(page), started_at=at, status=200)
                received = facts.ReceivedPage(
                    fetch=fetch,
                    source_id=1,
                    headers={},
                    content_type="text/html",
                    body=facts.pack_body(body),
                )
                assert facts.insert_page(conn, received) == n + 1

    @staticmethod
    def url(page: Printed) -> str:
        return f"http://{page.address}.example/a" + (f"?copy={page.twin}" if page.twin else "")

    def read(self, *page_ids: int) -> None:
        """Make articles of these pages, and settle them."""
        with write(self.conn) as conn:
            for page_id in page_ids:
                page = self.pages[page_id - 1]
                article = Article(
                    url=None,
                    title="t",
                    text=page.text,
                    published=Moment(at=START - timedelta(days=page.day), precision=Precision.DAY),
                    source=page.outlet,
                    original_source=page.credited,
                )
                url = self.url(page)
                insert_indexed_article(conn, page_id, url, article, fingerprint(article, url), self.maker)
            settle(conn, page_ids)

    def forget(self, *page_ids: int) -> None:
        """Drop what was made of these pages, as an extraction that rejects them does."""
        with write(self.conn) as conn:
            conn.executemany("DELETE FROM outcomes WHERE page_id = ?", [(page_id,) for page_id in page_ids])
            settle(conn)

    def settle_all(self) -> None:
        with write(self.conn) as conn:
            reset_settling(conn)
        while any_unsettled(self.conn):
            with write(self.conn) as conn:
                settle(conn, limit=7)

    def derived(self) -> dict[str, list[tuple[object, ...]]]:
        return {table: self.conn.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in SETTLED}

    def verdicts(self) -> dict[int, tuple[str, int]]:
        """Verdict and original of each page."""
        return {
            page_id: (verdict, original_id)
            for page_id, verdict, original_id in self.conn.execute(
                "SELECT page_id, verdict, original_id FROM decisions"
            )
        }

    def close(self) -> None:
        self.conn.close()


def newspapers(seed: int, count: int) -> list[Printed]:
    """Stories, their reprints of every kind, sequels and forms, at few addresses, so that many are revisions of each other."""
    chance, other = random.Random(seed), random.Random(seed)
    originals = [story(chance.randint(1, 9), 4) for _ in range(4)]
    pages = []
    for n in range(count):
        text = chance.choice(originals)
        again = [
            text,
            edited(text, n),
            trimmed(text),
            attributed(text),
            sequel(text, n),
            bulletin(n % 12),
            "Watch the video",
        ]
        address = f"site{chance.randint(1, count)}"
        twin = other.choice([None, 1, 2])
        pages.append(Printed(address=address, text=chance.choice(again), day=chance.randint(0, 4), twin=twin))
    # Three addresses of one host, two of which are corrected.
    for twin, version in ((1, 0), (2, 0), (1, 1), (2, 1), (0, 0)):
        pages[3 * twin + 2 * version] = Printed(address="twins", text=originals[version], twin=twin)
    return pages


@pytest.mark.parametrize("bearers", [2, 64])
@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_coming_and_going_equals_all_at_once(
    tmp_path: Path, seed: int, bearers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of every derived table. With few bearers, every text that comes displaces others."""
    monkeypatch.setattr(copy_index, "MAX_TEXTS_PER_MARK", bearers)
    pages = newspapers(seed, 50)
    room = Room(tmp_path / "s.db", pages)
    room.read(*range(1, 51))
    expected = room.derived()
    assert len(expected["decisions"]) == 50
    assert {verdict for verdict, _ in room.verdicts().values()} >= {"new", "revision", "same", "copy"}
    assert expected["likenesses"]
    assert not expected["unsettled"]
    room.settle_all()
    assert room.derived() == expected

    chance = random.Random(seed)
    room.forget(*range(1, 51))
    assert not any(room.derived().values())
    for step in (1, 2):
        order = chance.sample(range(1, 51), 50)
        while order:
            room.read(*[order.pop() for _ in range(min(len(order), chance.randint(1, 7)))])
            if step == 1 and chance.random() < 0.5:
                room.forget(*chance.sample(range(1, 51), 5))
    room.forget(1, 2, 3)
    room.read(2, 3)
    room.read(1)
    assert room.derived() == expected
    room.close()


def test_a_page_that_goes_leaves_no_trace(tmp_path: Path) -> None:
    pages = newspapers(7, 20)
    room = Room(tmp_path / "s.db", pages)
    room.read(*range(1, 20))
    expected = room.derived()
    room.read(20)
    room.forget(20)
    assert room.derived() == expected
    room.close()


def test_a_settling_that_is_cut_off_leaves_everything_to_the_next(tmp_path: Path) -> None:
    pages = newspapers(3, 20)
    room = Room(tmp_path / "s.db", pages)
    room.read(*range(1, 21))
    expected = room.derived()
    room.forget(*range(1, 21))

    class Cut(Exception):
        pass

    def settle_half() -> None:
        with write(room.conn) as conn:
            settle(conn)
            raise Cut

    room.read(*range(1, 6))
    with write(room.conn) as conn:
        conn.execute("DELETE FROM outcomes WHERE page_id = 3")
    with pytest.raises(Cut):
        settle_half()
    assert room.derived()["unsettled"]
    room.read(3, *range(6, 21))
    assert room.derived() == expected
    room.close()


def test_an_older_copy_that_arrives_late_becomes_the_original(tmp_path: Path) -> None:
    text = story(1)
    pages = [Printed(address="a", text=text, day=1), Printed(address="b", text=edited(text, 1), day=2)]
    room = Room(tmp_path / "s.db", pages)
    room.read(1)
    assert room.verdicts() == {1: ("new", 1)}
    room.read(2)
    assert room.verdicts() == {1: ("copy", 2), 2: ("new", 2)}
    room.forget(2)
    assert room.verdicts() == {1: ("new", 1)}
    room.close()


def test_the_outlet_that_others_credit_is_the_original_although_it_came_later(tmp_path: Path) -> None:
    text = story(1)
    pages = [
        Printed(address="a", text=attributed(text), day=2, credited="Evening Tidings", outlet="City Mirror"),
        Printed(address="b", text=text, day=1, outlet="Evening  Tidings"),
        Printed(address="c", text=trimmed(text, 0.7), day=3, outlet="Daily Echo"),
    ]
    room = Room(tmp_path / "s.db", pages)
    room.read(1, 2, 3)
    assert room.verdicts() == {1: ("copy", 2), 2: ("new", 2), 3: ("copy", 2)}
    room.close()


def test_two_that_only_a_third_joins_part_when_it_goes(tmp_path: Path) -> None:
    text = story(1, 10)
    whole = Printed(address="w", text=text, day=3)
    # Both are cut and changed so much that neither is found by the other.
    start, rest = trimmed(text, 0.5), "\n".join(text.split("\n")[5:])
    room = Room(tmp_path / "s.db", [whole, Printed(address="x", text=start), Printed(address="y", text=rest)])
    room.read(1, 2, 3)
    assert room.verdicts() == {1: ("new", 1), 2: ("copy", 1), 3: ("copy", 1)}
    room.forget(1)
    assert room.verdicts() == {2: ("new", 2), 3: ("new", 3)}
    room.close()


def test_a_revision_is_changed_text_and_no_moved_counter(tmp_path: Path) -> None:
    text = story(1)
    texts = [f"{text}\n{views} views" for views in (12, 15)] + [
        f"{text}\n15 views\nAdvertisement",
        story(1) + " Corrected.",
    ]
    room = Room(tmp_path / "s.db", [Printed(address="a", text=each) for each in texts])
    room.read(4, 2)
    room.read(3, 1)
    assert [verdict for verdict, _ in room.verdicts().values()] == ["new", "same", "same", "revision"]
    room.close()


def test_forms_and_sequels_are_new(tmp_path: Path) -> None:
    text = story(1)
    texts = [text, sequel(text, 1), sequel(text, 2), *[bulletin(n) for n in range(30)]]
    room = Room(tmp_path / "s.db", [Printed(address=f"a{n}", text=each) for n, each in enumerate(texts)])
    room.read(*range(1, len(texts) + 1))
    assert {verdict for verdict, _ in room.verdicts().values()} == {"new"}
    room.close()

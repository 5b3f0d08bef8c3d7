"""Articles at several addresses that a link led to one after the other: any order of coming and going ends alike."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from db.connection.database import open_database, write
from db.models import Link, LinkKind
from db.store.crawl import facts
from db.store.extraction.outcomes import Extractor, extractor_id
from db.store.sites.sources import add_source
from pipelines.dedup import moves
from pipelines.urls import link_key
from tests.pipelines.dedup.stories import edited, story
from tests.pipelines.dedup.test_settle import START, Printed, Room

HOST = "http://s.example"


@dataclass(frozen=True, kw_only=True)
class Led(Printed):
    """A page that a link led to; `address` is the path at which it was found. Where it is that of the link, nothing redirected."""

    link: str


def led(link: str, address: str, text: str, day: int = 0) -> Led:
    return Led(link=link, address=address, text=text, day=day)


class LinkedRoom(Room):
    """A room whose pages were found by links, one a minute."""

    def __init__(self, path: Path, pages: list[Led]) -> None:
        self.pages = [*pages]
        self.conn = open_database(path, create=True).conn
        with write(self.conn) as conn:
            add_source(conn, name="s", url=f"{HOST}/", settings={}, at=START)
            self.maker = extractor_id(conn, Extractor(code="t", rules="t", trafilatura="t"))
            names = sorted({page.link for page in pages})
            urls = [f"{HOST}/{name}" for name in names]
            links = [Link(url=url, key=link_key(url), kind=LinkKind.FRONT_PAGE) for url in urls]
            facts.insert_links(conn, 1, links, START, None)
            for n, page in enumerate(pages):
                at = START + timedelta(minutes=n)
                link_id = 1 + names.index(page.link)
                final = self.url(page) if page.address != page.link else None
                fetch = facts.Fetch(
                    what="article",
                    url=f"{HOST}/{page.link}",
                    final_url=final,
                    started_at=at,
                    status=200,
                    link_id=link_id,
                )
                body = facts.pack_body(str(n).encode())
                received = facts.ReceivedPage(fetch=fetch, source_id=1, headers={}, content_type="text/html", body=body)
                assert facts.insert_page(conn, received) == n + 1

    @staticmethod
    def url(page: Printed) -> str:
        return f"{HOST}/{page.address}"

    def articles(self) -> list[list[int]]:
        """The pages of each article."""
        rows = self.conn.execute("SELECT article_id, page_id FROM decisions ORDER BY page_id").fetchall()
        return [[page for one, page in rows if one == article] for article in dict.fromkeys(one for one, _ in rows)]


def test_a_new_slug_and_a_newer_one_are_one_article(tmp_path: Path) -> None:
    first, second, third = story(1), edited(story(1), 1), edited(story(1), 2)
    # The last address is known by the listing's link to the second alone.
    pages = [
        led("a", "a", first),
        led("a", "b", second),
        led("b", "b", second),
        led("b", "c", third),
        led("c", "c", third),
    ]
    room = LinkedRoom(tmp_path / "s.db", pages)
    room.read(*range(1, 6))
    assert room.articles() == [[1, 2, 3, 4, 5]]
    room.forget(2)  # nothing joins the first to the others now
    assert room.articles() == [[1], [3, 4, 5]]
    room.close()


def test_the_first_page_goes_and_the_article_begins_at_its_second_address(tmp_path: Path) -> None:
    room = LinkedRoom(tmp_path / "s.db", [led("a", "a", story(1)), led("a", "b", edited(story(1), 1))])
    room.read(1, 2)
    assert room.articles() == [[1, 2]]
    room.forget(1)
    assert room.articles() == [[2]]
    room.close()


@pytest.mark.parametrize(("day", "articles"), [(0, [[1, 2]]), (-1, [[1], [2]])])
def test_a_link_that_never_showed_an_article_is_believed_if_the_time_is_the_same(
    tmp_path: Path, day: int, articles: list[list[int]]
) -> None:
    room = LinkedRoom(tmp_path / "s.db", [led("go", "a", story(1)), led("go", "b", edited(story(1), 1), day)])
    room.read(1, 2)
    assert room.articles() == articles
    room.close()


def test_the_next_edition_and_another_article_are_articles_of_their_own(tmp_path: Path) -> None:
    same = " ".join(f"weather{n}" for n in range(40))
    forms = ["\n".join(f"{same} {day}{line}" for line in range(6)) for day in range(2)]
    pages = [led("w", "w", forms[0]), led("w", "x", forms[1], -1), led("o", "o", story(1)), led("o", "p", story(2))]
    room = LinkedRoom(tmp_path / "s.db", pages)
    room.read(1, 2, 3, 4)
    assert room.articles() == [[1], [2], [3], [4]]
    room.close()


def test_where_too_many_links_lead_to_no_article_has_moved(tmp_path: Path) -> None:
    text = story(1)
    several = [f"report-{n}" for n in range(moves.MOST_MOVES + 1)]
    pages = [led(name, name, edited(text, n)) for n, name in enumerate(several)]
    pages += [led(name, "moved", text) for name in several]
    room = LinkedRoom(tmp_path / "s.db", pages)
    room.read(*range(1, len(pages)))
    assert len(room.articles()) == 2  # the last link has not led there yet
    room.read(len(pages))
    assert len(room.articles()) == len(several) + 1
    room.forget(len(pages))
    assert len(room.articles()) == 2
    room.close()


@pytest.mark.parametrize(("seed", "most"), [(0, 1), (1, 2), (2, 3), (3, moves.MOST_MOVES)])
def test_any_order_of_coming_and_going_equals_all_at_once(
    tmp_path: Path, seed: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moves, "MOST_MOVES", most)
    chance = random.Random(seed)
    places, count = "abcdefghijklmnop", 30
    pages = [
        led(
            chance.choice(places),
            chance.choice(places),
            edited(story(chance.randint(1, 5)), chance.randint(1, 3)),
            chance.choice((0, 0, 0, 3)),
        )
        for _ in range(count)
    ]
    room = LinkedRoom(tmp_path / "s.db", pages)
    room.read(*range(1, count + 1))
    expected = room.derived()
    # Where one or two links are many, articles part as soon as they are joined.
    assert most < 3 or any(len({pages[page - 1].address for page in article}) > 1 for article in room.articles())
    room.settle_all()
    assert room.derived() == expected
    for _ in range(3):
        room.forget(*chance.sample(range(1, count + 1), count // 2))
        for page in chance.sample(range(1, count + 1), 10):
            room.read(page)
            room.forget(*chance.sample(range(1, count + 1), 2))
        room.read(*range(1, count + 1))
        assert room.derived() == expected
    room.close()

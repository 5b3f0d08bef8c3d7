"""What pages say of their own address: it joins pages of one source and site, never more, in any order of arrival."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.connection.database import open_database, write
from db.models import Article
from db.queries.articles import find_page_at
from db.store.crawl import facts
from db.store.dedup.near_copies import any_unsettled
from db.store.extraction.outcomes import Extractor, Fingerprint, extractor_id
from db.store.sites.sources import add_source
from pipelines.dedup.address_claims import MIN_DIFFERENT_TEXTS
from pipelines.dedup.settle import reset_settling, settle
from pipelines.extraction.fingerprint import fingerprint
from pipelines.urls import link_key
from tests.pipelines.dedup.stories import SETTLED, edited, story
from tests.support.articles import insert_indexed_article

START = datetime(2026, 11, 1, tzinfo=UTC)
FRONT = "http://news.example/latest"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A page of the test. `by_older_code`: its claim was taken as its address, whatever it claims."""

    url: str
    text: str
    claim: str | None = None
    source: int = 1
    by_older_code: bool = False
    asked: str | None = None


@contextmanager
def room(path: Path, pages: Sequence[Seen]) -> Iterator[sqlite3.Connection]:
    """A database with these pages, fetched a minute apart, none of them read."""
    conn = open_database(path, create=True).conn
    with write(conn):
        for source in sorted({page.source for page in pages}):
            add_source(conn, name=f"s{source}", url=f"http://s{source}.example/", settings={}, at=START)
        extractor_id(conn, Extractor(code="t", rules="t", trafilatura="t"))
        for n, page in enumerate(pages):
            fetch = facts.Fetch(
                what="article", url=page.asked or page.url, final_url=page.url, started_at=START + timedelta(minutes=n)
            )
            body = facts.pack_body(str(n).encode())
            received = facts.ReceivedPage(
                fetch=replace(fetch, status=200), source_id=page.source, headers={}, content_type="text/html", body=body
            )
            assert facts.insert_page(conn, received) == n + 1
    yield conn
    conn.close()


def read(conn: sqlite3.Connection, pages: Sequence[Seen], order: Iterable[int]) -> None:
    """Make articles of the pages, one after the other, and settle each."""
    for page_id in order:
        page = pages[page_id - 1]
        article = Article(url=page.url, title="t", text=page.text, canonical_url=page.claim)
        prints = fingerprint(article, page.url)
        if page.by_older_code:
            prints = Fingerprint(address_key=link_key(page.claim or page.url), text_hash=prints.text_hash)
        with write(conn):
            insert_indexed_article(conn, page_id, page.url, article, prints, 1)
            settle(conn, [page_id])


def settle_all(conn: sqlite3.Connection, limit: int = 3) -> None:
    with write(conn):
        reset_settling(conn)
    while any_unsettled(conn):
        with write(conn):
            settle(conn, limit=limit)


def derived(conn: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {table: conn.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in SETTLED}


def decided(conn: sqlite3.Connection) -> list[tuple[str, int, int]]:
    return conn.execute("SELECT verdict, article_id, revision FROM decisions ORDER BY page_id").fetchall()


def outcome(path: Path, pages: Sequence[Seen], order: Iterable[int] | None = None) -> list[tuple[str, int, int]]:
    """Verdict, article and revision of each page."""
    with room(path, pages) as conn:
        read(conn, pages, order or range(1, len(pages) + 1))
        return decided(conn)


ALONE = [("new", 1, 1), ("new", 2, 1)]


@pytest.mark.parametrize(
    ("victim", "evil"),
    [
        ("http://victim.substack.com/p/a1", "http://evil.substack.com/p/x"),
        ("http://victim.blogspot.com/2026/11/a1.html", "http://evil.blogspot.com/2026/11/x.html"),
        ("http://victim.github.io/a1", "http://evil.github.io/x"),
        ("http://victim.github.io/a1", "http://github.io/x"),
        ("http://okul.k12.tr/a1", "http://evil.k12.tr/x"),
        ("http://okul.k12.tr/a1", "http://okul.amp.k12.tr/x"),
        ("http://paper.example/a1", "http://evil.example/x"),
        ("http://127.0.0.1:8001/a1", "http://127.0.0.1:8002/x"),
        ("http://localhost:8001/a1", "http://localhost:8002/x"),
        ("http://127.0.0.1/a1", "http://0.0.0.1/x"),
        ("http://[::1]:8001/a1", "http://[::2]:8001/x"),
        ("http://intranet/a1", "http://evil/x"),
        ("http://xn--fsqu00a.jp/a1", "http://xn--0zwm56d.jp/x"),
    ],
)
@pytest.mark.parametrize("by_older_code", [False, True])
def test_a_claim_ends_at_the_registrable_domain(tmp_path: Path, victim: str, evil: str, *, by_older_code: bool) -> None:
    """In one source, as where a feed lists both; also where an older version has joined them already."""
    pages = [
        Seen(url=victim, text=story(1, 4)),
        Seen(url=evil, text=story(2, 4), claim=victim, by_older_code=by_older_code),
    ]
    assert outcome(tmp_path / "a.db", pages) == ALONE
    assert outcome(tmp_path / "b.db", pages, [2, 1]) == ALONE


@pytest.mark.parametrize(
    "claim",
    ["http://paper.example/a1", "http://paper.example/a1?utm_source=x", "https://www.paper.example/a1/amp", None],
)
def test_no_claim_and_no_redirect_crosses_two_sources(tmp_path: Path, claim: str | None) -> None:
    url = "http://m.paper.example/other" if claim else "http://paper.example/a1"
    pages = [
        Seen(url="http://paper.example/a1", text=story(1, 4)),
        Seen(url=url, text=story(2, 4), claim=claim, source=2, asked="http://evil.example/go"),
        Seen(url=url, text=story(3, 4), claim=claim, source=2, asked="http://evil.example/go"),
    ]
    assert outcome(tmp_path / "a.db", pages) == [("new", 1, 1), ("new", 2, 1), ("revision", 2, 2)]


def test_a_copy_is_a_copy_across_sources_whatever_it_claims(tmp_path: Path) -> None:
    text = story(1, 4)
    pages = [
        Seen(url="http://victim.blogspot.com/a1", text=text),
        Seen(url="http://evil.blogspot.com/x", text=text, claim="http://victim.blogspot.com/a1", source=2),
    ]
    assert outcome(tmp_path / "a.db", pages) == [("new", 1, 1), ("copy", 2, 1)]


def test_within_a_site_a_claim_joins(tmp_path: Path) -> None:
    """By scheme, `www.`, `m.`, another host and another port of the same domain; the text may change."""
    claim, text = "https://www.paper.co.uk/a1", story(1, 4)
    places = (
        "http://paper.co.uk/sport/a1",
        "http://m.paper.co.uk/7",
        "http://live.paper.co.uk/7",
        "http://paper.co.uk:8080/7",
    )
    pages = [Seen(url=claim, text=text)] + [Seen(url=url, text=edited(text, 1), claim=claim) for url in places]
    assert [article for _, article, _ in outcome(tmp_path / "a.db", pages)] == [1] * 5


def template(stories: Sequence[int], claim: str = FRONT) -> list[Seen]:
    """Pages that all claim one address; each with a story of its own, edited at a second visit."""
    return [
        Seen(
            url=f"http://news.example/story/{n}",
            text=edited(story(number, 4), again) if again else story(number, 4),
            claim=claim,
        )
        for again in (0, 1)
        for n, number in enumerate(stories)
    ]


def test_what_many_different_pages_claim_is_worthless(tmp_path: Path) -> None:
    count = MIN_DIFFERENT_TEXTS
    pages = template(range(1, count + 1))
    assert outcome(tmp_path / "a.db", pages) == [
        *(("new", n, 1) for n in range(1, count + 1)),
        *(("revision", n, 2) for n in range(1, count + 1)),
    ]


def test_the_page_that_they_claim_is_one_of_them(tmp_path: Path) -> None:
    """Two stories claim a third: three different pages say that they are one."""
    pages = [Seen(url=FRONT, text=story(8, 4)), *template((1, 2))[:2]]
    assert outcome(tmp_path / "a.db", pages) == [("new", 1, 1), ("new", 2, 1), ("new", 3, 1)]


def test_many_addresses_of_one_article_are_no_mistake(tmp_path: Path) -> None:
    """Each was visited at another time of the article's life; the texts are alike all the same."""
    text = story(1, 6)
    pages = [
        Seen(url=f"http://news.example/{n}/a1", text=edited(text, n) if n else text, claim="http://news.example/a1")
        for n in range(9)
    ]
    assert {article for _, article, _ in outcome(tmp_path / "a.db", pages)} == {1}


def test_short_texts_are_different_where_they_are_not_equal(tmp_path: Path) -> None:
    pages = [Seen(url=f"http://news.example/{n}", text=f"Flash number {n}.", claim=FRONT) for n in range(1, 5)]
    assert [verdict for verdict, _, _ in outcome(tmp_path / "a.db", pages)] == ["new"] * 4


def test_the_same_claim_at_two_sources_is_counted_apart(tmp_path: Path) -> None:
    pages = [*template((1, 2))[:2], *(replace(page, source=2) for page in template((3, 4))[:2])]
    assert outcome(tmp_path / "a.db", pages) == [("new", 1, 1), ("revision", 1, 2), ("new", 3, 1), ("revision", 3, 2)]


def muddle(seed: int) -> list[Seen]:
    """Stories, twins, chains of claims, template mistakes, foreign claims, of three sources and two sites of one platform."""
    chance = random.Random(seed)
    texts = [story(n, 4) for n in range(1, 7)] + ["Flash one.", "Flash two."]
    hosts = ("news.example", "m.news.example", "one.substack.com", "two.substack.com")
    paths = ("/latest", "/a", "/b", "/c", "/d", "/e")
    pages = []
    for n in range(40):
        text = chance.choice(texts)
        claim = f"http://{chance.choice(hosts)}{chance.choice(paths[:3])}" if chance.random() < 0.6 else None
        pages.append(
            Seen(
                url=f"http://{chance.choice(hosts)}{chance.choice(paths)}",
                text=edited(text, n) if chance.random() < 0.3 and len(text) > 60 else text,
                claim=claim,
                source=chance.randint(1, 3),
                by_older_code=chance.random() < 0.3,
            )
        )
    return pages


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_coming_and_going_ends_alike(tmp_path: Path, seed: int) -> None:
    pages = muddle(seed)
    order = list(range(1, len(pages) + 1))
    with room(tmp_path / "forwards.db", pages) as conn:
        read(conn, pages, order)
        expected = derived(conn)
        assert not expected["unsettled"]
        assert {believed for *_, believed in expected["claims"]} == {0, 1}
        settle_all(conn)
        assert derived(conn) == expected
    shuffled = random.Random(seed).sample(order, len(order))
    for name, some in (("backwards", order[::-1]), ("shuffled", shuffled)):
        with room(tmp_path / f"{name}.db", pages) as conn:
            read(conn, pages, some)
            assert derived(conn) == expected
            gone = shuffled[:15]
            with write(conn):
                conn.executemany("DELETE FROM outcomes WHERE page_id = ?", [(page_id,) for page_id in gone])
                settle(conn)
            without = derived(conn)
            settle_all(conn, limit=500)
            assert derived(conn) == without
            read(conn, pages, gone)
            assert derived(conn) == expected


def test_what_an_older_version_joined_is_parted_by_settling_all(tmp_path: Path) -> None:
    """As its database holds it: no claims, and decisions that make the other's page a revision."""
    victim = "http://victim.substack.com/p/a1"
    pages = [
        Seen(url=victim, text=story(1, 4)),
        Seen(url="http://evil.substack.com/p/x", text=story(2, 4), claim=victim, source=2, by_older_code=True),
        *template((3, 4, 5))[:3],
    ]
    with room(tmp_path / "a.db", pages) as conn:
        read(conn, pages, range(1, 6))
        with write(conn):
            conn.execute("DELETE FROM claims")
            conn.execute(
                "UPDATE decisions SET verdict = 'revision', article_id = 1, original_id = 1, revision = 2 WHERE page_id = 2"
            )
        settle_all(conn)
        assert decided(conn) == [("new", n, 1) for n in range(1, 6)]


def test_an_address_shows_the_page_that_was_found_there(tmp_path: Path) -> None:
    victim = "http://victim.substack.com/p/a1"
    pages = [
        Seen(url=victim, text=story(1, 4)),
        Seen(url="http://evil.substack.com/p/x", text=story(2, 4), claim=victim, by_older_code=True),
        *template((3, 4, 5))[:3],
    ]
    with room(tmp_path / "a.db", pages) as conn:
        read(conn, pages, range(1, 6))
        assert find_page_at(conn, victim, link_key(victim)) == 1
        assert find_page_at(conn, FRONT, link_key(FRONT)) is None

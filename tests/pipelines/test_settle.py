"""Settling over real rows: any order and number of runs end alike."""

from __future__ import annotations

import random
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db import facts
from db.connect import open_database, write
from db.derived import Extractor, Fingerprint, extractor_id, put_article
from db.nouns import Article, Moment, Precision
from db.sources import add_source
from pipelines.settle import settle, settle_all

START = datetime(2026, 11, 1, tzinfo=UTC)


def build(path: Path, pages: list[tuple[str, str, int]]) -> sqlite3.Connection:
    """A database of article pages: (address, text, published on day n) each, fetched a minute apart."""
    db = open_database(path, create=True)
    with write(db.conn) as conn:
        add_source(conn, name="s", url="http://s.example/", settings={}, at=START)
        maker = extractor_id(conn, Extractor(code="t", rules="t", trafilatura="t"))
        for n, (address, text, day) in enumerate(pages):
            body = f"{n}".encode()
            fetch = facts.Fetch(
                what="article", url=f"http://{address}/", started_at=START + timedelta(minutes=n), status=200
            )
            page = facts.Received(
                fetch=fetch,
                source_id=1,
                headers={},
                content_type="text/html",
                body=facts.packed_body(body),
            )
            page_id = facts.put_page(conn, page)
            assert page_id == n + 1
            article = Article(
                url=fetch.url,
                title=text,
                text=text * 100,
                published=Moment(at=START - timedelta(days=day), precision=Precision.DAY),
            )
            prints = Fingerprint(address_key=address, text_hash=text.encode())
            put_article(conn, page_id, fetch.url, article, prints, maker)
    return db.conn


def decisions(conn: sqlite3.Connection) -> list[tuple[object, ...]]:
    return conn.execute("SELECT * FROM decisions ORDER BY page_id").fetchall()


@pytest.mark.parametrize("seed", range(5))
def test_one_by_one_in_any_order_equals_all_at_once(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    pages = [(chance.choice("abcdefgh"), chance.choice("uvwxyz"), chance.randint(0, 5)) for _ in range(60)]
    conn = build(tmp_path / "s.db", pages)
    with write(conn):
        settle_all(conn)
    expected = decisions(conn)
    assert len(expected) == 60
    with write(conn):
        settle_all(conn)
    assert decisions(conn) == expected

    order = list(range(1, 61))
    chance.shuffle(order)
    with write(conn):
        conn.execute("DELETE FROM decisions")
        while order:
            batch = [order.pop() for _ in range(min(len(order), chance.randint(1, 7)))]
            settle(conn, batch)
    assert decisions(conn) == expected
    conn.close()


def test_an_older_copy_that_arrives_late_becomes_the_original(tmp_path: Path) -> None:
    conn = build(tmp_path / "s.db", [("a", "x", 1)])
    with write(conn):
        settle(conn, [1])
    assert decisions(conn) == [(1, "new", 1, 1, 1)]
    conn.close()
    (tmp_path / "s.db").unlink()
    conn = build(tmp_path / "s.db", [("a", "x", 1), ("b", "x", 2)])
    with write(conn):
        settle(conn, [1])
        settle(conn, [2])
    assert decisions(conn) == [(1, "copy", 1, 2, 1), (2, "new", 2, 2, 1)]
    conn.close()

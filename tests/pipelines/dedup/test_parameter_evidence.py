"""What a parameter is worth follows from the set of pages, whatever the order in which they came."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from db.connection.database import write
from db.store.extraction.outcomes import delete_outcome
from pipelines.dedup.settle import settle
from pipelines.url_parameters import Parameters, keys_without_each
from tests.pipelines.dedup.stories import edited, story
from tests.pipelines.dedup.test_address_claims import Seen, decided, derived, read, room, settle_all

SITE = "http://news.example"


def verdicts(path: Path, pages: list[Seen]) -> dict[str, str]:
    with room(path, pages) as conn:
        read(conn, pages, range(1, len(pages) + 1))
        return dict(conn.execute("SELECT parameter, verdict FROM address_parameters"))


def seen(path: str, number: int, *, claim: str | None = None) -> Seen:
    return Seen(url=SITE + path, text=story(number), claim=SITE + claim if claim else None)


def sessions(*, articles: int, claim: str | None = None) -> list[Seen]:
    return [
        seen(f"/{n}?sid={visit}{n}", n, claim=claim and claim.format(n)) for visit in (1, 2) for n in range(articles)
    ]


@pytest.mark.parametrize(
    ("pages", "verdict"),
    [
        (sessions(articles=2), "open"),
        (sessions(articles=3), "ignored"),
        (sessions(articles=3, claim="/{}"), "ignored"),
        # With and without it.
        ([seen(f"/{n}{query}", n) for query in ("", "?sid=1") for n in range(3)], "ignored"),
        # One article, or one notice, at many addresses says nothing of the site.
        ([seen(f"/{n}?sid={visit}", 1) for visit in (1, 2) for n in range(9)], "open"),
        ([seen(f"/show?sid={n}", n) for n in range(2)], "open"),
        ([seen(f"/show?sid={n}", n) for n in range(3)], "kept"),
        # Three articles that do not need it and three that do.
        ([*sessions(articles=3), *(seen(f"/show?sid={n}", 10 + n) for n in range(3))], "kept"),
        # An article that was edited between the visits is no other.
        (
            [Seen(url=f"{SITE}/show?sid={n}", text=edited(story(1), n, 0.03) if n else story(1)) for n in range(4)],
            "open",
        ),
    ],
)
def test_verdicts(tmp_path: Path, pages: list[Seen], verdict: str) -> None:
    assert verdicts(tmp_path / "news.db", pages)["sid"] == verdict


def test_a_page_that_changes_over_the_days_is_no_evidence(tmp_path: Path) -> None:
    quick = [seen(f"/{n}", 99) for n in range(60)]
    pages = [page for n in range(4) for page in (seen(f"/weather?sid={n}", n), *quick)]
    assert verdicts(tmp_path / "news.db", pages)["sid"] == "open"


def test_sources_and_hosts_are_judged_apart(tmp_path: Path) -> None:
    pages = [
        *sessions(articles=3),
        *(Seen(url=f"http://other.example/show?sid={n}", text=story(20 + n)) for n in range(3)),
        *(Seen(url=f"{SITE}/{n}?sid=9", text=story(n), source=2) for n in range(3)),
    ]
    with room(tmp_path / "news.db", pages) as conn:
        read(conn, pages, range(1, len(pages) + 1))
        rows = conn.execute("SELECT source_id, host, verdict FROM address_parameters").fetchall()
        assert rows == [(1, "news.example", "ignored"), (1, "other.example", "kept")]
        assert [verdict for verdict, _, _ in decided(conn)] == ["new"] * 3 + ["same"] * 3 + ["new"] * 3 + ["copy"] * 3


@pytest.mark.parametrize("seed", range(6))
def test_any_order_ends_alike(tmp_path: Path, seed: int) -> None:
    """Pages come, go, and come again, in steps of any size."""
    chance = random.Random(seed)
    forms = (
        "/{n}?sid={v}",
        "/{n}?sid={v}&_={w}&ts={v}",
        "/show?source={n}&_={w}&ts={v}",
        "/show?source={n}",
        "/{n}",
        "/{n}?zz={v}",
    )
    pages = []
    for _ in range(60):
        n = chance.randrange(6)
        path = chance.choice(forms).format(n=n, v=chance.randrange(4), w=chance.randrange(4))
        text = story(n) if chance.random() < 0.9 else edited(story(n), chance.randrange(3), 0.04)
        claim = f"{SITE}/{n}" if chance.random() < 0.1 else None
        pages.append(Seen(url=SITE + path, text=text, claim=claim, source=chance.randrange(1, 3)))
    order = list(range(1, len(pages) + 1))
    with room(tmp_path / "news.db", pages) as conn:
        read(conn, pages, order)
        first = derived(conn)
        assert {verdict for (verdict,) in conn.execute("SELECT verdict FROM address_parameters")} >= {"ignored"}
        assert first["folded_pages"]
        gone = chance.sample(order, 25)
        for page_id in gone:
            with write(conn):
                delete_outcome(conn, page_id)
                if chance.random() < 0.5:
                    settle(conn)
        chance.shuffle(gone)
        read(conn, pages, gone)
        assert derived(conn) == first
        settle_all(conn, limit=chance.randrange(1, 9))
        assert derived(conn) == first


def test_parts_of_a_key() -> None:
    assert keys_without_each("news.example/a") == []
    assert keys_without_each("news.example/a?48213") == []
    assert keys_without_each("news.example/a?_=1&id=2&ts=3") == [
        ("_", "news.example/a?id=2&ts=3"),
        ("id", "news.example/a?_=1&ts=3"),
        ("ts", "news.example/a?_=1&id=2"),
        ("_&ts", "news.example/a?id=2"),
    ]


def test_what_is_said_beats_what_was_seen() -> None:
    known = Parameters(
        seen={"m.news.example:8080": {"a": "ignored", "b": "kept"}},
        said={"news.example": {"a": "kept", "b": "ignored"}},
    )
    key = "m.news.example:8080/x?a=1&b=2&source=3"
    assert known.address(key) == "m.news.example:8080/x?a=1&source=3"
    assert known.bare(key) == "m.news.example:8080/x?a=1"

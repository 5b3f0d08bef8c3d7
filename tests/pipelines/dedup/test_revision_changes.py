"""The rows of what revisions changed: kept by settling, rebuilt alike, whatever the order; and an old database is filled."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from db.connection.database import open_database, write
from db.models import Article, Moment, Precision
from db.proportions import wilson_interval
from db.queries.articles import current_page
from db.queries.corrections import CorrectionFilter, corrections, corrections_by_source
from db.store.crawl import facts
from db.store.dedup.near_copies import any_unsettled
from db.store.extraction.outcomes import Extractor, extractor_id
from db.store.sites.sources import add_source
from pipelines.dedup.settle import reset_settling, settle
from pipelines.extraction.fingerprint import fingerprint
from tests.support.articles import insert_indexed_article

START = datetime(2026, 11, 1, 8, tzinfo=UTC)
STATED = Moment(at=START - timedelta(hours=1), precision=Precision.MINUTE)
URL = "https://paper.example/a"
TEXTS = (
    ("The fire", "The fire killed 12 people in the old harbour, police said on Sunday evening."),
    ("The fire", "The fire killed 14 people in the old harbour, police said on Sunday evening."),
    ("Many die in fire", "The fire killed 14 people in the old harbour, police said on Sunday evening."),
    ("Many die in fire", "The fire killed 14 people in the old harbor, police said on Sunday evening."),
)


class Desk:
    """A source with one article in four states."""

    def __init__(self, path: Path) -> None:
        self.conn: sqlite3.Connection = open_database(path, create=True).conn
        with write(self.conn) as conn:
            self.maker = extractor_id(conn, Extractor(code="1", rules="r", trafilatura="t"))
            add_source(conn, name="paper.example", url="https://paper.example/", settings={}, at=START)
            for n, (title, text) in enumerate(TEXTS):
                body = f"<html><h1>{title}</h1><p>{text}</p></html>".encode()
                fetch = facts.Fetch(what="article", url=URL, started_at=START + timedelta(hours=n), status=200)
                page = facts.ReceivedPage(
                    fetch=fetch, source_id=1, headers={}, content_type="text/html", body=facts.pack_body(body)
                )
                assert facts.insert_page(conn, page) == n + 1

    def read(self, *page_ids: int) -> None:
        with write(self.conn) as conn:
            for page_id in page_ids:
                self._extract(conn, page_id, *TEXTS[page_id - 1])
        self.settle()

    def store(self, page_id: int, title: str, text: str, **values: Any) -> None:
        """A page as if it had another text, or other fields."""
        with write(self.conn) as conn:
            self._extract(conn, page_id, title, text, **values)
        self.settle()

    def _extract(self, conn: sqlite3.Connection, page_id: int, title: str, text: str, **values: Any) -> None:
        article = Article(url=None, title=title, text=text, language="en", **{"published": STATED, **values})
        insert_indexed_article(conn, page_id, URL, article, fingerprint(article, URL), self.maker)

    def settle(self) -> None:
        while any_unsettled(self.conn):
            with write(self.conn) as conn:
                settle(conn)

    def rows(self) -> list[tuple[object, ...]]:
        return self.conn.execute("SELECT * FROM revision_changes ORDER BY page_id").fetchall()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "news.db")
    yield made
    made.conn.close()


def test_rows_are_the_same_in_any_order_and_when_rebuilt(desk: Desk) -> None:
    for page_id in (3, 1, 4, 2):
        desk.read(page_id)
    rows = desk.rows()
    found = {one.page_id: one for one in corrections(desk.conn, CorrectionFilter(least=0))}
    assert {page_id: (one.previous_id, one.kinds, one.revision) for page_id, one in found.items()} == {
        2: (1, ("numbers",), 2),
        3: (2, ("headline",), 2),
        4: (3, (), 3),
    }
    assert found[4].noise == ("typo",)
    assert (found[2].since_previous, found[2].since_published, found[2].silent) == (3600, 7200, True)
    with write(desk.conn) as conn:
        reset_settling(conn)
    assert desk.rows() == []
    desk.settle()
    assert desk.rows() == rows
    with write(desk.conn) as conn:
        conn.execute("DELETE FROM outcomes")
    assert desk.rows() == []
    desk.read(1, 2, 3, 4)
    assert desk.rows() == rows


def test_a_page_that_goes_takes_its_rows_along(desk: Desk) -> None:
    desk.read(1, 2, 3, 4)
    with write(desk.conn) as conn:
        conn.execute("DELETE FROM outcomes WHERE page_id = 2")
    desk.settle()
    assert [(one.page_id, one.previous_id) for one in corrections(desk.conn, CorrectionFilter(least=0))] == [
        (3, 1),
        (4, 3),
    ]


def test_figures_by_source_are_honest_about_small_numbers(desk: Desk) -> None:
    desk.read(1, 2, 3, 4)
    (line,) = corrections_by_source(desk.conn, CorrectionFilter())
    assert (line.articles, line.corrected, line.corrections, line.silent, line.timed) == (1, 1, 2, 2, 2)
    assert line.low < 0.25
    assert wilson_interval(0, 0) == (0.0, 1.0)
    assert wilson_interval(5, 10) == pytest.approx((0.2366, 0.7634), abs=0.001)


def test_filters(desk: Desk) -> None:
    desk.read(1, 2, 3, 4)
    assert [one.page_id for one in corrections(desk.conn, CorrectionFilter(kind="headline"))] == [3]
    assert [one.page_id for one in corrections(desk.conn, CorrectionFilter(), newest=True)] == [3, 2]
    assert not corrections(desk.conn, CorrectionFilter(language="de"))
    assert not corrections(desk.conn, CorrectionFilter(since=START + timedelta(days=1)))
    assert len(corrections(desk.conn, CorrectionFilter(source_ids=(1,), silent=True))) == 2


def test_an_old_database_is_filled_when_it_is_settled(desk: Desk) -> None:
    desk.read(1, 2, 3, 4)
    rows = desk.rows()
    with write(desk.conn) as conn:
        conn.execute("DROP TABLE revision_changes")
        conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0035_corrections'")
    path = desk.conn.execute("PRAGMA database_list").fetchone()[2]
    desk.conn.close()
    desk.conn = open_database(Path(path)).conn
    assert any_unsettled(desk.conn)
    desk.settle()
    assert desk.rows() == rows


def test_an_article_has_the_headline_that_its_page_has_now(desk: Desk) -> None:
    shown = "SELECT a.page_id, a.revision, a.title, d.page_id FROM current_articles a JOIN dated_articles d"
    for page_id in (3, 1, 2):
        desk.read(page_id)
    assert desk.conn.execute(shown).fetchall() == [(3, 2, "Many die in fire", 3)]
    assert current_page(desk.conn, 1) == 3
    with write(desk.conn) as conn:
        reset_settling(conn)
    desk.settle()
    assert desk.conn.execute(shown).fetchall() == [(3, 2, "Many die in fire", 3)]
    with write(desk.conn) as conn:
        conn.execute("DELETE FROM decisions WHERE page_id = 3")
    assert desk.conn.execute(shown).fetchall() == [(2, 2, "The fire", 2)]


def test_a_later_time_alone_does_not_renew_an_article(desk: Desk) -> None:
    """Some sites state a new time of publication day by day. One that is mended lies before the article was first seen."""
    stated = {1: timedelta(days=200), 2: timedelta(hours=-1), 3: timedelta(days=2), 4: timedelta(days=3)}
    current = []
    for page_id, after in stated.items():
        desk.store(page_id, "The fire", TEXTS[0][1], published=Moment(at=START + after, precision=Precision.MINUTE))
        current += desk.conn.execute("SELECT page_id FROM current_articles").fetchone()
    assert current == [1, 2, 2, 2]


def test_a_time_that_is_stated_later_is_the_articles(desk: Desk) -> None:
    desk.store(1, "The fire", TEXTS[0][1], published=None)
    desk.store(2, "The fire", TEXTS[0][1])
    assert desk.conn.execute("SELECT page_id, published_utc FROM current_articles").fetchall() == [
        (2, "2026-11-01T07:00:00Z")
    ]
    assert corrections(desk.conn, CorrectionFilter()) == []


def test_articles_of_an_earlier_version_have_the_headline_of_now(desk: Desk) -> None:
    desk.read(1, 2, 3)
    triggers = desk.conn.execute(
        "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('decisions', 'articles', 'revision_changes')"
    ).fetchall()
    with write(desk.conn) as conn:
        conn.execute("DELETE FROM _sqlite_migrations WHERE name = 'm0051_stated_anew'")
        for name in ("article_is_stated_anew", "article_is_stated_as_before"):
            conn.execute(f"DROP TRIGGER {name}")
        conn.execute("UPDATE current_pages SET page_id = 2")
        conn.execute("UPDATE dated_articles SET page_id = 2")
    path = desk.conn.execute("PRAGMA database_list").fetchone()[2]
    desk.conn.close()
    desk.conn = open_database(Path(path)).conn
    assert desk.conn.execute("SELECT page_id FROM current_articles").fetchall() == [(3,)]
    assert desk.conn.execute("SELECT page_id FROM dated_articles").fetchall() == [(3,)]
    assert len(triggers) == len(
        desk.conn.execute(
            "SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND tbl_name IN ('decisions', 'articles', 'revision_changes')"
        ).fetchall()
    )


def test_a_text_that_is_for_subscribers_now_is_kept(desk: Desk) -> None:
    whole = f"{TEXTS[0][1]}\nThe mayor spoke of the worst night that the old harbour had ever seen."
    desk.store(1, "The fire", whole)
    desk.store(2, "The fire", f"{TEXTS[0][1][:50]}…", paywalled=True)
    desk.store(3, "Fire: our report", f"{TEXTS[0][1][:50]}…", paywalled=True)
    assert desk.conn.execute("SELECT page_id, revision, text FROM current_articles").fetchall() == [(1, 1, whole)]
    desk.store(4, "The fire", TEXTS[0][1])
    assert desk.conn.execute("SELECT page_id, revision FROM current_articles").fetchall() == [(4, 2)], "no paywall: cut"


def test_a_text_whose_letters_became_question_marks_is_damaged(desk: Desk) -> None:
    whole, title = "Spółdzielnia poinformowała, że biblioteka zostanie zamknięta w środę.", "Spór o bibliotekę"
    damaged = [text.encode("ascii", "replace").decode() for text in (title, whole)]
    desk.store(1, title, whole, authors=("Józef Łoś",))
    desk.store(2, *damaged, authors=("J?zef ?o?",))
    assert desk.conn.execute("SELECT page_id, text, title FROM current_articles").fetchall() == [(1, whole, title)]
    desk.store(3, title, whole.replace("środę", "piątek"), authors=("Józef Łoś",))
    assert desk.conn.execute("SELECT page_id, revision FROM current_articles").fetchall() == [(3, 2)]


def test_a_damaged_text_that_is_mended_is_no_correction(desk: Desk) -> None:
    whole = "今日空气质量良好，最低气温6度，市民出行请注意安全。"
    desk.store(1, "天气", "?" * 9 + "，?????6?，" + "?" * 11)
    desk.store(2, "天气", whole)
    assert desk.conn.execute("SELECT page_id FROM current_articles").fetchall() == [(2,)]
    assert corrections(desk.conn, CorrectionFilter()) == []


FERRY = (
    "The ferry to Sandholm sails again from Monday, said the harbour office, after divers had mended the broken pier."
)
LIBRARY = (
    "Readers find the doors locked since the council cut wages for two clerks, wrote the head of the town's library."
)
SPAM = "Buy cheap tablets online without prescription, delivered within three days, and win bonus credits playing roulette games."


def test_what_stood_there_for_a_day_is_no_part_of_the_article(desk: Desk) -> None:
    """A break-in, or another article's page by mistake, mended later."""
    desk.store(1, "Ferry sails again", FERRY)
    desk.store(2, "Cheap tablets", SPAM)
    assert corrections(desk.conn, CorrectionFilter()) == []
    desk.store(3, "Cheap tablets", f"{SPAM} Only today.")
    desk.store(4, "Ferry sails again", FERRY)
    assert corrections(desk.conn, CorrectionFilter(least=0)) == []
    assert desk.conn.execute("SELECT page_id, revision, text FROM current_articles").fetchall() == [(1, 1, FERRY)]
    decided = "SELECT page_id, verdict, article_id FROM decisions ORDER BY page_id"
    found = desk.conn.execute(decided).fetchall()
    assert found == [(1, "new", 1), (2, "notice", 2), (3, "notice", 3), (4, "same", 1)]
    with write(desk.conn) as conn:
        reset_settling(conn)
    desk.settle()
    assert desk.conn.execute(decided).fetchall() == found
    with write(desk.conn) as conn:
        conn.execute("DELETE FROM outcomes WHERE page_id = 4")
    desk.settle()
    assert desk.conn.execute(decided).fetchall()[1] == (2, "revision", 1), "nothing says that it was for a while"


def test_what_stood_there_for_a_day_may_use_the_same_words(desk: Desk) -> None:
    """No headline and no paragraph stayed, though both are made of the same words; then all was as before."""
    before, meanwhile = f"{FERRY}\n{LIBRARY}", f"{FERRY} {SPAM}\n{LIBRARY} {SPAM}"
    desk.store(1, "Ferry sails again", before)
    desk.store(2, "Cheap tablets", meanwhile)
    desk.store(3, "Ferry sails again", before)
    verdicts = "SELECT page_id, verdict FROM decisions ORDER BY page_id"
    assert desk.conn.execute(verdicts).fetchall() == [(1, "new"), (2, "notice"), (3, "same")]


def test_another_article_in_its_place_is_no_correction(desk: Desk) -> None:
    desk.store(1, "Ferry sails again", FERRY)
    desk.store(
        2,
        "Library closes early",
        LIBRARY,
    )
    assert corrections(desk.conn, CorrectionFilter()) == []
    assert [one.noise for one in corrections(desk.conn, CorrectionFilter(least=0))] == [("another",)]


def test_an_edit_that_is_taken_back_is_two_corrections(desk: Desk) -> None:
    for page_id, text in enumerate((FERRY, FERRY.replace("Monday", "Friday"), FERRY), 1):
        desk.store(page_id, "Ferry sails again", text)
    assert [one.revision for one in corrections(desk.conn, CorrectionFilter(least=0))] == [3, 2]


PARAGRAPHS = (
    FERRY,
    "The crew waited for three weeks.",
    "Tickets cost two crowns more than before, and dogs travel free.",
    FERRY[::-1],
)
WHOLE = "\n".join(PARAGRAPHS)
LATER = Moment(at=START + timedelta(hours=1), precision=Precision.MINUTE)


@pytest.mark.parametrize(
    ("shown", "title", "modified", "is_kept"),
    [
        (f"{FERRY}\nThe crew wai…", "The ferry", None, True),
        (f"{FERRY}\nThe crew wai", "The ferry", STATED, True),
        ("\n".join(PARAGRAPHS[:2]), "The ferry", STATED, True),
        ("\n".join(PARAGRAPHS[:2]), "The ferry", None, False),
        ("\n".join(PARAGRAPHS[:2]), "The ferry", LATER, False),
        (f"{FERRY}\nThe crew wai…", "Ferry: a correction", STATED, False),
        ("\n".join(PARAGRAPHS[:3]) + FERRY[::-1][:60], "The ferry", STATED, False),
        (f"{FERRY}\nThe editors took the rest of this text back.", "The ferry", STATED, False),
    ],
)
def test_a_text_that_is_cut_off_without_a_word_is_kept(
    desk: Desk, shown: str, title: str, modified: Moment | None, is_kept: bool
) -> None:
    """By a paywall that says nothing; not where somebody edited it, or may have."""
    desk.store(1, "The ferry", WHOLE, modified=STATED if modified else None)
    desk.store(2, title, shown, modified=modified)
    current = desk.conn.execute("SELECT page_id, text FROM current_articles").fetchall()
    assert current == ([(1, WHOLE)] if is_kept else [(2, shown)])

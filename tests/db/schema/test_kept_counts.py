"""Current articles and counts follow the rows whatever happens to these, and the views over them say what they said before."""

from __future__ import annotations

import random
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from db.connection.database import open_database, write
from db.models import Decision, Verdict
from db.schema.migrations import migrations
from db.schema.views import make_views
from db.sqlite.tools import Database
from db.store.extraction.outcomes import delete_outcome, save_decision
from tests.db.schema.plain_views import make_plain_views
from tests.support.documents import ROOT, blocks

START = datetime(2026, 3, 1, tzinfo=UTC)
_VALUE_TRUTH = """
SELECT field, value, outlet, source_id, count(*), sum(is_copy) FROM (
    SELECT p.source_id, 'section' AS field, a.section AS value, '' AS outlet, a.original_id <> a.id AS is_copy
    FROM plain_current_articles a JOIN pages p ON p.id = a.page_id
    UNION ALL SELECT p.source_id, 'hour', CASE WHEN a.published_precision <> 'day' THEN substr(a.published, 12, 2) END, '',
        a.original_id <> a.id FROM plain_current_articles a JOIN pages p ON p.id = a.page_id
    UNION ALL SELECT p.source_id, c.role, c.name, coalesce(a.source, ''), a.original_id <> a.id
    FROM plain_current_articles a JOIN pages p ON p.id = a.page_id JOIN credits c ON c.page_id = a.page_id
) WHERE value IS NOT NULL GROUP BY 1, 2, 3, 4
"""
_PAGE_TRUTH = """
SELECT source_id, 'page' AS kind, '' AS name, count(*) FROM pages GROUP BY 1
UNION ALL SELECT p.source_id, 'reason', o.reason, count(*) FROM outcomes o JOIN pages p ON p.id = o.page_id
    WHERE o.reason IS NOT NULL GROUP BY 1, 3
UNION ALL SELECT p.source_id, 'verdict', d.verdict, count(*) FROM decisions d JOIN pages p ON p.id = d.page_id GROUP BY 1, 3
"""
_PEOPLE = """
SELECT n.id AS person_id,
    max(coalesce(CAST(strftime('%s', substr(coalesce(a.published, f.fetched_at), 1, 10)) AS INTEGER), 0)) / 86400 AS day,
    p.source_id, 1 AS articles, max(c.role = 'author') AS wrote, max(c.role = 'editor') AS edited,
    max(c.role = 'proofreader') AS proofread, a.original_id <> a.id AS copies
FROM plain_current_articles a JOIN pages p ON p.id = a.page_id JOIN pages f ON f.id = a.id
JOIN credits c ON c.page_id = a.page_id JOIN credited_names n ON n.name = c.name GROUP BY a.page_id, 1
"""
_SUMS = "sum(articles), sum(wrote), sum(edited), sum(proofread), sum(copies)"
TABLES = {
    "person_days": (f"SELECT person_id, day, source_id, {_SUMS} FROM ({_PEOPLE}) GROUP BY 1, 2, 3", "articles"),
    "person_sources": (f"SELECT person_id, source_id, {_SUMS} FROM ({_PEOPLE}) GROUP BY 1, 2", "articles"),
    "person_counts": (f"SELECT person_id, {_SUMS}, min(day), max(day) FROM ({_PEOPLE}) GROUP BY 1", "person_id"),
    "value_counts": (_VALUE_TRUTH, "articles"),
    "page_counts": (_PAGE_TRUTH, "pages"),
}


class Desk:
    """Rows as extraction and settling leave them, at random."""

    def __init__(self, conn: sqlite3.Connection, seed: int) -> None:
        self.conn, self.chance = conn, random.Random(seed)
        self.judges = conn.execute("SELECT 1 FROM sqlite_schema WHERE name = 'revision_changes'").fetchone() is not None
        with write(conn):
            conn.execute("INSERT INTO extractors VALUES (1, 'test', 'none', '2')")
            conn.execute("INSERT INTO bodies (id, sha256, size, codec, data) VALUES (1, x'00', 0, 'zstd', x'00')")
            for n in range(1, 4):
                conn.execute(
                    "INSERT INTO sources (id, name, url, added_at) VALUES (?, ?, '', '')", (n, f"s{n}.example")
                )

    def pages(self) -> list[int]:
        return [page for (page,) in self.conn.execute("SELECT id FROM pages ORDER BY id")]

    def add_page(self) -> None:
        at = START + timedelta(hours=self.chance.randrange(100))
        page = self.conn.execute(
            "INSERT INTO pages (source_id, url, fetched_at, status, headers, body_id) VALUES (?, 'u', ?, 200, '{}', 1)",
            (self.chance.randint(1, 3), at.isoformat(timespec="milliseconds").replace("+00:00", "Z")),
        ).lastrowid
        assert page is not None
        self.extract(page)

    def extract(self, page: int) -> None:
        delete_outcome(self.conn, page)
        if self.chance.random() < 0.2:
            reason = self.chance.choice(("too_short", "listing"))
            self.conn.execute("INSERT INTO outcomes VALUES (?, 1, ?, NULL)", (page, reason))
            return
        self.conn.execute("INSERT INTO outcomes VALUES (?, 1, NULL, NULL)", (page,))
        day = f"2026-03-0{self.chance.randint(1, 4)}"
        published = self.chance.choice(
            ((None,) * 3, (day, f"{day}T00:00:00Z", "day"), (f"{day}T23:10:00-05:00", f"{day}T04:10:00Z", "minute"))
        )
        source_id = self.conn.execute("SELECT source_id FROM pages WHERE id = ?", (page,)).fetchone()[0]
        self.conn.execute(
            "INSERT INTO articles (page_id, address_key, text_hash, url, title, published, published_utc, published_precision,"
            " source, section, language, word_count, paywalled, images, text)"
            " VALUES (?, ?, ?, 'u', ?, ?, ?, ?, ?, ?, 'en', ?, 0, ?, ?)",
            (
                page, f"{source_id}/{self.chance.randint(1, 4)}", self.chance.randbytes(16), f"Title {page}", *published,
                self.chance.choice((None, "Daily", "Post")), self.chance.choice((None, "World")), self.chance.randrange(900),
                self.chance.choice(("[]", '[{"url": "x"}]')), "text " * self.chance.randint(1, 9),
            ),
        )  # fmt: skip
        for role in ("author", "editor", "proofreader"):
            for position in range(self.chance.choice((0, 0, 1, 2))):
                self.conn.execute("INSERT INTO credits VALUES (?, ?, ?, ?)", (page, role, position, self.name()))

    def name(self) -> str:
        return self.chance.choice(("Ann", "Ben", "Cleo"))

    def settle(self) -> None:
        """Each address is an article; some are copies of the first article of all, some pages repeat or are notices."""
        rows = self.conn.execute("SELECT address_key, page_id FROM articles ORDER BY page_id").fetchall()
        groups: dict[str, list[int]] = {}
        for address, page in rows:
            groups.setdefault(address, []).append(page)
        originals = [pages[0] for pages in groups.values()]
        for pages in groups.values():
            article, revision = pages[0], 0
            original = self.chance.choice(originals[:2]) if self.chance.random() < 0.4 else article
            for page in pages:
                kind = self.chance.random()
                if page != article and kind < 0.2:
                    verdict = Verdict.SAME
                elif page != article and kind < 0.3:
                    notice = Decision(page_id=page, verdict=Verdict.NOTICE, article_id=page, original_id=page)
                    save_decision(self.conn, notice)
                    continue
                else:
                    revision += 1
                    first = Verdict.NEW if original == article else Verdict.COPY
                    verdict = first if page == article else Verdict.REVISION
                save_decision(
                    self.conn,
                    Decision(
                        page_id=page, verdict=verdict, article_id=article, original_id=original, revision=revision
                    ),
                )
                if self.judges and verdict is Verdict.SAME and self.chance.random() < 0.5:
                    self.judge(page, article, revision)

    def judge(self, page: int, article: int, revision: int) -> None:
        """Note that a page states something else, or only another time, than the first page of its article."""
        kinds = self.chance.choice(('["headline"]', '["published"]'))
        self.conn.execute(
            "INSERT OR REPLACE INTO revision_changes SELECT ?, ?, ?, source_id, ?, fetched_at, NULL, 3, ?, '[]', 1, 0, 0, NULL,"
            " '[]', '[]' FROM pages WHERE id = ?",
            (page, article, article, revision, kinds, page),
        )

    def disturb(self) -> None:
        """One thing that any tool may do to the rows."""
        pages = self.pages()
        if not pages:
            return
        page = self.chance.choice(pages)
        match self.chance.randrange(10):
            case 0:
                self.extract(page)
            case 1:
                delete_outcome(self.conn, page)
            case 2:
                self.conn.execute("DELETE FROM decisions WHERE page_id = ?", (page,))
            case 3:
                self.conn.execute("DELETE FROM credits WHERE page_id = ?", (page,))
            case 4:
                self.conn.execute("UPDATE credits SET name = ? WHERE page_id = ? AND position = 0", (self.name(), page))
            case 5:
                self.conn.execute(
                    "UPDATE articles SET section = 'Sport', source = 'Gazette', word_count = 7 WHERE page_id = ?",
                    (page,),
                )
            case 6:
                self.conn.execute(
                    "INSERT INTO credits SELECT page_id, 'editor', 9, 'Dan' FROM articles WHERE page_id = ?"
                    " ON CONFLICT DO NOTHING",
                    (page,),
                )
            case 8:
                self.conn.execute("DELETE FROM revision_changes WHERE page_id = ?", (page,))
            case 7:
                self.conn.execute(
                    "DELETE FROM pages WHERE id = ? AND id NOT IN (SELECT article_id FROM decisions)", (page,)
                )
            case _:
                self.conn.execute(
                    "UPDATE sources SET removed_at = iif(removed_at IS NULL, 'x', NULL) WHERE id = ?",
                    (self.chance.randint(1, 3),),
                )


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    db = open_database(tmp_path / "news.db", create=True)
    yield db.conn
    db.conn.close()


def assert_counted(conn: sqlite3.Connection, views: list[str]) -> None:
    for name in views:
        columns = ", ".join(f'"{row[1]}"' for row in conn.execute(f"PRAGMA table_info({name})"))
        kept = Counter(conn.execute(f"SELECT {columns} FROM {name}").fetchall())
        assert kept == Counter(conn.execute(f"SELECT {columns} FROM plain_{name}").fetchall()), name
    for table, (truth, counted) in TABLES.items():
        kept_rows = sorted(conn.execute(f"SELECT * FROM {table} WHERE {counted} <> 0").fetchall())
        assert kept_rows == sorted(conn.execute(truth).fetchall()), table


@pytest.mark.parametrize("seed", range(3))
def test_counts_follow_the_rows(conn: sqlite3.Connection, seed: int) -> None:
    desk, views = Desk(conn, seed), make_plain_views(conn)
    for round in range(40):
        with write(conn):
            for _ in range(3):
                desk.add_page() if desk.chance.random() < 0.5 else desk.disturb()
            desk.settle()
        assert_counted(conn, views)
        with write(conn):
            for _ in range(2):
                desk.disturb()
        if round % 2:
            assert_counted(conn, views)


def test_rows_of_an_older_database_are_counted(conn: sqlite3.Connection, tmp_path: Path) -> None:
    older = Database(sqlite3.connect(tmp_path / "older.db", isolation_level=None))
    migrations.apply(older, stop_before="m0032_counts")
    desk = Desk(older.conn, 7)
    for _ in range(30):
        desk.add_page()
    desk.settle()
    migrations.apply(older)
    make_views(older)
    views = make_plain_views(older.conn)
    assert_counted(older.conn, views)
    assert older.execute("SELECT count(*) FROM current_pages").fetchone()[0] > 5
    desk.disturb()
    desk.settle()
    assert_counted(older.conn, views)
    older.conn.close()


# The questions whose SQL reads counts, as it would be without them.
_COUNTED_ANEW = {
    2: """SELECT name, outlet, count(*) AS articles FROM credits_view WHERE role = 'author' AND NOT is_copy
        GROUP BY name, outlet ORDER BY articles DESC, name LIMIT 20""",
    3: """SELECT name, outlet, count(*) AS articles FROM credits_view WHERE role = 'editor'
        GROUP BY name, outlet ORDER BY articles DESC, name LIMIT 20""",
    4: """SELECT name, group_concat(DISTINCT role) AS roles, count(*) AS articles FROM credits_view
        GROUP BY name HAVING count(DISTINCT role) > 1 ORDER BY name""",
    7: """SELECT original_id, original_source_name, original_title, count(*) AS copies FROM copies_view
        GROUP BY original_id ORDER BY copies DESC, original_id LIMIT 20""",
    11: """SELECT source_name, sum(articles) AS articles,
        round(100.0 * (sum(articles) - sum(with_editor)) / sum(articles), 1) AS percent_without
        FROM daily_counts GROUP BY source_name ORDER BY percent_without DESC, source_name LIMIT 500""",
    12: """SELECT source_name, substr(published_local, 12, 2) AS hour, count(*) AS articles
        FROM articles_view WHERE published_local IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2""",
    17: """SELECT source_name, section, count(*) AS articles FROM articles_view
        WHERE section IS NOT NULL GROUP BY 1, 2 ORDER BY 1, articles DESC, 2""",
}


def test_the_cookbook_says_what_the_plain_views_say(conn: sqlite3.Connection) -> None:
    desk, views = Desk(conn, 11), make_plain_views(conn)
    with write(conn):
        for _ in range(60):
            desk.add_page()
        desk.settle()
        # What counted once and no longer does must not be told as nought.
        for page in desk.pages()[:5]:
            delete_outcome(conn, page)
        desk.settle()
    answered = 0
    for number, question in enumerate(blocks(ROOT / "docs" / "cookbook.md", "sql"), 1):
        plain = _COUNTED_ANEW.get(number, question)
        for view in views:
            plain = re.sub(rf"\b{view}\b", f"plain_{view}", plain)
        assert told(conn, question) == told(conn, plain), number
        answered += bool(told(conn, plain)[1])
    assert answered >= 15


def told(conn: sqlite3.Connection, query: str) -> tuple[list[str], Counter[tuple[object, ...]]]:
    """Names of the columns, and the rows; a list of roles has no order."""
    cursor = conn.execute(query)
    names = [column[0] for column in cursor.description]
    rows = [
        tuple(
            ",".join(sorted(value.split(","))) if name == "roles" else value
            for name, value in zip(names, row, strict=True)
        )
        for row in cursor
    ]
    return names, Counter(rows)

"""Damaged and altered databases: the doctor names what is wrong, and `copydesk backup --salvage` makes a sound one of the rest."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.conftest import Newsroom, open_room, run
from tests.db.stock import filled, put_pages

PAGE_SIZE = 4096
# First bytes of pages that have children, and where the last child's number is (https://sqlite.org/fileformat.html, 1.6).
INTERIOR, LAST_CHILD = (2, 5), slice(8, 12)
# An index without entries.
EMPTY_INDEX = b"\x0a\0\0\0\0\x10\0\0"
FACTS = (
    "sources",
    "links",
    "visits",
    "fetches",
    "pages",
    "bodies",
    "outcomes",
    "articles",
    "credits",
    "decisions",
    "marked_texts",
)
Damage = Callable[[Path], None]


def overwritten(name: str, data: bytes = b"\xa5" * PAGE_SIZE) -> Damage:
    """The last page of a table or an index that has no children is overwritten, as a failing disk does."""

    def damage(path: Path) -> None:
        with closing(sqlite3.connect(path)) as conn:
            number = conn.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
        content = path.read_bytes()
        while (page := content[(number - 1) * PAGE_SIZE : number * PAGE_SIZE])[0] in INTERIOR:
            number = int.from_bytes(page[LAST_CHILD], "big")
        write_at(path, number, data)

    return damage


def free_pages(path: Path) -> None:
    """The list of free pages is damaged."""
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        conn.execute("CREATE TABLE gone (a)")
        conn.execute("INSERT INTO gone VALUES (randomblob(50000))")
        conn.execute("DROP TABLE gone")
    write_at(path, int.from_bytes(path.read_bytes()[32:36], "big"), b"\xff" * 64)


def statement(*statements: str) -> Damage:
    """Another program changes the file."""

    def damage(path: Path) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as conn:
            for one in statements:
                conn.execute(one)

    return damage


def write_at(path: Path, page: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek((page - 1) * PAGE_SIZE)
        file.write(data)


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as conn:
        return {table: conn.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in FACTS}


def doctor(path: Path) -> tuple[int, str]:
    """Its exit code, and what it finds BAD."""
    done = run(path, "doctor", "--json")
    bad = [found for found in json.loads(done.output)["findings"] if found["level"] == "BAD"]
    return done.exit_code, "\n".join(f"{found['about']}: {found['says']}; {found['remedy']}" for found in bad)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (overwritten("links_found"), "every row can be read, but indexes"),
        (overwritten("sqlite_autoindex_links_1"), "every row can be read, but indexes"),
        (
            overwritten("sqlite_autoindex_links_1", EMPTY_INDEX),
            "structure: index sqlite_autoindex_links_1 has 0 entries for",
        ),
        (free_pages, "every row can be read, but indexes"),
        (overwritten("search_index_data"), "every row can be read, but indexes"),
        (statement("DELETE FROM search_index_idx", "DELETE FROM search_index_data"), "search: "),
        (statement("DROP TABLE search_index"), "schema: missing: table search_index; another program"),
        (statement("DROP TRIGGER page_is_unread"), "schema: missing: trigger page_is_unread; another program"),
        (statement("DROP INDEX sources_name"), "schema: missing: index sources_name; another program"),
        (statement("DROP VIEW articles_view"), "schema: missing: view articles_view; another program"),
    ],
)
def test_what_is_no_row_is_made_again_and_no_row_is_lost(damage: Damage, says: str, newsroom: Newsroom) -> None:
    before = rows(newsroom.path)
    damage(newsroom.path)
    code, bad = doctor(newsroom.path)
    assert code == 1
    assert says in bad
    assert "`copydesk backup --salvage NEW.db`" in bad
    saved = newsroom.path.with_name("saved.db")
    done = run(newsroom.path, "backup", "--salvage", str(saved))
    assert done.exit_code == 0, done.output
    assert "not all rows" not in done.output
    assert doctor(saved) == (0, "")
    assert rows(saved) == before
    assert run(saved, "search", "estuary").output.count("last") == 1
    assert sorted(path.name for path in newsroom.path.parent.glob("saved*")) == ["saved.db"]


@pytest.mark.parametrize("table", ["bodies", "links", "sources", "visits", "marked_texts", "extractors"])
def test_an_article_survives_the_loss_of_what_it_refers_to(table: str, newsroom: Newsroom) -> None:
    before = rows(newsroom.path)["articles"]
    overwritten(table)(newsroom.path)
    assert f"not all rows of {table} can be read" in doctor(newsroom.path)[1]
    saved = newsroom.path.with_name("saved.db")
    assert f"not all rows of {table} could be" in run(newsroom.path, "backup", "--salvage", str(saved)).output
    assert doctor(saved) == (0, "")
    assert rows(saved)["articles"] == before
    assert len(rows(saved)["links"]) == len(rows(saved)["visits"]) > 0


@pytest.mark.parametrize("table", ["articles", "outcomes"])
def test_a_page_that_lost_its_article_waits_for_extraction(table: str, newsroom: Newsroom) -> None:
    overwritten(table)(newsroom.path)
    saved = newsroom.path.with_name("saved.db")
    run(newsroom.path, "backup", "--salvage", str(saved))
    assert doctor(saved) == (0, "")
    with open_room(saved) as conn:
        waiting = conn.execute("SELECT count(*) FROM unread").fetchone()[0]
        assert (
            waiting
            == conn.execute("SELECT count(*) FROM pages WHERE id NOT IN (SELECT page_id FROM outcomes)").fetchone()[0]
        )
        assert waiting > 1


def test_rows_are_read_past_damaged_pages(tmp_path: Path) -> None:
    path, saved = tmp_path / "news.db", tmp_path / "saved.db"
    filled(path, 60, size=1500)
    with open_room(path) as conn:
        put_pages(conn, range(60, 120), size=1500)
    leaves = [
        number for number, page in enumerate(pages_of(path), 1) if page[0] == 13 and b"https://a.example/" in page
    ]
    lost = leaves[:: len(leaves) // 3]
    for number in lost:
        write_at(path, number, b"\xa5" * PAGE_SIZE)
    done = run(path, "backup", "--salvage", str(saved), "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.output)["incomplete"]
    with open_room(saved) as conn:
        bodies = conn.execute("SELECT count(*) FROM bodies WHERE pruned_at IS NULL").fetchone()[0]
    assert bodies == 120, "they are on other pages"
    assert doctor(saved) == (0, "")


def pages_of(path: Path) -> list[bytes]:
    content = path.read_bytes()
    return [content[at : at + PAGE_SIZE] for at in range(0, len(content), PAGE_SIZE)]


def test_what_users_added_is_no_fault(newsroom: Newsroom) -> None:
    statement("ALTER TABLE articles ADD COLUMN note TEXT", "CREATE TABLE mine (a)")(newsroom.path)
    assert doctor(newsroom.path) == (0, "")
    assert "not of Copydesk: table mine, column articles.note" in run(newsroom.path, "doctor").output


def test_a_dropped_table_is_named_by_what_needs_it(newsroom: Newsroom) -> None:
    statement("DROP TABLE pages")(newsroom.path)
    done = run(newsroom.path, "stats")
    assert "no such table: pages; another program may have changed its tables, `copydesk doctor`" in str(done.exception)


def test_salvage_never_replaces_and_leaves_nothing_behind(newsroom: Newsroom) -> None:
    for target, words in ((newsroom.path, "is the database itself"), (newsroom.path.parent, "name the new file")):
        done = run(newsroom.path, "backup", "--salvage", str(target))
        assert words in str(done.exception)
    done = run(newsroom.path, "backup", "--salvage", "--force", str(newsroom.path.with_name("saved.db")))
    assert "--salvage replaces no file" in str(done.exception)
    write_at(newsroom.path, 1, b"SQLite format 3\x00" + b"\xa5" * (PAGE_SIZE - 16))
    done = run(newsroom.path, "backup", "--salvage", str(newsroom.path.with_name("saved.db")))
    assert done.exit_code != 0
    assert [path.name for path in newsroom.path.parent.glob("saved*")] == []

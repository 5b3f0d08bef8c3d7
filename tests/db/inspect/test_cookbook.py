"""The questions of the web page are those of docs/cookbook.md."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from db.inspect.canned_queries import CANNED_QUERIES
from db.inspect.pages.cookbook import PARAMETERS, QUESTIONS, SUBJECTS, with_defaults
from db.inspect.safety.limits import MAX_ROWS
from tests.support.documents import ROOT, blocks

COOKBOOK = ROOT / "docs" / "cookbook.md"


def test_the_document_has_the_same_questions() -> None:
    headings = [line[3:] for line in COOKBOOK.read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    assert headings == [f"{one.number}. {one.question}" for one in QUESTIONS]
    assert [query.rstrip(";\n") for query in blocks(COOKBOOK, "sql")] == [one.filled for one in QUESTIONS]


def test_each_is_a_query_of_the_web_page_with_its_parameters() -> None:
    assert [one.number for one in QUESTIONS] == list(range(1, len(QUESTIONS) + 1))
    assert len({one.slug for one in QUESTIONS}) == len(QUESTIONS)
    assert {one.subject for one in QUESTIONS} == set(SUBJECTS)
    for one in QUESTIONS:
        query = CANNED_QUERIES[one.slug]
        assert query["params"] == list(one.defaults)
        assert set(one.defaults) <= set(PARAMETERS)
        assert int(one.defaults["most"]) <= MAX_ROWS
        assert query["sql"].endswith("LIMIT :most"), one.slug


def test_each_runs_with_the_text_of_its_fields(newsroom: object) -> None:
    path: Path = newsroom.path  # type: ignore[attr-defined]
    conn = sqlite3.connect(path)
    try:
        for one in QUESTIONS:
            rows = conn.execute(one.sql, dict(one.defaults)).fetchall()
            assert rows == conn.execute(one.filled).fetchall(), one.slug
            assert len(conn.execute(one.sql, dict(one.defaults) | {"most": "1"}).fetchall()) <= 1
    finally:
        conn.close()


def test_what_is_left_out_gets_its_default() -> None:
    assert with_defaults("/news/editors", "", "news") == "role=editor&most=20"
    assert (
        with_defaults("/news/editors.json", "role=author&most=&_shape=array", "news")
        == "role=author&_shape=array&most=20"
    )
    for path in ("/news/articles", "/news", "/-/sources", "/other/editors"):
        assert with_defaults(path, "most=&a=%20b", "news") == "most=&a=%20b"

"""The view `current_articles` as earlier steps of `db.schema.migrations` made it, which filled in the columns of `articles`."""

from __future__ import annotations

from db.schema.statements import run_script
from db.sqlite.conditions import IS_CURRENT
from db.sqlite.tools import Database

_CURRENT_ARTICLES = f"""
CREATE VIEW current_articles AS
SELECT d.article_id AS id, d.revision, d.original_id, s.name AS source_name, p.fetched_at, {{fields}}
FROM decisions d
JOIN articles a ON a.page_id = d.page_id
JOIN pages p ON p.id = d.page_id
JOIN sources s ON s.id = p.source_id
WHERE {IS_CURRENT};
"""


def article_columns(db: Database) -> list[str]:
    """The columns of articles as they are at this step."""
    return [str(row[1]) for row in db.execute("PRAGMA table_info(articles)").fetchall()]


def make_current_articles(db: Database) -> None:
    """Make the view of current articles with the columns of this step."""
    columns = article_columns(db)
    fields = ", ".join(
        "lower(hex(a.text_hash)) AS text_hash" if name == "text_hash" else f"a.{name}" for name in columns
    )
    run_script(db, _CURRENT_ARTICLES.format(fields=fields))

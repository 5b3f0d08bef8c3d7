"""The schema as Markdown, read from a database: a diagram of the tables, the views with their columns, the columns of
all tables.
"""

from __future__ import annotations

import sqlite3

from db.schema.views import VIEWS

# The tables to read first. The others hold state and indexes; only their columns are listed.
_DRAWN = (
    "sources", "entries", "links", "fetches", "pages", "page_parts", "bodies", "runs", "source_runs", "alerts",
    "outcomes", "extractors", "articles", "credits", "decisions",
)  # fmt: skip
# Without the shadow tables of full-text indexes.
_TABLES = """
SELECT name FROM pragma_table_list
WHERE schema = 'main' AND type IN ('table', 'virtual') AND name NOT LIKE 'sqlite_%' ORDER BY name
"""


def schema_markdown(conn: sqlite3.Connection) -> str:
    """The whole text, without a top-level heading."""
    return "\n\n".join([_diagram(conn), *_views(), _columns(conn)]) + "\n"


def _diagram(conn: sqlite3.Connection) -> str:
    lines = ["```mermaid", "erDiagram"]
    for table in _DRAWN:
        keys = {name for name, is_key in conn.execute("SELECT name, pk FROM pragma_table_info(?)", (table,)) if is_key}
        refers = conn.execute('SELECT "table", "from" FROM pragma_foreign_key_list(?) ORDER BY id DESC', (table,))
        for other, column in refers:
            if other in _DRAWN:
                many = "o|" if keys == {column} else "o{"
                lines.append(f"    {other} ||--{many} {table} : {column}")
    return "\n".join([*lines, "```"])


def _views() -> list[str]:
    parts = []
    for view in VIEWS:
        rows = "\n".join(f"| `{name}` | {text} |" for name, _, text in view.columns)
        parts.append(f"### `{view.name}`\n\nA row is {view.description}.\n\n| Column | Holds |\n| --- | --- |\n{rows}")
    return parts


def _columns(conn: sqlite3.Connection) -> str:
    lines = [
        "### All tables",
        "",
        "`*`: part of the key; `→`: refers to a table.",
        "",
        "| Table | Columns |",
        "| --- | --- |",
    ]
    for (table,) in conn.execute(_TABLES).fetchall():
        if table.startswith("_"):
            continue
        refers = dict(conn.execute('SELECT "from", "table" FROM pragma_foreign_key_list(?)', (table,)).fetchall())
        columns = conn.execute("SELECT name, pk FROM pragma_table_info(?) ORDER BY cid", (table,)).fetchall()
        cells = [
            f"`{name}`{'*' if key else ''}{f' → `{refers[name]}`' if name in refers else ''}" for name, key in columns
        ]
        lines.append(f"| `{table}` | {', '.join(cells)} |")
    return "\n".join(lines)

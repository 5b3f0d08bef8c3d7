"""A view with a description of each column, and SQL that several views share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A view. `description` says what a row is."""

    name: str
    description: str
    columns: tuple[tuple[str, str, str], ...]
    """Name, SQL and description of each."""
    rows: str
    """The rest of the statement, from FROM on."""

    @property
    def sql(self) -> str:
        """The CREATE VIEW statement."""
        picked = ",\n    ".join(f"{sql} AS {name}" for name, sql, _ in self.columns)
        return f"CREATE VIEW {self.name} AS\nSELECT\n    {picked}\n{self.rows.strip()}"


def of_article(column: str) -> str:
    """A value of a row `l` of `current_pages` that is left in `articles`: looked up only where a query asks for it."""
    return f"(SELECT a.{column} FROM articles a WHERE a.page_id = l.page_id)"


def source_name(source_id: str) -> str:
    """The name of a source."""
    return f"(SELECT s.name FROM sources s WHERE s.id = {source_id})"

"""Which stored pages are to be extracted again: those that have an outcome and meet the conditions, in order of their ids."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from db.errors import UsageError

_FROM = (
    "FROM outcomes JOIN pages ON pages.id = outcomes.page_id LEFT JOIN articles ON articles.page_id = outcomes.page_id"
)
_READS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Conditions, all of which a page must meet. `since` is as `facts.stamp` writes it; `where` is SQL."""

    stale: bool = False
    source_id: int | None = None
    since: str | None = None
    where: str | None = None
    url: str | None = None

    @property
    def name(self) -> str:
        """The selection as text: equal selections have equal names."""
        return json.dumps(asdict(self), sort_keys=True)


def select_pages(conn: sqlite3.Connection, selection: Selection, maker: int) -> Iterator[int]:
    """Ids of the pages, pruned ones included. Raises UsageError where `where` is no condition that only reads."""
    conditions: list[tuple[str, object]] = []
    if selection.stale:
        conditions.append(("outcomes.extractor_id <> ?", maker))
    if selection.source_id is not None:
        conditions.append(("pages.source_id = ?", selection.source_id))
    if selection.since is not None:
        conditions.append(("pages.fetched_at >= ?", selection.since))
    if selection.url is not None:
        conditions.append(("? IN (pages.url, pages.final_url, articles.url, articles.canonical_url)", selection.url))
    where = [text for text, _ in conditions] + ([f"({selection.where}\n)"] if selection.where else [])
    sql = f"SELECT outcomes.page_id {_FROM} WHERE {' AND '.join(where) or '1'} ORDER BY outcomes.page_id"
    conn.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _READS else sqlite3.SQLITE_DENY)
    try:
        yield from [row[0] for row in conn.execute(sql, [value for _, value in conditions])]
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise UsageError(f"--where: {error}") from error
    finally:
        conn.set_authorizer(None)

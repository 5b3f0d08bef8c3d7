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
# One address: what was found or states itself under its identity, and what was asked for or answered there.
_AT_ADDRESS = """(
    articles.address_key = :url_key OR articles.canonical_url = :url OR pages.url = :url OR pages.final_url = :url
    OR pages.link_id = (SELECT id FROM links WHERE key = :url_key)
)"""
_READS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
# What a condition can be wrong about. Anything else (a lock, the disk, damage) is the database's.
_OF_THE_CONDITION = {
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_TOOBIG,
    sqlite3.SQLITE_RANGE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Conditions, all of which a page must meet.

    `since` is as `facts.stamp` writes it, `since_said` what the user wrote for it (2d); `where` is SQL; `url` is a clean address
    and `url_key` its identity (`links.key`, `articles.address_key`).
    """

    stale: bool = False
    source_id: int | None = None
    since: str | None = None
    since_said: str | None = None
    where: str | None = None
    url: str | None = None
    url_key: str | None = None

    @property
    def name(self) -> str:
        """The selection as text: what is asked for in the same words has the same name, on another day too."""
        asked = asdict(self)
        if self.since_said is not None:
            del asked["since"]
        return json.dumps(asked, sort_keys=True)


def select_pages(conn: sqlite3.Connection, selection: Selection, maker: int) -> Iterator[int]:
    """Ids of the pages, pruned ones included. Raises UsageError where `where` is no condition that only reads, sqlite3.Error."""
    conditions: list[str] = []
    if selection.stale:
        conditions.append("outcomes.extractor_id <> :maker")
    if selection.source_id is not None:
        conditions.append("pages.source_id = :source_id")
    if selection.since is not None:
        conditions.append("pages.fetched_at >= :since")
    if selection.url is not None:
        conditions.append(_AT_ADDRESS)
    if selection.where:
        conditions.append(f"({selection.where}\n)")
    sql = f"SELECT outcomes.page_id {_FROM} WHERE {' AND '.join(conditions) or '1'} ORDER BY outcomes.page_id"
    conn.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _READS else sqlite3.SQLITE_DENY)
    try:
        yield from [row[0] for row in conn.execute(sql, asdict(selection) | {"maker": maker})]
    except (sqlite3.Error, sqlite3.Warning) as error:
        if selection.where and _is_of_the_condition(error):
            raise UsageError(f"--where: {error}") from error
        raise
    finally:
        conn.set_authorizer(None)


def _is_of_the_condition(error: Exception) -> bool:
    """Whether the condition is to blame: what Python itself refuses (two statements, a `?`) has no code."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF in _OF_THE_CONDITION

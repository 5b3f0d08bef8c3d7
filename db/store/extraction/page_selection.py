"""Select stored pages to extract again: those that have an outcome and meet the conditions, in order of their ids."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from db.errors import UsageError

_FROM = (
    "FROM outcomes JOIN pages ON pages.id = outcomes.page_id LEFT JOIN articles ON articles.page_id = outcomes.page_id"
)
# Pages of one address: found or claimed under its key, or requested or answered there.
_AT_ADDRESS = """(
    articles.address_key = :url_key OR articles.canonical_url = :url OR pages.url = :url OR pages.final_url = :url
    OR pages.link_id = (SELECT id FROM links WHERE key = :url_key)
)"""
_READS = {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
# Errors that the user's condition can cause. Any other (a lock, the disk, damage) concerns the database.
_CONDITION_ERRORS = {
    sqlite3.SQLITE_ERROR,
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_TOOBIG,
    sqlite3.SQLITE_RANGE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Conditions, all of which a page must meet.

    `source_ids`: of any of these sources; without one, of all. `since` is a timestamp, `since_said` the text that the user
    wrote for it (2d); `where` is SQL; `url` is a clean address and `url_key` its key (`links.key`, `articles.address_key`).
    """

    stale: bool = False
    source_ids: tuple[int, ...] = ()
    since: str | None = None
    since_said: str | None = None
    where: str | None = None
    url: str | None = None
    url_key: str | None = None

    @property
    def name(self) -> str:
        """The selection as JSON. The same request has the same name on another day, because `since_said` replaces
        `since`.
        """
        asked = asdict(self)
        if self.since_said is not None:
            del asked["since"]
        return json.dumps(asked, sort_keys=True)


def select_pages(conn: sqlite3.Connection, selection: Selection, extractor_id: int) -> Iterator[int]:
    """Ids of the selected pages, pruned ones included. Raises UsageError if `where` is not a condition that only reads,
    or sqlite3.Error.
    """
    conditions: list[str] = []
    if selection.stale:
        conditions.append("outcomes.extractor_id <> :extractor_id")
    if selection.source_ids:
        conditions.append(f"pages.source_id IN ({', '.join(map(str, selection.source_ids))})")
    if selection.since is not None:
        conditions.append("pages.fetched_at >= :since")
    if selection.url is not None:
        conditions.append(_AT_ADDRESS)
    if selection.where:
        conditions.append(f"({selection.where}\n)")
    sql = f"SELECT outcomes.page_id {_FROM} WHERE {' AND '.join(conditions) or '1'} ORDER BY outcomes.page_id"
    conn.set_authorizer(lambda action, *_: sqlite3.SQLITE_OK if action in _READS else sqlite3.SQLITE_DENY)
    try:
        values = {
            "extractor_id": extractor_id,
            "since": selection.since,
            "url": selection.url,
            "url_key": selection.url_key,
        }
        yield from [row[0] for row in conn.execute(sql, values)]
    except (sqlite3.Error, sqlite3.Warning) as error:
        if selection.where and _is_condition_error(error):
            raise UsageError(f"--where: {error}") from error
        raise
    finally:
        conn.set_authorizer(None)


def _is_condition_error(error: Exception) -> bool:
    """Whether the condition caused the error. Errors raised by Python itself (two statements, a `?`) have no code."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is None or code & 0xFF in _CONDITION_ERRORS

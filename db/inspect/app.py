"""Datasette on one of our databases: opened read-only, with limits, with our pages in front of its own.

Three measures prevent writing: the file is opened with `mode=ro`, the connection is `query_only`, and only GET and HEAD
requests pass. A query is interrupted after a time limit and returns a limited number of rows, each value and the whole
response of limited length (`db.inspect.safety.limits`). What cannot be interrupted is killed (`db.inspect.worker`,
where all of this runs). No transaction outlasts its request, so that a crawl beside it can reset its log.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted
from datasette.plugins import pm
from datasette.utils import sqlite_timelimit

from db.connection.database import connect
from db.inspect import plugin
from db.inspect.canned_queries import CANNED_QUERIES, TABLES
from db.inspect.pages.components.conversions import Conversions
from db.inspect.safety.limits import (
    MAX_RESPONSE_BYTES,
    MAX_ROWS,
    MAX_STORED_BYTES,
    MAX_VALUE_BYTES,
    OWN_STATEMENT_S,
    STATEMENT_S,
    format_megabytes,
)
from db.inspect.translation.catalogues import gettext

PACKAGE_FOLDER = Path(__file__).parent
STATIC = "-/copydesk"
# Rows that are counted of a table or a view, in a millisecond of a table, also from a cold disk; and for how long they are.
MOST_COUNTED = 10_000
COUNT_MS = 100
# How long the values of a column are counted; of a large table they are not, and the page says so.
FACET_MS = 150
# How Datasette asks for the rows of a table or a view.
_COUNT_ALL = "select count(*) from "
# How long a reader waits while the log is being reset.
LOCK_WAIT_S = 5.0

T = TypeVar("T")


class NewsDatabase(Database):  # type: ignore[misc]
    """The database file: never opened for writing, and with limits on what is read from it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Why the latest query since `begin_request` failed.
        self.failure: Exception | None = None
        self._cuts = self._strict = False
        self._bytes = 0
        self._conn: sqlite3.Connection | None = None

    def begin_request(self, *, strict: bool, cuts: bool) -> None:
        """Call before each request.

        `strict`: the request contains SQL, and no value may be longer than those that are shown, not even an
        intermediate one. Otherwise longer values may be stored: with `cuts` (for pages, not for data) their length is
        shown in their place, otherwise they are an error.
        """
        self.failure, self._cuts, self._strict = None, cuts, strict
        if self._conn is None:
            self._conn = self.connect()
            self._conn.row_factory = self._row
        self._conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES if strict else MAX_STORED_BYTES)

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """A read-only connection."""
        if write:
            raise sqlite3.OperationalError("attempt to write a readonly database")
        conn = connect(Path(self.path), readonly=True, lock_wait_s=LOCK_WAIT_S)
        conn.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_STORED_BYTES)
        # Sorting and temporary tables use memory, which is limited, instead of disk, which is not.
        conn.execute("PRAGMA temp_store = MEMORY")
        self.ds._prepare_connection(conn, self.name)
        self._all_file_connections.append(conn)
        return conn

    async def execute(self, sql: str, params: Any = None, *args: Any, **options: Any) -> Any:
        """As Datasette's, but how many rows a page of a table or view has is only counted up to `MOST_COUNTED`: SQLite would walk
        through all of a table, which no time limit interrupts. Raises QueryInterrupted for more, and the page says so.
        """
        if self._strict or not sql.startswith(_COUNT_ALL):
            return await super().execute(sql, params, *args, **options)
        rows = sql.removeprefix(_COUNT_ALL)
        counted = await super().execute(
            f"SELECT count(*) FROM (SELECT 1 FROM {rows} LIMIT {MOST_COUNTED + 1})", params, custom_time_limit=COUNT_MS
        )
        if counted.rows[0][0] > MOST_COUNTED:
            raise QueryInterrupted("more than are counted", sql, params)
        return counted

    async def table_counts(self, limit: int = 10) -> dict[str, int | None]:
        """How many rows each table has, None for more than `MOST_COUNTED`. Datasette would count them all, up to a time limit for
        each, which it notices only after pages of a slow disk were read.
        """
        counts: dict[str, int | None] = {}
        for table in await self.table_names():
            quoted = table.replace('"', '""')
            try:
                counts[table] = int((await self.execute(f'{_COUNT_ALL}"{quoted}"')).rows[0][0])
            except (QueryInterrupted, sqlite3.Error):
                counts[table] = None
        return counts

    async def execute_fn(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        """The result of `fn`, which runs one query. Raises OperationalError if a value, or all of them together, are
        too long.
        """
        if self._conn is None:
            self.begin_request(strict=True, cuts=False)
        assert self._conn is not None
        self._bytes = 0
        try:
            return fn(self._conn)
        except sqlite3.DataError as error:
            self.failure = sqlite3.OperationalError(_value_too_long() if "too big" in str(error) else str(error))
            raise self.failure from error
        except Exception as error:
            self.failure = error
            raise

    def _row(self, cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        if self._cuts:
            values = tuple(map(_shown, values))
        lengths = [len(value) for value in values if isinstance(value, (str, bytes))]
        if max(lengths, default=0) > MAX_VALUE_BYTES:
            raise sqlite3.OperationalError(_value_too_long())
        self._bytes += sum(lengths)
        if self._bytes > MAX_RESPONSE_BYTES:
            raise sqlite3.OperationalError(_result_too_long())
        return sqlite3.Row(cursor, values)


def _shown(value: Any) -> Any:
    """A value to show, or its length if it is too long."""
    if isinstance(value, (str, bytes)) and len(value) > MAX_VALUE_BYTES:
        text = (
            gettext("%(number)s bytes: too long to be shown here")
            if isinstance(value, bytes)
            else gettext("%(number)s characters: too long to be shown here")
        )
        return text % {"number": f"{len(value):,}"}
    return value


def _value_too_long() -> str:
    return gettext(
        "string or blob too big: a value is longer than %(limit)s. Leave its column out (in a table: _nocol=NAME), or ask without"
        " a limit: sqlite3 on the file"
    ) % {"limit": format_megabytes(MAX_VALUE_BYTES)}


def _result_too_long() -> str:
    return gettext(
        "the rows are longer than %(limit)s together. Ask for fewer rows or columns, or without a limit: sqlite3 on the file"
    ) % {"limit": format_megabytes(MAX_RESPONSE_BYTES)}


class Inspector(Datasette):  # type: ignore[misc]
    """Datasette with our pages."""

    def __init__(self, path: Path, conversions: Conversions, language: str | None = None) -> None:
        """`path` is a database that was opened and migrated before. `language`: of all pages; with None that of each request."""
        # The name in URLs: letters, digits and underscores.
        news_name = "_".join(re.findall(r"\w+", path.stem)) or "news"
        if not pm.is_registered(plugin):
            pm.register(plugin, name="copydesk")
            pm.unregister(name="datasette.handle_exception")
        super().__init__(
            [str(path.absolute())],
            metadata=_metadata(news_name),
            template_dir=str(PACKAGE_FOLDER / "templates"),
            static_mounts=[(STATIC, str(PACKAGE_FOLDER / "static"))],
            settings={
                "sql_time_limit_ms": int(STATEMENT_S * 1000),
                "max_returned_rows": MAX_ROWS,
                "default_page_size": 50,
                "allow_download": False,
                "suggest_facets": False,
                "facet_time_limit_ms": FACET_MS,
                "truncate_cells_html": 300,
                "default_cache_ttl": 0,
                # A process answers one request at a time: SQL runs on its only thread.
                "num_sql_threads": 0,
            },
        )
        self.conversions = conversions
        self.language = language
        self.file = path.absolute()
        self.remove_database(next(name for name, known in self.databases.items() if known.path is not None))
        self.news_name = news_name
        self.news = NewsDatabase(self, str(self.file), is_mutable=True)
        self.add_database(self.news, name=self.news_name)
        self._own: sqlite3.Connection | None = None

    async def ask(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """The result of one of our own queries. Raises OperationalError past its time limit."""
        if self._own is None:
            self._own = self.news.connect()
        with sqlite_timelimit(self._own, OWN_STATEMENT_S * 1000):
            return query(self._own)


def _metadata(name: str) -> dict[str, Any]:
    return {
        "title": "Copydesk",
        "about": f"Copydesk {version('copydesk')}",
        "databases": {name: {"tables": TABLES, "queries": CANNED_QUERIES}},
    }

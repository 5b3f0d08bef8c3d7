"""Datasette on one database of ours: opened for reading alone, with limits, with our pages in front of its own.

Nothing is written by three means: the file is opened `mode=ro`, the connection is `query_only`, and the guard lets through GET and
HEAD. A query is broken off in time and gives so many rows at most, each value and all together of limited length
(`db.inspect.safety.limits`). What cannot be broken off is killed (`db.inspect.worker`, where it all runs). No transaction
outlasts its request, so that a crawl beside it can empty its log.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm
from datasette.utils import sqlite_timelimit

from db.connection.database import connect
from db.inspect import plugin
from db.inspect.canned_queries import CANNED, TABLES
from db.inspect.safety.limits import (
    MAX_VALUE_BYTES,
    MOST_ANSWER_BYTES,
    MOST_ROWS,
    MOST_STORED_BYTES,
    OWN_STATEMENT_S,
    STATEMENT_S,
    megabytes,
)

HERE = Path(__file__).parent
STATIC = "-/copydesk"
# A reader waits this long where the log is being reset.
PATIENCE_S = 5.0

T = TypeVar("T")
Decode = Callable[[bytes, str | None], str | None]
"""Bytes as received and their content type to text; None where they are in no known encoding."""


class NewsDatabase(Database):  # type: ignore[misc]
    """The file, never opened for writing, whoever asks, and with limits to what is read of it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What the latest question failed by since `begin`.
        self.failure: Exception | None = None
        self._cuts = False
        self._bytes = 0
        self._conn: sqlite3.Connection | None = None

    def begin(self, *, strict: bool, cuts: bool) -> None:
        """Before each request.

        `strict`: it brings SQL of its own, and no value may be longer than those that are shown, not even on the way. Otherwise
        longer ones may be stored: where it `cuts` (pages do, data do not), their length stands in their place, else they are an
        error.
        """
        self.failure, self._cuts = None, cuts
        if self._conn is None:
            self._conn = self.connect()
            self._conn.row_factory = self._row
        self._conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES if strict else MOST_STORED_BYTES)

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """A connection that cannot write."""
        if write:
            raise sqlite3.OperationalError("attempt to write a readonly database")
        conn = connect(Path(self.path), readonly=True, lock_wait_s=PATIENCE_S)
        conn.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_STORED_BYTES)
        # Sorting and temporary tables take memory, which is limited, and no disk, which is not.
        conn.execute("PRAGMA temp_store = MEMORY")
        self.ds._prepare_connection(conn, self.name)
        self._all_file_connections.append(conn)
        return conn

    async def execute_fn(self, fn: Callable[[sqlite3.Connection], T]) -> T:
        """The answer of `fn`, which asks one question. Raises OperationalError where a value or all of them are too long."""
        if self._conn is None:
            self.begin(strict=True, cuts=False)
        assert self._conn is not None
        self._bytes = 0
        try:
            return fn(self._conn)
        except sqlite3.DataError as error:
            self.failure = sqlite3.OperationalError(_VALUE_TOO_LONG if "too big" in str(error) else str(error))
            raise self.failure from error
        except Exception as error:
            self.failure = error
            raise

    def _row(self, cursor: sqlite3.Cursor, values: tuple[Any, ...]) -> sqlite3.Row:
        if self._cuts:
            values = tuple(map(_in_place, values))
        lengths = [len(value) for value in values if isinstance(value, (str, bytes))]
        if max(lengths, default=0) > MAX_VALUE_BYTES:
            raise sqlite3.OperationalError(_VALUE_TOO_LONG)
        self._bytes += sum(lengths)
        if self._bytes > MOST_ANSWER_BYTES:
            raise sqlite3.OperationalError(_RESULT_TOO_LONG)
        return sqlite3.Row(cursor, values)


def _in_place(value: Any) -> Any:
    """A value that is shown, or what stands in its place."""
    if isinstance(value, (str, bytes)) and len(value) > MAX_VALUE_BYTES:
        return f"{len(value):,} {'bytes' if isinstance(value, bytes) else 'characters'}: too long to be shown here"
    return value


_VALUE_TOO_LONG = (
    f"string or blob too big: a value is longer than {megabytes(MAX_VALUE_BYTES)}. Leave its column out (in a table: _nocol=NAME),"
    " or ask without a limit: sqlite3 on the file"
)
_RESULT_TOO_LONG = (
    f"the rows are longer than {megabytes(MOST_ANSWER_BYTES)} together. Ask for fewer rows or columns, or without a limit:"
    " sqlite3 on the file"
)


class Inspector(Datasette):  # type: ignore[misc]
    """Datasette with our pages. `decode` reads a stored body; it is handed in, because decoding is the desk's."""

    def __init__(self, path: Path, decode: Decode) -> None:
        """`path` is a database that was opened and migrated before."""
        # As it stands in addresses: letters, digits and underscores.
        news_name = "_".join(re.findall(r"\w+", path.stem)) or "news"
        if not pm.is_registered(plugin):
            pm.register(plugin, name="copydesk")
            pm.unregister(name="datasette.handle_exception")
        super().__init__(
            [str(path.absolute())],
            metadata=_metadata(news_name),
            template_dir=str(HERE / "templates"),
            static_mounts=[(STATIC, str(HERE / "static"))],
            settings={
                "sql_time_limit_ms": int(STATEMENT_S * 1000),
                "max_returned_rows": MOST_ROWS,
                "default_page_size": 50,
                "allow_download": False,
                "suggest_facets": False,
                "facet_time_limit_ms": 500,
                "truncate_cells_html": 300,
                "default_cache_ttl": 0,
                # One request at a time to a process: SQL runs on its only thread.
                "num_sql_threads": 0,
            },
        )
        self.decode = decode
        self.file = path.absolute()
        self.remove_database(next(name for name, known in self.databases.items() if known.path is not None))
        self.news_name = news_name
        self.news = NewsDatabase(self, str(self.file), is_mutable=True)
        self.add_database(self.news, name=self.news_name)
        self._own: sqlite3.Connection | None = None

    async def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer to a question of ours about the database. Raises OperationalError past its time."""
        if self._own is None:
            self._own = self.news.connect()
        with sqlite_timelimit(self._own, OWN_STATEMENT_S * 1000):
            return question(self._own)


def _metadata(name: str) -> dict[str, Any]:
    return {
        "title": "Copydesk",
        "about": f"Copydesk {version('copydesk')}",
        "databases": {name: {"tables": TABLES, "queries": CANNED}},
    }

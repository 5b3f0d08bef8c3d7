"""Datasette on one database of ours: opened for reading alone, with limits, with our pages in front of its own.

Nothing is written by three means: the file is opened `mode=ro`, the connection is `query_only`, and the guard lets through GET and
HEAD. A query is broken off after `TIME_LIMIT_MS`, and gives `MOST_ROWS` rows at most. No transaction outlasts its request, so that
a crawl beside it can empty its log.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sqlite3
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import datasette
from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm
from datasette.utils import sqlite_timelimit

from db.connect import connect
from db.inspect import plugin
from db.inspect.canned import CANNED, TABLES
from db.inspect.guard import guarded, loosened

HERE = Path(__file__).parent
STATIC = "-/copydesk"
TIME_LIMIT_MS = 2000
MOST_ROWS = 1000
# Our own questions are few and go by indexes; on a cold disk they take longer than in memory.
OWN_LIMIT_MS = 5000
# The largest value that an SQL function may make: above the largest body (20 MiB), below what would hurt the machine.
MOST_BYTES = 64 * 2**20
# A reader waits this long where the log is being reset.
PATIENCE_S = 5.0

T = TypeVar("T")
Decode = Callable[[bytes, str | None], str | None]
"""Bytes as received and their content type to text; None where they are in no known encoding."""


class NewsDatabase(Database):  # type: ignore[misc]
    """The file, never opened for writing, whoever asks."""

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """A connection that cannot write."""
        if write:
            raise sqlite3.OperationalError("attempt to write a readonly database")
        conn = connect(Path(self.path), readonly=True, lock_wait_s=PATIENCE_S, any_thread=True)
        conn.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES)
        self._all_file_connections.append(conn)
        return conn


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
                "sql_time_limit_ms": TIME_LIMIT_MS,
                "max_returned_rows": MOST_ROWS,
                "default_page_size": 50,
                "allow_download": False,
                "suggest_facets": False,
                "facet_time_limit_ms": 500,
                "truncate_cells_html": 300,
                "default_cache_ttl": 0,
            },
        )
        self.decode = decode
        self.file = path.absolute()
        self.remove_database(next(name for name, known in self.databases.items() if known.path is not None))
        self.news_name = news_name
        self.add_database(NewsDatabase(self, str(self.file), is_mutable=True), name=self.news_name)

    async def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer to a question about the database, on a thread of its own. Raises OperationalError past its time."""

        def in_time(conn: sqlite3.Connection) -> T:
            with sqlite_timelimit(conn, OWN_LIMIT_MS):
                return question(conn)

        answer: T = await self.get_database(self.news_name).execute_fn(in_time)
        return answer

    def close(self) -> None:
        """Give up the threads and connections."""
        if self.executor is not None:
            self.executor.shutdown(wait=True, cancel_futures=True)
        for known in self.databases.values():
            known.close()

    def guarded(self, names: frozenset[str]) -> Any:
        """The application with the guard before it. `names`: the host names that it answers to."""
        return guarded(self.app(), names, loosened(_script_hashes()))


def _metadata(name: str) -> dict[str, Any]:
    return {
        "title": "Copydesk",
        "about": f"Copydesk {version('copydesk')}",
        "databases": {name: {"tables": TABLES, "queries": CANNED}},
    }


def _script_hashes() -> list[str]:
    """Of the inline scripts that Datasette's own templates carry as they stand, without anything filled in but one setting."""
    folder = Path(datasette.__file__).parent / "templates"
    scripts = []
    for name in ("_close_open_menus.html", "_codemirror_foot.html", "table.html"):
        opened = (folder / name).read_text(encoding="utf-8").split("<script>")[1:]
        scripts += [script.partition("</script>")[0] for script in opened]
    filled = [script.replace("{{ datasette_allow_facet }}", "true") for script in scripts]
    return [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in filled]

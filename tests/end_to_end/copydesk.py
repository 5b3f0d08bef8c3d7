"""The `copydesk` command as a real process against a database of its own, for tests."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from db.connection.database import open_database, write
from db.store.sites.sources import all_sources, update_source_settings
from tests.demoweb.web import DemoWeb
from tests.support.forked import ForkedProcess, run_forked
from tests.support.once import once
from tests.support.signalled import SignalledAt

RULES = Path(__file__).parent.parent / "demoweb" / "rules"
# The demo web fails and asks for pauses on purpose; no test but those of the fetching layer gains from waiting.
DEFAULTS: dict[str, object] = {"sites": str(RULES), "retry_pause": "50ms", "max_crawl_delay": "50ms"}
_LIMIT_S = 120.0
"""After this it is sure that nothing more comes: no test depends on how long something takes."""


class Copydesk:
    """A folder with a copydesk.toml and a database, and the commands run in it."""

    factory: ClassVar[pytest.TempPathFactory | None] = None
    """Where tests share what is costly to make (`tests.support.once`); None outside of tests."""

    def __init__(self, folder: Path, proxy: str | None, **settings: object) -> None:
        self.folder = folder
        # Constants of `scheduler.service`, such as BEAT_S, or of a module that is named (`scheduler.processes.STOPS_WITHIN_S`), and
        # what they are in the commands that are forked here.
        self.pace: dict[str, float] = {}
        self.database = folder / "news.db"
        self._settings = DEFAULTS
        self.set(**settings)
        self.env = {key: value for key, value in os.environ.items() if key.lower() not in ("http_proxy", "no_proxy")}
        if proxy:
            self.env["http_proxy"] = proxy

    def set(self, **settings: object) -> None:
        """Change settings in the file, at once: a service that looks at this moment reads the old ones or the new ones."""
        self._settings = self._settings | settings
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in self._settings.items()]
        (new := self.folder / "copydesk.toml.new").write_text("".join(lines), encoding="utf-8")
        new.rename(self.folder / "copydesk.toml")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command in a session of its own."""
        if self._python_differs():
            return self._new_python(arguments)
        return ForkedProcess(arguments, self.folder, self.env, self._constants())

    def _constants(self) -> dict[str, float]:
        return {place if "." in place else f"scheduler.service.{place}": value for place, value in self.pace.items()}

    def start_signalled(
        self, number: signal.Signals, progress: str, *arguments: str, after_s: float = 0.0
    ) -> subprocess.Popen[str]:
        """Start a command that sends itself the signal so long after the first commit that changes what `progress` selects.

        Such as SIGSTOP, after which it stands still outside of any transaction until it is sent SIGCONT.
        """
        assert not self._python_differs()
        try:
            before = [list(row) for row in self.query(progress)]
        except sqlite3.OperationalError:  # there is no such table yet, or no database
            before = []
        at = SignalledAt(number=number, progress=progress, before=before, after_s=after_s)
        return ForkedProcess(arguments, self.folder, self.env, self._constants(), at)

    def kill(self, progress: str, *arguments: str, after_s: float = 0.0) -> bool:
        """Run a command that is killed (`kill -9`) so long after that commit. Whether it was: False if it ended before."""
        process = self.start_signalled(signal.SIGKILL, progress, *arguments, after_s=after_s)
        out, err = process.communicate(timeout=_LIMIT_S)
        assert process.returncode in (0, -signal.SIGKILL), f"{arguments} gave {process.returncode}:\n{out}\n{err}"
        return process.returncode == -signal.SIGKILL

    def _new_python(self, arguments: tuple[str, ...]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "cli.main", *arguments],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments: str, code: int | None = 0) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; fails where its exit code is not `code` (None: any)."""
        try:
            out, err, returned = self._in_new_python(arguments) if self._python_differs() else self._forked(arguments)
        except subprocess.TimeoutExpired as late:
            raise AssertionError(f"{arguments} did not end:\n{late.output!r}\n{late.stderr!r}") from None
        assert code is None or returned == code, f"{arguments} gave {returned}:\n{out}\n{err}"
        return subprocess.CompletedProcess(arguments, returned, out, err)

    def _python_differs(self) -> bool:
        """Whether Python itself is told something else than here, such as where its modules are."""
        return any(name.startswith("PYTHON") and os.environ.get(name) != value for name, value in self.env.items())

    def _forked(self, arguments: tuple[str, ...]) -> tuple[str, str, int]:
        done = run_forked(arguments, self.folder, self.env, _LIMIT_S, constants=self._constants())
        return done.stdout.decode(), done.stderr.decode(), done.returncode

    def _in_new_python(self, arguments: tuple[str, ...]) -> tuple[str, str, int]:
        process = self._new_python(arguments)
        try:
            out, err = process.communicate(timeout=_LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise
        return out, err, process.returncode

    def add_sites(self, web: DemoWeb, *hosts: str, delay: str = "0s") -> None:
        """Add the sites of the demo web, or those named, finding their listings; nobody pauses while they are looked for.

        Of a web that nobody has touched, what is found is always the same: one process finds it for all tests.
        """
        homes = [site.home for site in web.sites if not hosts or site.host in hosts]
        if self.factory is None or self.database.exists() or not web.untouched:
            self._import(homes)
        else:

            def make(folder: Path) -> None:
                Copydesk(folder, web.proxy_url)._import(homes)

            name = hashlib.sha256(f"{web.now} {homes}".encode()).hexdigest()[:16]
            shutil.copy(once(self.factory, f"sites-{name}", make) / "news.db", self.database)
        if delay != "0s":
            self.set_delay(delay)

    def set_delay(self, delay: str) -> None:
        """What `sources set NAME --delay` does, for all sources."""
        conn = open_database(self.database).conn
        with write(conn):
            for source in all_sources(conn):
                update_source_settings(conn, source, {"delay": delay})
        conn.close()

    def _import(self, homes: list[str]) -> None:
        listed = self.folder / "list.txt"
        listed.write_text("\n".join(homes), encoding="utf-8")
        self.run("sources", "import", str(listed), "--delay", "0s")

    def query(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        """Rows of the database, read as any SQLite tool reads them."""
        conn = sqlite3.connect(f"{self.database.as_uri()}?mode=ro", uri=True)
        try:
            return conn.execute(sql, parameters).fetchall()
        finally:
            conn.close()

    def derived(self) -> dict[str, list[tuple[Any, ...]]]:
        """All derived rows."""
        tables = (
            "outcomes",
            "articles",
            "credits",
            "decisions",
            "revision_changes",
            "threads",
            "thread_articles",
            "thread_postings",
        )
        names = dict(self.query("SELECT id, name FROM sources"))
        derived = {}
        for table in tables:
            columns = [row[1] for row in self.query(f"PRAGMA table_info({table})")]
            rows = self.query(f"SELECT * FROM {table} ORDER BY 1, 2, 3")
            if "source_id" in columns:  # another database numbers its sources anew
                at = columns.index("source_id")
                rows = [(*row[:at], names[row[at]], *row[at + 1 :]) for row in rows]
            derived[table] = rows
        return derived


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds. Fails where it never does, which is told after the time in which any machine gets there."""
    end = time.monotonic() + _LIMIT_S
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)

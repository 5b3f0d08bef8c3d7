"""Saved searches in the service: after each crawl, and once a minute for what else came in and for hooks that failed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime

from db.config.loader import Config
from db.display.humanize import counted
from scheduler.log import Log
from scheduler.searches.telling import tell_searches


class SearchJob:
    """Tells of what saved searches have found, and logs it. A trouble that lasts is logged once."""

    def __init__(self, log: Log, stopping: Callable[[], bool]) -> None:
        self._log, self._stopping = log, stopping
        self._troubles: dict[str, str] = {}

    def run(self, conn: sqlite3.Connection, config: Config) -> None:
        """One round."""
        if self._stopping():
            return
        told = tell_searches(conn, config, datetime.now(UTC), stopping=self._stopping)
        if told is None:
            return
        for name, count in told.found.items():
            self._log.info("search", f"search {name}: {counted(count, 'new article')}", search=name, found=count)
        for name, hooks in told.failed.items():
            for hook, why in hooks.items():
                self._log.warning("search_hook", f"search {name}: {hook} {why}; it is tried again", search=name)
        for name, why in told.troubles.items():
            if self._troubles.get(name) != why:
                self._log.error("search_wrong", f"search {name}: {why}", search=name)
        self._troubles = told.troubles

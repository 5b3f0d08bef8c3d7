"""Tells of what saved searches have found: to the alert hooks, and in feed files.

    settings file ──> rows ──> match_new_articles ──> waiting matches ──> a message for each search ──> hooks
                                                               └──> feed files

A message keeps its number and its matches until every hook has taken it, so nothing is lost or told twice: a hook that fails gets
the same message again, with the pauses of an alert, and later matches wait for the next one. Only where a process is killed between
a hook's answer and the commit does that hook get a message twice, with the number that it has seen.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from db.config.loader import Config
from db.config.searches import SavedSearch
from db.connection.database import write
from db.display.humanize import counted
from db.queries.articles import snapshot
from db.queries.saved_searches import current_pages
from db.store.service.saved_searches import (
    SearchMessage,
    SearchRow,
    any_saved_search,
    open_messages,
    pages_of_message,
    record_message_sent,
    saved_searches,
    store_file_searches,
)
from db.system.files_beside import WorkLock
from db.timestamps import format_timestamp
from pipelines.exchange.article_objects import article_objects
from scheduler.alerts.hooks import HOOK_LIMIT_S, Hooks, waits_for_retry
from scheduler.searches.feed_files import write_feed
from scheduler.searches.matching import match_new_articles

SEARCH_KIND = "search"
MOST_IN_MESSAGE = 20
"""Articles in a message; of the others it has the number."""
_TITLES = 3
_TITLE_LENGTH = 80
# Left out of a message: it says what was found, the database has the rest.
_LEFT_OUT = ("text", "subheadings", "images", "provenance")


@dataclass(frozen=True, slots=True, kw_only=True)
class TellRound:
    """What a round did. `found`: new articles by search; `sent`: messages that all hooks have taken; `failed`: hooks that did
    not, by search; `troubles`: searches that cannot be asked, and feed files that cannot be written, with the reason.
    `busy`: another process tells of them.
    """

    found: Counter[str]
    sent: int
    failed: dict[str, dict[str, str]]
    troubles: dict[str, str]
    busy: bool = False


def store_searches_of(conn: sqlite3.Connection, config: Config, now: datetime) -> None:
    """Take over the searches of the settings file. Nothing is written if nothing has changed."""
    if config.path is None or not (config.searches or any_saved_search(conn)):
        return
    folder = config.path.absolute().parent
    searches = {name: _with_feed(search, folder) for name, search in config.searches.items()}
    with write(conn):
        store_file_searches(conn, config.path.absolute(), searches, now)


def _with_feed(search: SavedSearch, folder: Path) -> SavedSearch:
    return replace(search, feed=folder / search.feed) if search.feed else search


def tell_searches(
    conn: sqlite3.Connection,
    config: Config,
    now: datetime,
    *,
    limit_s: float = HOOK_LIMIT_S,
    stopping: Callable[[], bool] = lambda: False,
) -> TellRound | None:
    """Match the articles that came in, tell the hooks, write the feed files. None if there are no saved searches.

    `conn` must be writable. A failing hook or file raises nothing. One process at a time tells; others only match.
    """
    store_searches_of(conn, config, now)
    if not any_saved_search(conn):
        return None
    matched = match_new_articles(conn, now, stopping=stopping)
    with WorkLock(config.database, "searches.lock").attempt() as held:
        if not held:
            return TellRound(found=matched.found, sent=0, failed={}, troubles=matched.troubles, busy=True)
        troubles = matched.troubles | _write_feeds(conn, now)
        hooks = Hooks(config, limit_s=limit_s, stopping=stopping)
        sent, failed = _send(conn, config, now, hooks, stopping)
        return TellRound(found=matched.found, sent=sent, failed=failed, troubles=troubles)


def _write_feeds(conn: sqlite3.Connection, now: datetime) -> dict[str, str]:
    return {row.name: why for row in saved_searches(conn) if (why := write_feed(conn, row, now))}


def _send(
    conn: sqlite3.Connection, config: Config, now: datetime, hooks: Hooks, stopping: Callable[[], bool]
) -> tuple[int, dict[str, dict[str, str]]]:
    down = dict[str, str]()
    rows = {row.id: row for row in saved_searches(conn)}
    with write(conn):
        messages = open_messages(conn, now, hooks=bool(hooks.names))
    sent, failed = 0, dict[str, dict[str, str]]()
    # Those that failed come last: a hook that hangs must not keep the others from theirs.
    for message in sorted(messages, key=lambda one: one.failure is not None):
        if stopping():
            break
        if waits_for_retry(message.failure, now):
            continue
        row = rows[message.search_id]
        payload = _payload(conn, config, row, message)
        accepted, failure = hooks.send(payload, message.failure, now, down=down)
        with write(conn):
            record_message_sent(conn, message.id, accepted=accepted, failure=failure, at=now)
        if failure is None:
            sent += 1
        else:
            failed[row.name] = failure["hooks"]
            down |= failure["hooks"]
    return sent, failed


def _payload(conn: sqlite3.Connection, config: Config, row: SearchRow, message: SearchMessage) -> dict[str, object]:
    """The payload of the hooks: that of an alert, with the articles as its evidence."""
    with snapshot(conn):
        pages, count = pages_of_message(conn, message.id, MOST_IN_MESSAGE)
        latest = current_pages(conn, pages)
    articles = [_article(found) for found in article_objects(conn, latest)]
    titles = [str(article["title"])[:_TITLE_LENGTH] for article in articles[:_TITLES]]
    more = f" and {count - len(titles)} more" if count > len(titles) else ""
    return {
        "alert": None,
        "event": SEARCH_KIND,
        "kind": SEARCH_KIND,
        "source": None,
        "says": f"{row.name}: {counted(count, 'new article')}: {'; '.join(titles)}{more}",
        "remedy": f"`copydesk searches show {row.name}` lists them",
        "opened_at": format_timestamp(message.made_at),
        "closed_at": None,
        "evidence": {
            "search": row.name,
            "message": message.id,
            "query": row.search.query,
            "count": count,
            "articles": articles,
            "more": count - len(articles),
        },
        "database": str(config.database.absolute()),
    }


def _article(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in _LEFT_OUT}

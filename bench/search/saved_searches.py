"""What saved searches cost: 500 new articles and 100 searches, in an archive of generated articles.

    python bench/search/saved_searches.py DATABASE [--articles 500] [--searches 100]

DATABASE is one that `bench/search/search_scale.py --folder` has made. The articles are the last of it, which are put among those
that came in; everything is rolled back by dropping the searches. Prints the time of all transactions and of the longest.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))

from db.config.searches import SavedSearch
from db.connection.database import connect, open_database, write
from db.store.service.saved_searches import store_search
from scheduler.searches import matching


@dataclass
class Steps:
    """The length of each transaction, in seconds."""

    seconds: list[float] = field(default_factory=list)

    def timed(self, step: Callable[..., list[int]]) -> Callable[..., list[int]]:
        """The same, but each call is noted."""

        def noted(*arguments: object) -> list[int]:
            self.seconds.append(time.perf_counter())
            return step(*arguments)

        return noted


def searches_of(conn: sqlite3.Connection, count: int) -> list[SavedSearch]:
    """Searches for words of titles all over the archive, every tenth with a filter alone."""
    rows = conn.execute("SELECT title FROM articles WHERE page_id % 997 = 0 LIMIT ?", (count,)).fetchall()
    found = []
    for number, (title,) in enumerate(rows):
        words = title.split() if " " in title else [title[:2], title[2:4]]
        query = words[0] if number % 3 else " OR ".join(words[:2])
        found.append(SavedSearch(language="zh") if number % 10 == 0 else SavedSearch(query=query.strip("-\"'*") or "a"))
    return found


def main() -> None:
    """Measure, print, and leave the database as it was."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database", type=Path)
    parser.add_argument("--articles", type=int, default=500)
    parser.add_argument("--searches", type=int, default=100)
    given = parser.parse_args()
    open_database(given.database).conn.close()
    conn = connect(given.database)
    steps = Steps()
    now = datetime.now(UTC)
    for at_once in (0, given.searches):
        with write(conn):
            conn.execute("DELETE FROM saved_searches")
            for number, search in enumerate(searches_of(conn, at_once)):
                store_search(conn, f"s{number}", search, now)
            conn.execute("UPDATE saved_searches SET after_page = 1")
            conn.execute(
                "INSERT OR IGNORE INTO to_match SELECT page_id FROM articles ORDER BY page_id DESC LIMIT ?",
                (given.articles,),
            )
        begun = time.perf_counter()
        cpu = time.process_time()
        with patch.object(matching, "pages_to_match", side_effect=steps.timed(matching.__dict__["pages_to_match"])):
            found = matching.match_new_articles(conn, now).found
        whole = time.perf_counter() - begun
        longest = max((b - a for a, b in zip(steps.seconds, steps.seconds[1:], strict=False)), default=0.0)
        print(
            f"{at_once} searches, {given.articles} articles: {whole * 1000:.0f} ms,"
            f" CPU {(time.process_time() - cpu) * 1000:.0f} ms,"
            f" longest transaction {longest * 1000:.0f} ms, {sum(found.values())} matches"
        )
        steps.seconds.clear()
    with write(conn):
        conn.execute("DELETE FROM saved_searches")
    conn.close()


if __name__ == "__main__":
    main()

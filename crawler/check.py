"""Looks at sources now, for `copydesk why`: a crawl of their listings and a few articles into a database that is thrown away.

It is a real crawl: robots.txt, pace, holds, guard, parser processes and extraction are those of every crawl. Nothing is requested
twice: failed requests are not repeated. robots.txt is asked for anew, since what it says now is a part of the answer.
"""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from crawler.crawl.session import CrawlOrder
from crawler.http.connection.guard import system_lookup
from crawler.run import Watch, crawl
from db.config.loader import Config
from db.connection.database import open_database, write
from db.diagnosis.evidence import SourceEvidence
from db.models import Source
from db.queries.sources.source_evidence import SourceRows, source_evidence
from db.store.sites.holds import copy_holds
from db.store.sites.sources import add_source, all_sources, insert_listings, load_listings

ARTICLES_TRIED = 5
"""Articles fetched of each source: enough to see whether most are read, and whether fields are missing."""


def check_sources(
    config: Config, conn: sqlite3.Connection, sources: Sequence[Source], *, watch: Watch | None = None
) -> dict[str, SourceEvidence]:
    """Look at sources now; what is known of each, by name. `conn`: the database, which is only read.

    `watch`: see `crawler.run.crawl`. Raises CopydeskError, and KeyboardInterrupt.
    """
    with tempfile.TemporaryDirectory(prefix="copydesk-why-") as folder:
        apart = config.with_values(db=str(Path(folder) / "check.db"), retries=0)
        _prepare(apart, conn, sources)
        names = tuple(source.name for source in sources)
        crawled = crawl(apart, CrawlOrder(names=names, limit=ARTICLES_TRIED, command="why"), watch=watch)
        if crawled.stopped:
            raise KeyboardInterrupt  # half of the rows would tell of faults that are none
        with closing(open_database(apart.database).conn) as looked:
            copies = {copy.name: copy for copy in all_sources(looked)}
            now = datetime.now(UTC)
            return {
                source.name: source_evidence(
                    SourceRows(conn=looked, source=copies[source.name]),
                    now,
                    past=SourceRows(conn=conn, source=source),
                    addresses=_addresses(source),
                )
                for source in sources
            }


def _prepare(config: Config, conn: sqlite3.Connection, sources: Sequence[Source]) -> None:
    with closing(open_database(config.database, create=True).conn) as made:
        now = datetime.now(UTC)
        with write(made) as new:
            copy_holds(conn, new)
            for source in sources:
                copy, _ = add_source(new, name=source.name, url=source.url, settings=source.settings, at=now)
                insert_listings(new, copy.id, load_listings(conn, source.id), now)


def _addresses(source: Source) -> Sequence[str]:
    """What the host's name resolves to; nothing where it does not, or a proxy resolves it."""
    try:
        return asyncio.run(system_lookup(urlsplit(source.url).hostname or ""))
    except OSError:
        return ()

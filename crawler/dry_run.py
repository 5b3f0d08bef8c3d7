"""A dry run of one source: a real crawl into a temporary database."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crawler.crawl.read_lists import DeclaredListPage
from crawler.crawl.session import TEST, CrawlOrder
from crawler.run import Watch, crawl
from db.config.loader import Config
from db.connection.database import open_database, write
from db.errors import ConfigError
from db.models import Article, Listing, Source
from db.store.crawl.dry_runs import load_whole_run
from db.store.crawl.run_counts import Figures
from db.store.extraction.outcomes import load_article
from db.store.sites.site_rules import load_current_rules
from db.store.sites.sources import add_source, insert_listings, load_listings
from pipelines.urls import host_of


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What a crawl of the source would bring. `rejected` holds (url, reason, detail), `failed` (url, error)."""

    source: Source
    listings: Sequence[Listing]
    links: int
    articles: Sequence[Article]
    rejected: Sequence[tuple[str, str, str]]
    failed: Sequence[tuple[str, str]]
    notes: Sequence[str]
    lists: Sequence[DeclaredListPage]
    json_lists: Sequence[Mapping[str, object]]
    """JSON lists that drawn listings asked for, each with the keys of a rule that reads it."""
    figures: Figures
    stopped: bool
    """Whether it was ended early, so that results may be missing."""


def dry_run(
    config: Config, source: Source, listings: Sequence[Listing], limit: int, *, watch: Watch | None = None
) -> DryRun:
    """Crawl at most `limit` articles of a source into a temporary database.

    `watch`: see `crawler.run.crawl`. Raises CopydeskError, also where the site's own rules are mistaken, since these are what is
    tried. Mistakes in the rules of other sites become notes.
    """
    others = _mistakes_of_other_sites(config, source)
    with tempfile.TemporaryDirectory(prefix="copydesk-test-") as folder:
        apart = config.with_values(db=str(Path(folder) / "test.db"))
        _prepare(apart, source, listings)
        crawled = crawl(apart, CrawlOrder(names=(source.name,), limit=limit, command=TEST), watch=watch)
        db = open_database(apart.database)
        try:
            conn = db.conn
            found = load_whole_run(conn)
            return DryRun(
                source=source,
                listings=load_listings(conn, found.source_id),
                links=found.links,
                articles=[article for page in found.article_pages if (article := load_article(conn, page))],
                rejected=found.rejected,
                failed=found.failed,
                notes=[*others, *(note for visit in crawled.visits for note in visit.notes)],
                lists=[read for visit in crawled.visits for read in visit.lists],
                json_lists=[proposed for visit in crawled.visits for proposed in visit.json_lists],
                figures=crawled.figures,
                stopped=crawled.stopped,
            )
        finally:
            conn.close()


def _mistakes_of_other_sites(config: Config, source: Source) -> list[str]:
    mistakes = load_current_rules(config, None).mistakes
    if mine := next((mistake for mistake in mistakes if mistake.affects(host_of(source.url))), None):
        raise ConfigError(mine.message)
    return [mistake.message for mistake in mistakes]


def _prepare(config: Config, source: Source, listings: Sequence[Listing]) -> None:
    db = open_database(config.database, create=True)
    now = datetime.now(UTC)
    try:
        with write(db.conn) as conn:
            copy, _ = add_source(conn, name=source.name, url=source.url, settings=source.settings, at=now)
            insert_listings(conn, copy.id, listings, now)
    finally:
        db.conn.close()

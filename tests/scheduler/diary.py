"""Writing a source's past into a real database, with the functions a crawl uses, at times of the test's choosing."""

from __future__ import annotations

import os
import random
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from db.connection.database import open_database, write
from db.models import Article, Link, LinkKind, Moment, Precision, Reason, Rejection
from db.store.crawl import facts
from db.store.crawl.source_runs import begin_source_runs, end_source_run
from db.store.extraction.outcomes import Extractor, extractor_id, insert_rejection
from db.store.sites.sources import add_source
from pipelines.extraction.fingerprint import fingerprint
from tests.support.articles import insert_indexed_article

MAKER = Extractor(code="0.0.1+test", rules="none", trafilatura="2.3.1")
WORDS = ("harbour", "council", "ferry", "bridge", "winter", "market", "school", "tide", "lamp", "road")


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a page is to be read as. `words` of 0: it is refused. `lines`: what its text has besides."""

    words: int = 200
    lines: tuple[str, ...] = ()
    authors: tuple[str, ...] = ("Ann Reed",)
    editors: tuple[str, ...] = ()
    source: str | None = "The Courier"
    precision: Precision | None = Precision.MINUTE
    title: str | None = None
    title_by: str = "og:title"


class Diary:
    """A database and its clock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.conn: sqlite3.Connection = open_database(path, create=True).conn
        self._pages = 0
        self._chance = random.Random(11)

    def add(self, name: str, at: datetime, **settings: object) -> int:
        """A source."""
        with write(self.conn):
            source, _ = add_source(self.conn, name=name, url=f"http://{name}/", settings=settings, at=at)
        return source.id

    def visit(
        self,
        source: int,
        at: datetime,
        *,
        links: Sequence[datetime | None] = (),
        stories: Sequence[Story] = (),
        asked: Sequence[tuple[str, str | None]] = (("entry", None),),
        ended: str = "finished",
        error: str | None = None,
    ) -> int:
        """One run at one source: `links` are found (each with its published hint), `find_clusters` are fetched and read.

        `asked` are other requests: what, and the error it ended in. Returns the run's id.
        """
        with write(self.conn) as conn:
            run = facts.begin_run(conn, "crawl", os.getpid(), at)
            begin_source_runs(conn, run, [source], at)
            self._links(source, at, run, links)
            for story in stories:
                self._page(source, at, run, story)
            for number, (what, failure) in enumerate(asked):
                status = None if failure else 304
                url = f"http://s{source}.example/{what}/{number}"
                facts.insert_fetch(
                    conn,
                    facts.Fetch(
                        what=what, url=url, started_at=at, run_id=run, source_id=source, status=status, error=failure
                    ),
                )
            end_source_run(conn, run, source, ended=ended, at=at + timedelta(seconds=20), error=error)
            facts.end_run(conn, run, ended, at + timedelta(seconds=21), {}, None)
        return run

    def _links(self, source: int, at: datetime, run: int, hints: Sequence[datetime | None]) -> list[int]:
        ids = []
        for hint in hints:
            self._pages += 1
            url = f"http://s{source}.example/a/{self._pages}"
            link = Link(url=url, key=url, kind=LinkKind.FEED, published=hint)
            facts.insert_links(self.conn, source, [link], at + timedelta(seconds=5), run)
            ids.append(int(self.conn.execute("SELECT id FROM links WHERE key = ?", (url,)).fetchone()[0]))
        return ids

    def _page(self, source: int, at: datetime, run: int, story: Story) -> None:
        (link_id,) = self._links(source, at, run, [None])
        url = f"http://s{source}.example/a/{self._pages}"
        body = f"<p>{source} {self._pages}</p>".encode()
        fetch = facts.Fetch(
            what="article", url=url, started_at=at, source_id=source, link_id=link_id, run_id=run, status=200
        )
        page_id = facts.insert_page(
            self.conn,
            facts.ReceivedPage(
                fetch=fetch, source_id=source, headers={}, content_type="text/html", body=facts.pack_body(body)
            ),
        )
        assert page_id is not None
        maker = extractor_id(self.conn, MAKER)
        if not story.words:
            insert_rejection(self.conn, page_id, Rejection(reason=Reason.TOO_SHORT), maker)
            return
        article = Article(
            url=url,
            title=story.title or f"Story {self._pages}",
            text="\n".join((" ".join(self._chance.choice(WORDS) for _ in range(story.words)), *story.lines)),
            authors=story.authors,
            editors=story.editors,
            source=story.source,
            published=Moment(at=at, precision=story.precision) if story.precision else None,
            provenance={"title": story.title_by},
            word_count=story.words,
        )
        insert_indexed_article(self.conn, page_id, url, article, fingerprint(article, url), maker)

    def close(self) -> None:
        self.conn.close()


def hours(start: datetime, count: int, step: float = 1.0) -> Iterator[datetime]:
    """So many moments, `step` hours apart."""
    return (start + timedelta(hours=step * number) for number in range(count))

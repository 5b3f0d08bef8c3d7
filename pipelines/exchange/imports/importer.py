"""Stores items of archives in the database, several in one transaction, like the pages of a crawl.

    items ──> a few pages, compressed ──> one job for the writer ──> counts; ingest is woken

What is held is bounded by `MAX_PAGES_HELD` and `MAX_BYTES_HELD`, whatever the archive's size. A kill loses at most what is held;
the next import of the same file passes over what is known.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from db.connection.writer import Writer
from db.errors import DatabaseError
from db.models import Link
from db.store.archives.archive_import import (
    find_fetched_page,
    find_or_add_source,
    insert_archived_page,
    insert_not_modified,
    insert_revisit,
    sources_by_host,
)
from db.store.crawl.drawings import pack_drawing
from db.store.crawl.facts import Body, Fetch, ReceivedPage, pack_body
from pipelines.exchange.items import ArchivedPage, Item, KnownFetch, Revisit, SkippedRecord, SkippedRecords, link_of
from pipelines.urls import link_key

MAX_PAGES_HELD, MAX_BYTES_HELD = 64, 16_000_000
# Payload digests remembered for revisits, 150 bytes each.
_MOST_DIGESTS = 200_000


@dataclass(slots=True, kw_only=True)
class ImportCounts:
    """The result of an import."""

    items: int = 0
    pages: int = 0
    """New pages."""
    known: int = 0
    """Fetches that the database already had."""
    passed: SkippedRecords = field(default_factory=SkippedRecords)


class Importer:
    """Imports items. `source_id`: the source of all pages, instead of one for each host; `hosts`: that of each host, where not the
    known one with its address; `wake`: called after each transaction.
    """

    def __init__(
        self,
        writer: Writer,
        run_id: int,
        *,
        source_id: int | None = None,
        hosts: Mapping[str, int] | None = None,
        wake: Callable[[], None] | None = None,
    ) -> None:
        self.writer, self._run_id, self._source_id = writer, run_id, source_id
        self._wake = wake
        self._hosts: dict[str, int] | None = dict(hosts) if hosts is not None else None
        self._pages: OrderedDict[str, int] = OrderedDict()
        self.counts = ImportCounts()

    def take(self, items: Iterable[Item], *, stopped: Callable[[], bool], show: Callable[[ImportCounts], None]) -> None:
        """Store all items until `stopped` returns True. Raises DatabaseError, and what reading the archive raises."""
        held: list[tuple[Item, Body | None, tuple[Body, ...]]] = []
        size = 0
        try:
            for item in items:
                self.counts.items += 1
                if isinstance(item, ArchivedPage):
                    body = pack_body(item.body)
                    held.append((item, body, tuple(pack_body(data, url) for url, data in item.parts)))
                    size += len(item.body) + sum(len(data) for _, data in item.parts)
                elif isinstance(item, SkippedRecord):
                    self.counts.passed.note(item)
                else:
                    held.append((item, None, ()))
                if len(held) >= MAX_PAGES_HELD or size >= MAX_BYTES_HELD:
                    self._store(held)
                    held, size = [], 0
                show(self.counts)
                if stopped():
                    break
        except DatabaseError:
            held = []
            raise
        finally:
            if held:
                self._store(held)

    def _store(self, held: list[tuple[Item, Body | None, tuple[Body, ...]]]) -> None:
        def job(conn: sqlite3.Connection) -> Counter[str]:
            if self._hosts is None:
                self._hosts = sources_by_host(conn)
            return Counter(self._put(conn, *one) for one in held)

        fates = self.writer.submit(job).result()
        counts = self.counts
        counts.pages += fates.pop("new", 0)
        fates.pop("unchanged", 0)  # no page, only a fetch: counted in the run's figures
        counts.known += fates.pop("known", 0)
        counts.passed.reasons += fates
        if self._wake is not None:
            self._wake()

    def _put(self, conn: sqlite3.Connection, item: Item, body: Body | None, parts: tuple[Body, ...]) -> str:
        """Store an item; returns new, unchanged, known, or a reason for skipping it."""
        assert not isinstance(item, SkippedRecord)
        link = link_of(item)
        if isinstance(item, KnownFetch):
            self._remember(item.digest, find_fetched_page(conn, link_key(item.url), item.url, item.fetched_at))
            return "known"
        if find_fetched_page(conn, link.key, item.url, item.fetched_at) is not None:
            return "known"
        now = datetime.now(UTC)
        if isinstance(item, Revisit):
            return self._put_revisit(conn, item, link, now)
        assert body is not None
        drawing = item.drawing
        received = ReceivedPage(
            fetch=self._fetch(conn, item, now),
            source_id=self._source(conn, item, now),
            headers=item.headers,
            content_type=item.headers.get("Content-Type"),
            body=body,
            parts=parts,
            drawing=replace(
                drawing.record,
                source_id=self._source(conn, item, now),
                run_id=self._run_id,
                document=pack_drawing(drawing.document, item.body),
            )
            if drawing
            else None,
        )
        page_id, new = insert_archived_page(conn, received, link, now)
        self._remember(item.digest, page_id)
        return "new" if new else "unchanged"

    def _put_revisit(self, conn: sqlite3.Connection, item: Revisit, link: Link, now: datetime) -> str:
        page_id = self._pages.get(item.digest) if item.digest else None
        if item.unchanged and page_id is None:
            known = insert_not_modified(conn, self._fetch(conn, item, now), link, now)
            return "unchanged" if known else "revisit_without_page"
        if page_id is None:
            return "revisit_without_page"
        new = insert_revisit(conn, self._fetch(conn, item, now), link, item.headers, page_id, now)
        return "revisit_without_page" if new is None else "new" if new else "unchanged"

    def _remember(self, digest: str | None, page_id: int | None) -> None:
        if digest and page_id is not None:
            self._pages[digest] = page_id
            if len(self._pages) > _MOST_DIGESTS:
                self._pages.popitem(last=False)

    def _source(self, conn: sqlite3.Connection, item: ArchivedPage | Revisit, now: datetime) -> int:
        if self._source_id is not None:
            return self._source_id
        assert self._hosts is not None
        named = item.source if isinstance(item, ArchivedPage) else None
        return find_or_add_source(conn, self._hosts, item.url, now, named)

    def _fetch(self, conn: sqlite3.Connection, item: ArchivedPage | Revisit, now: datetime) -> Fetch:
        page = item if isinstance(item, ArchivedPage) else None
        return Fetch(
            what="article",
            url=item.url,
            final_url=page.final_url if page else None,
            started_at=item.fetched_at,
            duration_ms=page.duration_ms if page else None,
            status=page.status if page else None,
            bytes=len(page.body) if page else None,
            run_id=self._run_id,
            source_id=self._source(conn, item, now),
        )

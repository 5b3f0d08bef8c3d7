"""`copydesk.open`: a database for who only reads."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from cli.article_lookup import page_named
from copydesk._records import SearchHit, SearchHits, StoredArticle, StoredPage, aware
from db.connection.database import open_for_reading, translate_sqlite_errors
from db.errors import BodyPruned, NotFound, UsageError
from db.models import Article, Page, Reason, Rejection, Source
from db.queries.article_filter import ArticleFilter, ArticleKind
from db.queries.articles import (
    ArticleSummary,
    PageStatus,
    all_articles,
    article_summary,
    cluster,
    current_page,
    page_status,
    revisions,
    snapshot,
)
from db.queries.cursor import parse_cursor
from db.queries.search import ResultPage, search
from db.site_rules.loader import Sites, sites_of
from db.store.extraction.outcomes import load_article
from db.store.extraction.page_selection import Selection, select_pages
from db.store.extraction.pages import load_page, page_headers
from db.store.sites.site_rules import rules_in_force
from db.store.sites.sources import all_sources, source_ids
from db.timestamps import format_timestamp, parse_timestamp

Kind = Literal["original", "copy", "corrected", "gone"]

# Articles read in one transaction: a loop that takes its time with them holds up nobody.
_AT_ONCE = 100


def open(path: str | os.PathLike[str] = "news.db") -> Archive:
    """Open a database that crawls have made, to read it. Use it in a `with` block, or `close` it.

    Works beside running crawls, and on files that cannot be written. A file of an older version is brought up to date where
    it can be written. Raises UsageError where there is no such database, and DatabaseError where it cannot serve.
    """
    return Archive(path)


class Archive:
    """A database, open for reading. Made by `copydesk.open`.

    What an iterator gives is read as it goes on, a hundred articles at a time. Each
    call sees the database of one moment, an iterator that of several. Articles are named by their id, or by any of their
    addresses: as found, as redirected, or as stated by the page (canonical).

    An archive belongs to the thread that opened it, any other gets a UsageError. Opening takes milliseconds: open one in
    each thread.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._thread = threading.get_ident()
        self._conn = open_for_reading(self.path)
        self._is_open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<copydesk.Archive {str(self.path)!r}{'' if self._is_open else ', closed'}>"

    def close(self) -> None:
        """Close the file. May be called twice."""
        if self._is_open:
            self._check_thread()
            self._is_open = False
            self._conn.close()

    def sources(self) -> list[Source]:
        """The sites that are crawled, by name; paused ones too."""
        with self._reading() as conn:
            return all_sources(conn)

    def articles(  # noqa: PLR0913 - what can be asked for, all by name
        self,
        *,
        source: str | Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        language: str | None = None,
        person: str | None = None,
        section: str | None = None,
        kind: Kind | None = None,
        paywalled: bool | None = None,
        limit: int | None = None,
    ) -> Iterator[StoredArticle]:
        """The articles in their latest revisions, newest first: published (else fetched) from `since` to before `until`.

        The filters are those of `copydesk articles`. `source` is the name or address of a source, or a list of such, of any of
        which an article may be; `language` a tag such as "zh", which includes zh-TW; `person` an author, editor or proofreader;
        `section` is as the page names it; `paywalled`: True for pages that show only a part, False for all others. Raises
        UnknownSource.
        """
        _check_limit(limit)
        filters = self._filters(source, since, until, language, person, section, kind, paywalled)
        return self._articles_of(all_articles(self._reading, filters, limit=limit or 0))

    def search(  # noqa: PLR0913 - what can be asked for, all by name
        self,
        query: str,
        *,
        source: str | Sequence[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        language: str | None = None,
        person: str | None = None,
        section: str | None = None,
        kind: Kind | None = None,
        paywalled: bool | None = None,
        newest_articles: bool = False,
        limit: int = 20,
        page: int = 1,
        after: str | None = None,
    ) -> SearchHits:
        """Search titles, texts and credits, the best first, or with `newest_articles` the latest.

        `query` is as for `copydesk search` (docs/search.md): words, "a phrase", -without, OR, begin*. Chinese may be in
        simplified or traditional characters. The filters are those of `articles`; without a query, they list. `page` is the
        `page`-th `limit` hits. In order of time, `after` is what comes after the hits that had it as their `next`: as quick however
        far down, and the same while crawls add articles. Raises QueryError, UnknownSource, and UsageError for a wrong `after`.
        """
        _check_limit(limit)
        _check_limit(page, "page")
        filters = self._filters(source, since, until, language, person, section, kind, paywalled)
        part = ResultPage(
            number=page, size=limit, newest=newest_articles, after=parse_cursor(after) if after is not None else None
        )
        with self._reading() as conn:
            found = search(conn, query, filters, part)
            hits = [
                SearchHit(article=article, title=hit.title, snippet=hit.snippet, score=hit.score)
                for hit in found.hits
                if (article := _article(conn, hit.article_summary))
            ]
        return SearchHits(
            hits=tuple(hits),
            found=found.found,
            complete=found.complete,
            more=found.more,
            unindexed=found.unindexed,
            next=str(found.next) if found.next else None,
        )

    def article(self, id_or_url: int | str, *, revision: int | None = None) -> StoredArticle:
        """One article, in its latest revision or the one asked for. The number of any other page of it means that page.

        Raises NotFound where there is none (the message offers addresses that are near, or says why the page is no
        article), and FetchError where the address is known and was never fetched.
        """
        with self._reading() as conn, snapshot(conn):
            page = _named(conn, id_or_url, revision)
            return _the_article(conn, page)

    def copies(self, id_or_url: int | str) -> list[StoredArticle]:
        """Who printed a story: its original first, then every copy as it was published. Alone, where no copies are known.

        Raises as `article` does.
        """
        with self._reading() as conn, snapshot(conn):
            ids = cluster(conn, _settled(conn, id_or_url))
            pages = [page_id for each in ids if (page_id := current_page(conn, each)) is not None]
            return _articles(conn, pages)

    def revisions(self, id_or_url: int | str) -> list[StoredArticle]:
        """An article's revisions, the oldest first; `copydesk.diff` says what one changed. Raises as `article` does."""
        with self._reading() as conn, snapshot(conn):
            return _articles(conn, [one.page_id for one in revisions(conn, _settled(conn, id_or_url))])

    def page(self, id_or_url: int | str) -> StoredPage:
        """A page as it was received, with its headers, whatever became of it.

        A number is that very page (`StoredArticle.page_id`); an address is that of an article's latest revision, or of a page.
        Raises as `article` does, and BodyPruned where the bytes were dropped after their time (setting `keep_bodies`).
        """
        with self._reading() as conn, snapshot(conn):
            page = _named(conn, id_or_url)
            if str(id_or_url).isdecimal():  # there it may be an article, whose latest revision is another page
                page = page_status(conn, int(id_or_url)) or page
            return _page(conn, page)

    def pages(
        self, *, source: str | Sequence[str] | None = None, since: datetime | None = None
    ) -> Iterator[StoredPage]:
        """All pages that were read and whose bytes are kept, fetched since then, by their ids. Raises UnknownSource."""
        aware("since", since)
        with self._reading() as conn:
            wanted = Selection(
                source_ids=source_ids(conn, _names(source)), since=format_timestamp(since) if since else None
            )
            page_ids = list(select_pages(conn, wanted, extractor_id=0))
        return self._pages_of(iter(page_ids))

    def rules(self) -> Sites:
        """The site rules by which pages were read last, for `copydesk.extract(page, rules=...)`."""
        with self._reading() as conn:
            return sites_of(rules_in_force(conn))

    def _filters(  # noqa: PLR0913 - one for each
        self,
        source: str | Sequence[str] | None,
        since: datetime | None,
        until: datetime | None,
        language: str | None,
        person: str | None,
        section: str | None,
        kind: Kind | None,
        paywalled: bool | None,
    ) -> ArticleFilter:
        aware("since", since), aware("until", until)
        with self._reading() as conn:
            return ArticleFilter(
                source_ids=source_ids(conn, _names(source)),
                since=since,
                until=until,
                language=language,
                person=person,
                section=section,
                kind=ArticleKind(kind) if kind is not None else None,
                paywalled=paywalled,
            )

    def _articles_of(self, page_ids: Iterator[int]) -> Iterator[StoredArticle]:
        while chunk := list(islice(page_ids, _AT_ONCE)):
            with self._reading() as conn, snapshot(conn):
                found = _articles(conn, chunk)
            yield from found

    def _pages_of(self, page_ids: Iterator[int]) -> Iterator[StoredPage]:
        for page_id in page_ids:
            with self._reading() as conn, snapshot(conn):
                state = page_status(conn, page_id)
                page = _page(conn, state) if state is not None and state.pruned_at is None else None
            if page is not None:
                yield page

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for one or several queries; SQLite's errors come out as ours."""
        self._check_thread()
        if not self._is_open:
            raise UsageError(f"{self.path}: this archive is closed; open it again with copydesk.open")
        with translate_sqlite_errors(self.path):
            yield self._conn
            if self._conn.file is not None:
                self._conn.file.check_unwritten()

    def _check_thread(self) -> None:
        if threading.get_ident() != self._thread:
            raise UsageError(
                f"{self.path}: this archive was opened in another thread; use copydesk.open in each thread"
            )


def _named(conn: sqlite3.Connection, id_or_url: int | str, revision: int | None = None) -> PageStatus:
    if isinstance(id_or_url, bool) or not isinstance(id_or_url, int | str):
        raise TypeError(f"an article is named by its id or address, not by {type(id_or_url).__name__}")
    return page_named(conn, str(id_or_url), revision)


def _settled(conn: sqlite3.Connection, id_or_url: int | str) -> int:
    page = _named(conn, id_or_url)
    if page.article_id is None:
        _the_article(conn, page)
        raise NotFound(f"page {page.page_id} ({page.url}) is not settled yet; crawl again, or run `copydesk settle`")
    return page.article_id


def _the_article(conn: sqlite3.Connection, page: PageStatus) -> StoredArticle:
    head = article_summary(conn, page.page_id) if page.is_article else None
    if head is not None and (article := _article(conn, head)):
        return article
    if page.reason is None:
        raise NotFound(f"page {page.page_id} ({page.url}) is stored and was not read yet; the next crawl reads it")
    raise NotFound(
        f"page {page.page_id} ({page.url}) is no article ({page.reason}); archive.page({page.page_id}) gives it"
    )


def _articles(conn: sqlite3.Connection, page_ids: list[int]) -> list[StoredArticle]:
    heads = (article_summary(conn, page_id) for page_id in page_ids)
    return [article for head in heads if head is not None and (article := _article(conn, head))]


def _article(conn: sqlite3.Connection, head: ArticleSummary) -> StoredArticle | None:
    article = load_article(conn, head.page_id)
    if article is None:
        return None
    return StoredArticle(
        **{one.name: getattr(article, one.name) for one in fields(Article)},
        id=head.article_id,
        page_id=head.page_id,
        source_name=head.source_name,
        final_url=head.final_url,
        believed_url=head.link,
        published_utc=head.published_utc,
        fetched_at=parse_timestamp(head.fetched_at),
        revision=head.revision,
        original_id=head.original_id if head.original_id != head.article_id else None,
    )


def _page(conn: sqlite3.Connection, state: PageStatus) -> StoredPage:
    try:
        page = load_page(conn, state.page_id)
    except BodyPruned as pruned:
        raise BodyPruned(f"page {state.page_id} ({state.url}): {pruned}") from None
    rejection = Rejection(reason=Reason(state.reason), detail=state.detail or "") if state.reason else None
    return StoredPage(
        **{one.name: getattr(page, one.name) for one in fields(Page)},
        id=state.page_id,
        source_name=state.source_name,
        headers=page_headers(conn, state.page_id),
        article_id=state.article_id,
        rejection=rejection,
    )


def _names(source: str | Sequence[str] | None) -> Sequence[str]:
    return (source,) if isinstance(source, str) else source or ()


def _check_limit(limit: int | None, name: str = "limit") -> None:
    if limit is not None and limit < 1:
        raise ValueError(f"{name} must be 1 or more, not {limit}; leave it out for the default")

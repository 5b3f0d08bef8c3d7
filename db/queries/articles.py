"""Find articles and pages.

An article is identified by the id of its first page (`decisions.article_id`). Its current page is that of its latest
revision. "Newest first" is by time of publication, else by time of fetch.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import product

from db.queries.article_filter import ArticleFilter, current_conditions, person_condition
from db.queries.cursor import Cursor
from db.sqlite.conditions import REPEATED_DETAIL
from db.sqlite.named_rows import named_rows
from db.store.crawl.run_counts import FAILURE_NAME, HAS_NO_ANSWER

# Run twice, with and without `published_utc`, so that an index yields the newest articles directly (0.1 ms of 200,000; one
# ORDER BY over both times takes 400 ms). Only short rows are read, however few the
# filter lets through.
_CURRENT = """
SELECT a.page_id, {time} AS at FROM current_pages a{by}
WHERE a.published_utc IS {known}NULL
  {conditions}
ORDER BY at DESC, a.page_id DESC
LIMIT :limit
"""
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM current_pages a WHERE 1 {conditions} LIMIT :limit)"
_PARTS = (("NOT ", "a.published_utc"), ("", "a.last_seen_utc"))
# Numbers of articles that `all_articles` reads at once.
_AT_ONCE = 5000

_HEADLINE = """
SELECT a.page_id, d.article_id, d.revision, d.original_id, coalesce(d.verdict, '') AS verdict, s.name AS source_name,
       p.fetched_at, p.url, p.final_url, a.title, a.published, a.published_utc,
       CASE WHEN NOT EXISTS (SELECT 1 FROM claims c WHERE c.page_id = a.page_id AND c.believed = 0)
            THEN a.canonical_url END AS believed_canonical_url,
       (SELECT json_group_array(name) FROM (SELECT name FROM credits c WHERE c.page_id = a.page_id AND role = 'author'
                                            ORDER BY position)) AS authors,
       (SELECT json_group_array(name) FROM (SELECT name FROM credits c WHERE c.page_id = a.page_id AND role = 'editor'
                                            ORDER BY position)) AS editors
FROM articles a JOIN pages p ON p.id = a.page_id JOIN sources s ON s.id = p.source_id
LEFT JOIN decisions d ON d.page_id = a.page_id
WHERE a.page_id = ?
"""

_CURRENT_PAGE = "SELECT page_id FROM current_pages WHERE article_id = ?"

_REVISIONS = """
SELECT d.page_id, d.revision AS number, p.fetched_at FROM decisions d JOIN pages p ON p.id = d.page_id
WHERE d.article_id = ? AND d.verdict IN ('new', 'copy', 'revision')
ORDER BY d.revision
"""

_COPIES = """
SELECT d.article_id, s.name AS source_name, p.url
FROM decisions d JOIN pages p ON p.id = d.page_id JOIN sources s ON s.id = p.source_id
WHERE d.original_id = ? AND d.verdict = 'copy'
ORDER BY d.article_id
"""

# The original first, then by time of publication, else of fetch.
_CLUSTER = """
SELECT d.article_id FROM decisions d JOIN articles a ON a.page_id = d.page_id JOIN pages p ON p.id = d.page_id
WHERE d.original_id = (SELECT original_id FROM decisions WHERE page_id = ?) AND d.verdict IN ('new', 'copy')
ORDER BY d.verdict = 'new' DESC, coalesce(a.published_utc, p.fetched_at), d.article_id
"""

_PAGE_STATE = """
SELECT p.id AS page_id, p.url, p.fetched_at, p.body_id, s.name AS source_name,
       CASE WHEN d.verdict <> 'notice' THEN d.article_id END AS article_id,
       a.page_id IS NOT NULL AND d.verdict IS NOT 'notice' AS is_article,
       CASE WHEN d.verdict = 'notice' THEN 'repeated' ELSE o.reason END AS reason,
       CASE WHEN d.verdict = 'notice' THEN ? ELSE o.detail END AS detail,
       (SELECT pruned_at FROM bodies WHERE id = p.body_id) AS pruned_at, p.content_type
FROM pages p JOIN sources s ON s.id = p.source_id
LEFT JOIN outcomes o ON o.page_id = p.id LEFT JOIN articles a ON a.page_id = p.id LEFT JOIN decisions d ON d.page_id = p.id
WHERE p.id = ?
"""

# Pages that belong to an address, best first: found at exactly this address; of the source that has its link; claiming it;
# articles; the latest. Pages whose claim is not believed (`db.addresses.claims`) are left out.
_PAGES_AT = """
WITH at (page_id) AS (
    SELECT p.id FROM links l JOIN pages p ON p.link_id = l.id WHERE l.key = :key
    UNION SELECT page_id FROM articles WHERE address_key = :key
    AND page_id NOT IN (SELECT page_id FROM claims WHERE claimed_key = :key AND believed = 0)
    UNION SELECT page_id FROM folded_pages WHERE place = :key
)
SELECT p.id
FROM at JOIN pages p ON p.id = at.page_id LEFT JOIN articles a ON a.page_id = p.id
LEFT JOIN decisions d ON d.page_id = p.id LEFT JOIN links l ON l.key = :key AND l.source_id = p.source_id
ORDER BY :url IN (p.url, p.final_url, a.url) DESC, l.id IS NOT NULL DESC, :url = a.canonical_url DESC,
    a.page_id IS NOT NULL AND d.verdict IS NOT 'notice' DESC, a.page_id IS NOT NULL DESC, p.id DESC
LIMIT 1
"""

# Addresses reached only by a redirect are in no index: 54 ms over 200,000 pages, so this runs last.
_PAGES_REDIRECTED_TO = """
SELECT p.id FROM pages p LEFT JOIN articles a ON a.page_id = p.id
WHERE p.final_url = :url OR p.url = :url
ORDER BY a.page_id IS NOT NULL DESC, p.id DESC
LIMIT 1
"""

_LINK = """
SELECT l.id, l.url, l.found_at, s.name AS source_name, coalesce(v.failures, 0) AS failures
FROM links l JOIN sources s ON s.id = l.source_id LEFT JOIN visits v ON v.link_id = l.id
WHERE l.key = ?
"""
_LAST_FAILURE = f"""
SELECT f.started_at AS failed_at, {FAILURE_NAME} AS error
FROM fetches f WHERE f.link_id = ? AND {HAS_NO_ANSWER} ORDER BY f.id DESC LIMIT 1
"""
_LINKS_OF_HOST = "SELECT url FROM links WHERE key >= :host || '/' AND key < :host || '0' ORDER BY id DESC LIMIT 2000"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSummary:
    """An article page in one line. `article_id` and the other fields of the decision are None while it is not settled.

    Times are timestamps as in the tables; `authors` and `editors` are JSON lists. `believed_canonical_url` is what the page
    says its address is, None where it is not believed (`db.addresses.claims`).
    """

    page_id: int
    article_id: int | None
    revision: int | None
    original_id: int | None
    verdict: str
    source_name: str
    fetched_at: str
    url: str
    final_url: str | None
    title: str
    published: str | None
    published_utc: str | None
    believed_canonical_url: str | None
    authors: str
    editors: str

    @property
    def link(self) -> str:
        """The address to link to: the canonical one where it is believed, else where the page was found."""
        return self.believed_canonical_url or self.final_url or self.url


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionSummary:
    """A revision of an article: its page, its number (from 1), and when the page was fetched."""

    page_id: int
    number: int
    fetched_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopySummary:
    """A copy of an article."""

    article_id: int
    source_name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PageStatus:
    """What became of a page: an article (`article_id` None while it is not settled), a rejection, or nothing yet."""

    page_id: int
    url: str
    fetched_at: str
    body_id: int
    source_name: str
    article_id: int | None
    is_article: bool
    reason: str | None
    detail: str | None
    pruned_at: str | None
    """When its body was pruned; None if it was not."""
    content_type: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStatus:
    """A known link, with its last failure if it has failed since it last succeeded."""

    url: str
    found_at: str
    source_name: str
    failures: int
    failed_at: str | None = None
    error: str | None = None


@contextmanager
def snapshot(conn: sqlite3.Connection) -> Iterator[None]:
    """All queries in the block see the database as of the first one, whatever a crawl writes meanwhile.

    Keep the block short: the write-ahead log cannot be reset while it lasts.
    """
    conn.execute("BEGIN")
    try:
        yield
    finally:
        conn.execute("ROLLBACK")


def newest_articles(conn: sqlite3.Connection, filters: ArticleFilter | None = None, *, limit: int = 0) -> list[int]:
    """The current pages of all articles that a filter lets through, newest first, at most `limit` (0: all)."""
    return [place.page_id for place in listed_articles(conn, filters or ArticleFilter(), limit=limit)]


def listed_articles(
    conn: sqlite3.Connection,
    filters: ArticleFilter,
    *,
    limit: int = 0,
    after: Cursor | None = None,
    of_person: tuple[str, dict[str, object]] | None = None,
) -> list[Cursor]:
    """The same as places in the list, after a place if one is given: each page costs as much as the first.

    `of_person`: what `person_condition` gave, for a caller who needs it more than once.
    """
    places = list[Cursor]()
    by_name, names = of_person or person_condition(conn, filters)
    beyond, cursor = ("", dict[str, object]()) if after is None else after.condition()
    for (known, time), one in product(_PARTS, filters.by_source()):
        conditions, values = current_conditions(one, time)
        # Of all sources: SQLite would sort the undated articles, 4 in 100, instead of reading the index that has them in order.
        by = " INDEXED BY current_pages_undated" if not known and not one.source_ids and not by_name else ""
        narrowed = conditions + by_name + beyond.format(time=time)
        query = _CURRENT.format(known=known, time=time, by=by, conditions=narrowed)
        rows = conn.execute(query, values | names | cursor | {"limit": limit or -1})
        places += [Cursor(at=at, page_id=page_id) for page_id, at in rows]
    places.sort(key=lambda place: (place.at, place.page_id), reverse=True)
    return places[: limit or None]


def all_articles(
    reading: Callable[[], AbstractContextManager[sqlite3.Connection]], filters: ArticleFilter, *, limit: int = 0
) -> Iterator[int]:
    """The pages of `newest_articles` as they are asked for. `reading` gives the connection for one or several queries.

    Articles that come in meanwhile and are newer than the one that was given last are not among them; none is twice.
    """
    after, given, of_person = None, 0, None
    while True:
        size = min(_AT_ONCE, limit - given) if limit else _AT_ONCE
        with reading() as conn:
            of_person = of_person or person_condition(conn, filters)
            places = listed_articles(conn, filters, limit=size, after=after, of_person=of_person)
        yield from (place.page_id for place in places)
        given += len(places)
        if len(places) < size or given == limit:
            return
        after = places[-1]


def count_articles(
    conn: sqlite3.Connection,
    filters: ArticleFilter,
    *,
    most: int,
    of_person: tuple[str, dict[str, object]] | None = None,
) -> int:
    """How many articles a filter lets through, at most `most`. `of_person`: as of `listed_articles`."""
    conditions, values = current_conditions(filters)
    by_name, names = of_person or person_condition(conn, filters)
    query = _COUNT.format(conditions=conditions + by_name)
    return int(conn.execute(query, values | names | {"limit": most}).fetchone()[0])


def article_summary(conn: sqlite3.Connection, page_id: int) -> ArticleSummary | None:
    """The article page in one line; None if the page is not an article (any more)."""
    row = named_rows(conn, _HEADLINE, (page_id,)).fetchone()
    return ArticleSummary(**row) if row else None


def article_summaries(conn: sqlite3.Connection, page_ids: Sequence[int]) -> list[ArticleSummary]:
    """`article_summary` of each page that is an article."""
    return [head for page_id in page_ids if (head := article_summary(conn, page_id))]


def current_page(conn: sqlite3.Connection, article_id: int, revision: int | None = None) -> int | None:
    """The page of an article's latest revision, or of the given one; None if there is none."""
    if revision is None:
        row = conn.execute(_CURRENT_PAGE, (article_id,)).fetchone()
        return int(row[0]) if row else None
    return next((one.page_id for one in revisions(conn, article_id) if one.number == revision), None)


def revisions(conn: sqlite3.Connection, article_id: int) -> list[RevisionSummary]:
    """An article's revisions, oldest first."""
    return [RevisionSummary(**row) for row in named_rows(conn, _REVISIONS, (article_id,))]


def copies_of(conn: sqlite3.Connection, article_id: int) -> list[CopySummary]:
    """The copies of an article."""
    return [CopySummary(**row) for row in named_rows(conn, _COPIES, (article_id,))]


def cluster(conn: sqlite3.Connection, article_id: int) -> list[int]:
    """The article ids of its cluster, the original first; only itself if it has no copies and is not one."""
    return [other for (other,) in conn.execute(_CLUSTER, (article_id,))]


def page_status(conn: sqlite3.Connection, page_id: int) -> PageStatus | None:
    """What became of a page; None where there is no such page."""
    row = named_rows(conn, _PAGE_STATE, (REPEATED_DETAIL, page_id)).fetchone()
    return PageStatus(**dict(row) | {"is_article": bool(row["is_article"])}) if row else None


def find_page_at(conn: sqlite3.Connection, url: str, key: str) -> int | None:
    """The page that best matches an address: `url` as written, `key` its identity."""
    for query in (_PAGES_AT, _PAGES_REDIRECTED_TO):
        if row := conn.execute(query, {"url": url, "key": key}).fetchone():
            return int(row[0])
    return None


def link_status(conn: sqlite3.Connection, key: str) -> LinkStatus | None:
    """The link with that key."""
    row = named_rows(conn, _LINK, (key,)).fetchone()
    if row is None:
        return None
    failure = named_rows(conn, _LAST_FAILURE, (row["id"],)).fetchone() if row["failures"] else None
    return LinkStatus(
        url=row["url"],
        found_at=row["found_at"],
        source_name=row["source_name"],
        failures=row["failures"],
        failed_at=failure["failed_at"] if failure else None,
        error=failure["error"] if failure else None,
    )


def links_of_host(conn: sqlite3.Connection, host: str) -> list[str]:
    """Addresses of the latest links of a host (as written in link keys), for "did you mean"."""
    return [url for (url,) in conn.execute(_LINKS_OF_HOST, {"host": host})]


def last_page_id(conn: sqlite3.Connection) -> int:
    """The highest page id; 0 if there are no pages."""
    return int(conn.execute("SELECT coalesce(max(id), 0) FROM pages").fetchone()[0])


def count_verdicts(conn: sqlite3.Connection) -> dict[str, int]:
    """The number of pages by verdict: new, revision, same, copy."""
    return dict(conn.execute("SELECT verdict, count(*) FROM decisions GROUP BY 1").fetchall())

"""Full-text search over title, text and credits, in any script; used by `copydesk search` and the web page.

    query, filters ──> FTS5 expression ──> pages, latest first ──> matched against the text ──> pool ──> ranked ──> one page

The index tells which pages may match (`db.search.index`); whether one does, and how often in which field, is decided by
its text, so every hit is exact. Ranking all pages of a common word would mean reading them all. Ranked are those with a
match in title or credits (the last HEAD_POOL that arrived), and of all others the last POOL. If fewer match, which is
nearly always so, the ranking covers all of them. `Hits.complete` tells.

The score is the weighted sum of BM25 of each field: title, then names and source, then text. A word in the title
outweighs any number of matches in the text. Of equal scores the newer article comes first.

Pages of ranked hits have numbers, within what is ranked. In order of time (`newest`, and every list without a query) a page begins
after the last hit of the one before (`Hits.next`, a cursor), however many articles came in since: `db.queries.search_by_time`.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from db.queries.article_filter import ArticleFilter, filter_conditions, person_condition
from db.queries.articles import (
    ArticleSummary,
    article_summary,
    count_articles,
    listed_articles,
    snapshot,
)
from db.queries.cursor import Cursor
from db.queries.person_terms import person_term
from db.queries.search_by_time import TimeSlice, newest_matches
from db.queries.search_candidates import (
    MOST_COUNTED,
    Candidate,
    SearchQuestion,
    candidates,
    count_entries,
    judge,
    period_terms,
    rarity,
)
from db.search.index import count_unindexed
from db.search.query import Query, group_match
from db.search.snippets import MarkedText, highlight, snippet
from db.sqlite.named_rows import named_rows
from db.text.folding import fold

__all__ = [
    "MOST_COUNTED",
    "Hit",
    "Hits",
    "ResultPage",
    "found_page_ids",
    "found_part",
    "list_articles",
    "matching_pages",
    "period_terms",
    "search",
]

# Pages to rank if more match; each costs about 0.1 ms (bench/search/search_scale.py).
HEAD_POOL, POOL = 50, 150
# Pages to read for each one to rank: others are older revisions, or contain the grams of a phrase but not the phrase.
_TRIES = 3
# Scores that round to the same multiple count as equal.
_SCORE_STEP = 0.25

_SHOWN = "SELECT title, text, original_source FROM articles WHERE page_id = ?"
_AMONG = """
SELECT a.page_id, (SELECT group_concat(name, char(10)) FROM credits c WHERE c.page_id = a.page_id) AS people
FROM articles a JOIN decisions d ON d.page_id = a.page_id JOIN pages p ON p.id = a.page_id
WHERE a.page_id IN (SELECT value FROM json_each(:among)) {conditions}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage:
    """Which part of the hits: page `number` (from 1) of `size` hits, or what comes `after` a place in the order of time.

    `newest`: ordered by time instead of score; with `after` it always is.
    """

    number: int = 1
    size: int = 20
    newest: bool = False
    after: Cursor | None = None

    @property
    def rows(self) -> tuple[int, int]:
        """From which to before which hit, counted from the first or from the place."""
        return (0, self.size) if self.after else ((self.number - 1) * self.size, self.number * self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that was found, in its latest revision; its title, a snippet of its text, and the outlet that it was taken from,
    with the spans to highlight.
    """

    article_summary: ArticleSummary
    title: MarkedText
    snippet: MarkedText
    score: float
    original_source: MarkedText | None = None

    @property
    def place(self) -> Cursor:
        """Its place in the order of time."""
        head = self.article_summary
        return Cursor(at=head.published_utc or head.fetched_at, page_id=head.page_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """One page of hits.

    `found` counts articles if `complete`, otherwise index entries, at most MOST_COUNTED. `more`: another page follows; in the
    order of time it is the one after `next`. `unindexed` articles are not in the index yet and were not searched.
    """

    hits: tuple[Hit, ...]
    found: int
    complete: bool
    more: bool
    unindexed: int
    next: Cursor | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chosen:
    """The hits of one page, and what `Hits` says of the whole."""

    hits: list[Candidate]
    found: int
    complete: bool
    more: bool
    next: Cursor | None = None


def search(
    conn: sqlite3.Connection, query: str, filters: ArticleFilter | None = None, page: ResultPage | None = None
) -> Hits:
    """Search for a query (`db.search.query`). Raises QueryError. Only reads, within one snapshot.

    An empty query lists all articles that the filters let through, newest first.
    """
    filters, page = filters or ArticleFilter(), page or ResultPage()
    if not query.strip():
        return list_articles(conn, filters, page)
    question = SearchQuestion.of(conn, query, filters)
    with snapshot(conn):
        chosen = _by_time(conn, question, page) if page.newest or page.after else _ranked(conn, question, page)
        return _hits(conn, chosen, question.query, unindexed=count_unindexed(conn))


def list_articles(conn: sqlite3.Connection, filters: ArticleFilter, page: ResultPage) -> Hits:
    """The articles that filters let through, newest first. Needs no index: none counts as waiting for it."""
    start, end = page.rows
    with snapshot(conn):
        of_person = person_condition(conn, filters)
        places = listed_articles(conn, filters, limit=end + 1, after=page.after, of_person=of_person)
        count = count_articles(conn, filters, most=MOST_COUNTED + 1, of_person=of_person)
        more = len(places) > end
        chosen = _Chosen(
            hits=[Candidate(page_id=place.page_id, at=place.at, score=0.0) for place in places[start:end]],
            found=min(count, MOST_COUNTED),
            complete=count <= MOST_COUNTED,
            more=more,
            next=places[end - 1] if more else None,
        )
        return _hits(conn, chosen, Query(groups=()), unindexed=0)


def found_page_ids(
    conn: sqlite3.Connection, query: str, filters: ArticleFilter, *, newest: bool, limit: int
) -> list[int]:
    """The pages of `search` in its order, at most `limit`, without titles and snippets. Nothing asked for: the newest articles.

    Raises QueryError.
    """
    return found_part(conn, query, filters, newest=newest, limit=limit)[0]


def found_part(
    conn: sqlite3.Connection,
    query: str,
    filters: ArticleFilter,
    *,
    newest: bool,
    limit: int,
    after: Cursor | None = None,
) -> tuple[list[int], Cursor | None]:
    """`found_page_ids`, in order of time from a place on, and the place after which they go on: None at the end, and where they are
    in order of score.
    """
    if not query.strip():
        places = listed_articles(conn, filters, limit=limit + 1, after=after)
        return [place.page_id for place in places[:limit]], places[limit - 1] if len(places) > limit else None
    question, page = SearchQuestion.of(conn, query, filters), ResultPage(size=limit, newest=newest, after=after)
    with snapshot(conn):
        chosen = _by_time(conn, question, page) if newest or after else _ranked(conn, question, page)
    return [candidate.page_id for candidate in chosen.hits], chosen.next


def matching_pages(conn: sqlite3.Connection, query: str, filters: ArticleFilter, among: Sequence[int]) -> list[int]:
    """Which of these pages (in ascending order, of latest revisions) a search finds. Reads nothing but them.

    Raises QueryError. The caller sees to it that they are indexed.
    """
    if not among:
        return []
    if query.strip():
        question = SearchQuestion.of(conn, query, filters, among)
        rows = candidates(conn, question, question.match(), -1)
        return sorted(row["page_id"] for row in rows if judge(row, question))
    person = person_term(conn, filters.person)
    if filters.person and person is None:
        return []
    conditions, values = filter_conditions(filters)
    rows = named_rows(conn, _AMONG.format(conditions=conditions), values | {"among": json.dumps(list(among))})
    return sorted(row["page_id"] for row in rows if person is None or person.matches(fold(row["people"] or "")))


def _hits(conn: sqlite3.Connection, chosen: _Chosen, query: Query, *, unindexed: int) -> Hits:
    return Hits(
        hits=tuple(hit for candidate in chosen.hits if (hit := _hit(conn, candidate, query))),
        found=chosen.found,
        complete=chosen.complete,
        more=chosen.more,
        unindexed=unindexed,
        next=chosen.next,
    )


def _ranked(conn: sqlite3.Connection, question: SearchQuestion, page: ResultPage) -> _Chosen:
    """One page by number, of those that are ranked: all that match, or the latest and those that match in title or credits."""
    weights = [rarity(conn, group_match(group)) for group in question.query.groups]
    pool, complete = _read(conn, question, question.match(), weights, POOL)
    if not complete:
        pool |= _read(conn, question, question.match("_h"), weights, HEAD_POOL)[0]
    ranked = sorted(
        pool.values(),
        key=lambda candidate: (round(candidate.score / _SCORE_STEP), candidate.at, candidate.page_id),
        reverse=True,
    )
    start = (page.number - 1) * page.size
    return _Chosen(
        hits=ranked[start : start + page.size],
        found=len(ranked) if complete else count_entries(conn, question.match()),
        complete=complete,
        more=len(ranked) > start + page.size,
    )


def _by_time(conn: sqlite3.Connection, question: SearchQuestion, page: ResultPage) -> _Chosen:
    """One page in order of time: after a place, or by number, for which all pages before it are looked through."""
    start, end = page.rows
    pool, complete = _read(conn, question, question.match(), [], POOL)
    if complete:
        ordered = sorted(pool.values(), key=lambda candidate: (candidate.at, candidate.page_id), reverse=True)
        after = (page.after.at, page.after.page_id) if page.after else None
        rest = [candidate for candidate in ordered if after is None or (candidate.at, candidate.page_id) < after]
        part = TimeSlice(found=rest, reached=None)
    else:
        part = newest_matches(conn, question, end + 1, page.after)
    hits = part.found[start:end]
    full = len(part.found) > end
    return _Chosen(
        hits=hits,
        found=len(pool) if complete else count_entries(conn, question.match()),
        complete=complete,
        more=full or part.reached is not None,
        next=Cursor(at=hits[-1].at, page_id=hits[-1].page_id) if full else part.reached,
    )


def _read(
    conn: sqlite3.Connection, question: SearchQuestion, match: str, weights: list[float], wanted: int
) -> tuple[dict[int, Candidate], bool]:
    """The latest matching pages, at most `wanted`, and whether there are no others."""
    tries = wanted * _TRIES
    found: dict[int, Candidate] = {}
    for read, row in enumerate(candidates(conn, question, match, tries + 1), 1):
        if len(found) == wanted or read > tries:
            return found, False
        if candidate := judge(row, question, weights):
            found[candidate.page_id] = candidate
    return found, True


def _hit(conn: sqlite3.Connection, candidate: Candidate, parsed: Query) -> Hit | None:
    head = article_summary(conn, candidate.page_id)
    row = named_rows(conn, _SHOWN, (candidate.page_id,)).fetchone()
    if head is None or row is None:
        return None
    return Hit(
        article_summary=head,
        title=highlight(row["title"], parsed),
        snippet=snippet(row["text"], parsed),
        score=round(candidate.score, 3),
        original_source=highlight(row["original_source"], parsed) if row["original_source"] else None,
    )

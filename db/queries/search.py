"""Full-text search over title, text and credits, in any script; used by `copydesk search` and the web page.

    query, filters ──> FTS5 expression ──> pages, latest first ──> matched against the text ──> pool ──> ranked ──> one page

The index tells which pages may match (`db.search.index`); whether one does, and how often in which field, is decided by
its text, so every hit is exact. Ranking all pages of a common word would mean reading them all. Ranked are those with a
match in title or credits (the last HEAD_POOL that arrived), and of all others the last POOL. If fewer match, which is
nearly always so, the ranking covers all of them. `Hits.complete` tells.

The score is the weighted sum of BM25 of each field: title, then names and source, then text. A word in the title
outweighs any number of matches in the text. Of equal scores the newer article comes first.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from db.named_rows import named_rows
from db.queries.article_filter import ArticleFilter, filter_conditions
from db.queries.articles import ArticleSummary, article_summary, newest_articles, snapshot
from db.search.index import count_unindexed, language_grams
from db.search.query import Query, Term, group_match, parse_query, parse_term
from db.search.snippets import MarkedText, highlight, snippet
from db.sql_conditions import IS_CURRENT
from db.text_folding import fold

# Pages to rank if more match; each costs about 0.1 ms (bench/search/search_scale.py).
HEAD_POOL, POOL = 50, 150
# Pages to read for each one to rank: others are older revisions, or contain the grams of a phrase but not the phrase.
_TRIES = 3
# Hits are counted up to this number, which costs about 1 ms; beyond it they are "more than".
MOST_COUNTED = 10_000
# Weights of the fields. BM25 of the text is below _K1 + 1 = 2.2, so 3 for one word in the title outweighs any text.
TITLE, NAMES, TEXT = 3.0, 2.0, 1.0
# BM25's usual parameters: saturation of the term frequency, and influence of the length.
_K1, _B = 1.2, 0.75
# Letters of an article of average length. Only the ratio to it matters.
_AVERAGE_LENGTH = 2000
# Scores that round to the same multiple count as equal.
_SCORE_STEP = 0.25
# Separates the fields of an article, so that no phrase crosses them. Occurs in no text.
_FIELD_SEPARATOR = "\n\x00\n"
_FIRST, _LAST = date(1900, 1, 1), date(2199, 12, 31)

_CANDIDATES = f"""
SELECT a.page_id, coalesce(a.published_utc, p.fetched_at) AS at, a.title, a.subtitle, a.text, a.source,
       (SELECT group_concat(name, char(10)) FROM credits c WHERE c.page_id = a.page_id) AS people
FROM search_index s CROSS JOIN articles a ON a.page_id = s.rowid
CROSS JOIN decisions d ON d.page_id = a.page_id CROSS JOIN pages p ON p.id = a.page_id
WHERE s.search_index MATCH :match
  AND {IS_CURRENT}
  {{conditions}}
ORDER BY s.rowid DESC
LIMIT :limit
"""
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM search_index WHERE search_index MATCH ? LIMIT ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage:
    """Which part of the hits: page `number` (from 1) of `size` hits. `newest`: ordered by time instead of score."""

    number: int = 1
    size: int = 20
    newest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that was found, in its latest revision; its title, and a snippet of its text, with the spans to
    highlight.
    """

    article_summary: ArticleSummary
    title: MarkedText
    snippet: MarkedText
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """One page of hits.

    `found` counts articles if `complete`, otherwise index entries, at most MOST_COUNTED. `more`: another page follows.
    `unindexed` articles are not in the index yet and were not searched.
    """

    hits: tuple[Hit, ...]
    found: int
    complete: bool
    more: bool
    unindexed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    page_id: int
    at: str
    score: float


def search(
    conn: sqlite3.Connection, query: str, filters: ArticleFilter | None = None, page: ResultPage | None = None
) -> Hits:
    """Search for a query (`db.search.query`). Raises QueryError. Only reads, within one snapshot.

    An empty query with a filter lists all articles that it lets through, newest first.
    """
    filters, page = filters or ArticleFilter(), page or ResultPage()
    if not query.strip() and filters != ArticleFilter():
        return _listing(conn, filters, page)
    parsed = parse_query(query)
    person = parse_term(filters.person) if filters.person else None
    with snapshot(conn):
        pool, complete = _pool(conn, parsed, filters, person, page)
        start = (page.number - 1) * page.size
        chosen = pool[start : start + page.size]
        found = len(pool) if complete else _count(conn, with_filters(parsed.match(), parsed, filters, person))
        return Hits(
            hits=tuple(hit for candidate in chosen if (hit := _hit(conn, candidate, parsed))),
            found=found,
            complete=complete,
            more=len(pool) > start + page.size,
            unindexed=count_unindexed(conn),
        )


def found_page_ids(
    conn: sqlite3.Connection, query: str, filters: ArticleFilter, *, newest: bool, limit: int
) -> list[int]:
    """The pages of `search` in its order, at most `limit`, without titles and snippets. Nothing asked for: the newest articles.

    Raises QueryError.
    """
    if not query.strip():
        return newest_articles(conn, filters, limit=limit)
    parsed, page = parse_query(query), ResultPage(size=limit, newest=newest)
    person = parse_term(filters.person) if filters.person else None
    with snapshot(conn):
        pool, _ = _pool(conn, parsed, filters, person, page)
    return [candidate.page_id for candidate in pool[:limit]]


def _listing(conn: sqlite3.Connection, filters: ArticleFilter, page: ResultPage) -> Hits:
    """The articles without a query, which needs no index: none counts as waiting for it."""
    start, end = (page.number - 1) * page.size, page.number * page.size
    with snapshot(conn):
        page_ids = newest_articles(conn, filters, limit=max(MOST_COUNTED, end) + 1)
        candidates = [_Candidate(page_id=page_id, at="", score=0.0) for page_id in page_ids[start:end]]
        return Hits(
            hits=tuple(hit for candidate in candidates if (hit := _hit(conn, candidate, Query(groups=())))),
            found=min(len(page_ids), MOST_COUNTED),
            complete=len(page_ids) <= MOST_COUNTED,
            more=len(page_ids) > end,
            unindexed=0,
        )


def _pool(
    conn: sqlite3.Connection, parsed: Query, filters: ArticleFilter, person: Term | None, page: ResultPage
) -> tuple[list[_Candidate], bool]:
    """The candidates in order, and whether they are all there are."""
    weights = [] if page.newest else [_idf(conn, group_match(group)) for group in parsed.groups]
    all_match = with_filters(parsed.match(), parsed, filters, person)
    wanted = max(POOL, page.number * page.size + 1) if page.newest else POOL
    pool, complete = _read(conn, all_match, parsed, filters, person, weights, wanted)
    if page.newest:
        return sorted(pool.values(), key=lambda candidate: (candidate.at, candidate.page_id), reverse=True), complete
    if not complete:
        head_match = with_filters(parsed.match("_h"), parsed, filters, person)
        heads, _ = _read(conn, head_match, parsed, filters, person, weights, HEAD_POOL)
        pool |= heads
    return sorted(
        pool.values(),
        key=lambda candidate: (round(candidate.score / _SCORE_STEP), candidate.at, candidate.page_id),
        reverse=True,
    ), complete


def _read(
    conn: sqlite3.Connection,
    match: str,
    parsed: Query,
    filters: ArticleFilter,
    person: Term | None,
    weights: list[float],
    wanted: int,
) -> tuple[dict[int, _Candidate], bool]:
    """The latest matching pages, at most `wanted`, and whether there are no others."""
    tries = wanted * _TRIES
    conditions, values = filter_conditions(filters)
    values |= {"match": match, "limit": tries + 1}
    found: dict[int, _Candidate] = {}
    read = 0
    for row in named_rows(conn, _CANDIDATES.format(conditions=conditions), values):
        read += 1
        if len(found) == wanted or read > tries:
            return found, False
        whole, names = folded_fields(row)
        if not parsed.matches(whole) or (person and not person.pattern.search(names)):
            continue
        of_title, _, outlet, rest = whole.split(_FIELD_SEPARATOR)
        zones = {TITLE: of_title, NAMES: f"{names}\n{outlet}", TEXT: rest}
        score = _score(parsed, zones, weights)
        found[row["page_id"]] = _Candidate(page_id=row["page_id"], at=row["at"], score=score)
    return found, True


def folded_fields(row: sqlite3.Row) -> tuple[str, str]:
    """What a query is matched against: title, people, source, and subtitle with text of a row, folded; and the people alone."""
    # Folded in one call: for short texts the call costs more than the work.
    text = f"{row['subtitle'] or ''}\n{row['text']}"
    fields = (row["title"], row["people"] or "", row["source"] or "", text)
    whole = fold(_FIELD_SEPARATOR.join(field.replace("\x00", " ") for field in fields))
    return whole, whole.split(_FIELD_SEPARATOR, 2)[1]


def _score(parsed: Query, zones: Mapping[float, str], weights: list[float]) -> float:
    """Weighted sum of BM25 over the fields of one article. 0 without weights."""
    length = 1 - _B + _B * len(zones[TEXT]) / _AVERAGE_LENGTH
    score = 0.0
    for group, weight in zip(parsed.groups, weights, strict=False):
        for zone, text in zones.items():
            frequency = sum(sum(1 for _ in term.pattern.finditer(text)) for term in group)
            score += weight * zone * frequency * (_K1 + 1) / (frequency + _K1 * (length if zone == TEXT else 1.0))
    return score


def _idf(conn: sqlite3.Connection, match: str) -> float:
    """Inverse document frequency of a term: the fewer articles contain it, the higher its weight."""
    articles = conn.execute("SELECT coalesce(max(page_id), 0) FROM articles").fetchone()[0]
    having = min(_count(conn, match), articles)
    return math.log(1 + (articles - having + 0.5) / (having + 0.5))


def _count(conn: sqlite3.Connection, match: str) -> int:
    return int(conn.execute(_COUNT, (match, MOST_COUNTED)).fetchone()[0])


def _hit(conn: sqlite3.Connection, candidate: _Candidate, parsed: Query) -> Hit | None:
    head = article_summary(conn, candidate.page_id)
    row = named_rows(conn, "SELECT title, text FROM articles WHERE page_id = ?", (candidate.page_id,)).fetchone()
    if head is None or row is None:
        return None
    return Hit(
        article_summary=head,
        title=highlight(row["title"], parsed),
        snippet=snippet(row["text"], parsed),
        score=round(candidate.score, 3),
    )


def with_filters(match: str, parsed: Query, filters: ArticleFilter, person: Term | None) -> str:
    """The FTS5 expression `match` with filters and exclusions added."""
    parts = [match]
    if filters.source_id is not None:
        parts.append(f'"_s{filters.source_id}"')
    if filters.language:
        parts.append(f'"{(language_grams(filters.language) or ["_l"])[-1]}"')
    if filters.person:
        parts.append(f"({person.match('_p')})" if person else '"_p"')
    if filters.since or filters.until:
        first = filters.since.date() - timedelta(days=1) if filters.since else _FIRST
        last = filters.until.date() + timedelta(days=1) if filters.until else _LAST
        parts.append("(" + " OR ".join(f'"{gram}"' for gram in period_terms(first, last)) + ")")
    filtered = " AND ".join(parts)
    return f"({filtered}) NOT ({excluded})" if (excluded := parsed.excluded_match()) else filtered


def period_terms(first: date, last: date) -> Iterator[str]:
    """The years, months and days that make up a period, bounds included, as terms of the index. The first term matches
    nothing, so that an empty period does too.
    """
    day = first
    yield "_y0"
    while day <= last:
        next_month = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        if (day.month, day.day) == (1, 1) and date(day.year, 12, 31) <= last:
            yield f"_y{day.year}"
            day = date(day.year + 1, 1, 1)
        elif day.day == 1 and next_month - timedelta(days=1) <= last:
            yield f"_m{day:%Y%m}"
            day = next_month
        else:
            yield f"_d{day:%Y%m%d}"
            day += timedelta(days=1)

"""Full-text search over title, text and credits, in any script: the one function behind `copydesk search` and the web page.

    query, filters ──> FTS5 expression ──> pages, last arrived first ──> looked through in the text ──> pool ──> ranked ──> one page

The index tells which pages may have what is asked for (`db.search.index`); whether one has it, and how often where, its text tells.
So every hit is exact. To rank all pages of a common word would be to read them all: ranked are those in whose title or credits it
stands (the last HEAD_POOL that arrived), and of all others the last POOL. Where fewer have it, which is nearly always, the ranking
is over all. `Hits.complete` says which.

Ranking is BM25 of each field, added up by weight: title, then names and source, then text. A word in the title weighs more than any
number of it in the text. Of equal scores the newer article comes first.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from db.queries.articles import ArticleSummary, article_summary, snapshot
from db.search.index import count_unindexed, language_grams
from db.search.query import Query, Term, group_match, parse_query, parse_term
from db.search.snippets import MarkedText, highlight, snippet
from db.sql_conditions import IS_CURRENT
from db.text_folding import fold
from db.timestamps import format_timestamp

# Pages that are ranked where more have what is asked for; each costs about 0.1 ms (bench/search/search_scale.py).
HEAD_POOL, POOL = 50, 150
# Pages looked at for each that is to be ranked: others are older revisions, or have the grams of a phrase and not the phrase.
_TRIES = 3
# Beyond so many, hits are "more than"; counting them costs about 1 ms.
MOST_COUNTED = 10_000
# What a field weighs. BM25 of the text is below _K1 + 1 = 2.2, so 3 for one word in the title is above any text.
TITLE, NAMES, TEXT = 3.0, 2.0, 1.0
# BM25's own usual values: how soon more of the same counts no more, how much length counts.
_K1, _B = 1.2, 0.75
# Letters of an article of average length. Only the proportion to it matters.
_AVERAGE = 2000
# Scores are as good as equal when they are in one step.
_STEP = 0.25
# Between the fields of an article: no phrase goes on beyond it. It is in no text.
_PARTED = "\n\x00\n"
_FIRST, _LAST = date(1900, 1, 1), date(2199, 12, 31)

_CANDIDATES = f"""
SELECT a.page_id, coalesce(a.published_utc, p.fetched_at) AS at, a.title, a.subtitle, a.text, a.source,
       (SELECT group_concat(name, char(10)) FROM credits c WHERE c.page_id = a.page_id)
FROM search_index s CROSS JOIN articles a ON a.page_id = s.rowid
CROSS JOIN decisions d ON d.page_id = a.page_id CROSS JOIN pages p ON p.id = a.page_id
WHERE s.search_index MATCH :match
  AND {IS_CURRENT}
  AND (:since IS NULL OR coalesce(a.published_utc, p.fetched_at) >= :since)
  AND (:until IS NULL OR coalesce(a.published_utc, p.fetched_at) < :until)
ORDER BY s.rowid DESC
LIMIT :limit
"""
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM search_index WHERE search_index MATCH ? LIMIT ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What hits must be beside: of a source that is crawled, published (else fetched) from `since` to before `until`, in a language
    ("zh" takes zh-TW in), with an author, editor or proofreader of that name."""

    source_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    language: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPage:
    """Which part of the hits: the `number`-th (from 1) of `size`. `newest`: by time and not by rank."""

    number: int = 1
    size: int = 20
    newest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An article that was found, in its latest revision; title and a piece of its text with the places to mark."""

    article_summary: ArticleSummary
    title: MarkedText
    snippet: MarkedText
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """One page of what was found.

    `found` counts articles where `complete`, and else what the index has, at most MOST_COUNTED. `more`: another page follows.
    `unindexed` articles wait to be indexed and were not looked at.
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
    conn: sqlite3.Connection, query: str, filters: Filters | None = None, page: ResultPage | None = None
) -> Hits:
    """What is found for a query (`db.search.query`). Raises BadQuery. Only reads, all of one moment."""
    filters, page = filters or Filters(), page or ResultPage()
    asked = parse_query(query)
    person = parse_term(filters.person) if filters.person else None
    with snapshot(conn):
        pool, complete = _pool(conn, asked, filters, person, page)
        start = (page.number - 1) * page.size
        chosen = pool[start : start + page.size]
        found = len(pool) if complete else _count(conn, _narrowed(asked.match(), asked, filters, person))
        return Hits(
            hits=tuple(hit for one in chosen if (hit := _hit(conn, one, asked))),
            found=found,
            complete=complete,
            more=len(pool) > start + page.size,
            unindexed=count_unindexed(conn),
        )


def _pool(
    conn: sqlite3.Connection, asked: Query, filters: Filters, person: Term | None, page: ResultPage
) -> tuple[list[_Candidate], bool]:
    """The candidates in order, and whether they are all that there are."""
    weights = [] if page.newest else [_rarity(conn, group_match(group)) for group in asked.groups]
    all_match = _narrowed(asked.match(), asked, filters, person)
    wanted = max(POOL, page.number * page.size + 1) if page.newest else POOL
    pool, complete = _read(conn, all_match, asked, filters, person, weights, wanted)
    if page.newest:
        return sorted(pool.values(), key=lambda one: (one.at, one.page_id), reverse=True), complete
    if not complete:
        head_match = _narrowed(asked.match("_h"), asked, filters, person)
        heads, _ = _read(conn, head_match, asked, filters, person, weights, HEAD_POOL)
        pool |= heads
    return sorted(
        pool.values(), key=lambda one: (round(one.score / _STEP), one.at, one.page_id), reverse=True
    ), complete


def _read(
    conn: sqlite3.Connection,
    match: str,
    asked: Query,
    filters: Filters,
    person: Term | None,
    weights: list[float],
    wanted: int,
) -> tuple[dict[int, _Candidate], bool]:
    """The last pages that match and have what is asked for, at most so many; whether there are no others."""
    tries = wanted * _TRIES
    values = {"match": match, "limit": tries + 1, "since": _stamp(filters.since), "until": _stamp(filters.until)}
    found: dict[int, _Candidate] = {}
    looked = 0
    for page_id, at, title, subtitle, text, source, people in conn.execute(_CANDIDATES, values):
        looked += 1
        if len(found) == wanted or looked > tries:
            return found, False
        # Folded in one go: for short texts the call costs more than the work.
        fields = (title, people or "", source or "", f"{subtitle or ''}\n{text}")
        whole = fold(_PARTED.join(field.replace("\x00", " ") for field in fields))
        if not asked.holds(whole):
            continue
        of_title, names, outlet, rest = whole.split(_PARTED)
        if person and not person.pattern.search(names):
            continue
        zones = {TITLE: of_title, NAMES: f"{names}\n{outlet}", TEXT: rest}
        found[page_id] = _Candidate(page_id=page_id, at=at, score=_score(asked, zones, weights))
    return found, True


def _score(asked: Query, zones: Mapping[float, str], weights: list[float]) -> float:
    """BM25 of each field of one article, by weight. 0 where there are no weights."""
    length = 1 - _B + _B * len(zones[TEXT]) / _AVERAGE
    score = 0.0
    for group, weight in zip(asked.groups, weights, strict=False):
        for zone, letters in zones.items():
            often = sum(sum(1 for _ in term.pattern.finditer(letters)) for term in group)
            score += weight * zone * often * (_K1 + 1) / (often + _K1 * (length if zone == TEXT else 1.0))
    return score


def _rarity(conn: sqlite3.Connection, match: str) -> float:
    """The weight of a term: the fewer articles have it, the more it says (idf)."""
    articles = conn.execute("SELECT coalesce(max(page_id), 0) FROM articles").fetchone()[0]
    having = min(_count(conn, match), articles)
    return math.log(1 + (articles - having + 0.5) / (having + 0.5))


def _count(conn: sqlite3.Connection, match: str) -> int:
    return int(conn.execute(_COUNT, (match, MOST_COUNTED)).fetchone()[0])


def _hit(conn: sqlite3.Connection, one: _Candidate, asked: Query) -> Hit | None:
    head = article_summary(conn, one.page_id)
    row = conn.execute("SELECT title, text FROM articles WHERE page_id = ?", (one.page_id,)).fetchone()
    if head is None or row is None:
        return None
    return Hit(headline=head, title=highlight(row[0], asked), snippet=snippet(row[1], asked), score=round(one.score, 3))


def _narrowed(match: str, asked: Query, filters: Filters, person: Term | None) -> str:
    """An expression with the filters and what is excluded."""
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
    narrowed = " AND ".join(parts)
    return f"({narrowed}) NOT ({unless})" if (unless := asked.unless()) else narrowed


def period_terms(first: date, last: date) -> Iterator[str]:
    """The years, months and days that make up a period, both ends in it; one that is no year where there is none."""
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


def _stamp(moment: datetime | None) -> str | None:
    return format_timestamp(moment) if moment else None

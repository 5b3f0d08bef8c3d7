"""What the searches share: a question, the pages that may answer it, and whether one does.

The index tells which pages may match (`db.search.index`); their text decides.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from db.queries.article_filter import PUBLISHED_OF_CURRENT, ArticleFilter, current_conditions
from db.queries.person_terms import PersonTerm, person_term
from db.search.index import language_grams
from db.search.query import Query, parse_query
from db.sqlite.named_rows import named_rows
from db.text.folding import fold

_EVERY_PAGE = '"_a"'
# Weights of the fields. BM25 of the text is below _K1 + 1 = 2.2, so 3 for one word in the title outweighs any text.
TITLE, NAMES, TEXT = 3.0, 2.0, 1.0
# Hits are counted up to this number, which costs about 1 ms; beyond it they are "more than".
MOST_COUNTED = 10_000
# BM25's usual parameters: saturation of the term frequency, and influence of the length.
_K1, _B = 1.2, 0.75
# Letters of an article of average length. Only the ratio to it matters.
_AVERAGE_LENGTH = 2000
# Separates the fields of an article, so that no phrase crosses them. Occurs in no text.
_FIELD_SEPARATOR = "\n\x00\n"
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)

# What filters and the order of time need stands in `current_pages`, 20 rows on a page of the file; an article has pages of its own.
_CURRENT = "search_index s CROSS JOIN current_pages a ON a.page_id = s.rowid"
_FIELDS = f"""a.page_id, {PUBLISHED_OF_CURRENT} AS at, t.title, t.subtitle, t.text, t.source, t.original_source,
       (SELECT group_concat(name, char(10)) FROM credits c WHERE c.page_id = a.page_id) AS people"""
_CANDIDATES = f"""
SELECT {_FIELDS}
FROM {_CURRENT} CROSS JOIN articles t ON t.page_id = a.page_id
WHERE s.search_index MATCH :match
  {{conditions}}
ORDER BY s.rowid DESC
LIMIT :limit
"""
# The index reads the range; with the plus it is not asked for each page anew, which takes ten times as long.
_AMONG = " AND s.rowid BETWEEN :first AND :last AND +s.rowid IN (SELECT value FROM json_each(:among))"
_PLACES = f"""
SELECT a.page_id, {PUBLISHED_OF_CURRENT} AS at
FROM {_CURRENT}
WHERE s.search_index MATCH :match
  {{conditions}}
ORDER BY at DESC, a.page_id DESC
"""
_DOCUMENTS = f"""
SELECT {_FIELDS} FROM current_pages a JOIN articles t ON t.page_id = a.page_id
WHERE a.page_id IN (SELECT value FROM json_each(?)) ORDER BY at DESC, a.page_id DESC
"""
_COUNT = "SELECT count(*) FROM (SELECT 1 FROM search_index WHERE search_index MATCH ? LIMIT ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuestion:
    """A query with its filters, parsed. `among`: only these pages, in ascending order; None for all."""

    query: Query
    filters: ArticleFilter
    person: PersonTerm | None
    among: Sequence[int] | None = None

    @staticmethod
    def of(
        conn: sqlite3.Connection, text: str, filters: ArticleFilter, among: Sequence[int] | None = None
    ) -> SearchQuestion:
        """Parse a query. Raises QueryError."""
        person = person_term(conn, filters.person)
        return SearchQuestion(query=parse_query(text), filters=filters, person=person, among=among)

    def match(self, zone: str = "", also: str = "") -> str:
        """The FTS5 expression, in a zone of the index, with filters and exclusions; `also`: a further condition."""
        match = self.query.match(zone)
        return with_filters(f"{match} AND {also}" if also else match, self.query, self.filters, self.person)


def with_filters(match: str, query: Query, filters: ArticleFilter, person: PersonTerm | None) -> str:
    """The FTS5 expression `match` with filters and exclusions added; "" with no filter matches every page of the index."""
    parts = [match] if match else []
    if filters.source_ids:
        parts.append("(" + " OR ".join(f'"_s{one}"' for one in filters.source_ids) + ")")
    if filters.language:
        parts.append(f'"{(language_grams(filters.language) or ["_l"])[-1]}"')
    if filters.person:
        parts.append(f"({person.match('_p')})" if person else '"_p"')
    if filters.since or filters.until:
        parts.append(period_match(*indexed_days(filters)))
    filtered = " AND ".join(parts) or _EVERY_PAGE
    return f"({filtered}) NOT ({excluded})" if (excluded := query.excluded_match()) else filtered


def indexed_days(filters: ArticleFilter) -> tuple[date, date]:
    """The first and the last day of the index, which has those of UTC, on which an article that a filter lets through may be."""
    return (_utc_day(filters.since) if filters.since else FIRST_DAY), (
        _utc_day(filters.until) if filters.until else LAST_DAY
    )


def _utc_day(at: datetime) -> date:
    """Within the days of the index: the first and the last days that there are have none before or after them."""
    written = at.date()
    return at.astimezone(UTC).date() if FIRST_DAY < written < LAST_DAY else min(max(written, FIRST_DAY), LAST_DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A page that matches."""

    page_id: int
    at: str
    score: float


def candidates(conn: sqlite3.Connection, question: SearchQuestion, match: str, limit: int) -> Iterator[sqlite3.Row]:
    """Pages that may match, the last that arrived first, with their text."""
    conditions, values = current_conditions(question.filters)
    values |= {"match": match, "limit": limit}
    if question.among is not None:
        conditions += _AMONG
        values |= {"first": question.among[0], "last": question.among[-1], "among": json.dumps(list(question.among))}
    return iter(named_rows(conn, _CANDIDATES.format(conditions=conditions), values))


def places(
    conn: sqlite3.Connection, question: SearchQuestion, match: str, after: tuple[str, Mapping[str, object]]
) -> list[tuple[int, str]]:
    """Pages that may match and their times, the newest first, without their text. `after`: a condition with its values."""
    conditions, values = current_conditions(question.filters)
    values |= {"match": match} | dict(after[1])
    rows = conn.execute(_PLACES.format(conditions=conditions + after[0]), values)
    return [(page_id, at) for page_id, at in rows]


def documents(conn: sqlite3.Connection, page_ids: Iterable[int]) -> Iterator[sqlite3.Row]:
    """Pages with their text, the newest first."""
    return iter(named_rows(conn, _DOCUMENTS, (json.dumps(list(page_ids)),)))


def folded_fields(row: sqlite3.Row) -> tuple[str, str]:
    """What a query is matched against: title, people, outlets, and subtitle with text of a row, folded; and the people alone."""
    # Folded in one call: for short texts the call costs more than the work.
    text = f"{row['subtitle'] or ''}\n{row['text']}"
    outlets = f"{row['source'] or ''}\n{row['original_source'] or ''}"
    fields = (row["title"], row["people"] or "", outlets, text)
    whole = fold(_FIELD_SEPARATOR.join(field.replace("\x00", " ") for field in fields))
    return whole, whole.split(_FIELD_SEPARATOR, 2)[1]


def judge(row: sqlite3.Row, question: SearchQuestion, weights: Sequence[float] = ()) -> Candidate | None:
    """The page if its text matches; with the weight of each group of the query, it gets a score."""
    whole, names = folded_fields(row)
    if not question.query.matches(whole) or (question.person and not question.person.matches(names)):
        return None
    of_title, _, outlets, rest = whole.split(_FIELD_SEPARATOR)
    zones = {TITLE: of_title, NAMES: f"{names}\n{outlets}", TEXT: rest}
    return Candidate(page_id=row["page_id"], at=row["at"], score=_score(question.query, zones, weights))


def _score(query: Query, zones: Mapping[float, str], weights: Sequence[float]) -> float:
    """Weighted sum of BM25 over the fields of one article. 0 without weights."""
    length = 1 - _B + _B * len(zones[TEXT]) / _AVERAGE_LENGTH
    score = 0.0
    for group, weight in zip(query.groups, weights, strict=False):
        for zone, text in zones.items():
            frequency = sum(sum(1 for _ in term.pattern.finditer(text)) for term in group)
            score += weight * zone * frequency * (_K1 + 1) / (frequency + _K1 * (length if zone == TEXT else 1.0))
    return score


def rarity(conn: sqlite3.Connection, match: str) -> float:
    """Inverse document frequency of a term: the fewer articles contain it, the higher its weight."""
    articles = conn.execute("SELECT coalesce(max(page_id), 0) FROM articles").fetchone()[0]
    having = min(count_entries(conn, match), articles)
    return math.log(1 + (articles - having + 0.5) / (having + 0.5))


def count_entries(conn: sqlite3.Connection, match: str, most: int = MOST_COUNTED) -> int:
    """How many entries of the index an expression matches, at most `most`."""
    return int(conn.execute(_COUNT, (match, most)).fetchone()[0])


def period_match(first: date, last: date) -> str:
    """The FTS5 expression for a period of days, bounds included."""
    return "(" + " OR ".join(f'"{gram}"' for gram in period_terms(first, last)) + ")"


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

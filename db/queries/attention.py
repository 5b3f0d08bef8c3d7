"""How many articles of each day match a query, by source, and a sample of them: from the search index, as a rule without texts.

    query, filters ──> FTS5 expression ──> pages ──> dated_articles: day, source, copy or not ──> counts

The index tells which pages may match (`db.search.index`), `dated_articles` which of them is an article's current revision, and
of which day. Where the index alone decides (one word, or one or two Han characters, any filter but those below), nothing is read.
Otherwise the text of each candidate is, as the search does it: for phrases, longer Chinese words and persons. Section and paywall
need the row, not the text.

Reading has a price for each article, so there is a most for each kind (`ReadingLimits`). Of more candidates a part is looked at,
drawn by a hash of the page's number: the same part for the same archive, spread evenly over it. `MatchCounts.fraction` says how
large it is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from db.display.shown_sql import fill_values
from db.queries.article_filter import ArticleFilter, ArticleKind, of_sources
from db.queries.gone import GONE_PAGES
from db.queries.person_terms import PersonTerm, person_term
from db.queries.search_candidates import folded_fields, with_filters
from db.search.query import Query, parse_query
from db.sqlite.named_rows import named_rows

_EPOCH = date(1970, 1, 1)
_ONE_DAY = timedelta(days=1)
# Knuth's multiplicative hash: page numbers that follow each other are spread evenly over 32 bits.
_HASH, _BITS = 2_654_435_761, 32
_HASHED = f"((s.rowid * {_HASH}) & {(1 << _BITS) - 1})"
_SOURCE_BITS = 24
_FOUND = f"((c.day * 2 + c.copied) << {_SOURCE_BITS}) | c.source_id"
_COUNT = "SELECT count(*) FROM search_index s WHERE s.search_index MATCH :match"
_FROM = """
FROM {found} CROSS JOIN dated_articles c ON c.page_id = s.rowid{articles}
WHERE {matching}c.day BETWEEN :first AND :last{conditions}
"""
_OF_INDEX, _MATCHING = "search_index s", "s.search_index MATCH :match"
# Those with the smallest hashes, by one pass through what the index names, which need not be counted before.
_DRAWN = f"(SELECT s.rowid FROM {_OF_INDEX} WHERE {_MATCHING} ORDER BY {_HASHED} LIMIT :drawn) s"
_ARTICLES = " CROSS JOIN articles a ON a.page_id = s.rowid"
# A section or a paywall stands in the short row of an article too.
_ROWS = " CROSS JOIN current_pages a ON a.page_id = s.rowid"
_TEXT = """, a.title, a.subtitle, a.text, a.source, a.original_source,
       (SELECT group_concat(name, char(10)) FROM credits n WHERE n.page_id = a.page_id) AS people"""
_KINDS = {
    ArticleKind.ORIGINAL: "c.copied = 0",
    ArticleKind.COPY: "c.copied = 1",
    ArticleKind.CORRECTED: "c.revision > 1",
    ArticleKind.GONE: f"c.page_id IN ({GONE_PAGES})",
}
_ORIGINALS = f"""
SELECT s.page_id FROM json_each(:pages) j CROSS JOIN current_pages s ON s.page_id = j.value
WHERE s.original_id = s.article_id{{narrowed}} ORDER BY {_HASHED} LIMIT :most
"""
_ALL_DAYS = "SELECT day, articles FROM archive_days WHERE day BETWEEN ? AND ?"
_SOURCE_DAYS = """
SELECT day, sum(articles) AS articles FROM source_days WHERE {of_sources} AND day BETWEEN ? AND ? GROUP BY day
"""
_OTHER_ARTICLES = """
SELECT coalesce(sum(articles) FILTER (WHERE day NOT BETWEEN ? AND ?), 0), coalesce(sum(articles), 0) FROM archive_days
"""
_FIRST_DAY = "SELECT min(day) FROM archive_days WHERE day BETWEEN ? AND ? AND articles > 0"

_FEW_OTHERS = 0.05
"""Where fewer articles are of other days, the index is not asked for days: of three years it would go through a million."""

Days = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingLimits:
    """How many candidates of a query are looked at, at most: in the index alone, with their rows, with their texts."""

    hits: int
    rows: int
    texts: int


# A page takes about 300 ms at the limits of hits and texts (bench/search/attention_scale.py). That of rows is a guess between.
PAGE_LIMITS = ReadingLimits(hits=150_000, rows=10_000, texts=1_000)
NO_LIMITS = ReadingLimits(hits=2**62, rows=2**62, texts=2**62)


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchCounts:
    """Matching articles as three arrays of the same length: day (since 1970-01-01), source, whether it is a copy.

    `fraction`: the part of the archive that was looked at. `candidates`: pages that the index names, of all days near the period.
    """

    days: Days
    source_ids: Days
    copied: NDArray[np.bool_]
    fraction: float
    candidates: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Selection:
    """A query with filters as SQL. `parsed`: what each text must match; None if the index decides."""

    sql: str
    values: dict[str, object]
    parsed: Query | None
    person: PersonTerm | None
    needs_row: bool


def count_matches(
    conn: sqlite3.Connection, query: str, filters: ArticleFilter, first: date, last: date, limits: ReadingLimits
) -> MatchCounts:
    """The articles of the days from `first` to `last` that match. Raises QueryError.

    `since` and `until` of the filter are not used.
    """
    selection = _selection(conn, query, filters, first, last)
    candidates = int(conn.execute(_COUNT, selection.values).fetchone()[0])
    most = limits.texts if selection.parsed else limits.rows if selection.needs_row else limits.hits
    fraction = min(1.0, most / candidates) if candidates else 1.0
    drawn = ""
    if fraction < 1:
        drawn = f" AND {_HASHED} < {int(fraction * (1 << _BITS))}"
    found = _found(conn, selection, drawn)
    days_and_copied = found >> _SOURCE_BITS
    return MatchCounts(
        days=days_and_copied >> 1,
        source_ids=found & ((1 << _SOURCE_BITS) - 1),
        copied=(days_and_copied & 1).astype(bool),
        fraction=fraction,
        candidates=candidates,
    )


def sample_matches(
    conn: sqlite3.Connection, query: str, filters: ArticleFilter, first: date, last: date, most: int
) -> list[int]:
    """At most `most` pages of matching articles, drawn by the hash of their number. An empty query draws from all articles.

    Raises QueryError.
    """
    selection = _selection(conn, query, filters, first, last, sampled=True)
    columns = f"{_HASHED}, s.rowid" + (_TEXT if selection.parsed else "")
    # Candidates may be no match, or an older revision: first twice as many as are wanted, then ever more.
    drawn = 2 * most
    candidates: int | None = None
    while True:
        rows = _query(conn, replace(selection, values=selection.values | {"drawn": drawn}), columns)
        found = sorted(row[:2] for row in _matching(rows, selection))
        if len(found) < most and candidates is None:
            candidates = int(conn.execute(_COUNT, selection.values).fetchone()[0])
        if len(found) >= most or drawn >= (candidates or 0):
            return [page_id for _, page_id in found[:most]]
        drawn *= 4


def draw_originals(
    conn: sqlite3.Connection, page_ids: Iterable[int], source_ids: Sequence[int], most: int
) -> list[int]:
    """At most `most` of these pages that are articles and no copies, of these sources or of all (none), drawn in the same way."""
    narrowed = f" AND s.{of_sources(source_ids)}" if source_ids else ""
    chosen = {"pages": json.dumps(list(page_ids)), "most": most}
    return [page_id for (page_id,) in conn.execute(_ORIGINALS.format(narrowed=narrowed), chosen)]


def articles_by_day(conn: sqlite3.Connection, source_ids: Sequence[int], first: date, last: date) -> dict[date, int]:
    """How many articles there are of each day, of some sources or of all (none named)."""
    query = _SOURCE_DAYS.format(of_sources=of_sources(source_ids)) if source_ids else _ALL_DAYS
    rows = conn.execute(query, (first.isoformat(), last.isoformat()))
    return {date.fromisoformat(day): articles for day, articles in rows if articles}


def first_day_since(conn: sqlite3.Connection, first: date, last: date) -> date | None:
    """The first day of a range that has an article; None if there is none."""
    row = conn.execute(_FIRST_DAY, (first.isoformat(), last.isoformat())).fetchone()
    return date.fromisoformat(row[0]) if row[0] else None


def counting_sql(conn: sqlite3.Connection, query: str, filters: ArticleFilter, first: date, last: date) -> str:
    """The statement that counts the candidates of a query by day, with its values filled in. Raises QueryError."""
    selection = _selection(conn, query, filters, first, last)
    sql = f"SELECT date(c.day * 86400, 'unixepoch') AS day, sum(1 - c.copied) AS originals, sum(c.copied) AS copies{selection.sql}"
    return f"{fill_values(sql, selection.values)}\nGROUP BY c.day ORDER BY c.day"


def denominator_sql(source_ids: Sequence[int], first: date, last: date) -> str:
    """The statement that gives the articles of each day, with its values filled in."""
    query = _SOURCE_DAYS.format(of_sources=of_sources(source_ids)).strip() if source_ids else _ALL_DAYS
    bounds = f"'{first}' AND '{last}'"
    return f"{query.replace('? AND ?', bounds)} ORDER BY day"


def _selection(
    conn: sqlite3.Connection, query: str, filters: ArticleFilter, first: date, last: date, *, sampled: bool = False
) -> _Selection:
    parsed = parse_query(query) if query else Query(groups=())
    person = person_term(conn, filters.person)
    filters = replace(filters, since=None, until=None)
    if not _has_nearly_all(conn, first, last):
        # The index has days of UTC, up to one off the publisher's.
        since = datetime(first.year, first.month, first.day, tzinfo=UTC)
        until = datetime(last.year, last.month, last.day, tzinfo=UTC)
        if sampled:
            # Whole months are a third as many lists as their days; what is of another day is dropped where it was drawn.
            since = since.replace(day=1)
            until = (until.replace(day=1) + timedelta(days=32)).replace(day=1) - _ONE_DAY
        filters = replace(filters, since=since, until=until)
    values: dict[str, object] = {
        "match": with_filters(parsed.match() if query else "", parsed, filters, person),
        "first": (first - _EPOCH).days,
        "last": (last - _EPOCH).days,
    }
    conditions = []
    if filters.kind:
        conditions.append(_KINDS[filters.kind])
    if filters.section:
        conditions.append("a.section = :section COLLATE NOCASE")
        values["section"] = filters.section
    if filters.paywalled is not None:
        conditions.append(f"coalesce(a.paywalled, 0) = {int(filters.paywalled)}")
    needs_text = not all(term.exact for group in (*parsed.groups, parsed.excluded) for term in group) or bool(person)
    needs_row = bool(filters.section) or filters.paywalled is not None
    return _Selection(
        sql=_FROM.format(
            found=_DRAWN if sampled else _OF_INDEX,
            matching="" if sampled else f"{_MATCHING} AND ",
            articles=_ARTICLES if needs_text else _ROWS if needs_row else "",
            conditions="".join(f" AND {condition}" for condition in conditions),
        ),
        values=values,
        parsed=parsed if needs_text else None,
        person=person,
        needs_row=needs_row,
    )


def _has_nearly_all(conn: sqlite3.Connection, first: date, last: date) -> bool:
    others, articles = conn.execute(_OTHER_ARTICLES, (first.isoformat(), last.isoformat())).fetchone()
    return bool(others <= _FEW_OTHERS * articles)


def _found(conn: sqlite3.Connection, selection: _Selection, drawn: str) -> Days:
    """What `_FOUND` says of each match. Where the index decides, as one text: 150,000 rows would take half of the time."""
    if selection.parsed:
        rows = _matching(_query(conn, selection, _FOUND + _TEXT, drawn), selection)
        return np.fromiter((row[0] for row in rows), dtype=np.int64)
    (text,) = conn.execute(f"SELECT group_concat({_FOUND}){selection.sql}{drawn}", selection.values).fetchone()
    return np.fromstring(text or "", dtype=np.int64, sep=",")


def _query(conn: sqlite3.Connection, selection: _Selection, columns: str, drawn: str = "") -> Iterable[sqlite3.Row]:
    sql = f"SELECT {columns}{selection.sql}{drawn}"
    return named_rows(conn, sql, selection.values) if selection.parsed else conn.execute(sql, selection.values)


def _matching(rows: Iterable[sqlite3.Row], selection: _Selection) -> Iterator[sqlite3.Row]:
    """The rows whose text matches, where the index does not decide."""
    parsed, person = selection.parsed, selection.person
    if parsed is None:
        yield from rows
        return
    for row in rows:
        if person is None and not parsed.excluded and _surely_matches(row, parsed):
            yield row
            continue
        whole, names = folded_fields(row)
        if parsed.matches(whole) and (person is None or person.matches(names)):
            yield row


def _surely_matches(row: sqlite3.Row, parsed: Query) -> bool:
    """Whether the text matches as it stands, in lower case: folding it would take most of the time."""
    text = f"{row['title']}\n{row['text']}".lower()
    return all(any(term.pattern.search(text) for term in group) for group in parsed.groups)

"""Persons (`db.people.persons`) as a list, and one of them: over time, by source, with whom, on what.

Counts are read from rows that triggers keep. What needs the articles themselves (colleagues, sections, outlets by name) reads the
latest ones only, and says how many.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from db.display.shown_sql import fill_values
from db.people.persons import names_of_person
from db.sqlite.named_rows import named_rows
from db.store.sites.sources import source_names

_EPOCH = date(1970, 1, 1)
LATEST = 500
"""Articles of a person that are read for colleagues, sections and outlets."""
MONTHS = 24
"""Months of a sparkline."""
_MOST_SHOWN = 30
_MOST_SOURCES = 3


class CreditRole(StrEnum):
    """What somebody did for an article."""

    AUTHOR = "author"
    EDITOR = "editor"
    PROOFREADER = "proofreader"


CREDIT_COLUMNS = {CreditRole.AUTHOR: "wrote", CreditRole.EDITOR: "edited", CreditRole.PROOFREADER: "proofread"}
_LINES = """
SELECT n.id, n.name, k.articles, k.wrote, k.edited, k.proofread, k.copies, {days}.first_day, {days}.last_day
FROM {counts} CROSS JOIN credited_names n ON n.id = k.person_id
WHERE k.articles > 0 {conditions}
ORDER BY {order} LIMIT :limit
"""
_EVERYWHERE = "person_counts k"
_AT_SOURCE = "person_sources k CROSS JOIN person_counts p ON p.person_id = k.person_id"
_AT_SOURCES = """(
    SELECT person_id, sum(articles) AS articles, sum(wrote) AS wrote, sum(edited) AS edited, sum(proofread) AS proofread,
           sum(copies) AS copies
    FROM person_sources WHERE source_id IN (SELECT value FROM json_each(:sources)) GROUP BY person_id
) k CROSS JOIN person_counts p ON p.person_id = k.person_id"""
_OTHER_NAMES = (
    "SELECT main_id, name FROM credited_names WHERE main_id IN (SELECT value FROM json_each(?)) ORDER BY main_id, name"
)
_SOURCES_OF = """
SELECT person_id, source_id, articles FROM person_sources
WHERE person_id IN (SELECT value FROM json_each(?)) ORDER BY person_id, articles DESC, source_id
"""
# The days of a month are a range of the key: grouped by the name of their month, half a million days would be sorted.
_MONTHS_OF = """
WITH months (number, first, next) AS MATERIALIZED (SELECT key, value ->> 0, value ->> 1 FROM json_each(:months))
SELECT p.value AS person_id, m.number, (
    SELECT sum(d.articles) FROM person_days d WHERE d.person_id = p.value AND d.day >= m.first AND d.day < m.next) AS articles
FROM json_each(:persons) p CROSS JOIN months m
"""
_BY_MONTH = """
SELECT strftime('%Y-%m', d.day * 86400, 'unixepoch') AS month, d.source_id, s.name AS source, sum(d.articles) AS articles,
       sum(d.wrote) AS wrote, sum(d.edited) AS edited, sum(d.proofread) AS proofread, sum(d.copies) AS copies
FROM person_days d JOIN sources s ON s.id = d.source_id WHERE d.person_id = :person GROUP BY 1, 2 ORDER BY 1, articles DESC, 2
"""
_NAMES = """
SELECT n.name, (SELECT coalesce(sum(v.articles), 0) FROM value_counts v
                WHERE v.field IN ('author', 'editor', 'proofreader') AND v.value = n.name) AS articles
FROM credited_names n WHERE n.name IN (SELECT value FROM json_each(:names)) ORDER BY articles DESC, n.name
"""
_OUTLETS = """
SELECT v.outlet, sum(v.articles) AS articles FROM value_counts v
WHERE v.field IN ('author', 'editor', 'proofreader') AND v.value IN (SELECT value FROM json_each(:names)) AND v.outlet <> ''
GROUP BY 1 HAVING sum(v.articles) > 0 ORDER BY 2 DESC, 1 LIMIT 30
"""
_PAGES = """
SELECT l.page_id, max(c.role = 'author') AS wrote, max(c.role = 'editor') AS edited, max(c.role = 'proofreader') AS proofread,
       l.section, l.revision, coalesce(l.published_utc, l.first_seen_utc) AS at
FROM (SELECT page_id, role FROM credits WHERE name IN (SELECT value FROM json_each(:names)) ORDER BY page_id DESC LIMIT :latest) c
JOIN current_pages l ON l.page_id = c.page_id GROUP BY l.page_id ORDER BY at DESC, l.page_id DESC
"""
_COLLEAGUES = """
SELECT m.name, c.role, count(DISTINCT c.page_id) AS articles FROM json_each(:pages) j JOIN credits c ON c.page_id = j.value
JOIN credited_names n ON n.name = c.name JOIN credited_names m ON m.id = coalesce(n.main_id, n.id)
WHERE m.id <> :person GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT 30
"""
_CORRECTIONS = """
SELECT r.page_id, r.article_id, r.seen_at, r.score, r.silent, a.title, s.name AS source FROM json_each(:pages) j
JOIN revision_changes r ON r.page_id = j.value JOIN articles a ON a.page_id = r.page_id JOIN sources s ON s.id = r.source_id
WHERE r.score >= 1 ORDER BY r.seen_at DESC LIMIT 20
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilter:
    """Which persons. `words`: in one of their names; `source_ids`: with articles at one of these sources, by which they
    are counted."""

    words: str = ""
    source_ids: tuple[int, ...] = ()
    role: CreditRole | None = None
    newest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePlace:
    """A place in the list: the person, and what the list is sorted by."""

    value: int
    person_id: int

    def __str__(self) -> str:
        return f"{self.value}-{self.person_id}"

    @staticmethod
    def parse(text: str) -> PeoplePlace | None:
        """From an address; None for anything else."""
        value, _, person = text.partition("-")
        if not (value + person).isascii() or not value.isdigit() or not person.isdigit() or len(text) > 30:
            return None
        return PeoplePlace(value=int(value), person_id=int(person))


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSummary:
    """A person in one line. `sources`: the three with most articles, of `source_count`; `months`: articles of the last months."""

    id: int
    name: str
    other_names: tuple[str, ...]
    articles: int
    wrote: int
    edited: int
    proofread: int
    copies: int
    first: date
    last: date
    sources: tuple[tuple[int, str], ...]
    source_count: int
    months: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleList:
    """A part of the list, where the next one begins, and the statement behind it."""

    lines: tuple[PersonSummary, ...]
    next: PeoplePlace | None
    sql: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMonth:
    """Articles of a person in a month at a source."""

    month: str
    source_id: int
    source: str
    articles: int
    wrote: int
    edited: int
    proofread: int
    copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Another person on the same articles, in one role, and on how many of them."""

    name: str
    role: str
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCorrection:
    """A revision of an article of the person that changed something that matters."""

    page_id: int
    article_id: int
    seen_at: str
    score: float
    silent: bool
    title: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDetails:
    """A person. `names`: as printed, with articles. `pages`: the latest, newest first, by role; `read`: how many there are of
    these, by which colleagues, sections and corrections are known.
    """

    id: int
    name: str
    names: tuple[tuple[str, int], ...]
    months: tuple[PersonMonth, ...]
    outlets: tuple[tuple[str, int], ...]
    pages: dict[CreditRole, list[int]]
    read: int
    sections: tuple[tuple[str, int], ...]
    colleagues: tuple[Colleague, ...]
    edited_texts_of: tuple[tuple[str, int], ...]
    corrections: tuple[PersonCorrection, ...]
    corrected: int
    queries: tuple[str, ...]

    @property
    def articles(self) -> int:
        """How many there are in all."""
        return sum(month.articles for month in self.months)

    def total(self, name: str) -> int:
        """The sum of one of the counts of the months."""
        return sum(int(getattr(month, name)) for month in self.months)


def list_people(
    conn: sqlite3.Connection, wanted: PeopleFilter, *, limit: int, today: date, after: PeoplePlace | None = None
) -> PeopleList:
    """Persons with most articles first, or those seen last; `limit` of them after a place, 0 for all. The `months` are the
    `MONTHS` up to today.
    """
    counts, days = (_AT_SOURCES, "p") if wanted.source_ids else (_EVERYWHERE, "k")
    by = f"{days}.last_day" if wanted.newest else "k.articles"
    conditions, values = list[str](), {"limit": limit + 1 if limit else -1, "words": wanted.words}
    values |= {"at": after.value if after else 0, "id": after.person_id if after else 0}
    if len(wanted.source_ids) == 1:  # its index has them in their order
        counts = _AT_SOURCE
        conditions.append("k.source_id = :source")
        values["source"] = wanted.source_ids[0]
    elif wanted.source_ids:
        values["sources"] = json.dumps(wanted.source_ids)
    if wanted.role:
        conditions.append(f"k.{CREDIT_COLUMNS[wanted.role]} > 0")
    if wanted.words:
        values["people"] = json.dumps(_persons_named(conn, wanted.words))
        conditions.append("k.person_id IN (SELECT value FROM json_each(:people))")
    if after:
        conditions.append(f"({by}, k.person_id) < (:at, :id)")
    sql = _LINES.format(
        counts=counts,
        days=days,
        conditions="".join(f" AND {one}" for one in conditions),
        order=f"{by} DESC, k.person_id DESC",
    )
    rows = named_rows(conn, sql, values).fetchall()
    more = bool(limit) and len(rows) > limit
    rows = rows[: limit or None]
    lines = _summaries(conn, rows, today)
    last = rows[-1] if more else None
    return PeopleList(
        lines=lines,
        next=PeoplePlace(value=last["last_day" if wanted.newest else "articles"], person_id=last["id"])
        if last
        else None,
        sql=fill_values(sql, values),
    )


def person_details(conn: sqlite3.Connection, name: str) -> PersonDetails | None:
    """The person who has a name; None if no current article credits him or her."""
    names = names_of_person(conn, name)
    if not names:
        return None
    person_id = conn.execute("SELECT id FROM credited_names WHERE name = ?", (names[0],)).fetchone()[0]
    values: dict[str, object] = {"person": person_id, "names": json.dumps(names, ensure_ascii=False), "latest": LATEST}
    months = tuple(PersonMonth(**row) for row in named_rows(conn, _BY_MONTH, values))
    if not months:
        return None
    rows = named_rows(conn, _PAGES, values).fetchall()
    pages = {role: [row["page_id"] for row in rows if row[column]] for role, column in CREDIT_COLUMNS.items()}
    chosen = {"person": person_id, "pages": json.dumps([row["page_id"] for row in rows])}
    edited = {"person": person_id, "pages": json.dumps(pages[CreditRole.EDITOR])}
    revised = {"pages": json.dumps([row["page_id"] for row in rows if row["revision"] > 1])}
    corrections = [
        PersonCorrection(**{**dict(row), "silent": bool(row["silent"])})
        for row in named_rows(conn, _CORRECTIONS, revised)
    ]
    return PersonDetails(
        id=person_id,
        name=names[0],
        names=tuple((row["name"], row["articles"]) for row in named_rows(conn, _NAMES, values)),
        months=months,
        outlets=tuple((row["outlet"], row["articles"]) for row in named_rows(conn, _OUTLETS, values)),
        pages=pages,
        read=len(rows),
        sections=_sections(rows),
        colleagues=tuple(Colleague(**row) for row in named_rows(conn, _COLLEAGUES, chosen)),
        edited_texts_of=tuple(
            (row["name"], row["articles"])
            for row in (named_rows(conn, _COLLEAGUES, edited) if pages[CreditRole.EDITOR] else ())
            if row["role"] == CreditRole.AUTHOR
        ),
        corrections=tuple(corrections),
        corrected=len(corrections),
        queries=tuple(fill_values(sql, values) for sql in (_BY_MONTH, _PAGES, _OUTLETS)),
    )


def _sections(rows: Sequence[sqlite3.Row]) -> tuple[tuple[str, int], ...]:
    counts: dict[str, int] = defaultdict(int)
    for row in rows:
        if row["section"]:
            counts[row["section"]] += 1
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST_SHOWN])


def _persons_named(conn: sqlite3.Connection, words: str) -> list[int]:
    """The persons with a name that has these letters in it. Looks through all names."""
    from db.text.folding import fold, fold_each

    wanted = fold(words).split()
    names = conn.execute("SELECT coalesce(main_id, id), name FROM credited_names").fetchall()
    folded = fold_each([name for _, name in names])
    found = (row[0] for row, name in zip(names, folded, strict=True) if all(word in name for word in wanted))
    return sorted(set(found))


def _summaries(conn: sqlite3.Connection, rows: Sequence[sqlite3.Row], today: date) -> tuple[PersonSummary, ...]:
    months = last_months(today)
    chosen = json.dumps([row["id"] for row in rows])
    names: dict[int, list[str]] = defaultdict(list)
    for main_id, name in conn.execute(_OTHER_NAMES, (chosen,)):
        names[main_id].append(name)
    sources: dict[int, list[int]] = defaultdict(list)
    for person_id, source_id, _ in conn.execute(_SOURCES_OF, (chosen,)):
        sources[person_id].append(source_id)
    known = source_names(conn)
    starts = [date.fromisoformat(f"{month}-01") for month in months]
    days = [(start - _EPOCH).days for start in (*starts, (starts[-1] + timedelta(days=32)).replace(day=1))]
    bounds = json.dumps(list(pairwise(days)))
    counts: dict[int, list[int]] = defaultdict(lambda: [0] * MONTHS)
    for person_id, number, articles in conn.execute(_MONTHS_OF, {"persons": chosen, "months": bounds}):
        counts[person_id][number] = articles or 0
    return tuple(
        PersonSummary(
            **{key: row[key] for key in ("id", "name", "articles", "wrote", "edited", "proofread", "copies")},
            other_names=tuple(names[row["id"]]),
            first=_EPOCH + timedelta(days=row["first_day"]),
            last=_EPOCH + timedelta(days=row["last_day"]),
            sources=tuple((source_id, known[source_id]) for source_id in sources[row["id"]][:_MOST_SOURCES]),
            source_count=len(sources[row["id"]]),
            months=tuple(counts[row["id"]]),
        )
        for row in rows
    )


def last_months(today: date) -> list[str]:
    """The `MONTHS` months up to a day, as 2026-11, the oldest first."""
    at = today.year * 12 + today.month - 1
    return [f"{number // 12}-{number % 12 + 1:02}" for number in range(at - MONTHS + 1, at + 1)]

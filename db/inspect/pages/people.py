"""Credited people: who wrote and edited what, for which sources. From the credits of articles in their latest revision."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from dataclasses import dataclass

from db.named_rows import named_rows
from db.sql_conditions import IS_CURRENT, NEWEST_FIRST
from db.store.sources import source_names

# How many of the latest articles to read for the list of people, and for one person.
LATEST = 5000
MAX_PER_PERSON = 1000
MAX_SHOWN = 300

_RECENT = f"""
SELECT c.name, c.role, p.source_id
FROM (SELECT d.page_id FROM decisions d WHERE {IS_CURRENT} ORDER BY d.page_id DESC LIMIT :latest) l
JOIN credits c ON c.page_id = l.page_id JOIN pages p ON p.id = l.page_id
"""
# Uses the index on names, by their first characters.
_BY_NAME = f"""
SELECT c.name, c.role, p.source_id
FROM (SELECT name, role, page_id FROM credits WHERE name >= :start AND name < :end LIMIT :latest) c
JOIN decisions d ON d.page_id = c.page_id JOIN pages p ON p.id = c.page_id
WHERE {IS_CURRENT}
"""
_OF_PERSON = f"""
SELECT c.page_id, c.role, s.id AS source_id, s.name AS source
FROM (SELECT page_id, role FROM credits WHERE name = :name ORDER BY page_id DESC LIMIT :most) c
JOIN decisions d ON d.page_id = c.page_id JOIN pages p ON p.id = c.page_id JOIN sources s ON s.id = p.source_id
JOIN articles a ON a.page_id = c.page_id
WHERE {IS_CURRENT}
ORDER BY {NEWEST_FIRST}
"""
_COLLEAGUES = """
SELECT other.name, other.role, count(*) AS articles FROM json_each(:pages) j JOIN credits other ON other.page_id = j.value
WHERE other.name <> :name GROUP BY 1, 2 ORDER BY 3 DESC, 1 LIMIT 30
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """A name with its number of articles by role, and its most frequent sources."""

    name: str
    wrote: int
    edited: int
    proofread: int
    sources: list[tuple[int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """A name that stands on the same articles, in one role, and on how many of them."""

    name: str
    role: str
    articles: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One name: page ids by role (newest first), its sources (id, name, articles), and its colleagues."""

    name: str
    wrote: list[int]
    edited: list[int]
    proofread: list[int]
    sources: list[tuple[int, str, int]]
    colleagues: list[Colleague]
    more: bool
    """Whether there may be older articles than those read."""


def people(conn: sqlite3.Connection, begins: str = "") -> list[PersonLine]:
    """Who is credited most in the latest articles; with `begins`, those whose name has this prefix."""
    if begins:
        bounds = {"start": begins, "end": begins + "\U0010ffff", "latest": LATEST}
        rows = named_rows(conn, _BY_NAME, bounds)
    else:
        rows = named_rows(conn, _RECENT, {"latest": LATEST})
    roles: dict[str, Counter[str]] = defaultdict(Counter)
    places: dict[str, Counter[int]] = defaultdict(Counter)
    for row in rows:
        roles[row["name"]][row["role"]] += 1
        places[row["name"]][row["source_id"]] += 1
    names = source_names(conn)
    ranked = sorted(roles, key=lambda name: (-roles[name].total(), name))[:MAX_SHOWN]
    return [
        PersonLine(
            name=name,
            wrote=roles[name]["author"],
            edited=roles[name]["editor"],
            proofread=roles[name]["proofreader"],
            sources=[(source_id, names[source_id]) for source_id, _ in places[name].most_common(3)],
        )
        for name in ranked
    ]


def person(conn: sqlite3.Connection, name: str) -> Person | None:
    """The person with exactly that name; None if no current article credits them."""
    rows = named_rows(conn, _OF_PERSON, {"name": name, "most": MAX_PER_PERSON}).fetchall()
    if not rows:
        return None
    pages: dict[str, list[int]] = defaultdict(list)
    places: Counter[tuple[int, str]] = Counter()
    for row in rows:
        pages[row["role"]].append(row["page_id"])
        places[row["source_id"], row["source"]] += 1
    all_pages = json.dumps(sorted({row["page_id"] for row in rows}))
    return Person(
        name=name,
        wrote=pages["author"],
        edited=pages["editor"],
        proofread=pages["proofreader"],
        sources=[(source_id, source, number) for (source_id, source), number in places.most_common()],
        colleagues=[Colleague(**row) for row in named_rows(conn, _COLLEAGUES, {"pages": all_pages, "name": name})],
        more=len(rows) >= MAX_PER_PERSON,
    )

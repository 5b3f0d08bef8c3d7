"""Persons: one or several printed names that somebody joined, and what is counted of them (`db.schema.counts.people`).

    join A B ──> a row of name_decisions ──> names that hang together are one person ──> credited_names.main_id ──> counted anew

Decisions are facts about printed names: a page keeps the name that it prints, and whatever is extracted again falls to the same
person. A person is shown under the name that the latest joining put first.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.display.shell_commands import shell_command
from db.errors import NotFound, UsageError
from db.sqlite.named_rows import named_rows
from db.timestamps import format_timestamp

_DAY = (
    "coalesce(CAST(strftime('%s', substr(coalesce(l.published_local, l.first_seen_utc), 1, 10)) AS INTEGER) / 86400, 0)"
)
CREDITED = f"""
    SELECT coalesce(n.main_id, n.id) AS person_id, {_DAY} AS day, l.source_id, max(c.role = 'author') AS wrote,
           max(c.role = 'editor') AS edited, max(c.role = 'proofreader') AS proofread, l.original_id <> l.article_id AS copied
    FROM {{rows}} WHERE {{condition}} GROUP BY l.page_id, 1"""
"""A row for each person on a page: `l` of `current_pages`, `c` of `credits`, `n` of `credited_names`."""
ALL_CREDITED = "current_pages l JOIN credits c ON c.page_id = l.page_id JOIN credited_names n ON n.name = c.name"
_OF_NAMES = "credited_names n JOIN credits c ON c.name = n.name JOIN current_pages l ON l.page_id = c.page_id"
_COUNT_DAYS = f"""
INSERT INTO person_days (person_id, day, source_id, articles, wrote, edited, proofread, copies)
SELECT person_id, day, source_id, count(*), sum(wrote), sum(edited), sum(proofread), sum(copied) FROM ({CREDITED}) GROUP BY 1, 2, 3
"""
_COUNT_SOURCES = """
INSERT INTO person_sources (person_id, source_id, articles, wrote, edited, proofread, copies)
SELECT person_id, source_id, sum(articles), sum(wrote), sum(edited), sum(proofread), sum(copies) FROM person_days
WHERE {condition} GROUP BY 1, 2
"""
_COUNT_PERSONS = """
INSERT INTO person_counts (person_id, articles, wrote, edited, proofread, copies, first_day, last_day)
SELECT person_id, sum(articles), sum(wrote), sum(edited), sum(proofread), sum(copies), min(day), max(day) FROM person_days
WHERE {condition} GROUP BY 1
"""
_TABLES = ("person_days", "person_sources", "person_counts")
# The latest decision about two names, in either order.
_DECISIONS = """
SELECT id, name, other, same, decided_at, decided_by FROM name_decisions d
WHERE d.id = (SELECT max(e.id) FROM name_decisions e
              WHERE (e.name = d.name AND e.other = d.other) OR (e.name = d.other AND e.other = d.name))
ORDER BY id
"""
_LONGEST_NAME = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class NameDecision:
    """What somebody decided about two names last: one person, or two."""

    id: int
    name: str
    other: str
    same: bool
    decided_at: str
    decided_by: str

    @property
    def pair(self) -> frozenset[str]:
        """The two names."""
        return frozenset((self.name, self.other))


def count_people(conn: sqlite3.Connection, person_ids: Collection[int] | None = None) -> None:
    """Count these persons from the credits that stand; None: all. What was counted of them must be gone."""
    if person_ids is None:
        conn.execute(_COUNT_DAYS.format(rows=ALL_CREDITED, condition="true"))
        among, values = "true", list[str]()
    else:
        chosen, values = "IN (SELECT value FROM json_each(?))", [json.dumps(sorted(person_ids))]
        conn.execute(_COUNT_DAYS.format(rows=_OF_NAMES, condition=f"coalesce(n.main_id, n.id) {chosen}"), values)
        among = f"person_id {chosen}"
    for statement in (_COUNT_SOURCES, _COUNT_PERSONS):
        conn.execute(statement.format(condition=among), values)


def rebuild_people(conn: sqlite3.Connection) -> None:
    """Make all counts again from the credits and decisions that stand."""
    conn.execute(
        "INSERT INTO credited_names (name) SELECT DISTINCT name FROM credits WHERE true ON CONFLICT DO NOTHING"
    )
    conn.execute("UPDATE credited_names SET main_id = NULL WHERE main_id IS NOT NULL")
    for table in _TABLES:
        conn.execute(f"DELETE FROM {table}")
    for main, names in _groups(decisions(conn)).items():
        _name_main(conn, main, names)
    count_people(conn)


def decisions(conn: sqlite3.Connection) -> list[NameDecision]:
    """The decision in force on each pair of names, in the order in which they were made."""
    return [NameDecision(**{**dict(row), "same": bool(row["same"])}) for row in named_rows(conn, _DECISIONS)]


def join_names(conn: sqlite3.Connection, name: str, others: Sequence[str], by: str, at: datetime) -> list[str]:
    """Make names one person, shown under `name`; all names of that person. For a transaction of the writer.

    Raises NotFound for a name that is nowhere credited, UsageError where two of the names were said to be two persons'.
    """
    known = decisions(conn)
    for one in (name, *others):
        require_name(conn, one)
    wanted = [other for other in dict.fromkeys(others) if other != name]
    if not wanted:
        raise UsageError("a joining needs two different names; `copydesk people likely` offers some")
    about = {frozenset((name, other)) for other in wanted}
    made = [decision for decision in known if decision.pair not in about]
    made += [NameDecision(id=0, name=name, other=other, same=True, decided_at="", decided_by="") for other in wanted]
    person = next(names for names in _groups(made).values() if name in names)
    for decision in made:
        if not decision.same and decision.pair <= person:
            raise UsageError(
                f"that would make {decision.name} and {decision.other} one person, who were parted on"
                f" {decision.decided_at[:10]} by {decision.decided_by}; if they are one after all,"
                f" `{shell_command('people', 'join', decision.name, decision.other)}` first"
            )
    for other in wanted:
        _decide(conn, name, other, same=True, by=by, at=at)
    _regroup(conn, {name, *wanted})
    return sorted(person, key=lambda one: (one != name, one))


def part_names(conn: sqlite3.Connection, name: str, other: str, by: str, at: datetime) -> bool:
    """Say that two names are two persons'; whether they were joined. They are not offered again. For the writer's transaction.

    Raises NotFound for a name that is nowhere credited, UsageError where they are one person by way of other names.
    """
    for one in (name, other):
        require_name(conn, one)
    if name == other:
        raise UsageError("these are one name; name two")
    known = decisions(conn)
    pair = frozenset((name, other))
    was_joined = any(decision.same and decision.pair == pair for decision in known)
    rest = [decision for decision in known if decision.pair != pair]
    still = next((names for names in _groups(rest).values() if pair <= names), None)
    if still:
        by_way = sorted(one for decision in rest if decision.same and name in decision.pair and decision.pair <= still
                        for one in decision.pair - {name})  # fmt: skip
        raise UsageError(
            f"{name} and {other} are one person by way of {', '.join(by_way)};"
            f" take that joining back first: `{shell_command('people', 'part', name, by_way[0])}`"
        )
    _decide(conn, name, other, same=False, by=by, at=at)
    _regroup(conn, pair)
    return was_joined


def names_of_person(conn: sqlite3.Connection, name: str) -> list[str]:
    """All names of the person with that name, the one he or she is shown under first; empty if it is nowhere credited."""
    sql = """
    WITH main (id) AS (SELECT coalesce(main_id, id) FROM credited_names WHERE name = ?)
    SELECT n.name FROM main JOIN credited_names n ON n.id = main.id
    UNION ALL SELECT n.name FROM main JOIN credited_names n ON n.main_id = main.id AND n.id <> main.id
    """
    first, *rest = [row[0] for row in conn.execute(sql, (name,))] or [""]
    return [first, *sorted(rest)] if first else []


def joined_names(conn: sqlite3.Connection) -> list[list[str]]:
    """The names of each person who has several."""
    sql = """
    SELECT n.main_id, n.name FROM credited_names n WHERE n.main_id IS NOT NULL
    UNION SELECT m.id, m.name FROM credited_names m WHERE m.id IN (SELECT main_id FROM credited_names WHERE main_id IS NOT NULL)
    """
    groups: dict[int, list[str]] = defaultdict(list)
    for main_id, name in conn.execute(sql):
        groups[main_id].append(name)
    return list(groups.values())


def require_name(conn: sqlite3.Connection, name: str) -> None:
    """Raise NotFound if no article credits a name."""
    if not name or len(name) > _LONGEST_NAME or not conn.execute(
        "SELECT 1 FROM credited_names WHERE name = ?", (name,)
    ).fetchone():  # fmt: skip
        shown = name[:80] or '""'
        raise NotFound(f"no article credits {shown}; names are as printed, `copydesk people list WORDS` finds them")


def _decide(conn: sqlite3.Connection, name: str, other: str, *, same: bool, by: str, at: datetime) -> None:
    conn.execute(
        "INSERT INTO name_decisions (name, other, same, decided_at, decided_by) VALUES (?, ?, ?, ?, ?)",
        (name, other, int(same), format_timestamp(at), by),
    )


def _regroup(conn: sqlite3.Connection, touched: Iterable[str]) -> None:
    """Bring persons and counts in line with the decisions, for all whom these names concern."""
    concerned = {one for name in touched for one in names_of_person(conn, name)}
    groups = {main: names for main, names in _groups(decisions(conn)).items() if names & concerned}
    concerned |= {one for names in groups.values() for one in names}
    chosen = json.dumps(sorted(concerned))
    ids = {
        row[0]
        for row in conn.execute(
            "SELECT coalesce(main_id, id) FROM credited_names WHERE name IN (SELECT value FROM json_each(:names))"
            " UNION SELECT id FROM credited_names WHERE name IN (SELECT value FROM json_each(:names))",
            {"names": chosen},
        )
    }
    for table in _TABLES:
        conn.execute(
            f"DELETE FROM {table} WHERE person_id IN (SELECT value FROM json_each(?))", (json.dumps(sorted(ids)),)
        )
    conn.execute("UPDATE credited_names SET main_id = NULL WHERE name IN (SELECT value FROM json_each(?))", (chosen,))
    for main, names in groups.items():
        _name_main(conn, main, names)
    count_people(conn, ids)


def _name_main(conn: sqlite3.Connection, main: str, names: Collection[str]) -> None:
    conn.execute(
        "UPDATE credited_names SET main_id = (SELECT id FROM credited_names WHERE name = ?)"
        " WHERE name IN (SELECT value FROM json_each(?)) AND name <> ?",
        (main, json.dumps(sorted(names)), main),
    )


def _groups(known: Iterable[NameDecision]) -> dict[str, set[str]]:
    """The names that hang together by joinings, by the name that the latest of them put first."""
    groups: list[tuple[str, set[str]]] = []
    for decision in known:
        if decision.same:
            touched = [names for _, names in groups if names & decision.pair]
            merged = set(decision.pair).union(*touched)
            groups = [(main, names) for main, names in groups if not names & decision.pair]
            groups.append((decision.name, merged))
    return dict(groups)

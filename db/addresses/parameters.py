"""Whether the parameters of addresses matter, for each site: observed on pages, judged, and overruled by site rules.

    page_parameters      a row for each parameter of a page's own address: `rest` is the address without it
    parameter_evidence   a `rest` at which pages with several values were seen: whether they showed one article (`same`), and how
                         often two showed different ones within a short time (`differing`)
    address_parameters   the verdict: `ignored`, `kept` or, as long as too little was seen, `open`
    address_rules        the verdict of the site rules in force, which takes precedence
    folded_pages         pages that count at another address than they state, because parameters of it are ignored
    link_twins           links whose key has such parameters, or doubtful ones (`db.addresses.link_twins`), state of the crawl

All but the rules and the twins follow from articles and rules, and are derived rows. A parameter with several names, as
in `_&ts`, is a set that was seen together.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from db.site_rules.models import AddressRule
from db.sqlite.named_rows import named_rows

DERIVED_TABLES = ("page_parameters", "parameter_evidence", "address_parameters", "folded_pages")

ParameterGroup = tuple[str, int, str]
"""Pages whose addresses differ in one parameter: the address without it, source id, parameter."""
SiteParameter = tuple[int, str, str]
"""A parameter of a site: source id, host, parameter."""

# The parameters are those of the address at which the page was found (`url`).
_TOUCHED = """
SELECT a.page_id, p.source_id, a.url, p.fetched_at, a.address_key, c.own_key, c.believed,
    EXISTS (SELECT 1 FROM page_parameters n WHERE n.page_id = a.page_id) AS noted
FROM articles a JOIN pages p ON p.id = a.page_id LEFT JOIN claims c ON c.page_id = a.page_id
WHERE a.page_id IN (
    SELECT page_id FROM articles WHERE address_key IN (SELECT value FROM json_each(:keys))
    UNION SELECT page_id FROM folded_pages WHERE place IN (SELECT value FROM json_each(:keys))
    UNION SELECT value FROM json_each(:pages)
)
"""
_PAGES_OF_TEXT = """
SELECT page_id FROM articles a WHERE text_hash BETWEEN ? AND ?
    AND EXISTS (SELECT 1 FROM page_parameters n WHERE n.page_id = a.page_id)
"""
_WITH_PARAMETER = "SELECT DISTINCT page_id FROM page_parameters WHERE source_id = ? AND parameter = ?"
_GROUPS = """
SELECT rest, source_id, parameter FROM page_parameters WHERE rest IN (SELECT value FROM json_each(:rests))
UNION SELECT rest, source_id, parameter FROM parameter_evidence WHERE rest IN (SELECT value FROM json_each(:rests))
"""
_SEEN = """
SELECT a.page_id, a.url, a.text_hash, p.body_id, n.fetched_at, CASE WHEN c.believed = 1 THEN a.address_key END AS claimed
FROM (
    SELECT page_id, fetched_at FROM page_parameters WHERE (rest, source_id, parameter) = (:rest, :source, :parameter)
    ORDER BY fetched_at DESC, page_id DESC LIMIT :limit
) n
JOIN articles a ON a.page_id = n.page_id JOIN pages p ON p.id = n.page_id LEFT JOIN claims c ON c.page_id = n.page_id
"""
_SEEN_WITHOUT = """
SELECT a.page_id, a.url, a.text_hash, p.body_id, p.fetched_at, a.address_key AS claimed
FROM articles a JOIN pages p ON p.id = a.page_id
WHERE a.address_key = :rest AND p.source_id = :source AND NOT EXISTS (SELECT 1 FROM claims c WHERE c.page_id = a.page_id)
ORDER BY p.fetched_at DESC, a.page_id DESC LIMIT :limit
"""
_NEWEST = """
SELECT same, differing, text FROM parameter_evidence WHERE (source_id, host, parameter) = (?, ?, ?)
ORDER BY seen_at DESC, rest LIMIT ?
"""
_SAVE_EVIDENCE = """
INSERT INTO parameter_evidence (rest, source_id, parameter, host, same, differing, text, seen_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (rest, source_id, parameter) DO UPDATE SET
    same = excluded.same, differing = excluded.differing, text = excluded.text, seen_at = excluded.seen_at
"""
_SAVE_VERDICT = """
INSERT INTO address_parameters (source_id, host, parameter, verdict, same, differing) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (source_id, host, parameter) DO UPDATE SET
    verdict = excluded.verdict, same = excluded.same, differing = excluded.differing
"""
_UNSETTLE_RULED = """
INSERT OR IGNORE INTO unsettled
SELECT a.address_key, a.text_hash FROM articles a
WHERE a.page_id IN (SELECT page_id FROM page_parameters, json_each(?)
    WHERE instr('&' || parameter || '&', '&' || value || '&') > 0)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchedPage:
    """An article page: where it was found and what address it states. `believed`: as in `claims`; `noted`: it has rows
    in `page_parameters`.
    """

    page_id: int
    source_id: int
    url: str
    fetched_at: str
    stated_key: str
    own_key: str | None
    believed: int | None
    noted: bool

    @property
    def counted_key(self) -> str:
        """The key that it counts under while no parameter is ignored."""
        return self.own_key if self.own_key is not None and self.believed == 0 else self.stated_key


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterPage:
    """One page of a group. `claimed`: the address that it claims, if it is believed."""

    page_id: int
    url: str
    text_hash: bytes
    body: int
    fetched_at: str
    claimed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the pages of a group show. `text`: the number of the article's text; `seen_at`: when the last was fetched."""

    same: bool
    differing: int
    text: int
    seen_at: str


def touched_pages(conn: sqlite3.Connection, keys: Iterable[str], pages: Iterable[int]) -> list[TouchedPage]:
    """The pages that state these addresses or count there, and those with the given ids."""
    rows = named_rows(conn, _TOUCHED, {"keys": json.dumps(sorted(keys)), "pages": json.dumps(sorted(pages))})
    return [
        TouchedPage(
            page_id=row["page_id"],
            source_id=row["source_id"],
            url=row["url"],
            fetched_at=row["fetched_at"],
            stated_key=row["address_key"],
            own_key=row["own_key"],
            believed=row["believed"],
            noted=bool(row["noted"]),
        )
        for row in rows
    ]


def pages_of_texts(conn: sqlite3.Connection, texts: Iterable[int]) -> set[int]:
    """The pages with these texts (by number) whose parameters are recorded."""
    found: set[int] = set()
    for text in texts:
        start = text.to_bytes(8, "big", signed=True)
        found.update(page for (page,) in conn.execute(_PAGES_OF_TEXT, (start, start + b"\xff" * 9)))
    return found


def pages_with(conn: sqlite3.Connection, source: int, parameter: str) -> set[int]:
    """The pages of a source whose own address has this parameter."""
    return {page for (page,) in conn.execute(_WITH_PARAMETER, (source, parameter))}


def insert_parameters(conn: sqlite3.Connection, page: TouchedPage, parts: Iterable[tuple[str, str]]) -> None:
    """Record the parameters of a page's own address, each with the address without it."""
    conn.executemany(
        "INSERT OR IGNORE INTO page_parameters (rest, source_id, parameter, fetched_at, page_id) VALUES (?, ?, ?, ?, ?)",
        [(rest, page.source_id, parameter, page.fetched_at, page.page_id) for parameter, rest in parts],
    )


def groups_at(conn: sqlite3.Connection, rests: Iterable[str]) -> list[ParameterGroup]:
    """The groups of pages whose addresses without one parameter are these."""
    return sorted(conn.execute(_GROUPS, {"rests": json.dumps(sorted(rests))}).fetchall())


def pages_of_group(conn: sqlite3.Connection, group: ParameterGroup, limit: int) -> list[ParameterPage]:
    """The newest pages of a group, at most `limit` with the parameter and as many without it, oldest first."""
    rest, source, parameter = group
    values = {"rest": rest, "source": source, "parameter": parameter, "limit": limit}
    rows = [*named_rows(conn, _SEEN, values)]
    if rows:
        rows += named_rows(conn, _SEEN_WITHOUT, values)
    pages = [
        ParameterPage(
            page_id=row["page_id"],
            url=row["url"],
            text_hash=row["text_hash"],
            body=row["body_id"],
            fetched_at=row["fetched_at"],
            claimed=row["claimed"],
        )
        for row in rows
    ]
    return sorted(pages, key=lambda page: (page.fetched_at, page.page_id))


def save_evidence(conn: sqlite3.Connection, group: ParameterGroup, host: str, evidence: Evidence | None) -> bool:
    """Record what a group shows; None deletes it. Returns whether this is a change."""
    before = conn.execute(
        "SELECT same, differing, text, seen_at FROM parameter_evidence WHERE (rest, source_id, parameter) = (?, ?, ?)",
        group,
    ).fetchone()
    if evidence is None:
        conn.execute("DELETE FROM parameter_evidence WHERE (rest, source_id, parameter) = (?, ?, ?)", group)
        return before is not None
    row = (int(evidence.same), evidence.differing, evidence.text, evidence.seen_at)
    if row == before:
        return False
    conn.execute(_SAVE_EVIDENCE, (*group, host, *row))
    return True


def newest_evidence(conn: sqlite3.Connection, named: SiteParameter, limit: int) -> list[tuple[bool, int, int]]:
    """What the groups of a parameter show, those with the newest pages first: same, differing, text."""
    return [(bool(same), differing, text) for same, differing, text in conn.execute(_NEWEST, (*named, limit))]


def save_verdict(
    conn: sqlite3.Connection, named: SiteParameter, verdict: str | None, same: int, differing: int
) -> bool:
    """Record the verdict on a parameter (None: nothing was seen). Returns whether it has become ignored, or is no
    longer.
    """
    before = conn.execute(
        "SELECT verdict, same, differing FROM address_parameters WHERE (source_id, host, parameter) = (?, ?, ?)", named
    ).fetchone()
    if verdict is None:
        conn.execute("DELETE FROM address_parameters WHERE (source_id, host, parameter) = (?, ?, ?)", named)
    elif before != (verdict, same, differing):
        conn.execute(_SAVE_VERDICT, (*named, verdict, same, differing))
    return (before is not None and before[0] == "ignored") != (verdict == "ignored")


def load_verdicts(conn: sqlite3.Connection, source: int) -> dict[str, dict[str, str]]:
    """The verdicts on a source's parameters, by host and parameter."""
    found: dict[str, dict[str, str]] = {}
    query = "SELECT host, parameter, verdict FROM address_parameters WHERE source_id = ?"
    for host, parameter, verdict in conn.execute(query, (source,)):
        found.setdefault(host, {})[parameter] = verdict
    return found


def load_address_rules(conn: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """The verdicts of the site rules in force, by host and parameter."""
    found: dict[str, dict[str, str]] = {}
    for host, parameter, verdict in conn.execute("SELECT host, parameter, verdict FROM address_rules"):
        found.setdefault(host, {})[parameter] = verdict
    return found


def address_rule_for(ruled: Mapping[str, Mapping[str, str]], host: str, parameter: str) -> str | None:
    """The site rules' verdict on a parameter of a host, which may include a port; the nearest parent domain counts."""
    labels = host.partition(":")[0].split(".") if ruled else []
    for start in range(len(labels)):
        verdict = ruled.get(".".join(labels[start:]), {}).get(parameter)
        if verdict is not None:
            return verdict
    return None


def parameter_rows(conn: sqlite3.Connection, source: int) -> list[dict[str, object]]:
    """The verdicts on a source's parameters, for display. `rule`: that of the site rules, which takes precedence over
    `verdict`.
    """
    ruled = load_address_rules(conn)
    query = "SELECT host, parameter, verdict, same, differing FROM address_parameters WHERE source_id = ? ORDER BY host, parameter"
    return [
        dict(row) | {"rule": address_rule_for(ruled, row["host"], row["parameter"])}
        for row in named_rows(conn, query, (source,))
    ]


def save_address_rules(conn: sqlite3.Connection, ruled: Iterable[AddressRule]) -> None:
    """Store the address rules of the site rules in force; articles that a change may concern become unsettled."""
    now = set(ruled)
    before = set(conn.execute("SELECT host, parameter, verdict FROM address_rules"))
    if now == before:
        return
    conn.execute("DELETE FROM address_rules")
    conn.executemany("INSERT INTO address_rules (host, parameter, verdict) VALUES (?, ?, ?)", sorted(now))
    conn.execute(_UNSETTLE_RULED, (json.dumps(sorted({parameter for _, parameter, _ in now ^ before})),))


def has_ignored_parameters(conn: sqlite3.Connection) -> bool:
    """Whether any parameter is ignored anywhere, or any page counts elsewhere because of one."""
    query = (
        "SELECT EXISTS (SELECT 1 FROM address_parameters WHERE verdict = 'ignored')"
        " OR EXISTS (SELECT 1 FROM address_rules) OR EXISTS (SELECT 1 FROM folded_pages)"
    )
    return bool(conn.execute(query).fetchone()[0])


def load_folded_addresses(conn: sqlite3.Connection, pages: Iterable[int]) -> dict[int, str]:
    """The key that each of these pages counts under, for those that count elsewhere than they state."""
    query = "SELECT page_id, place FROM folded_pages WHERE page_id IN (SELECT value FROM json_each(?))"
    return dict(conn.execute(query, (json.dumps(sorted(pages)),)).fetchall())


def save_folded_addresses(conn: sqlite3.Connection, places: Mapping[int, str | None]) -> None:
    """Record the key that each page counts under; None: the one it states."""
    conn.executemany(
        "DELETE FROM folded_pages WHERE page_id = ?", [(page,) for page, place in places.items() if place is None]
    )
    conn.executemany(
        "INSERT INTO folded_pages (page_id, place) VALUES (?, ?) ON CONFLICT (page_id) DO UPDATE SET place = excluded.place",
        [(page, place) for page, place in places.items() if place is not None],
    )

"""Which articles are wanted: the one definition of a filter that lists, the search and every export share.

    ArticleFilter ──> conditions ──> WHERE of a query over `articles a`, `pages p` and `decisions d`

The search reads fewer rows than that, because its index knows source, language, days and names; what it yields is the same.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NoReturn

from db.errors import QueryError
from db.queries.gone import GONE_PAGES
from db.timestamps import format_timestamp

# When an article counts as published.
PUBLISHED = "coalesce(a.published_utc, p.fetched_at)"
PUBLISHED_OF_CURRENT = "coalesce(a.published_utc, a.last_seen_utc)"
"""The same of a row `a` of `current_pages`."""

_NAMES = "SELECT name FROM credited_names ORDER BY name"
_PERSON = """a.page_id IN (SELECT c.page_id FROM credits c WHERE c.name IN (SELECT value FROM json_each(:people)))"""
# As `language_grams` has it: the whole tag without its hyphens, or its first part.
_LANGUAGE = """(replace(replace(lower(a.language), '_', ''), '-', '') = :language
  OR substr(replace(lower(a.language), '_', '-') || '-', 1, length(:language) + 1) = :language || '-')"""


class ArticleKind(StrEnum):
    """What an article is among the others."""

    ORIGINAL = "original"
    COPY = "copy"
    CORRECTED = "corrected"
    GONE = "gone"
    """Its address no longer shows it (`db.queries.gone`)."""

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        raise ValueError(f"there is no kind {value!r}; the kinds are {', '.join(cls)}")


_KINDS = {
    ArticleKind.ORIGINAL: "{0}.original_id = {0}.article_id",
    ArticleKind.COPY: "{0}.original_id <> {0}.article_id",
    ArticleKind.CORRECTED: "{0}.revision > 1",
    ArticleKind.GONE: f"{{0}}.page_id IN ({GONE_PAGES})",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFilter:
    """Conditions on articles; None stands for any.

    `source_ids`: of any of these sources; without one, of all. `since`, `until`: published, else fetched, from `since` until before
    `until`. `language`: a tag, "zh" includes zh-TW.
    `person`: the name of an author, editor or proofreader, or words of it; names that somebody joined with it count too.
    `section`: as stated on the page, whatever the case of Latin letters. `paywalled`: True where the page shows only a part, False
    where it shows all or does not say.
    """

    source_ids: tuple[int, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    language: str | None = None
    person: str | None = None
    section: str | None = None
    kind: ArticleKind | None = None
    paywalled: bool | None = None

    def by_source(self) -> Iterator[ArticleFilter]:
        """The filter for each of its sources, or itself where it names none: an index has the articles of one source in order."""
        yield from (replace(self, source_ids=(one,)) for one in self.source_ids) if self.source_ids else (self,)


def of_sources(source_ids: Iterable[int]) -> str:
    """The condition on `source_id` in SQL, with its numbers: of a single one SQLite knows that rows need not be sorted."""
    return f"source_id IN ({', '.join(map(str, source_ids))})"


def filter_conditions(
    filters: ArticleFilter, at: str = PUBLISHED, *, page: str = "p", decision: str = "d"
) -> tuple[str, dict[str, object]]:
    """All of a filter but `person` as SQL, each condition after an AND, and its parameters. `at`: the time that counts; `page`,
    `decision`: the names under which the query has those rows. What it has as `a` may be `articles` or `current_pages`.
    """
    parts: list[str] = []
    values: dict[str, object] = {}

    def add(sql: str, **value: object) -> None:
        parts.append(f" AND {sql}")
        values.update(value)

    if filters.source_ids:
        add(f"{page}.{of_sources(filters.source_ids)}")
    if filters.since:
        add(f"{at} >= :since", since=format_timestamp(filters.since))
    if filters.until:
        add(f"{at} < :until", until=format_timestamp(filters.until))
    if filters.language:
        from db.search.index import language_grams  # loads the tables of characters, which most lists need not

        grams = language_grams(filters.language)
        # Never true, but not to be worked out beforehand: SQLite would refuse the index that a list demands.
        add(_LANGUAGE if grams else "a.language <> a.language", language=grams[-1].removeprefix("_l") if grams else "")
    if filters.section:
        add("a.section = :section COLLATE NOCASE", section=filters.section)
    if filters.kind:
        add(_KINDS[filters.kind].format(decision))
    if filters.paywalled is not None:
        add(f"coalesce(a.paywalled, 0) = {int(filters.paywalled)}")
    return "".join(parts), values


def current_conditions(filters: ArticleFilter, at: str = PUBLISHED_OF_CURRENT) -> tuple[str, dict[str, object]]:
    """`filter_conditions` for a query over `current_pages a` alone."""
    return filter_conditions(filters, at, page="a", decision="a")


def article_conditions(
    conn: sqlite3.Connection, filters: ArticleFilter, at: str = PUBLISHED
) -> tuple[str, dict[str, object]]:
    """`filter_conditions` with `person`, whose names are looked up first."""
    sql, values = filter_conditions(filters, at)
    of_person, names = person_condition(conn, filters)
    return sql + of_person, values | names


def person_condition(conn: sqlite3.Connection, filters: ArticleFilter) -> tuple[str, dict[str, object]]:
    """`person` of a filter as `filter_conditions` gives the rest. Looks through all names."""
    if not filters.person:
        return "", {}
    return f" AND {_PERSON}", {"people": json.dumps(_names_of(conn, filters.person))}


def _names_of(conn: sqlite3.Connection, person: str) -> list[str]:
    """The printed names that contain the words one after the other, as the search compares them, and those of the same persons."""
    from db.search.query import parse_term
    from db.text.folding import fold_each

    try:
        term = parse_term(person)
    except QueryError:
        return []
    if term is None:
        return []
    from db.queries.person_terms import other_names

    names = [name for (name,) in conn.execute(_NAMES)]
    folded = zip(names, fold_each(names), strict=True)
    return [name for name, text in folded if term.pattern.search(text)] + other_names(conn, term)

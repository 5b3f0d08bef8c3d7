"""Write what is derived from pages: outcomes, articles with their credits, decisions. All of it can be dropped and
derived again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from db.flat_values import flat_values
from db.models import Article, Decision, Image, Moment, OffsetFrom, Precision, Rejection, Subheading
from db.people.alike import add_names
from db.search.index import remove_pages
from db.site_rules.loader import RuleFile
from db.sqlite.named_rows import named_rows
from db.store.sites.site_rules import save_rules

CreditRow = tuple[str, int, str]
_ROLES = (("author", "authors"), ("editor", "editors"), ("proofreader", "proofreaders"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Extractor:
    """The versions that produced a derived row: of our code, of the site rules, of trafilatura."""

    code: str
    rules: str
    trafilatura: str
    rule_files: tuple[RuleFile, ...] = field(default=(), repr=False, compare=False)
    """The site files behind `rules`, stored with the first row that they produce."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What an article is compared by: the key of its address and the hash of its prepared text (16 bytes)."""

    address_key: str
    text_hash: bytes


def extractor_id(conn: sqlite3.Connection, extractor: Extractor) -> int:
    """The id of an extractor, inserted if it is new. Its site rules are in force from now on."""
    if extractor.rule_files:
        save_rules(conn, extractor.rules, extractor.rule_files)
    if known := find_extractor(conn, extractor):
        return known
    values = (extractor.code, extractor.rules, extractor.trafilatura)
    cursor = conn.execute("INSERT INTO extractors (code, rules, trafilatura) VALUES (?, ?, ?)", values)
    return int(cursor.lastrowid or 0)


def find_extractor(conn: sqlite3.Connection, extractor: Extractor) -> int:
    """The id of an extractor, 0 if it has none yet. Only reads."""
    values = (extractor.code, extractor.rules, extractor.trafilatura)
    row = conn.execute("SELECT id FROM extractors WHERE (code, rules, trafilatura) = (?, ?, ?)", values).fetchone()
    return int(row[0]) if row else 0


def insert_rejection(conn: sqlite3.Connection, page_id: int, rejection: Rejection, extractor: int) -> None:
    """Record that a page is not an article, in place of an earlier outcome."""
    delete_outcome(conn, page_id)
    conn.execute(
        "INSERT INTO outcomes (page_id, extractor_id, reason, detail) VALUES (?, ?, ?, ?)",
        (page_id, extractor, rejection.reason.value, rejection.detail or None),
    )


def insert_article(
    conn: sqlite3.Connection, page_id: int, url: str, article: Article, prints: Fingerprint, extractor: int
) -> None:
    """Record the article on a page, in place of an earlier outcome.

    The caller calls `db.search.index.index_pages` in the same transaction, once for several.
    """
    delete_outcome(conn, page_id)
    conn.execute("INSERT INTO outcomes (page_id, extractor_id) VALUES (?, ?)", (page_id, extractor))
    insert_article_rows(conn, article_row(page_id, url, article, prints), credit_rows(article))


def insert_article_rows(conn: sqlite3.Connection, row: Mapping[str, object], credits: Iterable[CreditRow]) -> None:
    """Insert the rows of an article, to be indexed by the caller. Its outcome must exist."""
    conn.execute(
        f"INSERT INTO articles ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
        list(row.values()),
    )
    rows = [(row["page_id"], *credit) for credit in credits]
    conn.executemany("INSERT INTO credits (page_id, role, position, name) VALUES (?, ?, ?, ?)", rows)
    add_names(conn, dict.fromkeys(name for *_, name in rows))


def credit_rows(article: Article) -> list[CreditRow]:
    """The credits of an article as rows of `credits`: role, position, name."""
    return [
        (role, position, name)
        for role, attribute in _ROLES
        for position, name in enumerate(getattr(article, attribute))
    ]


def article_row(page_id: int, url: str, article: Article, prints: Fingerprint) -> dict[str, object]:
    """An article as a row of `articles`, without credits."""
    return {
        "page_id": page_id,
        "address_key": prints.address_key,
        "text_hash": prints.text_hash,
        "url": url,
        "canonical_url": article.canonical_url,
        "title": article.title,
        "subtitle": article.subtitle,
        "kicker": article.kicker,
        "alternative_title": article.alternative_title,
        "subheadings": _json([flat_values(subheading) for subheading in article.subheadings]),
        "text": article.text,
        **_moment_columns("published", article.published),
        **_moment_columns("modified", article.modified),
        "source": article.source,
        "original_source": article.original_source,
        "section": article.section,
        "language": article.language,
        "description": article.description,
        "tags": _json(list(article.tags)),
        "images": _json([flat_values(image) for image in article.images]),
        "paywalled": int(article.paywalled),
        "comment_count": article.comment_count,
        "word_count": article.word_count,
        "provenance": _json(dict(article.provenance)),
    }


def save_decision(conn: sqlite3.Connection, decision: Decision) -> None:
    """Record what a page is among the others, in place of an earlier decision."""
    conn.execute(
        "INSERT INTO decisions (page_id, verdict, article_id, original_id, revision) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (page_id) DO UPDATE SET verdict = excluded.verdict, article_id = excluded.article_id,"
        " original_id = excluded.original_id, revision = excluded.revision"
        # An unchanged row costs no write: most rows of a cluster do not change when another copy joins it.
        " WHERE (verdict, article_id, original_id, revision)"
        " IS NOT (excluded.verdict, excluded.article_id, excluded.original_id, excluded.revision)",
        (decision.page_id, decision.verdict.value, decision.article_id, decision.original_id, decision.revision),
    )


def load_article(conn: sqlite3.Connection, page_id: int) -> Article | None:
    """The article on a page, as extracted; None if the page is not an article."""
    cursor = conn.execute("SELECT * FROM articles WHERE page_id = ?", (page_id,))
    values = cursor.fetchone()
    if values is None:
        return None
    row = dict(zip((column[0] for column in cursor.description), values, strict=True))
    people: dict[str, list[str]] = {attribute: [] for _, attribute in _ROLES}
    for role, name in conn.execute(
        "SELECT role, name FROM credits WHERE page_id = ? ORDER BY role, position", (page_id,)
    ):
        people[dict(_ROLES)[role]].append(name)
    return Article(
        url=row["url"],
        canonical_url=row["canonical_url"],
        title=row["title"],
        subtitle=row["subtitle"],
        kicker=row["kicker"],
        alternative_title=row["alternative_title"],
        subheadings=tuple(Subheading(**subheading) for subheading in json.loads(row["subheadings"])),
        text=row["text"],
        published=_moment(row, "published"),
        modified=_moment(row, "modified"),
        authors=tuple(people["authors"]),
        editors=tuple(people["editors"]),
        proofreaders=tuple(people["proofreaders"]),
        source=row["source"],
        original_source=row["original_source"],
        section=row["section"],
        tags=tuple(json.loads(row["tags"])),
        language=row["language"],
        description=row["description"],
        images=tuple(Image(**image) for image in json.loads(row["images"])),
        paywalled=bool(row["paywalled"]),
        comment_count=row["comment_count"],
        word_count=row["word_count"],
        provenance=json.loads(row["provenance"]),
    )


def mark_extracted_by(conn: sqlite3.Connection, page_id: int, extractor_id: int) -> None:
    """Record that another extractor gives the outcome that is stored."""
    conn.execute("UPDATE outcomes SET extractor_id = ? WHERE page_id = ?", (extractor_id, page_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class PageVerdict:
    """What became of a page: why it was rejected (None: it is an article), and what settling made of it, if it was settled."""

    reason: str | None
    detail: str | None
    verdict: str | None
    article_id: int | None


def load_verdict(conn: sqlite3.Connection, page_id: int) -> PageVerdict | None:
    """What became of a page; None while it is not extracted."""
    query = """
    SELECT o.reason, o.detail, d.verdict, d.article_id FROM outcomes o LEFT JOIN decisions d ON d.page_id = o.page_id
    WHERE o.page_id = ?
    """
    row = named_rows(conn, query, (page_id,)).fetchone()
    return PageVerdict(**row) if row else None


def delete_outcome(conn: sqlite3.Connection, page_id: int) -> None:
    """Delete the outcome of a page and all that is derived from it."""
    if conn.execute("SELECT 1 FROM outcomes WHERE page_id = ?", (page_id,)).fetchone() is None:
        return  # as for every new page
    remove_pages(conn, (page_id,))
    conn.execute("DELETE FROM outcomes WHERE page_id = ?", (page_id,))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=isinstance(value, dict))


def _moment_columns(name: str, moment: Moment | None) -> dict[str, str | None]:
    if moment is None:
        return {}
    return {
        name: moment.iso,
        f"{name}_utc": moment.at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        f"{name}_precision": moment.precision.value,
        f"{name}_offset_from": moment.offset_from.value,
    }


def _moment(row: dict[str, str | None], name: str) -> Moment | None:
    text, utc, precision = row[name], row[f"{name}_utc"], row[f"{name}_precision"]
    if text is None or utc is None or precision is None:
        return None
    instant = datetime.fromisoformat(utc)
    written = datetime.fromisoformat(text)
    if written.tzinfo is not None:
        instant = instant.astimezone(written.tzinfo)
    elif precision == Precision.DAY:
        # `text` has only the day.
        instant = written.replace(tzinfo=UTC)
    return Moment(
        at=instant,
        precision=Precision(precision),
        offset_from=OffsetFrom(row[f"{name}_offset_from"] or OffsetFrom.UNKNOWN.value),
    )

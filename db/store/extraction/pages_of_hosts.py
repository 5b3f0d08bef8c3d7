"""Stored pages by the hosts that site rules name, or by their source, for trials and drafts of rules."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from urllib.parse import urlsplit

from db.sqlite.named_rows import named_rows

_OF_HOSTS = """
SELECT o.page_id, coalesce(p.final_url, p.url), o.reason IS NULL, o.extractor_id
FROM outcomes o JOIN pages p ON p.id = o.page_id
WHERE EXISTS (SELECT 1 FROM json_each(?) host WHERE instr(coalesce(p.final_url, p.url), host.value) > 0)
    AND o.page_id NOT IN (SELECT page_id FROM pruned_pages) ORDER BY p.fetched_at, p.id
"""
_OF_SOURCE = """
SELECT o.page_id, coalesce(p.final_url, p.url), o.reason IS NULL, o.extractor_id
FROM outcomes o JOIN pages p ON p.id = o.page_id
WHERE p.source_id = ? AND o.page_id NOT IN (SELECT page_id FROM pruned_pages) ORDER BY p.fetched_at, p.id
"""
_LACKING = {
    "authors": "NOT EXISTS (SELECT 1 FROM credits c WHERE c.page_id = a.page_id AND c.role = 'author')",
    "published": "a.published IS NULL",
    "section": "a.section IS NULL",
    "subtitle": "a.subtitle IS NULL",
}
_CREDITED = "(SELECT json_group_array(c.name) FROM credits c WHERE c.page_id = a.page_id AND c.role = '{role}')"
# A page that is not settled yet is a story of its own.
_STORIES = f"""
SELECT a.page_id, coalesce(d.original_id, -a.page_id) AS story, a.text_hash, a.title, a.text, a.subheadings, a.source,
       {_CREDITED.format(role="author")} AS authors, {_CREDITED.format(role="editor")} AS editors
FROM json_each(?) one JOIN articles a ON a.page_id = one.value JOIN pages p ON p.id = a.page_id
LEFT JOIN decisions d ON d.page_id = a.page_id
WHERE d.verdict IS NULL OR d.verdict <> 'notice' ORDER BY p.fetched_at, p.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfHost:
    """A page that was extracted: its final address, whether it is an article, and by which extractor it was read."""

    page_id: int
    url: str
    is_article: bool
    extractor_id: int


def pages_of_hosts(conn: sqlite3.Connection, hosts: Sequence[str]) -> Iterator[PageOfHost]:
    """The pages at these hosts and their subdomains that can be extracted again, oldest first."""
    for page in _read(conn.execute(_OF_HOSTS, (json.dumps(list(hosts)),))):
        name = urlsplit(page.url).hostname or ""
        if any(name == host or name.endswith(f".{host}") for host in hosts):
            yield page


def pages_of_source(conn: sqlite3.Connection, source_id: int) -> list[PageOfHost]:
    """The pages of a source that can be extracted again, oldest first."""
    return list(_read(conn.execute(_OF_SOURCE, (source_id,))))


def articles_without(conn: sqlite3.Connection, source_id: int, name: str) -> set[int]:
    """The article pages of a source that lack a field: authors, published, section or subtitle."""
    sql = (
        f"SELECT a.page_id FROM articles a JOIN pages p ON p.id = a.page_id WHERE p.source_id = ? AND {_LACKING[name]}"
    )
    return {row[0] for row in conn.execute(sql, (source_id,))}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage:
    """The newest page of a story at a source, as it was read: copies and revisions are one story."""

    page_id: int
    title: str
    text: str
    headings: frozenset[str]
    """The lines of the text that are printed as headings."""
    source: str | None
    authors: tuple[str, ...]
    editors: tuple[str, ...]


def story_pages(conn: sqlite3.Connection, page_ids: Sequence[int]) -> list[StoryPage]:
    """The articles among these pages, one of each story and of each text: the one that was fetched last."""
    stories: dict[object, StoryPage] = {}
    hashes: dict[bytes, object] = {}
    for row in named_rows(conn, _STORIES, (json.dumps(list(page_ids)),)):
        story = hashes.setdefault(row["text_hash"], row["story"])
        lines = row["text"].split("\n")
        offsets = {heading["offset"] for heading in json.loads(row["subheadings"] or "[]")}
        starts = [0, *accumulate(len(line) + 1 for line in lines)]
        stories[story] = StoryPage(
            page_id=row["page_id"],
            title=row["title"],
            text=row["text"],
            headings=frozenset(line for line, start in zip(lines, starts, strict=False) if start in offsets),
            source=row["source"],
            authors=_names(row["authors"]),
            editors=_names(row["editors"]),
        )
    return list(stories.values())


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(json.loads(text)) if text else ()


def _read(rows: sqlite3.Cursor) -> Iterator[PageOfHost]:
    for page_id, url, is_article, extractor_id in rows:
        yield PageOfHost(page_id=page_id, url=url, is_article=bool(is_article), extractor_id=extractor_id)

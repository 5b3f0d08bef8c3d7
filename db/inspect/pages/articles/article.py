"""Data of the pages about an article, about one of its changes, and about a fetched page."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from db.inspect.pages.articles.cluster import MAX_BESIDE_ARTICLE, ClusterPage, cluster_page
from db.models import Article
from db.queries.archived import archived_copy
from db.queries.articles import (
    ArticleSummary,
    PageStatus,
    RevisionSummary,
    article_summary,
    current_page,
    page_status,
    revisions,
)
from db.queries.gone import GoneAnswer, gone_answer
from db.sqlite.named_rows import named_rows
from db.store.extraction.outcomes import load_article
from db.text.changes import ChangedParagraph, ChangedWords, ChangeKind, changed_fields, diff_paragraphs

# Comparing takes quadratic time; longer texts can be compared in the terminal.
MAX_COMPARED = 60_000
# Characters of a text to show, some 80 book pages: a browser takes seconds for more. The longest news texts, live blogs of a day,
# have 100,000.
MAX_SHOWN = 200_000
# From this many sub-headings on, an article has an outline.
LEAST_OUTLINED = 3

_FETCHED = """
SELECT p.final_url, p.status, p.content_type, p.headers, b.size, b.pruned_at, e.code, e.rules, e.trafilatura, p.source_id, p.link_id
FROM pages p JOIN bodies b ON b.id = p.body_id
LEFT JOIN outcomes o ON o.page_id = p.id LEFT JOIN extractors e ON e.id = o.extractor_id
WHERE p.id = ?
"""
_JUDGED = "SELECT previous_id FROM revision_changes WHERE page_id = ? AND article_id = ?"
_LINK = "SELECT l.kind, l.found_in, l.found_at FROM pages p JOIN links l ON l.id = p.link_id WHERE p.id = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """How a page was received, and which extractor produced its outcome (None if it has none)."""

    final_url: str | None
    status: int
    content_type: str | None
    headers: Mapping[str, object]
    size: int
    pruned_at: str | None
    code: str | None
    rules: str | None
    trafilatura: str | None
    source_id: int
    link_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLink:
    """The link that led to a page: the kind and address of the listing that named it, and when."""

    kind: str
    found_in: str | None
    found_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownParagraph:
    """A paragraph, or a sub-heading with its level as a heading (from 2: the headline is 1) and its anchor."""

    text: str
    level: int = 0
    anchor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePage:
    """An article. `paragraphs` are those shown; `is_cut` tells whether there are more. `cluster` is the story it belongs to."""

    head: ArticleSummary
    article: Article
    paragraphs: list[ShownParagraph]
    is_cut: bool
    fetched: Fetched
    link: PageLink | None
    gone: GoneAnswer | None
    archived: str | None
    revisions: list[RevisionSummary]
    cluster: ClusterPage

    @property
    def outline(self) -> list[ShownParagraph]:
        """Its sub-headings, if it has so many that a list of them helps."""
        headings = [one for one in self.paragraphs if one.level]
        return headings if len(headings) >= LEAST_OUTLINED else []


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesPage:
    """Two revisions. `diff_paragraphs` is None if their texts are too long to compare here; empty if they are equal. `unchanged`:
    the paragraphs of each unchanged stretch of it.
    """

    head: ArticleSummary
    older: ArticleSummary
    fields: list[tuple[str, list[ChangedWords]]]
    diff_paragraphs: list[ChangedParagraph] | None
    unchanged: list[list[str]]
    revisions: list[RevisionSummary]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPage:
    """A page as it was fetched, whatever became of it."""

    state: PageStatus
    fetched: Fetched
    link: PageLink | None
    head: ArticleSummary | None


def article_page(conn: sqlite3.Connection, article_id: int, revision: int | None) -> ArticlePage | None:
    """The article with that id; None if there is none."""
    page_id = current_page(conn, article_id, revision)
    head = article_summary(conn, page_id) if page_id is not None else None
    article = load_article(conn, page_id) if page_id is not None else None
    if head is None or article is None:
        return None
    story = cluster_page(conn, article_id, MAX_BESIDE_ARTICLE)
    if story is None:
        return None
    return ArticlePage(
        head=head,
        article=article,
        paragraphs=list(_shown(article)),
        is_cut=len(article.text) > MAX_SHOWN,
        fetched=_fetched(conn, head.page_id),
        link=_link(conn, head.page_id),
        gone=gone_answer(conn, article_id),
        archived=archived_copy(conn, head.page_id),
        revisions=revisions(conn, article_id),
        cluster=story,
    )


def _shown(article: Article) -> Iterator[ShownParagraph]:
    """What is shown of a text: its first paragraphs. Pages use levels as they like (h4 below h2, h3 first of all); here no level
    is skipped: a sub-heading is one below the nearest earlier one that stands above it, or else below the headline.
    """
    room, number = MAX_SHOWN, 0
    above: list[int] = []
    for level, line in article.paragraphs():
        if line.strip() and level:
            above = [one for one in above if one < level] + [level]
            number += 1
            yield ShownParagraph(text=line[:room], level=min(6, 1 + len(above)), anchor=f"part-{number}")
        elif line.strip():
            yield ShownParagraph(text=line[:room])
        room -= len(line) + 1
        if room <= 0:
            return


def changes_page(
    conn: sqlite3.Connection, article_id: int, revision: int | None, page_id: int | None = None
) -> ChangesPage | None:
    """What a revision (None: the latest) changed, or with `page_id` what that page changed from the one before; None if there is
    none before it.
    """
    known = revisions(conn, article_id)
    pair = _judged_pair(conn, article_id, page_id) if page_id is not None else _revision_pair(known, revision)
    if pair is None:
        return None
    old, new = (load_article(conn, number) for number in pair)
    older, head = (article_summary(conn, number) for number in pair)
    if old is None or new is None or older is None or head is None:
        return None
    comparable = max(len(old.text), len(new.text)) <= MAX_COMPARED
    found = [] if old.text == new.text else list(diff_paragraphs(old.text, new.text)) if comparable else None
    return ChangesPage(
        head=head,
        older=older,
        fields=changed_fields(old, new),
        diff_paragraphs=found,
        unchanged=_unchanged(old.text, found or []),
        revisions=known,
    )


def _revision_pair(known: list[RevisionSummary], revision: int | None) -> tuple[int, int] | None:
    """The pages of a revision and of the one before it, the older first."""
    pages = {one.number: one.page_id for one in known}
    wanted = revision if revision is not None else max(pages, default=0)
    before = max((number for number in pages if number < wanted), default=None)
    return (pages[before], pages[wanted]) if wanted in pages and before is not None else None


def _judged_pair(conn: sqlite3.Connection, article_id: int, page_id: int) -> tuple[int, int] | None:
    row = conn.execute(_JUDGED, (page_id, article_id)).fetchone()
    return (int(row[0]), page_id) if row else None


def _unchanged(text: str, steps: list[ChangedParagraph]) -> list[list[str]]:
    """The paragraphs of each unchanged stretch, in the order of the steps."""
    lines, at, found = text.split("\n"), 0, []
    for step in steps:
        if step.kind is ChangeKind.UNCHANGED:
            found.append([line for line in lines[at : at + step.paragraphs] if line.strip()])
        at += 0 if step.kind is ChangeKind.COME else step.paragraphs
    return found


def fetched_page(conn: sqlite3.Connection, page_id: int) -> FetchedPage | None:
    """The page with that id; None if there is none."""
    state = page_status(conn, page_id)
    if state is None:
        return None
    return FetchedPage(
        state=state,
        fetched=_fetched(conn, page_id),
        link=_link(conn, page_id),
        head=article_summary(conn, page_id),
    )


def _fetched(conn: sqlite3.Connection, page_id: int) -> Fetched:
    row = named_rows(conn, _FETCHED, (page_id,)).fetchone()
    return Fetched(**dict(row) | {"headers": json.loads(row["headers"])})


def _link(conn: sqlite3.Connection, page_id: int) -> PageLink | None:
    row = named_rows(conn, _LINK, (page_id,)).fetchone()
    return PageLink(**row) if row else None

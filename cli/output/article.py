"""An article for a terminal: title, credits, addresses and history, then the text."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from rich.cells import cell_len

from cli.output.tables import WIDEST_PROSE, format_local_time, padded, plain, styled, wrapped
from db.display.humanize import counted
from db.models import Article, Image, Moment, OffsetFrom, Precision
from db.queries.archived import archived_copy
from db.queries.articles import ArticleSummary, article_summary, copies_of, current_page, revisions
from db.queries.gone import gone_answer
from db.store.extraction.outcomes import load_article

# The origin of an offset from UTC (`db.models.OffsetFrom`), in words.
_OFFSETS = {
    OffsetFrom.PAGE: "",
    OffsetFrom.SITE: "offset by the site's rule",
    OffsetFrom.COUNTRY: "offset of the site's country",
    OffsetFrom.LANGUAGE: "offset of the language's country",
    OffsetFrom.UNKNOWN: "offset unknown",
}
_LABEL_WIDTH = 10
# Characters. Only two lines of a value are shown, so a long text is cut before it is wrapped.
_LONGEST_VALUE = 500
# Fields that readers expect of an article.
_LOOKED_FOR = ("title", "published", "authors", "editors", "source", "section")


def article_lines(conn: sqlite3.Connection, head: ArticleSummary, width: int) -> Iterator[str]:
    """The article in lines of at most `width` cells."""
    article = load_article(conn, head.page_id)
    assert article is not None
    prose = min(width, WIDEST_PROSE)
    if article.kicker and article.kicker not in article.title:
        yield from wrapped(plain(article.kicker), prose)
    for line in wrapped(plain(article.title), prose):
        yield styled(line, bold=True)
    if article.subtitle:
        yield from wrapped(plain(article.subtitle), prose)
    yield ""
    for label, value in [
        *_facts(article),
        *_place(article, head),
        *_archived(conn, head),
        *_gone(conn, head),
        *_history(conn, head),
    ]:
        yield from _labelled(label, value, width)
    yield ""
    for number, (level, paragraph) in enumerate(article.paragraphs()):
        if number:
            yield ""
        yield from (styled(line, bold=bool(level)) for line in wrapped(paragraph, prose))


def provenance_lines(article: Article, width: int) -> Iterator[str]:
    """For each field that is set: how it was found, and its value."""
    names = sorted(article.provenance)
    if not names:
        yield "It is not recorded how the fields were found."
    label = max((cell_len(name) for name in names), default=0)
    origin = max((cell_len(plain(value)) for value in article.provenance.values()), default=0)
    for name in names:
        value = getattr(article, name, None)
        first = f"{padded(name, label)}  {padded(plain(article.provenance[name]), origin)}  "
        room = max(20, width - cell_len(first))
        lines = list(wrapped(_shown(value), room)) or [""]
        yield (first + lines[0]).rstrip()
        if len(lines) > 1:
            yield " " * cell_len(first) + lines[1] + (" …" if len(lines) > 2 else "")
    if names and (lacking := [name for name in _LOOKED_FOR if not getattr(article, name)]):
        told = f"not found: {', '.join(lacking)}; what the page has of it, a site rule reads (docs/fields.md)"
        yield from wrapped(told, width)


def _shown(value: object) -> str:
    if isinstance(value, Moment):
        return value.iso
    if isinstance(value, tuple):
        value = ", ".join(item.url if isinstance(item, Image) else str(item) for item in value)
    return plain(value)[:_LONGEST_VALUE]


def _labelled(label: str, value: str, width: int) -> Iterator[str]:
    if not value:
        return
    lines = list(wrapped(plain(value), max(20, width - _LABEL_WIDTH - 2)))
    for number, line in enumerate(lines):
        yield f"{styled(padded('' if number else label, _LABEL_WIDTH), dim=True)}  {line}"


def _facts(article: Article) -> list[tuple[str, str]]:
    return [
        ("alt. title", article.alternative_title or ""),
        ("outlet", article.source or ""),
        ("original", article.original_source or ""),
        ("published", _when(article.published)),
        ("modified", _when(article.modified)),
        ("authors", ", ".join(article.authors)),
        ("editors", ", ".join(article.editors)),
        ("proofread", ", ".join(article.proofreaders)),
        ("section", article.section or ""),
        ("tags", ", ".join(article.tags)),
        ("language", article.language or ""),
        ("length", f"{counted(article.word_count, 'word')}{', only the free beginning' if article.paywalled else ''}"),
    ]


def _when(moment: Moment | None) -> str:
    if moment is None:
        return ""
    notes = [f"to the {moment.precision.value}"]
    if moment.precision is not Precision.DAY and (origin := _OFFSETS[moment.offset_from]):
        notes.append(origin)
    return f"{moment.iso.replace('T', ' ')} ({', '.join(notes)})"


def _place(article: Article, head: ArticleSummary) -> list[tuple[str, str]]:
    ended = head.final_url if head.final_url not in (None, head.url) else None
    canonical = article.canonical_url if article.canonical_url not in (None, head.url, ended) else None
    return [
        ("url", head.url),
        ("redirected", ended or ""),
        ("canonical", canonical or ""),
        ("found by", head.source_name),
        ("fetched", format_local_time(head.fetched_at)),
    ]


def _archived(conn: sqlite3.Connection, head: ArticleSummary) -> list[tuple[str, str]]:
    return [("archived", archived_copy(conn, head.page_id) or "")]


def _gone(conn: sqlite3.Connection, head: ArticleSummary) -> list[tuple[str, str]]:
    answer = gone_answer(conn, head.article_id) if head.article_id is not None else None
    if answer is None:
        return []
    at = format_local_time(answer.at)
    if answer.reason is None:
        return [("gone", f"it answered {answer.status} on {at}")]
    if answer.reason == "another_article":
        return [("gone", f"on {at} its page showed another article")]
    led = f"it led to {answer.final_url}" if answer.final_url else "its page"
    return [("gone", f"on {at} {led}, which is no article ({answer.reason})")]


def _history(conn: sqlite3.Connection, head: ArticleSummary) -> list[tuple[str, str]]:
    if head.article_id is None:
        return [("page", f"{head.page_id}, not settled yet; `copydesk settle` settles it")]
    steps = revisions(conn, head.article_id)
    lines = [("article", f"{head.article_id}, revision {head.revision} of {len(steps)}")]
    if head.verdict == "same":
        anew = current_page(conn, head.article_id) == head.page_id
        has = (
            "has the same text with another headline, other credits or another time"
            if anew
            else "had the same text again"
        )
        lines.append(("", f"page {head.page_id} {has}"))
    if len(steps) > 1:
        lines += [
            ("revisions" if not n else "", f"{step.number}: {format_local_time(step.fetched_at)}, page {step.page_id}")
            for n, step in enumerate(steps)
        ]
    if head.original_id is not None and head.original_id != head.article_id:
        lines.append(("copy of", _other(conn, head.original_id)))
    lines += [
        ("copies" if not n else "", f"{copy.article_id}: {copy.source_name}, {copy.url}")
        for n, copy in enumerate(copies_of(conn, head.article_id))
    ]
    return lines


def _other(conn: sqlite3.Connection, article_id: int) -> str:
    page_id = current_page(conn, article_id)
    other = article_summary(conn, page_id) if page_id is not None else None
    return f"{article_id}: {other.source_name}, {other.url}" if other else str(article_id)

"""Attention and top words as rows, for JSON, CSV and other programs."""

from __future__ import annotations

from collections.abc import Iterator

from db.reports.attention.attention import FEW_ARTICLES, Attention
from db.reports.attention.top_words import TopWords

ATTENTION_COLUMNS = (
    "query", "source", "period", "first", "last", "matching", "originals", "copies", "articles",
    "share", "low", "high", "few", "lacking", "looked_at",
)  # fmt: skip
"""`source`: null for all. `share` of `articles`, from `low` to `high` with 95 %. `few`: fewer than 30 articles. `lacking`: coverage
has a gap. `looked_at`: the part of the archive that was looked at; below 1, `matching` is an estimate.
"""
WORD_COLUMNS = ("word", "result", "result_articles", "archive", "archive_articles", "z")


def attention_rows(found: Attention) -> Iterator[dict[str, object]]:
    """A row for each panel, query and period."""
    for panel in (found.total, *found.sources):
        for line in panel.lines:
            for at, (period, one) in enumerate(zip(found.periods, line.periods, strict=True)):
                share = one.share
                values = (
                    line.query, panel.source, period.label, period.first.isoformat(), period.last.isoformat(),
                    one.hits, one.originals, one.copies, panel.articles[at],
                    *((round(share.share, 6), round(share.low, 6), round(share.high, 6)) if share else (None,) * 3),
                    panel.articles[at] < FEW_ARTICLES, panel.lacking[at], round(line.fraction, 6),
                )  # fmt: skip
                yield dict(zip(ATTENTION_COLUMNS, values, strict=True))


def word_rows(found: TopWords) -> Iterator[dict[str, object]]:
    """A row for each word."""
    for word in found.words:
        values = (word.word, word.result, found.result, word.archive, found.archive, word.z)
        yield dict(zip(WORD_COLUMNS, values, strict=True))

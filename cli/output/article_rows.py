"""The cells of a table for an article of the database."""

from __future__ import annotations

import json

from cli.output.tables import format_local_time
from db.queries.articles import ArticleSummary

# Before a time: that of the fetch, as none of publication is known.
_FETCHED = "~"


def credits_of(head: ArticleSummary) -> str:
    """The authors, then the editors after a slash."""
    authors, editors = (", ".join(json.loads(names)) for names in (head.authors, head.editors))
    return f"{authors} / {editors}" if editors else authors


def time_of(head: ArticleSummary) -> str:
    """The local time of publication; where that is unknown, ~ and the time of the fetch."""
    return format_local_time(head.published) if head.published else _FETCHED + format_local_time(head.fetched_at)


def mark_of(head: ArticleSummary) -> str:
    """ "rev 2", "copy of 17", both, or nothing."""
    marks = []
    if head.revision and head.revision > 1:
        marks.append(f"rev {head.revision}")
    if head.original_id != head.article_id:
        marks.append(f"copy of {head.original_id}")
    return ", ".join(marks)

"""A table of articles of the database, and its cells."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator

from cli.output.tables import Column, format_local_time, output_width, table
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


_COLUMNS = (
    Column(title="id", right=True, fixed=True, colour="cyan"),
    Column(title="time", fixed=True),
    Column(title="source", least=8),
    Column(title="title", least=16, weight=2.5),
    Column(title="credits", least=8),
)
_MARK = Column(title="mark", least=5, colour="yellow")


def article_table(
    heads: Iterable[ArticleSummary], last: Column = _MARK, cell: Callable[[ArticleSummary], str] = mark_of
) -> Iterator[str]:
    """The lines of a table of articles, as wide as the terminal. `last`: its last column, whose text `cell` gives."""
    rows = [
        (head.article_id, time_of(head), head.source_name, head.title, credits_of(head), cell(head)) for head in heads
    ]
    return table((*_COLUMNS, last), rows, width=output_width())

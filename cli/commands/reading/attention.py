"""`copydesk attention`: how many articles match, over time and by source, as a share of all; and their words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import click

from cli.article_filters import FilterOptions, filter_options
from cli.context import CommandContext
from cli.format_options import format_options
from cli.option_groups import option_group
from cli.output.csv_table import print_csv
from cli.output.json_output import print_json
from cli.output.paging import show_lines
from cli.output.tables import Column, output_width, plain, table
from cli.parameters import Choice
from db.display.humanize import counted
from db.errors import UsageError
from db.queries.article_filter import ArticleFilter
from db.queries.attention import first_day_since
from db.reports.attention.attention import (
    FEW_ARTICLES,
    MOST_QUERIES,
    Attention,
    AttentionPanel,
    AttentionRequest,
    PeriodHits,
    count_attention,
)
from db.reports.attention.attention_object import ATTENTION_COLUMNS, WORD_COLUMNS, attention_rows, word_rows
from db.reports.attention.periods import Period, PeriodUnit, usual_unit
from db.reports.attention.top_words import TopWords, top_words

_USUAL_SPAN = timedelta(weeks=12)
_MOMENT = timedelta(microseconds=1)
_WORD_COLUMNS = (
    Column(title="word", least=8),
    Column(title="in the result", right=True, fixed=True),
    Column(title="in the archive", right=True, fixed=True),
    Column(title="z", right=True, fixed=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counting:
    """What is counted, as given on the command line."""

    by: str | None
    as_words: bool
    sources: int


_counting_options = option_group(
    _Counting,
    "counting",
    click.option(
        "--by", metavar="UNIT", type=Choice([unit.value for unit in PeriodUnit]), help="Count by day, week or month."
    ),
    click.option(
        "--words", "as_words", is_flag=True, help="The words that set the result of one QUERY apart from the archive."
    ),
    click.option(
        "--sources",
        metavar="N",
        type=click.IntRange(0, 1000),
        default=6,
        show_default=True,
        help="Count N sources with most matching articles by themselves.",
    ),
)


@click.command(short_help="Count how much, when and by whom something was written about.")
@click.argument("queries", nargs=-1, required=True, metavar="QUERY...")
@_counting_options
@filter_options
@format_options("Print JSON lines, one per query, source and period.", "Print the same as CSV.")
@click.pass_obj
def attention(
    context: CommandContext,
    queries: tuple[str, ...],
    counting: _Counting,
    filters: FilterOptions,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Count the articles that match each QUERY by day, week or month, as a share of all articles of the same sources.

    A QUERY is written as for `copydesk search`; of several words it must be one argument. The last twelve weeks are counted
    unless --since says more. A share has its 95 % interval beside it; `?` marks periods in which the sources lack something
    (`copydesk coverage`).

    \b
    Examples:
      copydesk attention 水厂 '轮渡 OR ferry'
      copydesk attention '"last ferry"' --since 2026-01-01 --by month --source wanbao.example
      copydesk attention 水厂 --words
    """
    if len(queries) > MOST_QUERIES:
        raise UsageError(
            f"{len(queries)} queries are more than {MOST_QUERIES}; put words that belong together in quotation marks"
        )
    if counting.as_words and len(queries) > 1:
        raise UsageError("--words takes one QUERY; put its words in quotation marks, or ask for each by itself")
    now = datetime.now(UTC)
    with context.read() as conn:
        wanted = filters.filters(conn)
        first, last = _days(wanted, now)
        if wanted.since is None:
            first = first_day_since(conn, first, last) or first
        request = AttentionRequest(
            queries=queries,
            filters=replace(wanted, since=None, until=None),
            first=first,
            last=last,
            unit=PeriodUnit(counting.by) if counting.by else usual_unit(first, last),
            most_sources=counting.sources,
        )
        if counting.as_words:
            words = top_words(conn, queries[0], request.filters, first, last)
            return _print(word_rows(words), WORD_COLUMNS, as_json, as_csv, lambda: _word_lines(words, first, last))
        found = count_attention(conn, request, now)
    _print(attention_rows(found), ATTENTION_COLUMNS, as_json, as_csv, lambda: _lines(found, now.date()))


def _days(wanted: ArticleFilter, now: datetime) -> tuple[date, date]:
    last = (wanted.until - _MOMENT).astimezone().date() if wanted.until else now.date()
    first = wanted.since.astimezone().date() if wanted.since else last - _USUAL_SPAN + timedelta(days=1)
    return first, last


def _lines(found: Attention, today: date) -> Iterator[str]:
    queries = [plain(line.query) for line in found.total.lines]
    columns = (
        Column(title=found.request.unit.value, fixed=True),
        Column(title="articles", right=True, fixed=True),
        *(
            column
            for query in queries
            for column in (Column(title=query, right=True, least=4), Column(title="share (95 %)", fixed=True))
        ),
        Column(title="", fixed=True),
    )
    rows = [_period_row(found.total, at, period, today) for at, period in enumerate(found.periods)]
    yield from table(columns, rows, width=output_width())
    yield ""
    for line, query in zip(found.total.lines, queries, strict=True):
        copies = f", {line.copies:,} of them copies" if line.copies else ""
        yield f"{query}: {line.hits:,} of {counted(sum(found.total.articles), 'article')}{copies}"
    if found.sources:
        yield ""
        of_source = (
            Column(title="source", least=12),
            Column(title="articles", right=True, fixed=True),
            *(Column(title=query, right=True, least=4) for query in queries),
        )
        yield from table(of_source, [_source_row(panel) for panel in found.sources], width=output_width())
    yield from _notes(found)


def _notes(found: Attention) -> Iterator[str]:
    yield ""
    if any(found.total.lacking):
        yield "? articles are missing: the sources lack a tenth or more of what they usually publish."
    if any(articles < FEW_ARTICLES for articles in found.total.articles):
        yield f"~ fewer than {FEW_ARTICLES} articles."
    yield "Days are the publisher's, as the pages state them, else those of the fetch."
    if found.unindexed:
        yield f"{counted(found.unindexed, 'article is', 'articles are')} not indexed yet; `copydesk upkeep index` indexes them."


def _period_row(panel: AttentionPanel, at: int, period: Period, today: date) -> tuple[object, ...]:
    signs = ("?" if panel.lacking[at] else "") + ("~" if panel.articles[at] < FEW_ARTICLES else "")
    cells = [cell for line in panel.lines for cell in (f"{line.periods[at].hits:,}", _share(line.periods[at]))]
    return (period.label, f"{panel.articles[at]:,}", *cells, signs + (" not over yet" if period.last >= today else ""))


def _share(one: PeriodHits) -> str:
    return f"{one.share.share:6.2%} ({one.share.low:.2%}-{one.share.high:.2%})" if one.share else ""


def _source_row(panel: AttentionPanel) -> tuple[object, ...]:
    articles = sum(panel.articles)
    hits = [f"{line.hits:,} ({line.hits / articles:.2%})" if articles else f"{line.hits:,}" for line in panel.lines]
    return (plain(panel.source or str(panel.source_id)), f"{articles:,}", *hits)


def _word_lines(found: TopWords, first: date, last: date) -> Iterator[str]:
    if not found.words:
        yield (
            "No word stands out: the result is too small, or much like the archive."
            if found.result
            else "Nothing found."
        )
        return
    rows = [
        (
            plain(word.word),
            f"{word.result:,} ({word.result / found.result:.0%})",
            f"{word.archive:,} ({word.archive / max(1, found.archive):.0%})",
            f"{word.z:.1f}",
        )
        for word in found.words
    ]
    yield from table(_WORD_COLUMNS, rows, width=output_width())
    yield ""
    yield (
        f"{first} to {last}: {counted(found.result, 'article')} of the result against "
        f"{found.archive:,} of all of these days, both drawn by"
        " their numbers, without copies. See docs/attention.md for z."
    )


def _print(
    rows: Iterator[Mapping[str, object]],
    columns: Sequence[str],
    as_json: bool,
    as_csv: bool,
    lines: Callable[[], Iterator[str]],
) -> None:
    if as_json:
        for row in rows:
            print_json(row)
    elif as_csv:
        print_csv(rows, columns)
    else:
        show_lines(list(lines()))

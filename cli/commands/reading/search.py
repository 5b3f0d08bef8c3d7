"""`copydesk search`: full-text search over titles, texts and credits, best first."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import click

from cli.article_filters import FilterOptions, filter_options
from cli.context import CommandContext
from cli.format_options import format_options
from cli.option_groups import option_group
from cli.output.article_rows import credits_of, mark_of, time_of
from cli.output.csv_table import print_csv
from cli.output.json_output import print_json
from cli.output.paging import show_lines
from cli.output.progress import progress_line
from cli.output.tables import WIDEST_PADDING, coloured, cut, on_terminal, padded, plain, screen_width, styled, wrapped
from cli.parameters import CursorOption
from cli.signals import stoppable
from db.connection.database import leave_freed_pages, write
from db.display.humanize import counted
from db.maintenance.search_index import index_waiting_pages
from db.queries.search import MOST_COUNTED, Hit, Hits, ResultPage
from db.queries.search import search as find
from db.search.index import count_unindexed, reset_index
from db.search.snippets import MarkedText

# A search first indexes what waits, if it is no more articles than this: a few seconds of work.
_INDEXED_FIRST = 5000
_COLUMNS = ("id", "page_id", "time", "source", "title", "credits", "mark", "url", "score", "snippet", "original_source")
_WIDEST = 92


_page_options = option_group(
    ResultPage,
    "page",
    click.option(
        "--limit",
        "size",
        metavar="N",
        type=click.IntRange(1, 1000),
        default=20,
        show_default=True,
        help="Hits per page.",
    ),
    click.option(
        "--page",
        "number",
        metavar="N",
        type=click.IntRange(1, 10_000),
        default=1,
        show_default=True,
        help="Number of the page; of hits in order of time, --after is quicker and stable.",
    ),
    click.option(
        "--after",
        metavar="CURSOR",
        type=CursorOption(),
        help="What comes after that place in order of time; the page before printed CURSOR.",
    ),
    click.option("--newest", is_flag=True, help="Sort by time instead of relevance."),
)


@click.command(short_help="Search titles, texts and credits.")
@click.argument("words", nargs=-1, metavar="QUERY")
@filter_options
@_page_options
@format_options("Print JSON lines, one per hit.", "Print CSV, one line per hit.")
@click.option("--rebuild", is_flag=True, help="Rebuild the search index instead of searching.")
@click.pass_obj
def search(
    context: CommandContext,
    words: Sequence[str],
    filters: FilterOptions,
    page: ResultPage,
    rebuild: bool,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Search titles, texts and credits. Without QUERY, list what the filters let through, newest first.

    \b
    Examples:
      copydesk search 水厂 改造            both words, in simplified or traditional characters
      copydesk search '"last ferry"'      a phrase
      copydesk search 'ferry -bus'        the first word without the second
      copydesk search 'ferry OR 轮渡'      either word
      copydesk search 'harbour*'          words that begin with harbour
      copydesk search --kind copy         all copies
    """
    if rebuild:
        _index(context, rebuild=True)
        return
    query = " ".join(words)
    found = _find(context, query, filters, page)
    by_time = page.newest or page.after is not None or not query.strip()
    notes = list(_notes(found, query, by_time=by_time))
    if as_json:
        for hit in found.hits:
            place = {"cursor": str(hit.place)} if by_time else {}
            print_json(_object(hit) | place)
    elif as_csv:
        print_csv((dict(zip(_COLUMNS, _row(hit), strict=True)) for hit in found.hits), _COLUMNS)
    else:
        return show_lines([*_lines(found), *notes])
    for line in notes:
        click.echo(line, err=True)


def _find(context: CommandContext, query: str, filters: FilterOptions, page: ResultPage) -> Hits:
    if 0 < _count_unindexed(context) <= _INDEXED_FIRST:
        _index(context)
    with context.read() as conn:
        return find(conn, query, filters.filters(conn), page)


def _count_unindexed(context: CommandContext) -> int:
    with context.read() as conn:
        return count_unindexed(conn)


def _index(context: CommandContext, *, rebuild: bool = False) -> None:
    """Index the articles that wait, or all, in short transactions. Can be interrupted; the next call continues."""
    with context.open() as db, stoppable(), progress_line() as show:
        if rebuild:
            # Freed pages need not be overwritten: for a large index that would be gigabytes.
            leave_freed_pages(db.conn)
            with write(db.conn):
                reset_index(db.conn)
        whole = count_unindexed(db.conn)
        done = index_waiting_pages(
            db.conn, show=lambda done: show(f"{done:,} of {counted(whole, 'article')} indexed", done)
        )
    if rebuild:
        click.echo(f"{counted(done, 'article')} indexed")


def _object(hit: Hit) -> dict[str, object]:
    head = hit.article_summary
    return {
        "id": head.article_id,
        "page_id": head.page_id,
        "source_name": head.source_name,
        "url": head.final_url or head.url,
        "published": head.published,
        "fetched_at": head.fetched_at,
        "authors": json.loads(head.authors),
        "editors": json.loads(head.editors),
        "revision": head.revision,
        "original_id": head.original_id if head.original_id != head.article_id else None,
        "score": hit.score,
        "original_source": hit.original_source.text if hit.original_source else None,
        "title": asdict(hit.title),
        "snippet": asdict(hit.snippet),
    }


def _row(hit: Hit) -> tuple[object, ...]:
    head = hit.article_summary
    url = head.final_url or head.url
    known = (head.article_id, head.page_id, time_of(head), head.source_name, plain(head.title), credits_of(head))
    origin = plain(hit.original_source.text) if hit.original_source else None
    return (*known, mark_of(head), url, hit.score, plain(hit.snippet.text), origin)


def _lines(found: Hits) -> Iterator[str]:
    """For each hit: a line of id, time, source and credits; the title; a snippet of the text."""
    width = min(screen_width(), _WIDEST) if on_terminal() else _WIDEST
    most = max((len(str(hit.article_summary.article_id)) for hit in found.hits), default=0)
    for hit in found.hits:
        head = hit.article_summary
        number = styled(padded(str(head.article_id), most, right=True), fg="cyan")
        origin = f"from {plain(hit.original_source.text)}" if hit.original_source else ""
        rest = [time_of(head), plain(head.source_name), mark_of(head), plain(credits_of(head)), origin]
        yield f"{number}  {cut('  '.join(part for part in rest if part), width - most - 2)}"
        yield from _marked(hit.title, width, most + 2, bold=True)
        yield from _marked(hit.snippet, width, most + 2)
        yield ""


def _marked(piece: MarkedText, width: int, indent: int, *, bold: bool = False) -> Iterator[str]:
    """A text in lines, its marks coloured. Each control character becomes one space, so that the marks keep their places."""
    text = "".join(one if one.isprintable() else " " for one in piece.text)
    at = 0
    for line in wrapped(text, max(10, width - indent)):
        at = text.index(line, at)
        yield " " * indent + _coloured(line, at, piece, bold=bold)
        at += len(line)


def _coloured(line: str, start: int, piece: MarkedText, *, bold: bool) -> str:
    if not coloured():
        return line
    parts, at = [], 0
    for first, last in piece.marks:
        first, last = max(first - start, at), min(last - start, len(line))  # noqa: PLW2901 - on this line
        if first < last:
            parts += [styled(line[at:first], bold=bold), styled(line[first:last], fg="yellow", bold=True)]
            at = last
    return "".join([*parts, styled(line[at:], bold=bold)])


_FIELD = re.compile(
    r"\b(?:title|headline|text|body|author|editor|source|site|section|language|lang|date):", re.IGNORECASE
)
"""What search engines and Zotero take for the field of the word behind it."""


def _notes(found: Hits, query: str, *, by_time: bool) -> Iterator[str]:
    if not found.complete:
        number = f"more than {found.found:,}" if found.found >= MOST_COUNTED else f"about {found.found:,}"
        ranked = "; ranked are the latest, and those that match in title or credits. --newest sorts by time"
        yield f"{number} articles{', newest first' if by_time else ranked}"
    elif not found.hits:
        yield (
            "There is no such page."
            if found.found
            else f"Nothing found{' for ' if query else ''}{plain(cut(query, WIDEST_PADDING))}."
        )
        if not found.found and (small := [word for word in ("or", "not") if word in query.split()]):
            yield f"To search for either word, or without one, write {' and '.join(small).upper()} in capitals."
        if not found.found and (field := _FIELD.search(query)):
            yield (
                f"A query has no fields such as `{field[0]}`: words are searched in titles, texts and credits."
                " --person, --source, --section and others filter."
            )
    else:
        yield counted(found.found, "article")
    if found.next:
        yield f"--after {found.next} shows the next ones."
    elif found.more:
        yield "--page N shows the next ones."
    if found.unindexed:
        yield f"{counted(found.unindexed, 'article is', 'articles are')} not indexed yet; `copydesk upkeep index` does it."

"""`copydesk search`: what was written about something, best first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

import click

from cli.context import CommandContext
from cli.output.article_rows import credits_of, mark_of, time_of
from cli.output.csv_table import one_form, print_csv
from cli.output.paging import show_lines
from cli.output.progress import tallying
from cli.output.tables import WIDEST_PADDING, coloured, cut, on_terminal, padded, plain, screen_width, styled, wrapped
from cli.signals import stoppable
from cli.time_options import since_option
from db.connection.database import write
from db.maintenance.search_index import index_waiting_pages
from db.queries.search import MOST_COUNTED, Filters, Hit, Hits, ResultPage
from db.queries.search import search as find
from db.search.index import count_unindexed, reset_index
from db.search.snippets import MarkedText
from db.store.sources import find_source

# So many articles are indexed while one waits: some seconds.
_AT_ONCE = 5000
_COLUMNS = ("id", "page_id", "time", "source", "title", "credits", "mark", "url", "score", "snippet")
_INDENT = 4
_WIDEST = 92


@click.command()
@click.argument("words", nargs=-1, metavar="QUERY")
@click.option("--source", "name", metavar="NAME", help="Only of this source.")
@click.option("--since", metavar="WHEN", help="Only what was published since then: 2d, 6h, 2026-11-02.")
@click.option("--until", metavar="WHEN", help="Only what was published before then.")
@click.option("--language", metavar="TAG", help="Only in this language: zh, zh-TW, en.")
@click.option("--person", metavar="NAME", help="Only with this author, editor or proofreader.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="The hits of a page.")
@click.option("--page", "number", type=click.IntRange(1, 10_000), default=1, show_default=True, help="Which page.")
@click.option("--newest", is_flag=True, help="By time, not by how well they fit.")
@click.option("--json", "as_json", is_flag=True, help="As JSON lines, one a hit.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, one line a hit.")
@click.option("--rebuild", is_flag=True, help="Make the search index again, and search nothing.")
@click.pass_obj
def search(
    desk: CommandContext, /, words: Sequence[str], *, rebuild: bool, as_json: bool, as_csv: bool, **options: object
) -> None:
    """Search titles, texts and credits.

    \b
      copydesk search 水厂 改造            both words, in simplified or traditional characters
      copydesk search '"last ferry"'      a phrase
      copydesk search 'ferry -bus'        the one without the other
      copydesk search 'ferry OR 轮渡'      either
      copydesk search 'harbour*'          all words that begin so
    """
    if rebuild:
        _index(desk, anew=True)
        return
    one_form(as_json, as_csv)
    query = " ".join(words)
    found = _find(desk, query, options)
    if as_json:
        for hit in found.hits:
            click.echo(json.dumps(_object(hit), ensure_ascii=False))
    elif as_csv:
        print_csv((dict(zip(_COLUMNS, _row(hit), strict=True)) for hit in found.hits), _COLUMNS)
    else:
        return show_lines([*_lines(found), *_says(found, query)])
    for line in _says(found, query):
        click.echo(line, err=True)


def _find(desk: CommandContext, query: str, options: dict[str, object]) -> Hits:
    if 0 < _count_unindexed(desk) <= _AT_ONCE:
        _index(desk)
    with desk.read() as conn:
        source = find_source(conn, str(options["name"])) if options["name"] else None
        filters = Filters(
            source_id=source.id if source else None,
            since=since_option(options["since"]),  # type: ignore[arg-type]
            until=since_option(options["until"], "--until"),  # type: ignore[arg-type]
            language=options["language"],  # type: ignore[arg-type]
            person=options["person"],  # type: ignore[arg-type]
        )
        page = ResultPage(number=options["number"], size=options["limit"], newest=bool(options["newest"]))  # type: ignore[arg-type]
        return find(conn, query, filters, page)


def _count_unindexed(desk: CommandContext) -> int:
    with desk.read() as conn:
        return count_unindexed(conn)


def _index(desk: CommandContext, *, anew: bool = False) -> None:
    """Index what waits, or all, in short transactions; may be stopped and goes on the next time."""
    with desk.open() as db, stoppable(), tallying() as show:
        if anew:
            # What falls empty need not be overwritten: of a large index that would be gigabytes.
            db.conn.execute("PRAGMA secure_delete = OFF")
            with write(db.conn):
                reset_index(db.conn)
        whole = count_unindexed(db.conn)
        done = index_waiting_pages(db.conn, show=lambda done: show(f"{done:,} of {whole:,} articles indexed", done))
    if anew:
        click.echo(f"{done:,} articles indexed")


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
        "title": asdict(hit.title),
        "snippet": asdict(hit.snippet),
    }


def _row(hit: Hit) -> tuple[object, ...]:
    head = hit.article_summary
    url = head.final_url or head.url
    known = (head.article_id, head.page_id, time_of(head), head.source_name, plain(head.title), credits_of(head))
    return (*known, mark_of(head), url, hit.score, plain(hit.snippet.text))


def _lines(found: Hits) -> Iterator[str]:
    """Each hit: number, time, source; its title; a piece of its text."""
    width = min(screen_width(), _WIDEST) if on_terminal() else _WIDEST
    most = max((len(str(hit.article_summary.article_id)) for hit in found.hits), default=0)
    for hit in found.hits:
        head = hit.article_summary
        number = styled(padded(str(head.article_id), most, right=True), fg="cyan")
        rest = [time_of(head), plain(head.source_name), mark_of(head), plain(credits_of(head))]
        yield f"{number}  {cut('  '.join(part for part in rest if part), width - most - 2)}"
        yield from _marked(hit.title, width, most + 2, bold=True)
        yield from _marked(hit.snippet, width, most + 2)
        yield ""


def _marked(piece: MarkedText, width: int, indent: int, *, bold: bool = False) -> Iterator[str]:
    """A text in lines, with colour where it is marked. Control characters go one for one, so that the marks stay true."""
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


def _says(found: Hits, query: str) -> Iterator[str]:
    if not found.complete:
        number = f"more than {found.found:,}" if found.found >= MOST_COUNTED else f"about {found.found:,}"
        yield f"{number} articles; ranked are the latest, and those with it in title or credits. --newest lists by time"
    elif not found.hits:
        yield "No such page." if found.found else f"Nothing found for {plain(cut(query, WIDEST_PADDING))}."
    else:
        yield f"{found.found:,} articles" if found.found != 1 else "1 article"
    if found.more:
        yield "--page gives the next ones."
    if found.unindexed:
        yield f"{found.unindexed:,} articles are not indexed yet; `copydesk upkeep index` does it."

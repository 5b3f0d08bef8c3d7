"""`copydesk show`: show one article, found by id or address (`cli.article_lookup`)."""

from __future__ import annotations

import json
import sqlite3
import sys
from typing import NoReturn

import click

from cli.article_lookup import page_named
from cli.context import CommandContext
from cli.output.article import article_lines, provenance_lines
from cli.output.csv_table import print_csv
from cli.output.diff import diff_lines
from cli.output.drawing import drawing_lines
from cli.output.json_output import print_json
from cli.output.paging import show_lines
from cli.output.tables import format_local_time, on_terminal, plain, plain_text, screen_width, styled
from cli.output.terminal import visible
from cli.parameters import Choice
from db.bodies.store import load_body
from db.display.humanize import counted
from db.errors import BodyPruned, UsageError
from db.queries.archived import archived_copy
from db.queries.articles import ArticleSummary, PageStatus, article_summary, current_page, revisions, snapshot
from db.queries.citations import CITATION_FORMS, citations
from db.store.crawl.drawings import load_drawn
from db.store.extraction.outcomes import load_article
from pipelines.exchange.articles.objects import article_object
from pipelines.extraction.encoding import decode


@click.command()
@click.argument("what", metavar="ID|URL")
@click.option(
    "--html",
    "forms",
    flag_value="html",
    multiple=True,
    help="Print the page as received, byte for byte; on a terminal, as text.",
)
@click.option(
    "--drawn",
    "forms",
    flag_value="drawn",
    multiple=True,
    help="Print the document that a browser has drawn of the page.",
)
@click.option("--text", "forms", flag_value="text", multiple=True, help="Print only the text.")
@click.option("--json", "forms", flag_value="json", multiple=True, help="Print every field as one JSON object.")
@click.option(
    "--csv", "forms", flag_value="csv", multiple=True, help="Print the same as CSV: a line of names, a line of values."
)
@click.option("--why", "forms", flag_value="why", multiple=True, help="Print how each field was found.")
@click.option("--diff", "forms", flag_value="diff", multiple=True, help="Print what the revision changed.")
@click.option(
    "--cite",
    metavar="FORM",
    type=Choice(CITATION_FORMS),
    help="Print a citation: bibtex or csl (CSL-JSON, for Zotero and Pandoc).",
)
@click.option("--revision", type=click.IntRange(1), metavar="N", help="Show this revision instead of the current one.")
@click.pass_obj
def show(context: CommandContext, what: str, forms: tuple[str, ...], cite: str | None, revision: int | None) -> None:
    """Show an article: its credits, times, history and text.

    Name the article by its id or any of its addresses.

    \b
    Examples:
      copydesk show 17
      copydesk show https://www.example-daily.com/story/1 --diff
      copydesk show 17 --html > page.html
      copydesk show 17 --cite bibtex >> references.bib
    """
    given = [f"--{form}" for form in dict.fromkeys(forms)] + (["--cite"] if cite else [])
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} cannot be combined; choose one")
    form = cite or (forms[0] if forms else None)
    with context.read() as conn, snapshot(conn):
        page = page_named(conn, what, revision)
        if form in ("html", "drawn"):
            body = _body(conn, page, drawn=form == "drawn")
        elif not page.is_article:
            _exit_rejected(page, form)
        elif form == "csv":
            return print_csv([_object(conn, page.page_id)])
        else:
            lines = _lines(conn, page.page_id, form)
    if form not in ("html", "drawn"):
        show_lines(lines)
    elif on_terminal():
        show_lines(_as_text(body, page.content_type if form == "html" else "text/html; charset=utf-8").split("\n"))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()


def _body(conn: sqlite3.Connection, page: PageStatus, *, drawn: bool) -> bytes:
    try:
        received = load_body(conn, page.body_id)
        document = load_drawn(conn, page.page_id, received) if drawn else received
    except BodyPruned as pruned:
        raise BodyPruned(f"page {page.page_id} ({plain(page.url)}): {pruned}") from None
    if document is None:
        raise UsageError(f"page {page.page_id} was not drawn by a browser; `--html` prints it as received")
    return document


def _as_text(body: bytes, content_type: str | None) -> str:
    """A body as text, decoded by its own charset where it has one, with control characters made visible."""
    decoded = decode(body, content_type)
    return visible(decoded.text if decoded else body.decode("utf-8", "backslashreplace"))


def _lines(conn: sqlite3.Connection, page_id: int, form: str | None) -> list[str]:
    head, article = _headline(conn, page_id), load_article(conn, page_id)
    assert article is not None
    match form:
        case "diff":
            return _diff(conn, head)
        case "bibtex" | "csl":
            return citations(article, head, archived_copy(conn, page_id))[form].split("\n")
        case "json":
            return [json.dumps(_object(conn, page_id), ensure_ascii=False, indent=2 if on_terminal() else None)]
        case "text":
            return (plain_text(article.text) if on_terminal() else article.text).split("\n")
        case "why":
            return [*provenance_lines(article, screen_width()), *drawing_lines(conn, page_id)]
        case _:
            return list(article_lines(conn, head, screen_width()))


def _headline(conn: sqlite3.Connection, page_id: int) -> ArticleSummary:
    head = article_summary(conn, page_id)
    assert head is not None
    return head


def _object(conn: sqlite3.Connection, page_id: int) -> dict[str, object]:
    return article_object(conn, _headline(conn, page_id))


def _diff(conn: sqlite3.Connection, head: ArticleSummary) -> list[str]:
    """What the revision of this page changed since the one before."""
    steps = {one.number: one.fetched_at for one in revisions(conn, head.article_id)} if head.article_id else {}
    if head.article_id is None or head.revision is None or head.revision - 1 not in steps:
        known = f"has {counted(len(steps), 'revision')}" if len(steps) > 1 else "has one revision"
        raise UsageError(f"article {head.article_id} {known}, and nothing comes before this one")
    pages = [current_page(conn, head.article_id, number) for number in (head.revision - 1, head.revision)]
    older, newer = (load_article(conn, page) for page in pages if page is not None)
    assert older is not None
    assert newer is not None
    before, after = (f"revision {n} ({format_local_time(steps[n])})" for n in (head.revision - 1, head.revision))
    title = styled(f"article {head.article_id}, {before} to {after}", bold=True)
    return [title, *diff_lines(older, newer, screen_width())]


def _exit_rejected(page: PageStatus, form: str | None) -> NoReturn:
    """Print why the page is no article, and exit with 1."""
    if form == "json":
        rejected = {"id": page.page_id, "url": page.url, "rejected": page.reason, "detail": page.detail}
        print_json(rejected)
    name = f"page {page.page_id} ({plain(page.url)}, fetched {format_local_time(page.fetched_at)})"
    if page.reason is None:
        click.echo(f"copydesk: {name} is stored but not extracted yet; `copydesk crawl` extracts it", err=True)
    else:
        click.echo(f"copydesk: {name} is not an article: {page.reason}", err=True)
        if page.detail:
            click.echo(plain_text(page.detail), err=True)
        pruned = f"its body was pruned on {page.pruned_at[:10]}" if page.pruned_at else ""
        click.echo(pruned or f"`copydesk show {page.page_id} --html` prints the page", err=True)
    sys.exit(1)

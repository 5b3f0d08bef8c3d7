"""`copydesk searches`: saved searches, and what they have found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from cli.article_filters import FilterOptions, article_filters
from cli.context import CommandContext
from cli.format_options import format_options, json_option
from cli.ordered_group import OrderedGroup
from cli.output.article_rows import article_table
from cli.output.csv_table import print_objects
from cli.output.json_output import print_json
from cli.output.paging import show_lines
from cli.output.tables import Column, format_local_time, output_width, plain, table
from cli.parameters import limit_option
from cli.searches import check_search, print_round, search_line
from cli.signals import stoppable
from db.config.searches import KINDS, SavedSearch, read_search, search_name
from db.connection.database import write
from db.errors import UsageError
from db.queries.articles import article_summaries, snapshot
from db.queries.saved_searches import SearchState, current_pages, search_states
from db.store.service.saved_searches import (
    drop_search,
    find_saved_search,
    latest_match_pages,
    saved_searches,
    store_search,
)
from pipelines.exchange.articles.formats import COLUMNS
from pipelines.exchange.articles.objects import article_objects
from scheduler.searches.telling import tell_searches

_COLUMNS = (
    Column(title="name", fixed=True, colour="cyan"),
    Column(title="found", right=True, fixed=True),
    Column(title="last", fixed=True),
    Column(title="from", fixed=True),
    Column(title="search", least=16, weight=2.5),
    Column(title="trouble", least=8, colour="red"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """A search as it is printed: one that the file has and no crawl has taken over yet has no state."""

    name: str
    search: SavedSearch
    in_file: bool
    overrides: bool
    state: SearchState | None


@click.group(cls=OrderedGroup, short_help="Save searches that tell of new articles.")
def searches() -> None:
    """Save searches that tell of new articles: to the alert hooks, and in a feed file.

    Each article is told once, and of its copies one, unless the search tells copies as well. `copydesk run` tells after each crawl,
    `copydesk crawl` at its end. Searches can also be written into copydesk.toml: [search.NAME] with `query` and filters.
    """


@searches.command("list", short_help="List the saved searches.")
@json_option("Print JSON lines.")
@click.pass_obj
def list_(context: CommandContext, as_json: bool) -> None:
    """List the saved searches, with how much they have found."""
    with context.read() as conn, snapshot(conn):
        shown = _all(context, search_states(conn))
    if as_json:
        for one in shown:
            print_json(_object(one))
    elif not shown:
        click.echo("There are no saved searches yet; `copydesk searches add NAME QUERY` saves one.")
    else:
        show_lines(list(table(_COLUMNS, [_row(one) for one in shown], width=output_width())))


@searches.command(short_help="Save a search.")
@click.argument("label", metavar="NAME")
@click.argument("words", nargs=-1, metavar="[QUERY]...")
@article_filters(dict.fromkeys(KINDS, ""))
@click.option("--copies", is_flag=True, help="Tell copies of an article that was told as well.")
@click.option("--feed", metavar="FILE", help="Write the last matches into this file: .xml (RSS) or .json (JSON Feed).")
@click.pass_obj
def add(
    context: CommandContext, label: str, words: Sequence[str], filters: FilterOptions, copies: bool, feed: str | None
) -> None:
    """Save a search. It finds what comes in from now on; with --since also what is here already.

    \b
    Examples:
      copydesk searches add water 水厂 OR '"water works"' --feed water.xml
      copydesk searches add courier --source harbourcourier.example --kind original
    """
    try:
        search_name(label)
        search = read_search(_written(words, filters, copies, feed), _no_key)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if label in context.config.searches:
        raise UsageError(f"{context.config.path} has a search {label}; change it there, or choose another name")
    with context.open() as db:
        check_search(db.conn, search)
        filters.filters(db.conn)
        if label in {row.name for row in saved_searches(db.conn) if row.stored}:
            raise UsageError(
                f"there is a search {label} already; `copydesk searches remove {label}` removes it with what it has found"
            )
        with write(db.conn):
            store_search(db.conn, label, search, datetime.now(UTC))
    click.echo(f"{label} saved. {search_line(search)}")
    if not search.feed and not (context.config.alert_command or context.config.alert_webhook):
        click.echo(
            "No hook is set (alert_command, alert_webhook) and no feed file: `copydesk searches show` and /-/searches show it."
        )


@searches.command(short_help="Remove a search.")
@click.argument("name")
@click.pass_obj
def remove(context: CommandContext, name: str) -> None:
    """Remove a search that was added by command, with what it has found. The articles stay."""
    with context.open() as db:
        row = find_saved_search(db.conn, name)
        if row.in_file and not row.stored:
            raise UsageError(f"{name} stands in {context.config.path or 'copydesk.toml'}; remove it there")
        with write(db.conn):
            drop_search(db.conn, name)
    click.echo(f"{name} removed." + (" The settings file still has one of that name." if row.in_file else ""))


@searches.command(short_help="List what a search has found.")
@click.argument("name")
@limit_option(50, "articles")
@format_options("Print JSON lines with every field and the text.")
@click.pass_obj
def show(context: CommandContext, name: str, limit: int, as_json: bool, as_csv: bool) -> None:
    """List what a search has found, the latest match first."""
    with context.read() as conn:
        if name in context.config.searches and name not in {row.name for row in saved_searches(conn)}:
            click.echo(
                f"{name} has not been asked yet; `copydesk searches run` does, and so does every crawl.",
                err=as_json or as_csv,
            )
            return
        with snapshot(conn):
            row = find_saved_search(conn, name)
            pages = current_pages(conn, latest_match_pages(conn, row.id, limit or -1))
            heads = article_summaries(conn, pages)
        if as_json or as_csv:
            print_objects(article_objects(conn, pages), COLUMNS, as_csv=as_csv)
            return
    if not heads:
        click.echo(f"{name} has found nothing yet. {search_line(row.search)}")
        return
    show_lines(list(article_table(heads)))


@searches.command(short_help="Look for matches and tell, now.")
@json_option("Print what was done as JSON.")
@click.pass_obj
def run(context: CommandContext, as_json: bool) -> None:
    """Match the articles that came in, call the hooks, write the feed files: what a crawl does at its end."""
    with context.open() as db, stoppable():
        told = tell_searches(db.conn, context.config, datetime.now(UTC))
    if as_json:
        found = dict(told.found) if told else {}
        rest = {"sent": told.sent, "failed": told.failed, "troubles": told.troubles} if told else {}
        print_json({"found": found} | rest)
    elif told is None:
        click.echo("There are no saved searches yet; `copydesk searches add NAME QUERY` saves one.")
    else:
        print_round(told, always=True)


def _written(words: Sequence[str], filters: FilterOptions, copies: bool, feed: str | None) -> dict[str, object]:
    written: dict[str, object] = {"query": " ".join(words), "source": list(filters.names), "copies": copies}
    written |= {"since": filters.since, "until": filters.until, "language": filters.language}
    written |= {"person": filters.person, "section": filters.section, "kind": filters.kind}
    written |= {"paywalled": filters.paywalled, "feed": str(Path(feed).absolute()) if feed else None}
    return {key: value for key, value in written.items() if value is not None}


def _no_key(key: str) -> ValueError:
    return ValueError(f"{key}: unknown")


def _all(context: CommandContext, states: Sequence[SearchState]) -> list[_Shown]:
    """What the database has, with what the file says now."""
    in_file = context.config.searches
    shown = {
        state.row.name: _Shown(
            name=state.row.name,
            search=in_file.get(state.row.name, state.row.search),
            in_file=state.row.in_file or state.row.name in in_file,
            overrides=state.row.stored,
            state=state,
        )
        for state in states
    }
    for name, search in in_file.items():
        shown.setdefault(name, _Shown(name=name, search=search, in_file=True, overrides=False, state=None))
    return [shown[name] for name in sorted(shown)]


def _origin(one: _Shown) -> str:
    if not one.in_file:
        return "command"
    return "file, over a command" if one.overrides else "file"


def _row(one: _Shown) -> tuple[object, ...]:
    state = one.state
    last = format_local_time(state.last_at) if state and state.last_at else ""
    return one.name, state.found if state else 0, last, _origin(one), search_line(one.search), "; ".join(_troubles(one))


def _troubles(one: _Shown) -> Iterator[str]:
    if one.state:
        yield from (f"{hook} {plain(str(why))}" for hook, why in one.state.failure.items())


def _object(one: _Shown) -> dict[str, object]:
    state = one.state
    return {
        "name": one.name,
        "from": _origin(one),
        **one.search.written(),
        "saved_at": state.row.saved_at.isoformat() if state else None,
        "found": state.found if state else 0,
        "waiting": state.waiting if state else 0,
        "last_at": state.last_at.isoformat() if state and state.last_at else None,
        "failed": dict(state.failure) if state else {},
    }

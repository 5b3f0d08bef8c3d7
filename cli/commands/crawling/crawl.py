"""`copydesk crawl`: crawl some or all sources once, with progress and a summary."""

from __future__ import annotations

import json
import sqlite3
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from cli.completions import source_names
from cli.context import CommandContext
from cli.crawl_notes import ALIKE, notes_of
from cli.format_options import json_option
from cli.output.tables import format_run_duration
from cli.time_options import since_option
from db.display.humanize import counted
from db.errors import UsageError
from db.models import Reason
from db.store.crawl.run_counts import Figures
from db.store.sites.sources import all_sources, choose_sources

if TYPE_CHECKING:
    from crawler.run import CrawlResult

SURELY_PARSED = 10
"""Sources of which one surely answers with something to parse; of a few, all may answer that nothing has changed."""
_NOTHING_DUE = "nothing was due; the setting `revisit` says when articles are fetched again, --again fetches them now"


@click.command(short_help="Fetch and extract what is due.")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=source_names)
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(0),
    help="Fetch at most N articles of each source, newest first; 0 for all.",
)
@click.option(
    "--since", metavar="WHEN", help="Fetch only articles listed as published since then: 2d, 6h, 2026-11, 2026-11-02."
)
@click.option("--again", is_flag=True, help="Fetch known articles again now, whatever `revisit` says.")
@json_option("Print the summary as JSON.")
@click.option("--quiet", "-q", is_flag=True, help="Print no progress and no summary.")
@click.pass_obj
def crawl(
    context: CommandContext,
    names: tuple[str, ...],
    limit: int | None,
    since: str | None,
    again: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Fetch what is due from the named sources, or from all, extract it and find copies.

    Ctrl-C stops cleanly; the next crawl continues from there.

    \b
    Examples:
      copydesk crawl
      copydesk crawl example-daily.com --limit 20
      copydesk crawl --again --since 2d
    """
    moment = since_option(since)
    with context.open() as db:
        _take_over_searches(db.conn, context)
        sources = choose_sources(db.conn, names)
        if not sources:
            paused = all_sources(db.conn)
            advice = "all sources are paused; resume them with `copydesk sources resume NAME`, or name those to crawl"
            raise UsageError(advice if paused else "there are no sources yet; add one with `copydesk sources add URL`")
    from cli.output.mistakes import print_mistakes
    from cli.output.progress import crawl_progress

    with crawl_progress(enabled=not quiet and not as_json) as watch:
        # Importing Scrapy takes half a second, so it waits until there is something to do. So does the server of the processes,
        # which imports the parsers meanwhile, on another processor.
        if len(sources) >= SURELY_PARSED:
            from crawler.parsing.parser import PARSING_MODULES
            from pipelines.processing.worker_pool import start_server

            start_server(PARSING_MODULES)
        from crawler.crawl.session import CrawlOrder
        from crawler.run import crawl as run_crawl

        order = CrawlOrder(names=names, since=moment, limit=limit, again=again)
        crawled = run_crawl(context.config, order, watch=watch)
    print_mistakes(crawled.mistakes)
    if as_json:
        click.echo(json.dumps({"run": crawled.run_id, "stopped": crawled.stopped} | crawled.figures.as_dict()))
    elif not quiet:
        for line in summary(crawled):
            click.echo(line)
    if crawled.stopped:
        sys.exit(130)
    _tell_searches(context, quiet=quiet or as_json)
    if nothing_reached(crawled):
        sys.exit(1)


def _take_over_searches(conn: sqlite3.Connection, context: CommandContext) -> None:
    """Searches of the settings file are saved before the crawl, so that they find what it brings."""
    from scheduler.searches.telling import store_searches_of

    store_searches_of(conn, context.config, datetime.now(UTC))


def _tell_searches(context: CommandContext, *, quiet: bool) -> None:
    """Saved searches look at what came in and tell of it."""
    from cli.searches import print_round
    from scheduler.searches.telling import tell_searches

    with context.open() as db:
        told = tell_searches(db.conn, context.config, datetime.now(UTC))
    if told is not None and not quiet:
        print_round(told)


def nothing_reached(crawled: CrawlResult) -> bool:
    """Whether every listing of every source failed, as without a network, or in one that wants a login first."""
    if behind_portal(crawled):
        return True
    return bool(crawled.visits) and all(visit.notes and not visit.reached for visit in crawled.visits)


def behind_portal(crawled: CrawlResult) -> bool:
    """Whether several sources were asked, and each answered with a login page."""
    return len(crawled.visits) >= ALIKE and all(visit.wall == Reason.LOGIN for visit in crawled.visits)


def summary(crawled: CrawlResult, *, continues: str = "the next crawl", idle: str = _NOTHING_DUE) -> list[str]:
    """The lines printed at the end of a crawl. `continues`: what goes on after a stop; `idle`: said where nothing was due."""
    figures = crawled.figures
    state = f"stopped early; {continues} continues from here" if crawled.stopped else "done"
    lines = [
        f"run {crawled.run_id} {state}: {counted(len(crawled.visits), 'source')}, {format_run_duration(figures.seconds)},"
        f" {figures.pages_per_second:.1f} pages/s, {figures.bytes / 1e6:.1f} MB",
        f"  found {figures.found} · fetched {figures.fetched} · unchanged {figures.unchanged} · new {figures.new}"
        f" · updated {figures.updated} · duplicate {figures.duplicate}",
    ]
    lines += [f"  {label}: {_reasons(counts)}" for label, counts in _troubles(figures) if counts]
    if figures.unread:
        lines.append(f"  {counted(figures.unread, 'page')} stored but not extracted yet; the next crawl does that")
    if crawled.busy:
        names = ", ".join(source.name for source, _ in crawled.busy[:5])
        more = f" and {len(crawled.busy) - 5} more" if len(crawled.busy) > 5 else ""
        lines.append(f"  left to another crawl that is working on them (process {crawled.busy[0][1]}): {names}{more}")
    notes = [f"  {note}" for note in notes_of(crawled)]
    if behind_portal(crawled):
        lines.append("  every source answers with a login page; open one in a browser: does this network want a login?")
    elif len(crawled.visits) > 1 and nothing_reached(crawled):
        lines.append("  no source could be reached; is this machine connected to the network?")
        notes = notes[:3]
    lines += notes[:20]
    if len(notes) > 20:
        lines.append(f"  … and {len(notes) - 20} more; `copydesk stats` counts them by source")
    if not (figures.fetched or figures.unchanged or figures.failed or notes or crawled.stopped or crawled.busy):
        lines.append(f"  {idle}")
    return lines


def _troubles(figures: Figures) -> list[tuple[str, dict[str, int]]]:
    return [
        ("rejected", dict(figures.rejected)),
        ("failed", dict(figures.failed)),
        ("left alone", {"forbidden by robots.txt": figures.forbidden} if figures.forbidden else {}),
    ]


def _reasons(counts: dict[str, int]) -> str:
    return f"{sum(counts.values())} ({', '.join(f'{reason} {count}' for reason, count in counts.items())})"

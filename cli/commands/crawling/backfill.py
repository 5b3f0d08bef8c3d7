"""`copydesk backfill`: past articles of sources, by every channel that they offer."""

from __future__ import annotations

import difflib
import json
import re
import sqlite3
import sys
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from cli.completions import source_names
from cli.context import CommandContext
from cli.format_options import json_option
from cli.option_groups import option_group
from cli.output.backfill_report import plan_lines, plan_object, status_lines
from cli.time_options import since_option
from db.config.units import YEAR_OR_MONTH
from db.connection.database import write
from db.display.shell_commands import shell_command
from db.errors import UsageError
from db.reports.coverage import SourceCoverage, coverage_gaps, load_coverage
from db.store.archives.backfills import (
    Backfill,
    BackfillPlan,
    all_backfills,
    begin_backfill,
    end_backfill,
    load_plan,
    next_backfills,
    open_backfills,
)
from db.store.sites.sources import all_sources, choose_sources

if TYPE_CHECKING:
    from crawler.run import CrawlResult

_MOST_GAPS = 10
_LEAST_GAP_DAYS = 7
"""Shorter gaps of past years are usual: holidays, days without a paper. `copydesk coverage` lists them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """Which past articles are wanted, and when they are fetched, as given on the command line."""

    since: str | None
    until: str | None
    plan: bool
    channels: str | None
    budget: int | None
    later: bool

    def period(self) -> tuple[datetime | None, datetime | None]:
        """From when to before when. Raises UsageError for times that make no period."""
        since, until = _moment(self.since, "--since", last=False), _moment(self.until, "--until", last=True)
        if since is None and until is not None:
            raise UsageError("--until needs --since: say from when on, such as --since 2015-01")
        if since is not None and since >= datetime.now(UTC):
            raise UsageError("--since is in the future; say a time that has passed")
        if since is not None and until is not None and since >= until:
            raise UsageError(f"--since ({since:%Y-%m-%d}) is not before --until ({until:%Y-%m-%d}); exchange them")
        return since, until


_wanted_options = option_group(
    _Wanted,
    "wanted",
    click.option("--since", metavar="WHEN", help="From then on: 2015, 2015-01, 2015-01-31, 2y."),
    click.option("--until", metavar="WHEN", help="Up to then, included.  [default: now]"),
    click.option("--plan", is_flag=True, help="Only read the lists, and show what would be fetched: no article is."),
    click.option(
        "--channels",
        metavar="LIST",
        help="Only these: wordpress,sitemap,feed,archive_pages,wayback,common_crawl.  [default: all of the site's own]",
    ),
    click.option(
        "--budget",
        metavar="N",
        type=click.IntRange(0),
        help="Fetch at most N articles of each source now; 0 for all.  [default: the setting backfill_budget]",
    ),
    click.option(
        "--later",
        is_flag=True,
        help="Fetch nothing now: `copydesk run` does it, in the hours of the setting backfill_hours.",
    ),
)


@click.command(short_help="Fetch past articles, years back.")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=source_names)
@_wanted_options
@click.option("--status", is_flag=True, help="Show the back-fills that were begun, and how far they are.")
@click.option("--stop", is_flag=True, help="Give up the back-fills of the named sources; what was fetched stays.")
@json_option("Print JSON lines, one for each source.")
@click.option("--quiet", "-q", is_flag=True, help="Print no progress and no summary.")
@click.pass_obj
def backfill(
    context: CommandContext,
    names: tuple[str, ...],
    wanted: _Wanted,
    status: bool,
    stop: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Fetch past articles of the named sources: by WordPress, sitemaps, feeds, and archive pages.

    First the lists are read. Then the articles that are not here yet are fetched, the newest first, up to the budget. The same
    command continues, also after Ctrl-C or a crash; without --since, it continues what was begun.

    \b
    Examples:
      copydesk backfill example-daily.com --since 2015-01 --plan
      copydesk backfill example-daily.com --since 2015-01
      copydesk backfill example-daily.com --since 2015-01 --channels wayback
      copydesk backfill example-daily.com --since 2015-01 --later
      copydesk backfill --status
    """
    if status or stop:
        _show_or_stop(context, names, stop=stop, as_json=as_json)
        return
    since, until = wanted.period()
    if wanted.later and (wanted.plan or wanted.budget is not None):
        raise UsageError("--later fetches nothing now; leave out --plan and --budget")
    begun = _begin(context, names, since, until, _chosen_channels(wanted.channels))
    if wanted.later:
        _leave(context, begun, as_json=as_json, quiet=quiet)
        return
    most = context.config.backfill_budget if wanted.budget is None else wanted.budget
    crawled = _crawl(context, begun, plan=wanted.plan, budget=most, show=not quiet and not as_json)
    plans = _plans(context, begun)
    if not quiet:
        _report(context, crawled, plans, plan=wanted.plan, as_json=as_json)
    if crawled.stopped:
        sys.exit(130)
    if not any(channel.named for one in plans for channel in one.channels) and not crawled.busy:
        sys.exit(1)


def _moment(text: str | None, option: str, *, last: bool) -> datetime | None:
    """The time that an option means. A year, month or day is meant with its whole length: `last` is its end."""
    found = since_option(text, option, UTC)
    if found and last and (whole := YEAR_OR_MONTH.fullmatch(text or "")):
        month = found.month if whole[2] else 12
        return found.replace(month=month, day=monthrange(found.year, month)[1]) + timedelta(days=1)
    is_day = text is not None and re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None
    return found + timedelta(days=1) if found and last and is_day else found


def _chosen_channels(text: str | None) -> tuple[str, ...]:
    from crawler.backfill.channels import CHANNELS, SITE_CHANNELS

    if not text:
        return tuple(channel.name for channel in SITE_CHANNELS)
    known = tuple(channel.name for channel in CHANNELS)
    chosen = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in chosen:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
            advice = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            raise UsageError(f"--channels: there is no channel {name}; {advice}")
    return chosen


def _begin(
    context: CommandContext,
    names: Sequence[str],
    since: datetime | None,
    until: datetime | None,
    channels: Sequence[str],
) -> list[Backfill]:
    """The back-fill of each source: the one asked for, or those that were begun."""
    now = datetime.now(UTC)
    if since is not None and not names:
        raise UsageError("name the sources to back-fill; `copydesk sources list` shows them")
    with context.open() as db:
        sources = choose_sources(db.conn, names)
        if since is not None:
            with write(db.conn):
                return [
                    begin_backfill(db.conn, one.id, since=since, until=until, channels=channels, now=now)
                    for one in {source.id: source for source in sources}.values()
                ]
        begun = next_backfills(db.conn, [source.id for source in sources])
    if not begun:
        raise UsageError("no back-fill is begun; say of which source and from when on: NAME --since 2015-01")
    return list(begun.values())


def _crawl(context: CommandContext, begun: Iterable[Backfill], *, plan: bool, budget: int, show: bool) -> CrawlResult:
    from cli.output.progress import crawl_progress

    by_source = {one.source_id: one for one in begun}
    with crawl_progress(enabled=show) as watch:
        from crawler.crawl.session import BACKFILL, BackfillOrder, CrawlOrder
        from crawler.run import crawl as run_crawl

        order = CrawlOrder(
            names=tuple(one.source_name for one in by_source.values()),
            reads=not plan,
            command=BACKFILL,
            backfill=BackfillOrder(by_source=by_source, plan=plan, budget=budget),
        )
        return run_crawl(context.config, order, watch=watch)


def _leave(context: CommandContext, begun: Sequence[Backfill], *, as_json: bool, quiet: bool) -> None:
    """Say that the service will do it, and when."""
    if as_json:
        for plan in _plans(context, begun):
            click.echo(json.dumps(plan_object(plan)))
        return
    hours, names = str(context.config.backfill_hours), ", ".join(one.source_name for one in begun)
    if hours == "never":
        raise UsageError(
            f'{names}: noted, but the setting backfill_hours is "never", so `copydesk run` will not fetch it'
        )
    when = (
        "beside its crawls"
        if hours == "always"
        else f"between {hours.replace('-', ' and ')} ({context.config.timezone})"
    )
    if not quiet:
        click.echo(
            f"{names}: noted; `copydesk run` fetches it {when}, and `copydesk backfill --status` says how far it is"
        )


def _plans(context: CommandContext, begun: Iterable[Backfill]) -> list[BackfillPlan]:
    with context.read() as conn:
        current = {one.id: one for one in all_backfills(conn)}
        return [load_plan(conn, current[one.id]) for one in begun]


def _report(
    context: CommandContext, crawled: CrawlResult, plans: Sequence[BackfillPlan], *, plan: bool, as_json: bool
) -> None:
    from cli.commands.crawling.crawl import summary

    if as_json:
        for one in plans:
            figures = {"run": crawled.run_id, "stopped": crawled.stopped} | crawled.figures.as_dict()
            click.echo(json.dumps(plan_object(one) | {"run": figures}))
        return
    if not plan:
        for line in summary(crawled, continues="the same command", idle="no article was left to fetch"):
            click.echo(line)
    for one in plans:
        for line in plan_lines(one, planned=plan):
            click.echo(line)
    if plan:
        return
    with context.read() as conn:
        coverage = {
            one.source_id: one
            for one in load_coverage(conn, datetime.now(UTC), [one.backfill.source_id for one in plans])
        }
    for one in plans:
        for line in _gap_lines(one.backfill, coverage.get(one.backfill.source_id)):
            click.echo(line)


def _show_or_stop(context: CommandContext, names: Sequence[str], *, stop: bool, as_json: bool) -> None:
    if stop and not names:
        raise UsageError(
            "--stop: name the sources whose back-fills are given up; `copydesk backfill --status` shows them"
        )
    if stop:
        with context.open() as db:
            _stop(db.conn, [source.id for source in choose_sources(db.conn, names)])
    with context.read() as conn:
        sources = choose_sources(conn, names) if names else all_sources(conn)
        plans = [load_plan(conn, one) for one in all_backfills(conn, [source.id for source in sources])]
    if as_json:
        for one in plans:
            click.echo(json.dumps(plan_object(one)))
        return
    for line in status_lines(plans):
        click.echo(line)


def _stop(conn: sqlite3.Connection, source_ids: Sequence[int]) -> None:
    begun = open_backfills(conn, source_ids)
    if not begun:
        raise UsageError(
            "none of these sources has a back-fill that is going on; `copydesk backfill --status` shows all"
        )
    with write(conn):
        for one in begun:
            end_backfill(conn, one.id, "stopped", datetime.now(UTC))


def _gap_lines(backfill: Backfill, coverage: SourceCoverage | None) -> Iterator[str]:
    """The gaps that remain in the time of a back-fill, by `copydesk coverage`."""
    if coverage is None:
        return
    judged = coverage.between(backfill.since.date(), backfill.until.date())
    gaps = [gap for gap in coverage_gaps(judged.days) if gap.days >= _LEAST_GAP_DAYS]
    if not gaps:
        yield "  no gap of a week or more remains in that time"
        return
    yield f"  gaps of a week or more that remain in that time: {len(gaps):,}"
    for gap in sorted(gaps, key=lambda one: -one.days)[:_MOST_GAPS]:
        yield f"    {gap.span}: {gap.state.value}"
    if len(gaps) > _MOST_GAPS:
        lists_all = shell_command("coverage", backfill.source_name, "--since", f"{backfill.since:%Y-%m-%d}")
        yield f"    … `{lists_all}` lists all"

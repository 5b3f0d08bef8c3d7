"""`copydesk coverage`: whether what a source published is here, week by week."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import click

from cli.context import CommandContext
from cli.format_options import json_option
from cli.output.json_output import print_json
from cli.output.paging import show_lines
from cli.output.tables import Column, output_width, styled, table
from cli.time_options import since_option
from db.display.humanize import counted
from db.errors import DatabaseBusy, DatabaseNotWritable
from db.reports.coverage import CoverageGap, SourceCoverage, coverage_gaps, load_coverage, refresh_coverage
from db.reports.coverage_judge import CoverageState, WeekCoverage
from db.reports.coverage_object import coverage_object
from db.store.sites.sources import choose_sources, find_source

_USUAL_SPAN = timedelta(weeks=26)
_MOST_GAPS = 30
# One character a week, also without colours.
_SIGNS = {
    CoverageState.COMPLETE: ("#", "green"),
    CoverageState.THIN: ("-", "yellow"),
    CoverageState.MISSING: ("X", "red"),
    CoverageState.NOT_LOOKED: ("?", None),
    CoverageState.LEARNING: (".", None),
}
_LEGEND = "# complete   - thin   X missing   ? not looked at   . too little is known yet"
_STATES = (CoverageState.COMPLETE, CoverageState.THIN, CoverageState.MISSING, CoverageState.NOT_LOOKED)
_COLUMNS = (
    Column(title="source", least=12),
    Column(title="found", right=True, fixed=True),
    Column(title="expected", right=True, fixed=True),
    *(Column(title=state.value, right=True, fixed=True) for state in _STATES),
)
_WEEK_COLUMNS = (
    Column(title="week", fixed=True),
    Column(title="state", fixed=True),
    Column(title="found", right=True, fixed=True),
    Column(title="expected", right=True, fixed=True),
    Column(title="never fetched", right=True, fixed=True),
    Column(title="Mon to Sun", fixed=True),
)


@click.command(short_help="Show whether what the sources published is here.")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--since", metavar="WHEN", help="From this day on: 90d, 2026-01-01.  [default: 26 weeks ago]")
@click.option("--until", metavar="WHEN", help="Up to this day, included.  [default: yesterday]")
@json_option("Print JSON lines, one per source, with its weeks, days and gaps.")
@click.pass_obj
def coverage(
    context: CommandContext, names: tuple[str, ...], since: str | None, until: str | None, as_json: bool
) -> None:
    """Show whether what the sources published is here: week by week, expected against found.

    What is expected is learned from a source's own rhythm, and from the links that its listings named. A week is complete,
    thin (something is not there), missing (nothing is), or was not looked at (nothing was crawled, so nothing can be said).
    With one NAME, each week is listed, and each gap with its days.
    """
    now = datetime.now(UTC)
    # A date is midnight of this machine's zone.
    start = (since_option(since) or now - _USUAL_SPAN).astimezone().date()
    end = until_time.astimezone().date() if (until_time := since_option(until, "--until")) else None
    # Stored for the view and the inspector. Who may only read gets the same, judged anew.
    with contextlib.suppress(DatabaseNotWritable, DatabaseBusy), context.open() as db:
        refresh_coverage(db.conn, now)
    with context.read() as conn:
        wanted = {source.id for source in choose_sources(conn, names)} if names else None
        chosen = [find_source(conn, name).name for name in names]
        found = load_coverage(conn, now, wanted, since=start, until=end)
    if as_json:
        for source in found:
            print_json(coverage_object(source))
        return
    show_lines(list(_lines(found, chosen)))


def _lines(found: Sequence[SourceCoverage], chosen: Sequence[str]) -> Iterator[str]:
    shown = [source for source in found if source.weeks]
    if not shown:
        of = f" of {', '.join(chosen)}" if chosen else ""
        yield f"Nothing can be said{of} yet: a day is judged when it is over, and only of sources that were crawled or imported."
        return
    if len(chosen) == 1:
        yield from _of_one(shown[0])
        return
    width = output_width()
    room = max(8, width or 80)
    yield from table(_COLUMNS, [_source_row(source) for source in shown], width=width)
    yield ""
    longest = min(room // 2, max(len(source.name) for source in shown))
    weeks = room - longest - 2
    last = max(source.weeks[-1].week for source in shown)
    yield f"The weeks up to that of Monday {last}, a sign each:"
    for source in shown:
        behind = (last - source.weeks[-1].week).days // 7
        strip = "".join(_sign(week) for week in source.weeks[-max(1, weeks - behind) :]) + " " * behind
        padding = " " * max(0, weeks - len(source.weeks) - behind)
        yield f"{source.name[:longest]:{longest}}  {padding}{strip}".rstrip()
    yield _LEGEND
    if any(week.state in _STATES[1:] for source in shown for week in source.weeks):
        yield "`copydesk coverage NAME` lists the days of one source; `copydesk inspect` draws them."


def _of_one(source: SourceCoverage) -> Iterator[str]:
    yield from table(_WEEK_COLUMNS, [_week_row(week) for week in source.weeks], width=output_width())
    yield _LEGEND
    gaps = coverage_gaps(source.days)
    yield ""
    if not gaps:
        yield "No gaps."
        return
    yield f"{counted(len(gaps), 'gap')}{f', the last {_MOST_GAPS}' if len(gaps) > _MOST_GAPS else ''}:"
    yield from (f"  {_gap_line(gap)}" for gap in gaps[-_MOST_GAPS:])


def _gap_line(gap: CoverageGap) -> str:
    lost = f", about {counted(round(gap.lost), 'article')}" if gap.lost >= 0.5 else ""
    return f"{gap.span}: {gap.state.value}, {counted(gap.days, 'day')}{lost}"


def _source_row(source: SourceCoverage) -> tuple[object, ...]:
    counts = Counter(week.state for week in source.weeks)
    known = [week.expected for week in source.weeks if week.expected is not None]
    return (
        source.name,
        f"{sum(week.found for week in source.weeks):,}",
        f"{sum(known):,.0f}" if known else "",
        *(f"{counts[state]:,}" if counts[state] else "" for state in _STATES),
    )


def _week_row(week: WeekCoverage) -> tuple[object, ...]:
    signs = [" "] * 7
    for day in week.days:
        signs[day.day.weekday()] = _SIGNS[day.state][0]
    return (
        week.week,
        week.state.value,
        f"{week.found:,}",
        f"{week.expected:,.1f}" if week.expected is not None else "",
        f"{week.unfetched:,}" if week.unfetched else "",
        "".join(signs),
    )


def _sign(week: WeekCoverage) -> str:
    sign, colour = _SIGNS[week.state]
    return styled(sign, fg=colour) if colour else sign

"""How a back-fill is shown: what it has to fetch, by month and channel, how far it is, and what is still missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from cli.output.tables import Column, format_duration, format_size, on_terminal, output_width, screen_width, table
from db.display.humanize import counted
from db.store.archives.backfills import Backfill, BackfillPlan

_BAR_CELLS = 24
_MOST_MONTHS = 36
"""Months listed; with more, years are."""
_STATES = ("waiting", "taken", "done", "known", "failed", "left")


def plan_lines(plan: BackfillPlan, *, planned: bool) -> Iterator[str]:
    """What a back-fill found and has left to do. `planned`: whether the table by month is shown."""
    yield f"{plan.backfill.source_name}: {_span(plan.backfill)}"
    for channel in plan.channels:
        left = f", {counted(channel.steps_left, 'list')} left to read" if channel.steps_left else ""
        later = " (a later run tries again)" if channel.held else ""
        trouble = f"; {channel.trouble}{later}" if channel.trouble else ""
        yield f"  {channel.name}: {channel.named:,} named in {counted(channel.steps, 'request')}{left}{trouble}"
    if not any(channel.named for channel in plan.channels):
        yield "  no channel names an article of that time; `copydesk why` says whether the site can be read at all"
        return
    if planned:
        yield from (f"  {line}" for line in _by_time(plan))
    known = f", {plan.states['known']:,} are here already" if plan.states.get("known") else ""
    yield f"  {counted(plan.articles, 'article')}{known}; {_left(plan)}"


def _left(plan: BackfillPlan) -> str:
    failed = f"; {plan.states['failed']:,} failed" if plan.states.get("failed") else ""
    if plan.backfill.ended == "finished":
        return f"all are fetched{failed}"
    if not plan.requests:
        return f"nothing is left to fetch now{failed}"
    about = format_duration(plan.seconds)
    return (
        f"{counted(plan.requests, 'request is', 'requests are')} left, about {about} and "
        f"{format_size(plan.bytes)}{failed}; the same command continues"
    )


def _by_time(plan: BackfillPlan) -> Iterator[str]:
    """A table with a bar for each month, or year where there are many."""
    months = sorted({count.month for count in plan.months if count.month})
    by_year = len(months) > _MOST_MONTHS
    names = list(dict.fromkeys(channel.name for channel in plan.channels if channel.named))
    counts: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for count in plan.months:
        time = (count.month[:4] if by_year else count.month) if count.month else "no date"
        counts[time][count.channel] += count.articles
        counts[time]["known"] += count.known
    most = max((sum(row[name] for name in names) for row in counts.values()), default=0)
    columns = [
        Column(title="year" if by_year else "month", fixed=True),
        Column(title="articles", right=True, fixed=True),
        *(Column(title=name, right=True, fixed=True) for name in names),
        Column(title="here", right=True, fixed=True),
        Column(title="", least=4),
    ]
    rows = []
    for time in sorted(counts):
        row = counts[time]
        total = sum(row[name] for name in names)
        bar = "#" * (round(_BAR_CELLS * total / most) or 1) if total else ""
        rows.append(
            (time, f"{total:,}", *(f"{row[name]:,}" if row[name] else "" for name in names), row["known"] or "", bar)
        )
    yield from table(columns, rows, width=screen_width() - 2 if on_terminal() else None)


def status_lines(plans: Sequence[BackfillPlan]) -> Iterator[str]:
    """A table of back-fills."""
    if not plans:
        yield "no back-fill was begun; `copydesk backfill NAME --since 2015-01` begins one"
        return
    columns = [
        Column(title="source", least=12),
        Column(title="time", fixed=True),
        Column(title="state", fixed=True),
        *(Column(title=name, right=True, fixed=True) for name in ("lists left", "articles", "waiting", "failed")),
    ]
    rows = [
        (
            plan.backfill.source_name,
            _span(plan.backfill),
            plan.backfill.ended or "begun",
            f"{plan.steps_left:,}" if plan.steps_left else "",
            f"{plan.articles:,}",
            f"{plan.waiting:,}" if plan.waiting else "",
            f"{plan.states['failed']:,}" if plan.states.get("failed") else "",
        )
        for plan in plans
    ]
    yield from table(columns, rows, width=output_width())


def plan_object(plan: BackfillPlan) -> dict[str, object]:
    """A back-fill as JSON."""
    backfill = plan.backfill
    return {
        "source": backfill.source_name,
        "since": backfill.since.isoformat(),
        "until": backfill.until.isoformat(),
        "ended": backfill.ended,
        "articles": plan.articles,
        **{name: plan.states.get(name, 0) for name in _STATES},
        "requests": plan.requests,
        "bytes": plan.bytes,
        "hours": round(plan.seconds / 3600, 3),
        "channels": [
            {
                "name": one.name,
                "requests": one.steps,
                "lists_left": one.steps_left,
                "named": one.named,
                "trouble": one.trouble,
                "held": one.held,
            }
            for one in plan.channels
        ],
        "months": [asdict(one) for one in plan.months],
    }


def _span(backfill: Backfill) -> str:
    return f"{backfill.since:%Y-%m-%d} to {backfill.until:%Y-%m-%d}"

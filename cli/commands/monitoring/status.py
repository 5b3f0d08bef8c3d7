"""`copydesk status`: what runs, what is next and what fails, on one screen; `--watch` keeps it up to date."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.context import CommandContext
from cli.format_options import format_options
from cli.output.csv_table import print_csv
from cli.output.json_output import print_json
from cli.output.tables import (
    cut,
    format_database_size,
    format_duration,
    format_local_time,
    format_size,
    output_width,
    padded,
    plain,
    styled,
)
from cli.output.terminal import direct, visible_but_styles
from db.display.humanize import counted, times
from db.maintenance.health import database_sizes, free_disk_bytes
from db.queries.articles import snapshot
from db.queries.sources.statistics import Run
from db.queries.sources.status import FailingSource, RunningCrawl, Status, SubscriptionCounts, load_status
from db.site_rules.loader import SiteFileError
from db.store.sites.site_rules import rule_mistakes
from db.store.sites.sources import unknown_source_names
from db.timestamps import format_optional, format_timestamp, parse_timestamp

if TYPE_CHECKING:
    from scheduler.planning.plan import PlannedSource

# Lines of each part, so that all fit one screen. The rest is counted.
LINES = 5
WATCH_S = 2.0
_LABEL = 9


@click.command()
@click.option("--watch", is_flag=True, help="Show it again every 2 seconds, until Ctrl-C.")
@format_options(
    "Print one JSON object, with the next crawl of every source.", "Print the next crawl of every source as CSV."
)
@click.pass_obj
def status(context: CommandContext, watch: bool, as_json: bool, as_csv: bool) -> None:
    """Show what runs, what is next and what fails.

    One screen: the service, the database, crawls under way, the next crawls, failing sources, open alerts, the last runs.
    """
    if as_csv:
        _, coming, now, *_ = _read_status(context)
        print_csv(_following(coming, now), ("source", "at", "due"))
    elif watch and not as_json:
        _watch(context)
    elif as_json:
        print_json(_as_json(*_read_status(context)))
    else:
        for line in _lines(context.config.database, *_read_status(context)):
            click.echo(line)


def _read_status(
    context: CommandContext,
) -> tuple[Status, list[tuple[datetime, PlannedSource]], datetime, tuple[SiteFileError, ...], list[str]]:
    from scheduler.planning.source_states import SourceStates

    now, config = datetime.now(UTC), context.reloaded()
    with context.read() as conn, snapshot(conn):
        states = SourceStates(config)
        states.refresh(conn, now)
        return (
            load_status(conn, now, runs=LINES),
            states.next_runs(now),
            now,
            rule_mistakes(config, conn),
            unknown_source_names(conn, config),
        )


def _watch(context: CommandContext) -> None:
    from rich.ansi import AnsiDecoder
    from rich.console import Console, Group
    from rich.live import Live

    # It moves the cursor, so it writes past the guard; control characters are made visible here.
    decoder, console = AnsiDecoder(), Console(file=direct(sys.stdout))
    with Live(console=console, screen=console.is_terminal, auto_refresh=False) as live:
        while True:
            lines = visible_but_styles("\n".join(_lines(context.config.database, *_read_status(context))))
            live.update(Group(*decoder.decode(lines)), refresh=True)
            time.sleep(WATCH_S)


def _lines(
    path: Path,
    now_status: Status,
    coming: list[tuple[datetime, PlannedSource]],
    now: datetime,
    mistakes: tuple[SiteFileError, ...],
    unknown: list[str],
) -> Iterator[str]:
    width = output_width()
    blocks = (
        ("service", [_service(now_status, now)]),
        ("database", [_database(path, now_status)]),
        ("sources", [_sources(now_status, coming, now)]),
        ("last day", [_day(now_status)]),
        ("now", [_under_way(one, now) for one in now_status.under_way]),
        ("next", [_next(when, source, now) for when, source in coming]),
        ("settings", [plain(sentence) for sentence in unknown]),
        ("rules", [f"{plain(mistake.message)}; {mistake.consequence}" for mistake in mistakes]),
        ("failing", [_failing(one) for one in now_status.failing]),
        ("hubs", list(_hubs(now_status.subscriptions))),
        ("alerts", [_alert(one.kind, one.source, one.says, one.opened_at) for one in now_status.alerts]),
        ("last runs", [_run(run) for run in now_status.runs]),
    )
    for label, lines in blocks:
        shown = lines[:LINES] + ([f"… and {len(lines) - LINES} more"] if len(lines) > LINES else [])
        colour = "red" if label in ("settings", "rules", "failing", "alerts") else None
        for number, line in enumerate(shown):
            head = styled(padded(label if number == 0 else "", _LABEL), bold=True, fg=colour)
            yield f"{head}  {cut(line, width - _LABEL - 2) if width else line}"


def _service(now_status: Status, now: datetime) -> str:
    row = now_status.service
    if row is None:
        return "not running; `copydesk run` starts it"
    if row.is_alive:
        where = f", {row.address}" if row.address else ""
        late = (now - row.beat_at).total_seconds()
        quiet = f"; no sign of life for {format_duration(late)}" if late > 60 else ""
        return f"up for {format_duration(max(0.0, (now - row.started_at).total_seconds()))}, process {row.pid}{where}{quiet}"
    if row.stopped_at:
        return f"stopped {format_local_time(row.stopped_at)}; `copydesk run` starts it"
    return f"gone since {format_local_time(row.beat_at)} without a clean stop; `copydesk run` continues"


def _database(path: Path, now_status: Status) -> str:
    main, wal = database_sizes(path)
    unread = f", {counted(now_status.unread, 'page')} not extracted yet" if now_status.unread else ""
    return f"{path}: {format_database_size(main, wal)}, {format_size(free_disk_bytes(path))} free on its disk{unread}"


def _sources(now_status: Status, coming: list[tuple[datetime, PlannedSource]], now: datetime) -> str:
    paused = f", {now_status.paused:,} paused" if now_status.paused else ""
    waiting = sum(when <= now for when, _ in coming)
    return f"{now_status.sources:,}{paused}, {waiting:,} due now"


def _day(now_status: Status) -> str:
    day = now_status.day
    failed = f" ({day.runs_failed:,} failed)" if day.runs_failed else ""
    return (
        f"{counted(day.runs, 'run')}{failed}, {day.found:,} found, {day.fetched:,} fetched, {day.new:,} "
        f"new, {day.updated:,} updated"
    )


def _under_way(one: RunningCrawl, now: datetime) -> str:
    age = format_duration((now - parse_timestamp(one.started_at)).total_seconds())
    gone = "" if one.lives else "; its process has died"
    more = ", …" if one.left > len(one.names.split(", ")) else ""
    left = f": {plain(one.names)}{more}" if one.left else ", extracting the rest"
    return f"run {one.run_id} ({one.reason}) for {age}, {one.left} of {counted(one.sources, 'source')} left{left}{gone}"


def _next(when: datetime, source: PlannedSource, now: datetime) -> str:
    wait = (when - now).total_seconds()
    return f"{padded('due' if wait <= 0 else f'in {format_duration(wait)}', 10)}  {plain(source.name)}"


def _failing(one: FailingSource) -> str:
    often = times(one.times) + (" in a row" if one.times > 1 else "")
    return f"{plain(one.name)}  {often}, last {format_local_time(one.last_at)}: {plain(one.error)}"


def _hubs(counts: SubscriptionCounts) -> Iterator[str]:
    total = counts.active + counts.pending + counts.others
    if not total:
        return
    refused = ", ".join(f"{count} {reason}" for reason, count in sorted(counts.refused.items()))
    waiting = f", {counts.pending:,} waiting to be verified" if counts.pending else ""
    yield (
        f"{counts.active:,} of {counted(total, 'subscription')} active{waiting}; {counted(counts.pings, 'ping')}"
        f"{f', did nothing: {refused}' if refused else ''}"
    )
    for one in counts.failing:
        again = format_local_time(one.next_request_at)
        yield f"{plain(one.source)}  {plain(one.hub)}: {plain(one.error)}; asked again {again}"


def _alert(kind: str, source: str | None, says: str, opened_at: str) -> str:
    return f"{kind}{f' {plain(source)}' if source else ''}, since {format_local_time(opened_at)}: {plain(says)}"


def _run(run: Run) -> str:
    counts = ", ".join(f"{run.figures.get(name, 0)} {name}" for name in ("fetched", "new", "updated"))
    error = f": {plain(run.error)}" if run.error else ""
    return f"{run.id}  {format_local_time(run.started_at)}  {run.command} {run.ended or 'under way'}, {counts}{error}"


def _as_json(
    now_status: Status,
    coming: list[tuple[datetime, PlannedSource]],
    now: datetime,
    mistakes: tuple[SiteFileError, ...],
    unknown: list[str],
) -> dict[str, object]:
    row = now_status.service
    service = None
    if row is not None:
        service = {
            "up": row.is_alive,
            "pid": row.pid,
            "started_at": format_timestamp(row.started_at),
            "beat_at": format_timestamp(row.beat_at),
            "stopped_at": format_optional(row.stopped_at),
            "address": row.address or None,
            "version": row.version,
        }
    rest: dict[str, object] = {name: value for name, value in asdict(now_status).items() if name != "service"}
    rules = [
        {
            "path": mistake.path,
            "says": mistake.message,
            "hosts": list(mistake.hosts),
            "rules_hold": mistake.keeps_previous,
        }
        for mistake in mistakes
    ]
    return (
        {"at": format_timestamp(now), "service": service}
        | rest
        | {"settings": unknown, "rules": rules, "next": _following(coming, now)}
    )


def _following(coming: list[tuple[datetime, PlannedSource]], now: datetime) -> list[dict[str, object]]:
    return [{"source": source.name, "at": format_timestamp(when), "due": when <= now} for when, source in coming]

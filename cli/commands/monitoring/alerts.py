"""`copydesk alerts`: what is wrong, since when, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import click

from cli.context import CommandContext
from cli.format_options import json_option
from cli.output.json_output import print_json
from cli.output.tables import WIDEST_PROSE, format_duration, format_local_time, plain, screen_width, styled, wrapped
from db.display.humanize import counted, times
from db.store.service.alerts import Alert, all_alerts, open_alerts
from db.timestamps import format_optional, format_timestamp


@click.command()
@click.option("--all", "with_closed", is_flag=True, help="Include alerts that are over.")
@json_option("Print JSON lines.")
@click.pass_obj
def alerts(context: CommandContext, with_closed: bool, as_json: bool) -> None:
    """Show what is wrong and what to do about it."""
    with context.read() as conn:
        found = all_alerts(conn) if with_closed else open_alerts(conn)
    if as_json:
        for alert in found:
            print_json(_object(alert))
        return
    now = datetime.now(UTC)
    for alert in found:
        for line in _lines(alert, now, min(screen_width(), WIDEST_PROSE)):
            click.echo(line)
    count = sum(alert.closed_at is None for alert in found)
    click.echo(counted(count, "open alert") if count else "no open alerts")


def _lines(alert: Alert, now: datetime, width: int) -> Iterator[str]:
    is_open = alert.closed_at is None
    yield styled(f"{alert.kind}  {plain(alert.source or 'this machine')}", bold=True, fg="red" if is_open else None)
    since = f"since {format_local_time(alert.opened_at)}"
    length = format_duration(((alert.closed_at or now) - alert.opened_at).total_seconds())
    over = f", over since {format_local_time(alert.closed_at)}" if alert.closed_at else ""
    for line in wrapped(f"alert {alert.id}, {since} ({length}){over}, {_notified(alert)}", width - 2):
        yield f"  {line}"
    for text in (alert.message, f"What to do: {alert.advice}") if is_open else (alert.message,):
        for line in wrapped(plain(text), width - 2):
            yield f"  {line}"
    yield ""


def _notified(alert: Alert) -> str:
    told = f"notified {times(alert.notifications)}" if alert.notifications else "nobody notified"
    hooks = (alert.notification_failure or {}).get("hooks")
    if not isinstance(hooks, dict):
        return told
    return f"{told}; {'; '.join(f'{name}: {plain(why)}' for name, why in hooks.items())}"


def _object(alert: Alert) -> dict[str, object]:
    return {
        "id": alert.id,
        "kind": alert.kind,
        "source": alert.source,
        "says": alert.message,
        "remedy": alert.advice,
        "evidence": alert.evidence,
        "opened_at": format_timestamp(alert.opened_at),
        "closed_at": format_optional(alert.closed_at),
        "told": alert.notifications,
        "told_at": format_optional(alert.notified_at),
        "telling_failed": alert.notification_failure,
    }

"""Notification: each alert goes to the hooks when it opens, while it stays open, and when it closes.

    alerts due ──> payload ──> hooks (`scheduler.alerts.hooks`) ──> told, or telling_failed and tried again

A hook that fails is tried again in later rounds, with pauses that double for that alert; it never stops the other hook or the
service. The hooks are independent: one that succeeded is not called again for the same event.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from db.config.loader import Config
from db.connection.database import write
from db.errors import DatabaseLost
from db.store.service.alerts import Alert, AlertEvent, alerts_to_notify, record_notification
from db.timestamps import format_timestamp, is_to_come
from scheduler.alerts.hooks import HOOK_LIMIT_S, MAX_TRIES, Hooks, waits_for_retry

LOST_HOOK_LIMIT_S = 10.0
"""Time limit of a hook when the service only waits for it before it ends, in seconds."""
LOST_KIND = "database"


def notify(
    conn: sqlite3.Connection,
    config: Config,
    now: datetime,
    *,
    limit_s: float = HOOK_LIMIT_S,
    stopping: Callable[[], bool] = lambda: False,
) -> int:
    """Send all notifications that are due; returns for how many alerts some hook succeeded. A failing hook raises nothing.

    `stopping` ends it within half a second and kills a command that runs; that alert is sent again later. A round ends at most
    `limit_s` seconds (for each of the two hooks) after the last hook that succeeded.
    """
    hooks, notified, down = Hooks(config, limit_s=limit_s, stopping=stopping), 0, dict[str, str]()
    for alert in alerts_to_notify(conn) if hooks.names else []:
        event = _event(alert, config.alert_repeat.total_seconds(), now)
        if event is None:
            continue
        failed = alert.notification_failure
        earlier = failed if failed and failed["event"] == event.value else None
        heard, failure = hooks.send(payload_of(alert, event, config.database), earlier, now, down=down)
        notified += heard
        if failure:
            failure["event"] = event.value
            # It would fail or hang for other alerts too: they wait for a later round, in which failed ones come last.
            down |= failure["hooks"]
        with write(conn):
            record_notification(conn, alert.id, accepted=heard, failure=failure, at=now)
        if down.keys() == hooks.names or stopping():
            break
    return notified


def notify_lost(config: Config, lost: DatabaseLost, now: datetime, *, log: Callable[[str], None]) -> None:
    """Notify that the database is lost. No row can record this alert, so it has no id; `log` gets the reason if a hook fails."""
    payload: dict[str, object] = {
        "alert": None,
        "event": AlertEvent.OPENED.value,
        "kind": LOST_KIND,
        "source": None,
        "says": str(lost),
        "remedy": "put the database back or restore a backup, then start the service again",
        "opened_at": format_timestamp(now),
        "closed_at": None,
        "evidence": {},
        "database": _place(config.database),
    }
    hooks = Hooks(config, limit_s=LOST_HOOK_LIMIT_S)
    for name, why in hooks.call(payload, hooks.names).items():
        log(f"{name} {why}")


def payload_of(alert: Alert, event: AlertEvent, database: Path) -> dict[str, object]:
    """The payload of a hook. Its keys are stable."""
    return {
        "alert": alert.id,
        "event": event.value,
        "kind": alert.kind,
        "source": alert.source,
        "says": alert.message,
        "remedy": alert.advice,
        "opened_at": format_timestamp(alert.opened_at),
        "closed_at": format_timestamp(alert.closed_at) if alert.closed_at else None,
        "evidence": dict(alert.evidence),
        "database": _place(database),
    }


def _place(database: Path) -> str:
    """The path of the database: as given if the working folder is gone, as when its disk was taken away."""
    try:
        return str(database.absolute())
    except FileNotFoundError:
        return str(database)


def _event(alert: Alert, repeat_s: float, now: datetime) -> AlertEvent | None:
    """The event of an alert that is due for notification; None if there is none."""
    failed = alert.notification_failure
    is_over = alert.closed_at is not None
    waits = waits_for_retry(failed, now)
    pause, told = timedelta(seconds=repeat_s), alert.notified_at
    if pause and told and not is_over and not is_to_come(told + pause, now, pause):
        # A hook that fails for days does not keep the other from the repetition.
        return None if waits and failed and failed["event"] == AlertEvent.STILL_OPEN.value else AlertEvent.STILL_OPEN
    if waits or (failed and is_over and _gave_up(failed)):
        return None
    if is_over:
        return AlertEvent.CLOSED
    if failed:
        return AlertEvent(str(failed["event"]))
    return None if alert.notifications else AlertEvent.OPENED


def _gave_up(failed: Mapping[str, object]) -> bool:
    """Whether notifying that an alert has closed failed too often to try again."""
    return (
        failed["event"] == AlertEvent.CLOSED.value and isinstance(failed["times"], int) and failed["times"] >= MAX_TRIES
    )

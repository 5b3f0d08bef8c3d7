"""Notification: each alert goes to a command and to a web address when it opens, while it stays open, and when it closes.

    alerts due ──> payload ──> alert_command (JSON on standard input)   ──> told, or telling_failed and tried again
                          └──> alert_webhook (POST of the JSON)

A hook that fails is tried again in later rounds, with pauses that double for that alert; it never stops the other hook or the
service. A hook that hangs is killed after `HOOK_LIMIT_S`. The hooks are independent: one that succeeded is not called again for
the same event.
"""

from __future__ import annotations

import http.client
import json
import os
import shlex
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from db.config.loader import Config
from db.connection.database import write
from db.errors import DatabaseLost
from db.network.tls_faults import find_tls_fault
from db.store.service.alerts import Alert, AlertEvent, alerts_to_notify, record_notification
from db.timestamps import format_timestamp, parse_timestamp

HOOK_LIMIT_S = 30.0
"""Time limit of a hook, in seconds."""
LOST_HOOK_LIMIT_S = 10.0
"""The same when the service only waits for the hook before it ends."""
LOST_KIND = "database"
# Time limit of one socket operation; the whole request has the limit above.
_SOCKET_S = 10.0
# Pauses after a failure: a minute, then doubled, at most an hour.
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
MAX_TRIES = 10
"""Attempts to notify that an alert has closed: for some five hours."""
# Seconds between checks whether the service stops.
_STEP_S = 0.25
_SHOWN = 300

Hook = Callable[[Mapping[str, object]], str | None]
"""Sends one payload; returns why it failed, None on success."""


def _never() -> bool:
    return False


def notify(
    conn: sqlite3.Connection,
    config: Config,
    now: datetime,
    *,
    limit_s: float = HOOK_LIMIT_S,
    stopping: Callable[[], bool] = _never,
) -> int:
    """Send all notifications that are due; returns for how many alerts some hook succeeded. A failing hook raises nothing.

    `stopping` ends it within half a second and kills a command that runs; that alert is sent again later. A round ends at most
    `limit_s` seconds (for each of the two hooks) after the last hook that succeeded.
    """
    hooks = _hooks(config, limit_s, stopping)
    notified = 0
    for alert in alerts_to_notify(conn) if hooks else []:
        event = _event(alert, config.alert_repeat.total_seconds(), now)
        if event is None:
            continue
        wanted = {name: hook for name, hook in hooks.items() if _is_pending(alert, event, name)}
        payload = payload_of(alert, event, config.database)
        failures = {name: why for name, hook in wanted.items() if (why := hook(payload)) is not None}
        heard = len(failures) < len(wanted)
        notified += heard
        failed = _failure(alert, event, failures, now) if failures else None
        with write(conn):
            record_notification(conn, alert.id, accepted=heard, failure=failed, at=now)
        # A hook that failed would fail or hang for other alerts too; they wait for the next round, and failed ones come last.
        hooks = {name: hook for name, hook in hooks.items() if name not in failures}
        if not hooks or stopping():
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
        "database": str(config.database.absolute()),
    }
    for name, why in call_hooks(config, payload, limit_s=LOST_HOOK_LIMIT_S).items():
        log(f"{name} {why}")


def hook_names(config: Config) -> frozenset[str]:
    """The hooks that the settings name."""
    return frozenset(_hooks(config, HOOK_LIMIT_S, _never))


def call_hooks(
    config: Config,
    payload: Mapping[str, object],
    *,
    limit_s: float = HOOK_LIMIT_S,
    stopping: Callable[[], bool] = _never,
    only: Collection[str] | None = None,
) -> dict[str, str]:
    """Send one payload to all hooks, or to those in `only`; returns why each failed that did."""
    hooks = _hooks(config, limit_s, stopping)
    wanted = hooks if only is None else {name: hook for name, hook in hooks.items() if name in only}
    return {name: why for name, hook in wanted.items() if (why := hook(payload)) is not None}


def send_message(  # noqa: PLR0913 - what one attempt takes
    config: Config,
    payload: Mapping[str, object],
    earlier: Mapping[str, Any] | None,
    now: datetime,
    *,
    hooks: Collection[str],
    down: Mapping[str, str] | None = None,
    limit_s: float = HOOK_LIMIT_S,
    stopping: Callable[[], bool] = _never,
) -> tuple[bool, dict[str, Any] | None]:
    """Send a payload to those of `hooks` that have not taken it yet, by the failure of the attempt before. Those in `down`,
    with the reason, have failed in this round already: they are not called.

    Returns whether a hook took it, and the failure to keep, with the time of the next attempt; None if no hook failed.
    """
    failed = earlier["hooks"] if earlier else None
    only = set(hooks) & set(failed) if isinstance(failed, dict) else set(hooks)
    failures = {name: why for name, why in (down or {}).items() if name in only}
    failures |= call_hooks(config, payload, limit_s=limit_s, stopping=stopping, only=only - failures.keys())
    tries = (int(earlier["times"]) if earlier else 0) + 1
    failure = {"hooks": failures, "times": tries, "again_at": format_timestamp(now + pause_after(tries))}
    return len(failures) < len(only), failure if failures else None


def pause_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row, 1 or more."""
    doubled: timedelta = _FIRST_PAUSE * 2 ** min(failures - 1, 10)
    return min(doubled, _LONGEST_PAUSE)


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
        "database": str(database.absolute()),
    }


def _event(alert: Alert, repeat_s: float, now: datetime) -> AlertEvent | None:
    """The event of an alert that is due for notification; None if there is none."""
    failed = alert.notification_failure
    is_over = alert.closed_at is not None
    waits = failed is not None and now < parse_timestamp(str(failed["again_at"]))
    if repeat_s and alert.notified_at and not is_over and now - alert.notified_at >= timedelta(seconds=repeat_s):
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


def _is_pending(alert: Alert, event: AlertEvent, name: str) -> bool:
    """Whether a hook still needs this event: after a failure, only the hooks that failed do."""
    failed = alert.notification_failure
    if not failed or failed["event"] != event.value:
        return True
    hooks = failed["hooks"]
    return isinstance(hooks, dict) and name in hooks


def _failure(alert: Alert, event: AlertEvent, failures: Mapping[str, str], now: datetime) -> dict[str, object]:
    earlier = alert.notification_failure
    times = 1
    if earlier and earlier["event"] == event.value and isinstance(earlier["times"], int):
        times += earlier["times"]
    again_at = format_timestamp(now + pause_after(times))
    return {"event": event.value, "hooks": dict(failures), "times": times, "again_at": again_at}


def _hooks(config: Config, limit_s: float, stopping: Callable[[], bool]) -> dict[str, Hook]:
    hooks: dict[str, Hook] = {}
    command, address = config.alert_command, config.alert_webhook
    if command:
        hooks["alert_command"] = lambda payload: _run(command, payload, config.folder, limit_s, stopping)
    if address:
        hooks["alert_webhook"] = lambda payload: _post(address, payload, limit_s, stopping)
    return hooks


def _run(
    command: str, payload: Mapping[str, object], folder: Path, limit_s: float, stopping: Callable[[], bool]
) -> str | None:
    """Run the command without a shell, in its own process group."""
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen(  # noqa: S603 - the command comes from the user's settings
                shlex.split(command),
                cwd=folder,
                env=os.environ | _environment(payload),
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            return f"cannot be started: {getattr(error, 'strerror', None) or error}"
        try:
            data = json.dumps(payload, ensure_ascii=False).encode()
            if not _wait_for(process, data, limit_s, stopping):
                return "was killed, because the service stops" if stopping() else _timeout_message(limit_s)
        finally:
            _end(process)
        if process.returncode == 0:
            return None
        errors.seek(max(0, errors.seek(0, os.SEEK_END) - _SHOWN))
        stderr = " ".join(errors.read().decode(errors="replace").split())
    how = f"ended with {process.returncode}" if process.returncode > 0 else f"was ended by signal {-process.returncode}"
    return f"{how}: {stderr}" if stderr else how


def _timeout_message(limit_s: float) -> str:
    return f"did not end within {limit_s:g} s, and was killed"


def _wait_for(process: subprocess.Popen[bytes], data: bytes, limit_s: float, stopping: Callable[[], bool]) -> bool:
    """Wait for a process in steps, checking whether to stop; returns whether it ended."""
    end, unsent = time.monotonic() + limit_s, data or None
    while (left := end - time.monotonic()) > 0 and not stopping():
        try:
            process.communicate(unsent, timeout=min(_STEP_S, left))
        except subprocess.TimeoutExpired:
            unsent = None  # already being sent; passing it again would be an error
        else:
            return True
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the process group of a command that did not end in time. One that did may leave processes running on purpose."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _environment(payload: Mapping[str, object]) -> dict[str, str]:
    names = ("event", "kind", "source", "says", "remedy", "opened_at", "database")
    values = {f"COPYDESK_ALERT_{name.upper()}": str(payload[name] or "").replace("\0", "") for name in names}
    return values | {"COPYDESK_ALERT_ID": str(payload["alert"] or "")}


def _post(address: str, payload: Mapping[str, object], limit_s: float, stopping: Callable[[], bool]) -> str | None:
    """Post the payload, on a thread: a server that sends a byte a minute never exceeds a socket timeout."""
    if urlsplit(address).scheme not in ("http", "https"):
        return "is not an http or https address"
    outcome: list[str | None] = []
    thread = threading.Thread(target=lambda: outcome.append(_send_request(address, payload, limit_s)), daemon=True)
    thread.start()
    end = time.monotonic() + limit_s
    while thread.is_alive() and (left := end - time.monotonic()) > 0 and not stopping():
        thread.join(min(_STEP_S, left))
    return outcome[0] if outcome else f"no answer within {limit_s:g} s"


def _send_request(address: str, payload: Mapping[str, object], limit_s: float) -> str | None:
    try:
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            address,
            data=json.dumps(payload, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json", "User-Agent": "Copydesk"},
            method="POST",
        )
        with _opener().open(request, timeout=min(_SOCKET_S, limit_s)):
            return None
    except urllib.error.HTTPError as error:
        error.close()
        return f"answered with status {error.code}"
    except (OSError, ValueError, http.client.HTTPException) as error:
        if (fault := find_tls_fault(error)) is not None:
            return fault.remark(urlsplit(address).hostname or address)[:_SHOWN]
        return f"cannot be reached: {getattr(error, 'reason', None) or error}"[:_SHOWN]


def _opener() -> urllib.request.OpenerDirector:
    """An opener for http and https that uses the proxy of the environment and follows no redirect: a POST would become a GET."""
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener

"""The hooks of the settings: `alert_command` gets a payload as JSON on standard input, `alert_webhook` as a POST.

A hook that hangs is killed after a time limit. One that failed is tried again after pauses that double (`pause_after`); one that
succeeded is not called again with the same payload.
"""

from __future__ import annotations

import http.client
import json
import os
import shlex
import signal
import subprocess
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
from db.network.tls_faults import find_tls_fault
from db.system.temporary_files import output_file
from db.timestamps import format_timestamp, is_to_come, parse_timestamp

HOOK_LIMIT_S = 30.0
"""Time limit of a hook, in seconds."""
MAX_TRIES = 10
"""Attempts to send a digest, or that an alert has closed: for some five hours."""
# Time limit of one socket operation; the whole request has the limit above.
_SOCKET_S = 10.0
# Pauses after a failure: a minute, then doubled, at most an hour.
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
# Seconds between checks whether the service stops.
_STEP_S = 0.25
_SHOWN = 300

Hook = Callable[[Mapping[str, object]], str | None]
"""Sends one payload; returns why it failed, None on success."""


def _never() -> bool:
    return False


class Hooks:
    """The hooks that the settings name, each with `limit_s` seconds. `stopping` ends a call within half a second."""

    def __init__(self, config: Config, *, limit_s: float = HOOK_LIMIT_S, stopping: Callable[[], bool] = _never) -> None:
        self._hooks: dict[str, Hook] = {}
        command, address = config.alert_command, config.alert_webhook
        if command:
            self._hooks["alert_command"] = lambda payload: _run(command, payload, config.folder, limit_s, stopping)
        if address:
            self._hooks["alert_webhook"] = lambda payload: _post(address, payload, limit_s, stopping)

    @property
    def names(self) -> frozenset[str]:
        """The settings that name a hook."""
        return frozenset(self._hooks)

    def call(self, payload: Mapping[str, object], only: Collection[str]) -> dict[str, str]:
        """Send a payload to the hooks in `only`; returns why each failed that did."""
        wanted = {name: hook for name, hook in self._hooks.items() if name in only}
        return {name: why for name, hook in wanted.items() if (why := hook(payload)) is not None}

    def send(
        self,
        payload: Mapping[str, object],
        earlier: Mapping[str, Any] | None,
        now: datetime,
        *,
        down: Mapping[str, str] | None = None,
    ) -> tuple[bool, dict[str, Any] | None]:
        """Send a payload to the hooks that have not taken it yet, by the failure of the attempt before. Those in `down`, with the
        reason, have failed in this round already: they are not called.

        Returns whether a hook took it, and the failure to keep, with the time of the next attempt; None if no hook failed.
        """
        failed = earlier["hooks"] if earlier else None
        only = self.names & set(failed) if isinstance(failed, dict) else self.names
        failures = {name: why for name, why in (down or {}).items() if name in only}
        failures |= self.call(payload, only - failures.keys())
        tries = (int(earlier["times"]) if earlier else 0) + 1
        failure = {"hooks": failures, "times": tries, "again_at": format_timestamp(now + pause_after(tries))}
        return len(failures) < len(only), failure if failures else None


def waits_for_retry(failure: Mapping[str, Any] | None, now: datetime) -> bool:
    """Whether the next attempt is still to come. One further away than any pause was noted while the machine's clock was ahead."""
    return failure is not None and is_to_come(parse_timestamp(str(failure["again_at"])), now, _LONGEST_PAUSE)


def pause_after(failures: int) -> timedelta:
    """How long to wait after so many failures in a row, 1 or more."""
    doubled: timedelta = _FIRST_PAUSE * 2 ** min(failures - 1, 10)
    return min(doubled, _LONGEST_PAUSE)


def _run(
    command: str, payload: Mapping[str, object], folder: Path, limit_s: float, stopping: Callable[[], bool]
) -> str | None:
    """Run the command without a shell, in its own process group."""
    with output_file() as errors:
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

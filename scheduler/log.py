"""The service's log on standard error, as text or JSON: one line for each run, and warnings and errors.

2026-11-24 13:40:02  run 17 finished: 33 sources, 41 fetched, 12 new, 1 updated, 2 rejected, 34.1 s
{"at": "2026-11-24T13:40:02.113Z", "level": "info", "event": "run_ended", "run": 17, ...}
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

_NAME = "copydesk.service"


class _Human(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        level = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return f"{at}  {level}{record.getMessage()}{trace}"


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        head = {"at": at, "level": record.levelname.lower(), "event": getattr(record, "event", record.name)}
        fields: dict[str, object] = getattr(record, "fields", {})
        trace = {"traceback": self.formatException(record.exc_info)} if record.exc_info else {}
        line = head | fields | {"message": record.getMessage()} | trace
        return json.dumps(line, ensure_ascii=False, default=str)


class Log:
    """Logs a sentence for people, with an event name and fields for programs. `form`: "json", anything else is text."""

    def __init__(self, form: str, stream: TextIO | None = None) -> None:
        handler = logging.StreamHandler(stream or sys.stderr)
        handler.setFormatter(_Json() if form == "json" else _Human())
        self._logger = logging.getLogger(_NAME)
        self._logger.propagate = False
        self._logger.setLevel(logging.INFO)
        self._logger.handlers = [handler]
        # Errors of APScheduler itself go to the same handler.
        clock = logging.getLogger("apscheduler")
        clock.setLevel(logging.ERROR)
        clock.propagate = False
        clock.handlers = [handler]

    def info(self, event: str, sentence: str, **fields: object) -> None:
        """Log normal operation."""
        self._logger.info(sentence, extra={"event": event, "fields": fields})

    def warning(self, event: str, sentence: str, **fields: object) -> None:
        """Log what needs attention."""
        self._logger.warning(sentence, extra={"event": event, "fields": fields})

    def error(self, event: str, sentence: str, *, trace: bool = False, **fields: object) -> None:
        """Log a failure; with `trace`, add the traceback of the current exception."""
        self._logger.error(sentence, exc_info=trace, extra={"event": event, "fields": fields})

"""Drawn documents in WARC files: a `conversion` record after the response that the document was made of.

WARC-Refers-To names that response, WARC-Date is the time of the drawing, the block is the document (UTF-8). How it was made stands
in one header, as JSON in ASCII; the standard lets readers ignore headers that they do not know.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from db.store.crawl.drawings import DrawingRecord

HEADER = "X-Copydesk-Drawing"
CONTENT_TYPE = "text/html; charset=utf-8"
_TEXTS = ("browser", "wait_rule")
_NUMBERS = ("duration_ms", "requests", "received", "cpu_ms", "memory")
_MOST_BLOCKED = 500


def encode_drawing(record: DrawingRecord) -> str:
    """The value of the header."""
    said = {name: getattr(record, name) for name in (*_TEXTS, *_NUMBERS)} | {"blocked": dict(record.blocked)}
    return json.dumps({name: value for name, value in said.items() if value})


def decode_drawing(headers: Any, url: str, at: datetime) -> DrawingRecord:
    """How a document was drawn, as far as the record's header says so."""
    try:
        said = json.loads(headers.get_header(HEADER) or "{}")
        blocked = {str(kind): int(count) for kind, count in list(said.get("blocked", {}).items())[:_MOST_BLOCKED]}
        texts = {name: str(said[name]) for name in _TEXTS if said.get(name)}
        numbers = {name: int(said[name]) for name in _NUMBERS if said.get(name)}
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        blocked, texts, numbers = {}, {}, {}
    return DrawingRecord(
        source_id=0,
        kind="article",
        url=url,
        started_at=at,
        blocked=blocked,
        browser=texts.get("browser"),
        wait_rule=texts.get("wait_rule"),
        duration_ms=numbers.get("duration_ms"),
        requests=numbers.get("requests"),
        received=numbers.get("received"),
        cpu_ms=numbers.get("cpu_ms"),
        memory=numbers.get("memory"),
    )

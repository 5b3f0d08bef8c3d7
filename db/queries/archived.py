"""Where an archive keeps the page that an article was read from, for those who cannot open ours."""

from __future__ import annotations

import re
import sqlite3

_FETCHED_FROM = "SELECT fetched_from FROM captures WHERE page_id = ?"
# The Wayback Machine's address of the bytes; without it, that of the page as people see it.
_RAW = re.compile(r"(?<=/\d{14})id_(?=/)")


def archived_copy(conn: sqlite3.Connection, page_id: int) -> str | None:
    """The address of the capture that a page is; None if it was received from its site."""
    row = conn.execute(_FETCHED_FROM, (page_id,)).fetchone()
    return _RAW.sub("", row[0], count=1) if row else None

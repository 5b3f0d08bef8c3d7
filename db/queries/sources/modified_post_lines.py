"""How corrections of a source's articles are found, in half sentences for a person."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from db.display.humanize import format_local_time
from db.store.sites.modified_posts import wordpress_site


def modified_post_lines(conn: sqlite3.Connection, source_id: int, now: datetime) -> tuple[str, ...]:
    """A line where WordPress makes the source's pages."""
    site = wordpress_site(conn, source_id)
    if site is None:
        return ()
    if site.works(now) and site.checked_at is not None:
        last = format_local_time(site.checked_at)
        read = f"corrections are found by WordPress's list of modified posts ({site.api}), last read {last}"
        trouble = f"; since then: {site.trouble}" if site.trouble else ""
        return (f"{read}; only the last time of `revisit` is kept beside it{trouble}",)
    if site.trouble:
        told = f"WordPress's list of modified posts is of no use here ({site.trouble})"
        return (
            f"{told}: articles are visited as `revisit` says; it is tried again {format_local_time(site.next_look_at)}",
        )
    return (f"WordPress makes its pages ({site.api}): the next crawl asks which posts were modified",)

"""Which links of a source are due: new ones, failed ones whose retry time has come, and ones to revisit. Newest first.

With revisits after 30 min, 3 h, 1 d and 7 d an article is due once that much time has passed since its first fetch,
unless it was visited after that moment. Several missed visits (the machine slept) count as one. A revisit of 0 is due
at every crawl. A failure that lies ahead, because the machine's clock did, is tried again now. An article that its site
says was modified (`db.store.sites.modified_posts`) is due until it was visited. One that was there and seems to be gone
is due `DOUBTS` after the answers that said so: the first may have been the fault of a day (`db.sqlite.gone`). Of links
that are known to be one article (`db.addresses.link_twins`) only one is revisited. Past articles belong to their
back-fill (`db.store.archives.backfill_queue`): they are never due here.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.sqlite.gone import NO_ARTICLE, SAYS_GONE_FOR_GOOD, is_gone
from db.sqlite.named_rows import named_rows
from db.timestamps import format_optional, format_timestamp


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLink:
    """One link to fetch, with the validators of a conditional request if it was fetched before."""

    link_id: int
    url: str
    etag: str | None = None
    last_modified: str | None = None


# A link without a time counts as of today if a front page or feed lists it; one from a sitemap alone may be of any year.
_NEWEST = "coalesce(l.published, l.modified, CASE l.kind WHEN 'sitemap' THEN '' ELSE l.found_at END)"
# For a failed visit `v`: the time to try again has come.
_RETRIED_NOW = "(v.last_at + json_extract(:retry, '$[' || (v.failures - 1) || ']') <= :now OR v.last_at > :now)"
# For a link `l`.
_NOT_BACKFILLED = "NOT EXISTS (SELECT 1 FROM backfill_links b WHERE b.link_id = l.id)"
_IS_REVISITED = "NOT EXISTS (SELECT 1 FROM link_twins t WHERE t.link_id = l.id AND t.again = 0)"
_SINCE = "(:since IS NULL OR coalesce(l.published, l.modified) IS NULL OR coalesce(l.published, l.modified) >= :since)"
_NEWEST_FIRST = f"ORDER BY {_NEWEST} DESC, l.id LIMIT :limit"

_NEW = f"""
SELECT l.id AS link_id, l.url, NULL AS etag, NULL AS last_modified
FROM visits v JOIN links l ON l.id = v.link_id
WHERE v.source_id = :source AND v.first_at IS NULL AND {_NOT_BACKFILLED}
  AND (v.failures = 0 OR (v.failures <= json_array_length(:retry) AND {_RETRIED_NOW})) AND {_SINCE}
{_NEWEST_FIRST}
"""

_AGAIN = f"""
SELECT l.id AS link_id, l.url, k.etag, k.last_modified
FROM visits v JOIN links l ON l.id = v.link_id LEFT JOIN validators k ON k.url = l.url
WHERE v.source_id = :source AND v.first_at IS NOT NULL AND {_IS_REVISITED} AND {_NOT_BACKFILLED}
  AND EXISTS (SELECT 1 FROM json_each(:revisit) r
              WHERE r.value = 0 OR (v.first_at + r.value <= :now AND v.first_at + r.value > v.last_at)) AND {_SINCE}
{_NEWEST_FIRST}
"""

_MODIFIED = f"""
SELECT l.id AS link_id, l.url, k.etag, k.last_modified
FROM modified_links m JOIN visits v ON v.link_id = m.link_id JOIN links l ON l.id = m.link_id
LEFT JOIN validators k ON k.url = l.url
WHERE m.source_id = :source AND v.source_id = :source
  AND (v.last_at < m.found_at OR (v.failures BETWEEN 1 AND json_array_length(:retry) AND {_RETRIED_NOW}))
  AND {_IS_REVISITED} AND {_NOT_BACKFILLED} AND {_SINCE}
{_NEWEST_FIRST}
"""

DOUBTS = (timedelta(days=1), timedelta(days=7), timedelta(days=30))
"""How long after the first, second, ... answer that an article is gone it is visited again: the second answer confirms it, and the
others notice what has returned. A site that does not answer at all is asked as often again, and no more."""
# Beyond the last doubt nothing is due, so older pages need not be looked at.
_DOUBTED = f"""
WITH seen AS (
    SELECT v.link_id FROM visits v WHERE v.source_id = :source AND v.first_at IS NOT NULL AND v.failures > 0
    UNION SELECT p.link_id FROM pages p JOIN outcomes r ON r.page_id = p.id
          WHERE p.source_id = :source AND p.fetched_at >= :doubted_since AND r.reason IN {NO_ARTICLE}
), said AS (
    SELECT m.link_id, count(*) AS answers, max(f.status IN ({SAYS_GONE_FOR_GOOD})) AS for_good
    FROM seen m JOIN fetches f ON f.link_id = m.link_id LEFT JOIN outcomes o ON o.page_id = f.page_id
    WHERE {is_gone()} AND f.started_at > (
        SELECT max(h.started_at) FROM fetches h JOIN decisions d ON d.page_id = h.page_id WHERE h.link_id = m.link_id)
    GROUP BY m.link_id
)
SELECT l.id AS link_id, l.url, k.etag, k.last_modified
FROM said g JOIN visits v ON v.link_id = g.link_id JOIN links l ON l.id = g.link_id LEFT JOIN validators k ON k.url = l.url
WHERE NOT g.for_good AND v.failures <= 2 * json_array_length(:doubts)
  AND v.last_at + json_extract(:doubts, '$[' || (g.answers - 1) || ']') <= :now
  AND NOT EXISTS (SELECT 1 FROM link_twins t WHERE t.link_id = l.id AND t.again = 0)
  AND NOT EXISTS (SELECT 1 FROM backfill_links b WHERE b.link_id = l.id)
ORDER BY l.id
LIMIT :limit
"""


def due_links(
    conn: sqlite3.Connection,
    source_id: int,
    *,
    now: datetime,
    revisit: Sequence[timedelta],
    retry: Sequence[timedelta],
    since: datetime | None = None,
    limit: int = 0,
) -> list[DueLink]:
    """The links to fetch now, new ones first, then modified ones, then revisits, then those in doubt, at most `limit` (0: all).

    Without times in `revisit` none is in doubt.
    """
    parameters = {
        "source": source_id,
        "now": now.timestamp(),
        "revisit": _in_seconds(revisit),
        "retry": _in_seconds(retry),
        "since": format_optional(since),
        "limit": limit or -1,
        "doubts": _in_seconds(DOUBTS),
        "doubted_since": format_timestamp(now - sum(DOUBTS, max(DOUBTS))),
    }
    due: dict[int, DueLink] = {}
    for query in (_NEW, _MODIFIED, _AGAIN, *([_DOUBTED] if revisit else [])):
        if limit and len(due) >= limit:
            break
        # A query may name links of those before.
        for row in named_rows(conn, query, parameters):
            due.setdefault(row["link_id"], DueLink(**row))
    return list(due.values())[: limit or None]


def _in_seconds(times: Sequence[timedelta]) -> str:
    return json.dumps([time.total_seconds() for time in times])


def validators_for(conn: sqlite3.Connection, url: str) -> tuple[str | None, str | None]:
    """The ETag and Last-Modified of the last response for `url`."""
    row = conn.execute("SELECT etag, last_modified FROM validators WHERE url = ?", (url,)).fetchone()
    return (row[0], row[1]) if row else (None, None)


_UNKNOWN = """
SELECT count(*) FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM links WHERE key = value)
AND NOT EXISTS (SELECT 1 FROM link_twins WHERE source_id = ? AND address = value)
"""


def count_unknown_links(conn: sqlite3.Connection, source_id: int, addresses: Sequence[str]) -> int:
    """How many of these addresses (keys without ignored parameters) have no link yet."""
    return int(conn.execute(_UNKNOWN, (json.dumps(addresses), source_id)).fetchone()[0])

"""Conditions that many queries share, as SQL."""

from __future__ import annotations

# Of a row `d` of decisions: that its page is the current one of an article.
IS_CURRENT = """d.verdict IN ('new', 'copy', 'revision')
  AND d.revision = (SELECT max(revision) FROM decisions latest WHERE latest.article_id = d.article_id)"""

# Of an article `a` on a page `p`: the newest first, by the time published, else fetched.
NEWEST_FIRST = "coalesce(a.published_utc, p.fetched_at) DESC, a.page_id DESC"


# Of a row `s` of sources: when it last answered, be it that nothing was new. "" where it never has.
LAST_FETCHED = """
max(coalesce((SELECT r.ended_at FROM source_runs r WHERE r.source_id = s.id
              AND (r.listings > r.listings_failed OR r.fetched + r.unchanged > 0) ORDER BY r.id DESC LIMIT 1), ''),
    coalesce((SELECT max(fetched_at) FROM pages p WHERE p.source_id = s.id), ''))
"""


REPEATED_DETAIL = "The site shows the same text at other addresses too, where its listings promise other articles."

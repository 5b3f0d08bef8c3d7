"""SQL conditions that several queries share."""

from __future__ import annotations

# For a row `d` of `decisions`: its page is the first of the latest revision of an article.
IS_CURRENT = """d.verdict IN ('new', 'copy', 'revision')
  AND d.revision = (SELECT max(revision) FROM decisions latest WHERE latest.article_id = d.article_id)"""

# The page of an article (by number) that is current. Of its latest revision the last one whose headline, credits or time of
# publication the publisher changed, if that shows no less of the text; else its first. A time after the article was first seen is
# one that is renewed day by day: where nothing else changed, the page before stays.
CURRENT_PAGE = """(
    SELECT e.page_id FROM decisions e JOIN pages q ON q.id = e.page_id
    WHERE e.article_id = {article}
      AND e.revision = (SELECT max(revision) FROM decisions latest WHERE latest.article_id = {article})
      AND (e.verdict IN ('new', 'copy', 'revision') OR e.verdict = 'same' AND EXISTS (
          SELECT 1 FROM revision_changes r JOIN articles n ON n.page_id = r.page_id JOIN pages f ON f.id = {article}
          WHERE r.page_id = e.page_id
            AND n.paywalled <= (SELECT b.paywalled FROM decisions c JOIN articles b ON b.page_id = c.page_id
                                WHERE c.article_id = {article} AND c.revision = e.revision AND c.verdict <> 'same')
            AND (r.kinds <> '["published"]' OR n.published_utc <= strftime('%Y-%m-%dT%H:%M:%SZ', f.fetched_at, '+1 day'))))
    ORDER BY e.verdict = 'same' DESC, q.fetched_at DESC, e.page_id DESC LIMIT 1)"""

# For an article `a` on a page `p`: newest first, by the time of publication, else of the fetch.
NEWEST_FIRST = "coalesce(a.published_utc, p.fetched_at) DESC, a.page_id DESC"


# For a row `s` of `sources`: when it last answered, even if nothing was new; "" if it never did.
LAST_FETCHED = """
max(coalesce((SELECT r.ended_at FROM source_runs r WHERE r.source_id = s.id
              AND (r.listings > r.listings_failed OR r.fetched + r.unchanged > 0) ORDER BY r.id DESC LIMIT 1), ''),
    coalesce((SELECT max(fetched_at) FROM pages p WHERE p.source_id = s.id), ''))
"""


REPEATED_DETAIL = (
    "The text stands in place of an article: the site shows it elsewhere as well, or showed it here for a while only."
)

# A value of a row that is looked up by the number of a page `p`. A condition on the value alone makes SQLite (from 3.38 on) fill a
# Bloom filter from the whole table before the first look-up, where it expects many: seconds from a cold disk, for a day's pages.
PAGE_TO_ROW = "CASE WHEN p.id THEN {0} END"

# For a row `g` of `page_counts`: its pages are no articles.
IS_REJECTED = "(g.kind = 'reason' OR (g.kind = 'verdict' AND g.name = 'notice'))"

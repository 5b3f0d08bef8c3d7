"""The SQL of step m0051: an article is shown as the publisher states it now, where headline, credits or time changed and the text
did not.

    pages of an article, oldest first:  new ── same ── same, another headline      no revision, but the last one is current

`current_pages` and `dated_articles` have the page that `db.sqlite.conditions.CURRENT_PAGE` names. It follows from decisions and
from what settling has judged of them (`revision_changes`), which is written after the decisions.
"""

from __future__ import annotations

from db.schema.counts.articles import CHANGED, MATTERS, SELECT_PAGE
from db.schema.counts.attention import DATED_PAGE
from db.sqlite.conditions import CURRENT_PAGE

_VERDICT = "(SELECT verdict FROM decisions WHERE page_id = {0}.page_id)"
_IS_JUDGED = "EXISTS (SELECT 1 FROM revision_changes r WHERE r.page_id = new.page_id)"


def _current_again(article: str) -> str:
    page = CURRENT_PAGE.format(article=article)
    return f"""
    DELETE FROM current_pages WHERE article_id = {article};
    INSERT INTO current_pages {SELECT_PAGE} WHERE d.page_id = {page};"""


def _dated_again(article: str) -> str:
    page = CURRENT_PAGE.format(article=article)
    return f"""
    DELETE FROM dated_articles WHERE page_id IN (SELECT page_id FROM decisions WHERE article_id = {article});
    INSERT OR REPLACE INTO dated_articles (page_id, source_id, day, copied, revision) {DATED_PAGE} WHERE c.page_id = {page};"""


_CHANGED_ONLY_FIELDS = """SELECT c.article_id FROM revision_changes r JOIN decisions c ON c.page_id = r.page_id
    WHERE c.verdict = 'same'"""

STATED_ANEW = f"""
DROP TRIGGER article_has_decision;
DROP TRIGGER article_has_other_decision;
DROP TRIGGER article_lost_decision;
DROP TRIGGER current_article_is_edited;
DROP TRIGGER article_has_its_day;
DROP TRIGGER article_has_another_day;
DROP TRIGGER article_lost_a_page;
DROP TRIGGER article_has_no_day;

CREATE TRIGGER article_has_decision AFTER INSERT ON decisions WHEN {MATTERS} OR {_IS_JUDGED}
BEGIN {_current_again("new.article_id")} END;
CREATE TRIGGER article_has_other_decision AFTER UPDATE ON decisions WHEN {CHANGED}
BEGIN {_current_again("old.article_id")} {_current_again("new.article_id")} END;
CREATE TRIGGER article_lost_decision AFTER DELETE ON decisions
BEGIN {_current_again("old.article_id")} END;
CREATE TRIGGER current_article_is_edited AFTER UPDATE ON articles
WHEN EXISTS (SELECT 1 FROM current_pages l WHERE l.page_id = new.page_id)
BEGIN
    DELETE FROM current_pages WHERE page_id = new.page_id;
    INSERT INTO current_pages {SELECT_PAGE} WHERE d.page_id = new.page_id;
END;
CREATE TRIGGER article_has_its_day AFTER INSERT ON decisions WHEN new.verdict <> 'same' OR {_IS_JUDGED}
BEGIN {_dated_again("new.article_id")} END;
CREATE TRIGGER article_has_another_day AFTER UPDATE ON decisions
BEGIN
    DELETE FROM dated_articles WHERE page_id = old.page_id;
    {_dated_again("new.article_id")}
END;
CREATE TRIGGER article_lost_a_page AFTER UPDATE ON decisions WHEN new.article_id <> old.article_id
BEGIN {_dated_again("old.article_id")} END;
CREATE TRIGGER article_has_no_day AFTER DELETE ON decisions
BEGIN
    DELETE FROM dated_articles WHERE page_id = old.page_id;
    {_dated_again("old.article_id")}
END;
CREATE TRIGGER article_is_stated_anew AFTER INSERT ON revision_changes WHEN {_VERDICT.format("new")} = 'same'
BEGIN {_current_again("new.article_id")} {_dated_again("new.article_id")} END;
CREATE TRIGGER article_is_stated_as_before AFTER DELETE ON revision_changes WHEN {_VERDICT.format("old")} = 'same'
BEGIN {_current_again("old.article_id")} {_dated_again("old.article_id")} END;

DELETE FROM current_pages WHERE article_id IN ({_CHANGED_ONLY_FIELDS});
INSERT INTO current_pages {SELECT_PAGE}
WHERE d.page_id IN (SELECT {CURRENT_PAGE.format(article="w.article_id")} FROM ({_CHANGED_ONLY_FIELDS} GROUP BY 1) w);
DELETE FROM dated_articles WHERE page_id IN (
    SELECT page_id FROM decisions WHERE article_id IN ({_CHANGED_ONLY_FIELDS}));
INSERT OR REPLACE INTO dated_articles (page_id, source_id, day, copied, revision) {DATED_PAGE}
WHERE c.page_id IN (SELECT {CURRENT_PAGE.format(article="w.article_id")} FROM ({_CHANGED_ONLY_FIELDS} GROUP BY 1) w);
"""

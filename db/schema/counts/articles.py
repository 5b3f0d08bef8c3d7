"""What is counted again and again, kept by triggers in the transaction that changes it, so that nobody scans for it.

current_pages  each article once: the page of its latest revision, with the short values that lists, views and counts read. An
               article takes some 200 bytes here and several thousand in `articles`
source_counts  articles, copies and corrected articles of a source, and those with named authors and editors (m0046)
article_days   the same of a day in UTC, with named authors and editors, and words
value_counts   how often a source's articles have a section, an hour of publication (by the publisher's clock), an author, editor or
               proofreader; `outlet` for the last three
page_counts    pages of a source: all (kind 'page'), rejected ones by reason, others by verdict

Which page is current, `db.sqlite.conditions.CURRENT_PAGE` says (since m0051, `db.schema.counts.stated_anew`). Its row is made anew
when a decision of the article changes, so what was counted is what the row says, and is taken back from the row before it goes. A
row goes before its article does, because the credits that it was counted by go with the article.
"""

from __future__ import annotations

from db.sqlite.conditions import IS_CURRENT, REPEATED_DETAIL

_HAS_ROLE = "EXISTS (SELECT 1 FROM credits c WHERE c.page_id = d.page_id AND c.role = '{}')"
SELECT_PAGE = f"""
    SELECT d.page_id, d.article_id, p.source_id, d.original_id, d.revision,
           a.published_utc, substr(a.published, 1, 16), a.published_precision, a.modified_utc,
           coalesce((SELECT f.fetched_at FROM pages f WHERE f.id = d.article_id), p.fetched_at), p.fetched_at,
           a.source, a.original_source, a.section, a.language, a.word_count, a.paywalled, a.comment_count,
           {_HAS_ROLE.format("author")}, {_HAS_ROLE.format("editor")}, {_HAS_ROLE.format("proofreader")}
    FROM decisions d JOIN articles a ON a.page_id = d.page_id JOIN pages p ON p.id = d.page_id"""
"""A row of `current_pages` for each decision `d`."""
_SELECT_CURRENT = f"{SELECT_PAGE}\n    WHERE {IS_CURRENT}"

_IS_COPY = "({0}.original_id <> {0}.article_id)"
_DAY = "substr(coalesce({0}.published_utc, {0}.first_seen_utc), 1, 10)"
_HOUR = "CASE WHEN {0}.published_precision <> 'day' THEN substr({0}.published_local, 12, 2) END"

_VALUES = f"""
    SELECT 'section' AS field, {{0}}.section AS value, '' AS outlet
    UNION ALL SELECT 'hour', {_HOUR}, ''
    UNION ALL SELECT c.role, c.name, coalesce({{0}}.outlet, '') FROM credits c WHERE c.page_id = {{0}}.page_id"""

_ADD_SOURCE = f"""
    INSERT INTO source_counts (source_id, articles, copies, corrected)
    VALUES (new.source_id, 1, {_IS_COPY.format("new")}, new.revision > 1)
    ON CONFLICT (source_id) DO UPDATE SET articles = articles + 1, copies = copies + excluded.copies,
        corrected = corrected + excluded.corrected;
"""
_ADD_REST = f"""
    INSERT INTO article_days (day, source_id, articles, copies, corrected, with_author, with_editor, words)
    VALUES ({_DAY.format("new")}, new.source_id, 1, {_IS_COPY.format("new")}, new.revision > 1, new.has_author, new.has_editor,
        new.word_count)
    ON CONFLICT (day, source_id) DO UPDATE SET articles = articles + 1, copies = copies + excluded.copies,
        corrected = corrected + excluded.corrected, with_author = with_author + excluded.with_author,
        with_editor = with_editor + excluded.with_editor, words = words + excluded.words;
    INSERT INTO value_counts (field, value, outlet, source_id, articles, copies)
    SELECT v.field, v.value, v.outlet, new.source_id, 1, {_IS_COPY.format("new")} FROM ({_VALUES.format("new")}) v
    WHERE v.value IS NOT NULL
    ON CONFLICT (field, value, outlet, source_id) DO UPDATE SET articles = articles + 1, copies = copies + excluded.copies;
"""
_TAKE_SOURCE = f"""
    UPDATE source_counts SET articles = articles - 1, copies = copies - {_IS_COPY.format("old")},
        corrected = corrected - (old.revision > 1) WHERE source_id = old.source_id;
"""
_TAKE_REST = f"""
    UPDATE article_days SET articles = articles - 1, copies = copies - {_IS_COPY.format("old")},
        corrected = corrected - (old.revision > 1), with_author = with_author - old.has_author,
        with_editor = with_editor - old.has_editor, words = words - old.word_count
    WHERE (day, source_id) = ({_DAY.format("old")}, old.source_id);
    INSERT INTO value_counts (field, value, outlet, source_id, articles, copies)
    SELECT v.field, v.value, v.outlet, old.source_id, -1, -{_IS_COPY.format("old")} FROM ({_VALUES.format("old")}) v
    WHERE v.value IS NOT NULL
    ON CONFLICT (field, value, outlet, source_id) DO UPDATE SET articles = articles - 1, copies = copies + excluded.copies;
"""


def _anew(article: str) -> str:
    """Statements that make the row of an article as its decisions now have it."""
    return f"""
    DELETE FROM current_pages WHERE article_id = {article};
    INSERT INTO current_pages {_SELECT_CURRENT} AND d.article_id = {article} ORDER BY d.page_id DESC LIMIT 1;
"""


# A page with the text of a known revision changes nothing about its article.
MATTERS = """(new.verdict <> 'same'
    OR new.revision IS NOT (SELECT c.revision FROM current_pages c WHERE c.article_id = new.article_id))"""
CHANGED = """(new.verdict, new.article_id, new.original_id, new.revision)
    IS NOT (old.verdict, old.article_id, old.original_id, old.revision)"""


def _count(kind: str, name: str, number: int, page: str) -> str:
    """A statement that counts a page of a kind; nothing where the page is gone, for then it was counted off with it."""
    return f"""
    INSERT INTO page_counts (source_id, kind, name, pages)
    SELECT p.source_id, '{kind}', {name}, {number} FROM pages p WHERE p.id = {page}
    ON CONFLICT (source_id, kind, name) DO UPDATE SET pages = pages + excluded.pages;
"""


def _credit(row: str, number: int) -> str:
    """Statements that count a credit which comes to a current article or goes from it."""
    return f"""
    INSERT INTO value_counts (field, value, outlet, source_id, articles, copies)
    SELECT {row}.role, {row}.name, coalesce(l.outlet, ''), l.source_id, {number}, {number} * {_IS_COPY.format("l")}
    FROM current_pages l WHERE l.page_id = {row}.page_id
    ON CONFLICT (field, value, outlet, source_id) DO UPDATE
    SET articles = articles + excluded.articles, copies = copies + excluded.copies;
"""


def _roles(row: str) -> str:
    """Statements that bring up to date whether a current article names an author, editor, proofreader."""
    has = {
        role: f"EXISTS (SELECT 1 FROM credits c WHERE c.page_id = {row}.page_id AND c.role = '{role}')"
        for role in ("author", "editor", "proofreader")
    }
    return f"""
    UPDATE article_days SET with_author = with_author + {has["author"]} - l.has_author,
        with_editor = with_editor + {has["editor"]} - l.has_editor
    FROM current_pages l WHERE l.page_id = {row}.page_id AND (day, article_days.source_id) = ({_DAY.format("l")}, l.source_id);
    UPDATE current_pages SET has_author = {has["author"]}, has_editor = {has["editor"]}, has_proofreader = {has["proofreader"]}
    WHERE page_id = {row}.page_id;
"""


_IS_COUNTED = "EXISTS (SELECT 1 FROM current_pages l WHERE l.page_id = {0}.page_id)"

COUNTS = f"""
CREATE TABLE current_pages (
    page_id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,
    original_id INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    published_utc TEXT,
    published_local TEXT,
    published_precision TEXT,
    modified_utc TEXT,
    first_seen_utc TEXT NOT NULL,
    last_seen_utc TEXT NOT NULL,
    outlet TEXT,
    original_source TEXT,
    section TEXT,
    language TEXT,
    word_count INTEGER NOT NULL,
    paywalled INTEGER NOT NULL,
    comment_count INTEGER,
    has_author INTEGER NOT NULL,
    has_editor INTEGER NOT NULL,
    has_proofreader INTEGER NOT NULL
) STRICT;

CREATE TABLE source_counts (
    source_id INTEGER PRIMARY KEY,
    articles INTEGER NOT NULL,
    copies INTEGER NOT NULL,
    corrected INTEGER NOT NULL
) STRICT;

CREATE TABLE article_days (
    day TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    articles INTEGER NOT NULL,
    copies INTEGER NOT NULL,
    corrected INTEGER NOT NULL,
    with_author INTEGER NOT NULL,
    with_editor INTEGER NOT NULL,
    words INTEGER NOT NULL,
    PRIMARY KEY (day, source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE value_counts (
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    outlet TEXT NOT NULL,
    source_id INTEGER NOT NULL,
    articles INTEGER NOT NULL,
    copies INTEGER NOT NULL,
    PRIMARY KEY (field, value, outlet, source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE page_counts (
    source_id INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('page', 'reason', 'verdict')),
    name TEXT NOT NULL,
    pages INTEGER NOT NULL,
    PRIMARY KEY (source_id, kind, name)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX current_pages_article ON current_pages (article_id);
INSERT OR REPLACE INTO current_pages {_SELECT_CURRENT} ORDER BY d.page_id;
CREATE INDEX current_pages_source ON current_pages (source_id, published_utc);
CREATE INDEX current_pages_published ON current_pages (published_utc, source_id, language, section, paywalled, revision,
    original_id, article_id);
CREATE INDEX current_pages_undated ON current_pages (last_seen_utc) WHERE published_utc IS NULL;
CREATE INDEX current_pages_copies ON current_pages (original_id) WHERE original_id <> article_id;

INSERT INTO source_counts
SELECT source_id, count(*), sum({_IS_COPY.format("l")}), sum(revision > 1) FROM current_pages l GROUP BY 1;
INSERT INTO article_days
SELECT {_DAY.format("l")}, source_id, count(*), sum({_IS_COPY.format("l")}), sum(revision > 1), sum(has_author), sum(has_editor),
       sum(word_count)
FROM current_pages l GROUP BY 1, 2;
INSERT INTO value_counts
SELECT 'section', section, '', source_id, count(*), sum({_IS_COPY.format("l")}) FROM current_pages l WHERE section IS NOT NULL
GROUP BY 2, 4;
INSERT INTO value_counts
SELECT 'hour', {_HOUR.format("l")}, '', source_id, count(*), sum({_IS_COPY.format("l")}) FROM current_pages l
WHERE {_HOUR.format("l")} IS NOT NULL GROUP BY 2, 4;
INSERT INTO value_counts
SELECT c.role, c.name, coalesce(l.outlet, ''), l.source_id, count(*), sum({_IS_COPY.format("l")})
FROM credits c JOIN current_pages l ON l.page_id = c.page_id GROUP BY 1, 2, 3, 4;
INSERT INTO page_counts SELECT source_id, 'page', '', count(*) FROM pages GROUP BY 1;
INSERT INTO page_counts
SELECT p.source_id, 'reason', o.reason, count(*) FROM outcomes o JOIN pages p ON p.id = o.page_id WHERE o.reason IS NOT NULL
GROUP BY 1, 3;
INSERT INTO page_counts
SELECT p.source_id, 'verdict', d.verdict, count(*) FROM decisions d JOIN pages p ON p.id = d.page_id GROUP BY 1, 3;

CREATE TRIGGER current_page_comes AFTER INSERT ON current_pages
BEGIN {_ADD_SOURCE} {_ADD_REST} END;
CREATE TRIGGER current_page_goes BEFORE DELETE ON current_pages
BEGIN {_TAKE_SOURCE} {_TAKE_REST} END;
CREATE TRIGGER article_has_decision AFTER INSERT ON decisions WHEN {MATTERS}
BEGIN {_anew("new.article_id")} END;
CREATE TRIGGER article_has_other_decision AFTER UPDATE ON decisions WHEN {CHANGED}
BEGIN {_anew("old.article_id")} {_anew("new.article_id")} END;
CREATE TRIGGER article_lost_decision AFTER DELETE ON decisions
BEGIN {_anew("old.article_id")} END;
CREATE TRIGGER article_goes_from_current BEFORE DELETE ON articles
BEGIN DELETE FROM current_pages WHERE page_id = old.page_id; END;
CREATE TRIGGER current_article_is_edited AFTER UPDATE ON articles WHEN {_IS_COUNTED.format("new")}
BEGIN
    DELETE FROM current_pages WHERE page_id = new.page_id;
    INSERT INTO current_pages {_SELECT_CURRENT} AND d.page_id = new.page_id;
END;
CREATE TRIGGER credit_is_counted AFTER INSERT ON credits WHEN {_IS_COUNTED.format("new")}
BEGIN {_credit("new", 1)} {_roles("new")} END;
CREATE TRIGGER credit_is_uncounted AFTER DELETE ON credits WHEN {_IS_COUNTED.format("old")}
BEGIN {_credit("old", -1)} {_roles("old")} END;
CREATE TRIGGER credit_is_recounted AFTER UPDATE ON credits
BEGIN {_credit("old", -1)} {_credit("new", 1)} {_roles("old")} {_roles("new")} END;

CREATE TRIGGER page_is_counted AFTER INSERT ON pages
BEGIN {_count("page", "''", 1, "new.id")} END;
CREATE TRIGGER page_goes BEFORE DELETE ON pages
BEGIN
    UPDATE page_counts SET pages = pages - 1 WHERE (source_id, kind, name) = (old.source_id, 'page', '');
    UPDATE page_counts SET pages = pages - 1 WHERE (source_id, kind) = (old.source_id, 'reason')
        AND name = (SELECT reason FROM outcomes WHERE page_id = old.id);
    UPDATE page_counts SET pages = pages - 1 WHERE (source_id, kind) = (old.source_id, 'verdict')
        AND name = (SELECT verdict FROM decisions WHERE page_id = old.id);
END;
CREATE TRIGGER reason_is_counted AFTER INSERT ON outcomes WHEN new.reason IS NOT NULL
BEGIN {_count("reason", "new.reason", 1, "new.page_id")} END;
CREATE TRIGGER reason_is_uncounted AFTER DELETE ON outcomes WHEN old.reason IS NOT NULL
BEGIN {_count("reason", "old.reason", -1, "old.page_id")} END;
CREATE TRIGGER reason_goes AFTER UPDATE OF reason ON outcomes WHEN old.reason IS NOT NULL
BEGIN {_count("reason", "old.reason", -1, "old.page_id")} END;
CREATE TRIGGER reason_comes AFTER UPDATE OF reason ON outcomes WHEN new.reason IS NOT NULL
BEGIN {_count("reason", "new.reason", 1, "new.page_id")} END;
CREATE TRIGGER verdict_is_counted AFTER INSERT ON decisions
BEGIN {_count("verdict", "new.verdict", 1, "new.page_id")} END;
CREATE TRIGGER verdict_is_uncounted AFTER DELETE ON decisions
BEGIN {_count("verdict", "old.verdict", -1, "old.page_id")} END;
CREATE TRIGGER verdict_is_recounted AFTER UPDATE OF verdict ON decisions WHEN new.verdict <> old.verdict
BEGIN {_count("verdict", "old.verdict", -1, "old.page_id")} {_count("verdict", "new.verdict", 1, "new.page_id")} END;
"""
"""The SQL of step m0032."""

# The columns and rows of the earlier view, by the indexes on reasons and notices; what stands in `pages` is looked up only where it
# is asked for.
REJECTIONS_LOOKED_UP = f"""
CREATE VIEW rejections AS
SELECT r.page_id, (SELECT p.url FROM pages p WHERE p.id = r.page_id) AS url,
       (SELECT p.fetched_at FROM pages p WHERE p.id = r.page_id) AS fetched_at,
       (SELECT s.name FROM pages p JOIN sources s ON s.id = p.source_id WHERE p.id = r.page_id) AS source_name,
       r.reason, r.detail
FROM (
    SELECT o.page_id, o.reason, o.detail FROM outcomes o WHERE o.reason IS NOT NULL
    UNION ALL SELECT d.page_id, 'repeated', '{REPEATED_DETAIL}' FROM decisions d WHERE d.verdict = 'notice'
) r
"""


_ADD_ROLES = f"""
    INSERT INTO source_counts (source_id, articles, copies, corrected, with_author, with_editor)
    VALUES (new.source_id, 1, {_IS_COPY.format("new")}, new.revision > 1, new.has_author, new.has_editor)
    ON CONFLICT (source_id) DO UPDATE SET articles = articles + 1, copies = copies + excluded.copies,
        corrected = corrected + excluded.corrected, with_author = with_author + excluded.with_author,
        with_editor = with_editor + excluded.with_editor;
"""
_TAKE_ROLES = f"""
    UPDATE source_counts SET articles = articles - 1, copies = copies - {_IS_COPY.format("old")},
        corrected = corrected - (old.revision > 1), with_author = with_author - old.has_author,
        with_editor = with_editor - old.has_editor WHERE source_id = old.source_id;
"""

# Step m0046: of 500 sources and three years, `article_days` has half a million rows to add up.
SOURCE_ROLES = f"""
ALTER TABLE source_counts ADD COLUMN with_author INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source_counts ADD COLUMN with_editor INTEGER NOT NULL DEFAULT 0;
UPDATE source_counts SET (with_author, with_editor) = (d.with_author, d.with_editor)
FROM (SELECT source_id, sum(with_author) AS with_author, sum(with_editor) AS with_editor FROM article_days GROUP BY 1) d
WHERE d.source_id = source_counts.source_id;

DROP TRIGGER current_page_comes;
CREATE TRIGGER current_page_comes AFTER INSERT ON current_pages
BEGIN {_ADD_ROLES} {_ADD_REST} END;
DROP TRIGGER current_page_goes;
CREATE TRIGGER current_page_goes BEFORE DELETE ON current_pages
BEGIN {_TAKE_ROLES} {_TAKE_REST} END;
CREATE TRIGGER current_page_has_other_roles AFTER UPDATE OF has_author, has_editor ON current_pages
WHEN (new.has_author, new.has_editor) <> (old.has_author, old.has_editor)
BEGIN
    UPDATE source_counts SET with_author = with_author + new.has_author - old.has_author,
        with_editor = with_editor + new.has_editor - old.has_editor WHERE source_id = new.source_id;
END;
"""

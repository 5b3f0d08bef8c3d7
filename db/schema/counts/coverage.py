"""Counts by source and day, kept by triggers, and what was judged from them (`db.reports.coverage`).

source_days      articles of a day, how often the source's listings were read, links that were never fetched
coverage_judged  how far each source was judged; `stale`: a day that was judged has changed since
coverage_weeks   the judgement. `days`: seven of [state, expected, found, unfetched] from Monday on, null for a day outside
coverage_sums    all sources together, by day and by week (its Monday), in hundredths of articles: what was expected, and how
                 much of it is lost where a source is thin, missing or was not looked at; kept by triggers (m0046)
digests          digests for the alert hooks: their period, when a hook took them, why one did not (`scheduler.daily_digest`)

The day of an article is the publisher's, as its first page states it; of one without a date the day of its first fetch, in UTC. The
day of a link is the one that its listing states, else the day it was found; a plain sitemap that gives no date says nothing, as its
links may be of any year. A listing is read where it answered, and named articles if that is known.
"""

from __future__ import annotations

IS_COUNTED = "{0}.verdict IN ('new', 'copy')"
"""For a row of `decisions`: it is the first page of an article. Each article has one."""
_ARTICLE_DAY = "substr(coalesce({0}.published, p.fetched_at), 1, 10)"
_LINK_DAY = "substr(coalesce(l.published, CASE WHEN l.kind NOT IN ('sitemap', 'manual') THEN l.found_at END), 1, 10)"
_HAS_LOOKED = "{0}.ended IS NOT NULL AND {0}.listings > {0}.listings_failed AND coalesce({0}.listings_working, 1) > 0"

_ADD_ARTICLE = f"""
    INSERT INTO source_days (source_id, day, articles)
    SELECT p.source_id, {_ARTICLE_DAY.format("a")}, 1 FROM pages p JOIN articles a ON a.page_id = p.id WHERE p.id = new.page_id
    ON CONFLICT (source_id, day) DO UPDATE SET articles = articles + 1;
"""
_TAKE_ARTICLE = f"""
    UPDATE source_days SET articles = articles - 1 WHERE (source_id, day) = (
        SELECT p.source_id, {_ARTICLE_DAY.format("a")} FROM pages p JOIN articles a ON a.page_id = p.id WHERE p.id = old.page_id);
"""
_ADD_LINK = f"""
    INSERT INTO source_days (source_id, day, unfetched)
    SELECT l.source_id, {_LINK_DAY}, 1 FROM links l WHERE l.id = new.link_id AND {_LINK_DAY} IS NOT NULL
    ON CONFLICT (source_id, day) DO UPDATE SET unfetched = unfetched + 1;
"""
_IS_NEW, _WAS = IS_COUNTED.format("new"), IS_COUNTED.format("old")

COVERAGE = f"""
CREATE TABLE source_days (
    source_id INTEGER NOT NULL REFERENCES sources (id),
    day TEXT NOT NULL,
    articles INTEGER NOT NULL DEFAULT 0,
    looks INTEGER NOT NULL DEFAULT 0,
    last_look TEXT,
    unfetched INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (source_id, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE coverage_judged (
    source_id INTEGER PRIMARY KEY REFERENCES sources (id),
    judged_at TEXT NOT NULL,
    until TEXT NOT NULL,
    stale INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE digests (
    id INTEGER PRIMARY KEY,
    since TEXT NOT NULL,
    until TEXT NOT NULL,
    told_at TEXT,
    failure TEXT CHECK (failure IS NULL OR json_valid(failure))
) STRICT;

CREATE TABLE coverage_weeks (
    source_id INTEGER NOT NULL REFERENCES sources (id),
    week TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('complete', 'thin', 'missing', 'not looked', 'learning')),
    expected REAL,
    found INTEGER NOT NULL,
    unfetched INTEGER NOT NULL,
    days TEXT NOT NULL CHECK (json_valid(days)),
    PRIMARY KEY (source_id, week)
) STRICT, WITHOUT ROWID;

INSERT INTO source_days (source_id, day, articles)
SELECT p.source_id, {_ARTICLE_DAY.format("a")}, count(*)
FROM decisions d JOIN pages p ON p.id = d.page_id JOIN articles a ON a.page_id = d.page_id
WHERE {IS_COUNTED.format("d")} GROUP BY 1, 2;

INSERT INTO source_days (source_id, day, looks, last_look)
SELECT source_id, substr(started_at, 1, 10), count(*), max(started_at) FROM source_runs s
WHERE {_HAS_LOOKED.format("s")} GROUP BY 1, 2
ON CONFLICT (source_id, day) DO UPDATE SET looks = excluded.looks, last_look = excluded.last_look;

INSERT INTO source_days (source_id, day, looks, last_look)
SELECT source_id, substr(fetched_at, 1, 10), 1, max(fetched_at) FROM pages
WHERE source_id IN (SELECT source_id FROM source_runs) GROUP BY 1, 2
ON CONFLICT (source_id, day) DO UPDATE SET looks = max(looks, 1), last_look = max(coalesce(last_look, ''), excluded.last_look);

INSERT INTO source_days (source_id, day, unfetched)
SELECT l.source_id, {_LINK_DAY}, count(*) FROM visits v JOIN links l ON l.id = v.link_id
WHERE v.first_at IS NULL AND {_LINK_DAY} IS NOT NULL GROUP BY 1, 2
ON CONFLICT (source_id, day) DO UPDATE SET unfetched = excluded.unfetched;

CREATE TRIGGER article_is_counted AFTER INSERT ON decisions WHEN {_IS_NEW}
BEGIN {_ADD_ARTICLE} END;
CREATE TRIGGER article_is_counted_now AFTER UPDATE OF verdict ON decisions WHEN {_IS_NEW} AND NOT {_WAS}
BEGIN {_ADD_ARTICLE} END;
CREATE TRIGGER article_is_uncounted_now AFTER UPDATE OF verdict ON decisions WHEN {_WAS} AND NOT {_IS_NEW}
BEGIN {_TAKE_ARTICLE} END;
CREATE TRIGGER article_is_uncounted AFTER DELETE ON decisions WHEN {_WAS}
BEGIN {_TAKE_ARTICLE} END;
CREATE TRIGGER article_goes_uncounted BEFORE DELETE ON articles
WHEN EXISTS (SELECT 1 FROM decisions d WHERE d.page_id = old.page_id AND {IS_COUNTED.format("d")})
BEGIN {_TAKE_ARTICLE} END;

CREATE TRIGGER listings_were_read AFTER UPDATE OF ended ON source_runs
WHEN {_HAS_LOOKED.format("new")} AND old.ended IS NULL
BEGIN
    INSERT INTO source_days (source_id, day, looks, last_look)
    VALUES (new.source_id, substr(new.started_at, 1, 10), 1, new.started_at)
    ON CONFLICT (source_id, day) DO UPDATE SET looks = looks + 1, last_look = max(coalesce(last_look, ''), excluded.last_look);
END;

CREATE TRIGGER link_is_unfetched AFTER INSERT ON visits WHEN new.first_at IS NULL
BEGIN {_ADD_LINK} END;
CREATE TRIGGER link_is_fetched AFTER UPDATE OF first_at ON visits WHEN old.first_at IS NULL AND new.first_at IS NOT NULL
BEGIN
    UPDATE source_days SET unfetched = unfetched - 1
    WHERE (source_id, day) = (SELECT l.source_id, {_LINK_DAY} FROM links l WHERE l.id = new.link_id);
END;

CREATE TRIGGER day_has_come AFTER INSERT ON source_days
BEGIN UPDATE coverage_judged SET stale = 1 WHERE source_id = new.source_id AND until >= new.day AND stale = 0; END;
CREATE TRIGGER day_has_changed AFTER UPDATE ON source_days
BEGIN UPDATE coverage_judged SET stale = 1 WHERE source_id = new.source_id AND until >= new.day AND stale = 0; END;
"""

_LACKS = "({0}) IN ('missing', 'not looked', 'thin')"
_HUNDREDTHS = "CAST(round(100 * coalesce({0}, 0)) AS INTEGER)"


def _summed(unit: str, start: str, judged: tuple[str, str, str]) -> str:
    """The columns of a row of `coverage_sums`. `judged`: state, expected, found."""
    state, expected, found = judged
    lost = f"CASE WHEN {_LACKS.format(state)} THEN max(0, coalesce({expected}, 0) - {found}) END"
    return f"'{unit}' AS unit, {start} AS start, {_HUNDREDTHS.format(expected)} AS expected, {_HUNDREDTHS.format(lost)} AS lost"


def _sums(week: str, rows: str = "") -> str:
    """The rows that a row of `coverage_weeks` adds. `rows`: where several are read, after FROM."""
    of_week = _summed("week", f"{week}.week", (f"{week}.state", f"{week}.expected", f"{week}.found"))
    day = f"date({week}.week, '+' || d.key || ' days')"
    of_day = _summed("day", day, ("d.value ->> 0", "d.value ->> 1", "d.value ->> 2"))
    return f"""
    SELECT {of_week} {f"FROM {rows}" if rows else ""}
    UNION ALL SELECT {of_day} FROM {f"{rows}, " if rows else ""}json_each({week}.days) d WHERE d.type = 'array'"""


def _add_sums(week: str, sign: str) -> str:
    return f"""
    INSERT INTO coverage_sums (unit, start, expected, lost)
    SELECT unit, start, {sign}expected, {sign}lost FROM ({_sums(week)}) WHERE true
    ON CONFLICT (unit, start) DO UPDATE SET expected = expected + excluded.expected, lost = lost + excluded.lost;
"""


# Step m0046: the days of 500 sources are 26,000 rows a year to be parsed.
COVERAGE_SUMS = f"""
CREATE TABLE coverage_sums (
    unit TEXT NOT NULL CHECK (unit IN ('day', 'week')),
    start TEXT NOT NULL,
    expected INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    PRIMARY KEY (unit, start)
) STRICT, WITHOUT ROWID;

INSERT INTO coverage_sums (unit, start, expected, lost)
SELECT unit, start, sum(expected), sum(lost) FROM ({_sums("w", "coverage_weeks w")}) GROUP BY 1, 2;

CREATE TRIGGER week_is_summed AFTER INSERT ON coverage_weeks
BEGIN {_add_sums("new", "")} END;
CREATE TRIGGER week_is_summed_anew AFTER UPDATE ON coverage_weeks
BEGIN {_add_sums("old", "-")} {_add_sums("new", "")} END;
CREATE TRIGGER week_goes_from_sums AFTER DELETE ON coverage_weeks
BEGIN {_add_sums("old", "-")} END;
"""

"""Who takes articles from whom: takings, their counts by pair of sources, and the outlets that each source prints
(`db.copying.takings`).

takings         articles that another source had first or that name where they were taken from, derived
copy_pairs      how many, by taker, source of the earliest (0: none), credited name ("": none), language and month
copy_lags       the same by how the lag is known and by its bin
source_outlets  how many articles of a source have each outlet's name on them
"""

from __future__ import annotations

from db.schema.counts.coverage import IS_COUNTED

_IS_NEW, _WAS = IS_COUNTED.format("new"), IS_COUNTED.format("old")
_OUTLET = """
    SELECT p.source_id, a.source FROM pages p JOIN articles a ON a.page_id = p.id WHERE p.id = {0}.page_id AND a.source IS NOT NULL
"""
_ADD_OUTLET = f"""
    INSERT INTO source_outlets (source_id, outlet, articles)
    SELECT *, 1 FROM ({_OUTLET.format("new")}) WHERE true
    ON CONFLICT (source_id, outlet) DO UPDATE SET articles = articles + 1;
"""
_TAKE_OUTLET = f"""
    UPDATE source_outlets SET articles = articles - 1 WHERE (source_id, outlet) = ({_OUTLET.format("old")});
    DELETE FROM source_outlets WHERE articles = 0 AND (source_id, outlet) = ({_OUTLET.format("old")});
"""
_PAIR = "source_id, from_id, credited, language, month"
_PAIR_OF = "{0}.source_id, {0}.from_id, {0}.credited, {0}.language, {0}.month"
_NEW_PAIR, _OLD_PAIR = _PAIR_OF.format("new"), _PAIR_OF.format("old")

COPYING = f"""
CREATE TABLE takings (
    article_id INTEGER PRIMARY KEY REFERENCES decisions (page_id) ON DELETE CASCADE,
    source_id INTEGER NOT NULL,
    from_id INTEGER NOT NULL,
    earliest_id INTEGER,
    credited TEXT NOT NULL,
    language TEXT NOT NULL,
    month TEXT NOT NULL,
    lag INTEGER,
    basis TEXT CHECK (basis IN ('stated', 'seen')),
    bin INTEGER
) STRICT;

CREATE TABLE copy_pairs (
    source_id INTEGER NOT NULL,
    from_id INTEGER NOT NULL,
    credited TEXT NOT NULL,
    language TEXT NOT NULL,
    month TEXT NOT NULL,
    articles INTEGER NOT NULL,
    PRIMARY KEY ({_PAIR})
) STRICT, WITHOUT ROWID;

CREATE TABLE copy_lags (
    source_id INTEGER NOT NULL,
    from_id INTEGER NOT NULL,
    credited TEXT NOT NULL,
    language TEXT NOT NULL,
    month TEXT NOT NULL,
    basis TEXT NOT NULL,
    bin INTEGER NOT NULL,
    articles INTEGER NOT NULL,
    PRIMARY KEY (source_id, from_id, credited, basis, bin, language, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE source_outlets (
    source_id INTEGER NOT NULL,
    outlet TEXT NOT NULL,
    articles INTEGER NOT NULL,
    PRIMARY KEY (source_id, outlet)
) STRICT, WITHOUT ROWID;
"""

# After the tables are filled: counting 400,000 rows at once takes a second, by triggers ten.
COPYING_COUNTED = f"""
CREATE INDEX takings_from ON takings (source_id, from_id);
CREATE INDEX takings_credited ON takings (source_id, credited) WHERE credited <> '';

CREATE TRIGGER taking_is_counted AFTER INSERT ON takings
BEGIN
    INSERT INTO copy_pairs ({_PAIR}, articles) VALUES ({_NEW_PAIR}, 1)
    ON CONFLICT ({_PAIR}) DO UPDATE SET articles = articles + 1;
    INSERT INTO copy_lags ({_PAIR}, basis, bin, articles)
    SELECT {_NEW_PAIR}, new.basis, new.bin, 1 WHERE new.bin IS NOT NULL
    ON CONFLICT ({_PAIR}, basis, bin) DO UPDATE SET articles = articles + 1;
END;
CREATE TRIGGER taking_is_uncounted AFTER DELETE ON takings
BEGIN
    UPDATE copy_pairs SET articles = articles - 1 WHERE ({_PAIR}) = ({_OLD_PAIR});
    DELETE FROM copy_pairs WHERE ({_PAIR}) = ({_OLD_PAIR}) AND articles = 0;
    UPDATE copy_lags SET articles = articles - 1 WHERE ({_PAIR}, basis, bin) = ({_OLD_PAIR}, old.basis, old.bin);
    DELETE FROM copy_lags WHERE ({_PAIR}, basis, bin) = ({_OLD_PAIR}, old.basis, old.bin) AND articles = 0;
END;

CREATE TRIGGER outlet_is_counted AFTER INSERT ON decisions WHEN {_IS_NEW}
BEGIN {_ADD_OUTLET} END;
CREATE TRIGGER outlet_is_counted_now AFTER UPDATE OF verdict ON decisions WHEN {_IS_NEW} AND NOT {_WAS}
BEGIN {_ADD_OUTLET} END;
CREATE TRIGGER outlet_is_uncounted_now AFTER UPDATE OF verdict ON decisions WHEN {_WAS} AND NOT {_IS_NEW}
BEGIN {_TAKE_OUTLET} END;
CREATE TRIGGER outlet_is_uncounted AFTER DELETE ON decisions WHEN {_WAS}
BEGIN {_TAKE_OUTLET} END;
CREATE TRIGGER outlet_goes_uncounted BEFORE DELETE ON articles
WHEN EXISTS (SELECT 1 FROM decisions d WHERE d.page_id = old.page_id AND {IS_COUNTED.format("d")})
BEGIN {_TAKE_OUTLET} END;
"""

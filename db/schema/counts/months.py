"""Sums of `source_days` by month, kept by triggers (step m0042): a source has a thousand days and some forty months.

source_months  articles of a month, how often the source's listings were read, and on how many days
"""

from __future__ import annotations

_MONTH = "substr({0}.day, 1, 7)"
_COUNTED = "{0}.articles <> 0 OR {0}.looks <> 0"

SOURCE_MONTHS = f"""
CREATE TABLE source_months (
    source_id INTEGER NOT NULL,
    month TEXT NOT NULL,
    articles INTEGER NOT NULL,
    looks INTEGER NOT NULL,
    looked_days INTEGER NOT NULL,
    PRIMARY KEY (source_id, month)
) STRICT, WITHOUT ROWID;

INSERT INTO source_months (source_id, month, articles, looks, looked_days)
SELECT source_id, {_MONTH.format("d")}, sum(articles), sum(looks), sum(looks > 0) FROM source_days d
WHERE {_COUNTED.format("d")} GROUP BY 1, 2;

CREATE TRIGGER month_has_a_day AFTER INSERT ON source_days WHEN {_COUNTED.format("new")}
BEGIN
    INSERT INTO source_months (source_id, month, articles, looks, looked_days)
    VALUES (new.source_id, {_MONTH.format("new")}, new.articles, new.looks, new.looks > 0)
    ON CONFLICT (source_id, month) DO UPDATE SET articles = articles + excluded.articles, looks = looks + excluded.looks,
        looked_days = looked_days + excluded.looked_days;
END;
CREATE TRIGGER month_has_another_day AFTER UPDATE OF articles, looks ON source_days
WHEN (new.articles, new.looks) IS NOT (old.articles, old.looks)
BEGIN
    INSERT INTO source_months (source_id, month, articles, looks, looked_days)
    VALUES (new.source_id, {_MONTH.format("new")}, new.articles - old.articles, new.looks - old.looks,
        (new.looks > 0) - (old.looks > 0))
    ON CONFLICT (source_id, month) DO UPDATE SET articles = articles + excluded.articles, looks = looks + excluded.looks,
        looked_days = looked_days + excluded.looked_days;
END;
CREATE TRIGGER month_loses_a_day AFTER DELETE ON source_days WHEN {_COUNTED.format("old")}
BEGIN
    UPDATE source_months SET articles = articles - old.articles, looks = looks - old.looks,
        looked_days = looked_days - (old.looks > 0)
    WHERE (source_id, month) = (old.source_id, {_MONTH.format("old")});
END;
"""

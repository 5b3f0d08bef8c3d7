"""Who is credited with what, kept by triggers, and which names are one person (`db.people`).

credited_names  each printed name once; `main_id`: the name under which its person is shown, where somebody joined the two
person_days     articles of a person by day and source: as author, editor, proofreader, and how many are copies
person_sources  the same by source
person_counts   the same in all, with the first and the last day
name_keys       what a name shares with others that may be the same person's (`db.people.alike`), derived
alike_names     pairs of names that may be one person's, derived. unkeyed_names: names that are not compared yet
name_decisions  what somebody decided about two names: `same` 1 one person, 0 two. The latest counts. Facts, never deleted

A person is known by the id of the name under which he or she is shown; most have one name only. An article counts once for a
person, however many roles, in its current revision (`db.schema.counts.articles`), on the publisher's day of publication, else of
the first fetch. What was counted is taken back by the same statement before a row changes, and counted again after it.
"""

from __future__ import annotations

from db.people.persons import ALL_CREDITED, CREDITED

_KEYS = (
    ("person_days", "person_id, day, source_id"),
    ("person_sources", "person_id, source_id"),
    ("person_counts", "person_id"),
)


def _change(pages: str, sign: str, condition: str = "", *, widened: bool = False) -> str:
    """Statements that count what is credited on some pages, or with the sign "-" take it back. `condition`: on the credits;
    `widened`: the first and last days only widen by it, so they are not looked up.
    """
    credited = CREDITED.format(rows=ALL_CREDITED, condition=f"l.page_id IN ({pages}){condition}")
    numbers = ", ".join(f"{sign}{name}" for name in ("wrote", "edited", "proofread", "copied"))
    added = ", ".join(
        f"{name} = {name} + excluded.{name}" for name in ("articles", "wrote", "edited", "proofread", "copies")
    )
    columns = "articles, wrote, edited, proofread, copies"
    persons = f"""(SELECT coalesce(n.main_id, n.id) FROM credits c JOIN credited_names n ON n.name = c.name
        WHERE c.page_id IN ({pages}))"""
    days = ", first_day = min(first_day, excluded.first_day), last_day = max(last_day, excluded.last_day)"
    again = f"""
    UPDATE person_counts SET first_day = (SELECT min(day) FROM person_days d WHERE d.person_id = person_counts.person_id),
        last_day = (SELECT max(day) FROM person_days d WHERE d.person_id = person_counts.person_id)
    WHERE person_id IN {persons};"""
    emptied = "".join(
        f"DELETE FROM {table} WHERE articles = 0 AND ({key}) IN (SELECT {key} FROM ({credited}));\n"
        for table, key in _KEYS
        if sign
    )
    return f"""
    INSERT INTO person_days (person_id, day, source_id, {columns})
    SELECT person_id, day, source_id, {sign}1, {numbers} FROM ({credited}) WHERE true
    ON CONFLICT (person_id, day, source_id) DO UPDATE SET {added};
    INSERT INTO person_sources (person_id, source_id, {columns})
    SELECT person_id, source_id, {sign}1, {numbers} FROM ({credited}) WHERE true
    ON CONFLICT (person_id, source_id) DO UPDATE SET {added};
    INSERT INTO person_counts (person_id, {columns}, first_day, last_day)
    SELECT person_id, {sign}1, {numbers}, day, day FROM ({credited}) WHERE true
    ON CONFLICT (person_id) DO UPDATE SET {added}{days if widened else ""};
    {emptied}{"" if widened else again}
"""


def _name(pages: str) -> str:
    return f"""
    INSERT INTO credited_names (name) SELECT DISTINCT c.name FROM credits c
    WHERE c.page_id IN ({pages}) AND NOT EXISTS (SELECT 1 FROM credited_names n WHERE n.name = c.name)
    ON CONFLICT (name) DO NOTHING;
"""


_COUNTS = """
    articles INTEGER NOT NULL,
    wrote INTEGER NOT NULL,
    edited INTEGER NOT NULL,
    proofread INTEGER NOT NULL,
    copies INTEGER NOT NULL"""

PEOPLE = f"""
CREATE TABLE credited_names (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    main_id INTEGER REFERENCES credited_names (id)
) STRICT;
CREATE INDEX credited_names_main ON credited_names (main_id) WHERE main_id IS NOT NULL;

CREATE TABLE person_days (
    person_id INTEGER NOT NULL,
    day INTEGER NOT NULL,
    source_id INTEGER NOT NULL,{_COUNTS},
    PRIMARY KEY (person_id, day, source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE person_sources (
    person_id INTEGER NOT NULL,
    source_id INTEGER NOT NULL,{_COUNTS},
    PRIMARY KEY (person_id, source_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE person_counts (
    person_id INTEGER PRIMARY KEY,{_COUNTS},
    first_day INTEGER NOT NULL,
    last_day INTEGER NOT NULL
) STRICT;

CREATE TABLE name_keys (
    key TEXT NOT NULL,
    name_id INTEGER NOT NULL REFERENCES credited_names (id) ON DELETE CASCADE,
    PRIMARY KEY (key, name_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE alike_names (
    first_id INTEGER NOT NULL REFERENCES credited_names (id) ON DELETE CASCADE,
    second_id INTEGER NOT NULL REFERENCES credited_names (id) ON DELETE CASCADE,
    how TEXT NOT NULL,
    PRIMARY KEY (first_id, second_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX alike_names_second ON alike_names (second_id);

CREATE TABLE unkeyed_names (
    name_id INTEGER PRIMARY KEY REFERENCES credited_names (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE name_decisions (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    other TEXT NOT NULL,
    same INTEGER NOT NULL CHECK (same IN (0, 1)),
    decided_at TEXT NOT NULL,
    decided_by TEXT NOT NULL
) STRICT;

CREATE TRIGGER name_is_unkeyed AFTER INSERT ON credited_names
BEGIN INSERT INTO unkeyed_names (name_id) VALUES (new.id); END;
"""

PEOPLE_NAMED = "INSERT INTO credited_names (name) SELECT DISTINCT name FROM credits ORDER BY name"

# A trigger before the insertion would also run where a conflict lets nothing be inserted.
_WITHOUT_NEW = " AND (c.role, c.position) <> (new.role, new.position)"
_IS_COUNTED = "EXISTS (SELECT 1 FROM current_pages l WHERE l.page_id = {0})"

PEOPLE_COUNTED = f"""
CREATE INDEX person_sources_source ON person_sources (source_id, articles);
CREATE INDEX person_counts_articles ON person_counts (articles);
CREATE INDEX person_counts_last ON person_counts (last_day);

CREATE TRIGGER people_come AFTER INSERT ON current_pages
BEGIN {_name("new.page_id")} {_change("new.page_id", "")} END;
CREATE TRIGGER people_go BEFORE DELETE ON current_pages
BEGIN {_change("old.page_id", "-")} END;
CREATE TRIGGER person_is_counted AFTER INSERT ON credits WHEN {_IS_COUNTED.format("new.page_id")}
BEGIN {_name("new.page_id")} {_change("new.page_id", "-", _WITHOUT_NEW)} {_change("new.page_id", "")} END;
CREATE TRIGGER person_is_uncounted BEFORE DELETE ON credits WHEN {_IS_COUNTED.format("old.page_id")}
BEGIN {_change("old.page_id", "-")} END;
CREATE TRIGGER person_is_counted_still AFTER DELETE ON credits WHEN {_IS_COUNTED.format("old.page_id")}
BEGIN {_change("old.page_id", "")} END;
CREATE TRIGGER person_is_uncounted_before BEFORE UPDATE ON credits
BEGIN {_change("old.page_id, new.page_id", "-")} END;
CREATE TRIGGER person_is_counted_after AFTER UPDATE ON credits
BEGIN {_name("old.page_id, new.page_id")} {_change("old.page_id, new.page_id", "")} END;
"""

# Step m0045. New articles are what a crawl writes.
PEOPLE_COME_WIDENING = f"""
DROP TRIGGER people_come;
CREATE TRIGGER people_come AFTER INSERT ON current_pages
BEGIN {_name("new.page_id")} {_change("new.page_id", "", widened=True)} END;
"""

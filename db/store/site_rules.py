"""Site rules as the database keeps them: each version that derived rows were made by, and which one is in force; and the rules that
hold now, by the files and by what is kept.

The user's files are on a disk that is edited at any time. What they said is needed later: to read a page again as it was read, and
to go on by the last rules that were right while a file is broken.

    site_rules   a text of a file, once each        rule_sets   which texts made up a version        rules_in_force   one row
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from db.addresses.parameters import put_address_rules
from db.config.loader import Config
from db.errors import ConfigError
from db.site_rules.loader import RuleFile, SiteFileError, Sites, load_rules, shipped_sites_folder, sites_of

_FILES = """
SELECT f.name, f.text, f.own FROM rule_sets s JOIN site_rules f ON f.id = s.rule_id WHERE s.version = ? ORDER BY f.name
"""


def save_rules(conn: sqlite3.Connection, version: str, files: Iterable[RuleFile]) -> None:
    """Record that a version of the rules is in force, with the texts it was read from, and what it says of addresses."""
    in_force = conn.execute("SELECT version FROM rules_in_force").fetchone()
    if in_force is None or in_force[0] != version:
        files = tuple(files)
        put_address_rules(conn, sites_of(files).address_rules)
    if conn.execute("SELECT 1 FROM rule_sets WHERE version = ?", (version,)).fetchone() is None:
        for file in files:
            digest = hashlib.sha256(file.text.encode()).digest()
            conn.execute(
                "INSERT OR IGNORE INTO site_rules (name, own, digest, text) VALUES (?, ?, ?, ?)",
                (file.name, int(file.own), digest, file.text),
            )
            conn.execute(
                "INSERT OR IGNORE INTO rule_sets (version, rule_id)"
                " SELECT ?, id FROM site_rules WHERE (name, own, digest) = (?, ?, ?)",
                (version, file.name, int(file.own), digest),
            )
    conn.execute(
        "INSERT INTO rules_in_force (only, version) VALUES (1, ?)"
        " ON CONFLICT (only) DO UPDATE SET version = excluded.version WHERE version IS NOT excluded.version",
        (version,),
    )


def rules_in_force(conn: sqlite3.Connection) -> tuple[RuleFile, ...]:
    """The files that were in force last; none in a database that nothing was read into yet."""
    row = conn.execute("SELECT version FROM rules_in_force").fetchone()
    return _files(conn, row[0]) if row else ()


def load_stored_sites(conn: sqlite3.Connection, version: str) -> Sites:
    """The rules of a version, as `extractors.rules` names it; those of no site where it is not kept."""
    return sites_of(_files(conn, version))


def _files(conn: sqlite3.Connection, version: str) -> tuple[RuleFile, ...]:
    rows = conn.execute(_FILES, (version,)).fetchall()
    return tuple(RuleFile(name=name, text=text, own=bool(own)) for name, text, own in rows)


def sites_folders(config: Config) -> tuple[Path, ...]:
    """Where site rules are: the shipped ones, then the user's own, which win."""
    own = (config.folder / config.sites,) if config.sites is not None else ()
    return (shipped_sites_folder(), *own)


def load_current_rules(config: Config, conn: sqlite3.Connection | None) -> Sites:
    """The rules for a crawl: in place of a file that is wrong holds what the database kept of it, and `mistakes` says so.

    Without a database nothing was kept. Raises ConfigError where the folder is not there and never was.
    """
    return load_rules(sites_folders(config), rules_in_force(conn) if conn is not None else ())


def rule_mistakes(config: Config, conn: sqlite3.Connection | None) -> tuple[SiteFileError, ...]:
    """The site files that cannot be used now. Never raises ConfigError."""
    try:
        return load_current_rules(config, conn).mistakes
    except ConfigError as error:
        return (SiteFileError(path=str(config.sites), says=str(error)),)

"""Site rules in the database: every version that produced derived rows, and which one is in force; and loading the
rules that hold now from the files and the stored texts.

The user may edit the files at any time. Their earlier texts are needed to extract a page again as it was extracted, and
to keep using the last valid rules while a file is broken.

    site_rules   the text of a file, once each        rule_sets   the texts of a version        rules_in_force   one row
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from db.addresses.parameters import save_address_rules
from db.config.loader import Config
from db.errors import ConfigError
from db.site_rules.loader import RuleFile, SiteFileError, Sites, load_rules, shipped_sites_folder, sites_of

_FILES = """
SELECT f.name, f.text, f.own FROM rule_sets s JOIN site_rules f ON f.id = s.rule_id WHERE s.version = ? ORDER BY f.name
"""


def save_rules(conn: sqlite3.Connection, version: str, files: Iterable[RuleFile]) -> None:
    """Record that a version of the rules is in force, with the texts of its files and its rules for address parameters."""
    in_force = conn.execute("SELECT version FROM rules_in_force").fetchone()
    if in_force is None or in_force[0] != version:
        files = tuple(files)
        save_address_rules(conn, sites_of(files).address_rules)
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
    """The files that were in force last; none in a database without outcomes."""
    row = conn.execute("SELECT version FROM rules_in_force").fetchone()
    return _files(conn, row[0]) if row else ()


def _files(conn: sqlite3.Connection, version: str) -> tuple[RuleFile, ...]:
    rows = conn.execute(_FILES, (version,)).fetchall()
    return tuple(RuleFile(name=name, text=text, own=bool(own)) for name, text, own in rows)


def sites_folders(config: Config) -> tuple[Path, ...]:
    """Folders of site rules: the shipped ones, then the user's own, which win."""
    own = (config.folder / config.sites,) if config.sites is not None else ()
    return (shipped_sites_folder(), *own)


def load_current_rules(config: Config, conn: sqlite3.Connection | None) -> Sites:
    """The rules for a crawl. For a file that is wrong its last valid text from the database is used; `mistakes` reports
    it.

    Without a database there are no such texts. Raises ConfigError if the folder does not exist and never did.
    """
    return load_rules(sites_folders(config), rules_in_force(conn) if conn is not None else ())


def rule_mistakes(config: Config, conn: sqlite3.Connection | None) -> tuple[SiteFileError, ...]:
    """The site files that cannot be used now. Never raises ConfigError."""
    try:
        return load_current_rules(config, conn).mistakes
    except ConfigError as error:
        return (SiteFileError(path=str(config.sites), message=str(error)),)

"""How the desk of this machine works, from the settings: which rules, how many processes."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from db.config import Config
from db.errors import ConfigError
from db.sites import Mistake, Sites, load_rules, load_sites, shipped_sites_folder
from db.stored_rules import rules_in_force
from pipelines.desk import DeskPlan
from pipelines.version import extractor_in_force

# On two processors a third reading process wins nothing; past four the writer is the bottleneck.
MOST_WORKERS = 4


def worker_count(config: Config) -> int:
    """How many processes read."""
    return int(config["workers"]) or max(1, min(MOST_WORKERS, os.cpu_count() or 1))


def sites_folders(config: Config) -> tuple[Path, ...]:
    """Where site rules are: the shipped ones, then the user's own, which win."""
    own = str(config["sites"])
    return (shipped_sites_folder(), config.folder / own) if own else (shipped_sites_folder(),)


def rules_of(config: Config, conn: sqlite3.Connection | None) -> Sites:
    """The rules for a crawl: in place of a file that is wrong holds what the database kept of it, and `mistakes` says so.

    Without a database nothing was kept. Raises ConfigError where the folder is not there and never was.
    """
    return load_rules(sites_folders(config), rules_in_force(conn) if conn is not None else ())


def mistakes_of(config: Config, conn: sqlite3.Connection | None) -> tuple[Mistake, ...]:
    """The site files that cannot be used now. Never raises ConfigError."""
    try:
        return rules_of(config, conn).mistakes
    except ConfigError as error:
        return (Mistake(path=str(config["sites"]), says=str(error)),)


def plan_desk(config: Config, sites: Sites | None = None) -> DeskPlan:
    """The plan; `sites` are the rules where they are loaded already.

    Raises ConfigError for bad rules: who has pages read again wants them read by what the files say.
    """
    sites = sites or load_sites(*sites_folders(config))
    return DeskPlan(
        database=config.database,
        sites=sites,
        extractor=extractor_in_force(sites),
        processes=worker_count(config),
        page_timeout_s=float(config["extract_timeout"]),
    )

"""How the desk of this machine works, from the settings: which rules, how many processes."""

from __future__ import annotations

import os
from pathlib import Path

from db.config import Config
from db.sites import Sites, load_sites, shipped_sites_folder
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


def plan_desk(config: Config, sites: Sites | None = None) -> DeskPlan:
    """The plan; `sites` are the rules where they are loaded already. Raises ConfigError for bad rules."""
    folders = sites_folders(config)
    return DeskPlan(
        database=config.database,
        sites_folders=folders,
        extractor=extractor_in_force(sites or load_sites(*folders)),
        processes=worker_count(config),
        page_timeout_s=float(config["extract_timeout"]),
    )

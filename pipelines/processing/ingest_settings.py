"""How the desk of this machine works, from the settings: which rules, how many processes."""

from __future__ import annotations

import os

from db.config.loader import Config
from db.site_rules.loader import Sites, load_sites
from db.store.site_rules import sites_folders
from pipelines.extraction.version import extractor_in_force
from pipelines.processing.ingest import IngestPlan

# On two processors a third reading process wins nothing; past four the writer is the bottleneck.
MOST_WORKERS = 4


def worker_count(config: Config) -> int:
    """How many processes read."""
    return config.workers or max(1, min(MOST_WORKERS, os.cpu_count() or 1))


def plan_ingest(config: Config, sites: Sites | None = None) -> IngestPlan:
    """The plan; `sites` are the rules where they are loaded already.

    Raises ConfigError for bad rules: who has pages read again wants them read by what the files say.
    """
    sites = sites or load_sites(*sites_folders(config))
    return IngestPlan(
        database=config.database,
        sites=sites,
        extractor=extractor_in_force(sites),
        processes=worker_count(config),
        page_timeout_s=config.extract_timeout.total_seconds(),
    )

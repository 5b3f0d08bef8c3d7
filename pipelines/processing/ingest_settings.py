"""The ingest plan that follows from the settings: site rules, extractor, number of processes."""

from __future__ import annotations

import os

from db.config.loader import Config
from db.site_rules.loader import Sites, load_sites
from db.store.sites.site_rules import sites_folders
from pipelines.extraction.version import extractor_in_force
from pipelines.processing.ingest import IngestPlan

MOST_WORKERS = 4
"""Worker processes unless the setting `workers` says otherwise: beyond four the writer is the bottleneck, and on two processors a
third process gains nothing."""


def worker_count(config: Config) -> int:
    """The number of worker processes: the setting `workers`, or one a processor up to `MOST_WORKERS`."""
    return config.workers or max(1, min(MOST_WORKERS, os.cpu_count() or 1))


def plan_ingest(config: Config, sites: Sites | None = None) -> IngestPlan:
    """The plan; `sites` saves loading the rules again.

    Raises ConfigError for invalid rules: pages must not be extracted by other rules than those in the files.
    """
    sites = sites or load_sites(*sites_folders(config))
    return IngestPlan(
        database=config.database,
        sites=sites,
        extractor=extractor_in_force(sites),
        processes=worker_count(config),
        page_timeout_s=config.extract_timeout.total_seconds(),
    )

"""Which processes extract: this machine's, or a Dask cluster's. Both are executors that read pages, and one code path uses them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from db.errors import UsageError
from pipelines.processing.ingest import IngestPlan
from pipelines.processing.page_pool import ExtractionPool
from pipelines.processing.reextract import LocalExecutor, PageExecutor


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractionEngine:
    """How it was asked for: so many processes here, or the Dask cluster of a scheduler."""

    jobs: int
    scheduler: str | None = None

    @staticmethod
    def asked(engine: str, scheduler: str | None, jobs: int) -> ExtractionEngine:
        """From the options. Raises UsageError where they do not go together."""
        if engine == "dask" and not scheduler:
            raise UsageError("--engine dask needs --scheduler ADDRESS, such as tcp://127.0.0.1:8786")
        if scheduler and engine != "dask":
            raise UsageError("--scheduler goes with --engine dask")
        return ExtractionEngine(jobs=jobs, scheduler=scheduler)


@contextmanager
def readers(plan: IngestPlan, engine: ExtractionEngine, *, database: Path | None) -> Iterator[PageExecutor]:
    """The reading processes; ended at once with the block, which takes what it wants from them before.

    Without a database they are given parcels only. Raises what `dask_readers` raises.
    """
    if engine.scheduler is not None:
        from pipelines.processing.dask.connect import dask_readers

        with dask_readers(
            engine.scheduler,
            database=database,
            sites=plan.sites,
            timeout_s=plan.page_timeout_s,
            say=lambda text: click.echo(f"copydesk: {text}", err=True),
        ) as cluster:
            yield cluster
        return
    pool = ExtractionPool(database, plan.sites, processes=engine.jobs, timeout_s=plan.page_timeout_s)
    local = LocalExecutor(pool)
    try:
        yield local
    finally:
        local.shutdown(cancel_futures=True)

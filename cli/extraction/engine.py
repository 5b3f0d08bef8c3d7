"""Which processes extract: those of this machine or of a Dask cluster. Both are `PageExecutor`s, used by one code path."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from cli.engine_options import EngineOptions
from db.errors import UsageError
from pipelines.processing.ingest import IngestPlan
from pipelines.processing.page_executor import LocalExecutor, PageExecutor
from pipelines.processing.page_pool import ExtractionPool
from pipelines.processing.page_worker import EXTRACTION_MODULES, FIRST_PAGE
from pipelines.processing.worker_pool import start_server


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractionEngine:
    """A number of processes on this machine or, with a scheduler, its Dask cluster."""

    jobs: int
    scheduler: str | None = None

    @staticmethod
    def from_options(options: EngineOptions, jobs: int) -> ExtractionEngine:
        """The engine that the options name. Raises UsageError where they contradict each other."""
        if options.engine == "dask" and not options.scheduler:
            raise UsageError("--engine dask needs --scheduler ADDRESS, such as tcp://127.0.0.1:8786")
        if options.scheduler and options.engine != "dask":
            raise UsageError("--scheduler needs --engine dask")
        return ExtractionEngine(jobs=jobs, scheduler=options.scheduler)


@contextmanager
def readers(plan: IngestPlan, engine: ExtractionEngine, *, database: Path | None) -> Iterator[PageExecutor]:
    """The worker processes. They are ended at once with the block, which must have taken its results by then.

    Without a database, workers are sent whole pages (`PagePayload`) only. Raises what `dask_executor` raises.
    """
    if engine.scheduler is not None:
        from pipelines.processing.dask.connect import dask_executor

        with dask_executor(
            engine.scheduler,
            database=database,
            sites=plan.sites,
            timeout_s=plan.page_timeout_s,
            say=lambda text: click.echo(f"copydesk: {text}", err=True),
        ) as cluster:
            yield cluster
        return
    start_server((*EXTRACTION_MODULES, FIRST_PAGE))  # while the pages are selected
    pool = ExtractionPool(database, plan.sites, processes=engine.jobs, timeout_s=plan.page_timeout_s)
    local = LocalExecutor(pool)
    try:
        yield local
    finally:
        local.shutdown(cancel_futures=True)

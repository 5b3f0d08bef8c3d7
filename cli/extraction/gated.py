"""`copydesk extract stored --gated`: write only the sources that lose no more than the settings allow, and name the others."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from cli.context import CommandContext
from cli.extraction.engine import ExtractionEngine, readers
from cli.extraction.stored import drop_outdated, end_extraction, extraction_lock, queue_selected, record_failure
from cli.output.progress import progress_bar
from cli.output.tables import plain
from cli.signals import stopping
from db.config.loss_limits import LossLimits
from db.connection.database import write
from db.display.humanize import counted
from db.display.shell_commands import shell_command
from db.errors import UsageError
from db.store.extraction.extractions import count_pages_to_extract
from db.store.extraction.gated_extractions import GatedSource, gated_sources
from db.store.extraction.outcomes import extractor_id
from db.store.extraction.page_selection import Selection
from db.store.sites.sources import find_stored_source
from pipelines.processing.gated_run import GatedRun
from pipelines.processing.gates import SourceTally, exceeded
from pipelines.processing.ingest_settings import plan_ingest


def extract_gated(
    context: CommandContext, selection: Selection, accepted: Sequence[str], *, engine: ExtractionEngine, as_json: bool
) -> None:
    """Extract the selected pages again behind the gates. Continues the last gated run of the same selection if that was
    interrupted. Exits with 1 if any source was held back."""
    limits = context.config.lose_at_most
    if not limits.shares:
        raise UsageError('--gated needs limits; set lose_at_most in copydesk.toml, such as { authors = "1%" }')
    plan = plan_ingest(context.config)
    with context.open() as db, extraction_lock(context), stopping() as stop:
        conn = db.conn
        sources = frozenset(find_stored_source(conn, name).id for name in accepted)
        with readers(plan, engine, database=plan.database) as executor:
            with write(conn):
                maker = extractor_id(conn, plan.extractor)
            drop_outdated(conn, maker)
            run_id = queue_selected(context, conn, selection, maker, name=f"{selection.name} gated")
            with record_failure(conn, run_id), progress_bar("extracted", count_pages_to_extract(conn, run_id)) as show:
                run = GatedRun(conn, run_id, extractor=maker, limits=limits, accepted=sources)
                longest_ms = run.extract(executor, stop, show)
        judged = [source for source in gated_sources(conn, run_id) if source.verdict is not None]
        code = end_extraction(conn, run_id, stop, longest_ms, as_json=as_json, also=_as_json(judged, limits))
        held = _print_held(judged, limits)
    sys.exit(code or int(held))


def _as_json(judged: Sequence[GatedSource], limits: LossLimits) -> dict[str, object]:
    return {
        "sources": {
            verdict: [source.name for source in judged if source.verdict == verdict]
            for verdict in ("passed", "accepted", "held")
        },
        "held_back": [
            {
                "source": source.name,
                "exceeded": [str(one) for one in exceeded(SourceTally.from_dict(source.figures), limits)],
            }
            for source in judged
            if source.verdict == "held"
        ],
    }


def _print_held(judged: Sequence[GatedSource], limits: LossLimits) -> bool:
    """Print the sources that were held back, on standard error, and what to do. Returns whether there are any."""
    held = [source for source in judged if source.verdict == "held"]
    for source in held:
        name = source.name
        tally = SourceTally.from_dict(source.figures)
        click.echo(
            f"held back: {plain(name)}, {counted(tally.pages, 'page stays as it is', 'pages stay as they are')}",
            err=True,
        )
        for one in exceeded(tally, limits):
            click.echo(f"  {one}", err=True)
        see = (shell_command("why", name), shell_command("extract", "experiment", "--source", name))
        click.echo(f"  see: {'; '.join(see)}", err=True)
        overrule = shell_command("extract", "stored", "--stale", "--gated", "--accept", name)
        click.echo(f"  overrule: {overrule}", err=True)
    return bool(held)

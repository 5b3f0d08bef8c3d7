"""Maintenance of the database, in this order: prune, index, pack, optimize, backup, check, checkpoint.

Pruning comes first, so that the backup holds only what is kept; the checkpoint comes last, because the log grows while the check
and the backup read. A step that fails is reported and does not stop the others. Steps are independent but for one rule: what a
backup has verified is not checked again. Its copy has the same pages of the file, byte for byte, and a check reads all of them.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from db.config.loader import Config
from db.connection.database import connect, translate_sqlite_errors
from db.display.humanize import counted
from db.errors import CopydeskError, UsageError
from db.maintenance.backup import Backup, create_backup, new_backup_path, remove_old_backups
from db.maintenance.findings import Level
from db.maintenance.optimize import check_integrity, checkpoint, optimize
from db.maintenance.prune import PruneReport, prune
from db.maintenance.repack import RepackReport, repack
from db.maintenance.search_index import index_waiting_pages
from db.search.index import count_unindexed

PACK_LIMIT_S = 30 * 60
"""Seconds that packing may take of one round; the next one resumes."""


class StepOutcome(StrEnum):
    """How a step ended. WARNED: only in part. SKIPPED: the settings do not ask for it, or the service stops."""

    DONE = "done"
    WARNED = "warned"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceStep:
    """The result of one step, as a sentence and as figures."""

    name: str
    ended: StepOutcome
    message: str
    figures: Mapping[str, object] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """The step for JSON."""
        return {"name": self.name, "ended": self.ended, "says": self.message, "figures": self.figures}


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceReport:
    """The results of all steps, in order."""

    started_at: datetime
    seconds: float
    steps: tuple[MaintenanceStep, ...]

    @property
    def failed(self) -> bool:
        """Whether a step failed."""
        return any(step.ended is StepOutcome.FAILED for step in self.steps)

    def as_dict(self) -> dict[str, object]:
        """The report for JSON."""
        return {
            "started_at": self.started_at.isoformat(),
            "seconds": self.seconds,
            "failed": self.failed,
            "steps": [step.as_dict() for step in self.steps],
        }


Show = Callable[[str], None]
Stopping = Callable[[], bool]


class _Stopped(Exception):
    """The service stops."""


def _never() -> bool:
    return False


def run_maintenance(config: Config, now: datetime, *, show: Show, stopping: Stopping = _never) -> MaintenanceReport:
    """Run all steps that the settings ask for. `show` gets one line for each step; a failed step is part of the report.

    Blocks until done, on its own connections: call it from a daemon thread. It ends soon after `stopping` is true, but the check
    finishes the table at hand first, which takes seconds in a file of gigabytes; ending the process meanwhile does no harm.
    """
    began, steps = time.monotonic(), list[MaintenanceStep]()
    for name in STEPS:
        verified = any(step.name == "backup" and step.ended is StepOutcome.DONE for step in steps)
        step = _run_step(name, config, now, stopping, verified=verified)
        steps.append(step)
        show(f"{step.name}: {step.message}")
    return MaintenanceReport(started_at=now, seconds=round(time.monotonic() - began, 3), steps=tuple(steps))


def _run_step(name: str, config: Config, now: datetime, stopping: Stopping, *, verified: bool) -> MaintenanceStep:
    if stopping():
        return MaintenanceStep(name=name, ended=StepOutcome.SKIPPED, message="left for the next time")
    try:
        if name == "check" and verified:
            figures = {"sound": True, "seconds": 0.0, "findings": []}
            message = "sound, as the backup is, which was verified"
            return MaintenanceStep(name="check", ended=StepOutcome.DONE, message=message, figures=figures)
        return STEPS[name](config, now, stopping)
    except _Stopped:
        return MaintenanceStep(name=name, ended=StepOutcome.SKIPPED, message="interrupted, because the service stops")
    except (CopydeskError, OSError, sqlite3.Error) as error:
        return MaintenanceStep(name=name, ended=StepOutcome.FAILED, message=str(error))


def prune_step(config: Config, now: datetime, stopping: Stopping = _never, *, dry: bool = False) -> MaintenanceStep:
    """Prune by the settings `keep_bodies` and `keep_log`; with `dry`, only count."""
    pruned = prune(
        config.database,
        now,
        keep_bodies=config.keep_bodies,
        keep_log=config.keep_log,
        dry=dry,
        stopping=stopping,
    )
    return MaintenanceStep(
        name="prune", ended=StepOutcome.DONE, message=_prune_message(pruned), figures=pruned.as_dict()
    )


def _prune_message(pruned: PruneReport) -> str:
    counts = (
        (pruned.bodies + pruned.drawings, f"bodies ({pruned.bytes / 1e6:,.1f} MB)"),
        (pruned.fetches, "requests"),
        (pruned.drawing_rows, "drawings without a page"),
        (pruned.source_runs, "parts of runs"),
        (pruned.past_outcomes, "outcomes that extractions replaced"),
        (pruned.to_extract, "pages that extractions had left"),
        (pruned.runs, "runs"),
    )
    what = ", ".join(f"{number:,} {name}" for number, name in counts if number) or "nothing"
    if pruned.dry:
        return f"{what} would be dropped"
    took = f", in {counted(pruned.transactions, 'transaction')}, the longest {pruned.longest_ms:.0f} ms"
    return f"{what} dropped{took if pruned.transactions else ''}"


def index_step(
    config: Config, now: datetime, stopping: Stopping = _never, *, show: Callable[[int], None] = lambda done: None
) -> MaintenanceStep:
    """Index articles that are not in the search index: older than the index, or written by another program."""
    conn = connect(config.database)
    try:
        with translate_sqlite_errors(config.database):
            done = index_waiting_pages(conn, stopping=stopping, show=show)
            left = count_unindexed(conn)
    finally:
        conn.close()
    message = f"{counted(done, 'article')} indexed" if done else "every article is in the search index"
    if left:
        message += f", {left:,} are left for the next time"
    return MaintenanceStep(
        name="index", ended=StepOutcome.DONE, message=message, figures={"indexed": done, "left": left}
    )


def pack_step(
    config: Config,
    now: datetime,
    stopping: Stopping = _never,
    *,
    most_s: float = PACK_LIMIT_S,
    asked: bool = False,
    progress: Callable[[RepackReport], None] = lambda report: None,
) -> MaintenanceStep:
    """Recompress bodies with dictionaries of their sources, if `pack_bodies` is set or `asked`, for at most `most_s` seconds."""
    if not asked and not config.pack_bodies:
        return MaintenanceStep(name="pack", ended=StepOutcome.SKIPPED, message="the setting pack_bodies is off")
    until = time.monotonic() + most_s
    packed = repack(config.database, now, stopping=lambda: stopping() or time.monotonic() > until, progress=progress)
    rest = "; interrupted, the next run resumes" if packed.broken_off else ""
    message = (
        f"{packed.packed:,} of {counted(packed.tried, 'body', 'bodies')} packed smaller, {packed.before / 1e6:,.1f} MB to "
        f"{packed.after / 1e6:,.1f} MB, "
        f"{counted(packed.dictionaries, 'new dictionary', 'new dictionaries')} ({packed.dictionary_bytes / 1e6:,.1f} MB), "
        f"{packed.seconds:.1f} s, the longest transaction {packed.longest_ms:.0f} ms{rest}"
    )
    message = message if packed.tried else f"nothing to pack{rest}"
    faults = packed.damaged_dictionaries + (
        [counted(packed.damaged, "body is damaged", "bodies are damaged")] if packed.damaged else []
    )
    ended = StepOutcome.WARNED if faults else StepOutcome.DONE
    return MaintenanceStep(name="pack", ended=ended, message="; ".join([message, *faults]), figures=packed.as_dict())


def optimize_step(config: Config, now: datetime, stopping: Stopping = _never) -> MaintenanceStep:
    """Renew the statistics of the query planner."""
    optimized = optimize(config.database)
    message = f"statistics of {counted(optimized.indexes, 'index', 'indexes')}, {optimized.seconds:.1f} s"
    message = message if optimized.indexes else "the database is too small to need statistics"
    return MaintenanceStep(name="optimize", ended=StepOutcome.DONE, message=message, figures=asdict(optimized))


def check_step(config: Config, now: datetime, stopping: Stopping = _never) -> MaintenanceStep:
    """Check structure, references, and a sample of bodies."""
    checked = check_integrity(config.database, now, stopping=stopping)
    if stopping():
        raise _Stopped
    bad = [finding for finding in checked.findings if finding.level is Level.BAD]
    message = f"{bad[0].message}; {bad[0].advice}" if bad else f"sound, {checked.seconds:.1f} s"
    figures = {"sound": checked.sound, "seconds": checked.seconds, "findings": [asdict(f) for f in checked.findings]}
    return MaintenanceStep(
        name="check", ended=StepOutcome.FAILED if bad else StepOutcome.DONE, message=message, figures=figures
    )


def backup_step(config: Config, now: datetime, stopping: Stopping = _never) -> MaintenanceStep:
    """Back up into `backup_folder`; then remove the oldest beyond `backup_keep`. A backup that is not sound is none."""
    folder = backup_folder(config)
    if folder is None:
        return MaintenanceStep(name="backup", ended=StepOutcome.SKIPPED, message="the setting backup_folder is empty")
    if not folder.is_dir():
        raise UsageError(f"{folder}: the folder does not exist; create it, or change backup_folder")

    def progress(stage: str, done: int, size: int) -> None:
        if stopping():
            raise _Stopped

    backup = create_backup(config.database, new_backup_path(folder, config.database, now), now=now, progress=progress)
    gone = remove_old_backups(folder, config.database, config.backup_keep, newest=backup.path)
    return backup_result(backup, gone)


def backup_result(backup: Backup, gone: list[Path]) -> MaintenanceStep:
    """The result of a backup; `gone` are the older ones that were removed."""
    message = (
        f"{backup.path}, {backup.size / 1e6:,.1f} MB, verified, in {backup.copying_s + backup.verifying_s:.1f} s"
        f"{f'; older ones removed: {len(gone)}' if gone else ''}"
    )
    return MaintenanceStep(
        name="backup",
        ended=StepOutcome.DONE,
        message=message,
        figures=backup.as_dict() | {"removed": [str(path) for path in gone]},
    )


def checkpoint_step(config: Config, now: datetime, stopping: Stopping = _never) -> MaintenanceStep:
    """Empty the write-ahead log."""
    emptied = checkpoint(config.database)
    message = f"log of {emptied.before:,} bytes emptied"
    if emptied.busy:
        message = f"log of {emptied.after:,} bytes was not emptied: a program reads or writes; the next run will do it"
    ended = StepOutcome.WARNED if emptied.busy else StepOutcome.DONE
    return MaintenanceStep(name="checkpoint", ended=ended, message=message, figures=asdict(emptied))


def backup_folder(config: Config) -> Path | None:
    """The folder for backups; None if the setting is empty."""
    return config.folder / config.backup_folder if config.backup_folder is not None else None


STEPS: Mapping[str, Callable[[Config, datetime, Stopping], MaintenanceStep]] = {
    "prune": prune_step,
    "index": index_step,
    "pack": pack_step,
    "optimize": optimize_step,
    "backup": backup_step,
    "check": check_step,
    "checkpoint": checkpoint_step,
}

"""Looking after the database, all of it in order: prune, index, pack, statistics, integrity, backup, checkpoint.

Pruning comes first, so that a backup is of what is kept; the checkpoint last, because the log grows while a check or backup
reads. A step that fails is told and does not stop the others. One thing holds between them: where the check finds the database
damaged, the backup that follows removes no older one.
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
from db.errors import CopydeskError, UsageError
from db.maintenance.backup import Backup, create_backup, new_backup_path, remove_old_backups
from db.maintenance.health import Level
from db.maintenance.optimize import check_integrity, checkpoint, optimize
from db.maintenance.prune import PruneReport, prune
from db.maintenance.repack import RepackReport, repack
from db.maintenance.search_index import index_waiting_pages
from db.search.index import count_unindexed

# What packing may take of one round; the next one goes on from there.
PACK_LIMIT_S = 30 * 60


class StepOutcome(StrEnum):
    """How a step ended. WARNED: it did what it could. SKIPPED: the settings do not ask for it, or the service stops."""

    DONE = "done"
    WARNED = "warned"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceStep:
    """One step: how it ended, in one sentence and in figures."""

    name: str
    ended: StepOutcome
    says: str
    figures: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceReport:
    """All steps, in order."""

    started_at: datetime
    seconds: float
    steps: tuple[MaintenanceStep, ...]

    @property
    def failed(self) -> bool:
        """Whether a person should look."""
        return any(step.ended is StepOutcome.FAILED for step in self.steps)

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "started_at": self.started_at.isoformat(),
            "seconds": self.seconds,
            "failed": self.failed,
            "steps": [asdict(step) for step in self.steps],
        }


Say = Callable[[str], None]
Stopping = Callable[[], bool]


class _Stopped(Exception):
    """The service stops."""


def _never() -> bool:
    return False


def run_maintenance(config: Config, now: datetime, *, say: Say, stopping: Stopping = _never) -> MaintenanceReport:
    """Do everything that the settings ask for. `say` gets one line a step, `stopping` ends it soon. Raises nothing of ours.

    Blocks for as long as it takes, on connections of its own: call it from a daemon thread. The check looks at one table to its end
    before it hears of `stopping`, which takes seconds in a file of gigabytes; to leave it with the process does no harm.
    """
    began, steps = time.monotonic(), []
    sound = True
    for name in STEPS:
        step = _guarded(name, config, now, stopping, sound=sound)
        sound = sound and not (name == "check" and step.ended is StepOutcome.FAILED)
        steps.append(step)
        say(f"{step.name}: {step.says}")
    return MaintenanceReport(started_at=now, seconds=round(time.monotonic() - began, 3), steps=tuple(steps))


def _guarded(name: str, config: Config, now: datetime, stopping: Stopping, *, sound: bool) -> MaintenanceStep:
    if stopping():
        return MaintenanceStep(name=name, ended=StepOutcome.SKIPPED, says="left for the next time")
    try:
        if name == "backup":
            return backup_step(config, now, stopping, thin=sound)
        return STEPS[name](config, now, stopping)
    except _Stopped:
        return MaintenanceStep(name=name, ended=StepOutcome.SKIPPED, says="broken off, because the service stops")
    except (CopydeskError, OSError, sqlite3.Error) as error:
        return MaintenanceStep(name=name, ended=StepOutcome.FAILED, says=str(error))


def prune_step(config: Config, now: datetime, stopping: Stopping = _never, *, dry: bool = False) -> MaintenanceStep:
    """Prune by the settings `keep_bodies` and `keep_log`."""
    pruned = prune(
        config.database,
        now,
        keep_bodies=config.keep_bodies,
        keep_log=config.keep_log,
        dry=dry,
        stopping=stopping,
    )
    return MaintenanceStep(name="prune", ended=StepOutcome.DONE, says=_pruned_says(pruned), figures=pruned.as_dict())


def _pruned_says(pruned: PruneReport) -> str:
    counts = (
        (pruned.bodies, f"bodies ({pruned.bytes / 1e6:,.1f} MB)"),
        (pruned.fetches, "requests"),
        (pruned.source_runs, "parts of runs"),
        (pruned.past_outcomes, "outcomes that extractions replaced"),
        (pruned.to_extract, "pages that extractions had left"),
        (pruned.runs, "runs"),
    )
    what = ", ".join(f"{number:,} {name}" for number, name in counts if number) or "nothing"
    if pruned.dry:
        return f"{what} would go"
    took = f", in {pruned.transactions:,} transactions, the longest {pruned.longest_ms:.0f} ms"
    return f"{what} gone{took if pruned.transactions else ''}"


def index_step(
    config: Config, now: datetime, stopping: Stopping = _never, *, show: Callable[[int], None] = lambda done: None
) -> MaintenanceStep:
    """Index for search what was stored before there was an index, or was written by another program."""
    conn = connect(config.database)
    try:
        with translate_sqlite_errors(config.database):
            done = index_waiting_pages(conn, stopping=stopping, show=show)
            left = count_unindexed(conn)
    finally:
        conn.close()
    says = f"{done:,} articles indexed" if done else "every article is in the search index"
    if left:
        says += f", {left:,} are left for the next time"
    return MaintenanceStep(name="index", ended=StepOutcome.DONE, says=says, figures={"indexed": done, "left": left})


def pack_step(
    config: Config,
    now: datetime,
    stopping: Stopping = _never,
    *,
    most_s: float = PACK_LIMIT_S,
    asked: bool = False,
    progress: Callable[[RepackReport], None] = lambda report: None,
) -> MaintenanceStep:
    """Pack bodies again by dictionaries of their sources, if `pack_bodies` says so or it was asked for; at most so long."""
    if not asked and not config.pack_bodies:
        return MaintenanceStep(name="pack", ended=StepOutcome.SKIPPED, says="the setting pack_bodies says no")
    until = time.monotonic() + most_s
    packed = repack(config.database, now, stopping=lambda: stopping() or time.monotonic() > until, progress=progress)
    rest = "; broken off, the next time goes on from there" if packed.broken_off else ""
    says = (
        f"{packed.packed:,} of {packed.tried:,} bodies packed smaller, {packed.before / 1e6:,.1f} MB to "
        f"{packed.after / 1e6:,.1f} MB, {packed.dictionaries:,} new dictionaries ({packed.dictionary_bytes / 1e6:,.1f} MB), "
        f"{packed.seconds:.1f} s, the longest transaction {packed.longest_ms:.0f} ms{rest}"
    )
    says = says if packed.tried else f"nothing to pack{rest}"
    faults = packed.damaged_dictionaries + ([f"{packed.damaged:,} bodies are damaged"] if packed.damaged else [])
    ended = StepOutcome.WARNED if faults else StepOutcome.DONE
    return MaintenanceStep(name="pack", ended=ended, says="; ".join([says, *faults]), figures=packed.as_dict())


def optimize_step(config: Config, now: datetime, stopping: Stopping = _never) -> MaintenanceStep:
    """Renew the planner's statistics."""
    optimized = optimize(config.database)
    says = f"statistics of {optimized.indexes:,} indexes, {optimized.seconds:.1f} s"
    says = says if optimized.indexes else "the database is too small to need statistics"
    return MaintenanceStep(name="optimize", ended=StepOutcome.DONE, says=says, figures=asdict(optimized))


def check_step(config: Config, now: datetime, stopping: Stopping = _never) -> MaintenanceStep:
    """Structure, references, a sample of bodies."""
    checked = check_integrity(config.database, now, stopping=stopping)
    if stopping():
        raise _Stopped
    bad = [finding for finding in checked.findings if finding.level is Level.BAD]
    says = f"{bad[0].message}; {bad[0].advice}" if bad else f"sound, {checked.seconds:.1f} s"
    figures = {"sound": checked.sound, "seconds": checked.seconds, "findings": [asdict(f) for f in checked.findings]}
    return MaintenanceStep(
        name="check", ended=StepOutcome.FAILED if bad else StepOutcome.DONE, says=says, figures=figures
    )


def backup_step(config: Config, now: datetime, stopping: Stopping = _never, *, thin: bool = True) -> MaintenanceStep:
    """A backup into `backup_folder`; then the oldest beyond `backup_keep` go, unless `thin` is false."""
    folder = backup_folder(config)
    if folder is None:
        return MaintenanceStep(
            name="backup", ended=StepOutcome.SKIPPED, says="the setting backup_folder names no folder"
        )
    if not folder.is_dir():
        raise UsageError(f"{folder}: the folder does not exist; make it, or change backup_folder")

    def told(stage: str, done: int, size: int) -> None:
        if stopping():
            raise _Stopped

    backup = create_backup(config.database, new_backup_path(folder, config.database, now), now=now, progress=told)
    gone = remove_old_backups(folder, config.database, config.backup_keep, newest=backup.path) if thin else []
    return backup_result(backup, gone)


def backup_result(backup: Backup, gone: list[Path]) -> MaintenanceStep:
    """The step of a backup that was taken; `gone` are the older ones that were removed."""
    says = (
        f"{backup.path}, {backup.size / 1e6:,.1f} MB, verified, in {backup.copying_s + backup.verifying_s:.1f} s"
        f"{f'; older ones removed: {len(gone)}' if gone else ''}"
    )
    return MaintenanceStep(
        name="backup",
        ended=StepOutcome.DONE,
        says=says,
        figures=backup.as_dict() | {"removed": [str(path) for path in gone]},
    )


def checkpoint_step(config: Config, now: datetime, stopping: Stopping = _never) -> MaintenanceStep:
    """Empty the write-ahead log."""
    emptied = checkpoint(config.database)
    says = f"log of {emptied.before:,} bytes emptied"
    if emptied.busy:
        says = f"log of {emptied.after:,} bytes is not emptied: a program reads or writes; the next time will do"
    ended = StepOutcome.WARNED if emptied.busy else StepOutcome.DONE
    return MaintenanceStep(name="checkpoint", ended=ended, says=says, figures=asdict(emptied))


def backup_folder(config: Config) -> Path | None:
    """Where backups go; None where the setting is empty."""
    return config.folder / config.backup_folder if config.backup_folder is not None else None


STEPS: Mapping[str, Callable[[Config, datetime, Stopping], MaintenanceStep]] = {
    "prune": prune_step,
    "index": index_step,
    "pack": pack_step,
    "optimize": optimize_step,
    "check": check_step,
    "backup": backup_step,
    "checkpoint": checkpoint_step,
}

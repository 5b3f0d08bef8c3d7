"""Watching over everything, once a minute: figures are gathered, conditions judged, alerts opened and closed. See docs/alerts.md.

    what ended since the last look ──> signs ──> conditions ──> rows of `alerts`

A round takes milliseconds whatever the number of sources: it looks only at sources of which a part of a run has ended, reads
what can have changed, and after its budget leaves the rest to the next round. How far it looked is a row, so a restart begins
nothing anew.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.alerts import Alert, Change, Event, Kind, close_alert, closed_evidence, open_alert, open_alerts, reword_alert
from db.config import Config
from db.connect import write
from db.errors import ConfigError
from db.health import file_sizes
from db.signs import (
    Due,
    Part,
    due_sources,
    last_parts,
    links_since,
    looks_since,
    newest_link,
    newest_page,
    note_watched,
    pages_between,
    readings,
    refused,
    was_fine_before,
    watched_sources,
)
from scheduler import watch as judge
from scheduler.rot import BEFORE, RECENT
from scheduler.silence import LEAST_QUIET_S, PAST, judge_quiet
from scheduler.watch import Condition

# Of a minute: so much goes into looking at sources. One that has to wait is looked at in the next round, before others.
BUDGET_S = 0.04
# Where no rhythm is known yet, it is looked for again after so long.
TRY_AGAIN = timedelta(hours=6)

Opened = Mapping[tuple[str, int | None], Alert]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one source was found to be like, and how far it was looked at."""

    due: Due
    conditions: list[Condition]
    page_id: int | None
    quiet_until: datetime | None


def watch(conn: sqlite3.Connection, config: Config, now: datetime, *, budget_s: float = BUDGET_S) -> list[Change]:
    """Look at what has changed; open and close alerts accordingly. What was opened and closed now, for the log.

    `conn` must be able to write. Raises sqlite3.Error where the database fails.
    """
    started = time.perf_counter()
    opened = {(alert.kind, alert.source_id): alert for alert in open_alerts(conn)}
    machine = list(_machine(config, opened))
    in_use = watched_sources(conn)
    looks: list[Look] = []
    for due in due_sources(conn):
        if looks and time.perf_counter() - started > budget_s:
            break
        looks.append(_look(conn, config, due, opened, now))
    with write(conn):
        changes = [
            Change(event=Event.CLOSED, alert=close_alert(conn, alert.id, now))
            for alert in opened.values()
            if alert.source_id is not None and alert.source_id not in in_use
        ]
        for condition in machine:
            changes += _settle(conn, condition, None, opened, now)
        for look in looks:
            for condition in look.conditions:
                changes += _settle(conn, condition, look.due.source_id, opened, now)
            note_watched(conn, look.due, page_id=look.page_id, quiet_until=look.quiet_until)
    return changes


def _settle(
    conn: sqlite3.Connection, condition: Condition, source_id: int | None, opened: Opened, now: datetime
) -> Iterator[Change]:
    """Bring the rows in line with one condition."""
    alert = opened.get((condition.kind.value, source_id))
    if condition.holds and alert is None:
        new = open_alert(
            conn,
            condition.kind,
            source_id,
            says=condition.says,
            remedy=condition.remedy,
            evidence=condition.evidence,
            at=now,
        )
        yield Change(event=Event.OPENED, alert=new)
    elif condition.holds and alert is not None:
        if (alert.says, alert.evidence) != (condition.says, condition.evidence):
            reword_alert(conn, alert.id, says=condition.says, evidence=condition.evidence)
    elif condition.holds is False and alert is not None:
        if condition.evidence:
            reword_alert(conn, alert.id, says=alert.says, evidence=condition.evidence)
        yield Change(event=Event.CLOSED, alert=close_alert(conn, alert.id, now))


def _machine(config: Config, opened: Opened) -> Iterator[Condition]:
    path = config.database
    free = shutil.disk_usage(path.absolute().parent).free
    yield judge.disk(free, int(config["alert_disk"]), is_open=(Kind.DISK, None) in opened)
    yield judge.size(sum(file_sizes(path)), int(config["alert_size"]), is_open=(Kind.SIZE, None) in opened)


def _look(conn: sqlite3.Connection, config: Config, due: Due, opened: Opened, now: datetime) -> Look:
    """Judge one source by what can have changed since the last look."""
    least = _least_failures(config, due)
    parts = last_parts(conn, due.source_id, least)
    conditions = list(_refusals(conn, due, parts, opened)) if parts else []
    if any(it.holds or (it.holds is None and (it.kind, due.source_id) in opened) for it in conditions):
        # The reason is known and said; that nothing could be fetched follows from it.
        conditions.append(Condition(kind=Kind.FAILING, holds=False))
    else:
        conditions.append(judge.failing(due.name, parts, least))
    silence, quiet_until = _silence(conn, due, opened.get((Kind.SILENT, due.source_id)), now)
    rot = opened.get((Kind.ROTTING, due.source_id))
    page_id = newest_page(conn, due.source_id)
    # An open one is looked at even without new pages: after a rule was mended, stored pages are read anew.
    if rot is not None or (page_id is not None and page_id != due.page_id):
        conditions.append(_rotting(conn, due, rot))
    return Look(due=due, conditions=[*conditions, *silence], page_id=page_id, quiet_until=quiet_until)


def _least_failures(config: Config, due: Due) -> int:
    try:
        return int(config.for_source(due.name, due.settings)["alert_failures"])
    except ConfigError:  # `copydesk doctor` says it; the other sources must be watched all the same
        return int(config["alert_failures"])


def _refusals(conn: sqlite3.Connection, due: Due, parts: list[Part], opened: Opened) -> Iterator[Condition]:
    part = parts[0]
    known = opened.get((Kind.ROBOTS_FORBIDDEN, due.source_id))
    if part.forbidden or known:
        seen = refused(conn, due.source_id, part, "robots_forbidden", known.evidence if known else None)
        fine = was_fine_before(conn, due.source_id, part.id)
        yield judge.forbidden(due.name, seen, is_open=known is not None, fine_before=fine)
    known = opened.get((Kind.CERTIFICATE, due.source_id))
    if part.listings_failed or part.failed or known:
        seen = refused(conn, due.source_id, part, "certificate", known.evidence if known else None)
        yield judge.certificate(seen, is_open=known is not None)


def _silence(
    conn: sqlite3.Connection, due: Due, known: Alert | None, now: datetime
) -> tuple[list[Condition], datetime | None]:
    """The judgement, and the moment before which none is needed: the rhythm of four weeks is dear to read."""
    if known is None and due.quiet_until is not None and now < due.quiet_until:
        return [], due.quiet_until
    last = newest_link(conn, due.source_id)
    if last is None:
        return [], now + TRY_AGAIN
    if known is not None:
        is_over = last.isoformat() != known.evidence.get("last_found")
        return ([Condition(kind=Kind.SILENT, holds=False)] if is_over else []), due.quiet_until
    if now - last < timedelta(seconds=LEAST_QUIET_S):
        return [], last + timedelta(seconds=LEAST_QUIET_S)
    start = last - PAST
    quiet = judge_quiet(links_since(conn, due.source_id, start), looks_since(conn, due.source_id, start))
    if quiet.limit_s is None:
        return [], now + TRY_AGAIN
    return [judge.silent(due.name, quiet, last)], now + timedelta(seconds=max(0.0, quiet.limit_s - quiet.quiet_s))


def _rotting(conn: sqlite3.Connection, due: Due, known: Alert | None) -> Condition:
    old = pages_between(closed_evidence(conn, Kind.ROTTING, due.source_id))
    pages = readings(conn, due.source_id, RECENT + BEFORE)
    return judge.rotting(pages, known.evidence if known else None, old)

"""Watching over everything, once a minute: figures are gathered, conditions judged, alerts opened and closed. See docs/alerts.md.

    what ended since the last look ──> signs ──> conditions ──> rows of `alerts`

A round takes milliseconds whatever the number of sources: it looks only at sources of which a part of a run has ended, reads
what can have changed, and after its budget leaves the rest to the next round. How far it looked is a row, so a restart begins
nothing anew.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from db.config.loader import Config
from db.connection.database import write
from db.errors import ConfigError
from db.maintenance.health import database_sizes, free_disk_bytes
from db.queries.alert_figures import (
    EndedSourceRun,
    SourceBaseline,
    SourceFigures,
    active_source_ids,
    count_failing_sources,
    extracted_fields,
    failure_share,
    last_source_runs,
    links_since,
    listing_reads_since,
    newest_link_time,
    newest_page,
    pages_in_evidence,
    record_evaluation,
    sources_to_evaluate,
    worked_before,
)
from db.store.alerts import (
    Alert,
    AlertChange,
    AlertEvent,
    AlertKind,
    close_alert,
    closed_evidence,
    open_alert,
    open_alerts,
    update_alert,
)
from scheduler.alerts import conditions as judge
from scheduler.alerts.conditions import Condition
from scheduler.alerts.degradation import BEFORE, RECENT, may_be_degraded, median_words, newest, shares_of
from scheduler.alerts.silence import HISTORY, MIN_QUIET_S, judge_silence

# Of a minute: so much goes into looking at sources. One that has to wait is looked at in the next round, before others.
BUDGET_S = 0.04
# The part of it in which dear figures are counted.
EXPENSIVE_SHARE = 0.5
# What is usual for a source is counted anew after so long.
BASELINE_TTL = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorRound:
    """One round: what it works with."""

    conn: sqlite3.Connection
    config: Config
    now: datetime
    opened: Mapping[tuple[str, int | None], Alert]
    about: Mapping[tuple[str, str], Alert]
    budget_s: float
    started: float

    def spent(self, share: float = 1.0) -> bool:
        """Whether a share of the budget is spent."""
        return time.perf_counter() - self.started > self.budget_s * share


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCheck:
    """What one source was found to be like, and how far it was looked at."""

    due: SourceFigures
    conditions: list[Condition]
    page_id: int | None
    usual: SourceBaseline


def evaluate_alerts(
    conn: sqlite3.Connection,
    config: Config,
    now: datetime,
    *,
    budget_s: float = BUDGET_S,
    service: Sequence[Condition] = (),
) -> list[AlertChange]:
    """Look at what has changed; open and close alerts accordingly. What was opened and closed now, for the log.

    `service` is what the service itself has judged: its site files, its processes.
    `conn` must be able to write. Raises sqlite3.Error where the database fails.
    """
    started = time.perf_counter()
    all_open = open_alerts(conn)
    opened = {(alert.kind, alert.source_id): alert for alert in all_open if not alert.about}
    about = {(alert.kind, alert.about): alert for alert in all_open if alert.about}
    turn = MonitorRound(
        conn=conn, config=config, now=now, opened=opened, about=about, budget_s=budget_s, started=started
    )
    machine = [*_machine(turn), *service]
    in_use = active_source_ids(conn)
    looks: list[SourceCheck] = []
    for due in sources_to_evaluate(conn):
        if looks and turn.spent():
            break
        # What is dear to count waits for the source's next run, but for the first of a round: so all get their turn.
        looks.append(_look(turn, due, hurried=bool(looks) and turn.spent(EXPENSIVE_SHARE)))
    network = _network(turn, looks)
    machine += network
    cut_off = any(condition.holds for condition in network)
    with write(conn):
        changes = [
            AlertChange(event=AlertEvent.CLOSED, alert=close_alert(conn, alert.id, now))
            for alert in opened.values()
            if alert.source_id is not None and alert.source_id not in in_use
        ]
        for condition in machine:
            changes += _settle(turn, condition, None)
        for look in looks:
            for condition in look.conditions:
                if not (cut_off and condition.holds and condition.kind is AlertKind.FAILING):
                    changes += _settle(turn, condition, look.due.source_id)
            record_evaluation(conn, look.due, page_id=look.page_id, usual=look.usual)
    return changes


def _settle(turn: MonitorRound, condition: Condition, source_id: int | None) -> Iterator[AlertChange]:
    """Bring the rows in line with one condition."""
    conn, alert = turn.conn, turn.opened.get((condition.kind.value, source_id))
    if condition.about:
        alert = turn.about.get((condition.kind.value, condition.about))
    if condition.holds and alert is None:
        words = {"message": condition.says, "advice": condition.remedy, "evidence": condition.evidence}
        new = open_alert(conn, condition.kind, source_id, **words, about=condition.about, at=turn.now)  # type: ignore[arg-type]
        yield AlertChange(event=AlertEvent.OPENED, alert=new)
    elif condition.holds and alert is not None:
        if (alert.message, alert.evidence) != (condition.says, condition.evidence):
            update_alert(conn, alert.id, message=condition.says, evidence=condition.evidence)
    elif condition.holds is False and alert is not None:
        if condition.evidence:
            update_alert(conn, alert.id, message=alert.message, evidence=condition.evidence)
        yield AlertChange(event=AlertEvent.CLOSED, alert=close_alert(conn, alert.id, turn.now))


def _machine(turn: MonitorRound) -> Iterator[Condition]:
    path, opened = turn.config.database, turn.opened
    yield judge.disk(free_disk_bytes(path), turn.config.alert_disk, is_open=(AlertKind.DISK, None) in opened)
    yield judge.size(sum(database_sizes(path)), turn.config.alert_size, is_open=(AlertKind.SIZE, None) in opened)


def _network(turn: MonitorRound, looks: list[SourceCheck]) -> list[Condition]:
    """Whether it is the machine and not its sources. Counted where one would begin to be `failing`, or while it is so."""
    is_open = (AlertKind.NETWORK, None) in turn.opened
    begins = any(it.holds and it.kind is AlertKind.FAILING for look in looks for it in look.conditions)
    return [judge.network(*count_failing_sources(turn.conn), is_open=is_open)] if begins or is_open else []


def _look(turn: MonitorRound, due: SourceFigures, *, hurried: bool) -> SourceCheck:
    """Judge one source by what can have changed since the last look."""
    least = _least_failures(turn.config, due)
    parts = last_source_runs(turn.conn, due.source_id, least)
    conditions = list(_refusals(turn, due, parts[0])) if parts else []
    if any(it.holds or (it.holds is None and (it.kind, due.source_id) in turn.opened) for it in conditions):
        # The reason is known and said; that nothing could be fetched follows from it.
        conditions.append(Condition(kind=AlertKind.FAILING, holds=False))
    else:
        conditions.append(judge.failing(due.name, parts, least))
    conditions.append(judge.no_listing(due.name, parts, least))
    silence, usual = _silence(turn, due, due.baseline, hurried=hurried)
    rot, usual, page_id = _rotting(turn, due, usual, hurried=hurried)
    return SourceCheck(due=due, conditions=[*conditions, *silence, *rot], page_id=page_id, usual=usual)


def _least_failures(config: Config, due: SourceFigures) -> int:
    try:
        return config.for_source(due.name, due.settings).alert_failures
    except ConfigError:  # `copydesk doctor` says it; the other sources must be watched all the same
        return config.alert_failures


def _refusals(turn: MonitorRound, due: SourceFigures, part: EndedSourceRun) -> Iterator[Condition]:
    conn, known = turn.conn, turn.opened.get((AlertKind.ROBOTS_FORBIDDEN, due.source_id))
    if part.forbidden or known:
        seen = failure_share(conn, due.source_id, part, "robots_forbidden", known.evidence if known else None)
        fine = worked_before(conn, due.source_id, part.id)
        yield judge.forbidden(due.name, seen, is_open=known is not None, fine_before=fine)
    known = turn.opened.get((AlertKind.CERTIFICATE, due.source_id))
    if part.listings_failed or part.failed or known:
        seen = failure_share(conn, due.source_id, part, "certificate", known.evidence if known else None)
        yield judge.certificate(seen, is_open=known is not None)


def _silence(
    turn: MonitorRound, due: SourceFigures, usual: SourceBaseline, *, hurried: bool
) -> tuple[list[Condition], SourceBaseline]:
    """The rhythm of four weeks is dear to count: how long the source may rest is kept for some days."""
    known = turn.opened.get((AlertKind.SILENT, due.source_id))
    last = newest_link_time(turn.conn, due.source_id)
    if last is None:
        return [], usual
    if known is not None:
        is_over = last.isoformat() != known.evidence.get("last_found")
        return ([Condition(kind=AlertKind.SILENT, holds=False)] if is_over else []), usual
    rest = turn.now - last
    if usual.limit_at is None or turn.now - usual.limit_at > BASELINE_TTL:
        limit_s: float | None = MIN_QUIET_S
    else:
        limit_s = usual.limit_s
    if limit_s is None or rest < timedelta(seconds=limit_s) or hurried:
        return [], usual
    start = last - HISTORY
    quiet = judge_silence(
        links_since(turn.conn, due.source_id, start), listing_reads_since(turn.conn, due.source_id, start)
    )
    return [judge.silent(due.name, quiet, last)], replace(usual, limit_s=quiet.limit_s, limit_at=turn.now)


def _rotting(
    turn: MonitorRound, due: SourceFigures, usual: SourceBaseline, *, hurried: bool
) -> tuple[list[Condition], SourceBaseline, int | None]:
    """The last pages are read when there are new ones; those before them when the last are odd, and now and then."""
    known = turn.opened.get((AlertKind.ROTTING, due.source_id))
    page_id = newest_page(turn.conn, due.source_id)
    # An open one is looked at even without new pages: after a rule was mended, stored pages are read anew.
    if page_id is None or (known is None and page_id == due.page_id):
        return [], usual, page_id
    is_fresh = usual.shares_at is not None and turn.now - usual.shares_at < BASELINE_TTL
    if known is None and is_fresh:
        recent = extracted_fields(turn.conn, due.source_id, RECENT)
        if not may_be_degraded(recent, usual.shares, usual.words):
            return [], usual, page_id
    if hurried:
        return [], usual, due.page_id
    old = pages_in_evidence(closed_evidence(turn.conn, AlertKind.ROTTING, due.source_id))
    pages = extracted_fields(turn.conn, due.source_id, RECENT + BEFORE)
    before = pages[len(newest(pages)) :]
    if len(pages) < 2 * RECENT:  # of few pages fewer stand for now (`newest`), and all are quickly read
        return [judge.degraded(pages, known.evidence if known else None, old)], usual, page_id
    words = median_words(before)
    counted = replace(usual, shares=shares_of(before, words), words=words, shares_at=turn.now)
    return [judge.degraded(pages, known.evidence if known else None, old)], counted, page_id

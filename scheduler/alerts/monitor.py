"""Evaluates all alerts once a minute: reads figures, evaluates conditions, opens and closes alerts. See docs/alerts.md.

    source runs that ended since the last round ──> figures ──> conditions ──> rows of `alerts`

A round takes milliseconds whatever the number of sources: it checks only sources of which a run has ended, reads only what can have
changed, and leaves the rest to the next round when its budget is spent. Its progress is stored, so a restart repeats nothing.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from db.config.loader import Config
from db.config.settings import SharedSettings
from db.connection.database import write
from db.diagnosis.listing_trouble import listing_trouble
from db.errors import ConfigError
from db.maintenance.health import database_sizes, free_disk_bytes
from db.queries.sources.alert_figures import (
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
from db.queries.sources.newest_texts import newest_texts
from db.store.service.alerts import (
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
from db.store.sites.listing_readings import readings_of_run
from scheduler.alerts import conditions as judge
from scheduler.alerts.conditions import Condition
from scheduler.alerts.degradation import BEFORE, RECENT, may_be_degraded, median_words, newest, shares_of
from scheduler.alerts.repeating import FEWEST as FEWEST_STORIES
from scheduler.alerts.repeating import NEWEST as NEWEST_STORIES
from scheduler.alerts.silence import HISTORY, MIN_QUIET_S, judge_silence

BUDGET_S = 0.04
"""Seconds of a round spent on sources. Those that are left come first in the next round."""
EXPENSIVE_SHARE = 0.5
"""The part of the budget in which expensive figures are computed."""
BASELINE_TTL = timedelta(days=3)
"""How long the baseline of a source is kept before it is computed again."""
OPEN_REPEATS_TTL = timedelta(hours=6)
"""How often an open alert about what articles repeat is looked at again: new rules should close it on the same day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorRound:
    """The state of one round. `opened`: open alerts by kind and source; `about`: by kind and subject."""

    conn: sqlite3.Connection
    config: Config
    now: datetime
    opened: Mapping[tuple[str, int | None], Alert]
    about: Mapping[tuple[str, str], Alert]
    budget_s: float
    started: float

    def spent(self, share: float = 1.0) -> bool:
        """Whether this share of the budget is spent."""
        return time.perf_counter() - self.started > self.budget_s * share


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCheck:
    """The conditions of one source, and the last page that was checked."""

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
    """Evaluate what has changed, open and close alerts, and return what was opened and closed.

    `service`: conditions of the service itself (site files, crawl processes). `conn` must be writable. Raises sqlite3.Error.
    """
    started = time.perf_counter()
    all_open = open_alerts(conn)
    opened = {(alert.kind, alert.source_id): alert for alert in all_open if not alert.about}
    about = {(alert.kind, alert.about): alert for alert in all_open if alert.about}
    state = MonitorRound(
        conn=conn, config=config, now=now, opened=opened, about=about, budget_s=budget_s, started=started
    )
    machine = [*_machine(state), *service]
    in_use = active_source_ids(conn)
    checks: list[SourceCheck] = []
    for due in sources_to_evaluate(conn):
        if checks and state.spent():
            break
        # Expensive figures wait for the next run of a source, except for the first source of a round: so each has its turn.
        checks.append(_check(state, due, hurried=bool(checks) and state.spent(EXPENSIVE_SHARE)))
    network = _network(state, checks)
    machine += network
    cut_off = any(condition.holds for condition in network)
    with write(conn):
        changes = [
            AlertChange(event=AlertEvent.CLOSED, alert=close_alert(conn, alert.id, now))
            for alert in opened.values()
            if alert.source_id is not None and alert.source_id not in in_use
        ]
        for condition in machine:
            changes += _apply(state, condition, None)
        for check in checks:
            for condition in check.conditions:
                if not (cut_off and condition.holds and condition.kind in _SHARED):
                    changes += _apply(state, condition, check.due.source_id)
            record_evaluation(conn, check.due, page_id=check.page_id, usual=check.usual)
    return changes


def _apply(state: MonitorRound, condition: Condition, source_id: int | None) -> Iterator[AlertChange]:
    """Open, reword or close the alert of one condition."""
    conn, alert = state.conn, state.opened.get((condition.kind.value, source_id))
    if condition.about:
        alert = state.about.get((condition.kind.value, condition.about))
    if condition.holds and alert is None:
        new = open_alert(
            conn,
            condition.kind,
            source_id,
            message=condition.message,
            advice=condition.advice,
            evidence=condition.evidence,
            at=state.now,
            about=condition.about,
        )
        yield AlertChange(event=AlertEvent.OPENED, alert=new)
    elif condition.holds and alert is not None:
        if (alert.message, alert.evidence) != (condition.message, condition.evidence):
            update_alert(conn, alert.id, message=condition.message, evidence=condition.evidence)
    elif condition.holds is False and alert is not None:
        if condition.evidence:
            update_alert(conn, alert.id, message=alert.message, evidence=condition.evidence)
        yield AlertChange(event=AlertEvent.CLOSED, alert=close_alert(conn, alert.id, state.now))


def _machine(state: MonitorRound) -> Iterator[Condition]:
    path, opened = state.config.database, state.opened
    yield judge.disk(free_disk_bytes(path), state.config.alert_disk, is_open=(AlertKind.DISK, None) in opened)
    yield judge.size(sum(database_sizes(path)), state.config.alert_size, is_open=(AlertKind.SIZE, None) in opened)


def _network(state: MonitorRound, checks: list[SourceCheck]) -> list[Condition]:
    """Whether this machine is cut off. Counted only when a source starts failing, or while the alert is open."""
    is_open = (AlertKind.NETWORK, None) in state.opened
    begins = any(one.holds and one.kind in _SHARED for check in checks for one in check.conditions)
    return [judge.network(*count_failing_sources(state.conn), is_open=is_open)] if begins or is_open else []


def _check(state: MonitorRound, due: SourceFigures, *, hurried: bool) -> SourceCheck:
    """Evaluate one source by what can have changed since its last check."""
    settings = _settings(state.config, due)
    least = settings.alert_failures
    parts = last_source_runs(state.conn, due.source_id, least)
    conditions = [*_refusals(state, due, parts[0]), *_walls(state, due, parts, least)] if parts else []
    if any(one.holds or (one.holds is None and (one.kind, due.source_id) in state.opened) for one in conditions):
        # The cause has an alert of its own; that nothing could be fetched follows from it.
        conditions.append(Condition(kind=AlertKind.FAILING, holds=False))
    else:
        conditions.append(judge.failing(due.name, parts, least))
    if any(one.holds and one.kind in _WALLS for one in conditions):
        conditions.append(Condition(kind=AlertKind.NO_LISTING, holds=False))
    else:
        conditions.append(judge.no_listing(due.name, parts, least))
    silence, usual = _silence(state, due, settings.alert_silence.total_seconds(), hurried=hurried)
    degraded, usual, page_id = _degraded(state, due, usual, hurried=hurried)
    repeating, usual = _repeating(state, due, usual, hurried=hurried)
    shown = [judge.with_diagnosis(due.name, one) for one in (*conditions, *silence, *degraded)]
    return SourceCheck(due=due, conditions=[*shown, *repeating], page_id=page_id, usual=usual)


def _settings(config: Config, due: SourceFigures) -> SharedSettings:
    try:
        return config.for_source(due.name, due.settings)
    except ConfigError:  # reported by `copydesk doctor`; the other sources must be evaluated all the same
        return config


def _refusals(state: MonitorRound, due: SourceFigures, part: EndedSourceRun) -> Iterator[Condition]:
    conn, known = state.conn, state.opened.get((AlertKind.ROBOTS_FORBIDDEN, due.source_id))
    if part.forbidden or known:
        seen = failure_share(conn, due.source_id, part, "robots_forbidden", known.evidence if known else None)
        fine = worked_before(conn, due.source_id, part.id)
        yield judge.forbidden(due.name, seen, is_open=known is not None, fine_before=fine)
    known = state.opened.get((AlertKind.CERTIFICATE, due.source_id))
    if part.listings_failed or part.failed or known:
        seen = failure_share(conn, due.source_id, part, "certificate", known.evidence if known else None)
        yield judge.certificate(seen, is_open=known is not None)


_SHARED = (AlertKind.FAILING, AlertKind.CHALLENGED, AlertKind.CERTIFICATE)
"""What each source has where this machine is cut off, or its clock is wrong: one alert says so."""
_WALLS = (AlertKind.CHALLENGED, AlertKind.DRAWN_BY_SCRIPT)


def _walls(state: MonitorRound, due: SourceFigures, parts: Sequence[EndedSourceRun], least: int) -> Iterator[Condition]:
    """Whether a challenge or a script is why no listing works. What its listings held is read where none does."""
    trouble = (
        None if parts[0].listings_working else listing_trouble(readings_of_run(state.conn, due.source_id, parts[0].id))
    )
    for kind in _WALLS:
        yield judge.walled(kind, trouble, parts, least)


def _silence(
    state: MonitorRound, due: SourceFigures, given_s: float, *, hurried: bool
) -> tuple[list[Condition], SourceBaseline]:
    """Whether the source is silent: for longer than `given_s`, or where that is 0 than the limit that is learned. This needs four
    weeks of links, which is expensive, so it is kept for some days."""
    usual = due.baseline
    known = state.opened.get((AlertKind.SILENT, due.source_id))
    last = newest_link_time(state.conn, due.source_id)
    if last is None:
        return [], usual
    if known is not None:
        is_over = last.isoformat() != known.evidence.get("last_found")
        return ([Condition(kind=AlertKind.SILENT, holds=False)] if is_over else []), usual
    gap = state.now - last
    if given_s:
        limit_s: float | None = given_s
    elif usual.limit_at is None or abs(state.now - usual.limit_at) > BASELINE_TTL:
        limit_s = MIN_QUIET_S
    else:
        limit_s = usual.limit_s
    if limit_s is None or gap < timedelta(seconds=limit_s) or hurried:
        return [], usual
    start = last - HISTORY
    silence = judge_silence(
        links_since(state.conn, due.source_id, start), listing_reads_since(state.conn, due.source_id, start)
    )
    usual = replace(usual, limit_s=silence.limit_s, limit_at=state.now)
    return [judge.silent(replace(silence, limit_s=given_s or silence.limit_s), last, is_given=given_s > 0)], usual


def _degraded(
    state: MonitorRound, due: SourceFigures, usual: SourceBaseline, *, hurried: bool
) -> tuple[list[Condition], SourceBaseline, int | None]:
    """Whether extraction is degraded. Recent pages are read if there are new ones; those before if the recent ones are unusual, and
    every few days for the baseline.
    """
    known = state.opened.get((AlertKind.ROTTING, due.source_id))
    page_id = newest_page(state.conn, due.source_id)
    # An open alert is checked without new pages too: stored pages are extracted again after a site rule was corrected.
    if page_id is None or (known is None and page_id == due.page_id):
        return [], usual, page_id
    is_fresh = usual.shares_at is not None and abs(state.now - usual.shares_at) < BASELINE_TTL
    if known is None and is_fresh:
        recent = extracted_fields(state.conn, due.source_id, RECENT)
        if not may_be_degraded(recent, usual.shares, usual.words):
            return [], usual, page_id
    if hurried:
        return [], usual, due.page_id
    old = pages_in_evidence(closed_evidence(state.conn, AlertKind.ROTTING, due.source_id))
    pages = extracted_fields(state.conn, due.source_id, RECENT + BEFORE)
    before = pages[len(newest(pages)) :]
    if len(pages) < 2 * RECENT:  # with few pages fewer stand for now (`newest`), and reading all is cheap
        return [judge.degraded(pages, known.evidence if known else None, old)], usual, page_id
    words = median_words(before)
    counted = replace(usual, shares=shares_of(before, words), words=words, shares_at=state.now)
    return [judge.degraded(pages, known.evidence if known else None, old)], counted, page_id


def _repeating(
    state: MonitorRound, due: SourceFigures, usual: SourceBaseline, *, hurried: bool
) -> tuple[list[Condition], SourceBaseline]:
    """Whether its newest articles repeat something. Their texts are read every few days, and while the alert is open more often."""
    is_open = (AlertKind.REPEATING, due.source_id) in state.opened
    often = OPEN_REPEATS_TTL if is_open else BASELINE_TTL
    if hurried or (usual.repeats_at is not None and abs(state.now - usual.repeats_at) < often):
        return [], usual
    stories = newest_texts(state.conn, due.source_id, NEWEST_STORIES)
    if len(stories) < FEWEST_STORIES:  # nothing is decided yet
        return [], usual
    return [judge.repeating(due.name, stories, is_open=is_open)], replace(usual, repeats_at=state.now)

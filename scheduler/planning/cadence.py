"""When a source is to be crawled next, after it was crawled at some moment. Pure.

    Every   on a grid of its own: 1,000 sources at 15 minutes come due one after the other, not together, and stay so
    Cron    at the times of a cron line in a time zone
    Auto    when waiting longer would cost more than looking (`scheduler.planning.learned_cadence`)
    Never   not by itself

Grids and cron lines are times, not countdowns: a restart moves nothing, and of the times that passed while nobody looked one
crawl makes up for all. Cron lines are read as Debian's cron reads them, by cronsim: what falls into the hour that the clock
skips in spring runs right after it, what stands in the hour that it repeats in autumn runs once. (APScheduler 3.11's
CronTrigger goes back in time there: from 00:30 UTC to 01:30 and again to 01:30, for ever.)
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from cronsim import CronSim

from db.config.settings import SourceSettings

# Of a grid's step: whoever was crawled by hand so shortly before its time is not crawled again at it.
NEAR_SHARE = 0.5
# What a cron line's crawls are spread over, so that a hundred sources of one line do not start at once.
CRON_SPREAD_S = 60.0


class PublicationForecast(Protocol):
    """What is known of when a source publishes."""

    def next_visit(
        self, *, visited: float, latest: float | None, least: float, most: float, recent: Sequence[float] = ()
    ) -> float:
        """When to look again (Unix seconds), after a look at `visited`; `recent` appeared since it was learned, `latest` last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedInterval:
    """Every so many seconds. `phase`, 0 to 1, is where on the step this source's times lie."""

    seconds: float
    phase: float = 0.0

    def after(self, moment: datetime) -> datetime:
        """The first time of the grid after a moment and not right behind it."""
        at = moment.timestamp()
        step = math.floor(at / self.seconds - self.phase) + 1
        time = (step + self.phase) * self.seconds
        if time - at < NEAR_SHARE * self.seconds:
            time += self.seconds
        return datetime.fromtimestamp(time, UTC)

    @property
    def usual_s(self) -> float:
        """Seconds between two crawls."""
        return self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CronSchedule:
    """At the times of a cron line in a zone; `phase`, 0 to 1, shifts this source by up to `CRON_SPREAD_S`."""

    line: str
    zone: str = "UTC"
    phase: float = 0.0

    def after(self, moment: datetime) -> datetime:
        """The first time of the line after a moment."""
        shift = timedelta(seconds=self.phase * CRON_SPREAD_S)
        local = (moment - shift).astimezone(ZoneInfo(self.zone))
        return next(CronSim(self.line, local)).astimezone(UTC) + shift

    @property
    def usual_s(self) -> float:
        """Seconds between two crawls, where the line is densest by its first times of a day."""
        times = CronSim(self.line, datetime(2024, 1, 1, 12, tzinfo=UTC))
        first, second = next(times), next(times)
        return (second - first).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedInterval:
    """As often as its publishing asks for, between two bounds in seconds.

    `recent`: when articles appeared since the foresight was learned; `latest`: the last of all.
    """

    foresight: PublicationForecast
    latest: float | None
    recent: tuple[float, ...] = ()
    least_s: float
    most_s: float

    def after(self, moment: datetime) -> datetime:
        """When it is worth looking again after a look at a moment."""
        at = moment.timestamp()
        time = self.foresight.next_visit(
            visited=at, latest=self.latest, least=self.least_s, most=self.most_s, recent=self.recent
        )
        return datetime.fromtimestamp(time, UTC)

    @property
    def usual_s(self) -> float:
        """The shortest time between two crawls."""
        return self.least_s


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverDue:
    """Only where somebody crawls it by hand."""

    def after(self, moment: datetime) -> None:
        """At no time."""

    @property
    def usual_s(self) -> float:
        """For ever."""
        return math.inf


Cadence = FixedInterval | CronSchedule | LearnedInterval | NeverDue


def phase_of(name: str) -> float:
    """Where a source's times lie, 0 to 1: by its name alone, so that it is the same on every machine and after every restart."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big") / (1 << 48)


def cadence_of(name: str, settings: SourceSettings, auto: LearnedInterval | None = None) -> Cadence:
    """The cadence that a source's settings name. `auto` is what "auto" means for it."""
    phase = phase_of(name)
    if settings.cron:
        return CronSchedule(line=settings.cron, zone=settings.timezone, phase=phase)
    match settings.every:
        case "never":
            return NeverDue()
        case "auto":
            return auto if auto is not None else _fixed(settings.every_least, phase)
        case step:
            return _fixed(step, phase)


def _fixed(step: timedelta, phase: float) -> FixedInterval:
    return FixedInterval(seconds=step.total_seconds(), phase=phase)

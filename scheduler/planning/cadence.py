"""When a source is due next after a crawl. Pure.

    FixedInterval     on a grid of its own: 1,000 sources at 15 minutes come due one after the other, not together, and stay so
    CronSchedule      at the times of a cron line in a time zone
    LearnedInterval   when waiting longer would cost more than a visit (`scheduler.planning.learned_cadence`)
    NeverDue          only by hand

Grids and cron lines are times, not countdowns: a restart shifts nothing, and one crawl makes up for all times that were missed.
Cron lines are interpreted as by Debian's cron (cronsim): a time in the hour that the clock skips in spring runs right after it, a
time in the hour that is repeated in autumn runs once. (APScheduler 3.11's CronTrigger goes back in time there: from 00:30 UTC to
01:30 and again to 01:30, for ever.)
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Protocol

from db.config.settings import SourceSettings
from db.config.values import CronLine

NEAR_SHARE = 0.5
"""A source that was crawled less than this share of its interval before a time of the grid skips that time."""
CRON_SPREAD_S = 60.0
"""Seconds over which sources with one cron line are spread, so that a hundred do not start at once."""


class PublicationForecast(Protocol):
    """A forecast of when a source publishes."""

    def next_visit(
        self, *, visited: float, latest: float | None, least: float, most: float, recent: Sequence[float] = ()
    ) -> float:
        """When to visit next (Unix seconds). See `LearnedCadence.next_visit`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedInterval:
    """Every `seconds` seconds. `phase`, 0 to 1: the offset of this source's grid, as a share of the interval."""

    seconds: float
    phase: float = 0.0

    def after(self, moment: datetime) -> datetime:
        """The first time of the grid after a moment, but not right after it (`NEAR_SHARE`)."""
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
    """At the times of a cron line in a time zone. `phase`, 0 to 1: delays this source by up to `CRON_SPREAD_S`."""

    line: CronLine
    zone: tzinfo = UTC
    phase: float = 0.0

    def after(self, moment: datetime) -> datetime:
        """The first time of the line after a moment."""
        shift = timedelta(seconds=self.phase * CRON_SPREAD_S)
        local = (moment - shift).astimezone(self.zone)
        return next(self.line.times_after(local)).astimezone(UTC) + shift

    @property
    def usual_s(self) -> float:
        """Seconds between the first two times of the line after a noon."""
        times = self.line.times_after(datetime(2024, 1, 1, 12, tzinfo=UTC))
        first, second = next(times), next(times)
        return (second - first).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedInterval:
    """As often as the source publishes, between `least_s` and `most_s` seconds.

    `recent`: when articles appeared since the forecast was learned; `latest`: when the last one did (Unix seconds).
    """

    forecast: PublicationForecast
    latest: float | None
    recent: tuple[float, ...] = ()
    least_s: float
    most_s: float

    def after(self, moment: datetime) -> datetime:
        """When the next visit pays after one at this moment."""
        at = moment.timestamp()
        time = self.forecast.next_visit(
            visited=at, latest=self.latest, least=self.least_s, most=self.most_s, recent=self.recent
        )
        return datetime.fromtimestamp(time, UTC)

    @property
    def usual_s(self) -> float:
        """The shortest time between two crawls."""
        return self.least_s


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverDue:
    """Never crawled by the service."""

    def after(self, moment: datetime) -> None:
        """None: never."""

    @property
    def usual_s(self) -> float:
        """Infinity."""
        return math.inf


Cadence = FixedInterval | CronSchedule | LearnedInterval | NeverDue


def phase_of(name: str) -> float:
    """The phase of a source, 0 to 1: a hash of its name, so that it is the same on every machine and after every restart."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big") / (1 << 48)


def cadence_of(name: str, settings: SourceSettings, auto: LearnedInterval | None = None) -> Cadence:
    """The cadence that a source's settings ask for. `auto`: its learned cadence, for `every = "auto"`."""
    phase = phase_of(name)
    if settings.cron is not None:
        return CronSchedule(line=settings.cron, zone=settings.timezone, phase=phase)
    match settings.every:
        case "never":
            return NeverDue()
        case "auto":
            return auto if auto is not None else _fixed(settings.every_least, phase)
        case interval:
            return _fixed(interval, phase)


def _fixed(interval: timedelta, phase: float) -> FixedInterval:
    return FixedInterval(seconds=interval.total_seconds(), phase=phase)


def slower_cadence(name: str, cadence: Cadence, interval: timedelta) -> Cadence | None:
    """The cadence of a source whose news hubs tell of: every `interval`, unless it is seldom enough or at set times."""
    if not isinstance(cadence, FixedInterval | LearnedInterval) or cadence.usual_s >= interval.total_seconds():
        return None
    return _fixed(interval, phase_of(name))

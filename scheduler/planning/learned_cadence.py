"""How often a source with `every = "auto"` is visited, learned from when it publishes.

A visit costs as much as a fixed number of article-hours of waiting, the same for all sources. The next visit is due when the
articles expected until then have waited that long in total: ∫ rate(s)·(t - s) ds = VISIT_COST. At a constant rate this is the
optimum: a visit every Δ costs k/Δ, waiting costs rate·Δ/2, and their sum is smallest at rate·Δ²/2 = k. The rate is that of the
hour of the week (`scheduler.planning.weekly_profile`) plus what the last articles trigger (`scheduler.planning.bursts`).

Pure: all times are arguments, in Unix seconds; durations are seconds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.planning.bursts import (
    LAGS,
    NO_ECHO,
    BurstEffect,
    Echo,
    decayed,
    echoes_met,
    fit_burst_effect,
    with_articles,
)
from scheduler.planning.weekly_profile import (
    DAY,
    HOUR,
    HOURS,
    build_profile,
    hour_of_week,
    integrate_rates,
    weekly_rates,
)

VISIT_COST = 0.125 * HOUR
"""In article-seconds: a source with four articles an hour is visited every 15 minutes, one with one a day every 2.5 hours."""
# Articles within so many seconds are one event: a batch released together does not predict what follows.
_BATCH = 60.0
# With fewer events, or a shorter history, only an average rate is learned. It starts with one imagined article, at a rate at which
# a visit is due after half an hour (the default of `every`).
_LEAST_EVENTS = 10
_LEAST_SPAN = 2 * DAY
_FIRST_RATE = 1.0 / HOUR
# Limits of the history: older articles hardly count, and of very many the latest are enough, for bursts too.
_LONGEST = 42 * DAY
_MOST_ARTICLES = 4000
_MOST_IN_BURSTS = 400
_ROUNDS = 4
# Steps of the integration: short at first, where a burst decays.
_FIRST_STEP, _LONGEST_STEP, _STEP_GROWTH = 60.0, 900.0, 1.15


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedCadence:
    """When a source publishes.

    `hours`: spontaneous stories a second, by hour of the week (0: Thursday 00:00 UTC). A story is `batch` articles at once,
    triggers others by `draw`, and comes to `articles_a_story` with them. `echo`: the decayed sum of all articles up to `heard`.
    `is_learned` is false if there was too little to learn from; then all `hours` are equal.
    """

    hours: tuple[float, ...]
    draw: BurstEffect
    batch: float
    articles_a_story: float
    echo: Echo
    heard: float
    is_learned: bool

    @property
    def articles_a_day(self) -> float:
        """Articles a day, on average over the week."""
        return sum(self.hours) / HOURS * DAY * self.articles_a_story

    def expected(self, start: float, end: float) -> float:
        """Expected articles in a span by hour and weekday, without what recent articles trigger."""
        return self.stories(start, end) * self.articles_a_story

    def stories(self, start: float, end: float) -> float:
        """Expected spontaneous stories in a span. exp(-stories) is the probability of no article at all."""
        return integrate_rates(self.hours, start, end)

    def next_visit(
        self, *, visited: float, latest: float | None, least: float, most: float, recent: Sequence[float] = ()
    ) -> float:
        """When to visit next: `least` to `most` seconds after `visited`, the last visit.

        `recent`: when all articles since `heard` appeared, sorted. Without it, `latest` is used: when the last known article
        appeared, possibly after `heard`. A burst then counts as one article: the median delay at the bursty site is 0.62 of that
        of a fixed interval instead of 0.48 (bench/service/cadence.py).
        """
        most = max(least, most)
        echo = self._echo_at(visited, recent or (() if latest is None else (latest,)))
        ahead, step, came, waited = 0.0, _FIRST_STEP, 0.0, 0.0
        while ahead < most:
            step = min(step, most - ahead)
            rate = self.hours[hour_of_week(visited + ahead)] + self.draw.rate(echo)
            more = (came * step + rate * step * step / 2) * self.batch
            if waited + more >= VISIT_COST:
                return visited + min(most, max(least, ahead + step * (VISIT_COST - waited) / more))
            came, waited, ahead = came + rate * step, waited + more, ahead + step
            x, y, z = decayed(echo, step)
            echo = (x + rate * _fill(step, 0), y + rate * _fill(step, 1), z + rate * _fill(step, 2))
            step = min(_LONGEST_STEP, step * _STEP_GROWTH)
        return visited + most

    def _echo_at(self, now: float, recent: Sequence[float]) -> Echo:
        """The echo of all known articles at `now`."""
        echo, heard = self.echo, self.heard
        for time in recent:
            if heard + _BATCH < time <= now:
                echo, heard = with_articles(decayed(echo, time - heard)), time
        return decayed(echo, max(0.0, now - heard))


def learn_cadence(appeared: Sequence[float], *, since: float, until: float) -> LearnedCadence:
    """The cadence of a source whose articles appeared at these times, sorted. `since`: its first visit; `until`: now.

    Earlier articles count as well if their listing stated a time. Takes 3 to 15 ms; twice a day is enough, as `next_visit` gets
    what appeared since.
    """
    since = max(since, until - _LONGEST)
    events, sizes = _events([time for time in appeared if until - _LONGEST <= time <= until][-_MOST_ARTICLES:])
    if events:
        # Articles before the first may be missing (a feed lists only its last ones), so the history starts with it.
        since, events, sizes = events[0], events[1:], sizes[1:]
    met = echoes_met(events)
    batch = (sum(sizes) + 1.0) / (len(sizes) + 1.0)
    echo, heard = (with_articles(met[-1]), events[-1]) if met else (NO_ECHO, since)
    if len(events) < _LEAST_EVENTS or until - since < _LEAST_SPAN:
        level = (len(events) + 1.0) / (max(0.0, until - since) + 1.0 / _FIRST_RATE)
        return LearnedCadence(
            hours=(level,) * HOURS,
            draw=BurstEffect(),
            batch=batch,
            articles_a_story=batch,
            echo=echo,
            heard=heard,
            is_learned=False,
        )
    history = build_profile(events, since=since, until=until)
    draw, late = BurstEffect(drawn=(0.1, 0.1, 0.1)), max(0, len(events) - _MOST_IN_BURSTS)
    alone = [1.0 - draw.total] * len(events)
    hours = weekly_rates(history, alone)
    for _ in range(_ROUNDS):
        rates = [hours[cell] for cell in history.cells[late:]]
        draw, chances = fit_burst_effect(events[late:], met[late:], rates, until, draw)
        alone[late:] = chances
        alone[:late] = [sum(chances) / len(chances)] * late
        hours = weekly_rates(history, alone)
    return LearnedCadence(
        hours=hours,
        draw=draw,
        batch=batch,
        articles_a_story=batch * len(events) / sum(alone),
        echo=echo,
        heard=heard,
        is_learned=True,
    )


def _fill(step: float, lag: int) -> float:
    """The echo that a rate of one article a second adds in a step."""
    return -LAGS[lag] * math.expm1(-step / LAGS[lag])


def _events(times: Sequence[float]) -> tuple[list[float], list[int]]:
    """Merge articles that appeared together into events; returns their times and numbers of articles."""
    events: list[float] = []
    sizes: list[int] = []
    for time in times:
        if events and time - events[-1] <= _BATCH:
            sizes[-1] += 1
        else:
            events.append(time)
            sizes.append(1)
    return events, sizes

"""How often a source with `every = "auto"` is looked at: learned from when it publishes.

A look costs as much as so many article-hours of waiting, the same for all sources. The next one is due when the articles that
will have come by then are expected to have waited that long together: ∫ rate(s)·(t - s) ds = LOOK_COST. At a steady rate that
is the optimum: a look each Δ costs k/Δ, waiting costs rate·Δ/2, and both together are least where rate·Δ²/2 = k. The rate is
that of the hour of the week (`scheduler.planning.weekly_profile`), and what the last articles draw after them
(`scheduler.planning.bursts`).

Pure: all times are given, in Unix seconds; spans are seconds.
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

# In article-seconds: a source with four articles an hour is looked at every 15 minutes, one with one a day every 2.5 hours.
VISIT_COST = 0.125 * HOUR
# Articles within this are one event: a batch that was released together says nothing of what comes next.
_BATCH = 60.0
# Fewer events, or a shorter history, have no rhythm: only a level. It begins where a look is due after half an hour (the default of
# `every`), and this one imagined article soon gives way to what is seen.
_LEAST_EVENTS = 10
_LEAST_SPAN = 2 * DAY
_FIRST_RATE = 1.0 / HOUR
# Older articles hardly count; of a source with very many the latest say enough, as they do about bursts.
_LONGEST = 42 * DAY
_MOST_ARTICLES = 4000
_MOST_IN_BURSTS = 400
_ROUNDS = 4
# From when on it is worth a word in `copydesk status`.
_TELLING_DRAW, _TELLING_BATCH, _MOST_BUSY_HOURS = 0.4, 2.5, 15
# Steps in looking ahead: fine at first, where a burst fades.
_FIRST_STEP, _LONGEST_STEP, _STEP_GROWTH = 60.0, 900.0, 1.15


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedCadence:
    """When a source publishes.

    `hours` are stories a second, by hour of the week (0: Thursday 00:00 UTC). A story comes by itself, is `batch` articles
    at once, draws others as `draw` says, and with them makes `articles_a_story`. `echo` is what is left at `heard` of the
    articles up to then. `is_learned` is false where there was too little to learn from, and `hours` are all alike.
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
        """Articles that a day brings, on average over the week."""
        return sum(self.hours) / HOURS * DAY * self.articles_a_story

    def expected(self, start: float, end: float) -> float:
        """How many articles the span brings by hour and weekday, whatever came just before it."""
        return self.stories(start, end) * self.articles_a_story

    def stories(self, start: float, end: float) -> float:
        """How many of them come by themselves. exp(-stories) is the chance that a span brings nothing at all."""
        return integrate_rates(self.hours, start, end)

    def in_words(self) -> str:
        """What a person wants to know of it, in one line."""
        if not self.is_learned:
            return "too few articles so far to tell a rhythm"
        day = self.articles_a_day
        words = [f"about {day:.0f} articles a day" if day >= 1.5 else f"about {max(1, round(day * 7))} articles a week"]
        if (busy := self._busy_hours()) is not None:
            words.append("most of them from {:02}:00 to {:02}:00 UTC".format(*busy))
        if self.draw.total >= _TELLING_DRAW:
            words.append("often in bursts")
        if self.batch >= _TELLING_BATCH:
            words.append(f"{self.batch:.0f} at once")
        return ", ".join(words)

    def _busy_hours(self) -> tuple[int, int] | None:
        """The fewest hours in a row that bring four of five articles; None where they are most of the day."""
        day = [sum(self.hours[hour::24]) for hour in range(24)] * 2
        for length in range(1, _MOST_BUSY_HOURS + 1):
            start = max(range(24), key=lambda hour: sum(day[hour : hour + length]))
            if sum(day[start : start + length]) >= 0.8 * sum(day[:24]):
                return start, (start + length) % 24
        return None

    def next_visit(
        self, *, visited: float, latest: float | None, least: float, most: float, recent: Sequence[float] = ()
    ) -> float:
        """When to look again, from `least` to `most` seconds after `visited`, which is when we looked last.

        `latest` is when the last known article appeared; it may be later than what this was learned from. `recent` are all
        that appeared since `heard`, sorted; then `latest` is not looked at. Without them a burst is taken for one article: the
        median delay at the bursty site is then 0.62 of a clock's instead of 0.48 (bench/service/cadence.py).
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
        """The echo of all that is known, at `now`."""
        echo, heard = self.echo, self.heard
        for time in recent:
            if heard + _BATCH < time <= now:
                echo, heard = with_articles(decayed(echo, time - heard)), time
        return decayed(echo, max(0.0, now - heard))


def learn_cadence(appeared: Sequence[float], *, since: float, until: float) -> LearnedCadence:
    """The rhythm of a source whose articles appeared at these times, sorted; `since` is when it was looked at first.

    Articles from before that, with a time that their listing stated, count as well. Takes 3 to 15 ms: twice a day is often
    enough, as `next_visit` is told what came since.
    """
    since = max(since, until - _LONGEST)
    events, sizes = _events([time for time in appeared if until - _LONGEST <= time <= until][-_MOST_ARTICLES:])
    if events:
        # What came before may not be known to the end (a feed lists its last articles only): the first one opens the history.
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
    """How much echo a rate of one a second adds in a step."""
    return -LAGS[lag] * math.expm1(-step / LAGS[lag])


def _events(times: Sequence[float]) -> tuple[list[float], list[int]]:
    """Articles that came together, as one, and how many they are."""
    events: list[float] = []
    sizes: list[int] = []
    for time in times:
        if events and time - events[-1] <= _BATCH:
            sizes[-1] += 1
        else:
            events.append(time)
            sizes.append(1)
    return events, sizes

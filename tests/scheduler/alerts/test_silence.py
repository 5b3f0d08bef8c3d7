"""Silence: the rhythm of a source, simulated sites, time in which nobody looked."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from db.queries.sources.alert_figures import FoundLink
from scheduler.alerts.silence import MIN_QUIET_S, ObservedTime, judge_silence, silence_limit
from tests.scheduler.planning.simulated_sites import DAY, KINDS

HOUR = 3600.0
START = datetime(2026, 9, 7, tzinfo=UTC)
SOURCES, DAYS = 100, 60


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def found(moments: list[float], *, first: bool = False) -> list[FoundLink]:
    return [FoundLink(found_at=at(moment), published=None, first=first) for moment in moments]


def seen(moments: list[float], step: float) -> list[float]:
    """When the articles are found, by looking every `step` seconds."""
    return sorted({math.ceil(moment / step) * step for moment in moments})


def limit_at(moments: list[float], now: float) -> float | None:
    recent = [moment for moment in moments if now - 28 * DAY <= moment <= now]
    return silence_limit([later - earlier for earlier, later in pairwise(recent)])


def false_alarms(moments: list[float]) -> int:
    """How often a source that published all along was taken for silent."""
    alarms = 0
    for earlier, later in pairwise(moments):
        if later - earlier > MIN_QUIET_S:
            limit = limit_at(moments, earlier)
            alarms += limit is not None and later - earlier > limit
    return alarms


def test_healthy_sites_of_all_rhythms_raise_hardly_any_alarm() -> None:
    chance = random.Random(20261124)
    alarms, limits = 0, []
    for number in range(SOURCES):
        kind = list(KINDS)[number % len(KINDS)]
        a_day = chance.choice((2, 5, 15, 40))
        moments = seen(KINDS[kind](chance, a_day, DAYS), chance.choice((900, 1800, 3600)))
        alarms += false_alarms(moments)
        if kind == "day and night" and a_day >= 15:
            limit = limit_at(moments, moments[-1])
            assert limit is not None
            limits.append(limit)
    assert alarms <= 1, f"{alarms} false alarms in {SOURCES * DAYS} days of sources"
    # And it does not buy that by never saying anything: a daily that falls silent is found out by the second day.
    assert max(limits) < 2 * DAY


def test_a_regular_site_is_silent_after_twice_its_longest_gap() -> None:
    moments = [number * 12 * HOUR for number in range(60)]
    looks = [at(number * HOUR) for number in range(60 * 12 + 30)]
    for late, silent in ((23, False), (24, False), (26, True)):
        quiet = judge_silence(found(moments[-50:]), looks[: 59 * 12 + late + 1])
        assert quiet.limit_s == 24 * HOUR
        assert quiet.is_silent is silent, late


def test_too_little_is_no_rhythm() -> None:
    assert silence_limit([]) is None
    assert silence_limit([HOUR] * 30) is None, "a day and a half"
    assert silence_limit([DAY] * 9) is None, "nine gaps"
    assert silence_limit([DAY / 2] * 10) == 72 * HOUR, "the first weekend may be ahead"
    assert silence_limit([DAY / 2] * 40) == DAY


def test_the_first_look_counts_only_what_says_when_it_went_out() -> None:
    looks = [at(number * HOUR) for number in range(24)]
    assert judge_silence(found([0.0] * 200, first=True), looks).moments == 0
    hinted = [FoundLink(found_at=at(0), published=at(-number * 6 * HOUR), first=True) for number in range(40, 0, -1)]
    quiet = judge_silence(hinted, looks)
    assert quiet.moments == 40
    assert quiet.longest_s == 6 * HOUR


def test_old_pages_that_are_listed_late_are_news_of_now() -> None:
    links = [FoundLink(found_at=at(50 * DAY), published=at(0), first=False)]
    assert judge_silence(links, [at(50 * DAY)]).moments == 1


def test_time_in_which_nobody_looked_does_not_count() -> None:
    awake = [number * HOUR for number in range(24)] + [(72 + number) * HOUR for number in range(24)]
    clock = ObservedTime(awake)
    assert clock.at(80 * HOUR) - clock.at(20 * HOUR) == pytest.approx(12 * HOUR), "to 23 h, one hour for the hole, 8 h"
    assert clock.at(60 * HOUR) == clock.at(30 * HOUR), "the clock stands"
    assert clock.at(10 * HOUR) - clock.at(0) == 10 * HOUR
    assert clock.after(71 * HOUR) == 24


def test_a_service_that_was_down_finds_no_silence() -> None:
    moments = [number * 4 * HOUR for number in range(28 * 6)]
    up = [at(number * HOUR) for number in range(28 * 24)]
    down_for = 5 * DAY
    back = [up[-1] + timedelta(seconds=down_for + number * HOUR) for number in range(3)]
    quiet = judge_silence(found(moments), up + back)
    assert quiet.checks >= 2
    assert quiet.quiet_s < 8 * HOUR
    assert not quiet.is_silent


def test_what_lies_four_weeks_back_is_forgotten() -> None:
    moments = seen(KINDS["steady"](random.Random(1), 20, 40), 900)
    holiday = [moment for moment in moments if not 2 * DAY < moment < 6 * DAY]
    assert (limit_at(holiday, 20 * DAY) or 0) >= 8 * DAY
    assert (limit_at(holiday, 36 * DAY) or 0) < 2 * DAY

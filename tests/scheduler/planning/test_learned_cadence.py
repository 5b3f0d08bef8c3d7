"""The learned cadence: bounds whatever the history, sense where it can be told, and what it gains on simulated sites."""

from __future__ import annotations

import math
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.service import cadence
from scheduler.planning.learned_cadence import VISIT_COST, LearnedCadence, learn_cadence

HOUR = 3600.0
DAY = 24 * HOUR
# A Thursday, 00:00 UTC.
START = 2900 * 7 * DAY
NOW = START + 28 * DAY
LEAST, MOST = 300.0, 6 * HOUR


def wait(
    rhythm: LearnedCadence, at: float = NOW, latest: float | None = None, *, least: float = LEAST, most: float = MOST
) -> float:
    """Seconds to the next look."""
    return rhythm.next_visit(visited=at, latest=latest, least=least, most=most) - at


def every(span: float, *, since: float = START, until: float = NOW) -> list[float]:
    """Articles at even distances, each a few minutes off."""
    return [since + n * span + (n * 37 % 11) * span / 20 for n in range(int((until - since) / span) - 1)]


times = st.lists(st.floats(min_value=0, max_value=4e9), max_size=120).map(sorted)
close = st.lists(st.floats(min_value=0, max_value=DAY), min_size=10, max_size=120).map(
    lambda gaps: sorted(START + gap for gap in gaps)
)


@settings(max_examples=150, deadline=None)
@given(
    appeared=times | close,
    since=st.floats(min_value=0, max_value=4e9),
    span=st.floats(min_value=0, max_value=400 * DAY),
    visited=st.floats(min_value=0, max_value=5e9),
    age=st.none() | st.floats(min_value=-DAY, max_value=400 * DAY),
    least=st.floats(min_value=1, max_value=DAY),
    more=st.floats(min_value=0, max_value=30 * DAY),
)
def test_never_outside_the_bounds(
    appeared: list[float], since: float, span: float, visited: float, age: float | None, least: float, more: float
) -> None:
    rhythm = learn_cadence(appeared, since=since, until=since + span)
    latest, most = None if age is None else visited - age, least + more
    for at in (visited, since + span):
        due = rhythm.next_visit(visited=at, latest=latest, least=least, most=most)
        assert at + least <= due <= at + most
        assert due == rhythm.next_visit(visited=at, latest=latest, least=least, most=most)
    expected = rhythm.expected(visited, visited + 10 * DAY)
    assert math.isfinite(expected)
    assert expected >= 0
    assert math.isfinite(rhythm.articles_a_day)
    assert rhythm == learn_cadence(appeared, since=since, until=since + span)


@settings(max_examples=60, deadline=None)
@given(appeared=close, ages=st.tuples(st.floats(0, DAY), st.floats(0, DAY)).map(sorted))
def test_the_longer_ago_the_last_article_the_later_the_look(appeared: list[float], ages: list[float]) -> None:
    rhythm = learn_cadence(appeared, since=START, until=START + 3 * DAY)
    at = START + 10 * DAY
    young, old = (wait(rhythm, at, at - age) for age in ages)
    assert young <= old + 1e-3


@settings(max_examples=60, deadline=None)
@given(start=st.floats(0, 4e9), spans=st.tuples(st.floats(0, 20 * DAY), st.floats(0, 20 * DAY)))
def test_expected_adds_up(start: float, spans: tuple[float, float]) -> None:
    rhythm = learn_cadence(every(3 * HOUR), since=START, until=NOW)
    middle, end = start + spans[0], start + spans[0] + spans[1]
    assert rhythm.expected(start, middle) + rhythm.expected(middle, end) == pytest.approx(rhythm.expected(start, end))


def test_of_an_unknown_source_a_look_is_due_after_half_an_hour() -> None:
    assert wait(learn_cadence([], since=START, until=START), START) == pytest.approx(1800, rel=0.01)
    assert wait(learn_cadence([], since=START, until=START), START, least=3600, most=7200) == 3600
    assert wait(learn_cadence([], since=START, until=START), START, least=60, most=600) == 600


def test_a_source_that_stays_silent_is_looked_at_less_and_less() -> None:
    waits = [wait(learn_cadence([], since=START, until=START + span)) for span in (0, HOUR, 6 * HOUR, DAY, 30 * DAY)]
    assert waits == sorted(waits)
    assert waits[-1] == MOST


def test_a_steady_source_is_looked_at_where_the_cost_is_least() -> None:
    rhythm = learn_cadence(every(2 * HOUR), since=START, until=NOW)
    assert rhythm.is_learned
    assert rhythm.articles_a_day == pytest.approx(12, rel=0.05)
    assert wait(rhythm, latest=NOW - HOUR) == pytest.approx(math.sqrt(2 * VISIT_COST * 2 * HOUR), rel=0.15)


def test_by_day_it_looks_more_often_than_by_night() -> None:
    by_day = [time for time in every(0.4 * HOUR) if 8 <= time % DAY / HOUR < 20]
    rhythm = learn_cadence(by_day, since=START, until=NOW)
    noon, midnight = NOW + 12 * HOUR, NOW + 24 * HOUR
    assert wait(rhythm, noon) * 3 < wait(rhythm, midnight)
    assert rhythm.expected(noon, noon + HOUR) > 7 * rhythm.expected(midnight, midnight + HOUR)
    # The look after the last one of the night is not late for the morning.
    assert wait(rhythm, NOW + 7.5 * HOUR) < HOUR


def test_a_weekend_is_told_from_a_working_day() -> None:
    working = [time for time in every(HOUR) if int((time - START) // DAY) % 7 not in (2, 3)]
    rhythm = learn_cadence(working, since=START, until=NOW)
    thursday, saturday = NOW, NOW + 2 * DAY
    assert rhythm.expected(saturday, saturday + DAY) < rhythm.expected(thursday, thursday + DAY) / 3


def test_after_an_article_of_a_bursty_source_it_looks_soon_and_then_calms_down() -> None:
    bursts = [start + n * 400 for start in every(11 * HOUR) for n in range(6)]
    rhythm = learn_cadence(bursts, since=START, until=NOW)
    assert rhythm.draw.total > 0.5
    at = NOW + 12 * HOUR
    waits = [wait(rhythm, at, at - age) for age in (60, 1800, 2 * HOUR, 10 * HOUR)]
    assert waits == sorted(waits)
    assert waits[0] < 1200
    assert waits[0] * 4 < waits[-1]
    # More articles promise more.
    found = [at - 900 + n * 200 for n in range(4)]
    due = rhythm.next_visit(visited=at, latest=found[-1], recent=found, least=1, most=MOST)
    assert due < rhythm.next_visit(visited=at, latest=found[-1], least=1, most=MOST)


def test_what_is_released_at_once_promises_no_more() -> None:
    released = [start + n for start in every(9 * HOUR) for n in range(8)]
    rhythm = learn_cadence(released, since=START, until=NOW)
    assert rhythm.batch == pytest.approx(8, rel=0.1)
    assert rhythm.articles_a_day == pytest.approx(8 * 24 / 9, rel=0.15)
    assert wait(rhythm, latest=NOW - 60) > 0.8 * wait(rhythm, latest=NOW - 8 * HOUR)


def test_a_source_that_awakes_is_noticed_within_days() -> None:
    before = every(8 * HOUR)
    after = every(0.5 * HOUR, since=NOW, until=NOW + 4 * DAY)
    slow = learn_cadence(before, since=START, until=NOW)
    fast = learn_cadence(before + after, since=START, until=NOW + 4 * DAY)
    assert fast.articles_a_day > 5 * slow.articles_a_day


def test_what_was_published_before_the_first_look_counts() -> None:
    before = every(HOUR, since=NOW - 2 * DAY, until=NOW + 2 * HOUR)
    assert learn_cadence(before, since=NOW, until=NOW + 2 * HOUR).articles_a_day == pytest.approx(24, rel=0.1)


def test_time_before_the_first_known_article_is_no_silence() -> None:
    known_since = NOW - 3 * DAY
    recent = every(HOUR, since=known_since)
    assert learn_cadence(recent, since=START, until=NOW).articles_a_day == pytest.approx(24, rel=0.1)


@pytest.mark.parametrize("hinted", [True, False], ids=["hinted", "seen"])
@pytest.mark.parametrize(("site", "most"), sorted(cadence.REQUIRED.items()))
def test_it_finds_articles_sooner_than_a_clock(site: str, most: float, *, hinted: bool) -> None:
    outcomes = [cadence.run(site, seed=seed, hinted=hinted) for seed in (1, 2, 3)]
    assert statistics.median(one.ratio(statistics.median) for one in outcomes) <= most
    # The mean is not paid for the median.
    assert statistics.median(one.ratio(statistics.fmean) for one in outcomes) <= 1.0


def test_the_measure_is_fair() -> None:
    """A clock measured against clocks comes out even, and looks as often as it is said to."""
    outcome = cadence.run("steady", seed=1, hinted=True)
    assert len(outcome.clock) == cadence.CLOCKS * len(outcome.auto)
    every_s = cadence.WEEK / outcome.looks
    assert statistics.fmean(outcome.clock) == pytest.approx(every_s / 2, rel=0.1)
    assert max(outcome.clock) <= every_s

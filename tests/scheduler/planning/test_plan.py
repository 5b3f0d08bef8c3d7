"""What is due when: a year of a simulated clock with both changes of the hour, nights asleep, wrong clocks, failures."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.config.settings import SourceSettings
from db.config.values import CronLine
from db.timestamps import CLOCK_STEP
from scheduler.planning.cadence import (
    Cadence,
    CronSchedule,
    FixedInterval,
    NeverDue,
    cadence_of,
    phase_of,
    slower_cadence,
)
from scheduler.planning.plan import (
    INTERRUPTED_WAIT,
    PING_GAP_S,
    DueSource,
    PastRun,
    PlannedSource,
    batches,
    find_due,
    next_run,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
SECOND = timedelta(seconds=1)


def source(number: int, cadence: Cadence, **values: object) -> PlannedSource:
    return PlannedSource(id=number, name=f"s{number}", cadence=cadence, added_at=START, **values)  # type: ignore[arg-type]


def ran(at: datetime, ended: str | None = "finished", **values: object) -> PastRun:
    return PastRun(started_at=at, ended=ended, **values)  # type: ignore[arg-type]


class World:
    """A clock that jumps from one due time to the next, and what was run on it."""

    def __init__(self, *cadences: Cadence) -> None:
        self.sources = [source(number, cadence) for number, cadence in enumerate(cadences)]
        self.runs: dict[int, list[PastRun]] = defaultdict(list)
        self.log: list[tuple[int, datetime]] = []
        self.known: dict[int, datetime | None] = {}

    def next_due(self, now: datetime) -> datetime:
        for one in self.sources:
            if one.id not in self.known:
                self.known[one.id] = next_run(one, self.runs[one.id], now)
        return min(time for time in self.known.values() if time is not None)

    def run_due(self, now: datetime) -> None:
        ready = [one for one in self.sources if (time := self.known.get(one.id)) is None or time <= now]
        for one in find_due(ready, self.runs, now):
            self.runs[one.source.id] = [ran(now)]
            self.log.append((one.source.id, now))
            self.known.pop(one.source.id, None)

    def walk(self, start: datetime, end: datetime, nights: Sequence[tuple[datetime, datetime]] = ()) -> None:
        asleep = iter(nights)
        now, (sleep, wake) = start, next(asleep, (end, end))
        while now < end:
            self.run_due(now)
            now = max(self.next_due(now), now + SECOND)
            if now >= sleep:
                now = max(now, wake)
                sleep, wake = next(asleep, (end, end))

    def times(self, number: int) -> list[datetime]:
        return [at for one, at in self.log if one == number]


def test_a_year_of_cron_lines_through_both_changes_of_the_hour() -> None:
    world = World(
        CronSchedule(line=CronLine(text="30 2 * * *"), zone=BERLIN),
        CronSchedule(line=CronLine(text="0 7 * * 1"), zone=ZoneInfo("America/New_York"), phase=0.5),
        CronSchedule(line=CronLine(text="0,30 6-23 * * *"), zone=BERLIN),
    )
    begin = datetime(2026, 1, 1, 0, 0, tzinfo=BERLIN)
    world.walk(begin, datetime(2027, 1, 1, 0, 0, tzinfo=BERLIN))
    nightly = Counter(at.astimezone(BERLIN).date() for at in world.times(0)[1:])
    assert set(nightly.values()) == {1}
    assert len(nightly) == 365
    # The hour that does not exist on 29 March runs right after it, the one that exists twice on 25 October once.
    days = {at.astimezone(BERLIN).date(): at.astimezone(BERLIN) for at in world.times(0)[1:]}
    assert f"{days[datetime(2026, 3, 29).date()]:%H:%M}" == "03:00"  # noqa: DTZ001
    assert f"{days[datetime(2026, 10, 25).date()]:%H:%M %z}" == "02:30 +0200"  # noqa: DTZ001
    mondays = [at.astimezone(ZoneInfo("America/New_York")) for at in world.times(1)[1:]]
    assert len(mondays) == 52
    assert {f"{at:%a %H:%M:%S}" for at in mondays} == {"Mon 07:00:30"}
    assert len(world.times(2)) - 1 == 365 * 18 * 2


def test_a_year_on_a_grid_loses_nothing_and_doubles_nothing() -> None:
    every = timedelta(minutes=15)
    world = World(FixedInterval(seconds=900, phase=0.25), FixedInterval(seconds=900, phase=0.75))
    world.walk(START, START + timedelta(days=365))
    for number in (0, 1):
        times = world.times(number)
        assert len(times) in (365 * 96, 365 * 96 + 1)
        gaps = Counter(later - earlier for earlier, later in itertools.pairwise(times[1:]))
        assert set(gaps) == {every}
    assert not set(world.times(0)[1:]) & set(world.times(1)[1:])


def test_nights_asleep_are_made_up_for_by_one_run() -> None:
    world = World(FixedInterval(seconds=600, phase=0.1), CronSchedule(line=CronLine(text="0 3 * * *"), zone=BERLIN))
    nights = [(START + timedelta(days=day, hours=22), START + timedelta(days=day + 1, hours=7)) for day in range(30)]
    world.walk(START, START + timedelta(days=30), nights)
    for _, wake in nights[:-1]:
        woken = [at for at in world.times(0) if wake - SECOND <= at < wake + timedelta(minutes=5)]
        assert len(woken) == 1, "one run for all that were missed"
        assert sum(wake <= at < wake + timedelta(hours=15) for at in world.times(1)) == 1


@pytest.mark.parametrize("step", [-3 * 3600, -301, -1, 1, 3600, 400 * 86400])
def test_a_clock_that_is_set_neither_stops_nor_doubles(step: int) -> None:
    """After the clock is set the source runs again within two steps of its cadence, and not at once for a small step."""
    one = source(1, FixedInterval(seconds=900, phase=0.5))
    at = datetime(2026, 6, 1, 12, 8, tzinfo=UTC)
    past = [ran(at)]
    now = at + timedelta(seconds=30 + step)
    later = (now + timedelta(seconds=seconds) for seconds in range(0, 1801, 10))
    following = next(moment for moment in later if find_due([one], {one.id: past}, moment))
    if -CLOCK_STEP <= timedelta(seconds=step) <= timedelta(minutes=5):
        assert following > now + timedelta(seconds=60), "the time has been served"


@pytest.mark.parametrize("past", [[], [ran(START + timedelta(days=365))]])
def test_what_a_clock_far_ahead_noted_holds_no_source_up(past: list[PastRun]) -> None:
    one = replace(source(1, FixedInterval(seconds=900)), added_at=START + timedelta(days=365))
    (due,) = find_due([one], {one.id: past}, START)
    assert batches([due], START, free=1, slow_free=1, size=9) == [[due]]


def test_a_run_before_the_clock_was_ahead_counts() -> None:
    one = source(1, CronSchedule(line=CronLine(text="0 3 * * *")))
    past = [ran(START + timedelta(days=9)), ran(START - timedelta(hours=1))]
    following = next_run(one, past, START)
    assert following is not None
    assert START < following <= START + timedelta(days=1)


def test_one_new_source_is_due_at_once_and_a_never_one_not() -> None:
    waiting = [
        source(1, FixedInterval(seconds=900)),
        source(2, NeverDue()),
        source(3, FixedInterval(seconds=900), paused=True),
    ]
    assert [one.source.id for one in find_due(waiting, {}, START)] == [1]
    assert next_run(source(4, FixedInterval(seconds=900), at_work=True), [], START) is None


def test_what_was_broken_off_is_gone_on_with_and_backs_off() -> None:
    one, now = source(1, FixedInterval(seconds=3600)), START + timedelta(days=1)
    assert next_run(one, [ran(now, "stopped")], now) == now
    assert next_run(one, [ran(now, "stopped")] * 2, now) == now + INTERRUPTED_WAIT
    assert next_run(one, [ran(now, "stopped")] * 4, now) == now + 4 * INTERRUPTED_WAIT
    usual = next_run(one, [ran(now)], now)
    assert next_run(one, [ran(now, "stopped")] * 12, now) == usual
    assert next_run(one, [ran(now, "stopped", by_hand=True)], now) == usual
    assert find_due([one], {1: [ran(now, "stopped")] * 3}, usual)[0].suspect  # type: ignore[arg-type]


def test_failures_wait_longer_but_never_for_good() -> None:
    one, now = source(1, FixedInterval(seconds=600, phase=0.0)), datetime(2026, 5, 1, tzinfo=UTC)
    waits = [(next_run(one, [ran(now, "failed")] * number, now) - now).total_seconds() for number in range(1, 12)]  # type: ignore[operator]
    assert waits[:4] == [600, 600, 1200, 2400]
    assert waits[-1] == 6 * 3600
    daily = source(2, FixedInterval(seconds=86400))
    assert next_run(daily, [ran(now, "failed")] * 9, now) == next_run(daily, [ran(now)], now)


def test_a_ping_makes_a_source_due_at_once_and_then_its_cadence_is_slower_while_hubs_tell_all() -> None:
    now = datetime(2026, 5, 1, 12, tzinfo=UTC)
    hourly, slower = FixedInterval(seconds=3600), FixedInterval(seconds=6 * 3600)
    crawled = ran(now, found=2, by_hub=True)
    assert next_run(source(1, hourly, pinged_at=now - SECOND), [crawled], now) == now + timedelta(hours=1)
    pinged = source(1, hourly, pinged_at=now + 60 * SECOND)
    assert next_run(pinged, [crawled], now) == now + 60 * SECOND
    assert next_run(source(1, hourly, pinged_at=now + SECOND), [crawled], now) == now + PING_GAP_S * SECOND
    for idle in (source(1, NeverDue(), pinged_at=now + SECOND), source(1, hourly, pinged_at=now + SECOND, paused=True)):
        assert next_run(idle, [crawled], now) is None
    # It waits for no company, and goes before what waits longer.
    (due,) = find_due([pinged], {1: [crawled]}, now + 61 * SECOND)
    other = DueSource(source=source(2, hourly), since=now - timedelta(hours=1))
    (first,) = batches([other, due], now + 61 * SECOND, free=1, slow_free=1, size=100)
    assert first == [due]
    # The slower cadence holds after a crawl that a ping asked for and that found some, until another one finds some.
    told = source(1, hourly, beside_hub=slower)
    at = {
        "by hub": next_run(told, [crawled], now),
        "nothing by schedule since": next_run(told, [ran(now), crawled], now),
        "found by schedule": next_run(told, [ran(now, found=1), crawled], now),
        "a ping for nothing": next_run(told, [ran(now, by_hub=True), crawled], now),
        "never by hub": next_run(told, [ran(now)], now),
    }
    hours = {what: round((time - now).total_seconds() / 3600) if time else None for what, time in at.items()}
    assert hours == {
        "by hub": 6, "nothing by schedule since": 6, "found by schedule": 1, "a ping for nothing": 1, "never by hub": 1,
    }  # fmt: skip
    assert slower_cadence("a", hourly, timedelta(hours=2)) == FixedInterval(seconds=7200, phase=phase_of("a"))
    assert slower_cadence("a", hourly, timedelta(minutes=5)) is None
    assert slower_cadence("a", CronSchedule(line=CronLine(text="* * * * *")), timedelta(hours=2)) is None


def waiting(number: int, seconds: float, *, now: datetime, slow: bool = False, suspect: bool = False) -> DueSource:
    return DueSource(
        source=source(number, FixedInterval(seconds=900)),
        since=now - timedelta(seconds=seconds),
        slow=slow,
        suspect=suspect,
    )


def test_batches_wait_for_company_but_not_for_long() -> None:
    now = START
    young = [waiting(n, 5, now=now) for n in range(3)]
    assert batches(young, now, free=2, slow_free=1, size=100) == []
    assert len(batches([*young, waiting(9, 31, now=now)], now, free=2, slow_free=1, size=100)) == 1
    full = batches([waiting(n, 5, now=now) for n in range(250)], now, free=2, slow_free=1, size=100)
    assert [len(batch) for batch in full] == [100, 100]


def test_slow_sources_leave_a_process_to_the_others_and_suspects_are_alone() -> None:
    now = START
    mixed = [waiting(n, 100, now=now, slow=n % 2 == 0) for n in range(8)] + [waiting(99, 50, now=now, suspect=True)]
    started = batches(mixed, now, free=3, slow_free=2, size=2)
    assert len(started) == 3
    assert all(len({one.slow for one in batch}) == 1 for batch in started)
    assert sum(batch[0].slow for batch in started) <= 2
    alone = batches([waiting(99, 50, now=now, suspect=True), waiting(1, 40, now=now)], now, free=3, slow_free=2, size=9)
    assert [[one.source.id for one in batch] for batch in alone] == [[99], [1]]
    assert batches(mixed, now, free=0, slow_free=0, size=2) == []


@given(
    seconds=st.floats(1, 1e6),
    phase=st.floats(0, 1, exclude_max=True),
    at=st.floats(1e9, 3e9),
)
def test_a_grid_time_follows_within_one_and_a_half_steps(seconds: float, phase: float, at: float) -> None:
    moment = datetime.fromtimestamp(at, UTC)
    wait = (FixedInterval(seconds=seconds, phase=phase).after(moment) - moment).total_seconds()
    assert 0.49 * seconds - 1e-3 <= wait <= 1.51 * seconds + 1e-3


def test_a_thousand_sources_of_one_cadence_are_spread() -> None:
    names = [f"site-{number}.example" for number in range(1000)]
    slots = Counter(int(phase_of(name) * 20) for name in names)
    assert max(slots.values()) < 90
    assert len(slots) == 20
    settings = SourceSettings(every=timedelta(minutes=15))
    assert cadence_of(names[0], settings) == cadence_of(names[0], settings)
    assert isinstance(cadence_of("x", SourceSettings(cron=CronLine(text="0 * * * *"))), CronSchedule)
    assert isinstance(cadence_of("x", SourceSettings(every="never")), NeverDue)

"""Which back-fill comes next, and for how long: never at the cost of today's news."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from db.config.units import hours_of_day
from db.store.archives.backfills import Backfill
from scheduler.planning.backfill_slices import LEAST_S, LONGEST_S, MARGIN_S, choose_slice
from scheduler.planning.cadence import Cadence, FixedInterval, NeverDue
from scheduler.planning.plan import PlannedSource

NOW = datetime(2026, 11, 29, 2, tzinfo=UTC)


def backfill(source_id: int, pause: float = 1.0) -> Backfill:
    return Backfill(
        id=source_id, source_id=source_id, source_name=f"s{source_id}", since=NOW - timedelta(days=900), until=NOW,
        channels=("sitemap",), pause=pause, ended=None,
    )  # fmt: skip


def source(source_id: int, every: float | None = 1800, *, paused: bool = False, at_work: bool = False) -> PlannedSource:
    cadence: Cadence = NeverDue() if every is None else FixedInterval(seconds=every, phase=0)
    return PlannedSource(
        id=source_id, name=f"s{source_id}", cadence=cadence, added_at=NOW, paused=paused, at_work=at_work
    )


def chosen(
    *sources: PlannedSource, due: dict[int, float], served: dict[int, float] | None = None
) -> tuple[int, float] | None:
    """The source and the seconds; `due` and `served` in seconds from now."""
    found = choose_slice(
        [backfill(one.id) for one in sources],
        {one.id: one for one in sources},
        {number: NOW + timedelta(seconds=seconds) for number, seconds in due.items()},
        {number: NOW + timedelta(seconds=seconds) for number, seconds in (served or {}).items()},
        NOW,
    )
    return (found.backfill.source_id, found.limit_s) if found else None


@pytest.mark.parametrize(
    ("due", "limit"),
    [
        (7200.0, LONGEST_S),
        (100.0, 100.0 - MARGIN_S),
        (LEAST_S + MARGIN_S, LEAST_S),
        (LEAST_S + MARGIN_S - 1, None),  # a crawl comes first
        (-5.0, None),
    ],
)
def test_a_slice_ends_before_the_next_crawl(due: float, limit: float | None) -> None:
    assert chosen(source(1), due={1: due}) == (None if limit is None else (1, limit))


def test_a_source_that_is_not_crawled_by_itself_has_all_the_time() -> None:
    assert chosen(source(1, None), due={}) == (1, LONGEST_S)


def test_a_source_that_is_crawled_all_the_time_gets_the_least() -> None:
    assert chosen(source(1, 20), due={1: 15.0}) == (1, LEAST_S)


def test_paused_and_busy_sources_wait() -> None:
    assert chosen(source(1, paused=True), source(2, at_work=True), due={}) is None


def test_all_have_their_turn() -> None:
    one, two, three = source(1), source(2), source(3)
    due = {1: 9000.0, 2: 9000.0, 3: 9000.0}
    assert chosen(one, two, three, due=due, served={1: -60.0, 2: -600.0}) == (3, LONGEST_S)
    assert chosen(one, two, three, due=due, served={1: -60.0, 2: -600.0, 3: -1.0}) == (2, LONGEST_S)
    assert chosen(one, two, due=due, served={1: -60.0, 2: 600.0}) == (1, LONGEST_S)  # the second rests


def test_a_budget_fits_the_time() -> None:
    due = {1: NOW + timedelta(seconds=110)}
    found = choose_slice([backfill(1, pause=5)], {1: source(1)}, due, {}, NOW)
    assert found is not None
    assert found.budget == 20


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("01:00-06:00", ("01:00", "05:59"), ("00:59", "06:00")),
        ("22-6", ("22:00", "23:59", "00:00", "05:59"), ("06:00", "21:59")),
        ("22:30 – 24:00", ("22:30", "23:59"), ("00:00", "22:29")),
        ("00:00-24:00", ("00:00", "12:00"), ()),
        ("always", ("00:00", "12:00"), ()),
        ("never", (), ("00:00", "12:00")),
    ],
)
def test_hours(text: str, inside: tuple[str, ...], outside: tuple[str, ...]) -> None:
    hours, zone = hours_of_day(text), ZoneInfo("Asia/Shanghai")
    assert hours_of_day(str(hours)) == hours
    for clock in (*inside, *outside):
        moment = datetime.fromisoformat(f"2026-11-29T{clock}").replace(tzinfo=zone)
        assert (moment in hours) == (clock in inside)


@pytest.mark.parametrize("text", ["", "night", "1", "25-3", "1:60-2", "01:00-06:00-07:00", 5, None])
def test_other_hours_are_refused(text: object) -> None:
    with pytest.raises(ValueError, match='expected hours such as "01:00-06:00"'):
        hours_of_day(text)

"""Holds of hosts: which are in force."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from db.connection.in_memory import open_in_memory
from db.store.sites.holds import MAX_HOLD, hold_of, save_hold

NOW = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ends_in", "holds"),
    [
        (timedelta(seconds=-1), False),
        (timedelta(hours=1), True),
        (MAX_HOLD, True),
        (MAX_HOLD + timedelta(days=365), False),  # the clock of the machine was a year ahead
    ],
)
def test_a_hold_is_in_force_until_its_time_and_no_longer_than_one_can_be(ends_in: timedelta, holds: bool) -> None:
    conn = open_in_memory()
    save_hold(conn, "news.example", NOW + ends_in)
    assert hold_of(conn, "news.example", NOW) == (NOW + ends_in if holds else None)
    conn.close()

"""When a past article is of: what its channel says, or else the date in its address."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from crawler.discover.addresses.address_dates import dates_in


def midnight(day: date) -> datetime:
    """The beginning of a day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def may_hold(name: str, since: datetime, until: datetime) -> bool:
    """Whether a list with this address may name articles of the time, by the date in the address. Without a date it may."""
    span = dates_in(name)
    return span is None or (
        midnight(span[1]) + timedelta(days=2) > since and midnight(span[0]) - timedelta(days=1) < until
    )


def month_of(at: datetime | date | None) -> str | None:
    """The month as "2019-04"."""
    return f"{at.year:04}-{at.month:02}" if at is not None else None

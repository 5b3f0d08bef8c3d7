"""One publication out of two voices: what the page states for machines and what the reader sees.

Times that mean the same day are one: the finer wins, and a wall clock labelled UTC that the reader sees unlabelled is local.
"""

from __future__ import annotations

from datetime import UTC, timedelta, timezone

from db.models import Moment, OffsetFrom, Precision
from pipelines.extraction.dates.candidates import DateCandidate
from pipelines.extraction.dates.time_zones import Locale, settle_moment

SAME_TIME = timedelta(hours=36)
"""Two statements within this span mean one publication: zones and days are mixed up, events are not."""


def reconcile(stated: DateCandidate | None, seen: DateCandidate | None, place: Locale) -> DateCandidate | None:
    """One publication out of what the page states and what it shows."""
    if stated is None or seen is None:
        return stated or seen
    if abs(stated.moment.at - seen.moment.at) > SAME_TIME:
        return seen if seen.strong else stated  # the date by the headline is the one that editors look after
    if stated.stamp.hour is None:
        return seen if stated.stamp.date == seen.stamp.date and seen.stamp.hour is not None else stated
    if seen.stamp.hour is None:
        return _on_day(stated, seen)
    same_minute = (stated.stamp.hour, stated.stamp.minute) == (seen.stamp.hour, seen.stamp.minute)
    if (
        same_minute
        and stated.stamp.date == seen.stamp.date
        and seen.stamp.offset is None
        and stated.stamp.offset == timedelta(0)
        and seen.moment.offset_from is not OffsetFrom.UNKNOWN
    ):
        return _finer(stated, seen, place)
    apart = abs(stated.moment.at - seen.moment.at)
    if (
        apart < timedelta(minutes=1)
        and seen.moment.precision is Precision.SECOND
        and stated.moment.precision is Precision.MINUTE
    ):
        return seen
    return _on_clock(stated, seen)


_CLOCKS = tuple(timedelta(hours=hours) for hours in (-4, -5, -6, -7, -8, -3, 1, 2, 3, 5.5, 8, 9, 10, 11, 12))
"""Offsets under which a time stated in UTC may fall on the day that the reader sees, the commonest presses first."""


def _on_day(stated: DateCandidate, seen: DateCandidate) -> DateCandidate:
    """The stated instant, told on a clock that shows the day the reader sees."""
    if (
        stated.stamp.date == seen.stamp.date
        or stated.moment.at.date() == seen.stamp.date
        or stated.stamp.offset is None
    ):
        return stated
    # A wrong offset of the system's is put right by the page's own country alone.
    own = seen.moment.at.utcoffset() if seen.moment.offset_from is not OffsetFrom.UNKNOWN else None
    for offset in _CLOCKS if stated.stamp.offset == timedelta(0) else (own,) if own is not None else ():
        moment = stated.moment.at.astimezone(timezone(offset))
        if moment.date() == seen.stamp.date:
            return DateCandidate(Moment(at=moment, precision=stated.moment.precision), stated.stamp, stated.by)
    return stated


def _on_clock(stated: DateCandidate, seen: DateCandidate) -> DateCandidate:
    """The stated instant on the reader's clock, where the two differ by whole quarters of an hour and the reader's has no zone."""
    if stated.stamp.offset is None or seen.stamp.offset is not None:
        return stated
    ours, theirs = stated.moment.at, seen.moment.at.replace(tzinfo=UTC)
    shift = theirs.replace(second=0) - ours.astimezone(UTC).replace(second=0)
    if shift and shift % timedelta(minutes=15) == timedelta(0) and timedelta(hours=-12) <= shift <= timedelta(hours=14):
        return DateCandidate(
            Moment(at=ours.astimezone(timezone(shift)), precision=stated.moment.precision), stated.stamp, stated.by
        )
    return stated


def _finer(stated: DateCandidate, seen: DateCandidate, place: Locale) -> DateCandidate:
    """The wall clock both agree on, with the reader's zone and the finer seconds."""
    second = stated.stamp.second if seen.stamp.second is None else seen.stamp.second
    stamp = seen.stamp._replace(second=second)
    moment = settle_moment(stamp, place)
    return DateCandidate(moment, stamp, seen.by) if moment else seen


def beside_address(
    stated: DateCandidate | None, seen: DateCandidate | None, address: DateCandidate | None, place: Locale
) -> DateCandidate | None:
    """What the page states and shows, weighed against the day in its address.

    The address is given when an article is first put up: it stands against a date that is seen somewhere on the page, and
    against a statement of a later year's import, and it says on which side of midnight a time stated in UTC is meant.
    """
    if address is None:
        return reconcile(stated, seen, place)
    if seen and not seen.strong and abs((seen.stamp.date - address.stamp.date).days) > 1:
        seen = None
    both = reconcile(stated, seen, place)
    if both is None or seen is not None:
        return both
    if both.stamp.date - address.stamp.date > _IMPORTED:
        return address
    return _on_day(both, address)


_IMPORTED = timedelta(days=60)
"""Statements so long after the day in the address tell when a new system took the article over."""

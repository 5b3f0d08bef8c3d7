"""Choosing the time of publication: the one place where date candidates are weighed against each other.

A `DateCandidate` knows where it was found, how precise it is, whether it has a zone of its own, whether it is called
publication.

Among times in structured data (`weigh_statements`):
1. The order is that of how well such data is usually maintained; a time of day beats a day alone, if both are the same day.
2. An instant with an offset beats the same wall clock without, or with that of UTC: a `Z` is often put after local time.
3. Of two instants in UTC whole hours apart, the one that is the other's local clock was given a false `Z`.
4. A time that is also given as the last change yields to an earlier one of the same publication.

Structured data against printed dates (`weigh_dates`):
5. A printed date on the day of the last change is no publication, unless a label or structured data says so.
   A printed change tells the zone of the page.
6. If they differ by more than time zones explain, the date near the headline wins, else structured data.
7. Of one publication, an instant beats a printed clock of lower precision or without a zone; the print tells on which clock, and on
   which day, the instant is meant. The day in the address does so where nothing is printed.
8. A printed clock whose zone nothing on the page tells is on the clock on which the listing's instant reads the same. A day without
   a clock has that of the listing's instant, if that is on the same day; midnight states none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo

from db.models import Moment, OffsetFrom, Precision
from pipelines.extraction.dates.candidates import DateCandidate
from pipelines.extraction.dates.time_zones import Locale, settle_moment

SAME_TIME = timedelta(hours=36)
"""Two times this close are one publication: time zones and days get confused, events do not."""
_MINUTE = timedelta(minutes=1)
_HOURS = timedelta(hours=3)
_QUARTER = timedelta(minutes=15)
"""All zones differ by whole quarters of an hour."""
_AMERICA = (timedelta(hours=-10), timedelta(hours=-4))
"""Offsets of countries with several zones: most of their press is North American."""


def weigh_statements(candidates: Sequence[DateCandidate], locale: Locale) -> DateCandidate | None:
    """The publication that structured data gives. `candidates` come best first."""
    if not candidates:
        return None
    best = candidates[0]
    if best.stamp.hour is None:
        best = next((v for v in candidates if v.stamp.hour is not None and v.stamp.date == best.stamp.date), best)
    if best.stamp.hour is None or best.stamp.offset:
        return best
    same = (v for v in candidates if v.stamp.hour is not None and abs(v.moment.at - best.moment.at) <= SAME_TIME)
    for candidate in same:
        if candidate.stamp.offset and _wall(candidate) == _wall(best):
            return candidate
        if candidate.stamp.offset is not None and _is_local_clock_of(best, candidate, locale):
            return _on_clock(candidate, best)
    return best


def same_minute(one: DateCandidate, other: DateCandidate) -> bool:
    """Whether two candidates are the same instant, apart from seconds."""
    return abs(one.moment.at - other.moment.at) < _MINUTE


def _wall(candidate: DateCandidate) -> tuple[int, ...]:
    stamp = candidate.stamp
    return stamp.year, stamp.month, stamp.day, stamp.hour or 0, stamp.minute


def _shift(clock: DateCandidate, instant: DateCandidate) -> timedelta:
    """How far a wall clock is ahead of an instant in UTC, apart from seconds."""
    return clock.moment.at.replace(tzinfo=UTC, second=0) - instant.moment.at.astimezone(UTC).replace(second=0)


def _is_local_clock_of(clock: DateCandidate, instant: DateCandidate, locale: Locale) -> bool:
    """Whether a statement without an offset, or with a false `Z`, is the local wall clock of an instant that another states."""
    offset = _shift(clock, instant) if clock.stamp.offset is None else clock.moment.at - instant.moment.at
    if not offset or offset % _QUARTER:
        return False
    own, origin = locale.offset_at(clock.moment.at.replace(tzinfo=None))
    return offset == own if origin is not OffsetFrom.UNKNOWN else _AMERICA[0] <= offset <= _AMERICA[1]


def confirms(instant: DateCandidate, printed: DateCandidate) -> bool:
    """Whether an instant found somewhere on the page is that of the printed clock or day. Midnight states no time."""
    if instant.stamp.offset is None or not (instant.stamp.hour or instant.stamp.minute):
        return False
    if printed.stamp.hour is None:
        return printed.stamp.date in (instant.stamp.date, instant.moment.at.date())
    if same_minute(instant, printed) or _wall(instant) == _wall(printed):
        return True
    return printed.moment.offset_from is OffsetFrom.UNKNOWN and _shift(printed, instant) in _CLOCKS


def with_listed_time(found: DateCandidate, listed: datetime) -> DateCandidate:
    """A clock without a zone, in the zone in which it is the instant that the listing of the article gives; a day alone, at that
    instant, if it is on that day.

    A listing that gives the clock itself as UTC tells nothing of the zone: a `Z` is often put after local time.
    """
    return _at_listed_time(found, listed) if found.stamp.hour is None else _in_listed_zone(found, listed)


def _at_listed_time(day: DateCandidate, listed: datetime) -> DateCandidate:
    is_known = day.moment.offset_from is not OffsetFrom.UNKNOWN
    at = listed.astimezone(day.moment.at.tzinfo if is_known else UTC)
    if at.date() != day.stamp.date or time() in (at.time(), listed.astimezone(UTC).time()):
        return day
    precision = Precision.SECOND if at.second else Precision.MINUTE
    origin = day.moment.offset_from if is_known else OffsetFrom.PAGE
    return replace(day, moment=Moment(at=at, precision=precision, offset_from=origin), by="hint")


def _in_listed_zone(printed: DateCandidate, listed: datetime) -> DateCandidate:
    if printed.moment.offset_from is not OffsetFrom.UNKNOWN:
        return printed
    clock = printed.moment.at.replace(tzinfo=UTC, second=0)
    if (shift := clock - listed.astimezone(UTC).replace(second=0, microsecond=0)) not in _CLOCKS:
        return printed
    at = printed.moment.at.replace(tzinfo=timezone(shift))
    return replace(printed, moment=replace(printed.moment, at=at, offset_from=OffsetFrom.PAGE))


def reconcile(stated: DateCandidate | None, printed: DateCandidate | None, locale: Locale) -> DateCandidate | None:
    """One publication out of what the page states and what it shows."""
    if stated is None or printed is None:
        return stated or printed
    if abs(stated.moment.at - printed.moment.at) > SAME_TIME:
        return printed if printed.strong else stated  # the date by the headline is the one that editors look after
    is_day = stated.stamp.hour is None or (printed.strong and has_clock(printed) and not any(_wall(stated)[3:]))
    if is_day and printed.stamp.hour is not None:
        return printed  # midnight is how systems write a day
    if stated.stamp.hour is None:
        return stated
    if printed.stamp.hour is None:
        return _on_day(stated, printed)
    if _wall(stated) == _wall(printed) and (
        (stated.stamp.offset == timedelta(0) and has_clock(printed))
        or (stated.stamp.offset is None and printed.stamp.offset is not None)
    ):
        return _finer(stated, printed, locale)
    if same_minute(stated, printed):
        return _in_zone(stated, printed.moment.at.tzinfo) if has_clock(printed) else stated
    late = stated.moment.at.replace(second=0) - printed.moment.at.replace(second=0)
    if printed.strong and has_clock(printed) and late > _HOURS and late % _QUARTER:
        return printed  # no zone explains it, and what is stated later is when a system took the article over
    return _on_clock(stated, printed)


def has_clock(candidate: DateCandidate) -> bool:
    """Whether the zone of a printed time is known; UTC does not count, because systems print it by default."""
    if candidate.stamp.offset is None:
        return candidate.moment.offset_from is not OffsetFrom.UNKNOWN
    return candidate.stamp.offset != timedelta(0)


def in_zone_of(instant: DateCandidate, printed: DateCandidate | None) -> DateCandidate:
    """An instant stated in UTC, in the zone that the page prints beside another time."""
    if (
        printed is None
        or not printed.stamp.offset
        or instant.stamp.hour is None
        or instant.stamp.offset != timedelta(0)
    ):
        return instant
    return _in_zone(instant, printed.moment.at.tzinfo)


def _in_zone(candidate: DateCandidate, zone: tzinfo | None) -> DateCandidate:
    """The same instant in another zone."""
    at = candidate.moment.at.astimezone(zone)
    stamp = candidate.stamp._replace(
        year=at.year, month=at.month, day=at.day, hour=at.hour, minute=at.minute, offset=at.utcoffset()
    )
    return DateCandidate(Moment(at=at, precision=candidate.moment.precision), stamp, candidate.by)


_CLOCKS = tuple(timedelta(hours=hours) for hours in (-4, -5, -6, -7, -8, -3, 1, 2, 3, 5.5, 8, 9, 10, 11, 12))
"""Offsets under which a time stated in UTC may fall on the day that the reader sees, the commonest presses first."""


def _on_day(stated: DateCandidate, printed: DateCandidate) -> DateCandidate:
    """The stated instant in a zone in which it falls on the printed day."""
    if (
        stated.stamp.date == printed.stamp.date
        or stated.moment.at.date() == printed.stamp.date
        or stated.stamp.offset is None
    ):
        return stated
    # A wrong offset of the system's is put right by the page's own country alone.
    own = printed.moment.at.utcoffset() if printed.moment.offset_from is not OffsetFrom.UNKNOWN else None
    for offset in _CLOCKS if stated.stamp.offset == timedelta(0) else (own,) if own is not None else ():
        moved = _in_zone(stated, timezone(offset))
        if moved.stamp.date == printed.stamp.date:
            return moved
    return stated


def _on_clock(stated: DateCandidate, printed: DateCandidate) -> DateCandidate:
    """The stated instant on the reader's clock, where the two differ by whole quarters of an hour and the reader's has no zone."""
    if stated.stamp.offset is None or printed.stamp.offset is not None:
        return stated
    shift = _shift(printed, stated)
    if shift % _QUARTER == timedelta(0) and timedelta(hours=-12) <= shift <= timedelta(hours=14):
        return _in_zone(stated, timezone(shift))
    return stated


def _finer(stated: DateCandidate, printed: DateCandidate, locale: Locale) -> DateCandidate:
    """The wall clock both agree on, with the reader's zone and the finer seconds."""
    second = stated.stamp.second if printed.stamp.second is None else printed.stamp.second
    stamp = printed.stamp._replace(second=second)
    moment = settle_moment(stamp, locale)
    return DateCandidate(moment, stamp, printed.by) if moment else printed


def weigh_dates(
    stated: Sequence[DateCandidate],
    printed: DateCandidate | None,
    changed: DateCandidate | None,
    address: DateCandidate | None,
    locale: Locale,
) -> DateCandidate | None:
    """What the page states and shows, weighed against its stated change and the day in its address.

    The address is given when an article is first put up: it stands against a date that is seen somewhere on the page, and
    against a statement of a later year's import, and it says on which side of midnight a time stated in UTC is meant.
    """
    best = weigh_statements(stated, locale)
    if printed and best and not printed.labelled and changed and changed.stamp.date == printed.stamp.date:
        told = (one for one in stated if one.stamp.date == changed.stamp.date or same_minute(one, printed))
        printed = printed if next(told, None) else None
    if address is None:
        return reconcile(best, printed, locale)
    if printed and not printed.strong and abs((printed.stamp.date - address.stamp.date).days) > 1:
        printed = None
    both = reconcile(best, printed, locale)
    if both is None or printed is not None:
        return both
    if both.stamp.date - address.stamp.date > _IMPORTED:
        return address
    return _on_day(both, address)


_IMPORTED = timedelta(days=60)
"""Statements so long after the day in the address tell when a new system took the article over."""

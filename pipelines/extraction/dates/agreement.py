"""One publication out of all that a page says of its time: the one place where the witnesses are weighed against each other.

A witness is a `DateCandidate`: where it was found, how precise it is, whether it has a zone of its own, whether it is called
publication.

Statements for machines, among themselves (`weigh_statements`):
1. They rank as the systems that write them are kept up; a time of day beats a day, where both are of the same day.
2. An instant with an offset beats the same wall clock without, or with that of UTC: a `Z` is often put after local time.
3. Of two instants in UTC whole hours apart, the one that is the other's local clock was given a false `Z`.
4. What is stated as the last change too gives way to an earlier statement of the same publication.

Statements and what the reader sees (`weigh`):
5. A printed date that is the stated day of the last change is no publication, unless a word beside it or a statement says so.
6. Where they are further apart than zones and days explain, the date by the headline counts, else the statement.
7. Of one publication, an instant beats a printed clock of lower precision or without a zone; the print tells on which clock, and on
   which day, the instant is meant. The day in the address does so where nothing is printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta, timezone, tzinfo

from db.models import Moment, OffsetFrom, Precision
from pipelines.extraction.dates.candidates import DateCandidate
from pipelines.extraction.dates.time_zones import Locale, settle_moment

SAME_TIME = timedelta(hours=36)
"""Two statements within this span mean one publication: zones and days are mixed up, events are not."""
_MINUTE = timedelta(minutes=1)
_QUARTER = timedelta(minutes=15)
"""All zones differ by whole quarters of an hour."""
_AMERICA = (timedelta(hours=-10), timedelta(hours=-4))
"""Offsets of the presses whose country does not tell the zone: most of them are North American."""


def weigh_statements(
    voices: Sequence[DateCandidate], changed: DateCandidate | None, place: Locale
) -> DateCandidate | None:
    """The publication that the statements for machines mean, best first."""
    if not voices:
        return None
    best = voices[0]
    if best.stamp.hour is None:
        best = next((v for v in voices if v.stamp.hour is not None and v.stamp.date == best.stamp.date), best)
    if best.stamp.hour is None:
        return best
    same = [v for v in voices if v.stamp.hour is not None and abs(v.moment.at - best.moment.at) <= SAME_TIME]
    if changed and same_minute(changed, best):
        earlier = [v for v in same if v.stamp.offset is not None and best.moment.at - v.moment.at >= _MINUTE]
        best = min(
            (v for v in earlier if (best.moment.at - v.moment.at) % _QUARTER), key=lambda v: v.moment.at, default=best
        )
    if best.stamp.offset:
        return best
    for voice in same:
        if voice.stamp.offset and _wall(voice) == _wall(best):
            return voice
        if voice.stamp.offset is not None and _is_local_clock_of(best, voice, place):
            return _on_clock(voice, best)
    return best


def same_minute(one: DateCandidate, other: DateCandidate) -> bool:
    """Whether two voices mean one instant, seconds aside."""
    return abs(one.moment.at - other.moment.at) < _MINUTE


def _wall(voice: DateCandidate) -> tuple[int, ...]:
    stamp = voice.stamp
    return stamp.year, stamp.month, stamp.day, stamp.hour or 0, stamp.minute


def _is_local_clock_of(clock: DateCandidate, instant: DateCandidate, place: Locale) -> bool:
    """Whether a statement without an offset, or with a false `Z`, is the local wall clock of an instant that another states."""
    offset = clock.moment.at.replace(tzinfo=UTC) - instant.moment.at
    if clock.stamp.offset is not None:
        offset = clock.moment.at - instant.moment.at
    if not offset or offset % _QUARTER or (clock.stamp.second or 0) != (instant.stamp.second or 0):
        return False
    own, origin = place.offset_at(clock.moment.at.replace(tzinfo=None))
    return offset == own if origin is not OffsetFrom.UNKNOWN else _AMERICA[0] <= offset <= _AMERICA[1]


def confirms(instant: DateCandidate, seen: DateCandidate) -> bool:
    """Whether an instant found somewhere on the page is that of the printed clock or day. Midnight states no time."""
    if instant.stamp.offset is None or not (instant.stamp.hour or instant.stamp.minute):
        return False
    if seen.stamp.hour is None:
        return seen.stamp.date in (instant.stamp.date, instant.moment.at.date())
    if same_minute(instant, seen) or _wall(instant) == _wall(seen):
        return True
    apart = seen.moment.at.replace(tzinfo=UTC, second=0) - instant.moment.at.astimezone(UTC).replace(second=0)
    return seen.moment.offset_from is OffsetFrom.UNKNOWN and apart in _CLOCKS


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
    if _wall(stated) == _wall(seen) and stated.stamp.offset == timedelta(0) and has_clock(seen):
        return _finer(stated, seen, place)
    if same_minute(stated, seen):
        if seen.moment.precision is Precision.SECOND and stated.moment.precision is Precision.MINUTE:
            return seen
        return _told(stated, seen.moment.at.tzinfo) if has_clock(seen) else stated
    return _on_clock(stated, seen)


def has_clock(voice: DateCandidate) -> bool:
    """Whether it is known on which wall clock a time was printed; UTC is that of systems."""
    if voice.stamp.offset is None:
        return voice.moment.offset_from is not OffsetFrom.UNKNOWN
    return voice.stamp.offset != timedelta(0)


def _told(voice: DateCandidate, zone: tzinfo | None) -> DateCandidate:
    """The same instant on another wall clock."""
    at = voice.moment.at.astimezone(zone)
    stamp = voice.stamp._replace(
        year=at.year, month=at.month, day=at.day, hour=at.hour, minute=at.minute, offset=at.utcoffset()
    )
    return DateCandidate(Moment(at=at, precision=voice.moment.precision), stamp, voice.by)


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
        told = _told(stated, timezone(offset))
        if told.stamp.date == seen.stamp.date:
            return told
    return stated


def _on_clock(stated: DateCandidate, seen: DateCandidate) -> DateCandidate:
    """The stated instant on the reader's clock, where the two differ by whole quarters of an hour and the reader's has no zone."""
    if stated.stamp.offset is None or seen.stamp.offset is not None:
        return stated
    ours, theirs = stated.moment.at, seen.moment.at.replace(tzinfo=UTC)
    shift = theirs.replace(second=0) - ours.astimezone(UTC).replace(second=0)
    if shift and shift % _QUARTER == timedelta(0) and timedelta(hours=-12) <= shift <= timedelta(hours=14):
        return _told(stated, timezone(shift))
    return stated


def _finer(stated: DateCandidate, seen: DateCandidate, place: Locale) -> DateCandidate:
    """The wall clock both agree on, with the reader's zone and the finer seconds."""
    second = stated.stamp.second if seen.stamp.second is None else seen.stamp.second
    stamp = seen.stamp._replace(second=second)
    moment = settle_moment(stamp, place)
    return DateCandidate(moment, stamp, seen.by) if moment else seen


def weigh(
    stated: Sequence[DateCandidate],
    seen: DateCandidate | None,
    changed: DateCandidate | None,
    address: DateCandidate | None,
    place: Locale,
) -> DateCandidate | None:
    """What the page states and shows, weighed against its stated change and the day in its address.

    The address is given when an article is first put up: it stands against a date that is seen somewhere on the page, and
    against a statement of a later year's import, and it says on which side of midnight a time stated in UTC is meant.
    """
    best = weigh_statements(stated, changed, place)
    if seen and best and not seen.said and changed and changed.stamp.date == seen.stamp.date:
        seen = next((seen for voice in stated if voice.stamp.date == changed.stamp.date), None)
    if address is None:
        return reconcile(best, seen, place)
    if seen and not seen.strong and abs((seen.stamp.date - address.stamp.date).days) > 1:
        seen = None
    both = reconcile(best, seen, place)
    if both is None or seen is not None:
        return both
    if both.stamp.date - address.stamp.date > _IMPORTED:
        return address
    return _on_day(both, address)


_IMPORTED = timedelta(days=60)
"""Statements so long after the day in the address tell when a new system took the article over."""

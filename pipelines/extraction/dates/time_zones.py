"""Where a page's wall clock hangs: UTC offsets by name, by site, by country, by language; from best to weakest.

A `Locale` is what is known of a page's whereabouts. `settle_moment` turns a `ParsedDate` into a `Moment` with the offset's origin
said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

from db.models import Moment, OffsetFrom, Precision
from pipelines.extraction.languages.loader import languages
from pipelines.extraction.text.date_parser import ParsedDate
from pipelines.extraction.text.utc_offsets import places


@dataclass(frozen=True, slots=True, kw_only=True)
class Locale:
    """What is known of where a page is written. `country` and `language` are two lower-case letters."""

    site_timezone: str | None = None
    country: str | None = None
    language: str | None = None
    fetched_at: datetime | None = None

    @property
    def local_now(self) -> datetime | None:
        """The time of fetching on the page's own wall clock."""
        if self.fetched_at is None:
            return None
        zone, _ = self._zone()
        return self.fetched_at.astimezone(zone or UTC)

    @property
    def knows_zone(self) -> bool:
        """Whether the page's wall clock is known."""
        return self._zone()[0] is not None

    @property
    def day_first(self) -> bool:
        """Whether 3/4/2024 is 3 April here: everywhere but in the USA and the Philippines, and where English says no more."""
        if self.country is not None:
            return self.country not in ("us", "ph")
        return self.language not in (None, "en")

    def _zone(self) -> tuple[ZoneInfo | None, OffsetFrom]:
        if self.site_timezone and (zone := _zone_info(self.site_timezone)):
            return zone, OffsetFrom.SITE
        if self.country and (zone := _zone_info(places().countries.get(self.country, ""))):
            return zone, OffsetFrom.COUNTRY
        if self.country not in ("us", "ca", "au"):
            language = languages().get(self.language or "")
            if language and (zone := _zone_info(places().countries.get(language.country, ""))):
                return zone, OffsetFrom.LANGUAGE
        return None, OffsetFrom.UNKNOWN

    def offset_at(self, wall: datetime) -> tuple[timedelta | None, OffsetFrom]:
        """The offset that a naive wall clock has here."""
        zone, origin = self._zone()
        return (wall.replace(tzinfo=zone).utcoffset(), origin) if zone else (None, OffsetFrom.UNKNOWN)


def _localised(moment: datetime, place: Locale) -> datetime:
    """A time stated in UTC, on the wall clock that the page's readers live by, where that is known: the same instant."""
    if moment.utcoffset() != timedelta(0):
        return moment
    offset, origin = place.offset_at(moment.replace(tzinfo=None))
    return moment.astimezone(timezone(offset)) if offset is not None and origin is not OffsetFrom.UNKNOWN else moment


@lru_cache(maxsize=256)
def _zone_info(name: str) -> ZoneInfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def settle_moment(stamp: ParsedDate, place: Locale) -> Moment | None:
    """The moment a stamp means at a place; None for a clock that never was (an hour 24)."""
    try:
        clock = (stamp.hour or 0, stamp.minute, stamp.second or 0)
        wall = datetime(stamp.year, stamp.month, stamp.day, *clock, tzinfo=UTC).replace(tzinfo=None)
    except ValueError:
        return None
    precision = Precision.MINUTE if stamp.second is None else Precision.SECOND
    if stamp.hour is None:
        precision = Precision.DAY
    if stamp.offset is not None and stamp.hour is not None:
        return Moment(at=_localised(wall.replace(tzinfo=timezone(stamp.offset)), place), precision=precision)
    offset, origin = place.offset_at(wall)
    return Moment(
        at=wall.replace(tzinfo=timezone(offset) if offset is not None else UTC), precision=precision, offset_from=origin
    )

"""The time zone of a page's clock: by site, by country, by language, best first.

A `Locale` is what is known of where a page is published. `settle_moment` turns a `ParsedDate` into a `Moment` that says where
its offset came from.
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
    """What is known of where a page is published. `country` and `language` are two lower-case letters."""

    site_timezone: str | None = None
    country: str | None = None
    language: str | None = None
    fetched_at: datetime | None = None

    @property
    def local_now(self) -> datetime | None:
        """The time of the fetch in the page's zone."""
        if self.fetched_at is None:
            return None
        zone, _ = self._zone()
        return self.fetched_at.astimezone(zone or UTC)

    @property
    def knows_zone(self) -> bool:
        """Whether the page's zone is known."""
        return self._zone()[0] is not None

    @property
    def day_first(self) -> bool:
        """Whether 3/4/2024 is 3 April: not in the USA and the Philippines, nor in English without a country."""
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
        """The UTC offset here at a naive local time, and where it comes from."""
        zone, origin = self._zone()
        return (wall.replace(tzinfo=zone).utcoffset(), origin) if zone else (None, OffsetFrom.UNKNOWN)

    def offset_called(self, name: str, wall: datetime) -> timedelta | None:
        """The UTC offset here at a naive local time, if that is what this abbreviation means here: IST in Ireland and in Israel."""
        zone, _ = self._zone()
        local = wall.replace(tzinfo=zone)
        return local.utcoffset() if zone and local.tzname() == name else None


def _localised(moment: datetime, locale: Locale) -> datetime:
    """A UTC time as the same instant in the zone of the page's readers, if that is known."""
    if moment.utcoffset() != timedelta(0):
        return moment
    offset, origin = locale.offset_at(moment.replace(tzinfo=None))
    return moment.astimezone(timezone(offset)) if offset is not None and origin is not OffsetFrom.UNKNOWN else moment


@lru_cache(maxsize=256)
def _zone_info(name: str) -> ZoneInfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def settle_moment(stamp: ParsedDate, locale: Locale) -> Moment | None:
    """The moment that a time as written means in a locale; None for an impossible time (hour 24)."""
    try:
        clock = (stamp.hour or 0, stamp.minute, stamp.second or 0)
        wall = datetime(stamp.year, stamp.month, stamp.day, *clock, tzinfo=UTC).replace(tzinfo=None)
    except ValueError:
        return None
    precision = Precision.MINUTE if stamp.second is None else Precision.SECOND
    if stamp.hour is None:
        precision = Precision.DAY
    if stamp.offset is not None and stamp.hour is not None:
        return Moment(at=_localised(wall.replace(tzinfo=timezone(stamp.offset)), locale), precision=precision)
    offset, origin = locale.offset_at(wall)
    return Moment(
        at=wall.replace(tzinfo=timezone(offset) if offset is not None else UTC), precision=precision, offset_from=origin
    )

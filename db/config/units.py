"""Parse durations, sizes, networks, times and zones as people write them: "30m", "20 MiB", "10.0.0.0/8", "*/10 6-23 * *
*".

Each function raises ValueError, with a message that says what was expected.
"""

from __future__ import annotations

import difflib
import ipaddress
import re
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta, tzinfo
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSimError

from db.config.values import CronLine, HoursOfDay, ListenAddress, Networks, SecretFile, SecretPlace, SecretVariable

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400, "w": 604800}
_BYTES = {"": 1, "b": 1, "kb": 1000, "kib": 1 << 10, "mb": 10**6, "mib": 1 << 20, "gb": 10**9, "gib": 1 << 30}
# A thousand years: a time so long before or after now still has a date, and nobody means more.
LONGEST = timedelta(days=365_000)
_HOURS = re.compile(r"\s*+(\d\d?)(?::(\d\d))?\s*+[-–]\s*+(\d\d?)(?::(\d\d))?\s*+")
YEAR_OR_MONTH = re.compile(r"(\d{4})(?:-(\d\d))?")
_QUANTITY = re.compile(r"\s*+(\d{1,12}(?:\.\d{1,6})?)\s*+([a-zA-Z]{0,3})\s*+")


def duration(value: object) -> timedelta:
    """The time in "90s", "30m", "3h", "2d", "1w" or a plain number of seconds. ValueError says what was expected."""
    seconds = _seconds(value)
    if seconds is None:
        raise ValueError(f'expected a duration such as "90s", "30m", "3h" or "2d", got {value!r}')
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"expected a duration of at most {LONGEST.days} days, got {value!r}")
    return timedelta(seconds=seconds)


def _seconds(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return value
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    factor = _SECONDS.get(match[2].lower() or "s") if match else None
    return float(match[1]) * factor if match and factor else None


def duration_with_unit(value: object) -> timedelta:
    """As `duration`, for times of days or hours: a plain number is refused, since it would be read as seconds. 0 needs no unit."""
    if isinstance(value, int | float) or (isinstance(value, str) and not value.strip(" .0123456789")):
        if (found := duration(value)) != timedelta():
            raise ValueError(f"{found.total_seconds():g} has no unit")
        return found
    return duration(value)


def durations(value: object) -> tuple[timedelta, ...]:
    """A list of durations, sorted."""
    if not isinstance(value, list | tuple):
        raise ValueError(f'expected a list of durations such as ["30m", "3h"], got {value!r}')
    return tuple(sorted(duration(item) for item in value))


def hours_of_day(value: object) -> HoursOfDay:
    """A part of each day: "01:00-06:00", "22-6", "always" or "never"."""
    if value == "never":
        return HoursOfDay()
    if value == "always":
        return HoursOfDay(begin=time(), end=time())
    match = _HOURS.fullmatch(value) if isinstance(value, str) else None
    ends = [_clock_time(hour, minute) for hour, minute in (match.group(1, 2), match.group(3, 4))] if match else []
    if not ends or None in ends:
        raise ValueError(f'expected hours such as "01:00-06:00", "always" or "never", got {value!r}')
    return HoursOfDay(begin=ends[0], end=ends[1])


def _clock_time(hour: str, minute: str | None) -> time | None:
    """The time of a clock; 24:00 is midnight."""
    if int(hour) == 24 and not int(minute or 0):
        return time()
    return time(int(hour), int(minute or 0)) if int(hour) < 24 and int(minute or 0) < 60 else None


def size(value: object) -> int:
    """Bytes in "20MiB", "500 kB" or a plain number."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    match = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if match and (factor := _BYTES.get(match[2].lower())):
        return int(float(match[1]) * factor)
    raise ValueError(f'expected a size such as "20MiB" or "500kB", got {value!r}')


def networks(value: object) -> Networks:
    """A list of networks in CIDR notation. Bits of an address after the prefix do not matter."""
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise ValueError(f'expected a list of networks such as ["127.0.0.0/8"], got {value!r}')
    return tuple(_network(item) for item in value)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError(f'expected a network such as "127.0.0.0/8" or "fd00::/8", got {text!r}') from error


def hosts(value: object) -> tuple[str, ...]:
    """A list of host names, or a comma-separated text; "*" stands for any host."""
    names = [name.strip() for name in value.split(",")] if isinstance(value, str) else value
    if not isinstance(names, list | tuple):
        return host_names(value)
    return host_names([name for name in names if name != "*"]) + (("*",) if "*" in names else ())


def since(text: str, now: datetime, zone: tzinfo | None = None) -> datetime:
    """The time meant by "2d" (before `now`), "2026-11-02" or an ISO 8601 time; of "2026-11" and "2026" the beginning. Without an
    offset it is in `zone`, by default that of this machine, in which lists show times.
    """
    if span := YEAR_OR_MONTH.fullmatch(text):
        year, month = int(span[1]), int(span[2] or 1)
        if not 1 <= month <= 12 or not year:
            raise ValueError(f"there is no month {text}")
        return _in_zone(datetime.fromisoformat(f"{year:04}-{month:02}-01"), zone)
    try:
        return now - duration(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f'expected a duration ("2d"), a date ("2026-11-02") or a month ("2026-11"), got {text!r}'
        ) from None
    return moment if moment.tzinfo else _in_zone(moment, zone)


def _in_zone(naive: datetime, zone: tzinfo | None) -> datetime:
    return naive.replace(tzinfo=zone) if zone else naive.astimezone()


def duration_or_forever(value: object) -> timedelta | None:
    """A duration; None for "forever"."""
    if value == "forever":
        return None
    try:
        return duration_with_unit(value)
    except ValueError as error:
        raise ValueError(f'expected a duration such as "90d", or "forever", got {value!r}') from error


def path(value: object) -> Path:
    """The name of a file or folder."""
    if not isinstance(value, str):
        raise ValueError(f"expected text, got {value!r}")
    return Path(value)


def path_or_none(value: object) -> Path | None:
    """The name of a file or folder; None for ""."""
    return None if value == "" else path(value)


def cron_line(value: object) -> CronLine | None:
    """A valid cron line of five fields; None for ""."""
    if not isinstance(value, str):
        raise ValueError(f'expected a cron line such as "*/10 6-23 * * *", got {value!r}')
    if not (text := " ".join(value.split())):
        return None
    line = CronLine(text=text)
    try:
        # CronSim takes a sixth field for seconds, and a line for it would mean other times here.
        if len(text.split()) != 5:
            raise CronSimError("Wrong number of fields")
        next(line.times_after(datetime(2024, 1, 1, tzinfo=UTC)))
    except (CronSimError, StopIteration) as error:
        expected = "minute hour day month weekday"
        raise ValueError(f"expected a cron line ({expected}), got {value!r}: {error or 'never'}") from error
    return line


def time_zone(value: object) -> ZoneInfo:
    """A time zone by its name in the tz database."""
    with suppress(ZoneInfoNotFoundError, ValueError, OSError):
        if isinstance(value, str) and value:
            return ZoneInfo(value)
    near = difflib.get_close_matches(str(value), available_timezones(), n=1)
    advice = f"; did you mean {near[0]}?" if near else ""
    raise ValueError(f'expected a time zone such as "Europe/Berlin" or "UTC", got {value!r}{advice}')


def loopback_address(value: object) -> ListenAddress | None:
    """A "host:port" on this machine's loopback interface; None for ""."""
    if value == "":
        return None
    address = _host_and_port(value)
    if address is None or (address.host != "localhost" and not ipaddress.ip_address(address.host).is_loopback):
        raise ValueError(f'expected a loopback address and port such as "127.0.0.1:9109", got {value!r}')
    return address


def listen_address(value: object) -> ListenAddress:
    """A "host:port" of this machine, on any of its interfaces."""
    address = _host_and_port(value)
    if address is None:
        raise ValueError(f'expected an address and port such as "127.0.0.1:9110" or "[::]:9110", got {value!r}')
    return address


def _host_and_port(value: object) -> ListenAddress | None:
    """A numeric address or localhost, and a port; None for anything else."""
    host, _, digits = value.rpartition(":") if isinstance(value, str) else ("", "", "")
    bare = host.removeprefix("[").removesuffix("]")
    try:
        port = int(digits)
        if bare != "localhost":
            ipaddress.ip_address(bare)
    except ValueError:
        return None
    return ListenAddress(host=bare, port=port) if 0 <= port <= 65535 else None


def callback_address(value: object) -> str:
    """A web address without query, and without the slash at its end; "" for ""."""
    parts = urlsplit(value) if isinstance(value, str) else urlsplit("")
    try:
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if value != "" and (not good or parts.query or parts.fragment or parts.username):
        raise ValueError(f'expected a web address such as "https://our.example/websub", got {value!r}')
    return str(value).rstrip("/")


_VARIABLE = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*")
# Occurs in headers and cookies but not in file names.
_SECRET = re.compile(r"[\r\n;=]|:\s|^\s*(?:bearer|basic)\s", re.IGNORECASE)
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?")


def secret_place(value: object) -> SecretPlace | None:
    """Where to find a secret: a file or "env:NAME"; None for "". The message never repeats the given value."""
    if not isinstance(value, str) or (value.startswith("env:") and not _VARIABLE.fullmatch(value)):
        raise ValueError('expected the name of a file, or "env:NAME"')
    if _SECRET.search(value):
        raise ValueError(
            'expected the name of a file, or "env:NAME", not the secret itself: settings are stored and shown'
        )
    if value.startswith("env:"):
        return SecretVariable(name=value.removeprefix("env:"))
    return SecretFile(path=Path(value)) if value else None


def host_names(value: object) -> tuple[str, ...]:
    """A list of host names, without scheme and port."""
    if not isinstance(value, list) or not all(
        isinstance(item, str) and _HOST.fullmatch(item.lower()) for item in value
    ):
        raise ValueError(f'expected a list of host names such as ["news.example.com"], got {value!r}')
    return tuple(item.lower() for item in value)

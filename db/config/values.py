"""Types of settings that the standard library has no type for. `str` of each is what a person writes in copydesk.toml."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import TypeAlias

from cronsim import CronSim

Networks: TypeAlias = tuple[IPv4Network | IPv6Network, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenAddress:
    """Where a server listens. `host`: "localhost" or a numeric address, without brackets. `port` 0: a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CronLine:
    """A cron line of five fields that has at least one time. Made by `units.cron_line`, which checks it."""

    text: str

    def times_after(self, moment: datetime) -> Iterator[datetime]:
        """The times of the line after an aware moment, without end, in the moment's time zone."""
        return CronSim(self.text, moment)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursOfDay:
    """A part of each day by the clock of the setting `timezone`, `begin` <= t < `end`, across midnight where `end` is not later.

    The same time twice is the whole day. Neither: no time at all.
    """

    begin: time | None = None
    end: time | None = None

    def __contains__(self, moment: datetime) -> bool:
        """Whether a moment, as that clock shows it, is in this part of the day."""
        if self.begin is None or self.end is None:
            return False
        clock = moment.time()
        if self.begin < self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end

    def __str__(self) -> str:
        if self.begin is None or self.end is None:
            return "never"
        return "always" if self.begin == self.end else f"{self.begin:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretFile:
    """A file that holds a secret, relative to the folder of copydesk.toml."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretVariable:
    """An environment variable that holds a secret."""

    name: str

    def __str__(self) -> str:
        return f"env:{self.name}"


SecretPlace: TypeAlias = SecretFile | SecretVariable

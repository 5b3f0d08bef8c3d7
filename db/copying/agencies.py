"""News agencies by the names under which outlets credit them (agencies.toml), so that many spellings are one origin.

[[agency]]
key = "xinhua"                     in addresses of pages; letters, digits and hyphens
name = "Xinhua"                    what it is called internationally
chinese = "新华社"                  what it is called in Chinese
names = ["Xinhua News Agency"]     other spellings and usual short forms, in any language; the two above count by themselves
hosts = ["xinhuanet.com"]          its sites: where one is crawled, it is that source

Facts only. Case, accents, spaces and punctuation do not matter, nor whether Chinese is simplified.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from db.copying.names import name_key
from db.errors import ConfigError
from db.toml_tables import toml_tables

_FILE = "agencies.toml"
_KEYS = frozenset({"key", "name", "chinese", "names", "hosts"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsAgency:
    """An agency. `hosts` are without "www."."""

    key: str
    name: str
    chinese: str
    names: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


@cache
def load_agencies() -> Mapping[str, NewsAgency]:
    """The agencies that come with Copydesk, by key. Raises ConfigError, which names the entry."""
    # Processes that extract need no more: names are compared when articles are settled, and folding them takes 0.1 s and 21 MiB.
    return parse_agencies(files("db.copying").joinpath(_FILE).read_text("utf-8"))


@cache
def agencies_by_name() -> Mapping[str, NewsAgency]:
    """The agencies by the key of each of their names and hosts (`db.copying.names.name_key`). Raises ConfigError."""
    found = index_names(load_agencies().values())
    return found | {name_key(host): agency for agency in load_agencies().values() for host in agency.hosts}


def index_names(agencies: Iterable[NewsAgency]) -> dict[str, NewsAgency]:
    """Agencies by the key of each of their names. Raises ConfigError for a name that two of them have."""
    found: dict[str, NewsAgency] = {}
    for agency in agencies:
        for name in map(name_key, (agency.name, agency.chinese, *agency.names)):
            owner = found.setdefault(name, agency)
            if owner is not agency or not name:
                raise ConfigError(
                    f"{_FILE}: {agency.key} and {owner.key} share the name {name}; leave it to one of them"
                )
    return found


def parse_agencies(text: str) -> dict[str, NewsAgency]:
    """The entries of a file, by key. Raises ConfigError for an entry with a mistake."""
    found: dict[str, NewsAgency] = {}
    for number, table in enumerate(toml_tables(text, "agency", _FILE), 1):
        agency = _agency(table, f"{_FILE}: agency {number} ({table.get('name', 'without a name')})")
        if agency.key in found:
            raise ConfigError(f"{_FILE}: two agencies have the key {agency.key}; give one of them another")
        found[agency.key] = agency
    return found


def _agency(table: Mapping[str, Any], where: str) -> NewsAgency:
    if unknown := sorted(table.keys() - _KEYS):
        raise ConfigError(f"{where}: {unknown[0]} is not known; the keys are {', '.join(sorted(_KEYS))}")
    for key in ("key", "name", "chinese"):
        if not isinstance(table.get(key), str) or not table[key].strip():
            raise ConfigError(f"{where}: {key} is missing; give it as text")
    if not table["key"].replace("-", "").isalnum() or not table["key"].isascii():
        raise ConfigError(f"{where}: the key {table['key']!r} is not of letters, digits and hyphens; choose another")
    for key in ("names", "hosts"):
        if not isinstance(table.get(key, []), list):
            raise ConfigError(f"{where}: {key} must be a list of texts")
    return NewsAgency(
        key=table["key"],
        name=table["name"],
        chinese=table["chinese"],
        names=tuple(table.get("names", ())),
        hosts=tuple(table.get("hosts", ())),
    )

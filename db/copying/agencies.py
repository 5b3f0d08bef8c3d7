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

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from db.copying.names import name_key
from db.errors import ConfigError

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
    return parse_agencies(files("db.copying").joinpath(_FILE).read_text("utf-8"))


@cache
def agencies_by_name() -> Mapping[str, NewsAgency]:
    """The agencies by the key of each of their names and hosts (`db.copying.names.name_key`)."""
    found: dict[str, NewsAgency] = {}
    for agency in load_agencies().values():
        for name in (agency.name, agency.chinese, *agency.names, *agency.hosts):
            found[name_key(name)] = agency
    return found


def parse_agencies(text: str) -> dict[str, NewsAgency]:
    """The entries of a file, by key. Raises ConfigError for an entry with a mistake, and for a name that two agencies have."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{_FILE}: is not valid TOML: {error}") from error
    tables = document.pop("agency", None)
    if document or not isinstance(tables, list):
        raise ConfigError(f"{_FILE}: expected [[agency]] tables alone")
    found: dict[str, NewsAgency] = {}
    owners: dict[str, str] = {}
    for number, table in enumerate(tables, 1):
        agency = _agency(table, f"{_FILE}: agency {number} ({table.get('name', 'without a name')})")
        if agency.key in found:
            raise ConfigError(f"{_FILE}: two agencies have the key {agency.key}; give one of them another")
        found[agency.key] = agency
        for name in {name_key(name) for name in (agency.name, agency.chinese, *agency.names)}:
            if owners.setdefault(name, agency.key) != agency.key or not name:
                raise ConfigError(
                    f"{_FILE}: {agency.key} and {owners[name]} share the name {name}; leave it to one of them"
                )
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

"""The catalogue: where well-known outlets are found on the web, one TOML file a country (`DE.toml`, ISO 3166-1 alpha-2).

[[outlet]]
name = "Example Daily"
home = "https://www.example-daily.com/"
language = "de"                                  as in BCP 47
feeds = ["https://www.example-daily.com/rss"]    RSS, Atom or JSON feeds
news_sitemaps = ["..."]                          sitemaps of the newest articles
sitemaps = ["..."]                               sitemaps of all pages, or an index of them
settings = { delay = "5s" }                      settings of the source (docs/settings.md), where it needs some

Facts only, and only of public pages. `copydesk catalogue check` reports what has moved.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from db.display.humanize import counted
from db.display.shell_commands import shell_command
from db.errors import ConfigError, UsageError
from db.models import Listing, ListingKind
from db.toml_tables import toml_tables

_COUNTRY = re.compile(r"[A-Z]{2}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?")
_ADDRESS_KEYS = ("feeds", "news_sitemaps", "sitemaps")
_COMMENT = re.compile(r"# Outlets of (?:the )?([^\n]+)\.\n")
_KEYS = ("name", "home", "language", *_ADDRESS_KEYS, "settings")
_LINE_LENGTH = 110


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueEntry:
    """One outlet. `country`: ISO 3166-1 alpha-2; `language`: BCP 47; addresses are absolute."""

    name: str
    country: str
    language: str
    home: str
    feeds: tuple[str, ...] = ()
    news_sitemaps: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    settings: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}), hash=False)

    @property
    def host(self) -> str:
        """The host of its home page, without "www."."""
        return (urlsplit(self.home).hostname or "").removeprefix("www.")

    @property
    def listings(self) -> list[Listing]:
        """Its listings, as a search of the site would record them."""
        return [
            *(Listing(url=url, kind=ListingKind.FEED) for url in self.feeds),
            *(Listing(url=url, kind=ListingKind.NEWS_SITEMAP) for url in self.news_sitemaps),
            *(Listing(url=url, kind=ListingKind.SITEMAP) for url in self.sitemaps),
        ]

    @property
    def listings_in_words(self) -> str:
        """What it lists articles by: "2 feeds, 1 sitemap"."""
        kinds = ((self.feeds, "feed"), (self.news_sitemaps, "news sitemap"), (self.sitemaps, "sitemap"))
        return ", ".join(counted(len(urls), word) for urls, word in kinds if urls) or "front page"

    @property
    def home_key(self) -> tuple[str, str, str]:
        """By which its source is found (`home_key`)."""
        return home_key(self.home)

    @property
    def add_command(self) -> str:
        """The command that adds it."""
        return shell_command("sources", "add", "--from-catalogue", self.host)

    def as_json(self) -> dict[str, object]:
        """Its fields, as `copydesk catalogue --json` prints them."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return values | {"settings": dict(self.settings)}

    def matches(self, words: str) -> bool:
        """Whether all these words occur in its name, host, country or language, in any case."""
        said = f"{self.name} {self.host} {self.country} {self.language}".casefold()
        return all(word in said for word in words.casefold().split())


def home_key(url: str) -> tuple[str, str, str]:
    """What two addresses of one home page share: scheme, "www." and a slash at the end do not matter."""
    parts = urlsplit(url)
    return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/"), parts.query


@cache
def load_country_names() -> Mapping[str, str]:
    """The names of the countries, by code, as the first lines of their files have them (`# Outlets of Austria.`)."""
    names = {}
    for file in files("db.catalogue").iterdir():
        if file.name.endswith(".toml") and (match := _COMMENT.match(file.read_text("utf-8"))):
            names[file.name.removesuffix(".toml")] = match[1]
    return MappingProxyType(names)


@cache
def load_catalogue() -> tuple[CatalogueEntry, ...]:
    """All entries that come with Copydesk, by country and name. Raises ConfigError, which names the file and the entry."""
    return read_catalogue(files("db.catalogue"))


def read_catalogue(folder: Traversable) -> tuple[CatalogueEntry, ...]:
    """The entries of all TOML files of a folder, by country and name. Raises ConfigError."""
    entries: list[CatalogueEntry] = []
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            entries += parse_country(file.read_text("utf-8"), file.name)
    seen: dict[str, CatalogueEntry] = {}
    for entry in entries:
        other = seen.setdefault(entry.home, entry)
        if other is not entry:
            raise ConfigError(f"{entry.country}.toml: {entry.name} has the home page of {other.name}: {entry.home}")
    return tuple(entries)


def parse_country(text: str, file: str) -> list[CatalogueEntry]:
    """The entries of one file, by name. Raises ConfigError."""
    country = file.removesuffix(".toml")
    if not _COUNTRY.fullmatch(country):
        raise ConfigError(f"{file}: is not named by a country; expected two capitals (ISO 3166-1), such as DE.toml")
    tables = toml_tables(text, "outlet", file)
    entries = [_entry(table, country, f"{file}: outlet {number}") for number, table in enumerate(tables, 1)]
    return sorted(entries, key=lambda entry: entry.name.casefold())


def _entry(table: Mapping[str, Any], country: str, where: str) -> CatalogueEntry:
    where = f"{where} ({table.get('name', 'without a name')})"
    for key in table:
        if key not in _KEYS:
            near = difflib.get_close_matches(key, _KEYS, n=1, cutoff=0.5)
            raise ConfigError(f"{where}: {key} is not known{f'; did you mean {near[0]}?' if near else ''}")
    for key in ("name", "home", "language"):
        if not isinstance(table.get(key), str) or not table[key].strip():
            raise ConfigError(f"{where}: {key} is missing")
    if not _LANGUAGE.fullmatch(table["language"]):
        raise ConfigError(
            f"{where}: language {table['language']!r} is not in the form of BCP 47, such as de or zh-Hant"
        )
    for key in _ADDRESS_KEYS:
        if not isinstance(table.get(key, []), list):
            raise ConfigError(f"{where}: {key} must be a list of addresses")
    addresses = {key: tuple(table.get(key, ())) for key in _ADDRESS_KEYS}
    for address in map(str, (table["home"], *(one for listed in addresses.values() for one in listed))):
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment or re.search(r"\s", address):
            raise ConfigError(f"{where}: {address} is not an address; expected one such as https://www.example.com/rss")
    return CatalogueEntry(
        name=table["name"],
        country=country,
        language=table["language"],
        home=table["home"],
        settings=MappingProxyType(dict(table.get("settings", {}))),
        **addresses,
    )


def choose_entries(
    entries: Sequence[CatalogueEntry], names: Iterable[str], countries: Iterable[str], languages: Iterable[str]
) -> list[CatalogueEntry]:
    """The named entries (by name or host, in any case), or all, of these countries and languages.

    Raises UsageError, with the nearest names, where a name, country or language is in no entry.
    """
    chosen = list(dict.fromkeys(_named(entries, name) for name in names)) if names else list(entries)
    wanted_countries = [_known(entries, one.upper(), "country") for one in countries]
    wanted_languages = [_known(entries, one, "language") for one in languages]
    if wanted_countries:
        chosen = [entry for entry in chosen if entry.country in wanted_countries]
    if wanted_languages:
        chosen = [entry for entry in chosen if _speaks(entry, wanted_languages)]
    return chosen


def _speaks(entry: CatalogueEntry, languages: Sequence[str]) -> bool:
    """Whether an entry is in one of the languages: `zh` includes `zh-Hant`."""
    return any(entry.language == one or entry.language.startswith(f"{one}-") for one in languages)


def _named(entries: Sequence[CatalogueEntry], name: str) -> CatalogueEntry:
    wanted = name.casefold()
    for entry in entries:
        if wanted in (entry.name.casefold(), entry.host, f"www.{entry.host}", entry.home):
            return entry
    known = {said.casefold(): said for entry in entries for said in (entry.name, entry.host)}
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.6)
    advice = f"did you mean {' or '.join(known[one] for one in near)}?" if near else "add it by its address"
    raise UsageError(f"the catalogue has no outlet {name}; {advice}")


def _known(entries: Sequence[CatalogueEntry], value: str, key: str) -> str:
    known = sorted({getattr(entry, key) for entry in entries})
    if value in known or (key == "language" and any(one.startswith(f"{value}-") for one in known)):
        return value
    raise UsageError(f"the catalogue has no outlet of {key} {value}; it has {', '.join(known)}")


def format_country(entries: Iterable[CatalogueEntry], comment: str) -> str:
    """The text of a country's file, in the form in which these files are kept. `comment`: its first line."""
    blocks = [comment]
    for entry in sorted(entries, key=lambda entry: entry.name.casefold()):
        lines = ["[[outlet]]"]
        lines += [f"{key} = {_quoted(getattr(entry, key))}" for key in ("name", "home", "language")]
        for key in _ADDRESS_KEYS:
            if addresses := [_quoted(address) for address in getattr(entry, key)]:
                line = f"{key} = [{', '.join(addresses)}]"
                several = [f"{key} = [", *(f"    {address}," for address in addresses), "]"]
                lines += [line] if len(line) <= _LINE_LENGTH else several
        if entry.settings:
            pairs = ", ".join(f"{key} = {json.dumps(value)}" for key, value in entry.settings.items())
            lines.append(f"settings = {{ {pairs} }}")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)

"""The catalogue of outlets, by country: which of them are sources, and the commands that add the others."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from db.catalogue.loader import CatalogueEntry, home_key, load_catalogue, load_country_names
from db.display.shell_commands import shell_command
from db.inspect.translation.catalogues import gettext, ngettext
from db.inspect.translation.dates import country_name
from db.store.sites.sources import all_sources

_LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletLine:
    """An outlet of the catalogue. `source`: id and name of the source that it is; None where it is none."""

    entry: CatalogueEntry
    listings: str
    source: tuple[int, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountryOutlets:
    """The outlets of a country, by name."""

    code: str
    name: str
    lines: Sequence[OutletLine]

    @property
    def added(self) -> int:
        """How many of them are sources."""
        return sum(line.source is not None for line in self.lines)

    @property
    def add_command(self) -> str:
        """The command that adds all of them."""
        return shell_command("sources", "add", "--from-catalogue", "--country", self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueForm:
    """What was asked for: words in name, host, country or language, and a country."""

    words: str
    country: str

    @classmethod
    def of(cls, words: str | None, country: str | None) -> CatalogueForm:
        """From the URL; a country that the catalogue does not have is ignored."""
        code = (country or "").upper()
        return cls(words=(words or "").strip()[:_LONGEST], country=code if code in load_country_names() else "")


def count_countries() -> list[tuple[str, str, int]]:
    """Each country of the catalogue: code, name, number of outlets; by name."""
    counts = Counter(entry.country for entry in load_catalogue())
    named = ((code, country_name(code, name), counts[code]) for code, name in load_country_names().items())
    # This encoding has the common Chinese characters in the order of their pinyin, and Latin letters as ever.
    return sorted(named, key=lambda one: one[1].encode("gb18030"))


def catalogue_outlets_by_country(conn: sqlite3.Connection, form: CatalogueForm) -> list[CountryOutlets]:
    """The outlets asked for, by country."""
    sources = {home_key(source.url): (source.id, source.name) for source in reversed(all_sources(conn))}
    found = []
    for code, name, _ in count_countries():
        if form.country and code != form.country:
            continue
        lines = [
            OutletLine(
                entry=entry,
                listings=_listings(entry),
                source=sources.get(entry.home_key),
            )
            for entry in load_catalogue()
            if entry.country == code and entry.matches(form.words)
        ]
        if lines:
            found.append(CountryOutlets(code=code, name=name, lines=lines))
    return found


def _listings(entry: CatalogueEntry) -> str:
    """What an outlet lists articles by: "2 feeds, 1 sitemap"."""
    counted = [
        (ngettext("%(number)s feed", "%(number)s feeds", len(entry.feeds)), len(entry.feeds)),
        (
            ngettext("%(number)s news sitemap", "%(number)s news sitemaps", len(entry.news_sitemaps)),
            len(entry.news_sitemaps),
        ),
        (ngettext("%(number)s sitemap", "%(number)s sitemaps", len(entry.sitemaps)), len(entry.sitemaps)),
    ]
    return gettext(", ").join(text % {"number": number} for text, number in counted if number) or gettext("front page")

"""Whether the addresses of the catalogue still serve: a crawl of listings into a temporary database, told as a diff."""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import click

from cli.context import CommandContext
from cli.output.progress import crawl_progress
from db.catalogue.loader import CatalogueEntry, choose_entries, format_country, parse_country, read_catalogue
from db.config.loader import Config
from db.connection.database import open_database, write
from db.display.humanize import counted
from db.models import ListingKind
from db.store.sites.listings import ListingState, listing_states
from db.store.sites.sources import add_source, insert_listings, latest_answer

_COMMAND = "catalogue check"
_KINDS = {
    ListingKind.FEED: "feeds",
    ListingKind.NEWS_SITEMAP: "news_sitemaps",
    ListingKind.SITEMAP: "sitemaps",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedEntry:
    """An entry, as it should be by what its site answered, and what was found, in words."""

    entry: CatalogueEntry
    corrected: CatalogueEntry
    findings: tuple[str, ...]


def check_catalogue(
    context: CommandContext, names: Sequence[str], countries: Sequence[str], folder: Path | None
) -> bool:
    """Check entries and print the diff; findings go to standard error. Returns whether everything is as it says.

    Raises UsageError for unknown names, ConfigError for a wrong file.
    """
    place: Traversable = folder or files("db.catalogue")
    entries = choose_entries(read_catalogue(place), names, countries, ())
    checked = _ask(context.config, entries)
    for one in checked:
        for finding in one.findings:
            click.echo(f"{one.entry.country} {one.entry.name}: {finding}", err=True)
    corrected = {one.entry: one.corrected for one in checked}
    for country in sorted({entry.country for entry in entries}):
        click.echo("".join(_diff(place / f"{country}.toml", corrected)), nl=False)
    moved = sum(one.corrected != one.entry for one in checked)
    click.echo(f"{counted(len(entries), 'outlet')} asked, {counted(moved, 'has', 'have')} moved", err=True)
    return not moved


def _ask(config: Config, entries: Sequence[CatalogueEntry]) -> list[CheckedEntry]:
    from crawler.crawl.session import CrawlOrder
    from crawler.run import crawl

    with tempfile.TemporaryDirectory(prefix="copydesk-catalogue-") as folder:
        apart = config.with_values(db=str(Path(folder) / "catalogue.db"))
        db = open_database(apart.database, create=True)
        with closing(db.conn):
            sources = {}
            with write(db.conn) as conn:
                now = datetime.now(UTC)
                for number, entry in enumerate(entries):
                    source, _ = add_source(
                        conn, name=f"{number} {entry.host}", url=entry.home, settings=entry.settings, at=now
                    )
                    insert_listings(conn, source.id, entry.listings, now)
                    sources[source.id] = entry
            # First what each site names on its home page and in robots.txt, then the listings themselves, without any article.
            for order in (CrawlOrder(reads=False, command=_COMMAND), CrawlOrder(limit=0, command=_COMMAND)):
                with crawl_progress() as watch:
                    crawl(apart, order, watch=watch)
            return [
                _judged(entry, listing_states(db.conn, source_id), latest_answer(db.conn, source_id, entry.home))
                for source_id, entry in sources.items()
            ]


def _judged(entry: CatalogueEntry, states: Sequence[ListingState], home: tuple[str, int | None] | None) -> CheckedEntry:
    """Drop listings that are gone; where all of a kind are, take those that the site names instead."""
    findings: list[str] = []
    values: dict[str, Any] = {}
    if home and home[1] == 200 and home[0] != entry.home:
        findings.append(f"home page has moved to {home[0]}")
        values["home"] = home[0]
    elif home is None or home[1] is None or home[1] >= 400:
        findings.append(f"home page does not answer{f' ({home[1]})' if home and home[1] else ''}")
    for kind, key in _KINDS.items():
        listed = getattr(entry, key)
        of_kind = {state.listing.url: state for state in states if state.listing.kind is kind}
        gone = [url for url in listed if url in of_kind and of_kind[url].gone]
        findings += [f"{url} is gone ({of_kind[url].trouble})" for url in gone]
        left = tuple(url for url in listed if url not in gone)
        if gone and not left:
            left = tuple(url for url, state in of_kind.items() if state.works and url not in listed)
            findings += [f"{url} is new" for url in left]
        values[key] = left
        for url in left:
            if (state := of_kind.get(url)) and state.works is False:
                findings.append(f"{url} lists no articles{f' ({state.trouble})' if state.trouble else ''}")
    return CheckedEntry(entry=entry, corrected=replace(entry, **values), findings=tuple(findings))


def _diff(file: Traversable, corrected: dict[CatalogueEntry, CatalogueEntry]) -> list[str]:
    text = file.read_text("utf-8")
    entries = parse_country(text, file.name)
    if not any(corrected.get(entry, entry) != entry for entry in entries):
        return []
    comment = text.split("\n", 1)[0] if text.startswith("#") else f"# Outlets of {file.name.removesuffix('.toml')}."
    after = format_country((corrected.get(entry, entry) for entry in entries), comment)
    return list(
        difflib.unified_diff(
            text.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{file.name}", f"b/{file.name}"
        )
    )

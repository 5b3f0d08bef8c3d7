"""Recording sources: by address, and from the catalogue."""

from __future__ import annotations

import difflib
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from cli.context import CommandContext
from db.catalogue.loader import CatalogueEntry
from db.config.loader import read_stored
from db.connection.database import write
from db.display.shell_commands import shell_command
from db.errors import UnknownSource, UsageError
from db.models import ListedSource, Source
from db.store.sites.sources import (
    add_source,
    all_sources,
    find_source,
    insert_listings,
    pause_source,
    source_name_for,
    update_source_settings,
)
from pipelines.urls import clean_url


def add_sources(
    context: CommandContext, listed: Sequence[ListedSource], settings: dict[str, object]
) -> list[tuple[Source, bool]]:
    """Record sources; returns the rows, and whether each is new. `settings`, of all, beat those of the list.

    Raises UsageError, and ConfigError for settings of the list.
    """
    cleaned = [replace(one, url=clean_address(one.url)) for one in listed]
    for one in cleaned:
        read_stored(one.name or one.url, one.settings)
    now = datetime.now(UTC)
    with context.open(create=True) as db, write(db.conn) as conn:
        taken = {source.name: source.url for source in all_sources(conn)}
        known = {url: name for name, url in taken.items()}
        added = []
        for one in cleaned:
            name, url = one.name, one.url
            chosen = name or known.get(url) or source_name_for(url)
            if not name and taken.get(chosen, url) != url:
                chosen = _free_name(chosen, taken)
            source, new = add_source(conn, name=chosen, url=url, settings={**one.settings, **settings}, at=now)
            if new and one.paused:
                source = pause_source(conn, source.name, now)
            taken[source.name] = source.url
            known[source.url] = source.name
            added.append((source, new))
    return added


def shared_sites(conn: sqlite3.Connection, added: Sequence[tuple[Source, bool]]) -> list[str]:
    """A sentence for each new source whose site another one crawls as well; one for two that are new."""
    found, left = [], all_sources(conn)
    for source in (source for source, new in added if new):
        left = [one for one in left if one.id != source.id]
        others = [one.name for one in left if _site(one.url) == _site(source.url)]
        if others:
            found.append(
                f"{source.name} has the address of {' and '.join(others)}: each crawls the site, and an article is of the source"
                f" that finds it first; `{shell_command('sources', 'remove', source.name)}` leaves the other"
            )
    return found


def _site(url: str) -> str:
    """What two addresses of one site have in common: scheme and www. make no other site."""
    parts = urlsplit(url)
    return f"{(parts.netloc or '').removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def _free_name(name: str, taken: dict[str, str]) -> str:
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"


def clean_address(url: str) -> str:
    """The address of a site as typed, with or without a scheme, in its stored form. Raises UsageError."""
    scheme, divider, rest = url.partition("://")
    cleaned = clean_url(url if divider else f"https://{url}")
    if cleaned is not None and (divider or _may_be_host(urlsplit(cleaned).hostname or "")):
        return cleaned
    near = difflib.get_close_matches(scheme.lower(), ("http", "https"), n=1) if divider else []
    meant = f"{near[0]}://{rest}" if near else ""
    if "@" in rest.partition("/")[0]:
        advice = (
            "leave out user and password; the setting `headers` names a file with what the site wants of a subscriber"
        )
    elif clean_url(meant):
        advice = f"did you mean {meant}?"
    else:
        advice = "expected one such as https://www.example-daily.com/"
    raise UsageError(f"{url} is not the address of a web page; {advice}")


def known_or_new(conn: sqlite3.Connection, given: str) -> Source | None:
    """The source of that name or address; None for the address of a site that is no source. Raises UnknownSource."""
    try:
        return find_source(conn, given)
    except UnknownSource as error:
        if not is_address(given) or (error.near and "/" not in given):
            raise
        return None


def is_address(text: str) -> bool:
    """Whether a text is the address of a site, with or without a scheme."""
    try:
        return bool(clean_address(text))
    except UsageError:
        return False


def _may_be_host(host: str) -> bool:
    """Whether a name without a scheme is meant as a host: those on the web contain a dot."""
    return host == "localhost" or "." in host.strip(".") or ":" in host


def add_from_catalogue(
    context: CommandContext, entries: Sequence[CatalogueEntry], name: str | None, settings: Mapping[str, object]
) -> list[tuple[Source, bool]]:
    """Record outlets of the catalogue with their listings; returns the rows, and whether each is new.

    `name`: of the one source, instead of its host. `settings` beat those of the entry. Raises UsageError, ConfigError.
    """
    for entry in entries:
        read_stored(entry.name, dict(entry.settings))
    added = add_sources(context, [ListedSource(name=name, url=entry.home) for entry in entries], dict(settings))
    with context.open() as db, write(db.conn) as conn:
        for (source, new), entry in zip(added, entries, strict=True):
            insert_listings(conn, source.id, entry.listings, datetime.now(UTC))
            if new and (kept := {key: value for key, value in entry.settings.items() if key not in settings}):
                update_source_settings(conn, source, kept)
    return added

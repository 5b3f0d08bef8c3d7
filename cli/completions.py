"""Shell completion: the names of the sources from the database, and what the catalogue has."""

from __future__ import annotations

import click

from cli.context import CommandContext
from db.catalogue.loader import load_catalogue
from db.errors import CopydeskError
from db.store.sources import all_sources


def source_names(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """The sources whose names begin with `incomplete`; none where the database cannot be read: completion must not print errors."""
    options = ctx.find_root().params
    context = CommandContext(config_path=options.get("config"), database=options.get("db"))
    try:
        with context.read() as conn:
            return [source.name for source in all_sources(conn) if source.name.startswith(incomplete)]
    except CopydeskError:
        return []


def catalogue_countries(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The countries of the catalogue that begin with `incomplete`, in any case."""
    countries = {entry.country for entry in load_catalogue()}
    return sorted(country for country in countries if country.startswith(incomplete.upper()))


def catalogue_languages(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The languages of the catalogue that begin with `incomplete`."""
    return sorted({entry.language for entry in load_catalogue() if entry.language.startswith(incomplete)})


def catalogue_outlets(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The hosts of the catalogue that begin with `incomplete`, where `--from-catalogue` is given."""
    if not ctx.params.get("from_catalogue"):
        return []
    return sorted(entry.host for entry in load_catalogue() if entry.host.startswith(incomplete.lower()))

"""Shell completion: the names of the sources from the database, and what the catalogue has."""

from __future__ import annotations

import os

import click
from click.shell_completion import CompletionItem

from cli.context import CommandContext
from db.catalogue.loader import load_catalogue
from db.errors import CopydeskError
from db.store.sites.sources import all_sources


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


def catalogue_outlets(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The outlets whose host or name begins with `incomplete`, where `--from-catalogue` is given; those that are given left out."""
    if not ctx.params.get("from_catalogue"):
        return []
    return all_outlets(ctx, param, incomplete)


def all_outlets(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The outlets of the catalogue whose host or name begins with `incomplete`, in any case.

    A name that is typed is completed to the name, in bash to the host: bash would insert its spaces as they are.
    """
    begun, given = incomplete.casefold(), set(ctx.params.get(param.name or "") or ())
    in_bash = os.environ.get("_COPYDESK_COMPLETE", "").startswith("bash")
    found = {}
    for entry in load_catalogue():
        if {entry.host, entry.name} & given:
            continue
        if entry.host.startswith(begun):
            found[entry.host] = entry.name
        elif entry.name.casefold().startswith(begun):
            found[entry.host if in_bash else entry.name] = entry.host
    return [CompletionItem(value, help=found[value]) for value in sorted(found)]

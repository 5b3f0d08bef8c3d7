"""Shell completion from the database: the names of the sources."""

from __future__ import annotations

import click

from cli.context import CommandContext
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

"""`copydesk sources rename`: another name for a source, and what named it."""

from __future__ import annotations

import click

from cli.completions import source_names
from cli.context import CommandContext
from cli.format_options import json_option
from cli.output.json_output import print_json
from db.connection.database import write
from db.store.service.saved_searches import rename_in_searches
from db.store.sites.sources import find_source, rename_source


@click.command()
@click.argument("name", shell_complete=source_names)
@click.argument("new_name", metavar="NEW")
@json_option()
@click.pass_obj
def rename(context: CommandContext, name: str, new_name: str, as_json: bool) -> None:
    """Call a source NEW. What was fetched from it, its settings and saved searches follow.

    What copydesk.toml says of it under the former name is told, to be changed there.

    \b
    Example:
      copydesk sources rename example-daily.com Daily
    """
    config = context.config
    with context.open() as db, write(db.conn) as conn:
        source = find_source(conn, name)
        renamed = rename_source(conn, source, new_name)
        searches = rename_in_searches(conn, source.name, new_name)
    to_change = [
        f"the search {key} in {config.path} names {source.name}; change it there"
        for key, search in config.searches.items()
        if source.name in search.source
    ]
    if source.name in config.by_source:
        place = f"{config.path}{config.line_of(source.name)}"
        to_change.insert(0, f'{place}: change [sources."{source.name}"] as well; until then no crawl begins')
    if as_json:
        told = {
            "name": renamed.name,
            "was": source.name,
            "url": source.url,
            "searches": searches,
            "to_change": to_change,
        }
        print_json(told)
        return
    click.echo(f"{source.name} is called {renamed.name} now")
    for search in searches:
        click.echo(f"  the saved search {search} follows")
    for sentence in to_change:
        click.echo(f"copydesk: {sentence}", err=True)

"""`copydesk schema`: the tables and views of the database as Markdown."""

from __future__ import annotations

import click

from cli.context import CommandContext
from db.schema.describe import schema_markdown


@click.command(short_help="Tables and views, as Markdown.")
@click.pass_obj
def schema(desk: CommandContext) -> None:
    """Print a diagram of the tables, the views with what their columns hold, and the columns of every table."""
    with desk.read() as conn:
        click.echo(schema_markdown(conn), nl=False)

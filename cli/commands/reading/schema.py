"""`copydesk schema`: print the tables and views of the database as Markdown."""

from __future__ import annotations

import click

from cli.context import CommandContext
from db.schema.describe import schema_markdown


@click.command(short_help="Print the tables and views as Markdown.")
@click.pass_obj
def schema(context: CommandContext) -> None:
    """Print the tables and views of the database as Markdown.

    A diagram of the tables, the views with the meaning of their columns, and the columns of every table.
    """
    with context.read() as conn:
        click.echo(schema_markdown(conn), nl=False)

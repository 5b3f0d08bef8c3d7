"""`copydesk init`: a settings file to start from."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output.atomic_file import write_whole
from db.config.loader import CONFIG_NAME, commented_config
from db.errors import UsageError


@click.command()
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def init(force: bool) -> None:
    """Write a commented copydesk.toml into this folder."""
    path = Path(CONFIG_NAME)
    if path.exists() and not force:
        raise UsageError(f"{path} is there already; edit it, or replace it with --force")
    write_whole(path, commented_config())
    click.echo(f"{path} written. Every setting is in it with its default; set `contact` first.")

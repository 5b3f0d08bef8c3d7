"""`copydesk init`: write a settings file to start from."""

from __future__ import annotations

from pathlib import Path

import click

from cli.output.atomic_file import write_whole
from cli.parameters import force_option
from db.config.loader import CONFIG_NAME, commented_config
from db.errors import UsageError


@click.command()
@force_option
def init(force: bool) -> None:
    """Write a commented copydesk.toml into this folder.

    It holds every setting with its default, commented out.
    """
    path = Path(CONFIG_NAME)
    if path.exists() and not force:
        raise UsageError(f"{path} already exists; edit it, or replace it with --force")
    write_whole(path, commented_config())
    click.echo(f"{path} written. Every setting is in it with its default; set `contact` first.")

"""Report where archives are damaged."""

from __future__ import annotations

from collections.abc import Sequence

import click

from cli.output.tables import plain
from pipelines.exchange.items import MAX_PLACES


def print_damage(command: str, places: Sequence[str]) -> None:
    """Print each place as a line on standard error, without control characters from the archive."""
    for place in places:
        click.echo(f"copydesk {command}: {plain(place)}", err=True)
    if len(places) == MAX_PLACES:
        click.echo(f"copydesk {command}: there may be more such places; only the first are listed", err=True)

"""Telling where archives are damaged."""

from __future__ import annotations

from collections.abc import Sequence

import click

from cli.output.tables import plain
from pipelines.exchange.items import MOST_TOLD


def tell_damage(command: str, places: Sequence[str]) -> None:
    """Each place on a line of standard error, with a terminal's own signs taken out of what an archive says."""
    for place in places:
        click.echo(f"copydesk {command}: {plain(place)}", err=True)
    if len(places) == MOST_TOLD:
        click.echo(f"copydesk {command}: there may be more such places; these were the first", err=True)

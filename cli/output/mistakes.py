"""What was wrong with files of the user, told on standard error."""

from __future__ import annotations

from collections.abc import Iterable

import click

from db.site_rules.loader import SiteFileError


def say_mistakes(mistakes: Iterable[SiteFileError]) -> None:
    """Name the site files that a crawl could not use, on standard error."""
    for mistake in mistakes:
        click.echo(f"copydesk: {mistake.message}; {mistake.consequence}", err=True)

"""Report mistakes in the user's files on standard error."""

from __future__ import annotations

from collections.abc import Iterable

import click

from db.site_rules.loader import SiteFileError


def print_mistakes(mistakes: Iterable[SiteFileError]) -> None:
    """Print the mistakes in files of site rules that a crawl could not use."""
    for mistake in mistakes:
        click.echo(f"copydesk: {mistake.message}; {mistake.consequence}", err=True)

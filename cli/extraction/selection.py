"""The options that select stored pages: `--stale`, `--all`, `--source`, `--since`, `--where`, `--url`."""

from __future__ import annotations

from dataclasses import dataclass

import click

from cli.article_filters import sources_option
from cli.context import CommandContext
from cli.option_groups import option_group
from cli.time_options import since_option
from db.store.extraction.page_selection import Selection
from db.store.sites.sources import source_ids
from db.timestamps import format_optional
from pipelines.urls import clean_url, link_key


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionOptions:
    """Which stored pages to extract, as given on the command line."""

    stale: bool = False
    everything: bool = False
    names: tuple[str, ...] = ()
    since: str | None = None
    where: str | None = None
    url: str | None = None

    @property
    def given(self) -> bool:
        """Whether any of them is given."""
        return self.everything or self._narrows

    @property
    def _narrows(self) -> bool:
        return bool(self.stale or self.names or self.since or self.where or self.url)

    def check(self) -> None:
        """Raise click.UsageError where nothing is selected, or `--all` is combined with another option."""
        if not self.given:
            raise click.UsageError("Select the stored pages with --stale, --all, --source, --since, --where or --url.")
        if self.everything and self._narrows:
            raise click.UsageError("--all cannot be combined with another selection.")

    def selection(self, context: CommandContext) -> Selection:
        """The selection as the database takes it. Raises UsageError for an unknown source, time or address."""
        self.check()
        since = since_option(self.since)
        address = clean_url(self.url) if self.url else None
        if self.url and address is None:
            raise click.UsageError(f"--url: {self.url} is not the address of a web page")
        found: tuple[int, ...] = ()
        if self.names:
            with context.read() as conn:
                found = tuple(sorted(source_ids(conn, self.names)))  # in any order, it is the same selection
        return Selection(
            stale=self.stale,
            source_ids=found,
            since=format_optional(since),
            since_said=self.since,
            where=self.where,
            url=address,
            url_key=link_key(address) if address else None,
        )


selection_options = option_group(
    SelectionOptions,
    "selected",
    click.option("--stale", is_flag=True, help="Pages last extracted by another version or other site rules."),
    click.option("--all", "everything", is_flag=True, help="All pages that have been extracted before."),
    sources_option("Pages of this source. May be repeated."),
    click.option("--since", metavar="WHEN", help="Pages fetched since then: 2d, 6h, 2026-11, 2026-11-02."),
    click.option("--where", metavar="SQL", help="Pages that match a condition on pages, outcomes and articles."),
    click.option("--url", metavar="URL", help="Pages of one address."),
)
"""Add the options to a command, which receives them as `selected`."""

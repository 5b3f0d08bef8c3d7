"""The options that say which articles: the same for `copydesk articles`, `search` and `export`."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from cli.completions import source_names
from cli.option_groups import filter_option, option_group
from cli.parameters import Choice
from cli.time_options import since_option
from db.queries.article_filter import ArticleFilter, ArticleKind
from db.store.sites.sources import source_ids

F = TypeVar("F", bound=Callable[..., Any])


def sources_option(help_text: str) -> Callable[[F], F]:
    """`--source NAME`, as often as one likes; a command receives them as `names`."""
    return click.option("--source", "names", metavar="NAME", multiple=True, shell_complete=source_names, help=help_text)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterOptions:
    """Which articles, as given on the command line."""

    names: tuple[str, ...]
    since: str | None
    until: str | None
    language: str | None
    person: str | None
    section: str | None
    kind: str | None
    paywalled: bool | None

    def filters(self, conn: sqlite3.Connection) -> ArticleFilter:
        """The filter as a query takes it. Raises UsageError for an unknown source or a wrong time."""
        return ArticleFilter(
            source_ids=source_ids(conn, self.names),
            since=since_option(self.since),
            until=since_option(self.until, "--until"),
            language=self.language,
            person=self.person,
            section=self.section,
            kind=ArticleKind(self.kind) if self.kind else None,
            paywalled=self.paywalled,
        )


def article_filters(kinds: Mapping[str, str]) -> Callable[[F], F]:
    """The options; a command receives them as `filters`. `kinds`: the values of --kind, each with what the help adds to it."""
    named = ", ".join(f"{kind} ({more})" if more else kind for kind, more in kinds.items())
    return option_group(
        FilterOptions,
        "filters",
        sources_option("Only articles of this source. May be repeated."),
        click.option(
            "--since", metavar="WHEN", help="Only articles published since then: 2d, 6h, 2026-11, 2026-11-02."
        ),
        click.option("--until", metavar="WHEN", help="Only articles published before then."),
        filter_option("--language", metavar="TAG", help="Only articles in this language: zh, zh-TW, en."),
        filter_option("--person", metavar="NAME", help="Only articles with this author, editor or proofreader."),
        filter_option("--section", metavar="NAME", help="Only articles of this section, as the page names it."),
        filter_option("--kind", metavar="KIND", type=Choice(list(kinds)), help=f"Only these: {named}."),
        click.option("--paywalled/--free", default=None, help="Only articles of which the page shows a part, or all."),
    )


_KINDS = dict.fromkeys(map(str, ArticleKind), "") | {str(ArticleKind.GONE): "no longer at their address"}
filter_options = article_filters(_KINDS)

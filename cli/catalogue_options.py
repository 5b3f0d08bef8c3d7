"""The options that choose outlets of the catalogue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from cli.completions import catalogue_countries, catalogue_languages
from cli.option_groups import option_group
from db.catalogue.loader import CatalogueEntry, choose_entries, load_catalogue
from db.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogueOptions:
    """Which outlets of the catalogue are meant."""

    from_catalogue: bool
    countries: tuple[str, ...]
    languages: tuple[str, ...]

    def is_given(self) -> bool:
        """Whether the arguments are outlets of the catalogue. Raises UsageError for a filter without --from-catalogue."""
        if (self.countries or self.languages) and not self.from_catalogue:
            raise UsageError("--country and --language choose outlets of the catalogue; give --from-catalogue, too")
        return self.from_catalogue

    def entries(self, names: Sequence[str]) -> list[CatalogueEntry]:
        """The named outlets, or all of the countries and languages. Raises UsageError where none is."""
        if not (names or self.countries or self.languages):
            raise UsageError(
                "--from-catalogue needs outlets, --country or --language; `copydesk catalogue` lists what there is"
            )
        chosen = choose_entries(load_catalogue(), names, self.countries, self.languages)
        if not chosen:
            raise UsageError("the catalogue has no outlet that is of these countries and in these languages")
        return chosen


def country_option(help_text: str) -> Callable[[F], F]:
    """`--country CODE`, as often as one likes; a command receives them as `countries`."""
    return click.option(
        "--country", "countries", multiple=True, metavar="CODE", shell_complete=catalogue_countries, help=help_text
    )


def language_option(help_text: str) -> Callable[[F], F]:
    """`--language TAG`, as often as one likes; a command receives them as `languages`."""
    return click.option(
        "--language", "languages", multiple=True, metavar="TAG", shell_complete=catalogue_languages, help=help_text
    )


catalogue_options = option_group(
    CatalogueOptions,
    "catalogue",
    click.option(
        "--from-catalogue", is_flag=True, is_eager=True, help="The arguments are outlets of `copydesk catalogue`."
    ),
    country_option("Outlets of the catalogue in this country (DE). May be repeated."),
    language_option("Outlets of the catalogue in this language (zh). May be repeated."),
)

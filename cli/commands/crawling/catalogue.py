"""`copydesk catalogue`: the outlets whose addresses come with Copydesk."""

from __future__ import annotations

from pathlib import Path

import click

from cli.catalogue_options import country_option, language_option
from cli.completions import all_outlets
from cli.context import CommandContext
from cli.format_options import json_option
from cli.ordered_group import OrderedGroup
from cli.output.json_output import print_json
from cli.output.paging import show_lines
from cli.output.tables import Column, output_width, table
from db.catalogue.loader import choose_entries, home_key, load_catalogue
from db.store.sites.sources import all_sources

_COLUMNS = (
    Column(title="country", fixed=True),
    Column(title="language", fixed=True),
    Column(title="outlet", least=16, weight=2, colour="cyan"),
    Column(title="home", least=16, weight=2),
    Column(title="listings", least=8),
    Column(title="", fixed=True, colour="green"),
)


class _CatalogueGroup(OrderedGroup):
    """A group whose command `list` need not be named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put `list` before what begins with no command of the group."""
        named = args and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named else ["list", *args])


@click.group(cls=_CatalogueGroup, short_help="List the outlets whose feeds and sitemaps are known.")
def catalogue() -> None:
    """List the outlets whose home pages, feeds and sitemaps come with Copydesk. `copydesk sources add --from-catalogue` adds them.

    `copydesk catalogue [OPTIONS] [WORDS]...` is short for `copydesk catalogue list`.

    \b
    Examples:
      copydesk catalogue --country DE
      copydesk catalogue times
      copydesk sources add --from-catalogue apnews.com "Der Standard"
      copydesk sources add --from-catalogue --country AT --country CH
    """


@catalogue.command("list", short_help="List outlets, all or those with these words.")
@click.argument("words", nargs=-1, metavar="[WORDS]...")
@country_option("Only outlets of this country (ISO 3166: DE). May be repeated.")
@language_option("Only outlets in this language (zh). May be repeated.")
@json_option("Print JSON lines.")
@click.pass_obj
def list_entries(
    context: CommandContext,
    words: tuple[str, ...],
    countries: tuple[str, ...],
    languages: tuple[str, ...],
    as_json: bool,
) -> None:
    """List outlets, all or those with these words in name, host, country or language."""
    entries = choose_entries(load_catalogue(), (), countries, languages)
    entries = [entry for entry in entries if entry.matches(" ".join(words))]
    if as_json:
        for entry in entries:
            print_json(entry.as_json())
        return
    if not entries:
        click.echo("The catalogue has no such outlet; `copydesk sources add URL` searches any site for its listings.")
        return
    known = _source_homes(context)
    rows = [
        (
            entry.country,
            entry.language,
            entry.name,
            entry.home,
            entry.listings_in_words,
            "added" if entry.home_key in known else "",
        )
        for entry in entries
    ]
    show_lines(list(table(_COLUMNS, rows, width=output_width())))


def _source_homes(context: CommandContext) -> set[tuple[str, str, str]]:
    """The home pages of the sources, as catalogue entries have theirs; none where there is no database yet."""
    if not context.config.database.exists():
        return set()
    with context.read() as conn:
        return {home_key(source.url) for source in all_sources(conn)}


@catalogue.command(short_help="Print what has moved as a diff of the files.")
@click.argument("names", nargs=-1, metavar="[OUTLET]...", shell_complete=all_outlets)
@country_option("Only outlets of this country.")
@click.option(
    "--folder",
    metavar="FOLDER",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A catalogue of your own, one TOML file a country.  [default: the one that comes with Copydesk]",
)
@click.pass_obj
def check(context: CommandContext, names: tuple[str, ...], countries: tuple[str, ...], folder: Path | None) -> None:
    """Ask every outlet, and print what has moved as a diff of the catalogue's files.

    For maintainers. Fetches home pages and listings, no articles, with the same manners as a crawl. Exits with 1 if anything has
    moved. `patch -d db/catalogue < FILE` applies what was printed.
    """
    from cli.catalogue_check import check_catalogue

    if not check_catalogue(context, names, countries, folder):
        raise SystemExit(1)

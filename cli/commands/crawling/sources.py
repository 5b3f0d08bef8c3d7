"""`copydesk sources`: the sites that are crawled. Adding one searches it for feeds, sitemaps and sections."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.catalogue_options import CatalogueOptions, catalogue_options
from cli.completions import catalogue_outlets, source_names
from cli.context import CommandContext
from cli.format_options import json_option
from cli.option_groups import option_group
from cli.ordered_group import OrderedGroup
from cli.output.atomic_file import write_whole
from cli.output.dry_run_end import closing_lines
from cli.output.json_output import print_json
from cli.output.progress import crawl_progress
from cli.parameters import FileToWrite, force_option, refuse_existing
from cli.setting_values import in_force, own_settings
from cli.source_adding import add_from_catalogue, add_sources, clean_address, is_address, known_or_new
from cli.source_listings import describe_state, kinds, listing_json, listing_line, retry_delays, search_added
from cli.source_renaming import rename
from db.addresses.parameters import parameter_rows
from db.config.loader import Config, read_for_source
from db.config.settings import BY_NAME
from db.connection.database import write
from db.display.humanize import counted
from db.errors import UsageError
from db.models import ListedSource, Listing, Source
from db.store.sites.listings import ListingState, listing_states
from db.store.sites.sources import (
    all_sources,
    find_source,
    load_listings,
    pause_source,
    remove_source,
    source_name_for,
    update_source_settings,
)
from db.system.regular_files import open_file
from db.typed_values import typed_value
from pipelines.exchange.source_lists import read_sources, write_opml
from pipelines.extraction.article_json import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crawler.dry_run import DryRun


@click.group(cls=OrderedGroup, short_help="Add, list, test, change, rename, pause and remove sources.")
def sources() -> None:
    """Add, list, test, change, rename, pause and remove the sites that are crawled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsOptions:
    """Settings of one source, as given on the command line."""

    delay: str | None
    allowed: tuple[str, ...]
    pairs: tuple[str, ...]

    def settings(self) -> dict[str, object]:
        """Names and values. Raises ConfigError for an unknown name or a wrong value."""
        settings: dict[str, object] = {}
        if self.delay is not None:
            settings |= _checked("--delay", "delay", self.delay)
        if self.allowed:
            settings |= _checked("--allow-network", "allow_networks", list(self.allowed))
        for pair in self.pairs:
            key, _, text = pair.partition("=")
            settings |= _checked("--set", key.strip(), typed_value(text))
        return settings


def _checked(option: str, key: str, value: object) -> dict[str, object]:
    read_for_source({key: value}, option)
    return {key: value}


_settings_options = option_group(
    SettingsOptions,
    "options",
    click.option("--delay", metavar="TIME", help='Least time between two requests to a host, such as "2s".'),
    click.option(
        "--allow-network", "allowed", multiple=True, metavar="CIDR", help="Private network that the source may reach."
    ),
    click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="Any setting of a source, as TOML."),
)


@sources.command()
@click.argument("urls", nargs=-1, metavar="URL...", shell_complete=catalogue_outlets)
@click.option("--name", metavar="NAME", help="Name of the source.  [default: its host]")
@click.option("--no-discovery", is_flag=True, help="Do not search for listings now; the first crawl does.")
@catalogue_options
@_settings_options
@click.pass_obj
def add(
    context: CommandContext,
    urls: tuple[str, ...],
    name: str | None,
    no_discovery: bool,
    catalogue: CatalogueOptions,
    options: SettingsOptions,
) -> None:
    """Add sites by the address of any of their pages.

    Searches each site for what lists its articles (RSS, Atom and JSON feeds, news sitemaps, sitemaps, sections) and prints what it
    found. With --from-catalogue, outlets are named instead, and the listings that the catalogue has are known at once.

    \b
    Examples:
      copydesk sources add https://www.example-daily.com/
      copydesk sources add https://www.example-daily.com/ --name daily --delay 2s
      copydesk sources add --from-catalogue apnews.com "Der Standard"
      copydesk sources add --from-catalogue --country AT --country CH
    """
    if name and len(urls) != 1:
        raise UsageError("--name needs exactly one URL; add the sources one by one")
    if catalogue.is_given():
        added = add_from_catalogue(context, catalogue.entries(urls), name, options.settings())
    elif urls:
        added = add_sources(context, [ListedSource(name=name, url=url) for url in urls], options.settings())
    else:
        raise UsageError(
            "give the address of a site, such as https://www.example-daily.com/, or --from-catalogue and outlets"
        )
    search_added(context, added, skip=no_discovery)


@sources.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--no-discovery", is_flag=True, help="Do not search for listings now; the first crawl does.")
@_settings_options
@click.pass_obj
def import_sources(
    context: CommandContext,
    file: Path,
    no_discovery: bool,
    options: SettingsOptions,
) -> None:
    """Add sites from OPML, a list of addresses, or a table.

    A list has one address per line, perhaps with a name and a comma before it. A table is CSV, such as a spreadsheet saves: the
    first line names its columns, url and name and any settings of a source.

    \b
    Example:
      url,name,delay,cron
      https://www.example-daily.com/,daily,2s,*/10 6-23 * * *
    """
    listed = read_sources(_read_file(file), str(file))
    added = add_sources(context, listed, options.settings())
    search_added(context, added, skip=no_discovery)


def _read_file(file: Path) -> bytes:
    try:
        with open_file(file, own=True) as opened:
            return opened.read()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror})") from error


@sources.command()
@click.option("--output", "-o", metavar="FILE", type=FileToWrite(), help="File to write.  [default: standard output]")
@force_option
@click.pass_obj
def export(context: CommandContext, output: Path | None, force: bool) -> None:
    """Write all sources as OPML, feeds and settings included."""
    if output:
        refuse_existing(output, force=force)
    with context.read() as conn:
        text = write_opml([(source, load_listings(conn, source.id)) for source in all_sources(conn)])
    if output:
        write_whole(output, text)
        click.echo(f"{output} written")
    else:
        click.echo(text, nl=False)


@sources.command("list")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=source_names)
@json_option("Print JSON lines.")
@click.pass_obj
def list_sources(context: CommandContext, names: tuple[str, ...], as_json: bool) -> None:
    """List the sources, with their listings and settings.

    Of sources that are named, each listing, and each setting of its own with the place where it was made.
    """
    with context.read() as conn:
        listed = [find_source(conn, name) for name in names] if names else all_sources(conn)
        rows = [(source, listing_states(conn, source.id)) for source in listed]
        parameters = {source.id: parameter_rows(conn, source.id) for source, _ in rows} if as_json else {}
    if not rows and not as_json:
        click.echo("There are no sources yet; add one with `copydesk sources add URL`.")
    now = datetime.now(UTC)
    for source, states in rows:
        delays = retry_delays(context, source)
        if as_json:
            print_json(_as_json(source, states, delays, parameters[source.id]))
            continue
        paused = "  paused" if source.paused_at else ""
        click.echo(
            f"{source.name}  {source.url}  {kinds([state.listing for state in states])}{in_force(context.config, source)}{paused}"
        )
        for state in states:
            if names or describe_state(state, delays, now):
                click.echo(listing_line(state, delays, now))
        for line in own_settings(context.config, source) if names else []:
            click.echo(f"  {line}")


@sources.command("set")
@click.argument("name", shell_complete=source_names)
@_settings_options
@click.option("--unset", multiple=True, metavar="KEY", help="Take back a setting: that of copydesk.toml counts again.")
@click.pass_obj
def set_command(context: CommandContext, name: str, options: SettingsOptions, unset: tuple[str, ...]) -> None:
    """Change settings of one source.

    \b
    Examples:
      copydesk sources set example-daily.com --delay 5s --set 'every="10m"'
      copydesk sources set example-daily.com --unset every
    """
    settings = options.settings()
    if not settings and not unset:
        usual = ", ".join(setting.name for setting in BY_NAME.values() if setting.per_source)
        raise UsageError(f"nothing to set; a source has the settings {usual}")
    if twice := settings.keys() & set(unset):
        raise UsageError(f"{min(twice)} cannot be set and unset at once")
    with context.open() as db, write(db.conn) as conn:
        source = find_source(conn, name)
        if (other := next((key for key in unset if key not in source.settings), None)) is not None:
            own = f"its own settings are {', '.join(source.settings)}" if source.settings else "it has none of its own"
            raise UsageError(f"--unset: {other} is not stored with {source.name}; {own}")
        update_source_settings(conn, source, settings | dict.fromkeys(unset))
    said = [f"{key} = {value}" for key, value in settings.items()] + [f"{key} unset" for key in unset]
    click.echo(f"{name}: {', '.join(said)}")


@sources.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=source_names)
@click.pass_obj
def remove(context: CommandContext, names: tuple[str, ...]) -> None:
    """Stop crawling sources; keep what was fetched from them."""
    with context.open() as db, write(db.conn) as conn:
        removed = [remove_source(conn, name, datetime.now(UTC)).name for name in names]
    for name in removed:
        click.echo(f"{name} is no longer crawled; its pages and articles stay in the database")


@sources.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=source_names)
@click.pass_obj
def pause(context: CommandContext, names: tuple[str, ...]) -> None:
    """Leave sources out of crawls until they are resumed.

    `copydesk crawl NAME` still crawls a paused source.
    """
    with context.open() as db, write(db.conn) as conn:
        paused = [pause_source(conn, name, datetime.now(UTC)).name for name in names]
    for name in paused:
        click.echo(f"{name} is paused")


@sources.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=source_names)
@click.pass_obj
def resume(context: CommandContext, names: tuple[str, ...]) -> None:
    """Crawl paused sources again."""
    with context.open() as db, write(db.conn) as conn:
        resumed = [pause_source(conn, name, None).name for name in names]
    for name in resumed:
        click.echo(f"{name} is crawled again")


sources.add_command(rename)


@sources.command()
@click.argument("name", shell_complete=source_names)
@click.option(
    "--limit", metavar="N", type=click.IntRange(1), default=5, show_default=True, help="Number of articles to try."
)
@_settings_options
@json_option()
@click.pass_obj
def test(context: CommandContext, name: str, limit: int, options: SettingsOptions, as_json: bool) -> None:
    """Crawl and extract a few articles without storing anything.

    NAME can also be the address of a site that is not a source yet. Settings given here hold for this test alone.

    \b
    Examples:
      copydesk sources test https://www.example-daily.com/
      copydesk sources test example-daily.com --limit 20
      copydesk sources test example-daily.com --set front_page=always
    """
    tried = options.settings()
    source, listings = _known_or_new(context, name)
    with crawl_progress() as watch:
        from crawler.dry_run import dry_run

        report = dry_run(_with_settings(context.config, source, tried), source, listings, limit, watch=watch)
    if as_json:
        print_json(_report_json(report))
    else:
        for line in _report_lines(report):
            click.echo(line)
    if report.stopped:
        sys.exit(130)
    if not report.articles or any(one.wrong for one in report.lists):
        sys.exit(1)


def _known_or_new(context: CommandContext, name: str) -> tuple[Source, list[Listing]]:
    if is_address(name) and not context.config.database.exists():
        return _unknown(name), []
    with context.read() as conn:
        source = known_or_new(conn, name)
        return (source, load_listings(conn, source.id)) if source else (_unknown(name), [])


def _unknown(url: str) -> Source:
    address = clean_address(url)
    return Source(id=0, name=source_name_for(address), url=address, added_at=datetime.now(UTC))


def _with_settings(config: Config, source: Source, given: Mapping[str, object]) -> Config:
    """The settings with those given for one source, which beat what the file has for it."""
    own = dict(config.by_source.get(source.name, {})) | read_for_source(given, "the command line")
    return replace(config, by_source={**config.by_source, source.name: own})


def _report_lines(report: DryRun) -> list[str]:
    lines = [f"{report.source.name}: {kinds(report.listings)}, {counted(report.links, 'link')}; nothing was stored"]
    lines += [f"  {one.kind.value} of its rules: {counted(one.links, 'link')} at {one.url}" for one in report.lists]
    lines += [f"  {note}" for note in report.notes]
    for article in report.articles:
        credit = " · ".join(
            f"{label} {', '.join(names)}"
            for label, names in (("by", article.authors), ("edited by", article.editors))
            if names
        )
        when = article.published.iso if article.published else "no time found"
        lines += [
            f"  {article.title}",
            f"    {when} · {article.source or 'no outlet credited'}{' · ' + credit if credit else ''}"
            f" · {counted(article.word_count, 'word')}",
            f"    {article.url}",
        ]
    lines += [f"  rejected {reason}: {url}" for url, reason, _ in report.rejected]
    lines += [f"  failed {error}: {url}" for url, error in report.failed]
    return [*lines, *closing_lines(report.stopped, report.rejected, report.json_lists, articles=bool(report.articles))]


def _report_json(report: DryRun) -> dict[str, object]:
    return {
        "source": report.source.name,
        "entries": [{"url": one.url, "kind": one.kind.value} for one in report.listings],
        "links": report.links,
        "lists": [
            {"url": one.url, "kind": one.kind.value, "links": one.links, "note": one.note} for one in report.lists
        ],
        "articles": [to_json(article) for article in report.articles],
        "rejected": [{"url": url, "reason": reason, "detail": detail} for url, reason, detail in report.rejected],
        "failed": [{"url": url, "error": error} for url, error in report.failed],
        "notes": list(report.notes),
        "json_lists": list(report.json_lists),
        "stopped": report.stopped,
    }


def _as_json(
    source: Source, states: Sequence[ListingState], delays: Sequence[timedelta], parameters: Sequence[dict[str, object]]
) -> dict[str, object]:
    return {
        "name": source.name,
        "url": source.url,
        "added_at": source.added_at.isoformat(),
        "settings": dict(source.settings),
        "paused_at": source.paused_at.isoformat() if source.paused_at else None,
        "entries": [listing_json(state, delays) for state in states],
        "parameters": list(parameters),
    }

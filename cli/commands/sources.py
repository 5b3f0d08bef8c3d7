"""`copydesk sources`: which sites are crawled. Adding one looks for its feeds, sitemaps and sections and says what it found."""

from __future__ import annotations

import difflib
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from cli.completions import source_names
from cli.context import CommandContext
from cli.output.atomic_file import write_whole
from cli.output.progress import watching
from cli.parameters import FileToWrite
from cli.source_listings import discover, kinds, listing_json, rests_of, say_added, standing
from db.addresses.parameters import parameter_rows
from db.config.loader import read_stored
from db.config.settings import BY_NAME
from db.connection.database import write
from db.errors import UsageError
from db.models import Listing, Source
from db.regular_files import open_file
from db.store.listings import ListingState, listing_states
from db.store.sources import (
    add_source,
    all_sources,
    find_source,
    load_listings,
    pause_source,
    remove_source,
    source_name_for,
    update_source_settings,
)
from pipelines.exchange.opml import read_sources, write_opml
from pipelines.extraction.article_json import to_json
from pipelines.urls import clean_url

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crawler.dry_run import DryRun


@click.group()
def sources() -> None:
    """Add, list, test, pause and remove the sites that are crawled."""


def _settings_options(command: Callable[..., None]) -> Callable[..., None]:
    """--delay, --allow-network, --set: settings of one source."""
    for option in (
        click.option("--set", "pairs", multiple=True, metavar="KEY=VALUE", help="Any setting of a source, as TOML."),
        click.option(
            "--allow-network", "allowed", multiple=True, metavar="CIDR", help="A private network it may reach."
        ),
        click.option("--delay", metavar="TIME", help='The least time between two requests to a host, such as "2s".'),
    ):
        command = option(command)
    return command


def _given(delay: str | None, allowed: Sequence[str], pairs: Sequence[str]) -> dict[str, object]:
    import tomllib

    settings: dict[str, object] = {}
    if delay is not None:
        settings["delay"] = delay
    if allowed:
        settings["allow_networks"] = list(allowed)
    for pair in pairs:
        key, _, value = pair.partition("=")
        try:
            settings[key.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            settings[key.strip()] = value.strip()
    read_stored("(new)", settings)
    return settings


@sources.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@click.option("--name", help="What to call it. Default: its host.")
@click.option("--no-discovery", is_flag=True, help="Only note the address; the first crawl looks for its listings.")
@_settings_options
@click.pass_obj
def add(
    desk: CommandContext,
    urls: tuple[str, ...],
    name: str | None,
    no_discovery: bool,
    delay: str | None,
    allowed: tuple[str, ...],
    pairs: tuple[str, ...],
) -> None:
    """Add sites by the address of any of their pages.

    Looks for RSS, Atom and JSON feeds, news sitemaps, sitemaps and sections, and says what it found.
    """
    if name and len(urls) > 1:
        raise UsageError("--name names one source; add several one by one")
    settings = _given(delay, allowed, pairs)
    added = add_sources(desk, [(name, url) for url in urls], settings)
    if no_discovery:
        say_added(added)
    else:
        discover(desk, added)


@sources.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--no-discovery", is_flag=True, help="Only note the addresses; the first crawl looks for listings.")
@_settings_options
@click.pass_obj
def import_sources(
    desk: CommandContext,
    file: Path,
    no_discovery: bool,
    delay: str | None,
    allowed: tuple[str, ...],
    pairs: tuple[str, ...],
) -> None:
    """Add the sites of an OPML file or of a list with one address a line."""
    listed = read_sources(_bytes_of(file), str(file))
    if not listed:
        raise UsageError(f"{file}: holds no addresses; OPML outlines or one address a line were expected")
    added = add_sources(desk, listed, _given(delay, allowed, pairs))
    if no_discovery:
        say_added(added)
    else:
        discover(desk, added)


def _bytes_of(file: Path) -> bytes:
    try:
        with open_file(file, own=True) as opened:
            return opened.read()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror})") from error


@sources.command()
@click.option("--output", "-o", type=FileToWrite(), help="A file instead of the screen.")
@click.pass_obj
def export(desk: CommandContext, output: Path | None) -> None:
    """Write all sources as OPML, feeds included."""
    with desk.read() as conn:
        text = write_opml([(source, load_listings(conn, source.id)) for source in all_sources(conn)])
    if output:
        write_whole(output, text)
        click.echo(f"{output} written")
    else:
        click.echo(text, nl=False)


@sources.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON lines.")
@click.pass_obj
def list_sources(desk: CommandContext, as_json: bool) -> None:
    """List the sources, with where each lists its articles."""
    with desk.read() as conn:
        rows = [(source, listing_states(conn, source.id)) for source in all_sources(conn)]
        parameters = {source.id: parameter_rows(conn, source.id) for source, _ in rows} if as_json else {}
    if not rows and not as_json:
        click.echo("There are no sources yet; add one with `copydesk sources add URL`.")
    now = datetime.now(UTC)
    for source, states in rows:
        rests = rests_of(desk, source)
        if as_json:
            click.echo(json.dumps(_as_json(source, states, rests, parameters[source.id]), ensure_ascii=False))
            continue
        paused = "  paused" if source.paused_at else ""
        click.echo(f"{source.name}  {source.url}  {kinds([state.listing for state in states])}{_own(source)}{paused}")
        for state in states:
            if words := standing(state, rests, now):
                click.echo(f"  {state.listing.kind.value:13} {state.listing.url}  {words}")


@sources.command("set")
@click.argument("name", shell_complete=source_names)
@_settings_options
@click.pass_obj
def set_command(
    desk: CommandContext, name: str, delay: str | None, allowed: tuple[str, ...], pairs: tuple[str, ...]
) -> None:
    """Change settings of one source."""
    settings = _given(delay, allowed, pairs)
    if not settings:
        usual = ", ".join(setting.name for setting in BY_NAME.values() if setting.per_source)
        raise UsageError(f"nothing to set; a source has the settings {usual}")
    with desk.open() as db, write(db.conn) as conn:
        update_source_settings(conn, find_source(conn, name), settings)
    click.echo(f"{name}: {', '.join(f'{key} = {value}' for key, value in settings.items())}")


@sources.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=source_names)
@click.pass_obj
def remove(desk: CommandContext, names: tuple[str, ...]) -> None:
    """Stop crawling sources. What was fetched from them stays."""
    with desk.open() as db, write(db.conn) as conn:
        for name in names:
            source = remove_source(conn, name, datetime.now(UTC))
            click.echo(f"{source.name} is crawled no more; its pages and articles stay in the database")


@sources.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=source_names)
@click.pass_obj
def pause(desk: CommandContext, names: tuple[str, ...]) -> None:
    """Leave sources out of crawls until they are resumed. `copydesk crawl NAME` still crawls them."""
    with desk.open() as db, write(db.conn) as conn:
        for name in names:
            click.echo(f"{pause_source(conn, name, datetime.now(UTC)).name} is paused")


@sources.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=source_names)
@click.pass_obj
def resume(desk: CommandContext, names: tuple[str, ...]) -> None:
    """Crawl paused sources again."""
    with desk.open() as db, write(db.conn) as conn:
        for name in names:
            click.echo(f"{pause_source(conn, name, None).name} is crawled again")


@sources.command()
@click.argument("name", shell_complete=source_names)
@click.option("--limit", type=click.IntRange(1), default=5, show_default=True, help="How many articles to try.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def test(desk: CommandContext, name: str, limit: int, as_json: bool) -> None:
    """Try a source: what would be crawled and extracted. Nothing is stored.

    NAME may also be the address of a site that is no source yet.
    """
    from crawler.dry_run import dry_run

    source, entries = _known_or_new(desk, name)
    with watching() as watch:
        report = dry_run(desk.config, source, entries, limit, watch=watch)
    if as_json:
        click.echo(json.dumps(_rehearsal_json(report), ensure_ascii=False))
    else:
        for line in _rehearsal_lines(report):
            click.echo(line)
    if report.stopped:
        sys.exit(130)
    if not report.articles or any(one.wrong for one in report.lists):
        sys.exit(1)


def _known_or_new(desk: CommandContext, name: str) -> tuple[Source, list[Listing]]:
    new = name.startswith(("http://", "https://"))
    if new and not desk.config.database.exists():
        return _unknown(name), []
    with desk.read() as conn:
        try:
            source = find_source(conn, name)
        except UsageError:
            if not new:
                raise
            return _unknown(name), []
        return source, load_listings(conn, source.id)


def _unknown(url: str) -> Source:
    address = _address(url)
    return Source(id=0, name=source_name_for(address), url=address, added_at=datetime.now(UTC))


def _rehearsal_lines(report: DryRun) -> list[str]:
    lines = [f"{report.source.name}: {kinds(report.entries)}, {report.links} links; nothing was stored"]
    lines += [f"  {one.kind.value} of its rules: {one.links} links at {one.url}" for one in report.lists]
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
            f" · {article.word_count} words",
            f"    {article.url}",
        ]
    lines += [f"  rejected {reason}: {url}" for url, reason, _ in report.rejected]
    lines += [f"  failed {error}: {url}" for url, error in report.failed]
    if report.stopped:
        lines.append("  stopped early: what is missing here may be there")
    elif not report.articles:
        lines.append("  no article came out; see the lines above, and `copydesk doctor` for the settings in force")
    return lines


def _rehearsal_json(report: DryRun) -> dict[str, object]:
    return {
        "source": report.source.name,
        "entries": [{"url": entry.url, "kind": entry.kind.value} for entry in report.entries],
        "links": report.links,
        "lists": [
            {"url": one.url, "kind": one.kind.value, "links": one.links, "note": one.note} for one in report.lists
        ],
        "articles": [to_json(article) for article in report.articles],
        "rejected": [{"url": url, "reason": reason, "detail": detail} for url, reason, detail in report.rejected],
        "failed": [{"url": url, "error": error} for url, error in report.failed],
        "notes": list(report.notes),
        "stopped": report.stopped,
    }


def add_sources(
    desk: CommandContext, listed: Sequence[tuple[str | None, str]], settings: dict[str, object]
) -> list[tuple[Source, bool]]:
    """Note sources, each with its name if it has one and its address; the rows, and whether each is new. Raises UsageError."""
    cleaned = [(name, _address(url)) for name, url in listed]
    now = datetime.now(UTC)
    with desk.open(create=True) as db, write(db.conn) as conn:
        taken = {source.name: source.url for source in all_sources(conn)}
        added = []
        for name, url in cleaned:
            chosen = name or source_name_for(url)
            if not name and taken.get(chosen, url) != url:
                chosen = _free_name(chosen, taken)
            source, new = add_source(conn, name=chosen, url=url, settings=settings, at=now)
            taken[source.name] = source.url
            added.append((source, new))
    return added


def _free_name(name: str, taken: dict[str, str]) -> str:
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"


def _address(url: str) -> str:
    scheme, divider, rest = url.partition("://")
    cleaned = clean_url(url if divider else f"https://{url}")
    if cleaned is not None and (divider or _may_be_host(urlsplit(cleaned).hostname or "")):
        return cleaned
    near = difflib.get_close_matches(scheme.lower(), ("http", "https"), n=1) if divider else []
    advice = f"did you mean {near[0]}://{rest}?" if near else "one such as https://www.example-daily.com/ was expected"
    raise UsageError(f"{url} is not the address of a web page; {advice}")


def _may_be_host(host: str) -> bool:
    """Whether a name without a scheme before it is meant as a host: one of the web has a dot in it."""
    return host == "localhost" or "." in host.strip(".") or ":" in host


def _own(source: Source) -> str:
    return "".join(f"  {key}={value}" for key, value in source.settings.items())


def _as_json(
    source: Source, states: Sequence[ListingState], rests: Sequence[timedelta], parameters: Sequence[dict[str, object]]
) -> dict[str, object]:
    return {
        "name": source.name,
        "url": source.url,
        "added_at": source.added_at.isoformat(),
        "settings": dict(source.settings),
        "paused_at": source.paused_at.isoformat() if source.paused_at else None,
        "entries": [listing_json(state, rests) for state in states],
        "parameters": list(parameters),
    }

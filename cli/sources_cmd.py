"""`copydesk sources`: which sites are crawled. Adding one looks for its feeds, sitemaps and sections and says what it found."""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.completing import source_names
from cli.context import Desk
from cli.crawl_cmd import say_mistakes
from cli.progress import watching
from db.address_parameters import parameter_rows
from db.config import read_stored
from db.connect import write
from db.errors import UsageError
from db.nouns import Entry, Source
from db.opml import read_sources, write_opml
from db.regular_files import open_file, write_text
from db.settings import BY_NAME
from db.sources import (
    add_source,
    all_sources,
    entries_of,
    find_source,
    name_for,
    pause_source,
    remove_source,
    set_source,
)
from pipelines.addresses import clean_url
from pipelines.article_json import to_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from crawler.rehearsal import Rehearsal


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
    desk: Desk,
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
    added = _add_all(desk, [(name, url) for url in urls], settings)
    if no_discovery:
        _say_added(added)
    else:
        _discover(desk, added)


@sources.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--no-discovery", is_flag=True, help="Only note the addresses; the first crawl looks for listings.")
@_settings_options
@click.pass_obj
def import_sources(
    desk: Desk,
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
    added = _add_all(desk, listed, _given(delay, allowed, pairs))
    if no_discovery:
        _say_added(added)
    else:
        _discover(desk, added)


def _bytes_of(file: Path) -> bytes:
    try:
        with open_file(file, own=True) as opened:
            return opened.read()
    except OSError as error:
        raise UsageError(f"{file}: cannot be read ({error.strerror})") from error


@sources.command()
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="A file instead of the screen.")
@click.pass_obj
def export(desk: Desk, output: Path | None) -> None:
    """Write all sources as OPML, feeds included."""
    with desk.open() as db:
        text = write_opml([(source, entries_of(db.conn, source.id)) for source in all_sources(db.conn)])
    if output:
        try:
            write_text(output, text)
        except OSError as error:
            raise UsageError(f"{output}: cannot be written ({error.strerror})") from error
        click.echo(f"{output} written")
    else:
        click.echo(text, nl=False)


@sources.command("list")
@click.option("--json", "as_json", is_flag=True, help="As JSON lines.")
@click.pass_obj
def list_sources(desk: Desk, as_json: bool) -> None:
    """List the sources, with where each lists its articles."""
    with desk.open() as db:
        rows = [(source, entries_of(db.conn, source.id)) for source in all_sources(db.conn)]
        parameters = {source.id: parameter_rows(db.conn, source.id) for source, _ in rows} if as_json else {}
    if not rows and not as_json:
        click.echo("There are no sources yet; add one with `copydesk sources add URL`.")
    for source, entries in rows:
        if as_json:
            click.echo(json.dumps(_as_json(source, entries, parameters[source.id]), ensure_ascii=False))
        else:
            paused = "  paused" if source.paused_at else ""
            click.echo(f"{source.name}  {source.url}  {_kinds(entries)}{_own(source)}{paused}")


@sources.command("set")
@click.argument("name", shell_complete=source_names)
@_settings_options
@click.pass_obj
def set_command(desk: Desk, name: str, delay: str | None, allowed: tuple[str, ...], pairs: tuple[str, ...]) -> None:
    """Change settings of one source."""
    settings = _given(delay, allowed, pairs)
    if not settings:
        usual = ", ".join(setting.name for setting in BY_NAME.values() if setting.per_source)
        raise UsageError(f"nothing to set; a source has the settings {usual}")
    with desk.open() as db, write(db.conn) as conn:
        set_source(conn, find_source(conn, name), settings)
    click.echo(f"{name}: {', '.join(f'{key} = {value}' for key, value in settings.items())}")


@sources.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=source_names)
@click.pass_obj
def remove(desk: Desk, names: tuple[str, ...]) -> None:
    """Stop crawling sources. What was fetched from them stays."""
    with desk.open() as db, write(db.conn) as conn:
        for name in names:
            source = remove_source(conn, name, datetime.now(UTC))
            click.echo(f"{source.name} is crawled no more; its pages and articles stay in the database")


@sources.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=source_names)
@click.pass_obj
def pause(desk: Desk, names: tuple[str, ...]) -> None:
    """Leave sources out of crawls until they are resumed. `copydesk crawl NAME` still crawls them."""
    with desk.open() as db, write(db.conn) as conn:
        for name in names:
            click.echo(f"{pause_source(conn, name, datetime.now(UTC)).name} is paused")


@sources.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...", shell_complete=source_names)
@click.pass_obj
def resume(desk: Desk, names: tuple[str, ...]) -> None:
    """Crawl paused sources again."""
    with desk.open() as db, write(db.conn) as conn:
        for name in names:
            click.echo(f"{pause_source(conn, name, None).name} is crawled again")


@sources.command()
@click.argument("name", shell_complete=source_names)
@click.option("--limit", type=click.IntRange(1), default=5, show_default=True, help="How many articles to try.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_obj
def test(desk: Desk, name: str, limit: int, as_json: bool) -> None:
    """Try a source: what would be crawled and extracted. Nothing is stored.

    NAME may also be the address of a site that is no source yet.
    """
    from crawler.rehearsal import rehearse

    source, entries = _known_or_new(desk, name)
    with watching() as watch:
        report = rehearse(desk.config, source, entries, limit, watch=watch)
    if as_json:
        click.echo(json.dumps(_rehearsal_json(report), ensure_ascii=False))
    else:
        for line in _rehearsal_lines(report):
            click.echo(line)
    if not report.articles or any(one.wrong for one in report.lists):
        sys.exit(1)


def _known_or_new(desk: Desk, name: str) -> tuple[Source, list[Entry]]:
    new = name.startswith(("http://", "https://"))
    if new and not desk.config.database.exists():
        return _unknown(name), []
    with desk.open() as db:
        try:
            source = find_source(db.conn, name)
        except UsageError:
            if not new:
                raise
            return _unknown(name), []
        return source, entries_of(db.conn, source.id)


def _unknown(url: str) -> Source:
    address = _address(url)
    return Source(id=0, name=name_for(address), url=address, added_at=datetime.now(UTC))


def _rehearsal_lines(report: Rehearsal) -> list[str]:
    lines = [f"{report.source.name}: {_kinds(report.entries)}, {report.links} links; nothing was stored"]
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
    if not report.articles:
        lines.append("  no article came out; see the lines above, and `copydesk doctor` for the settings in force")
    return lines


def _rehearsal_json(report: Rehearsal) -> dict[str, object]:
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
    }


def _add_all(
    desk: Desk, listed: Sequence[tuple[str | None, str]], settings: dict[str, object]
) -> list[tuple[Source, bool]]:
    cleaned = [(name, _address(url)) for name, url in listed]
    now = datetime.now(UTC)
    with desk.open(create=True) as db, write(db.conn) as conn:
        taken = {source.name: source.url for source in all_sources(conn)}
        added = []
        for name, url in cleaned:
            chosen = name or name_for(url)
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
    text = url if "://" in url else f"https://{url}"
    cleaned = clean_url(text)
    if cleaned is None:
        raise UsageError(
            f"{url} is not the address of a web page; one such as https://www.example-daily.com/ was expected"
        )
    return cleaned


def _say_added(added: Sequence[tuple[Source, bool]]) -> None:
    for source, new in added:
        state = "added" if new else "known already"
        click.echo(f"{source.name}  {state}; the next crawl looks for what lists its articles")


def _discover(desk: Desk, added: Sequence[tuple[Source, bool]]) -> None:
    from crawler.run import crawl as run_crawl
    from crawler.session import Order

    names = tuple(source.name for source, _ in added)
    with watching() as watch:
        crawled = run_crawl(desk.config, Order(names=names, reads=False, command="sources add"), watch=watch)
    say_mistakes(crawled.mistakes)
    notes = {visit.source.name: visit.notes for visit in crawled.visits}
    empty = []
    with desk.open() as db:
        for source, new in added:
            entries = entries_of(db.conn, source.id)
            state = "added" if new else "known already"
            click.echo(f"{source.name}  {state}: {_kinds(entries)}")
            if len(added) <= 10:
                for entry in entries:
                    click.echo(f"  {entry.kind.value:13} {entry.url}{f'  {entry.title}' if entry.title else ''}")
            for note in notes.get(source.name, []) if not entries or len(added) <= 10 else []:
                click.echo(f"  {note}", err=True)
            if not entries:
                empty.append(source)
    if len(added) > 1:
        click.echo(f"{len(added)} sources, {len(added) - len(empty)} with listings")
    if empty:
        click.echo(
            f"copydesk: nothing that lists articles was found at {', '.join(source.url for source in empty[:5])};"
            " they are kept, and the next crawl looks again",
            err=True,
        )
        sys.exit(1)


def _kinds(entries: Sequence[Entry]) -> str:
    counts = Counter(entry.kind.value for entry in entries)
    return (
        ", ".join(f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in counts.items()) or "no listings yet"
    )


def _own(source: Source) -> str:
    return "".join(f"  {key}={value}" for key, value in source.settings.items())


def _as_json(source: Source, entries: Sequence[Entry], parameters: Sequence[dict[str, object]]) -> dict[str, object]:
    return {
        "name": source.name,
        "url": source.url,
        "added_at": source.added_at.isoformat(),
        "settings": dict(source.settings),
        "paused_at": source.paused_at.isoformat() if source.paused_at else None,
        "entries": [{"url": entry.url, "kind": entry.kind.value, "title": entry.title} for entry in entries],
        "parameters": list(parameters),
    }

"""`copydesk doctor`: what is installed, which settings are in force, whether the database is healthy. Prints while it checks."""

from __future__ import annotations

import contextlib
import os
import platform
import shlex
import shutil
import sqlite3
import ssl
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

import click

from cli.context import CommandContext
from cli.format_options import json_option
from cli.output.json_output import print_json
from cli.output.tables import format_size, on_terminal, plain, styled
from cli.searches import search_line
from cli.setting_values import shown_value
from crawler.http.access import load_access, open_to_others
from crawler.render.browsers import find_browser, missing_part
from db.config.loader import Config
from db.config.settings import BY_NAME, DECLARED
from db.connection.database import translate_sqlite_errors
from db.display.humanize import counted
from db.display.secrets import without_logins
from db.errors import ConfigError, CopydeskError, DatabaseError
from db.maintenance.findings import Finding, HealthCheck, Level
from db.maintenance.health import run_checks
from db.site_rules.loader import SiteFileError
from db.store.extraction.outcomes import Extractor
from db.store.sites.robots import refused_origins
from db.store.sites.site_rules import load_current_rules, rule_mistakes
from db.store.sites.sources import all_sources, unknown_source_names
from pipelines.extraction.version import extractor_in_force

_PACKAGES = ("copydesk", "scrapy", "trafilatura", "lxml", "sqlite-utils", "apscheduler")
# Bytes. quick_check reads the whole file: 3 minutes for 1.9 GB on a slow disk, none of it in memory.
LARGE_FILE = 10**9
RENDER_SETTINGS = ("render", "render_listings")
_COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.BAD: "red"}


@click.command()
@click.option(
    "--bodies",
    metavar="N",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    help="Check N stored bodies; 0 for all.",
)
@json_option()
@click.pass_obj
def doctor(context: CommandContext, bodies: int, as_json: bool) -> None:
    """Check versions, settings and the database.

    Prints what is installed, every setting and where it was set, proxies, and what the checks found. Exits with 1 if anything is
    BAD.
    """
    versions, settings, proxies = _versions(), list(_settings(context)), _proxies()
    if not as_json:
        _print_pairs("versions", versions.items())
        _print_pairs("settings", ((name, f"{shown}  ({origin})") for name, shown, origin in settings))
        _print_pairs("proxies", proxies.items() if proxies else [("none", "requests go directly to the sites")])
        click.echo(styled(f"database {context.config.database}", bold=True))
    _warn_if_slow(context, as_json)
    findings = []
    for finding in _findings(context, bodies):
        findings.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        report = {
            "versions": versions,
            "settings": [{"name": name, "value": shown, "from": origin} for name, shown, origin in settings],
            "proxies": proxies,
            "database": str(context.config.database),
            "findings": [
                {
                    "level": found.level.value,
                    "about": found.subject,
                    "says": found.message,
                    "remedy": found.advice or None,
                }
                for found in findings
            ],
        }
        print_json(report)
    if any(finding.level is Level.BAD for finding in findings):
        sys.exit(1)


def _warn_if_slow(context: CommandContext, as_json: bool) -> None:
    path = context.config.database
    if not as_json and on_terminal() and path.is_file() and path.stat().st_size > LARGE_FILE:
        click.echo(f"  ...  all of its {format_size(path.stat().st_size)} are read, which may take minutes", err=True)


def _print_pairs(title: str, pairs: Iterable[tuple[str, str]]) -> None:
    click.echo(styled(title, bold=True))
    shown = list(pairs)
    width = max((len(name) for name, _ in shown), default=0)
    for name, value in shown:
        click.echo(f"  {name:{width}}  {plain(value)}")
    click.echo()


def _print(finding: Finding) -> None:
    level = styled(f"{finding.level.value:4}", fg=_COLOURS[finding.level])
    click.echo(f"  {level} {finding.subject:11} {plain(finding.message)}")
    if finding.advice:
        click.echo(f"       {'':11} {plain(finding.advice)}")


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def _settings(context: CommandContext) -> Iterator[tuple[str, str, str]]:
    """Name, value and origin of each setting, then of those that the file gives to single sources, and its saved searches."""
    config = context.config
    for setting in DECLARED:
        origin = "default"
        if setting.name in config.given:
            by_option = setting.name == "db" and context.database is not None
            origin = "command line" if by_option else str(config.path)
        value = getattr(
            config, setting.name, setting.read(setting.default)
        )  # the default where only a source can have it
        yield setting.name, shown_value(setting, value), origin
    for source, values in config.by_source.items():
        for name, value in values.items():
            yield f"{source}: {name}", shown_value(BY_NAME[name], value), str(config.path)
    for name, search in config.searches.items():
        yield f"search {name}", search_line(search), str(config.path)


def _proxies() -> dict[str, str]:
    """The proxy variables in force, without passwords."""
    # A proxy may be named without a scheme.
    given = {name: value if "//" in value else f"//{value}" for name, value in sorted(getproxies_environment().items())}
    return {name: without_logins(value).removeprefix("//") for name, value in given.items()}


def _findings(context: CommandContext, bodies: int) -> Iterator[Finding]:
    path = context.config.database
    yield _browser(context)
    yield _authorities()
    yield from _places(context.config)
    if not path.exists():
        yield from _site_rules(rule_mistakes(context.config, None))
        says = "does not exist yet"
        yield Finding.ok("file", says, "`copydesk sources add URL` creates it")
        return
    try:
        with context.read() as conn:
            extractor: Extractor | None = None
            try:
                with translate_sqlite_errors(path):
                    yield from _site_rules(rule_mistakes(context.config, conn))
                    yield from _stored_settings(context, conn)
                    yield from _access(context, conn)
                    yield from _certificates(conn)
                    extractor = _extractor(context, conn)
            except DatabaseError as error:  # what is damaged is told below
                yield Finding.bad("sources", str(error))
            now = datetime.now(UTC)
            yield from run_checks(HealthCheck(conn=conn, path=path, now=now, extractor=extractor, bodies=bodies))
    except DatabaseError as error:
        yield Finding.bad("file", str(error))


def _browser(context: CommandContext) -> Finding:
    """Whether pages can be drawn. Only where a setting asks for it is a missing part more than a remark."""
    missing = missing_part()
    if missing is None:
        sandbox = ", without its sandbox, because you are root" if os.geteuid() == 0 else ""
        return Finding.ok("browser", f"{find_browser()} can draw pages{sandbox}")
    wanted = _drawing_wanted(context)
    message = f"no page can be drawn: {missing.message}" if wanted else f"not needed, and {missing.message}"
    return Finding(level=Level.BAD if wanted else Level.OK, subject="browser", message=message, advice=missing.advice)


def _drawing_wanted(context: CommandContext) -> bool:
    """Whether a setting has pages drawn: one in the settings file, or one that is stored with a source."""
    config = context.config
    own: list[Mapping[str, object]] = [
        {name: getattr(config, name) for name in RENDER_SETTINGS},
        *config.by_source.values(),
    ]
    with contextlib.suppress(DatabaseError), context.read() as conn:
        own += [source.settings for source in all_sources(conn)]
    return any(values.get(name, "never") != "never" for values in own for name in RENDER_SETTINGS)


def _places(config: Config) -> Iterator[Finding]:
    """What the settings name outside the database and is needed at night, or when something is wrong: told before."""
    if config.backup_folder:
        folder = config.folder / config.backup_folder
        wrong = (
            "is not a folder" if not folder.is_dir() else "" if os.access(folder, os.W_OK) else "cannot be written to"
        )
        if wrong:
            yield Finding.bad(
                "backups",
                f"{folder} {wrong}: upkeep can make no backup",
                "create it as the user that runs Copydesk, or change backup_folder",
            )
    if config.alert_command:
        try:
            program = shlex.split(config.alert_command)[0]
        except (ValueError, IndexError):
            program = config.alert_command
        # As the hook starts it: in the folder of the settings file.
        if shutil.which(str((config.folder / program).absolute()) if os.sep in program else program) is None:
            yield Finding.bad(
                "alerts",
                f"alert_command: there is no program {program}: no alert would be told",
                "give the path of an executable file",
            )


def _authorities() -> Finding:
    """Whether there is anybody whose certificates are believed."""
    places, loaded = ssl.get_default_verify_paths(), len(ssl.create_default_context().get_ca_certs())
    # OpenSSL reads a folder of authorities when it looks for one, and counts none of it before.
    known = loaded or (len(list(Path(places.capath).glob("*.0"))) if places.capath else 0)
    if known:
        return Finding.ok("authorities", f"certificates of {counted(known, 'authority', 'authorities')} are trusted")
    says = "no authority for certificates is known, so no address with https:// can be fetched"
    return Finding.bad("authorities", says, "install the package ca-certificates")


def _certificates(conn: sqlite3.Connection) -> Iterator[Finding]:
    """Sources whose certificate was refused when their robots.txt was last asked for."""
    refused = refused_origins(conn, "certificate")
    for source in all_sources(conn):
        parts = urlsplit(source.url)
        if (says := refused.get(f"{parts.scheme}://{parts.netloc}")) is not None:
            what, _, remedy = says.partition("; ")
            yield Finding.warn("certificates", f"{source.name}: {what}", remedy)


def _site_rules(mistakes: Iterable[SiteFileError]) -> Iterator[Finding]:
    for mistake in mistakes:
        yield Finding.bad("site rules", mistake.message, f"correct it; {mistake.consequence}")


def _extractor(context: CommandContext, conn: sqlite3.Connection) -> Extractor | None:
    try:
        return extractor_in_force(load_current_rules(context.config, conn))
    except ConfigError:  # reported by `_site_rules`
        return None


def _stored_settings(context: CommandContext, conn: sqlite3.Connection) -> Iterator[Finding]:
    """Settings stored with sources, and names in the settings file that no source has."""
    sources = all_sources(conn)
    own = {source.name: source.settings for source in sources if source.settings}
    for name, settings in own.items():
        try:
            context.config.for_source(name, settings)
        except CopydeskError as error:
            remedy = "correct it with `copydesk sources set`"
            yield Finding.bad("sources", str(error), remedy)
    for says in unknown_source_names(conn, context.config):
        yield Finding.bad("sources", says, "`copydesk sources list` lists the names")
    listed = "; ".join(f"{name} {_pairs(settings)}" for name, settings in list(own.items())[:5])
    more = f"; and {len(own) - 5} more" if len(own) > 5 else ""
    says = f"{len(sources)} in use, {len(own)} with settings of their own{': ' + listed if listed else ''}{more}"
    yield Finding.ok("sources", says)


def _access(context: CommandContext, conn: sqlite3.Connection) -> Iterator[Finding]:
    """Headers and cookies of single sources: how many, and whether they can be read; never their values."""
    for source in all_sources(conn):
        try:
            settings = context.config.for_source(source.name, source.settings)
            access = load_access(source.name, source.url, settings, context.config.folder)
        except ConfigError as error:
            remedy = "until then, crawls skip the source"
            yield Finding.bad("access", str(error), remedy)
            continue
        if access is None:
            continue
        expired = sum(cookie.is_expired(time.time()) for cookie in access.cookies)
        says = f"{source.name} sends headers ({len(access.headers)}) and cookies ({len(access.cookies) - expired}) of its own"
        if expired:
            remedy = "log in with a browser and export the cookies again"
            yield Finding.warn("access", f"{says}, {expired} have expired", remedy)
        else:
            yield Finding.ok("access", says)
        if any(getattr(settings, name) != "never" for name in RENDER_SETTINGS):
            says = f"{source.name} may be drawn by a browser: its headers and cookies are sent for pages, not by their scripts"
            remedy = "text that scripts ask for with a log-in is not read"
            yield Finding.ok("access", says, remedy)
        for place in (settings.headers, settings.cookies):
            if place and open_to_others(place, context.config.folder):
                says, remedy = f"{place} can be read by every user of this machine", f"chmod 600 {place}"
                yield Finding.warn("access", says, remedy)


def _pairs(settings: Mapping[str, object]) -> str:
    return ", ".join(f"{key} = {value}" for key, value in settings.items())

"""`copydesk doctor`: what is installed, which settings are in force, whether the database is well. Prints as it goes."""

from __future__ import annotations

import json
import platform
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit, urlunsplit
from urllib.request import getproxies_environment

import click

from cli.context import CommandContext
from cli.output.tables import format_duration, format_size, on_terminal, plain, styled
from crawler.http.access import load_access, open_to_others
from db.config import units
from db.config.settings import DECLARED, Setting
from db.errors import ConfigError, CopydeskError, DatabaseError
from db.maintenance.health import Finding, HealthCheck, Level, run_checks
from db.site_rules.loader import SiteFileError
from db.store.outcomes import Extractor
from db.store.site_rules import load_current_rules, rule_mistakes
from db.store.sources import all_sources, unknown_source_names
from pipelines.extraction.version import extractor_in_force

_PACKAGES = ("copydesk", "scrapy", "trafilatura", "lxml", "sqlite-utils", "apscheduler")
# quick_check reads the whole file: 3 minutes for 1.9 GB on a slow disk that has nothing of it in memory.
LARGE_FILE = 10**9
_COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.BAD: "red"}


@click.command()
@click.option(
    "--bodies", type=click.IntRange(0), default=20, show_default=True, help="Stored bodies to check. 0: all of them."
)
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@click.pass_obj
def doctor(desk: CommandContext, bodies: int, as_json: bool) -> None:
    """Check versions, settings and the database.

    Exits with 1 if anything is BAD.
    """
    versions, settings, proxies = _versions(), list(_settings(desk)), _proxies()
    if not as_json:
        _print_pairs("versions", versions.items())
        _print_pairs("settings", ((name, f"{shown}  ({origin})") for name, shown, origin in settings))
        _print_pairs("proxies", proxies.items() if proxies else [("none", "requests go straight to the sites")])
        click.echo(styled(f"database {desk.config.database}", bold=True))
    _say_if_slow(desk, as_json)
    findings = []
    for finding in _findings(desk, bodies):
        findings.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        report = {
            "versions": versions,
            "settings": [{"name": name, "value": shown, "from": origin} for name, shown, origin in settings],
            "proxies": proxies,
            "database": str(desk.config.database),
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
        click.echo(json.dumps(report, ensure_ascii=False))
    if any(finding.level is Level.BAD for finding in findings):
        sys.exit(1)


def _say_if_slow(desk: CommandContext, as_json: bool) -> None:
    path = desk.config.database
    if not as_json and on_terminal() and path.is_file() and path.stat().st_size > LARGE_FILE:
        click.echo(f"  ...  all of its {format_size(path.stat().st_size)} are read; this may take minutes", err=True)


def _print_pairs(title: str, pairs: object) -> None:
    click.echo(styled(title, bold=True))
    for name, value in pairs:  # type: ignore[attr-defined]
        click.echo(f"  {name:16} {plain(value)}")
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


def _settings(desk: CommandContext) -> Iterator[tuple[str, str, str]]:
    """Name, value and origin of each setting; then those of single sources that the file sets."""
    config = desk.config
    for setting in DECLARED:
        origin = "default"
        if setting.name in config.given:
            by_option = setting.name == "db" and desk.database is not None
            origin = "command line" if by_option else str(config.path)
        value = getattr(config, setting.name, setting.read(setting.default))  # without one: only a source can have it
        yield setting.name, _shown(setting, value), origin
    declared = {setting.name: setting for setting in DECLARED}
    for source, values in config.by_source.items():
        for name, value in values.items():
            yield f"{source}: {name}", _shown(declared[name], value), str(config.path)


def _shown(setting: Setting, value: object) -> str:
    """A value as a person writes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if setting.read is units.duration_or_forever and value is None:
        return "forever"
    if isinstance(value, timedelta):
        return format_duration(value.total_seconds())
    if setting.read is units.durations and isinstance(value, tuple):
        return ", ".join(format_duration(item.total_seconds()) for item in value) or "never"
    if setting.read is units.size and isinstance(value, int):
        return f"{value >> 20} MiB" if value and not value % (1 << 20) else format_size(value)
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return "(empty)" if value in ("", None) else str(value)


def _proxies() -> dict[str, str]:
    """The proxy variables in force, without passwords."""
    return {name: _hidden(value) for name, value in sorted(getproxies_environment().items())}


def _hidden(address: str) -> str:
    bare = address if "//" in address else f"//{address}"
    try:
        parts = urlsplit(bare)
    except ValueError:
        return "(not an address)"
    if "@" not in parts.netloc:
        return address
    shown = urlunsplit(parts._replace(netloc=f"***@{parts.netloc.rpartition('@')[2]}"))
    return shown if bare == address else shown.removeprefix("//")


def _findings(desk: CommandContext, bodies: int) -> Iterator[Finding]:
    path = desk.config.database
    if not path.exists():
        yield from _site_rules(rule_mistakes(desk.config, None))
        says = "there is none yet"
        yield Finding(level=Level.OK, subject="file", message=says, advice="`copydesk sources add URL` makes one")
        return
    try:
        with desk.read() as conn:
            yield from _site_rules(rule_mistakes(desk.config, conn))
            yield from _stored_settings(desk, conn)
            yield from _access(desk, conn)
            extractor, now = _extractor(desk, conn), datetime.now(UTC)
            yield from run_checks(HealthCheck(conn=conn, path=path, now=now, extractor=extractor, bodies=bodies))
    except DatabaseError as error:
        yield Finding(level=Level.BAD, subject="file", message=str(error))


def _site_rules(mistakes: Iterable[SiteFileError]) -> Iterator[Finding]:
    for mistake in mistakes:
        yield Finding(
            level=Level.BAD, subject="site rules", message=mistake.message, advice=f"mend it; {mistake.consequence}"
        )


def _extractor(desk: CommandContext, conn: sqlite3.Connection) -> Extractor | None:
    try:
        return extractor_in_force(load_current_rules(desk.config, conn))
    except ConfigError:  # said by `_site_rules`
        return None


def _stored_settings(desk: CommandContext, conn: sqlite3.Connection) -> Iterator[Finding]:
    """What `sources add` and `sources set` stored with sources, and names in the settings file that no source has."""
    sources = all_sources(conn)
    own = {source.name: source.settings for source in sources if source.settings}
    for name, settings in own.items():
        try:
            desk.config.for_source(name, settings)
        except CopydeskError as error:
            remedy = "`copydesk sources set` mends it"
            yield Finding(level=Level.BAD, subject="sources", message=str(error), advice=remedy)
    for says in unknown_source_names(conn, desk.config):
        yield Finding(
            level=Level.BAD, subject="sources", message=says, advice="`copydesk sources list` shows the names"
        )
    listed = "; ".join(f"{name} {_pairs(settings)}" for name, settings in list(own.items())[:5])
    more = f"; and {len(own) - 5} more" if len(own) > 5 else ""
    says = f"{len(sources)} in use, {len(own)} with settings of their own{': ' + listed if listed else ''}{more}"
    yield Finding(level=Level.OK, subject="sources", message=says)


def _access(desk: CommandContext, conn: sqlite3.Connection) -> Iterator[Finding]:
    """The headers and cookies that sources have of their own: how many, whether they can be read; never what they are."""
    for source in all_sources(conn):
        try:
            settings = desk.config.for_source(source.name, source.settings)
            access = load_access(source.name, source.url, settings, desk.config.folder)
        except ConfigError as error:
            remedy = "until then a crawl leaves the source out"
            yield Finding(level=Level.BAD, subject="access", message=str(error), advice=remedy)
            continue
        if access is None:
            continue
        expired = sum(cookie.is_expired(time.time()) for cookie in access.cookies)
        says = f"{source.name} has access of its own: {len(access.headers)} of headers, {len(access.cookies) - expired} of cookies"
        if expired:
            remedy = "log in with a browser and export them again"
            yield Finding(level=Level.WARN, subject="access", message=f"{says}, {expired} have expired", advice=remedy)
        else:
            yield Finding(level=Level.OK, subject="access", message=says)
        for place in (settings.headers, settings.cookies):
            if place and open_to_others(place, desk.config.folder):
                says, remedy = f"{place} can be read by every user of this machine", f"chmod 600 {place}"
                yield Finding(level=Level.WARN, subject="access", message=says, advice=remedy)


def _pairs(settings: Mapping[str, object]) -> str:
    return ", ".join(f"{key} = {value}" for key, value in settings.items())

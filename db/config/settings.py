"""Every setting, declared once: name, type, default, help.

    SharedSettings       hold for all sources, and may be overridden for one
    ├── Settings         of the whole installation: `Config` (`db.config.loader`) is these, with where they came from
    └── SourceSettings   in force for one source

A setting is looked up from the most particular place to the most general: `[sources."NAME"]` in copydesk.toml, what
`copydesk sources add/set` stored with the source, the top of copydesk.toml, the default below. The class that declares a
setting says where it may be set. Sizes are bytes. `every` and `cron` say the same thing in two ways: the more particular of
the two holds, and `cron` where both stand in one place (`db.config.loader`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar

from db.config import units
from db.config.loss_limits import LossLimits, loss_limits

FrontPage = Literal["auto", "always", "never"]
LogFormat = Literal["human", "json"]
Every = timedelta | Literal["auto", "never"]

Value = TypeVar("Value")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"text was expected, not {value!r}")
    return value


def _yes_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"true or false was expected, not {value!r}")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"a whole number, 0 or more, was expected, not {value!r}")
    return value


def _one_or_more(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"a whole number, 1 or more, was expected, not {value!r}")
    return value


def _front_page(value: object) -> FrontPage:
    match value:
        case "auto" | "always" | "never":
            return value
    raise ValueError(f'"auto", "always" or "never" was expected, not {value!r}')


def _every(value: object) -> Every:
    """A duration, "auto" or "never". A duration under a second is a slip of the pen."""
    match value:
        case "auto" | "never":
            return value
    try:
        step = units.duration(value)
    except ValueError as error:
        raise ValueError(f'a duration such as "15m", "auto" or "never" was expected, not {value!r}') from error
    if step < timedelta(seconds=1):
        raise ValueError(f'a second or more was expected, or "never", not {value!r}')
    return step


def _log_format(value: object) -> LogFormat:
    match value:
        case "human" | "json":
            return value
    raise ValueError(f'"human" or "json" was expected, not {value!r}')


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How one setting is declared. `default` is as a person would write it; `read` turns it into the value in force.

    `per_source`: one source may have its own. `only_per_source`: it makes no sense for all sources at once, and is refused there.
    """

    name: str
    read: Callable[[object], object]
    default: object
    help: str
    per_source: bool
    only_per_source: bool


def setting(read: Callable[[object], Value], default: object, *, help: str) -> Value:
    """Declare a setting as an attribute of one of the classes below. mypy holds the attribute's type to what `read` returns."""
    return field(default=read(default), metadata={"read": read, "default": default, "help": help})


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedSettings:
    """What holds for all sources, and may be set for one."""

    delay: timedelta = setting(
        units.duration,
        "1s",
        help="The least time between two requests to one host. 0 switches the throttle off for it.",
    )
    concurrency: int = setting(
        _count,
        1,
        help="Requests to one host at once.",
    )
    revisit: tuple[timedelta, ...] = setting(
        units.durations,
        ["30m", "3h", "1d", "7d"],
        help="How long after its first fetch an article is visited again. 0s: at every crawl.",
    )
    retry_failed: tuple[timedelta, ...] = setting(
        units.durations,
        ["15m", "2h", "1d"],
        help="How long after a failure a link is tried again: the first, second, ... failure; then it is given up."
        " A listing that is gone (404, 410) likewise.",
    )
    limit: int = setting(
        _count,
        1000,
        help="The most articles fetched from a source in one crawl, newest first. 0: no limit.",
    )
    follow_pages: bool = setting(
        _yes_no,
        False,
        help="Whether an article that is spread over several pages is fetched whole and joined.",
    )
    front_page: FrontPage = setting(
        _front_page,
        "auto",
        help='Whether a crawl reads the front page and sections: "auto" does where there is no news sitemap.',
    )
    allow_networks: tuple[str, ...] = setting(
        units.networks,
        [],
        help="Private networks that may be reached. By default none: only public addresses are.",
    )
    article_hosts: tuple[str, ...] = setting(
        units.hosts,
        [],
        help='Other sites whose articles its feeds and sitemaps may name: hosts, with all below them; "*" for any.',
    )
    every: Every = setting(
        _every,
        "30m",
        help='How often `copydesk run` crawls a source: a duration, "auto" (learned from when it publishes) or "never".',
    )
    cron: str = setting(
        units.cron_line,
        "",
        help='Times at which it is crawled instead, as a cron line: "*/10 6-23 * * *".',
    )
    timezone: str = setting(
        units.time_zone,
        "UTC",
        help="The time zone of `cron` and `upkeep`, such as Europe/Berlin.",
    )
    every_least: timedelta = setting(
        units.duration,
        "5m",
        help='With "auto": a source is never crawled more often than this.',
    )
    every_most: timedelta = setting(
        units.duration,
        "6h",
        help='With "auto": a source is never crawled less often than this.',
    )
    alert_failures: int = setting(
        _one_or_more,
        3,
        help="So many failed crawls of a source in a row raise an alert.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings(SharedSettings):
    """The settings in force for one source; those declared here only a single source can have."""

    headers: str = setting(
        units.secret_place,
        "",
        help="A source's own request headers: a file of `Name: value` lines, or `env:NAME`. Sent to its hosts only.",
    )
    cookies: str = setting(
        units.secret_place,
        "",
        help="A source's own cookies: a cookies.txt, or `env:NAME`. Sent to its hosts only.",
    )
    access_hosts: tuple[str, ...] = setting(
        units.host_names,
        [],
        help="Further hosts that get a source's `headers` and `cookies`; its own, with and without www., always do.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(SharedSettings):
    """The settings of the installation; those declared here hold for all sources."""

    db: Path = setting(
        units.path,
        "news.db",
        help="The database file.",
    )
    contact: str = setting(
        _text,
        "",
        help="A mail or web address in the User-Agent, so that a site's owner can reach you. Please set it.",
    )
    user_agent: str = setting(
        _text,
        "",
        help="The whole User-Agent, if the usual one (Copydesk/VERSION with your contact) does not serve.",
    )
    sites: Path | None = setting(
        units.path_or_none,
        "",
        help="A folder of your own site rules (TOML), besides the shipped.",
    )
    workers: int = setting(
        _count,
        0,
        help="Processes that extract. 0: one for each processor, at most 4.",
    )
    hosts_at_once: int = setting(
        _count,
        256,
        help="How many requests may be under way or waiting for their turn at once, all told.",
    )
    max_crawl_delay: timedelta = setting(
        units.duration,
        "30s",
        help="A Crawl-delay in robots.txt is honoured up to this.",
    )
    max_retry_after: timedelta = setting(
        units.duration,
        "2m",
        help="A Retry-After up to this is waited for; a longer one ends the visit of that host.",
    )
    retries: int = setting(
        _count,
        2,
        help="How often a request that failed for a passing reason is tried again within a crawl.",
    )
    retry_pause: timedelta = setting(
        units.duration,
        "2s",
        help="How long a host rests before a first retry; doubled for each further one.",
    )
    timeout: timedelta = setting(
        units.duration,
        "60s",
        help="The most one request may take.",
    )
    max_page_size: int = setting(
        units.size,
        "20MiB",
        help="The largest body that is kept.",
    )
    extract_timeout: timedelta = setting(
        units.duration,
        "30s",
        help="The most that extraction of one page may take before it is stopped and recorded as too_slow.",
    )
    lose_at_most: LossLimits = setting(
        loss_limits,
        {"articles": "0.1%", "title": "0.5%", "text": "0.5%", "published": "0.5%", "authors": "1%"},
        help="Gates of `copydesk extract stored --gated`: a source that would lose more of a field is held back.",
    )
    crawls_at_once: int = setting(
        _one_or_more,
        3,
        help="Crawl processes of `copydesk run` at once.",
    )
    sources_a_crawl: int = setting(
        _one_or_more,
        100,
        help="The most sources that one crawl process of `copydesk run` takes.",
    )
    run_limit: timedelta = setting(
        units.duration,
        "1h",
        help="The most one crawl of `copydesk run` may take; then it is stopped, and the next one goes on from there.",
    )
    listen: str = setting(
        units.loopback_address,
        "127.0.0.1:9109",
        help="Where `copydesk run` answers /healthz and /metrics: a loopback address and port. Empty: nowhere.",
    )
    log_format: LogFormat = setting(
        _log_format,
        "human",
        help='How `copydesk run` writes its log: "human", or "json" (an object a line).',
    )
    alert_command: str = setting(
        _text,
        "",
        help="A command that is run for each alert, with the alert as JSON on its standard input.",
    )
    alert_webhook: str = setting(
        _text,
        "",
        help="A web address to which each alert is posted as JSON.",
    )
    alert_repeat: timedelta = setting(
        units.duration,
        "1d",
        help="How often an alert that stays open is told again. 0: once only.",
    )
    alert_disk: int = setting(
        units.size,
        "1GB",
        help="Less free disk than this raises an alert.",
    )
    alert_size: int = setting(
        units.size,
        0,
        help="A database that has come within a tenth of this size raises an alert. 0: no limit.",
    )
    upkeep: str = setting(
        units.cron_line,
        "30 3 * * *",
        help="When `copydesk run` looks after the database, as a cron line. Empty: never.",
    )
    keep_bodies: timedelta | None = setting(
        units.duration_or_forever,
        "forever",
        help="How long the bodies of pages are kept. What was read out of them stays, but cannot be read again.",
    )
    keep_log: timedelta | None = setting(
        units.duration_or_forever,
        "90d",
        help="How long requests and runs that brought no page are kept.",
    )
    pack_bodies: bool = setting(
        _yes_no,
        False,
        help="Whether upkeep packs bodies again, by earlier pages of their source; at most 30 minutes each time.",
    )
    backup_folder: Path | None = setting(
        units.path_or_none,
        "",
        help="Where upkeep puts a backup each time. Empty: it makes none.",
    )
    backup_keep: int = setting(
        _one_or_more,
        7,
        help="So many backups are kept there.",
    )


SHARED: tuple[str, ...] = tuple(shared.name for shared in fields(SharedSettings))


def _declared(place: type[SharedSettings], *, own: bool) -> tuple[Field[Any], ...]:
    return tuple(one for one in fields(place) if (one.name not in SHARED) is own)


DECLARED: tuple[Setting, ...] = tuple(
    Setting(name=one.name, per_source=per_source, only_per_source=only_per_source, **one.metadata)
    for declared, per_source, only_per_source in (
        (_declared(Settings, own=True), False, False),
        (_declared(SharedSettings, own=False), True, False),
        (_declared(SourceSettings, own=True), True, True),
    )
    for one in declared
)

BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in DECLARED}

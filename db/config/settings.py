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

from collections.abc import Mapping
from dataclasses import Field, dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from db.config import readers, units
from db.config.declaration import Setting, setting
from db.config.loss_limits import LossLimits, loss_limits
from db.config.readers import AlwaysOrNever, Every, LogFormat
from db.config.values import CronLine, HoursOfDay, ListenAddress, Networks, SecretPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedSettings:
    """What holds for all sources, and may be set for one."""

    delay: timedelta = setting(
        units.duration,
        "1s",
        help="Least time between two requests to one host. 0 also switches the throttle off.",
    )
    concurrency: int = setting(readers.count, 1, help="Most requests to one host at once.")
    revisit: tuple[timedelta, ...] = setting(
        units.durations,
        ["30m", "3h", "1d", "7d"],
        help="How long after its first fetch an article is visited again. 0s: in every crawl.",
    )
    retry_failed: tuple[timedelta, ...] = setting(
        units.durations,
        ["15m", "2h", "1d"],
        help="How long after the first, second, ... failure a link is tried again; then it is given up."
        " The same goes for a listing that is gone (404, 410).",
    )
    limit: int = setting(
        readers.count,
        1000,
        help="Most articles fetched from a source in one crawl, newest first. 0: no limit.",
    )
    follow_pages: bool = setting(
        readers.yes_no,
        False,
        help="Whether all pages of an article that is split into several are fetched and joined.",
    )
    front_page: AlwaysOrNever = setting(
        readers.always_or_never,
        "auto",
        help='Whether a crawl reads the front page and sections: "auto" does if there is no news sitemap.',
    )
    allow_networks: Networks = setting(
        units.networks,
        [],
        help="Private networks that may be reached. By default, only public addresses are.",
    )
    render: AlwaysOrNever = setting(
        readers.always_or_never,
        "never",
        help='Whether a browser draws articles (needs `copydesk[render]`): "auto" where their text is missing without.',
    )
    render_listings: AlwaysOrNever = setting(
        readers.always_or_never,
        "never",
        help='The same for front pages, sections and HTML lists: "auto" where they name no articles without.',
    )
    render_budget: int = setting(
        readers.count,
        500,
        help="The most pages of a source that a browser draws in a day (UTC); further ones wait. 0: no limit.",
    )
    article_hosts: tuple[str, ...] = setting(
        units.hosts,
        [],
        help='Other hosts, including all below them, whose articles are taken from feeds and sitemaps of the source; "*" for any.',
    )
    every: Every = setting(
        readers.every,
        "30m",
        help='How often `copydesk run` crawls a source: a duration, "auto" (learned from when it publishes) or "never".',
    )
    cron: CronLine | None = setting(
        units.cron_line,
        "",
        help='When to crawl it, as a cron line, instead of `every`: "*/10 6-23 * * *".',
    )
    timezone: ZoneInfo = setting(
        units.time_zone,
        "UTC",
        help="Time zone of `cron`, `upkeep` and `backfill_hours`, such as Europe/Berlin.",
    )
    every_least: timedelta = setting(
        units.duration,
        "5m",
        help='With "auto": shortest time between two crawls of a source.',
    )
    every_most: timedelta = setting(
        units.duration,
        "6h",
        help='With "auto": longest time between two crawls of a source.',
    )
    alert_failures: int = setting(
        readers.one_or_more,
        3,
        help="Number of failed crawls of a source in a row that raises an alert.",
    )
    alert_silence: timedelta = setting(
        units.duration,
        "0s",
        help="How long a source may name nothing new; then an alert is raised. 0: learned from its rhythm.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings(SharedSettings):
    """The settings in force for one source; those declared here only a single source can have."""

    only: tuple[str, ...] = setting(
        readers.patterns,
        [],
        help='Only articles at these addresses: regular expressions over path and query, such as ["^/politics/"]. Empty: all.',
    )
    headers: SecretPlace | None = setting(
        units.secret_place,
        "",
        help="Request headers for the source's own hosts: a file of `Name: value` lines, or `env:NAME`.",
    )
    cookies: SecretPlace | None = setting(
        units.secret_place,
        "",
        help="Cookies for the source's own hosts: a cookies.txt, or `env:NAME`.",
    )
    access_hosts: tuple[str, ...] = setting(
        units.host_names,
        [],
        help="Further hosts that get `headers` and `cookies`; the source's own host, with and without www., always does.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings(SharedSettings):
    """The settings of the installation; those declared here hold for all sources."""

    db: Path = setting(units.path, "news.db", help="The database file.")
    contact: str = setting(
        readers.text,
        "",
        help="A mail or web address for the User-Agent, so that a site's owner can reach you. Please set it.",
    )
    user_agent: str = setting(
        readers.text,
        "",
        help="The whole User-Agent, instead of the usual one (Copydesk/VERSION with your contact).",
    )
    sites: Path | None = setting(
        units.path_or_none,
        "",
        help="A folder of your own site rules (TOML), in addition to the shipped ones.",
    )
    workers: int = setting(
        readers.count,
        0,
        help="Number of processes that extract. 0: one per processor, at most 4.",
    )
    hosts_at_once: int = setting(
        readers.count,
        256,
        help="Most requests in progress or waiting for their turn, over all hosts.",
    )
    max_crawl_delay: timedelta = setting(
        units.duration,
        "30s",
        help="Longest Crawl-delay in robots.txt that is respected.",
    )
    max_retry_after: timedelta = setting(
        units.duration,
        "2m",
        help="Longest Retry-After that a crawl waits for; a longer one puts the host on hold.",
    )
    retries: int = setting(
        readers.count,
        2,
        help="How often a request that failed for a temporary reason is retried within a crawl.",
    )
    retry_pause: timedelta = setting(
        units.duration,
        "2s",
        help="How long a host rests before the first retry; doubled for each further one.",
    )
    timeout: timedelta = setting(
        units.duration,
        "60s",
        help="Longest time for one request.",
    )
    max_page_size: int = setting(
        units.size,
        "20MiB",
        help="Largest body that is stored.",
    )
    extract_timeout: timedelta = setting(
        units.duration,
        "30s",
        help="Most processor time for extracting one page; then it is stopped and recorded as too_slow.",
    )
    render_timeout: timedelta = setting(
        units.duration,
        "30s",
        help="The most that drawing one page may take; then the browser is killed, and the page kept as received.",
    )
    render_memory: int = setting(
        units.size,
        "1GiB",
        help="The most memory that a browser may take for one page; then it is killed likewise.",
    )
    lose_at_most: LossLimits = setting(
        loss_limits,
        {"articles": "0.1%", "title": "0.5%", "text": "0.5%", "published": "0.5%", "authors": "1%"},
        help="Gates of `copydesk extract stored --gated`: a source that would lose more of a field is held back.",
    )
    crawls_at_once: int = setting(
        readers.one_or_more,
        3,
        help="Most crawl processes of `copydesk run` at once.",
    )
    sources_a_crawl: int = setting(
        readers.one_or_more,
        100,
        help="Most sources in one crawl process of `copydesk run`.",
    )
    run_limit: timedelta = setting(
        units.duration,
        "1h",
        help="Longest time for one crawl of `copydesk run`; then it is stopped, and the next one continues from there.",
    )
    backfill_budget: int = setting(
        readers.count,
        5000,
        help="Most past articles that one `copydesk backfill` fetches from a source; the same command continues. 0: no limit.",
    )
    backfill_hours: HoursOfDay = setting(
        units.hours_of_day,
        "01:00-06:00",
        help="When `copydesk run` goes on with back-fills, by the clock of `timezone`: hours, `always` or `never`.",
    )
    wayback_cdx_url: str = setting(
        readers.text,
        "https://web.archive.org/cdx/search/cdx",
        help="The index (CDX) of captures that `copydesk backfill --channels wayback` asks: the Wayback Machine's, or pywb's.",
    )
    wayback_url: str = setting(
        readers.text,
        "https://web.archive.org/web",
        help="Where its captures are: TIMESTAMPid_/URL is added to this address.",
    )
    wayback_queries: int = setting(
        readers.count,
        24,
        help="Most queries of that index in a minute, of all processes together. 0: no limit, for an archive of your own.",
    )
    wayback_pages: int = setting(
        readers.count,
        480,
        help="Most captures fetched from there in a minute, likewise. The Wayback Machine blocks those who go faster.",
    )
    archive_robots: bool = setting(
        readers.yes_no,
        False,
        help="Whether robots.txt holds for the interfaces of archives, too. Common Crawl's forbids its own to all.",
    )
    common_crawl_url: str = setting(
        readers.text,
        "https://index.commoncrawl.org/collinfo.json",
        help="The list of Common Crawl's collections that `copydesk backfill --channels common_crawl` asks.",
    )
    common_crawl_data_url: str = setting(
        readers.text,
        "https://data.commoncrawl.org",
        help="Where its WARC files are.",
    )
    ccnews_index: tuple[str, ...] = setting(
        readers.texts,
        [],
        help="Parquet indexes of CC-NEWS for `copydesk ccnews`: files, folders, or web addresses of files.",
    )
    listen: ListenAddress | None = setting(
        units.loopback_address,
        "127.0.0.1:9109",
        help="Where `copydesk run` serves /healthz and /metrics: a loopback address and port. Empty: nowhere.",
    )
    websub: str = setting(
        units.callback_address,
        "",
        help="Public address at which hubs of feeds tell of news (`https://our.example/websub`), passed on to `websub_listen`.",
    )
    websub_listen: ListenAddress = setting(
        units.listen_address,
        "127.0.0.1:9110",
        help="Where `copydesk run` hears hubs if `websub` is set: an address and port behind a reverse proxy.",
    )
    websub_every: timedelta = setting(
        units.duration,
        "2h",
        help="How often a source is crawled while hubs tell of its news, if `every` is shorter.",
    )
    log_format: LogFormat = setting(
        readers.log_format,
        "human",
        help='Log format of `copydesk run`: "human", or "json" (one object per line).',
    )
    alert_command: str = setting(
        readers.text,
        "",
        help="A command to run for each alert, with the alert as JSON on its standard input.",
    )
    alert_webhook: str = setting(
        readers.text,
        "",
        help="A web address to which each alert is posted as JSON.",
    )
    alert_repeat: timedelta = setting(
        units.duration,
        "1d",
        help="How often to remind of an alert that stays open. 0: never.",
    )
    digest: CronLine | None = setting(
        units.cron_line,
        "",
        help="When `copydesk run` sends a digest to the alert hooks, as a cron line: `0 7 * * *`. Empty: never.",
    )
    alert_disk: int = setting(
        units.size,
        "1GB",
        help="Free disk space below which an alert is raised.",
    )
    alert_size: int = setting(
        units.size,
        0,
        help="Size of the database; an alert is raised at nine tenths of it. 0: no limit.",
    )
    upkeep: CronLine | None = setting(
        units.cron_line,
        "30 3 * * *",
        help="When `copydesk run` maintains the database, as a cron line. Empty: never.",
    )
    keep_bodies: timedelta | None = setting(
        units.duration_or_forever,
        "forever",
        help="How long the bodies of pages are kept. What was extracted stays, but cannot be extracted again.",
    )
    keep_log: timedelta | None = setting(
        units.duration_or_forever,
        "90d",
        help="How long requests and runs without a new page are kept.",
    )
    pack_bodies: bool = setting(
        readers.yes_no,
        False,
        help="Whether upkeep compresses bodies further, using earlier pages of their source; at most 30 minutes each time.",
    )
    backup_folder: Path | None = setting(
        units.path_or_none,
        "",
        help="Folder for a backup by each upkeep. Empty: no backups.",
    )
    backup_keep: int = setting(readers.one_or_more, 7, help="Number of backups kept there.")


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

"""Every setting, declared once: name, type, default, help.

A setting is looked up from the most particular place to the most general: `[sources."NAME"]` in copydesk.toml, what
`copydesk sources add/set` stored with the source, the top of copydesk.toml, the default below.
Durations are seconds once read, sizes are bytes. `every` and `cron` say the same thing in two ways: the more particular of the
two holds, and `cron` where both stand in one place (`db.config.loader`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from db.config import units


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


def _front_page(value: object) -> str:
    if value not in ("auto", "always", "never"):
        raise ValueError(f'"auto", "always" or "never" was expected, not {value!r}')
    return str(value)


def _every(value: object) -> float | str:
    """Seconds, "auto" or "never". A duration under a second is a slip of the pen."""
    if value in ("auto", "never"):
        return str(value)
    try:
        seconds = units.duration(value)
    except ValueError as error:
        raise ValueError(f'a duration such as "15m", "auto" or "never" was expected, not {value!r}') from error
    if seconds < 1:
        raise ValueError(f'a second or more was expected, or "never", not {value!r}')
    return seconds


def _log_format(value: object) -> str:
    if value not in ("human", "json"):
        raise ValueError(f'"human" or "json" was expected, not {value!r}')
    return str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting. `default` is written as a person would write it; `read` turns it into the value in force.

    `only_per_source`: it makes no sense for all sources at once, and is refused there.
    """

    name: str
    read: Callable[[object], Any]
    default: object
    help: str
    per_source: bool = False
    only_per_source: bool = False


DECLARED: tuple[Setting, ...] = (
    Setting(name="db", read=_text, default="news.db", help="The database file."),
    Setting(
        name="contact",
        read=_text,
        default="",
        help="A mail or web address in the User-Agent, so that a site's owner can reach you. Please set it.",
    ),
    Setting(
        name="user_agent",
        read=_text,
        default="",
        help="The whole User-Agent, if the usual one (Copydesk/VERSION with your contact) does not serve.",
    ),
    Setting(name="sites", read=_text, default="", help="A folder of your own site rules (TOML), besides the shipped."),
    Setting(
        name="workers",
        read=_count,
        default=0,
        help="Processes that extract. 0: one for each processor, at most 4.",
    ),
    Setting(
        name="hosts_at_once",
        read=_count,
        default=256,
        help="How many requests may be under way or waiting for their turn at once, all told.",
    ),
    Setting(
        name="delay",
        read=units.duration,
        default="1s",
        help="The least time between two requests to one host. 0 switches the throttle off for it.",
        per_source=True,
    ),
    Setting(
        name="concurrency",
        read=_count,
        default=1,
        help="Requests to one host at once.",
        per_source=True,
    ),
    Setting(
        name="max_crawl_delay",
        read=units.duration,
        default="30s",
        help="A Crawl-delay in robots.txt is honoured up to this.",
    ),
    Setting(
        name="max_retry_after",
        read=units.duration,
        default="2m",
        help="A Retry-After up to this is waited for; a longer one ends the visit of that host.",
    ),
    Setting(
        name="retries",
        read=_count,
        default=2,
        help="How often a request that failed for a passing reason is tried again within a crawl.",
    ),
    Setting(
        name="retry_pause",
        read=units.duration,
        default="2s",
        help="How long a host rests before a first retry; doubled for each further one.",
    ),
    Setting(name="timeout", read=units.duration, default="60s", help="The most one request may take."),
    Setting(name="max_page_size", read=units.size, default="20MiB", help="The largest body that is kept."),
    Setting(
        name="revisit",
        read=units.durations,
        default=["30m", "3h", "1d", "7d"],
        help="How long after its first fetch an article is visited again. 0s: at every crawl.",
        per_source=True,
    ),
    Setting(
        name="retry_failed",
        read=units.durations,
        default=["15m", "2h", "1d"],
        help="How long after a failure a link is tried again: the first, second, ... failure; then it is given up."
        " A listing that is gone (404, 410) likewise.",
        per_source=True,
    ),
    Setting(
        name="limit",
        read=_count,
        default=1000,
        help="The most articles fetched from a source in one crawl, newest first. 0: no limit.",
        per_source=True,
    ),
    Setting(
        name="follow_pages",
        read=_yes_no,
        default=False,
        help="Whether an article that is spread over several pages is fetched whole and joined.",
        per_source=True,
    ),
    Setting(
        name="front_page",
        read=_front_page,
        default="auto",
        help='Whether a crawl reads the front page and sections: "auto" does where there is no news sitemap.',
        per_source=True,
    ),
    Setting(
        name="allow_networks",
        read=units.networks,
        default=[],
        help="Private networks that may be reached. By default none: only public addresses are.",
        per_source=True,
    ),
    Setting(
        name="article_hosts",
        read=units.hosts,
        default=[],
        help='Other sites whose articles its feeds and sitemaps may name: hosts, with all below them; "*" for any.',
        per_source=True,
    ),
    Setting(
        name="headers",
        read=units.secret_place,
        default="",
        help="A source's own request headers: a file of `Name: value` lines, or `env:NAME`. Sent to its hosts only.",
        per_source=True,
        only_per_source=True,
    ),
    Setting(
        name="cookies",
        read=units.secret_place,
        default="",
        help="A source's own cookies: a cookies.txt, or `env:NAME`. Sent to its hosts only.",
        per_source=True,
        only_per_source=True,
    ),
    Setting(
        name="access_hosts",
        read=units.host_names,
        default=[],
        help="Further hosts that get a source's `headers` and `cookies`; its own, with and without www., always do.",
        per_source=True,
        only_per_source=True,
    ),
    Setting(
        name="extract_timeout",
        read=units.duration,
        default="30s",
        help="The most that extraction of one page may take before it is stopped and recorded as too_slow.",
    ),
    Setting(
        name="every",
        read=_every,
        default="30m",
        help='How often `copydesk run` crawls a source: a duration, "auto" (learned from when it publishes) or "never".',
        per_source=True,
    ),
    Setting(
        name="cron",
        read=units.cron_line,
        default="",
        help='Times at which it is crawled instead, as a cron line: "*/10 6-23 * * *".',
        per_source=True,
    ),
    Setting(
        name="timezone",
        read=units.time_zone,
        default="UTC",
        help="The time zone of `cron` and `upkeep`, such as Europe/Berlin.",
        per_source=True,
    ),
    Setting(
        name="every_least",
        read=units.duration,
        default="5m",
        help='With "auto": a source is never crawled more often than this.',
        per_source=True,
    ),
    Setting(
        name="every_most",
        read=units.duration,
        default="6h",
        help='With "auto": a source is never crawled less often than this.',
        per_source=True,
    ),
    Setting(name="crawls_at_once", read=_one_or_more, default=3, help="Crawl processes of `copydesk run` at once."),
    Setting(
        name="sources_a_crawl",
        read=_one_or_more,
        default=100,
        help="The most sources that one crawl process of `copydesk run` takes.",
    ),
    Setting(
        name="run_limit",
        read=units.duration,
        default="1h",
        help="The most one crawl of `copydesk run` may take; then it is stopped, and the next one goes on from there.",
    ),
    Setting(
        name="listen",
        read=units.loopback_address,
        default="127.0.0.1:9109",
        help="Where `copydesk run` answers /healthz and /metrics: a loopback address and port. Empty: nowhere.",
    ),
    Setting(
        name="log_format",
        read=_log_format,
        default="human",
        help='How `copydesk run` writes its log: "human", or "json" (an object a line).',
    ),
    Setting(
        name="alert_command",
        read=_text,
        default="",
        help="A command that is run for each alert, with the alert as JSON on its standard input.",
    ),
    Setting(
        name="alert_webhook",
        read=_text,
        default="",
        help="A web address to which each alert is posted as JSON.",
    ),
    Setting(
        name="alert_repeat",
        read=units.duration,
        default="1d",
        help="How often an alert that stays open is told again. 0: once only.",
    ),
    Setting(
        name="alert_failures",
        read=_one_or_more,
        default=3,
        help="So many failed crawls of a source in a row raise an alert.",
        per_source=True,
    ),
    Setting(name="alert_disk", read=units.size, default="1GB", help="Less free disk than this raises an alert."),
    Setting(
        name="alert_size",
        read=units.size,
        default=0,
        help="A database that has come within a tenth of this size raises an alert. 0: no limit.",
    ),
    Setting(
        name="upkeep",
        read=units.cron_line,
        default="30 3 * * *",
        help="When `copydesk run` looks after the database, as a cron line. Empty: never.",
    ),
    Setting(
        name="keep_bodies",
        read=units.duration_or_forever,
        default="forever",
        help="How long the bodies of pages are kept. What was read out of them stays, but cannot be read again.",
    ),
    Setting(
        name="keep_log",
        read=units.duration_or_forever,
        default="90d",
        help="How long requests and runs that brought no page are kept.",
    ),
    Setting(
        name="pack_bodies",
        read=_yes_no,
        default=False,
        help="Whether upkeep packs bodies again, by earlier pages of their source; at most 30 minutes each time.",
    ),
    Setting(
        name="backup_folder",
        read=_text,
        default="",
        help="Where upkeep puts a backup each time. Empty: it makes none.",
    ),
    Setting(name="backup_keep", read=_one_or_more, default=7, help="So many backups are kept there."),
)

BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in DECLARED}


def defaults() -> dict[str, Any]:
    """Every setting at its default, read."""
    return {setting.name: setting.read(setting.default) for setting in DECLARED}

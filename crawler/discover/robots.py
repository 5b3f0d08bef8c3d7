"""What a host's robots.txt allows (RFC 9309). Pure: a decision from what was fetched, and the shape it is kept in.

Words: an *origin* is scheme, host and port as in `https://www.example.com`: each has its own robots.txt. A *record* is
what asking for it gave, kept up to a day and across runs. A *policy* is a record read.

    asked for, answered with                    means
    2xx                                         the rules in the first 500 KiB of the body
    4xx but 429; more than 5 redirects;         there are none: all allowed (RFC 9309, 2.3.1.2 and 2.3.1.3)
      a redirect that leads nowhere
    429, 5xx, time-out, no connection           not known: nothing allowed for now (2.3.1.4; 429 is no answer about
                                                robots.txt, so it is not read as one)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from protego import Protego

from crawler.discover.robots_group import own_group
from crawler.discover.sitemaps import sitemaps_in_robots

# In a request's meta: it is for robots.txt itself, redirects included.
ROBOTS_FETCH = "robots_fetch"
# RFC 9309, 2.5: "at least 500 kibibytes" must be read.
BODY_BYTES_READ = 500 * 1024
# RFC 9309, 2.4: not used for longer than 24 hours.
KEPT_AT_MOST = timedelta(hours=24)
# A publisher's shorter Cache-Control is kept, but not under an hour: many systems say `no-cache` for every file, and a
# crawl every ten minutes would then ask 144 times a day for a file that changes once a year.
KEPT_AT_LEAST = timedelta(hours=1)
# An unreachable host is asked again soon; it may be back, and all its pages wait for it.
UNREACHABLE_KEPT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsRecord:
    """What one request for a robots.txt gave.

    `status` is the last answer's, None where there was none, and then `error` says why. `body` holds at most
    `BODY_BYTES_READ` bytes. Both times are aware.
    """

    origin: str
    fetched_at: datetime
    expires_at: datetime
    status: int | None = None
    body: bytes = field(default=b"", repr=False)
    error: str | None = None

    def __post_init__(self) -> None:
        for name in ("fetched_at", "expires_at"):
            if getattr(self, name).utcoffset() is None:
                raise ValueError(f"RobotsRecord.{name} must carry a UTC offset")


class RobotsCache(Protocol):
    """Where records are kept across runs. The spider's `robots_cache`."""

    def get(self, origin: str) -> RobotsRecord | None:
        """The last record of an origin, expired or not."""

    def put(self, record: RobotsRecord) -> None:
        """Keep a record in place of the origin's last."""


class RobotsMemory:
    """A RobotsCache that forgets at the end of the process."""

    def __init__(self) -> None:
        self._records: dict[str, RobotsRecord] = {}

    def get(self, origin: str) -> RobotsRecord | None:
        """The last record of an origin."""
        return self._records.get(origin)

    def put(self, record: RobotsRecord) -> None:
        """Keep a record."""
        self._records[record.origin] = record


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsRules:
    """What a robots.txt says to the crawler named `product`. `text`: the file without the names of all others."""

    product: str = "*"
    text: str = ""
    crawl_delay: float | None = None
    sitemaps: tuple[str, ...] = ()


def read_rules(body: bytes, product: str, origin: str) -> RobotsRules:
    """The rules for the crawler named `product`, and the sitemap addresses named, each once."""
    text = robots_text(body)
    own = own_group(text, product)
    return RobotsRules(
        product=product,
        text=own,
        crawl_delay=Protego.parse(own).crawl_delay(product),
        sitemaps=sitemaps_in_robots(text, f"{origin}/robots.txt"),
    )


NO_RULES = RobotsRules()


class RobotsPolicy:
    """A record and its rules: what may be fetched, how fast, and where the sitemaps are. `rules` are those of a readable record."""

    def __init__(self, record: RobotsRecord, rules: RobotsRules = NO_RULES) -> None:
        self.record = record
        self.reachable = is_reachable(record.status, record.error)
        self._product, self._delay = rules.product, rules.crawl_delay
        self._rules = Protego.parse(rules.text) if rules.text else None
        self.sitemaps = rules.sitemaps

    def allows(self, url: str) -> bool:
        """Whether this URL may be fetched now."""
        if self._rules is None:
            return self.reachable
        return bool(self._rules.can_fetch(url, self._product))

    def crawl_delay(self, cap: float) -> float:
        """Crawl-delay in seconds, at most `cap`; 0 where none is asked. Not in the RFC, but meant by who writes it."""
        return min(max(float(self._delay or 0.0), 0.0), cap)


def has_rules(record: RobotsRecord) -> bool:
    """Whether the record's body is a robots.txt that was answered with success."""
    return record.status is not None and 200 <= record.status < 300 and bool(record.body)


def is_reachable(status: int | None, error: str | None) -> bool:
    """Whether an answer says anything about robots.txt: see the module's table."""
    return error is None and status is not None and status != 429 and status < 500


def bounded(body: bytes) -> bytes:
    """The part of a body that is read: cut at a line's end, so that no half rule allows too much or too little."""
    if len(body) <= BODY_BYTES_READ:
        return body
    body = body[: BODY_BYTES_READ + 1]
    return body[: max(body.rfind(b"\n"), body.rfind(b"\r"), 0)]


def robots_text(body: bytes) -> str:
    """The part of a body that is read, as text.

    UTF-8 as RFC 9309 has it, a byte order mark dropped; what is not UTF-8 cannot match an (escaped) path anyway.
    """
    return bounded(body).removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")


def kept_for(status: int | None, error: str | None, cache_control: str) -> timedelta:
    """How long a record is used: Cache-Control's max-age between one hour and one day, a day where it says none."""
    if not is_reachable(status, error):
        return UNREACHABLE_KEPT
    for directive in cache_control.lower().split(","):
        name, _, value = directive.strip().partition("=")
        if name in ("no-store", "no-cache"):
            return KEPT_AT_LEAST
        if name == "max-age" and value.strip('"').isdecimal():
            seconds = min(int(value.strip('"')), int(KEPT_AT_MOST.total_seconds()))
            return max(timedelta(seconds=seconds), KEPT_AT_LEAST)
    return KEPT_AT_MOST

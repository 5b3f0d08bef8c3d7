"""What a host's robots.txt allows (RFC 9309), and the form in which it is stored. Pure.

Terms: an *origin* is scheme, host and port, such as `https://www.example.com`; each has its own robots.txt. A *record* is the
result of fetching it, kept for up to a day and across runs. A *policy* is a parsed record.

    response                                    meaning
    2xx                                         the rules in the first 500 KiB of the body
    4xx except 429; more than 5 redirects;      no rules: everything is allowed (RFC 9309, 2.3.1.2 and 2.3.1.3)
      a redirect without target
    304, 429, 5xx, time-out, no connection      unknown: nothing is allowed for now (2.3.1.4; 429 says nothing about
                                                robots.txt, so it is not treated as a 4xx; 304 says that there are rules
                                                and keeps them back, because no request for robots.txt is conditional)
"""

from __future__ import annotations

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from protego import Protego

from crawler.discover.sitemaps.read_sitemap import sitemaps_in_robots
from crawler.robots.group import own_group
from crawler.robots.line import forbidding_line
from db.timestamps import is_to_come
from pipelines.urls import resolve_dot_segments

# Meta key of the request for robots.txt itself, redirects included.
ROBOTS_FETCH = "robots_fetch"
# RFC 9309, 2.5: "at least 500 kibibytes" must be read.
BODY_BYTES_READ = 500 * 1024
# RFC 9309, 2.4: not used for longer than 24 hours.
MAX_LIFETIME = timedelta(hours=24)
# A shorter Cache-Control is respected, but not below an hour: many systems send `no-cache` for every file, and a crawl every ten
# minutes would then fetch 144 times a day a file that changes once a year.
MIN_LIFETIME = timedelta(hours=1)
# An unreachable host is tried again soon: all its pages wait for it.
UNREACHABLE_LIFETIME = timedelta(minutes=10)
# A proxy of ours that fails says nothing about the host: what is asked after it was put right begins at once.
PROXY_LIFETIME = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsRecord:
    """The result of fetching a robots.txt.

    `status` is that of the last response, None where there was none; then `error` says why. `body` has at most `BODY_BYTES_READ`
    bytes. Both times are aware.
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

    def is_current(self, now: datetime) -> bool:
        """Whether it may be used still. One that was stored by a clock far ahead would be for as long as that was."""
        return is_to_come(self.expires_at, now, MAX_LIFETIME)


class RobotsCache(Protocol):
    """Where records are kept across runs. See `crawler.http.services.FetchServices`."""

    def get(self, origin: str) -> RobotsRecord | None:
        """The last record of an origin, expired or not; None where there is none."""

    def put(self, record: RobotsRecord) -> None:
        """Store a record in place of the origin's last."""


class RobotsMemory:
    """A RobotsCache that forgets at the end of the process."""

    def __init__(self) -> None:
        self._records: dict[str, RobotsRecord] = {}

    def get(self, origin: str) -> RobotsRecord | None:
        return self._records.get(origin)

    def put(self, record: RobotsRecord) -> None:
        self._records[record.origin] = record


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsRules:
    """The rules of a robots.txt for the product token `product`. `text`: the file without the names of other crawlers."""

    product: str = "*"
    text: str = ""
    crawl_delay: float | None = None
    sitemaps: tuple[str, ...] = ()


def read_rules(body: bytes, product: str, origin: str) -> RobotsRules:
    """The rules for the product token, and the sitemap URLs, each once."""
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
    """A record and its rules: what may be fetched, how fast, and where the sitemaps are.

    `rules` are those of a record with `has_rules`.
    """

    def __init__(self, record: RobotsRecord, rules: RobotsRules = NO_RULES) -> None:
        self.record = record
        self.reachable = is_reachable(record.status, record.error)
        self._product, self._delay, self._text = rules.product, rules.crawl_delay, rules.text
        self._rules = Protego.parse(rules.text) if rules.text else None
        self.sitemaps = rules.sitemaps

    def allows(self, url: str) -> bool:
        """Whether the URL may be fetched now."""
        if self._rules is None:
            return self.reachable
        # As the server will read it: `/a/../private/` is below `/private/`.
        return bool(self._rules.can_fetch(resolve_dot_segments(url), self._product))

    def line_for(self, url: str) -> str | None:
        """The line that forbids the URL, with its number; None where none does."""
        return forbidding_line(self._text, resolve_dot_segments(url))

    def crawl_delay(self, cap: float) -> float:
        """Crawl-delay in seconds, at most `cap`; 0 where there is none. Not part of the RFC, but site owners mean it."""
        return min(max(float(self._delay or 0.0), 0.0), cap)


def has_rules(record: RobotsRecord) -> bool:
    """Whether the record holds a robots.txt from a successful response."""
    return record.status is not None and 200 <= record.status < 300 and bool(record.body)


def is_page(body: bytes) -> bool:
    """Whether a page stands in place of the file."""
    return body.lstrip()[:1] == b"<"


def is_reachable(status: int | None, error: str | None) -> bool:
    """Whether a response says anything about robots.txt: see the module's table."""
    return error is None and status is not None and status not in (304, 429) and status < 500


def truncate_body(body: bytes) -> bytes:
    """The part of a body that is read, cut at the end of a line: half a rule would allow too much or too little."""
    if len(body) <= BODY_BYTES_READ:
        return body
    body = body[: BODY_BYTES_READ + 1]
    return body[: max(body.rfind(b"\n"), body.rfind(b"\r"), 0)]


def robots_text(body: bytes) -> str:
    """The part of a body that is read, as text.

    UTF-8 as RFC 9309 demands, without byte order mark. Bytes that are not UTF-8 cannot match an (escaped) path anyway. A file that
    was saved as UTF-16 says so by its mark, and its rules are meant.
    """
    encoding = "utf-16" if body.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig"
    return truncate_body(body).decode(encoding, "replace")


def cache_lifetime(status: int | None, error: str | None, cache_control: str, body: bytes = b"") -> timedelta:
    """How long a record is valid: Cache-Control's max-age, between an hour and a day; a day where it is not stated.

    A page in place of the file is valid for an hour: it may be that of a network that wants a login, and the rules come with it.
    """
    if not is_reachable(status, error):
        return PROXY_LIFETIME if (error or "").startswith("proxy_") else UNREACHABLE_LIFETIME
    if is_page(body):
        return MIN_LIFETIME
    for directive in cache_control.lower().split(","):
        name, _, value = directive.strip().partition("=")
        if name in ("no-store", "no-cache"):
            return MIN_LIFETIME
        if name == "max-age" and value.strip('"').isdecimal():
            seconds = min(int(value.strip('"')), int(MAX_LIFETIME.total_seconds()))
            return max(timedelta(seconds=seconds), MIN_LIFETIME)
    return MAX_LIFETIME

"""What the components of the fetching layer use of each other and of the crawl around them, as one object per `Crawler`.

    crawler.run, crawler.spiders.news ──attach──> Crawler ──services_of──> downloader, handlers, middlewares, queue

The downloader, the handlers, the middlewares and the queue get the object when Scrapy builds them. The crawl puts its own parser,
robots.txt cache and holds in when it opens its session. Without a crawl around them (`scrapy shell`, `crawler.single_page`) they
work with the defaults, which forget everything at the end of the process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from scrapy import signals
from scrapy.crawler import Crawler

from crawler.http.shared_pace import SharedPace
from crawler.parsing.parser import Parser
from crawler.robots.policy import RobotsCache, RobotsMemory, RobotsPolicy, RobotsRecord
from db.site_rules.loader import Sites

if TYPE_CHECKING:
    from crawler.http.downloader import HostDownloader

# The attribute of Scrapy's Crawler that holds the services.
_ATTRIBUTE = "copydesk_services"

PolicyOf = Callable[[str], RobotsPolicy | None]
"""The robots.txt policy that applies to a URL, None before the first request to its host."""

RecordRobots = Callable[[RobotsRecord, int, str], None]
"""Called after each fetch of a robots.txt, with the record, the duration in milliseconds, and the URL."""


class HoldStore(Protocol):
    """Where holds are kept: the hosts that asked for a long rest."""

    def until(self, host: str) -> datetime | None:
        """When the host's hold ends (aware), None where there is none or it is over."""

    def hold(self, host: str, until: datetime) -> None:
        """Put the host on hold. `until` is aware."""


class HoldsMemory:
    """A HoldStore that forgets at the end of the process. `known` are holds to begin with."""

    def __init__(self, known: Mapping[str, datetime] = MappingProxyType({})) -> None:
        self._until = dict(known)

    def until(self, host: str) -> datetime | None:
        """When the host's hold ends."""
        until = self._until.get(host)
        return until if until and until > datetime.now(UTC) else None

    def hold(self, host: str, until: datetime) -> None:
        """Put the host on hold."""
        self._until[host] = until


def _no_policy(url: str) -> RobotsPolicy | None:
    return None


def _no_record(record: RobotsRecord, duration_ms: int, url: str) -> None:
    pass


@dataclass(slots=True, kw_only=True, eq=False)
class FetchServices:
    """What the fetching layer works with."""

    parser: Parser = field(default_factory=lambda: Parser(Sites()))
    """Parses robots.txt and refreshes in worker processes."""
    robots_cache: RobotsCache = field(default_factory=RobotsMemory)
    """Keeps robots.txt across runs."""
    holds: HoldStore = field(default_factory=HoldsMemory)
    """Keeps holds across runs."""
    pace: SharedPace | None = None
    """Keeps the pace of archives together with other processes."""
    record_robots: RecordRobots = _no_record
    policy_of: PolicyOf = _no_policy
    """Set by `RobotsMiddleware`."""
    _downloader: HostDownloader | None = field(default=None, repr=False)

    def join_crawl(
        self, parser: Parser, robots_cache: RobotsCache, holds: HoldStore, pace: SharedPace, record_robots: RecordRobots
    ) -> None:
        """Work with the resources of a crawl from now on, instead of the defaults."""
        self.parser, self.robots_cache, self.holds, self.record_robots = parser, robots_cache, holds, record_robots
        self.pace = pace

    @property
    def downloader(self) -> HostDownloader:
        """The downloader, from its construction on. Raises RuntimeError under another setting `DOWNLOADER`."""
        if self._downloader is None:
            raise RuntimeError("DOWNLOADER is not crawler.http.downloader.HostDownloader; leave the setting as it is")
        return self._downloader

    @downloader.setter
    def downloader(self, downloader: HostDownloader) -> None:
        self._downloader = downloader


def attach_services(crawler: Crawler, services: FetchServices) -> None:
    """Make `services` those of a crawler, before Scrapy builds its components. Whoever made them closes their parser."""
    setattr(crawler, _ATTRIBUTE, services)


def services_of(crawler: Crawler) -> FetchServices:
    """The services of a crawler; where none were attached, the defaults, whose parser is closed when the engine stops."""
    services = getattr(crawler, _ATTRIBUTE, None)
    if not isinstance(services, FetchServices):
        services = FetchServices()
        crawler.signals.connect(services.parser.close, signal=signals.engine_stopped, weak=False)
        attach_services(crawler, services)
    return services

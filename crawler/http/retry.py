"""Tries again what may pass, and leaves hosts alone that ask for it.

Words: a *pause* is a rest of seconds that a host gets before a retry; all its requests wait it out in the host's slot
(`HostSlot.hold`) while other hosts go on. A host is *on hold* when it asked for a rest longer than a run waits: all its
requests fail with HostOnHold until then, in this run and, where the spider keeps it (`host_hold`, `on_hold`), in later.

Transient are: no connection, no name, time-outs, a body cut short, and the statuses in `TRANSIENT`. Refusals
(`errors.Refused`) are decisions and never retried. A pause is COPYDESK_RETRY_PAUSE, doubled for each further try, with
jitter, or what Retry-After says on 429 and 503 (RFC 9110, 10.2.3): waited out up to COPYDESK_RETRY_AFTER_CAP.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    NotConfigured,
    ResponseDataLossError,
)
from scrapy.http import Response

from crawler.http.downloader import HostDownloader
from crawler.http.errors import HostOnHold

# Request Timeout, Too Early, Too Many Requests, server errors that pass, and two of Cloudflare's (no answer, too late).
TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504, 522, 524})
# The statuses whose Retry-After means "leave me alone": elsewhere it means that the page comes later.
RESTING = frozenset({429, 503})
TRANSIENT_ERRORS = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
# A pause is multiplied by a number from this range, so that many crawlers that were turned away do not come back at
# once. Never below 1: Retry-After is a promise.
JITTER = (1.0, 1.25)
# The longest pause of our own, whatever RETRY_TIMES is.
PAUSE_AT_MOST = 60.0
# Retry-After of years is a mistake or a joke; a host is asked again after a week.
HOLD_AT_MOST = timedelta(days=7)


class RetryMiddleware:
    """Retries with pauses. Setting: `DOWNLOADER_MIDDLEWARES`, in the place of Scrapy's."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        if not settings.getbool("RETRY_ENABLED"):
            raise NotConfigured("RETRY_ENABLED is off")
        self._crawler = crawler
        self._times = settings.getint("RETRY_TIMES")
        self._first_pause = settings.getfloat("COPYDESK_RETRY_PAUSE")
        self._cap = settings.getfloat("COPYDESK_RETRY_AFTER_CAP")
        self._holds: dict[str, datetime | None] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RetryMiddleware:
        """Scrapy's way in."""
        middleware = cls(crawler)
        crawler.signals.connect(middleware._listen, signal=signals.engine_started)
        return middleware

    def process_request(self, request: Request) -> None:
        """Let the request pass, or raise HostOnHold."""
        host = self._downloader.get_slot_key(request)
        if host not in self._holds:
            ask = getattr(self._crawler.spider, "host_hold", None)
            self._holds[host] = ask(host) if ask else None
        until = self._holds[host]
        if until is not None:
            if until > datetime.now(UTC):
                raise HostOnHold(host, until)
            self._holds[host] = None

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Pass the response on, or a request in its place. Raises HostOnHold."""
        if response.status not in TRANSIENT:
            return response
        self.process_request(request)  # the answer may have put its host on hold
        return self._again(request, f"status {response.status}") or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """A request in place of a transient error, else None: the error goes on."""
        return self._again(request, exception) if isinstance(exception, TRANSIENT_ERRORS) else None

    def _again(self, request: Request, reason: str | Exception) -> Request | None:
        spider = self._crawler.spider
        if spider is None or request.meta.get("dont_retry"):
            return None
        return get_retry_request(request, spider=spider, reason=reason, priority_adjust=0)

    def _listen(self) -> None:
        self._downloader.on_outcome.append(self._rest)

    def _rest(self, request: Request, outcome: Response | Exception) -> None:
        """Give the host its rest, before its next request leaves."""
        rest = None
        if isinstance(outcome, Response):
            if outcome.status not in TRANSIENT:
                return
            if outcome.status in RESTING:
                rest = retry_after(outcome, datetime.now(UTC))
        elif not isinstance(outcome, TRANSIENT_ERRORS):
            return
        if rest is not None and rest > self._cap:
            self._put_on_hold(self._downloader.get_slot_key(request), rest)
            return
        tried = request.meta.get("retry_times", 0)
        if rest is None:
            if tried >= self._times or request.meta.get("dont_retry"):
                return
            rest = min(self._first_pause * 2**tried, PAUSE_AT_MOST)
        self._downloader.slot_for(request).hold(rest * random.uniform(*JITTER))  # noqa: S311

    def _put_on_hold(self, host: str, rest: float) -> None:
        until = datetime.now(UTC) + min(timedelta(seconds=rest), HOLD_AT_MOST)
        self._holds[host] = until
        if report := getattr(self._crawler.spider, "on_hold", None):
            report(host, until)
        self._downloader.refuse_waiting(host, lambda _: HostOnHold(host, until))

    @property
    def _downloader(self) -> HostDownloader:
        downloader = self._crawler.engine.downloader
        assert isinstance(downloader, HostDownloader)
        return downloader


def retry_after(response: Response, now: datetime) -> float | None:
    """The seconds that a response asks to wait, None where it does not say or says it wrongly. `now` is aware."""
    header = response.headers.get("Retry-After")
    text = header.decode("latin-1").strip() if header else ""
    if text.isascii() and text.isdecimal():
        return float(min(int(text[:12]), HOLD_AT_MOST.total_seconds()))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:  # "-0000": UTC without a claim about the local zone
        moment = moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)

"""Retries transient errors, and pauses hosts that ask for it.

Terms: a *pause* is a rest of some seconds that a host gets before a retry; all its requests wait for it in the host's slot
(`HostSlot.hold`) while other hosts go on. A host is *on hold* if it asked for a longer rest than a run waits: all its requests fail
with HostOnHold until then, in this run and, where `FetchServices.holds` keeps it, in later runs.

Transient errors: no connection, unknown name, time-out, a body cut short, and the statuses in `TRANSIENT_STATUSES`. Refusals
(`errors.RequestRefused`) are decisions and never retried. A pause is COPYDESK_RETRY_PAUSE, doubled for each further try, with
jitter; or what Retry-After asks for on 429 and 503 (RFC 9110, 10.2.3), up to COPYDESK_RETRY_AFTER_CAP. After a
429 it is at least the request's `slot_rest`.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from scrapy import Request
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

from crawler.http.errors import HostOnHold
from crawler.http.services import services_of
from db.store.sites.holds import MAX_HOLD

# Request Timeout, Too Early, Too Many Requests, temporary server errors, and two of Cloudflare's (no answer, too late).
TRANSIENT_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 522, 524})
# Statuses whose Retry-After means "leave me alone"; elsewhere it means that the page comes later.
REST_STATUSES = frozenset({429, 503})
_BUSY_STATUSES = frozenset({429})
TRANSIENT_ERRORS = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
# A pause is multiplied by a random number from this range, so that many crawlers that were turned away do not return at once. Never
# below 1: Retry-After is a promise.
JITTER = (1.0, 1.25)
# The longest pause of our own, whatever RETRY_TIMES is.
MAX_PAUSE_S = 60.0


class RetryMiddleware:
    """Retries with pauses. Replaces Scrapy's. Setting: `DOWNLOADER_MIDDLEWARES`."""

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        if not settings.getbool("RETRY_ENABLED"):
            raise NotConfigured("RETRY_ENABLED is off")
        self._crawler = crawler
        self._times = settings.getint("RETRY_TIMES")
        self._first_pause = settings.getfloat("COPYDESK_RETRY_PAUSE")
        self._cap = settings.getfloat("COPYDESK_RETRY_AFTER_CAP")
        self._services = services_of(crawler)
        self._downloader = self._services.downloader
        self._downloader.on_outcome.append(self._on_outcome)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RetryMiddleware:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Pass the request on, or raise HostOnHold."""
        host = self._downloader.get_slot_key(request)
        if until := self._services.holds.until(host):
            raise HostOnHold(host, until)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Pass the response on, or return a request for the retry. Raises HostOnHold."""
        if not is_transient(request, response.status):
            return response
        self.process_request(request)  # this response may have put its host on hold
        return self._retry(request, f"status {response.status}") or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """A request for the retry of a transient error, else None."""
        return self._retry(request, exception) if isinstance(exception, TRANSIENT_ERRORS) else None

    def _retry(self, request: Request, reason: str | Exception) -> Request | None:
        spider = self._crawler.spider
        if spider is None or request.meta.get("dont_retry"):
            return None
        return get_retry_request(request, spider=spider, reason=reason, priority_adjust=0)

    def _on_outcome(self, request: Request, outcome: Response | Exception) -> None:
        """Pause the host, before its next request is sent."""
        wait = None
        if isinstance(outcome, Response):
            if not is_transient(request, outcome.status):
                return
            asks_for_rest = outcome.status in request.meta.get("slot_rest_statuses", _BUSY_STATUSES)
            if outcome.status in REST_STATUSES or asks_for_rest:
                wait = retry_after(outcome, datetime.now(UTC))
            if asks_for_rest and (rest := request.meta.get("slot_rest")) is not None:
                wait = max(wait or 0.0, rest)
        elif not isinstance(outcome, TRANSIENT_ERRORS):
            return
        pace = self._services.pace
        if wait is not None and pace is not None and request.meta.get("slot_shared"):
            pace.tell_rest(self._downloader.get_slot_key(request), wait)  # other processes keep the rest, too
        if wait is not None and wait > self._cap:
            self._put_on_hold(self._downloader.get_slot_key(request), wait)
            return
        tried = request.meta.get("retry_times", 0)
        if wait is None:
            if tried >= self._times or request.meta.get("dont_retry"):
                return
            wait = min(self._first_pause * 2**tried, MAX_PAUSE_S)
        self._downloader.slot_for(request).hold(wait * random.uniform(*JITTER))  # noqa: S311

    def _put_on_hold(self, host: str, wait: float) -> None:
        until = datetime.now(UTC) + min(timedelta(seconds=wait), MAX_HOLD)
        self._services.holds.hold(host, until)
        self._downloader.refuse_waiting(host, lambda _: HostOnHold(host, until))


def is_transient(request: Request, status: int) -> bool:
    """Whether a status says nothing about what was asked for: the host is busy or in trouble."""
    return status in TRANSIENT_STATUSES or status in request.meta.get("slot_rest_statuses", ())


def retry_after(response: Response, now: datetime) -> float | None:
    """The seconds of Retry-After, None where the header is missing or invalid. `now` is aware."""
    header = response.headers.get("Retry-After")
    text = header.decode("latin-1").strip() if header else ""
    if text.isascii() and text.isdecimal():
        return float(min(int(text[:12]), MAX_HOLD.total_seconds()))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:  # "-0000": UTC, the local zone is not stated
        moment = moment.replace(tzinfo=UTC)
    return max((moment - now).total_seconds(), 0.0)

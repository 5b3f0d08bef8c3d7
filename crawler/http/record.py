"""Turning what Scrapy hands over into facts: a response into a fetch and a page, a failure into a named one.

Names of failures are stable, so that they can be counted over months: `http_404`, `timeout`, `dns`, `refused`, ...
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from scrapy import Request
from scrapy import exceptions as scrapy_errors
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.http import errors
from db.store.facts import Fetch, ReceivedPage, pack_body
from pipelines.processing.worker_pool import TaskFailed, TaskTooSlow

# Most particular first: the first class that an exception belongs to names it.
_FAILURES: tuple[tuple[type[BaseException], str], ...] = (
    (errors.AddressRefused, "address_refused"),
    (errors.CertificateRefused, "certificate"),
    (errors.ForbiddenByRobots, "robots_forbidden"),
    (errors.RobotsUnavailable, "robots_unavailable"),
    (errors.HostOnHold, "on_hold"),
    (errors.TooManyRedirects, "redirect_loop"),
    (errors.AlreadyAsked, "already_asked"),
    (errors.Stopping, "stopped"),
    (scrapy_errors.CannotResolveHostError, "unknown_host"),
    (scrapy_errors.DownloadConnectionRefusedError, "connection_refused"),
    (scrapy_errors.DownloadTimeoutError, "timeout"),
    (scrapy_errors.ResponseDataLossError, "cut_short"),
    (scrapy_errors.UnsupportedURLSchemeError, "not_http"),
    (scrapy_errors.DownloadCancelledError, "too_big"),
    (scrapy_errors.DownloadFailedError, "connection_failed"),
    (TaskTooSlow, "listing_too_slow"),
    (TaskFailed, "listing_broken"),
)

# Refusals that say nothing about the link: it stays as due as it was, and no fetch took place.
NOT_ASKED = frozenset({"robots_unavailable", "on_hold", "stopped"})

# Failures of a listing that are no news to whoever reads the summary.
NOT_WORTH_SAYING = frozenset({"robots_forbidden", "stopped"})

# Headers that are not kept: they are about the connection or identify a session.
_DROPPED_HEADERS = frozenset({"set-cookie", "connection", "keep-alive", "transfer-encoding", "proxy-connection"})


def failure_name(error: BaseException) -> str:
    """The stable name of a failure."""
    return next((name for kind, name in _FAILURES if isinstance(error, kind)), type(error).__name__)


# What a failure means, for a person. Refusals explain themselves.
_IN_WORDS = {
    "unknown_host": "its host name is unknown (check the spelling, and the network)",
    "connection_refused": "its host refuses connections",
    "timeout": "no answer in time",
    "cut_short": "the answer broke off",
    "too_big": "the answer is larger than max_page_size, or its headers have no end",
    "connection_failed": "the connection failed",
    "listing_too_slow": "reading it took longer than extract_timeout and was stopped",
    "listing_broken": "reading it takes more memory than there is for it, or fails",
}


def in_words(error: BaseException) -> str:
    """A failure as half a sentence."""
    if isinstance(error, errors.RobotsUnavailable) and error.reason in _IN_WORDS:
        return f"{_IN_WORDS[error.reason]}, seen when asking for its robots.txt"
    return _IN_WORDS.get(failure_name(error)) or str(error) or type(error).__name__


def began(request: Request) -> Request:
    """Note on a request when it was made; `duration_ms` counts from the moment it was sent."""
    request.meta["asked_at"] = time.time()
    return request


def started_at(request: Request) -> datetime:
    """When the request was sent, by the wall clock; when it was made, if it never was."""
    return datetime.fromtimestamp(request.meta.get("sent_at") or request.meta.get("asked_at") or time.time(), UTC)


def headers_of(response: Response) -> dict[str, str]:
    """The response's headers by their usual names, joined where repeated, without those of the connection."""
    return {
        _usual(name): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
        if name.decode("latin-1").lower() not in _DROPPED_HEADERS
    }


def _usual(name: bytes) -> str:
    text = name.decode("latin-1")
    return {"Etag": "ETag"}.get(text, text)


def parts_of(failure: Failure) -> tuple[Request, BaseException]:
    """The request of a failed download and what went wrong."""
    request: Request = failure.request  # type: ignore[attr-defined]
    assert failure.value is not None
    return request, failure.value


def conditional(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """The headers that ask for a body only if it has changed. What is no plain ASCII cannot be sent back as it came."""
    headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in headers.items() if value and value.isascii() and value.isprintable()}


def fetch_of(
    what: str,
    response: Response,
    url: str,
    run_id: int,
    source_id: int,
    link_id: int | None = None,
) -> Fetch:
    """The fetch that a response ends."""
    request = response.request
    assert request is not None
    latency = request.meta.get("download_latency")
    final = response.url if request.meta.get("redirect_urls") else None
    return Fetch(
        what=what,
        url=url,
        started_at=started_at(request),
        final_url=final,
        duration_ms=round(latency * 1000) if latency is not None else None,
        status=response.status,
        bytes=len(response.body),
        run_id=run_id,
        source_id=source_id,
        link_id=link_id,
    )


def failed_fetch(
    what: str,
    request: Request,
    url: str,
    error: BaseException,
    run_id: int,
    source_id: int,
    link_id: int | None = None,
) -> Fetch:
    """The fetch that an exception ended."""
    redirected = request.meta.get("redirect_urls")
    return Fetch(
        what=what,
        url=url,
        started_at=started_at(request),
        final_url=request.url if redirected else None,
        error=failure_name(error),
        run_id=run_id,
        source_id=source_id,
        link_id=link_id,
    )


def received(
    fetch: Fetch, response: Response, source_id: int, parts: Sequence[tuple[str, bytes]] = ()
) -> Callable[[], ReceivedPage]:
    """A page that came in, as work for another thread: hashing and packing take milliseconds.

    `parts` are the addresses and bodies of the further pages of the same article.
    """
    headers = headers_of(response)
    body = response.body

    def pack() -> ReceivedPage:
        return ReceivedPage(
            fetch=fetch,
            source_id=source_id,
            headers=headers,
            content_type=headers.get("Content-Type"),
            body=pack_body(body),
            parts=tuple(pack_body(data, url) for url, data in parts),
        )

    return pack

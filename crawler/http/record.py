"""Turns Scrapy's results into facts: a response into a fetch and a page, a failure into a named one.

The names of failures are stable, so that they can be counted over months: `http_404`, `timeout`, `connection_refused`, ...
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
from db.network.stored_headers import NOT_STORED
from db.store.crawl.drawings import DrawingRecord
from db.store.crawl.facts import Fetch, ReceivedPage, pack_body
from pipelines.processing.worker_pool import TaskFailed, TaskTooSlow

FAILURES: tuple[tuple[type[BaseException], str], ...] = (
    (errors.AddressRefused, "address_refused"),
    (errors.CertificateRefused, "certificate"),
    (errors.ForbiddenByRobots, "robots_forbidden"),
    (errors.RobotsUnavailable, "robots_unavailable"),
    (errors.HostOnHold, "on_hold"),
    (errors.TooManyRedirects, "redirect_loop"),
    (errors.AlreadyAsked, "already_asked"),
    (errors.Stopping, "stopped"),
    (errors.ProxyLogin, "proxy_login"),
    (errors.ProxyFailed, "proxy_failed"),
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
"""The names of exceptions, the most specific class first: the first match names one."""

# Refusals that say nothing about the link: it stays due, and no fetch took place.
NOT_SENT = frozenset({"robots_unavailable", "on_hold", "stopped"})

# Failures of a listing that the summary of a crawl does not mention.
NOT_REPORTED = frozenset({"robots_forbidden", "stopped"})


def failure_name(error: BaseException) -> str:
    return next((name for kind, name in FAILURES if isinstance(error, kind)), type(error).__name__)


# Descriptions of failures for a person. Refusals describe themselves.
_DESCRIPTIONS = {
    "unknown_host": "its host name is unknown (check the spelling, and the network)",
    "connection_refused": "its host refuses connections",
    "proxy_failed": "the proxy cannot be reached; check it, and the variables http_proxy, https_proxy and no_proxy",
    "proxy_login": "the proxy wants a user name and a password (407); put them into http_proxy and https_proxy"
    " (http://NAME:PASSWORD@HOST:PORT)",
    "timeout": "no response in time",
    "cut_short": "the response ended early",
    "too_big": "the response is larger than max_page_size, or its headers have no end",
    "connection_failed": "the connection failed",
    "listing_too_slow": "parsing it took longer than extract_timeout and was stopped",
    "listing_broken": "parsing it exceeds the memory limit, or fails",
}


def describe_failure(error: BaseException) -> str:
    """A failure as half a sentence, for a person."""
    if isinstance(error, errors.RobotsUnavailable):
        name, _, refusal = error.reason.partition(": ")
        if name == "certificate":
            return refusal  # it applies to all of the host
        if says := refusal.rstrip(".") or _DESCRIPTIONS.get(name):
            return f"{says} (on the request for robots.txt)"
    return _DESCRIPTIONS.get(failure_name(error)) or str(error) or type(error).__name__


def with_creation_time(request: Request) -> Request:
    """Store the creation time in the request's meta: `started_at` uses it for requests that are never sent."""
    request.meta["asked_at"] = time.time()
    return request


def started_at(request: Request) -> datetime:
    """When the request was sent, by the wall clock; if it never was, when it was created."""
    return datetime.fromtimestamp(request.meta.get("sent_at") or request.meta.get("asked_at") or time.time(), UTC)


def headers_of(response: Response) -> dict[str, str]:
    """The response's headers by their usual names, repeated ones joined, without those of the connection."""
    return {
        _usual_name(name): b", ".join(values).decode("latin-1")
        for name, values in response.headers.items()
        if name.decode("latin-1").lower() not in NOT_STORED
    }


def header_of(response: Response, name: str) -> str | None:
    """One of `headers_of`."""
    values = response.headers.getlist(name)
    return b", ".join(values).decode("latin-1") if values else None


def _usual_name(name: bytes) -> str:
    text = name.decode("latin-1")
    return {"Etag": "ETag"}.get(text, text)


def request_and_error(failure: Failure) -> tuple[Request, BaseException]:
    request: Request = failure.request  # type: ignore[attr-defined]
    assert failure.value is not None
    return request, failure.value


def conditional_headers(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """The headers of a conditional request. Values that are not printable ASCII are left out: they cannot be sent back
    unchanged.
    """
    headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in headers.items() if value and value.isascii() and value.isprintable()}


def is_unchanged(response: Response) -> bool:
    """Whether a 304 says that what is stored is current. It does only as the answer to a conditional request (RFC 9110, 15.4.5):
    broken caches send it to others as well, and then there is nothing stored that it could mean.
    """
    return response.status == 304 and response.request is not None and _is_conditional(response.request)


def _is_conditional(request: Request) -> bool:
    return any(name in request.headers for name in ("If-None-Match", "If-Modified-Since"))


def fetch_from_response(
    what: str,
    response: Response,
    url: str,
    run_id: int,
    source_id: int,
    link_id: int | None = None,
) -> Fetch:
    """The fetch of a response. `what`: article, entry, discovery or robots. `url`: as requested first."""
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
        error="http_304" if response.status == 304 and not _is_conditional(request) else None,
        bytes=len(response.body),
        run_id=run_id,
        source_id=source_id,
        link_id=link_id,
    )


def fetch_from_error(
    what: str,
    request: Request,
    url: str,
    error: BaseException,
    run_id: int,
    source_id: int,
    link_id: int | None = None,
) -> Fetch:
    """The fetch of a failed request. Arguments as of `fetch_from_response`."""
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


def page_packer(
    fetch: Fetch,
    response: Response,
    source_id: int,
    parts: Sequence[tuple[str, bytes]] = (),
    drawing: DrawingRecord | None = None,
) -> Callable[[], ReceivedPage]:
    """A function that makes the page of a response. Run it on another thread: hashing and compressing take milliseconds.

    `parts` are the URLs and bodies of the further pages of the same article. `drawing` is what a browser made of it.
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
            drawing=drawing,
        )

    return pack

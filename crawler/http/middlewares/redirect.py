"""Follows redirects: each hop is a new request that passes robots.txt, pacing and the guard again.

As in Scrapy, only http and https are followed; a redirect to another scheme is returned as the response it is. Differences: no
Referer (none is sent, and Scrapy would warn about that at each start), and two silent failures have names: a chain that is too
long or comes back twice, and a hop to a URL that the run has already requested, which Scrapy's duplicate filter drops.

A chain that comes back to a page asks whether its reader keeps cookies. Those that it has set are sent from there on, and forgotten
at its end: no cookie passes from one request of a crawl to another.
"""

from __future__ import annotations

import logging
import re
from typing import Any

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.http.errors import AlreadyAsked, TooManyRedirects
from crawler.robots.policy import ROBOTS_FETCH

logger = logging.getLogger(__name__)


class Redirects(RedirectMiddleware):
    """Follows redirects. Setting: `DOWNLOADER_MIDDLEWARES`."""

    def _engine_started(self) -> None:
        """Do nothing. Scrapy looks for a referer middleware here, and warns where there is none."""

    def handle_referer(self, request: Request, response: Response) -> None:
        request.headers.pop("Referer", None)

    def _build_redirect_request(
        self, source_request: Request, response: Response, *, url: str, **kwargs: Any
    ) -> Request:
        hop = super()._build_redirect_request(source_request, response, url=url, **kwargs)
        if given := _cookies_of(response):
            hop.meta[_COOKIES] = {**hop.meta.get(_COOKIES, {}), **given}
        kept = hop.meta.get(_COOKIES, {}).items()
        pairs = [f"{name}={value}" for (origin, name), value in kept if origin == _origin_of(hop.url)]
        if pairs and hop.url in _chain_of(source_request):
            hop.headers["Cookie"] = "; ".join(pairs)
        return hop

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        """The request for the next hop, or the response itself where Location is empty or no URL."""
        location = response.headers.get("Location")
        if location is not None:
            if not location.strip():
                return response
            # Of several Location headers the first counts, as in Chromium.
            response.headers["Location"] = response.headers.getlist("Location")[0].strip()
        try:
            followed: Request | Response = super().process_response(request, response)
        except ValueError as error:
            logger.info("%s redirects to an invalid URL: %s", request.url, error)
            return response
        return followed

    def _redirect(self, redirected: Request, request: Request, reason: Any) -> Request:
        try:
            hop = super()._redirect(redirected, request, reason)
        except IgnoreRequest as error:
            first = request.meta.get("redirect_urls", [request.url])[0]
            raise TooManyRedirects(first, request.meta.get("redirect_times", 0), int(reason)) from error
        if hop.meta.get(_COOKIES) and hop.url in _chain_of(request):
            if hop.headers.get("Cookie") == request.headers.get("Cookie"):
                raise AlreadyAsked(hop.url, request.url)  # it has them, and answers as before
            hop.dont_filter = True
            return hop
        if _chain_of(request).count(hop.url) > 1:  # a host that lets nobody pass at first may do so the second time
            raise TooManyRedirects(hop.url, hop.meta["redirect_times"], int(reason))
        if request.dont_filter or request.meta.get(ROBOTS_FETCH):
            return hop
        # The scheduler would ask the same filter, and drop the hop silently.
        seen = getattr(self.crawler.engine.scheduler, "df", None)
        if seen is not None and seen.request_seen(hop):
            raise AlreadyAsked(hop.url, request.url)
        hop.dont_filter = True
        return hop


_COOKIES = "chain_cookies"
"""Key of `Request.meta`: the cookies that the hops of a chain have set, by origin and name."""
_COOKIE = re.compile(r"\s*([^\s=;,]{1,200})=([^\s;,]{1,4000})(?=\s*(?:;|$))")
_MOST_COOKIES = 50


def _chain_of(request: Request) -> tuple[str, ...]:
    return (*request.meta.get("redirect_urls", ()), request.url)


def _origin_of(url: str) -> str:
    return "/".join(url.split("/", 3)[:3])


def _cookies_of(response: Response) -> dict[tuple[str, str], str]:
    """The cookies that a response sets, by origin and name. Paths and times are of no concern: a chain ends soon."""
    lines = (line.decode("latin-1") for line in response.headers.getlist("Set-Cookie")[:_MOST_COOKIES])
    return {(_origin_of(response.url), found[1]): found[2] for line in lines if (found := _COOKIE.match(line))}

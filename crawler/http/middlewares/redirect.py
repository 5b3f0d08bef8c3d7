"""Follows redirects: each hop is a new request that passes robots.txt, pacing and the guard again.

As in Scrapy, only http and https are followed; a redirect to another scheme is returned as the response it is. Differences: no
Referer (none is sent, and Scrapy would warn about that at each start), and two silent failures have names: a chain that is too
long, and a hop to a URL that the run has already requested, which Scrapy's duplicate filter drops.
"""

from __future__ import annotations

import logging
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
        if request.dont_filter or request.meta.get(ROBOTS_FETCH):
            return hop
        # The scheduler would ask the same filter, and drop the hop silently.
        seen = getattr(self.crawler.engine.scheduler, "df", None)
        if seen is not None and seen.request_seen(hop):
            raise AlreadyAsked(hop.url, request.url)
        hop.dont_filter = True
        return hop

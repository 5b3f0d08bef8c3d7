"""Redirects as Scrapy follows them: each hop is a new request that passes robots.txt, pacing and the guard again.

Scrapy follows http and https only; a redirect to another scheme comes back as the response it is. Differences here: no
Referer (we send none, and Scrapy's would warn about that at each start), and two silent ends have names: a chain that is
too long, and a hop to an address that the run has already asked for, which Scrapy's duplicate filter swallows.
"""

from __future__ import annotations

import logging
from typing import Any

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.discover.robots import ROBOTS_FETCH
from crawler.http.errors import AlreadyAsked, TooManyRedirects

logger = logging.getLogger(__name__)


class Redirects(RedirectMiddleware):
    """Follows redirects. Setting: `DOWNLOADER_MIDDLEWARES`."""

    def _engine_started(self) -> None:
        """Scrapy's looks for a referer middleware and warns where there is none."""

    def handle_referer(self, request: Request, response: Response) -> None:
        """Send no Referer."""
        request.headers.pop("Referer", None)

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        """The next hop; the response itself where it leads nowhere: without an address, or with one that is none."""
        location = response.headers.get("Location")
        if location is not None:
            if not location.strip():
                return response
            # Given more than once, the first holds, as in Chromium.
            response.headers["Location"] = response.headers.getlist("Location")[0].strip()
        try:
            followed: Request | Response = super().process_response(request, response)
        except ValueError as error:
            logger.info("%s redirects to what is no address: %s", request.url, error)
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
        # The scheduler would ask the same filter, and drop the hop without a word to anybody.
        seen = getattr(self.crawler.engine.scheduler, "df", None)
        if seen is not None and seen.request_seen(hop):
            raise AlreadyAsked(hop.url, request.url)
        hop.dont_filter = True
        return hop

"""Redirects as Scrapy follows them: each hop is a new request that passes robots.txt, pacing and the guard again.

Scrapy follows http and https only; a redirect to another scheme comes back as the response it is. Differences here: no
Referer (we send none, and Scrapy's would warn about that at each start), and two silent ends have names: a chain that is
too long, and a hop to an address that the run has already asked for, which Scrapy's duplicate filter swallows.
"""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.errors import AlreadyAsked, TooManyRedirects
from crawler.robots import ROBOTS_FETCH


class Redirects(RedirectMiddleware):
    """Follows redirects. Setting: `DOWNLOADER_MIDDLEWARES`."""

    def _engine_started(self) -> None:
        """Scrapy's looks for a referer middleware and warns where there is none."""

    def handle_referer(self, request: Request, response: Response) -> None:
        """Send no Referer."""
        request.headers.pop("Referer", None)

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

"""Follows refreshes (`<meta http-equiv="refresh">`, header `Refresh`) like redirects.

Each hop is a new request that passes robots.txt, pacing and the guard again, and counts as a hop of a redirect. Both URLs are kept,
as for any redirect.
"""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from crawler.discover.pages.refresh import HEAD_BYTES, may_refresh, refresh_target
from crawler.http.errors import Stopping
from crawler.http.middlewares.redirect import Redirects
from crawler.http.services import FetchServices, services_of
from crawler.parsing.parser import ParseRefresh, ParserStopped
from crawler.robots.policy import ROBOTS_FETCH
from db.network.http_statuses import is_page_status
from pipelines.processing.worker_pool import TaskFailed


class Refreshes(Redirects):
    """Follows refreshes. Setting: `DOWNLOADER_MIDDLEWARES`, on the engine's side of `Unpacking`."""

    _services: FetchServices

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Refreshes:
        middleware: Refreshes = super().from_crawler(crawler)
        middleware._services = services_of(crawler)
        return middleware

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Any:
        """The response, or the request for the page that it refreshes to; an awaitable where the page must be parsed."""
        if not is_page_status(response.status) or request.meta.get(ROBOTS_FETCH):
            return response
        if header := response.headers.get("Refresh"):
            target = refresh_target(header.decode("latin-1"), response.url)
            return self._follow(request, response, target)
        if may_refresh(response.body):
            return self._parse_and_follow(request, response)
        return response

    async def _parse_and_follow(self, request: Request, response: Response) -> Request | Response:
        content_type = response.headers.get("Content-Type")
        task = ParseRefresh(
            body=response.body[:HEAD_BYTES],
            url=response.url,
            content_type=content_type.decode("latin-1") if content_type else None,
        )
        try:
            target = await self._services.parser.parse(task)
        except TaskFailed:
            return response
        except ParserStopped as error:
            raise Stopping(request.url) from error
        return self._follow(request, response, target)

    def _follow(self, request: Request, response: Response, target: str | None) -> Request | Response:
        if target is None:
            return response
        redirected = self._redirect_request_using_get(request, response, target)
        # Reported with a redirect's status where a chain is too long: refreshes have none.
        return self._redirect(redirected, request, 302)

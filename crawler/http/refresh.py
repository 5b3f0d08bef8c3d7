"""Pages that send their readers on by themselves (`<meta http-equiv="refresh">`, the header `Refresh`) are redirects like others.

Each hop is a new request that passes robots.txt, pacing and the guard again, and counts among the hops of a redirect. Both
addresses are kept, as of any redirect.
"""

from __future__ import annotations

from typing import Any

from scrapy import Request
from scrapy.http import Response

from crawler.discover.refresh import HEAD_BYTES, may_refresh, refresh_of
from crawler.discover.robots import ROBOTS_FETCH
from crawler.http.errors import Stopping
from crawler.http.redirect import Redirects
from crawler.parsing.parser import ParseRefresh, ParserStopped
from crawler.parsing.parser_of import parser_of
from db.http_statuses import is_page_status
from pipelines.processing.worker_pool import TaskFailed


class Refreshes(Redirects):
    """Follows refreshes. Setting: `DOWNLOADER_MIDDLEWARES`, on the engine's side of what unpacks bodies."""

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Any:
        """The response, or the request for the page that it leads to; an awaitable where the page has to be parsed."""
        if not is_page_status(response.status) or request.meta.get(ROBOTS_FETCH):
            return response
        if header := response.headers.get("Refresh"):
            target = refresh_of(header.decode("latin-1"), response.url)
            return self._followed(request, response, target)
        if may_refresh(response.body):
            return self._parsed(request, response)
        return response

    async def _parsed(self, request: Request, response: Response) -> Request | Response:
        content_type = response.headers.get("Content-Type")
        task = ParseRefresh(
            body=response.body[:HEAD_BYTES],
            url=response.url,
            content_type=content_type.decode("latin-1") if content_type else None,
        )
        try:
            target = await parser_of(self.crawler).parse(task)
        except TaskFailed:
            return response
        except ParserStopped as error:
            raise Stopping(request.url) from error
        return self._followed(request, response, target)

    def _followed(self, request: Request, response: Response, target: str | None) -> Request | Response:
        if target is None:
            return response
        redirected = self._redirect_request_using_get(request, response, target)
        # Told in a redirect's number, where a chain of them is too long: there is none of their own.
        return self._redirect(redirected, request, 302)

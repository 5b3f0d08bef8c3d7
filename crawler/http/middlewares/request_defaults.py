"""The headers of every request that it does not set itself.

One middleware replaces Scrapy's DefaultHeaders, UserAgent and DownloadTimeout. The headers are normalized once, where Scrapy
normalizes each name and value for each request.
"""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Headers
from scrapy.settings import BaseSettings

CONTACT_UNSET = "no contact set"


def user_agent(settings: BaseSettings) -> str:
    """The User-Agent header: `USER_AGENT`, with `{contact}` replaced by `COPYDESK_CONTACT`."""
    contact = str(settings.get("COPYDESK_CONTACT") or CONTACT_UNSET)
    return str(settings["USER_AGENT"]).replace("{contact}", contact)


def product_token(settings: BaseSettings) -> str:
    """The product token that robots.txt groups are matched with: `ROBOTSTXT_USER_AGENT`, else the first word of User-Agent.

    Only that word (RFC 9309, 2.2.1): a contact such as `bot@example.com` would match a group `bot`.
    """
    own = settings.get("ROBOTSTXT_USER_AGENT")
    return str(own) if own else user_agent(settings).partition("/")[0].split()[0]


class RequestDefaults:
    """Sets the headers that a request lacks. Setting: `DOWNLOADER_MIDDLEWARES`."""

    def __init__(self, headers: Headers) -> None:
        self._headers = {name: headers.getlist(name) for name in headers}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RequestDefaults:
        headers = Headers(crawler.settings.getdict("DEFAULT_REQUEST_HEADERS"))
        headers["User-Agent"] = user_agent(crawler.settings)
        return cls(headers)

    def process_request(self, request: Request) -> None:
        headers = request.headers
        for name, values in self._headers.items():
            # dict's method, since the names are normalized already. Values are copied, because Headers hands out its lists.
            dict.setdefault(headers, name, values.copy())

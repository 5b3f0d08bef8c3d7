"""What every request says about us, set where the request does not say it itself.

One middleware in place of Scrapy's DefaultHeaders, UserAgent and DownloadTimeout: the headers are made once and put in
as they are, where Scrapy's normalise each name and value for each request.
"""

from __future__ import annotations

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Headers
from scrapy.settings import BaseSettings

CONTACT_UNSET = "no contact set"


def user_agent(settings: BaseSettings) -> str:
    """The User-Agent header: `USER_AGENT` with `{contact}` filled in from `COPYDESK_CONTACT`."""
    contact = str(settings.get("COPYDESK_CONTACT") or CONTACT_UNSET)
    return str(settings["USER_AGENT"]).replace("{contact}", contact)


def product_token(settings: BaseSettings) -> str:
    """The name that robots.txt groups are matched with: `ROBOTSTXT_USER_AGENT`, else User-Agent's first word.

    Only that word (RFC 9309, 2.2.1): in the whole header a contact such as `bot@example.com` would match a group `bot`.
    """
    own = settings.get("ROBOTSTXT_USER_AGENT")
    return str(own) if own else user_agent(settings).partition("/")[0].split()[0]


class RequestDefaults:
    """Sets the headers that a request lacks. Setting: `DOWNLOADER_MIDDLEWARES`."""

    def __init__(self, headers: Headers) -> None:
        self._headers = {name: headers.getlist(name) for name in headers}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RequestDefaults:
        """Scrapy's way in."""
        headers = Headers(crawler.settings.getdict("DEFAULT_REQUEST_HEADERS"))
        headers["User-Agent"] = user_agent(crawler.settings)
        return cls(headers)

    def process_request(self, request: Request) -> None:
        """Fill in what the request lacks."""
        headers = request.headers
        for name, values in self._headers.items():
            # dict's own: the names are in Headers' form already. A copy, because Headers hands its lists out.
            dict.setdefault(headers, name, values.copy())

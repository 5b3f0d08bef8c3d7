"""Asking the demo web as a plain client does, and the names of its sites: for the tests of the web itself."""

from __future__ import annotations

import gzip
import http.client
import re
from urllib.parse import urlsplit

import lxml.html

from tests.demoweb.truth import PageTruth
from tests.demoweb.web import DemoWeb

ZH, EN, AR, RU, GB, DE = (
    "yunting.example",
    "www.harbourcourier.example",
    "almarsa.example",
    "verhneozersk.example",
    "wangling.example",
    "heidetaler-bote.example",
)
HOSTS = (ZH, EN, AR, RU, GB, DE)


class Reply:
    """A response read to its end: `raw` as it came, `body` with gzip undone."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.raw = response.read()
        packed = self.headers.get("Content-Encoding") == "gzip"
        self.body = gzip.decompress(self.raw) if packed else self.raw

    def text(self, charset: str = "utf-8") -> str:
        return self.body.decode(charset)


def ask(web: DemoWeb, url: str, headers: dict[str, str] | None = None, *, method: str = "GET") -> Reply:
    """One request through the proxy, on a connection of its own."""
    proxy = urlsplit(web.proxy_url)
    return _ask(proxy.hostname, proxy.port, method, url, headers)


def ask_directly(url: str, headers: dict[str, str] | None = None) -> Reply:
    """One request without a proxy."""
    parts = urlsplit(url)
    return _ask(parts.hostname, parts.port, "GET", parts.path + (f"?{parts.query}" if parts.query else ""), headers)


def _ask(host: str | None, port: int | None, method: str, target: str, headers: dict[str, str] | None) -> Reply:
    connection = http.client.HTTPConnection(host or "", port, timeout=60)
    try:
        connection.request(method, target, headers={"Connection": "close", **(headers or {})})
        return Reply(connection.getresponse())
    finally:
        connection.close()


def truth_at(web: DemoWeb, url: str) -> PageTruth:
    return {row.url: row for row in web.truth()}[url]


def locations(sitemap: bytes) -> list[str]:
    """What a sitemap or sitemap index lists."""
    return re.findall(r"<loc>([^<]+)</loc>", sitemap.decode())


def document(body: bytes, charset: str) -> lxml.html.HtmlElement:
    """A page's tree, read in a known charset."""
    return lxml.html.fromstring(body, parser=lxml.html.HTMLParser(encoding=charset))


def articles(web: DemoWeb, host: str | None = None) -> list[PageTruth]:
    return [row for row in web.truth(host=host) if row.kind == "article"]

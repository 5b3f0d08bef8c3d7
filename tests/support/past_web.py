"""A generated site with years of articles, which offers each channel of a back-fill or refuses it. On a free loopback port."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Self
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from tests.support.web_server import Answer, Asked, WebServer

CHANNELS = ("wordpress", "sitemap", "feed", "archive_pages")
ON_HOME_PAGE = 10
"""The home page names so many articles, the newest."""
_FEED_ITEMS = 20
_WORDS = tuple(
    "harbour bridge council tide engineer morning ferry river budget school winter station garden market theatre road "  # noqa: SIM905
    "hospital island spring storm railway museum village teacher pilot farmer library mountain valley captain".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastArticle:
    """One article of the site."""

    number: int
    at: datetime

    @property
    def path(self) -> str:
        return f"/{self.at:%Y/%m/%d}/story-of-the-{self._words(4, '-')}-{self.number}.html"

    @property
    def title(self) -> str:
        return f"The story of the {self._words(4, ' ')}, part {self.number}"

    @property
    def page(self) -> str:
        lines = "".join(f"<p>{self._paragraph(line)}</p>" for line in range(4))
        return (
            f"<html lang='en'><head><title>{self.title}</title>"
            f"<meta property='article:published_time' content='{self.at.isoformat()}'></head>"
            f"<body><article><h1>{self.title}</h1>{lines}</article></body></html>"
        )

    def _words(self, count: int, between: str, seed: int = 0) -> str:
        picked = [(self.number * 7919 + seed * 104729 + place * 1299709) // (place + 1) for place in range(count)]
        return between.join(_WORDS[one % len(_WORDS)] for one in picked)

    def _paragraph(self, line: int) -> str:
        return f"In report {self.number} the {self._words(30, ' ', line + 1)} were seen again on line {line}."


@dataclass(kw_only=True)
class PastWeb:
    """The site, up within a `with` block. `open_channels`: those that it offers."""

    count: int
    since: datetime = datetime(2021, 1, 1, tzinfo=UTC)
    until: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    open_channels: tuple[str, ...] = CHANNELS
    asked: Counter[str] = field(default_factory=Counter)
    """Requests by path and query."""
    names_interface: bool = False
    """Whether its answers name WordPress's interface in their headers."""
    ignores_modified: bool = False
    """Whether it answers `modified_after` as if it had not been asked."""
    modified: dict[str, datetime] = field(default_factory=dict)
    """When articles were modified after they were published, by path."""
    before_article: Callable[[PastArticle], None] = lambda _: None
    """Called before an article is answered, by one request at a time: what it does is done before anybody has the article."""

    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def articles(self) -> list[PastArticle]:
        """All articles, the newest first."""
        step = (self.until - self.since) / self.count
        times = [self.since + step * number + timedelta(seconds=number % 50) for number in range(self.count)]
        return [PastArticle(number=number, at=at.replace(microsecond=0)) for number, at in enumerate(times)][::-1]

    @cached_property
    def by_path(self) -> dict[str, PastArticle]:
        return {article.path: article for article in self.articles}

    @cached_property
    def by_month(self) -> dict[str, list[PastArticle]]:
        found: dict[str, list[PastArticle]] = {}
        for article in self.articles:
            found.setdefault(f"{article.at:%Y-%m}", []).append(article)
        return found

    def articles_asked(self) -> Counter[str]:
        """Requests for articles by path."""
        return Counter({path: number for path, number in list(self.asked.items()) if path in self.by_path})

    def __enter__(self) -> Self:
        self._server = WebServer(self._answer, keeps_connections=True)
        self.home = self._server.url
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__()

    def _answer(self, asked: Asked) -> Answer:
        self.asked[asked.path] += 1
        status, kind, text = self.answer(asked.path)
        link = {"Link": f'<{self.home}/wp-json/>; rel="https://api.w.org/"'} if self.names_interface else {}
        return Answer(status, text, {"Content-Type": kind, **link})

    def answer(self, target: str) -> tuple[int, str, str]:
        """Status, content type and body."""
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if (article := self.by_path.get(parts.path)) is not None:
            with self._one_at_a_time:
                self.before_article(article)
            note = (
                f"<p>Corrected {self.modified[parts.path]}.</p></article>"
                if parts.path in self.modified
                else "</article>"
            )
            return 200, "text/html; charset=utf-8", article.page.replace("</article>", note)
        found: tuple[str, str] | None = None
        if parts.path == "/":
            found = "text/html", self._home()
        elif parts.path == "/robots.txt":
            found = "text/plain", f"Sitemap: {self.home}/sitemap.xml\n" if "sitemap" in self.open_channels else "\n"
        elif parts.path.startswith("/sitemap") and "sitemap" in self.open_channels:
            found = self._sitemap(parts.path)
        elif parts.path == "/feed" and "feed" in self.open_channels:
            found = self._feed(int(query.get("paged", 1)))
        elif parts.path.startswith("/archive/") and "archive_pages" in self.open_channels:
            found = self._archive(parts.path.removeprefix("/archive/").strip("/").replace("/", "-"))
        elif parts.path == "/wp-json/wp/v2/posts":
            if "wordpress" not in self.open_channels:
                return 403, "application/json", "{}"
            found = self._posts(query)
        return (200, *found) if found else (404, "text/html", "<html><h1>Not found</h1></html>")

    def _home(self) -> str:
        links = "".join(f"<li><a href='{one.path}'>{one.title}</a></li>" for one in self.articles[:ON_HOME_PAGE])
        past = "".join(f"<a href='/archive/{month.replace('-', '/')}/'>{month}</a> " for month in [*self.by_month][:3])
        shown = past if "archive_pages" in self.open_channels else ""
        return f"<html><body><ul>{links}</ul><footer>{shown}</footer></body></html>"

    def _sitemap(self, path: str) -> tuple[str, str] | None:
        if path == "/sitemap.xml":
            named = "".join(f"<sitemap><loc>{self.home}/sitemap-{month}.xml</loc></sitemap>" for month in self.by_month)
            return "application/xml", f"<sitemapindex>{named}</sitemapindex>"
        month = self.by_month.get(path.removeprefix("/sitemap-").removesuffix(".xml"))
        if month is None:
            return None
        named = "".join(
            f"<url><loc>{self.home}{one.path}</loc><lastmod>{one.at.isoformat()}</lastmod></url>" for one in month
        )
        return "application/xml", f"<urlset>{named}</urlset>"

    def _feed(self, page: int) -> tuple[str, str] | None:
        items = self.articles[(page - 1) * _FEED_ITEMS : page * _FEED_ITEMS]
        if not items:
            return None
        named = "".join(
            f"<item><title>{escape(one.title)}</title><link>{self.home}{one.path}</link>"
            f"<pubDate>{one.at:%a, %d %b %Y %H:%M:%S +0000}</pubDate></item>"
            for one in items
        )
        return "application/rss+xml", f"<rss version='2.0'><channel><title>Past</title>{named}</channel></rss>"

    def _archive(self, month: str) -> tuple[str, str] | None:
        links = "".join(f"<li><a href='{one.path}'>{one.title}</a></li>" for one in self.by_month.get(month, []))
        return "text/html", f"<html><body><h1>Archive</h1><ul>{links}</ul></body></html>"

    def _posts(self, query: dict[str, str]) -> tuple[str, str]:
        if query.get("orderby") == "modified":
            return "application/json", json.dumps(self._modified_posts(query))
        before, after = query["before"], query["after"]
        found = [one for one in self.articles if after < f"{one.at:%Y-%m-%dT%H:%M:%S}" < before]
        page, size = int(query.get("page", 1)), int(query["per_page"])
        posts = [
            {
                "id": one.number,
                "link": f"{self.home}{one.path}",
                "date": f"{one.at:%Y-%m-%dT%H:%M:%S}",
                "date_gmt": f"{one.at:%Y-%m-%dT%H:%M:%S}",
                "modified_gmt": f"{one.at:%Y-%m-%dT%H:%M:%S}",
                "title": {"rendered": one.title},
            }
            for one in found[(page - 1) * size : page * size]
        ]
        return "application/json", json.dumps(posts)

    def _modified_posts(self, query: dict[str, str]) -> list[dict[str, str]]:
        """As WordPress does: those modified after the time, which is left out itself, in either order."""
        after = datetime.fromisoformat(query["modified_after"].replace("Z", "+00:00"))
        times = sorted(((self.modified.get(one.path, one.at), one) for one in self.articles), key=lambda pair: pair[0])
        found = [(at, one) for at, one in times if self.ignores_modified or at > after]
        page, size = int(query.get("page", 1)), int(query["per_page"])
        return [
            {
                "link": f"{self.home}{one.path}",
                "date_gmt": f"{one.at:%Y-%m-%dT%H:%M:%S}",
                "modified_gmt": f"{at:%Y-%m-%dT%H:%M:%S}",
            }
            for at, one in found[(page - 1) * size : page * size]
        ]

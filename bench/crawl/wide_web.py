"""A web of very many small news sites on loopback, behind one proxy port: for measuring the service, not what it reads.

    python -m bench.crawl.wide_web --hosts 1000 --articles-a-day 50 [--listed 20] [--port 8890]

Host siteN.example has a robots.txt, a front page, a feed of its 20 newest articles (with ETag, answered with 304 while nothing is
new), and articles of some 40 paragraphs of made-up words. Each site publishes at its own random times, so many a day on average;
`--listed` articles are there from the start. `GET /stats` at the proxy's own address gives figures as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import bisect
import json
import random
import time
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import lru_cache
from urllib.parse import urlsplit

LISTED = 20


@lru_cache(maxsize=1)
def _words() -> list[str]:
    chance = random.Random("words")
    return ["".join(chance.choices("abcdefghilmnoprstuv", k=chance.randint(2, 9))) for _ in range(5000)]


@dataclass(slots=True, kw_only=True)
class Site:
    """One site: when each of its articles is published (Unix seconds, sorted), and what was asked of it."""

    name: str
    published: list[float]
    requests: int = 0
    first_served: dict[int, float] = field(default_factory=dict)

    def newest(self, now: float) -> int:
        """How many articles are out."""
        return bisect.bisect_right(self.published, now)


def make_site(number: int, articles_a_day: float, hours: float, began: float, listed: int) -> Site:
    """The site of that number, with what it will publish in so many hours and the `listed` articles that are there already."""
    chance = random.Random(number)
    times = [began - chance.random() * 86400 for _ in range(listed)]
    at = began
    while at < began + hours * 3600:
        at += chance.expovariate(articles_a_day / 86400)
        times.append(at)
    return Site(name=f"site{number}.example", published=sorted(times))


def article(site: Site, number: int) -> bytes:
    """An article's page."""
    chance = random.Random(f"{site.name} {number}")
    words = _words()
    title = " ".join(chance.choices(words, k=8)).title()
    at = formatdate(site.published[number], usegmt=True)
    paragraphs = "".join(f"<p>{' '.join(chance.choices(words, k=60)).capitalize()}.</p>\n" for _ in range(40))
    menu = "".join(f'<li><a href="/s/{word}">{word}</a></li>' for word in words[:60])
    return (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{title} | {site.name}</title></head>"
        f"<body><nav><ul>{menu}</ul></nav><article><h1>{title}</h1><p class='byline'>By Ann Reed</p><time>{at}</time>"
        f"{paragraphs}</article></body></html>"
    ).encode()


def feed(site: Site, newest: int) -> bytes:
    """The feed of the newest articles."""
    items = "".join(
        f"<item><title>Article {n}</title><link>http://{site.name}/news/{n}-{site.name.split('.')[0]}.html</link>"
        f"<pubDate>{formatdate(site.published[n], usegmt=True)}</pubDate></item>"
        for n in range(newest - 1, max(-1, newest - 1 - LISTED), -1)
    )
    return (
        f"<?xml version='1.0'?><rss version='2.0'><channel><title>{site.name}</title>{items}</channel></rss>".encode()
    )


class Web:
    """Answers requests for all hosts."""

    def __init__(self, sites: list[Site], began: float) -> None:
        self.sites = {site.name: site for site in sites}
        self.began = began
        self.requests = 0

    def answer(self, host: str, path: str, etag: str | None) -> tuple[int, str, bytes, str]:
        """Status, type, body, ETag."""
        site = self.sites.get(host)
        if site is None:
            return 502, "text/plain", b"no such host", ""
        site.requests += 1
        newest = site.newest(time.time())
        if path == "/robots.txt":
            return 200, "text/plain", b"User-agent: *\nAllow: /\n", '"r"'
        if path == "/":
            page = f"<html><head><link rel='alternate' type='application/rss+xml' href='/feed.xml'></head><body><h1>{host}</h1>"
            return 200, "text/html; charset=utf-8", page.encode(), '"f"'
        if path == "/feed.xml":
            tag = f'"{newest}"'
            return (304, "", b"", tag) if etag == tag else (200, "application/rss+xml", feed(site, newest), tag)
        if path.startswith("/news/"):
            number = int(path[6:].split("-")[0])
            if number < newest:
                tag = f'"a{number}"'
                site.first_served.setdefault(number, time.time())
                return (304, "", b"", tag) if etag == tag else (200, "text/html", article(site, number), tag)
        return 404, "text/plain", b"not here", ""

    def stats(self) -> bytes:
        """How long after publication each article was first asked for, in seconds (those published since the start), and counts."""
        delays = sorted(
            at - site.published[number]
            for site in self.sites.values()
            for number, at in site.first_served.items()
            if site.published[number] > self.began
        )
        middle = delays[len(delays) // 2] if delays else None
        late = delays[int(len(delays) * 0.95)] if delays else None
        report = {"requests": self.requests, "articles": len(delays), "median_delay": middle, "p95_delay": late}
        return json.dumps(report).encode()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while line := await reader.readline():
                _, target, _ = line.decode("latin-1").split(" ", 2)
                headers: dict[str, str] = {}
                while head := (await reader.readline()).decode("latin-1").strip():
                    name, _, value = head.partition(":")
                    headers[name.lower()] = value.strip()
                self.requests += 1
                if "://" in target:
                    parts = urlsplit(target)
                    answer = self.answer(parts.hostname or "", parts.path or "/", headers.get("if-none-match"))
                else:
                    answer = (200, "application/json", self.stats(), "")
                status, kind, body, tag = answer
                out = f"HTTP/1.1 {status} x\r\nContent-Length: {len(body)}\r\nDate: {formatdate(usegmt=True)}\r\n"
                out += f"Content-Type: {kind}\r\n" if kind else ""
                out += f"ETag: {tag}\r\n" if tag else ""
                writer.write(out.encode() + b"\r\n" + body)
                await writer.drain()
        except (ConnectionError, ValueError):
            pass
        finally:
            writer.close()


async def run(port: int, hosts: int, articles_a_day: float, hours: float, listed: int) -> None:
    """Serve for ever."""
    began = time.time()
    web = Web([make_site(number, articles_a_day, hours, began, listed) for number in range(hosts)], began)
    server = await asyncio.start_server(web.serve, "127.0.0.1", port)
    print(f"wide web: {hosts} hosts behind http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    async with server:
        await server.serve_forever()


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--articles-a-day", type=float, default=50.0, help="of each site")
    parser.add_argument("--hours", type=float, default=3.0, help="how far ahead is published")
    parser.add_argument("--listed", type=int, default=LISTED, help="articles of each site at the start")
    parser.add_argument("--port", type=int, default=8890)
    options = parser.parse_args()
    asyncio.run(run(options.port, options.hosts, options.articles_a_day, options.hours, options.listed))


if __name__ == "__main__":
    main()

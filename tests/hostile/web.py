"""A web of sites that are made to hurt whoever reads them, beside ordinary ones. Every site has an address of loopback of its own.

python -m tests.hostile.web        prints the address of each site, and serves until it is ended
"""

from __future__ import annotations

import gzip
import json
import multiprocessing
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from pathlib import Path

from db.connection.database import open_database, write
from db.models import Listing, ListingKind
from db.store.sites.sources import add_source, insert_listings

SENTENCE = "The council met in the evening and talked about the bridge until the caretaker switched off the lights. "
ARTICLES = 12
"""How many articles an ordinary site has."""
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class HostileSite:
    """One site: where it lists its articles, and what it answers there and for robots.txt. `encode_message`: with gzip."""

    name: str
    kind: ListingKind
    path: str
    listing: Callable[[str], bytes]
    robots: Callable[[], bytes] = lambda: b"User-agent: *\nDisallow: /private/\n"
    packed: bool = False


def _rss(items: str) -> bytes:
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode()


def _sitemap(addresses: Iterator[str]) -> bytes:
    urls = "".join(f"<url><loc>{address}</loc></url>" for address in addresses)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'.encode()


def _articles(home: str, count: int = ARTICLES, more: str = "") -> bytes:
    return _rss(
        "".join(
            f"<item><title>Report {n} of the evening</title><link>{home}/2026/11/report-{n}.html</link>"
            f"<pubDate>Sat, 28 Nov 2026 10:{n % 60:02}:00 +0000</pubDate>{more}</item>"
            for n in range(count)
        )
    )


def _large_feed(home: str) -> bytes:
    return _articles(home, 18_000, f"<description>{SENTENCE * 8}</description>")


def _ordinary_sitemap(home: str) -> bytes:
    words = random.Random(15)
    name = [
        "council",
        "bridge",
        "evening",
        "market",
        "harbour",
        "school",
        "tram",
        "winter",
        "budget",
        "river",
        "theatre",
        "museum",
    ]
    return _sitemap(
        f"{home}/{2015 + n % 11}/{n % 12 + 1:02}/{n % 28 + 1:02}/{'-'.join(words.choices(name, k=7))}-{n}.html"
        for n in range(49_000)
    )


def _links(addresses: Iterator[str]) -> bytes:
    body = "".join(f"<p><a href='{address}'>{SENTENCE[:60]}</a></p>" for address in addresses)
    return f"<!doctype html><html><head><title>T</title></head><body>{body}</body></html>".encode()


def _attributes(_: str) -> bytes:
    return b"<html><body><div " + b" ".join(b"a%d=1" % n for n in range(300_000)) + b">x</div></body></html>"


def _many_rules() -> bytes:
    return b"User-agent: *\n" + b"".join(b"Disallow: /a%d/*/b*c$\n" % n for n in range(18_000))


def _many_agents() -> bytes:
    """Each of the crawlers named is given each of the rules: 200 million in all."""
    agents, rules = (
        b"".join(b"User-agent: a%d\n" % n for n in range(10_000)),
        b"".join(b"Allow: /%d\n" % n for n in range(20_000)),
    )
    return agents + rules


def _long_robots() -> bytes:
    """Its rules on top, and 48 MB of nothing below."""
    return b"User-agent: *\nDisallow: /private/\n" + (b"#" + b"x" * 998 + b"\n") * 48_000


SITES = (
    HostileSite(name="innocent-1", kind=ListingKind.FEED, path="/feed", listing=_articles),
    HostileSite(name="innocent-2", kind=ListingKind.FEED, path="/feed", listing=_articles),
    HostileSite(
        name="innocent-large-robots", kind=ListingKind.FEED, path="/feed", listing=_articles, robots=_many_rules
    ),
    HostileSite(
        name="innocent-long-robots", kind=ListingKind.FEED, path="/feed", listing=_articles, robots=_long_robots
    ),
    HostileSite(name="sitemap-49000", kind=ListingKind.SITEMAP, path="/sitemap.xml", listing=_ordinary_sitemap),
    HostileSite(name="feed-20-mb", kind=ListingKind.FEED, path="/feed", listing=_large_feed),
    HostileSite(name="feed-20-mb-packed", kind=ListingKind.FEED, path="/feed", listing=_large_feed, packed=True),
    HostileSite(
        name="author-of-at-signs",
        kind=ListingKind.FEED,
        path="/feed",
        listing=lambda home: _articles(home, 3, f"<author>{'@' * MEGABYTE}</author>"),
    ),
    HostileSite(name="tag-of-300000-attributes", kind=ListingKind.FRONT_PAGE, path="/", listing=_attributes),
    HostileSite(
        name="links-of-zeros",
        kind=ListingKind.FRONT_PAGE,
        path="/",
        listing=lambda home: _links(f"{home}/5-{'0' * 1900}{n}" for n in range(9_000)),
    ),
    HostileSite(
        name="sitemap-of-hyphens",
        kind=ListingKind.SITEMAP,
        path="/sitemap.xml",
        listing=lambda home: _sitemap(f"{home}/{'-0' * 900}{n}" for n in range(9_000)),
    ),
    HostileSite(
        name="sitemap-of-slashes",
        kind=ListingKind.SITEMAP,
        path="/sitemap.xml",
        listing=lambda home: _sitemap(f"{home}{'/a' * 900}{n}" for n in range(9_000)),
    ),
    HostileSite(
        name="feed-of-ampersands",
        kind=ListingKind.FEED,
        path="/feed",
        listing=lambda home: _rss(
            f"<item><title>{'&' * 10 * MEGABYTE}</title><link>{home}/2026/11/a.html</link></item>"
        ),
    ),
    HostileSite(
        name="robots-of-10000-agents", kind=ListingKind.FEED, path="/feed", listing=_articles, robots=_many_agents
    ),
    HostileSite(
        name="deep-front-page",
        kind=ListingKind.FRONT_PAGE,
        path="/",
        listing=lambda home: b"<html><body>" + b"<div>" * 500_000 + b"x",
    ),
    HostileSite(
        name="json-feed-of-brackets",
        kind=ListingKind.FEED,
        path="/feed",
        listing=lambda home: b'{"version": "https://jsonfeed.org/version/1.1", "items": ' + b"[" * 5 * MEGABYTE,
    ),
)
"""The sites by name; those called innocent list `ARTICLES` articles, which can be had, and forbid /private/."""


def put_sites(database: Path, homes: Mapping[str, str]) -> None:
    """Make a database with a source for each site that is served, its listing known."""
    db, now = open_database(database, create=True), datetime.now(UTC)
    with write(db.conn) as conn:
        for site in SITES:
            if home := homes.get(site.name):
                source, _ = add_source(conn, name=site.name, url=f"{home}/", settings={}, at=now)
                insert_listings(conn, source.id, [Listing(url=home + site.path, kind=site.kind)], now)
    db.conn.close()


def article(number: str) -> bytes:
    """An article's page."""
    text = "".join(f"<p>{number}.{n} {SENTENCE * 3}</p>" for n in range(5))
    return (
        f"<!doctype html><html><head><title>{number}</title></head><body><h1>{number}</h1>{text}</body></html>".encode()
    )


def _handler(site: HostileSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            home = f"http://{self.headers['Host']}"
            if self.path == "/robots.txt":
                body = site.robots()
            elif self.path == site.path:
                body = site.listing(home)
            else:
                body = article(self.path)
            packed = site.packed and self.path == site.path
            body = gzip.compress(body, 1) if packed else body
            self.send_response(200)
            self.send_header("Content-Type", "text/plain" if self.path == "/robots.txt" else "text/html")
            if packed:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                self.close_connection = True

        def log_message(self, *args: object) -> None:
            pass

    return Handler


def _serve(names: tuple[str, ...], ready: Connection) -> None:
    """Serve until the other end of the pipe is closed."""
    import threading

    homes = {}
    for number, site in enumerate((site for site in SITES if site.name in names), 2):
        server = ThreadingHTTPServer((f"127.0.0.{number}", 0), _handler(site))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        homes[site.name] = f"http://127.0.0.{number}:{server.server_port}"
    ready.send(json.dumps(homes))
    with suppress(EOFError):
        ready.recv()


@contextmanager
def hostile_web(*names: str) -> Iterator[dict[str, str]]:
    """Serve the sites of these names (none: all), in a process of their own; their home addresses by name."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(names or tuple(site.name for site in SITES), theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield json.loads(ours.recv())
    finally:
        ours.close()
        process.join(5)
        process.kill()


if __name__ == "__main__":
    with hostile_web() as homes:
        for name, home in homes.items():
            print(f"{name:28} {home}")
        input()

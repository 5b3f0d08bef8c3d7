"""A small web that is drawn by script: a site of each kind, and one that is not, each on an address of loopback of its own.

python -m tests.end_to_end.crawls.script_web        prints the address of each site, and serves until it is ended
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from db.connection.database import open_database, write
from db.models import Listing, ListingKind
from db.store.sites.sources import add_source, insert_listings
from tests.crawler.render.web import html
from tests.support.web_server import Answer, WebServer

ARTICLES = 4
"""Articles of a site; the endless list has `ENDLESS`."""
ENDLESS, PART = 6, 2
_WORDS = (
    *("council", "bridge", "evening", "caretaker", "lights", "harbour", "market", "library", "budget", "school"),
    *("garden", "weather", "station", "engine", "river", "paper", "window", "candidate", "committee", "farmer"),
    *("teacher", "doctor", "museum", "concert", "bakery", "ferry", "tower", "quarry", "meadow", "orchard"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One article."""

    path: str
    title: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(f"<p>{paragraph}</p>" for paragraph in self.paragraphs)


def stories(site: str, count: int) -> list[Story]:
    """The articles of a site, the same in every run."""
    chance = random.Random(site)
    return [
        Story(
            path=f"/2026/11/28/{site}-report-{number}.html",
            title=f"{site.title()} report {number}: {' '.join(chance.sample(_WORDS, 4))}",
            paragraphs=tuple(
                " ".join(
                    f"The {a} of the {b} was moved to the {c} after a long talk about the {d}."
                    for a, b, c, d in (chance.sample(_WORDS, 4) for _ in range(4))
                )
                for _ in range(4)
            ),
        )
        for number in range(count)
    ]


def _feed(home: str, listed: list[Story]) -> Answer:
    items = "".join(
        f"<item><title>{story.title}</title><link>{home}{story.path}</link>"
        f"<pubDate>Sat, 28 Nov 2026 1{number}:00:00 +0000</pubDate></item>"
        for number, story in enumerate(listed)
    )
    body = f"<?xml version='1.0'?><rss version='2.0'><channel><title>T</title>{items}</channel></rss>"
    return Answer(200, body, {"Content-Type": "application/rss+xml"})


def _json(value: object) -> Answer:
    return Answer(200, json.dumps(value), {"Content-Type": "application/json"})


def _script(text: str) -> Answer:
    return Answer(200, text, {"Content-Type": "text/javascript"})


def _plain(story: Story) -> Answer:
    head = f"<title>{story.title}</title><meta name=author content='Anna Holt'>"
    return html(f"<article><h1>{story.title}</h1><p>By Anna Holt</p>{story.text}</article>", head=head)


_SHELL = "<div id=root></div><noscript>You need to enable JavaScript to run this app.</noscript>"


def plain_site(path: str, home: str) -> Answer:
    """A site as most are."""
    listed = stories("plain", ARTICLES)
    if path == "/feed":
        return _feed(home, listed)
    found = {story.path: story for story in listed}
    return _plain(found[path]) if path in found else html("", status=404)


def state_site(path: str, home: str) -> Answer:
    """The text is in a state script: no browser is needed, although the root is empty."""
    listed = stories("state", ARTICLES)
    if path == "/feed":
        return _feed(home, listed)
    story = next((story for story in listed if story.path == path), None)
    if story is None:
        return html("", status=404)
    article = {
        "headline": story.title,
        "body": story.text,
        "datePublished": "2026-11-28T10:00:00Z",
        "author": "Anna Holt",
    }
    state = json.dumps({"props": {"pageProps": {"article": article}}, "page": "/[slug]"})
    script = f'<script id="__NEXT_DATA__" type="application/json">{state}</script>'
    return html(f"<div id=__next></div>{script}", head=f"<title>{story.title}</title>")


_DRAW_ARTICLE = """
fetch('/api/story?path=' + encodeURIComponent(location.pathname)).then(answer => answer.json()).then(story => {
    document.title = story.title;
    document.getElementById('root').innerHTML =
        '<article><h1>' + story.title + '</h1><p class=byline>By Anna Holt</p>'
        + '<time datetime="2026-11-28T10:00:00Z">28 November 2026</time><div id=text></div><img src=/photo.jpg></article>';
    const place = document.getElementById('text');
    if (location.pathname.includes('report-1')) place.attachShadow({mode: 'open'}).innerHTML = story.text;
    else if (location.pathname.includes('report-2')) {
        place.innerHTML = '<iframe></iframe>';
        place.firstChild.src = '/frame?path=' + encodeURIComponent(location.pathname);
    } else place.innerHTML = story.text;
});
"""


def article_site(path: str, home: str) -> Answer:
    """Articles are drawn by script from an API: one into a shadow root, one into a frame."""
    listed = stories("drawn", ARTICLES)
    match urlsplit(path).path:
        case "/feed":
            return _feed(home, listed)
        case "/app.js":
            return _script(_DRAW_ARTICLE)
        case "/api/story":
            asked = parse_qs(urlsplit(path).query)["path"][0]
            story = next(story for story in listed if story.path == asked)
            return _json({"title": story.title, "text": story.text})
        case "/frame":
            asked = parse_qs(urlsplit(path).query)["path"][0]
            return html(next(story.text for story in listed if story.path == asked))
        case "/photo.jpg":
            return Answer(200, b"x" * 100_000, {"Content-Type": "image/jpeg"})
        case known if any(story.path == known for story in listed):
            return html(_SHELL + "<script src=/app.js></script>", head="<title>The Drawn Daily</title>")
    return html("", status=404)


_DRAW_LIST = """
fetch('/api/list').then(answer => answer.json()).then(list => {
    document.getElementById('root').innerHTML = '<main><h1>News</h1>' + list.data.items.map(item =>
        '<article><h2><a href="' + item.url + '">' + item.title + '</a></h2></article>').join('') + '</main>';
});
"""


def list_site(path: str, home: str) -> Answer:
    """The front page is drawn by script; nothing else lists the articles, which need no browser."""
    listed = stories("listed", ARTICLES)
    match path:
        case "/":
            return html(_SHELL + "<script src=/app.js></script>", head="<title>The Listed Daily</title>")
        case "/app.js":
            return _script(_DRAW_LIST)
        case "/api/list":
            items = [{"url": story.path, "title": story.title, "published": "2026-11-28T10:00:00Z"} for story in listed]
            return _json({"data": {"items": items}})
    found = {story.path: story for story in listed}
    return _plain(found[path]) if path in found else html("", status=404)


_DRAW_ENDLESS = """
let next = 0, busy = false;
const root = document.getElementById('root');
root.innerHTML = '<main><h1>News</h1><div id=list></div><button type=button>Load more</button></main>';
async function more() {
    if (busy) return;
    busy = true;
    const part = await (await fetch('/api/part?from=' + next)).json();
    for (const item of part) {
        const box = document.createElement('article');
        box.style.height = '900px';
        box.innerHTML = '<h2><a href="' + item.url + '">' + item.title + '</a></h2>';
        document.getElementById('list').append(box);
    }
    next += part.length; busy = false;
    if (!part.length) document.querySelector('button').remove();
}
addEventListener('scroll', () => { if (next < HALF && scrollY + innerHeight > document.body.scrollHeight - 50) more(); });
document.querySelector('button').addEventListener('click', more);
more();
"""


def endless_site(path: str, home: str) -> Answer:
    """The front page grows when it is scrolled, and in its second half when a button is pressed."""
    listed = stories("endless", ENDLESS)
    match urlsplit(path).path:
        case "/":
            return html(_SHELL + "<script src=/app.js></script>", head="<title>The Endless Daily</title>")
        case "/app.js":
            return _script(_DRAW_ENDLESS.replace("HALF", str(ENDLESS // 2)))
        case "/api/part":
            start = int(parse_qs(urlsplit(path).query)["from"][0])
            return _json([{"url": story.path, "title": story.title} for story in listed[start : start + PART]])
    found = {story.path: story for story in listed}
    return _plain(found[path]) if path in found else html("", status=404)


SITES: dict[str, Callable[[str, str], Answer]] = {
    "plain": plain_site,
    "state": state_site,
    "drawn": article_site,
    "listed": list_site,
    "endless": endless_site,
}


def add_sites(database: Path, web: dict[str, WebServer]) -> None:
    """Make a database that knows the sites and their listings."""
    db = open_database(database, create=True)
    now = datetime.now(UTC)
    try:
        with write(db.conn) as conn:
            for name, server in web.items():
                by_feed = name in ("plain", "state", "drawn")
                kind = ListingKind.FEED if by_feed else ListingKind.FRONT_PAGE
                source, _ = add_source(conn, name=name, url=f"{server.url}/", settings={}, at=now)
                listing = Listing(url=f"{server.url}/{'feed' if by_feed else ''}", kind=kind)
                insert_listings(conn, source.id, [listing], now)
    finally:
        db.conn.close()


@contextmanager
def script_web() -> Iterator[dict[str, WebServer]]:
    """The running web: its sites by name."""
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(_server(site, number)) for number, (name, site) in enumerate(SITES.items(), 11)
        }


def _server(site: Callable[[str, str], Answer], number: int) -> WebServer:
    home: list[str] = []
    server = WebServer(lambda asked: site(asked.path, home[0]), f"127.0.0.{number}")
    home.append(server.url)
    return server


if __name__ == "__main__":
    with script_web() as running:
        for name, server in running.items():
            print(f"{name:8} {server.url}/")
        input("Enter ends it.\n")

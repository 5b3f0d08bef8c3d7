"""Listings that break what a reader of listings relies on, each crawled."""

from __future__ import annotations

import gzip
import json
from urllib.parse import quote

import pytest

from db.models import ListingKind
from tests.crawler.http.web import Answer, Arrival
from tests.end_to_end.crawls.test_listings import HTML, XML, Site, report, site

__all__ = ["site"]  # the fixture

TITLE = "A report on the bridge and the council number"


def cards(*numbers: int) -> str:
    return "".join(f"<h2><a href='{report(n)}'>{TITLE} {n}</a></h2>" for n in numbers)


def rss(*items: str) -> str:
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>News</title>{''.join(items)}</channel></rss>"


def item(address: str, more: str = "") -> str:
    return f"<item><title>{TITLE}</title><link>{address}</link>{more}</item>"


@pytest.mark.parametrize(
    "before",
    [
        "<br />\n<b>Warning</b>:  Undefined variable $x in <b>/srv/feed.php</b> on line <b>3</b><br />\n",
        "\n\n \ufeff",
        "<!-- cached copy --><!-- " + "x" * 5000 + " -->",
        "<script>window.x = 1</script>\n",
    ],
)
def test_what_a_program_prints_before_its_feed(site: Site, before: str) -> None:
    site.web.pages["/"] = Answer(b"<link rel=alternate type='application/rss+xml' href='/f.php'>", headers=HTML)
    site.web.pages["/f.php"] = Answer((before + rss(item(report(1)), item(report(2)))).encode(), headers=HTML)
    site.add()
    site.crawl()
    assert site.links == {report(1), report(2)}


@pytest.mark.parametrize("key", ["html", "data", "content"])
def test_more_of_a_list_is_html_in_json(site: Site, key: str) -> None:
    more = "<button class=load-more data-url='/more?offset=3'>More</button>"
    site.web.pages["/"] = Answer(f"<html>{cards(1, 2, 3)}{more}</html>".encode(), headers=HTML)
    body = json.dumps({"ok": True, key: cards(4, 5, 6)})
    site.web.pages["/more?offset=3"] = Answer(body.encode(), headers={"Content-Type": "application/json"})
    site.add((ListingKind.FRONT_PAGE, "/"))
    site.crawl()
    assert site.links == {report(n) for n in range(1, 7)}


@pytest.mark.parametrize("form", ["/out?url={}", "/click.php?u={}&pos=3", "/go/{}"])
def test_links_through_a_counter_are_no_articles_of_their_own(site: Site, form: str) -> None:
    def count(arrival: Arrival) -> Answer:
        number = arrival.path.partition("report-")[2].partition(".")[0]
        return Answer(b"", status=302, headers={"Location": report(int(number))})

    counted = [form.format(quote(site.web.url(report(n)), safe="")) for n in range(1, 6)]
    site.web.pages.update(dict.fromkeys(counted, count))
    links = "".join(f"<h2><a href='{url}'>{TITLE} {n}</a></h2>" for n, url in enumerate(counted, 1))
    site.web.pages["/"] = Answer(f"<html>{links}{cards(1, 2)}</html>".encode(), headers=HTML)
    site.add((ListingKind.FRONT_PAGE, "/"))
    site.crawl()
    articles = site.rows("SELECT url FROM articles a JOIN decisions d USING (page_id) WHERE d.verdict <> 'same'")
    assert sorted(str(url).removeprefix(site.web.url("")) for (url,) in articles) == [report(n) for n in range(1, 6)]


def test_a_feed_whose_items_all_link_to_the_home_page(site: Site) -> None:
    guids = [f"<guid isPermaLink='true'>{site.web.url(report(n))}</guid>" for n in range(1, 5)]
    site.web.pages["/feed"] = Answer(rss(*(item(site.home, guid) for guid in guids)).encode(), headers=XML)
    site.add((ListingKind.FEED, "/feed"))
    site.crawl()
    assert site.links == {report(n) for n in range(1, 5)}


@pytest.mark.parametrize(
    "around", ["<noscript>{}</noscript>", "<template>{}</template>", "<script type='text/template'>{}</script>"]
)
def test_a_list_that_browsers_draw_from_a_template(site: Site, around: str) -> None:
    site.web.pages["/"] = Answer(f"<html><body>{around.format(cards(1, 2, 3, 4))}</body></html>".encode(), headers=HTML)
    site.add((ListingKind.FRONT_PAGE, "/"))
    site.crawl()
    assert site.links == {report(n) for n in range(1, 5)}


def test_addresses_behind_a_hash_are_the_page_itself(site: Site) -> None:
    links = "".join(
        f"<h2><a href='/#!/news/{n}'>{TITLE} {n}</a></h2><h2><a href='#/{n}'>{TITLE}</a></h2>" for n in range(9)
    )
    site.web.pages["/"] = Answer(f"<html>{links}</html>".encode(), headers=HTML)
    site.add((ListingKind.FRONT_PAGE, "/"))
    site.crawl()
    assert site.links == set()


def test_a_sitemap_with_addresses_of_every_form(site: Site) -> None:
    host = site.web.url("").removeprefix("http://")
    places = [
        f"<![CDATA[ {site.web.url(report(1))} ]]>",
        f"\n\t{site.web.url(report(2))}\n",
        report(3),
        f"//{host}{report(4)}",
        site.web.url(report(5)).replace("http", "HTTP"),
        f"<a>{site.web.url(report(6))}</a>",
    ]
    body = f"<urlset>{''.join(f'<url><loc>{place}</loc></url>' for place in places)}</urlset>"
    site.web.pages["/map.xml"] = Answer(body.encode(), headers=XML)
    site.add((ListingKind.SITEMAP, "/map.xml"))
    site.crawl()
    assert site.links == {report(n) for n in range(1, 7)}


def test_an_article_under_several_addresses_is_fetched_once(site: Site) -> None:
    forms = ["{}", "{}?print=1", "{}?utm_source=front", "{}#comments", "{}?amp=1", "{}?replytocom=7"]
    links = "".join(f"<h2><a href='{form.format(report(n))}'>{TITLE} {n}</a></h2>" for n in range(3) for form in forms)
    site.web.pages["/"] = Answer(f"<html>{links}</html>".encode(), headers=HTML)
    for n in range(3):
        for form in forms:
            site.web.pages[form.format(report(n))] = site.web.pages[report(n)]
    site.add((ListingKind.FRONT_PAGE, "/"))
    site.crawl()
    assert len([a for a in site.web.arrivals if "report" in a.path]) <= 6


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "gzip twice"])
def test_a_feed_in_another_encoding_than_it_says(site: Site, encoding: str) -> None:
    text = rss(item(report(1)), item(report(2)))
    body = gzip.compress(gzip.compress(text.encode())) if "gzip" in encoding else text.encode(encoding)
    headers = XML | ({"Content-Encoding": "gzip"} if "gzip" in encoding else {})
    site.web.pages["/feed"] = Answer(body, headers=headers)
    site.add((ListingKind.FEED, "/feed"))
    site.crawl()
    assert site.links == {report(1), report(2)}


def test_a_section_that_leads_to_the_list_of_the_day(site: Site) -> None:
    for day in (1, 2):
        site.web.pages["/today"] = Answer(b"", status=302, headers={"Location": f"/2026/12/0{day}/"})
        numbers = range(10 * day, 10 * day + 5)
        site.web.pages[f"/2026/12/0{day}/"] = Answer(f"<html>{cards(*numbers)}</html>".encode(), headers=HTML)
        if day == 1:
            site.add((ListingKind.SECTION, "/today"))
        site.crawl()
    assert site.links == {report(n) for n in (*range(10, 15), *range(20, 25))}

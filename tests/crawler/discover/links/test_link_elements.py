"""Links that are no plain `<a href>`: areas of a picture, what scripts follow, what scripts write or hold; and paid ones."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from crawler.discover.front_pages.read_front_page import read_front_page

URL = "https://www.harbourpost.example/"
TITLE = "Bridge tolls to rise by a fifth from May"


def articles(body: str, encoding: str = "utf-8", url: str = URL) -> list[tuple[str, str | None]]:
    listing = read_front_page(f"<html><body>{body}</body></html>".encode(encoding), url)
    return [(link.url.partition(".example")[2], link.title) for link in listing.links]


@pytest.mark.parametrize(
    "element",
    [
        f'<map name="m"><area shape="rect" href="/news/tolls-48213377" alt="{TITLE}"></map>',
        f'<h3><a href="javascript:void(0)" data-href="/news/tolls-48213377">{TITLE}</a></h3>',
        f"""<h3><a href="#" onclick="window.open('/news/tolls-48213377', '_blank')">{TITLE}</a></h3>""",
        f"""<h3><a href="javascript:show('/news/tolls-48213377')">{TITLE}</a></h3>""",
        f'<div class="card" data-url="/news/tolls-48213377"><h3>{TITLE}</h3></div>',
        f"""<li onclick="location.href='news/tolls-48213377.html'.replace('.html','')">{TITLE}</li>""",
    ],
)
def test_an_address_that_a_script_follows_is_a_link(element: str) -> None:
    found = articles(element)
    assert [(address.removesuffix(".html"), title) for address, title in found] == [("/news/tolls-48213377", TITLE)]


@pytest.mark.parametrize(
    "element",
    [
        '<a href="#" data-url="/ajax/load/4821337">More news</a>',
        '<a href="javascript:history.back()">Back to the list of all the news</a>',
        '<div class="share" data-url="/news/tolls-48213377">Share</div>',
        '<a href="mailto:desk@harbourpost.example">Write to us here with your news</a>',
        """<a onclick="track('menu', 'the harbour and its ships')">The harbour and its ships of today</a>""",
    ],
)
def test_what_else_scripts_follow_is_none(element: str) -> None:
    assert articles(element) == []


def test_a_card_around_a_link_takes_no_title_from_it() -> None:
    card = f'<div data-url="/news/tolls-48213377"><a href="/news/tolls-48213377">{TITLE}</a><p>Harbour. {TITLE}, say all.</p></div>'
    assert articles(card) == [("/news/tolls-48213377", TITLE)]


ITEM = {"url": "/news/tolls-48213377", "headline": TITLE}
LISTED = [
    f'<script id="__NEXT_DATA__" type="application/json">{json.dumps({"props": {"posts": [ITEM]}})}</script>',
    f"<script>window.__INITIAL_STATE__ = {json.dumps({'list': {'data': [ITEM]}})};</script>",
    f"""<script>document.write('<li><a href="/news/tolls-48213377">{TITLE}</a></li>');</script>""",
    f"""<script type="text/xml"><datastore><recordset><record><![CDATA[<li><a href="/news/tolls-48213377">{TITLE}</a></li>]]>
    </record></recordset></datastore></script>""",
    f"""<script type="application/ld+json">{
        json.dumps({"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "url": ITEM["url"], "name": TITLE}]})
    }</script>""",
]


@pytest.mark.parametrize("script", LISTED)
def test_articles_that_only_scripts_list(script: str) -> None:
    assert articles(script) == [("/news/tolls-48213377", TITLE)]


def test_scripts_are_not_searched_where_the_page_links_its_articles() -> None:
    links = "".join(f'<a href="/news/ferry-{number}">{TITLE}</a>' for number in (48213371, 48213372, 48213373))
    assert len(articles(links + LISTED[0])) == 3


@pytest.mark.parametrize("address", ["/news/{{id}}-48213377", "/news/<%= id %>-48213377", "/news/' + id + '-48213377"])
def test_templates_name_no_articles(address: str) -> None:
    assert articles(f'<script type="text/template"><a href="{address}">{TITLE}</a></script>') == []


def test_topics_and_services_in_scripts_are_no_articles() -> None:
    objects = [
        {"url": "/topics/im-a-celebrity-get-me-out-of-here", "name": "I'm a Celebrity"},
        {"url": "/tag/ferries", "name": "Everything about the ferries of the harbour"},
        {"url": "https://elsewhere.example/2024/05/20/not-our-article/", "title": TITLE},
    ]
    assert articles(f"<script>window.state = {json.dumps({'items': objects, 'title': 'x'})}</script>") == []


def test_a_paid_link_counts_only_where_the_page_also_has_an_unpaid_one() -> None:
    paid = f'<h3><a rel="sponsored nofollow" href="/news/phones-48213377">{TITLE}</a></h3>'
    assert articles(paid) == []
    for page in (
        paid + f'<a href="/news/phones-48213377">{TITLE}</a>',
        f'<a href="/news/phones-48213377">{TITLE}</a>' + paid,
    ):
        assert articles(page) == [("/news/phones-48213377", TITLE)]
    assert articles(f'<h3><a href="/sponsored/best-mattresses-of-the-year-48213377">{TITLE}</a></h3>') == []


@pytest.mark.parametrize(
    "name", ["native-advertisement", "teaser teaser--sponsored", "advertorial", "card branded-content"]
)
def test_a_card_that_advertisers_pay_for_is_no_article(name: str) -> None:
    card = f'<article class="{name}"><a href="/spar/48213377"><span>Annonse</span><h2>{TITLE}</h2></a></article>'
    assert articles(card) == []
    assert articles(card.replace(name, "card no-image")) == [("/spar/48213377", TITLE)]
    whole = f'<body class="{name}"><main class="{name}"><h2><a href="/spar/48213377">{TITLE}</a></h2></main></body>'
    assert articles(whole) == [("/spar/48213377", TITLE)]


def test_an_element_of_the_site_s_own_leads_to_an_article() -> None:
    own = f'<news-card href="/news/phones-48213377" headline="{TITLE}"></news-card>'
    assert articles(own) == [("/news/phones-48213377", TITLE)]
    assert articles(f'<app-link to="/news/phones-48213377"><span>{TITLE}</span></app-link>') == articles(own)
    assert articles('<news-card href="/news/phones-48213377" headline="More"></news-card>') == []


def test_queries_are_escaped_in_the_encoding_of_the_page_and_paths_in_utf_8() -> None:
    body = '<meta charset="gbk"><a href="/本地/news.asp?lb=本地&amp;id=70012">渡轮恢复通航岛上居民出行方便</a>'
    escaped = quote("本地".encode("gbk"))
    assert [address for address, _ in articles(body, "gbk")] == [f"/{quote('本地')}/news.asp?lb={escaped}&id=70012"]


def test_the_host_that_is_crawled_is_no_service() -> None:
    page = (
        f'<a href="content_7020.htm">{TITLE}</a><a href="https://shop.harbourpost.example/content_7021.htm">{TITLE}</a>'
    )
    found = articles(page, url="https://epaper.harbourpost.example/html/2024-05/20/node_2.htm")
    assert found == [("/html/2024-05/20/content_7020.htm", TITLE)]


def test_the_pages_of_an_issue_follow_each_other() -> None:
    sheets = "".join(f'<a href="node_{number}.htm">第0{number - 1}版：本地</a>' for number in (4, 2, 3))
    page = f"<html><body>{sheets}<a href='../19/node_4.htm'>上一期</a></body></html>".encode()
    issue = "https://epaper.harbourpost.example/html/2024-05/20"
    assert read_front_page(page, f"{issue}/node_2.htm").pages == (f"{issue}/node_3.htm",)
    assert read_front_page(page, f"{issue}/node_4.htm").pages == ()
    assert read_front_page(page, "https://www.harbourpost.example/node_2.htm").pages == ()

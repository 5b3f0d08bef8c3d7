"""The sites of `bench/crawl/unseen_sites`: what they serve, and how what was stored of them is scored."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

import pytest

from bench.crawl.unseen_sites.__main__ import half_of
from bench.crawl.unseen_sites.crawls import Served, Web, score
from bench.crawl.unseen_sites.sites import SETS, Found, Site, load_sites
from tests.demoweb.server import Asked

SETS_OF_SITES = [load_sites(datetime(2027, 1, 2, 8, tzinfo=UTC), number) for number in SETS]
"""As of a day on which articles are of two months and of two years."""
SITES = [site for sites in SETS_OF_SITES for site in sites]
PARTLY_SHOWN = ("indeks", "shimbun")
"""Sites whose articles have further pages, or are for members."""


def named(key: str) -> Site:
    (site,) = (site for site in SITES if site.key == key)
    return site


def get(site: Site, url: str, crawl: int = 2) -> Found:
    """What a reader gets who has been on the site before."""
    parts, site.crawl = urlsplit(url if "://" in url else f"http://{site.host}{url}"), crawl
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = {"cookie": "seen=1", "referer": f"http://{site.host}/"}
    asked = Asked(
        method="GET",
        host=parts.netloc,
        target=target,
        headers=headers,
        proxied=True,
        port=80,
        keep_alive=False,
    )
    found = site.answer(asked)
    return site.answer(asked) if found.answer.status == 503 else found


def test_halves_are_as_large() -> None:
    for sites, size in zip(SETS_OF_SITES, (18, 20, 20), strict=True):
        halves = [half_of(site) for site in sites]
        assert (halves.count("looked at"), halves.count("left")) == (size, size)


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.key)
def test_a_site_serves_its_articles(site: Site) -> None:
    assert len({article.url for article in site.articles}) == len(site.articles)
    for article in site.articles:
        found = get(site, article.url)
        assert (found.article, found.answer.status) == (article.position, 200)
        shown = article.paragraphs[0 if site.key in PARTLY_SHOWN else -1]
        assert shown in html.unescape(found.answer.body.decode(site.charset))
    assert get(site, site.url).answer.status in (200, 301, 302)
    newest = get(site, site.articles[0].url, crawl=1)
    assert (newest.article, newest.answer.status) == (None, 200 if site.key == "okforall" else 404)


def test_a_list_has_parts() -> None:
    site = named("drupal")
    first, last = (get(site, f"/actualites{query}").answer.body.decode() for query in ("", "?page=3"))
    assert all(article.url in first for article in site.articles[:4])
    assert 'rel="next"' in first
    assert site.articles[12].url in last
    assert 'rel="next"' not in last
    assert get(site, "/actualites?page=4").answer.status == 404


def test_a_list_goes_on_from_a_time() -> None:
    site = named("squarespace")
    pages, url = [], "/dispatches"
    while url:
        pages.append(get(site, url).answer.body.decode())
        older = re.search(r'href="([^"]+)"[^>]+><span[^>]+>Older', pages[-1])
        url = older[1] if older else ""
    assert [[article.url in page for article in site.articles].index(True) for page in pages] == [0, 4, 8]


def test_feeds_are_as_bad_as_real_ones() -> None:
    old = get(named("netscape"), "/backend.php3").answer.body
    assert b"<b>Warning</b>" in old.partition(b"<?xml")[0]
    assert b"c&ocirc;te" in old
    assert "à".encode() not in old
    assert get(named("guidlink"), "/rss/latest.xml").answer.body.startswith(b"\xef\xbb\xbf\n")


def test_months_are_those_of_the_articles() -> None:
    site = named("parl")
    months = [get(site, f"{site.start}?minas={month}").answer.body.decode() for month in ("2027-01", "2026-12")]
    assert all(sum(f'href="{article.url}"' in month for month in months) == 1 for article in site.articles)
    assert "Δεκέμβριος 2026" in months[0]


def test_cookies_and_referrers_are_asked_for() -> None:
    asked = Asked(method="GET", host="", target="/", headers={}, proxied=True, port=80, keep_alive=False)
    answer = named("cookie").answer(asked).answer
    assert (answer.status, answer.headers["Location"], answer.headers["Set-Cookie"]) == (302, "/", "seen=1; Path=/")
    article = Asked(
        method="GET",
        host="",
        target=named("aspx").articles[1].url,
        headers={},
        proxied=True,
        port=80,
        keep_alive=False,
    )
    assert named("aspx").answer(article).answer.status == 403


def test_an_article_has_further_addresses() -> None:
    tetri, session = named("tetri"), named("urdu")
    article = tetri.articles[3]
    assert [get(tetri, url).article for url in (article.url, *article.aliases)] == [3, 3, 3]
    moved = get(tetri, f"http://www.{tetri.host}/?p={article.number}").answer
    assert (moved.status, moved.headers["Location"]) == (301, f"http://{tetri.host}/?p={article.number}")
    assert get(session, f"/newsdetail.jsp;jsessionid=0A1B?id={session.articles[2].number}").article == 2


def test_an_article_has_further_pages() -> None:
    site = named("indeks")
    article = site.articles[1]
    parts = [get(site, f"{article.url}?page={page}") for page in ("1", "2", "3", "all")]
    assert [part.article for part in parts] == [1, None, None, 1]
    texts = [html.unescape(part.answer.body.decode()) for part in parts]
    shown = [[text in page for text in article.paragraphs] for page in texts]
    assert shown == [[n // 2 == part for n in range(6)] for part in range(3)] + [[True] * 6]


def test_some_sites_are_hostile() -> None:
    busy, shuffled, wrong = named("busy"), named("shuffle"), named("charsets")
    asked = Asked(method="GET", host=busy.host, target="/kunye", headers={}, proxied=True, port=80, keep_alive=False)
    assert [busy.answer(asked).answer.status for _ in range(4)] == [503, 200, 503, 200]
    assert len({get(shuffled, "/list?sec=soc").answer.body.partition(b"<h4>")[2] for _ in range(4)}) > 1
    channel = get(wrong, "http://caijing.lanjiangwang.example/").answer
    assert channel.headers["Content-Type"] == "text/html; charset=ISO-8859-1"
    assert b'charset="gb2312"' in channel.body
    assert "财经频道" in channel.body.decode()
    closed = Asked(
        method="GET",
        host="stepova-hazeta.example",
        target="/api/v3/stream",
        headers={"user-agent": "Copydesk"},
        proxied=True,
        port=80,
        keep_alive=False,
    )
    assert named("stepova").answer(closed).answer.status == 403
    assert named("stepova").answer(replace(closed, headers={"user-agent": "Mozilla/5.0"})).answer.status == 404


def test_a_page_has_no_end() -> None:
    site = named("drip")
    with Web([site]).listening() as proxy:
        opener = build_opener(ProxyHandler({"http": proxy}))
        with opener.open(f"http://{site.host}/live") as response:
            start = response.read(len("<!DOCTYPE html>"))
            assert start == b"<!DOCTYPE html>"
            while not (byte := response.read(1)).isspace() or response.read(1) != b" ":
                assert byte, "it has ended"


def test_the_web_stands_behind_a_proxy() -> None:
    site = named("rdf")
    web = Web([site])
    web.step = "add"
    with web.listening() as proxy:
        opener = build_opener(ProxyHandler({"http": proxy}))
        with opener.open(f"http://{site.host}/faq.html") as response:
            assert b"FAQ" in response.read()
        with pytest.raises(OSError, match="502"):
            opener.open("http://elsewhere.example/")
    assert [(one.step, one.target, one.article) for one in web.served] == [("add", "/faq.html", None)]


def test_what_was_stored_is_scored() -> None:
    site = named("wpodd")
    served = [
        Served(step="crawl 1", site=site, url=f"http://{site.host}{article.url}", target=article.url, article=n)
        for n, article in enumerate(site.articles[:3])
    ]
    shop = Served(
        step="add", site=site, url=f"http://{site.host}/?add-to-cart=1", target="/?add-to-cart=1", article=None
    )
    urls = [one.url for one in served]
    stored: list[dict[str, Any]] = [
        {"url": urls[0]},
        {"url": urls[0].replace("http:", "https:")},
        {"url": "http://feeds.example/1", "final_url": urls[1]},
        {"url": urls[1], "original_id": 3},
        {"url": f"http://{site.host}/?page_id=12"},
    ]
    result = score([site], [*served, shop], stored)
    assert result.figures() == {
        **{"found": 2, "wanted": 12, "duplicates": 1, "others": 1, "forbidden": 1},
        **{"requests, crawl 1": 3, "requests, add": 1},
    }
    assert f"no article: http://{site.host}/?page_id=12" in result.misses
    assert f"not found at wpodd: {site.articles[2].url}" in result.misses

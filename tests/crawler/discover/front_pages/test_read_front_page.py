"""Front pages: articles by form and place, sections, feeds, the next page."""

from __future__ import annotations

import pytest

from crawler.discover.front_pages.read_front_page import read_front_page
from db.models import LinkKind, ListingKind
from db.site_rules.loader import Site

URL = "https://www.harbourpost.example/"
PAGE = """<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>Harbour Post - news</title>
<link rel="alternate" type="application/rss+xml" title="All news" href="/feed/">
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
<link rel="alternate" hreflang="fr" href="https://fr.harbourpost.example/"></head><body>
<nav class="main-menu"><a href="/">Home</a><a href="/politics/">Politics</a><a href="/sport">Sport</a>
 <a href="/special-report-on-the-harbour">Harbour</a></nav>
<main>
 <article><a href="/news/ferry-late-again-48213377"><img src="f.jpg" alt=""></a>
  <h2><a href="/news/ferry-late-again-48213377?utm_source=home">Ferry is late <em>again</em>, council told</a></h2>
  <a href="/news/ferry-late-again-48213377#comments">12</a></article>
 <div class="teaser"><a href="/tolls"><span>Harbour</span><h3>Bridge tolls to rise by a fifth from
 May</h3><p>More</p></a></div> <ul><li><a href="//m.harbourpost.example/2024/05/20/library-hours-cut/">Library hours
 cut</a></li> <li><a href="https://elsewhere.example/2024/05/20/not-our-article/">A partner's story about something
 else</a></li> <li><a href="/tag/ferries">Everything we have ever written about ferries</a></li>
 <li><a href="javascript:void(0)">No link at all, but many words</a></li></ul>
 <a href="/news/rss.xml">RSS</a><a rel="next" href="/?page=2">Older</a>
</main>
<footer><a href="/about-us">About us</a><a href="/trust-and-standards-in-our-newsroom-15798271.html">Trust</a>
<a href="/cookie-settings-for-this-site-15798272.html">Cookie settings</a></footer></body></html>"""


def test_articles_by_form_and_place() -> None:
    listing = read_front_page(PAGE.encode(), URL)
    assert [(link.url.partition("example")[2], link.title) for link in listing.links] == [
        ("/news/ferry-late-again-48213377", "Ferry is late again, council told"),
        ("/tolls", "Bridge tolls to rise by a fifth from May"),
        ("/2024/05/20/library-hours-cut/", "Library hours cut"),
    ]
    assert {link.kind for link in listing.links} == {LinkKind.FRONT_PAGE}
    assert {link.found_in for link in listing.links} == {URL}
    assert (listing.kind, listing.title, listing.language) == (ListingKind.FRONT_PAGE, "Harbour Post - news", "en-GB")


def test_feeds_sections_and_next_page() -> None:
    listing = read_front_page(PAGE.encode(), URL)
    assert [
        (entry.url.partition("example")[2], entry.title) for entry in listing.listings if entry.kind is ListingKind.FEED
    ] == [
        ("/feed/", "All news"),
        ("/news/rss.xml", None),
    ]
    sections = [
        (entry.url.partition("example")[2], entry.title)
        for entry in listing.listings
        if entry.kind is ListingKind.SECTION
    ]
    assert sections[:2] == [("/politics/", "Politics"), ("/sport", "Sport")]
    assert "/about-us" not in [path for path, _ in sections]
    assert listing.pages == ("https://www.harbourpost.example/?page=2",)


@pytest.mark.parametrize(
    "view",
    [
        "/amp/news/item-48210",
        "/news/item-48210/amp/",
        "/news/item-48210/print",
        "//m.harbourpost.example/news/item-48210",
        "/news/item-48210?utm_source=home",
    ],
)
def test_an_article_is_asked_for_at_its_own_address(view: str) -> None:
    headline = "<h2><a href='{}'>Council votes to rebuild the flooded bridge</a></h2>"
    picture = "<a href='{}'><img src='b.jpg'></a>"
    for first, second in ((view, "/news/item-48210"), ("/news/item-48210", view)):
        page = f"<body>{picture.format(first)}{headline.format(second)}</body>"
        (link,) = read_front_page(page.encode(), URL).links
        assert link.url == f"{URL}news/item-48210"


def test_an_article_without_an_address_of_its_own_is_asked_for_at_the_view_s() -> None:
    page = "<h2><a href='/amp/news/item-48210'>Council votes to rebuild the flooded bridge</a></h2>"
    assert [link.url for link in read_front_page(page.encode(), URL).links] == [f"{URL}amp/news/item-48210"]


def test_the_arrows_of_a_calendar_lead_to_no_next_page() -> None:
    for address in ("/eventi/2026/12/", "/kalender/2026-12", "/agenda/2026/12/13/"):
        assert read_front_page(f"<body><a href='{address}'>»</a></body>".encode(), URL).pages == ()
    assert read_front_page(b"<body><a href='/news/2'>\xc2\xbb</a></body>", URL).pages == (f"{URL}news/2",)
    month = "<body><a href='/2026/10/'>»</a></body>".encode()
    assert read_front_page(month, f"{URL}2026/11/").pages == (f"{URL}2026/10/",)


def test_a_section() -> None:
    listing = read_front_page(PAGE.encode(), "https://www.harbourpost.example/news/")
    assert listing.kind is ListingKind.SECTION
    assert {link.kind for link in listing.links} == {LinkKind.SECTION}


def test_the_rules_of_a_site_win() -> None:
    site = Site(name="harbour", hosts=("harbourpost.example",), include=("^/special",), exclude=("^/news/",))
    paths = [link.url.partition("example")[2] for link in read_front_page(PAGE.encode(), URL, None, site).links]
    assert "/special-report-on-the-harbour" in paths
    assert "/news/ferry-late-again-48213377" not in paths


def test_a_chinese_front_page_in_an_undeclared_encoding() -> None:
    page = """<html><head><title>港湾新闻网</title></head><body>
    <div class="nav"><a href="/gn/">国内</a><a href="/gj/">国际</a></div>
    <div class="list"><ul>
    <li><a href="/gn/202405/t20240520_15263999.htm">港口在风暴之后重新开放，渡轮恢复通航</a></li>
    <li><a href="/c/8GVppf8bxyz">渔民节在老码头举行</a></li></ul><a href="index_2.html">下一页</a></div>
    <div class="footer"><a href="/about/202001/t20200101_1.htm">关于我们</a>
    <a href="/bqsm/t20200101_22222.htm">版权声明</a></div></body></html>"""
    listing = read_front_page(page.encode("gb18030"), "http://www.gangwan.example/", "text/html")
    assert [(link.url.partition("example")[2], link.title) for link in listing.links] == [
        ("/gn/202405/t20240520_15263999.htm", "港口在风暴之后重新开放，渡轮恢复通航"),
        ("/c/8GVppf8bxyz", "渔民节在老码头举行"),
    ]
    assert listing.title == "港湾新闻网"
    assert listing.pages == ("http://www.gangwan.example/index_2.html",)
    assert [entry.title for entry in listing.listings] == ["国内", "国际"]


def test_a_base_element_counts() -> None:
    link = '<a href="a/ferry-is-late-again-48213377.html">Ferry is late again</a>'
    page = f'<html><head><base href="/en/"></head><body>{link}</body></html>'
    (found,) = read_front_page(page.encode(), URL).links
    assert found.url == "https://www.harbourpost.example/en/a/ferry-is-late-again-48213377.html"


@pytest.mark.parametrize("body", [b"", b"\x00\x01\x02", b"plain words", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_page_is_empty_and_says_so(body: bytes) -> None:
    listing = read_front_page(body, URL)
    assert listing.links == ()
    assert listing.note


def test_feeds_of_comments_are_known_by_their_path_alone() -> None:
    page = b"""<link rel="alternate" type="application/rss+xml" href="/feed/"><a href="/comments/feed/">Comments</a>"""
    listing = read_front_page(page, "https://www.commentary.example/")
    assert [entry.url for entry in listing.listings] == ["https://www.commentary.example/feed/"]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="/rss.htm">Feeds of this paper</a>',
        '<a href="/subscribe.php?channel=1"><img src="/i.gif" alt="RSS"></a>',
        '<a href="/subscribe.php?channel=1">RSS feeds</a>',
        '<a href="/subscribe.php?channel=1" title="[RSS]"><i></i></a>',
        '<a href="/backend.php3"><img src="/i/b.gif" alt="XML" width="36"></a>',
        '<a href="/channel?of=town"><img src="/i/feed-icon-14x14.png" alt=""></a>',
        '<a href="/channel?of=town"><i class="fa fa-rss-square" aria-hidden="true"></i> Follow us</a>',
        '<a href="/channel?of=town" aria-label="RSS"><svg></svg></a>',
        '<a href="/channel?of=town"><svg class="icon"><use xlink:href="/i/symbols.svg#rss"></use></svg></a>',
        '<a href="/channel?of=town" class="icon-feed"></a>',
        '<a href="/channel?of=town">RSS 2.0</a>',
    ],
)
def test_what_is_called_a_feed_is_tried(link: str) -> None:
    listing = read_front_page(
        f"<html><body>{link}<a href='/read.php?id=7'>How to use RSS</a></body></html>".encode(), URL
    )
    assert [one.url for one in listing.listings if one.kind is ListingKind.FEED] == [URL + link.split('"')[1][1:]]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="/read.php?id=8"><img src="/feeds/8.jpg" alt="">The old bridge of the town</a>',
        '<a href="/read.php?id=8" class="feed-item">The bridge</a>',
        '<a href="/read.php?id=8"><i class="fa fa-feedback"></i> Write</a>',
        '<a href="/read.php?id=8"><span class="feed-title">The old bridge of the town</span></a>',
        '<a href="/read.php?id=8" class="feed-card"><span class="news-feed__image"><img src="/feed-8.jpg" alt=""></span></a>',
    ],
)
def test_what_stands_in_a_feed_of_articles_is_none(link: str) -> None:
    listing = read_front_page(f"<html><body>{link}</body></html>".encode(), URL)
    assert not [one for one in listing.listings if one.kind is ListingKind.FEED]


def test_declared_feeds_at_other_sites_come_last_and_linked_ones_not_at_all() -> None:
    page = b"""<link rel="alternate" type="application/rss+xml" href="https://feeds.burner.example/post">
    <link rel="alternate" type="application/rss+xml" href="/feed/"><a href="https://elsewhere.example/feed/">RSS</a>
    <a href="/sport/rss.xml">RSS</a>"""
    assert [entry.url for entry in read_front_page(page, URL).listings if entry.kind is ListingKind.FEED] == [
        f"{URL}feed/",
        f"{URL}sport/rss.xml",
        "https://feeds.burner.example/post",
    ]

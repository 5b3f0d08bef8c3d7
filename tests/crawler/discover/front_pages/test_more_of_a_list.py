"""More of a list: its numbered pages, the newest of its lists, what a script adds, and short titles among headlines."""

from __future__ import annotations

import json
from html import escape

import pytest

from crawler.discover.front_pages.read_front_page import read_front_page
from crawler.discover.listings.listing import NextPages, ParsedListing

URL = "https://www.harbourpost.example"
TITLES = (
    "Bridge tolls to rise by a fifth from May",
    "Nurses accept the new offer on pay",
    "Warehouse fire near the harbour is out",
    "Council votes on the school roof again",
)
HEADS = "".join(f'<h2><a href="/news/{48210 + place}">{title}</a></h2>' for place, title in enumerate(TITLES))


def read(body: str, path: str = "/news/", page: int | None = 1) -> ParsedListing:
    return read_front_page(body.encode(), URL + path, page=page)


def pages(body: str, path: str = "/news/", page: int | None = 1) -> list[str]:
    return [url.removeprefix(URL) for url in read(f"<html><body>{body}</body></html>", path, page).pages]


PAGER = '<div>1 <a href="/news/?page=2">2</a> <a href="/news/?page=3">3</a></div>'


def test_numbered_pages_follow_where_the_page_is_known() -> None:
    listing = read(f"<html><body>{HEADS}{PAGER}</body></html>")
    assert (listing.pages, listing.pages_when) == ((f"{URL}/news/?page=2",), NextPages.ALL_NEW)
    assert pages(HEADS + PAGER, "/news/?page=2", 2) == ["/news/?page=3"]
    assert pages(HEADS + PAGER, page=None) == []


def test_a_script_may_turn_the_pages() -> None:
    turn = "<script>function turn(n) { location.href = '/news/?page=' + n }</script>"
    assert pages(f'{HEADS}<a href="javascript:turn(2)">Next</a>{turn}') == ["/news/?page=2"]
    assert pages(f'{HEADS}1 <a href="#" onclick="turn(2)">2</a> <a href="#" onclick="turn(3)">3</a>{turn}') == [
        "/news/?page=2"
    ]


@pytest.mark.parametrize(
    ("path", "links", "found"),
    [
        ("/archive/", ("2024/", "2025/", "2026/"), ["/archive/2026/"]),
        (
            "/archive/2026/",
            ("2026/09/", "2026/10/", "2026/11/", "2025/12/"),
            ["/archive/2026/11/", "/archive/2026/10/"],
        ),
        ("/archive/2027/", ("2027/01/", "2026/12/"), ["/archive/2027/01/"]),
        ("/archive/", ("2026-11-28", "2026-11-29", "2026-11-30"), ["/archive/2026-11-30", "/archive/2026-11-29"]),
        ("/archive/", ("2026/12/",), []),
        ("/archive/", ("2026/11/", "2026/12/"), []),
    ],
)
def test_a_page_of_dated_lists_leads_to_the_newest(path: str, links: tuple[str, ...], found: list[str]) -> None:
    body = " ".join(f'<a href="/archive/{link}">{link}</a>' for link in links)
    assert pages(body, path) == found
    assert not found or read(f"<html><body>{body}</body></html>", path).pages_when is NextPages.ALWAYS
    of_days = found[1:] if "-" in links[0] else []
    assert pages(HEADS + body, path) == of_days  # with articles, it is the newest itself


@pytest.mark.parametrize(
    ("path", "links", "found"),
    [
        (
            "/news/",
            ("/news/date/2026-11-28", "/news/date/2026-11-29", "/news/date/2026-11-30"),
            "/news/date/2026-11-29",
        ),
        ("/index?on=2026-11-29", ("?on=2026-11-30", "?on=2026-11-28", "?on=2026-11-27"), "/index?on=2026-11-28"),
        ("/paper/2026-11/30/node_2.htm", ("../29/node_1.htm", "../31/node_1.htm"), "/paper/2026-11/29/node_1.htm"),
        ("/news/", ("/news/date/2026-11-30", "/news/date/2026-11-29"), None),
        ("/news/", ("/sport/2026-11-28", "/sport/2026-11-29", "/sport/2026-11-30"), None),
        ("/news/", ("/news/2026/08/", "/news/2026/09/", "/news/2026/10/"), None),
        ("/index?on=2026-11-29", ("?on=2026-11-30", "?view=2026-11-28"), None),
    ],
)
def test_the_list_of_the_day_before_follows_one_with_articles(
    path: str, links: tuple[str, ...], found: str | None
) -> None:
    listing = read(
        f"<html><body>{HEADS}{' '.join(f'<a href={one}>{one[-2:]}</a>' for one in links)}</body></html>", path
    )
    assert [one.removeprefix(URL) for one in listing.pages] == ([found] if found else [])
    assert not found or listing.pages_when is NextPages.ALL_NEW


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ('<turbo-frame id="rest" src="/news/rest" loading="lazy"></turbo-frame>', ["/news/rest"]),
        ('<button id="b" data-url="/news/more/4">மேலும்</button>', ["/news/more/4"]),
        ('<div data-url="/news/bridge"></div><div data-url="/news/tolls"></div>', []),
        ('<div data-url="/weather/more"></div>', []),
        ('<button data-like="/news/like/4">4</button>', []),
        ('<div data-url="/news/48299-the-council-votes-on-the-school-roof"></div>', []),
    ],
)
def test_the_one_part_below_a_list_is_its_next_page(part: str, found: list[str]) -> None:
    assert pages(HEADS + part, "/news") == found
    assert pages(HEADS + part, "/") == []


def test_labels_may_count_the_articles_before_a_page() -> None:
    pager = "".join(f'<a href="/topic.php?t3&amp;first_ones={n}#list">{n}</a> | ' for n in (0, 5, 10))
    assert pages(HEADS + pager, "/topic.php?t3") == ["/topic.php?t3&first_ones=5"]
    assert pages(HEADS + pager, "/topic.php?t3&first_ones=5", 2) == ["/topic.php?t3&first_ones=10"]
    years = "".join(f'<a href="/topic.php?t3&amp;since={n}">{n}</a>' for n in (2019, 2021, 2023))
    assert pages(HEADS + years, "/topic.php?t3") == []


@pytest.mark.parametrize(
    "more",
    [
        '<a href="#" class="btn load-more" data-url="/ajax/news?page=2">…</a>',
        '<button data-endpoint="/ajax/news?page=2">Load more</button>',
    ],
)
def test_what_loads_more_says_where_from(more: str) -> None:
    assert pages(HEADS + more) == ["/ajax/news?page=2"]
    assert pages(f'{HEADS}<div data-url="/ajax/news?page=2">Share this page</div>') == []


def test_what_was_loaded_is_counted_on() -> None:
    assert read(HEADS, "/ajax/news?page=2", 2).pages == (f"{URL}/ajax/news?page=3",)
    assert read(HEADS, "/ajax/news?page=2", 1).pages == ()
    assert pages(HEADS, "/news/?page=2", 2) == []  # a whole page says itself what follows


ITEMS = [{"title": title, "url": f"/news/{48210 + place}"} for place, title in enumerate(TITLES)]


@pytest.mark.parametrize(
    ("value", "path", "found"),
    [
        ({"items": ITEMS, "links": {"next": "/api/news?page=2"}}, "/api/news", "/api/news?page=2"),
        ({"items": ITEMS, "next_page_url": f"{URL}/api/news?page=2"}, "/api/news", "/api/news?page=2"),
        ({"items": ITEMS, "meta": {"nextCursor": "b 7"}}, "/api/news?cursor=a6&n=4", "/api/news?cursor=b%207&n=4"),
        ({"items": ITEMS, "meta": {"nextCursor": None}}, "/api/news?cursor=a6", None),
        ({"items": ITEMS, "next": "/news/48210"}, "/api/news", None),  # an article's neighbour
        ({"items": ITEMS, "next": "https://elsewhere.example.org/api?page=2"}, "/api/news", None),
    ],
)
def test_json_names_its_next_page(value: object, path: str, found: str | None) -> None:
    listing = read(json.dumps(value), path)
    assert len(listing.links) == len(TITLES)
    assert [url.removeprefix(URL) for url in listing.pages] == ([found] if found else [])


def test_an_attribute_names_the_next_page() -> None:
    value = escape(json.dumps({"props": {"articles": {"data": ITEMS, "next_page_url": f"{URL}/?page=2"}}}))
    assert pages(f'<div id="app" data-page="{value}"></div>', "/") == ["/?page=2"]


def test_a_short_title_among_headlines_is_an_article_s() -> None:
    short = '<h2><a href="/news/48299">Ferry runs again</a></h2><p><a href="/news/48300">Photos</a></p>'
    listing = read(
        f"<html><body>{HEADS.replace('h2', 'p')}{short.replace('h2', 'p')}</body></html>".replace(
            "/news/", "/bbs/view.php?no="
        )
    )
    assert [link.title for link in listing.links] == [*TITLES, "Ferry runs again"]


def test_a_short_title_in_a_list_of_a_script_is_an_article_s() -> None:
    items = [*ITEMS, {"title": "Ferry runs again", "url": "/news/48299"}]
    people = [{"name": "Anna Maria Holt", "url": f"/people/{n}"} for n in range(12)]
    listing = read(json.dumps({"items": items, "people": people, "tags": [{"title": "Roads", "url": "/news/48300"}]}))
    assert [link.title for link in listing.links] == [*TITLES, "Ferry runs again"]


def test_rows_of_headlines_count_below_a_name_of_lists() -> None:
    rows = "".join(
        f'<dd><a href="/topics/topics.php?eid={place:05}">{title}</a></dd>'
        for place, title in enumerate((*TITLES, TITLES[0] + " 2"))
    )
    assert len(read(f"<html><body><dl>{rows}</dl></body></html>").links) == 5


@pytest.mark.parametrize("at", ["./news/{}", "../news/{}", "/news/{}"])
@pytest.mark.parametrize(
    "script",
    ["window.list = [{}]", "show([{}])"],
)
def test_addresses_in_scripts_may_be_relative(script: str, at: str) -> None:
    items = ", ".join(f'{{"title": "{title}", "link": "{at.format(48210 + n)}"}}' for n, title in enumerate(TITLES))
    listing = read(f"<html><body><script>{script.replace('{}', items)}</script></body></html>", "/list/")
    assert [link.title for link in listing.links] == list(TITLES)


@pytest.mark.parametrize(
    ("path", "more", "found"),
    [
        ("/news/", '<a href="/news/?start=6">Ver más noticias</a>', "/news/?start=6"),
        ("/news/?start=6", '<a href="/news/">Volver</a> <a href="/news/?start=12">Ver más</a>', "/news/?start=12"),
        ("/list?view=news&id=8", '1 <a href="?view=news&id=8&limitstart=6">2</a>', "/list?view=news&id=8&limitstart=6"),
        ("/news/", '<a href="/news/?tx_news%5BcurrentPage%5D=2">Mehr</a>', "/news/?tx_news%5BcurrentPage%5D=2"),
        ("/news/", '<a href="/news/sayfa/2/">Zaidi</a>', "/news/sayfa/2/"),
        ("/news/", '<a href="/news/seite-2/">Mehr laden</a>', "/news/seite-2/"),
        ("/news/page-2", '<a href="/news/">Neuere</a> <a href="/news/page-3">Mehr</a>', "/news/page-3"),
        ("/news/page/2", '<a href="/news/page/1">Mpya</a> <a href="/news/page/3">Nyuma</a>', "/news/page/3"),
        (
            "/part/news",
            '<turbo-frame id="n2" src="/part/news?sheet=2" loading="lazy"></turbo-frame>',
            "/part/news?sheet=2",
        ),
        ("/part/news?od=4", '<div hx-get="/part/news?od=8" hx-trigger="revealed"></div>', "/part/news?od=8"),
    ],
)
def test_an_address_that_counts_on_is_the_next_page(path: str, more: str, found: str) -> None:
    assert pages(HEADS + more, path) == [found]


@pytest.mark.parametrize(
    "more",
    [
        '<a href="/news/?year=2025">Last year</a> <a href="/news/?cat=7">Sport</a> <a href="/sport/?start=6">More sport</a>',
        '<a href="/news/?page=all">All</a> <a href="/news/?start=6&amp;sort=2">Sorted</a>',
        '<a href="/news/team-2">Team</a> <a href="/news/covid19">Virus</a>',
        '<a href="/news/team/2">Team</a> <a href="/sport/page/2">More sport</a>',
        '<turbo-frame src="/part/weather?day=2"></turbo-frame>',
    ],
)
def test_an_address_that_counts_something_else_is_none(more: str) -> None:
    assert pages(HEADS + more) == []


def test_the_page_before_is_not_the_next() -> None:
    assert pages(HEADS + '<a href="/news/?page=2">Newer</a>', "/news/?page=3", 3) == []

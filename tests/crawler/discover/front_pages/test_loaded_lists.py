"""Lists that a page loads by itself: in frames, from addresses that its scripts ask for, and as more of the same list."""

from __future__ import annotations

import json
from html import escape

import pytest

from crawler.discover.front_pages.read_front_page import read_front_page
from crawler.discover.listings.listing import NextPages
from crawler.discover.read_listing import ListingRequest, read_listing
from db.models import ListingKind

URL = "https://www.harbourpost.example/"
ITEMS: list[dict[str, str]] = [
    {"id": str(48210 + place), "title": headline, "url": f"/detail/{48210 + place}.html"}
    for place, headline in enumerate(
        ("衡阳市通过大桥重建方案 总投资十二亿元", "上饶护士经协商接受新的工资方案", "临沂近郊仓库发生火灾 无人伤亡")
    )
]


def loaded(page: str) -> list[str]:
    listing = read_front_page(f"<html><body>{page}</body></html>".encode(), URL)
    return [one.url.partition(".example")[2] for one in listing.listings if one.kind is ListingKind.SECTION]


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ('<iframe src="/flux/une.php?n=10"></iframe>', "/flux/une.php?n=10"),
        ('<iframe src="about:blank" data-src="/flux/region.php"></iframe>', "/flux/region.php"),
        ("<script>fetch('/api/list?page=1').then(show)</script>", "/api/list?page=1"),
        (
            '<script>axios.get("/api/news/list?channel=yw&page=1").then(show)</script>',
            "/api/news/list?channel=yw&page=1",
        ),
        ('<script>$.ajax({type: "GET", url: "/news/list.json", success: show})</script>', "/news/list.json"),
        ('<script>x.open("GET", "/news/list.json", true)</script>', "/news/list.json"),
        ('<script src="/data/yaowen_1.jsonp?callback=show"></script>', "/data/yaowen_1.jsonp?callback=show"),
        ('<div data-endpoint="/api/v2/notas?pagina=1"></div>', "/api/v2/notas?pagina=1"),
        ('<section data-load-from="/data/latest.json"></section>', "/data/latest.json"),
        ('<div hx-get="/partials/latest" hx-trigger="load"></div>', "/partials/latest"),
        ('<object data="latest.html" type="text/html"></object>', "/latest.html"),
        ('<embed src="/latest.php?n=10">', "/latest.php?n=10"),
        ('<turbo-frame id="latest" src="/latest" loading="lazy"></turbo-frame>', "/latest"),
        ('<div class="box" data-part="/shared/latest.en.html"> </div>', "/shared/latest.en.html"),
        ('<link rel="preload" as="fetch" href="/data/list.json">', "/data/list.json"),
        ('<div class="box lazy" data-url="/widget/town"></div>', "/widget/town"),
        ('<script>let from=0; fetch("/api/news?from="+from+"&n=6")</script>', "/api/news?from=0&n=6"),
        ("<script>const page = 1, root = '/api'; fetch(`${root}/news?page=${page}`)</script>", "/api/news?page=1"),
        ('<script>data = {page: 1}; x.get("/api/news?page=" + this.page, show)</script>', "/api/news?page=1"),
    ],
)
def test_what_an_empty_page_loads_is_a_section(page: str, address: str) -> None:
    assert loaded(page) == [address]
    articles = "".join(f'<h3><a href="{one["url"]}">{one["title"]}</a></h3>' for one in ITEMS)
    assert loaded(page + articles) == []


@pytest.mark.parametrize(
    "page",
    [
        '<iframe src="https://video.example/embed/1"></iframe>',
        '<script>fetch("/api/list?page=" + page)</script>',
        "<script>fetch(`/api/list?page=${page}`)</script>",
        '<script>let page=1; fetch("/api/list?page=" + next(page))</script>',
        '<div data-share="/latest.html">Share this page</div>',
        '<div data-picture="/latest.jpg"></div>',
        '<div data-own="https://www.harbourpost.example/"></div>',
        '<script src="/static/jquery.min.js"></script>',
        '<script>x.open("POST", "/log", true)</script>',
        '<div data-share="/politics/bridge" data-image="/img/api.png"></div>',
        '<object data="/games/ferry.swf"></object><embed src="/films/ferry.mp4">',
        '<lazy-image src="/img/ferry.webp?w=3"></lazy-image>',
    ],
)
def test_other_sites_and_addresses_put_together_are_none(page: str) -> None:
    assert loaded(page) == []


@pytest.mark.parametrize("form", ["{}", "show({});", "/**/ show({})"])
def test_json_and_jsonp_are_read_as_a_section(form: str) -> None:
    body = form.replace("{}", json.dumps({"code": 0, "data": {"list": ITEMS}}, ensure_ascii=False))
    listing = read_front_page(body.encode(), URL + "api/list")
    expected = [(URL + one["url"][1:], one["title"]) for one in ITEMS]
    assert [(link.url, link.title) for link in listing.links] == expected
    assert listing.kind is ListingKind.SECTION


HEADLINE = "El concejo aprueba la obra del puente"


@pytest.mark.parametrize(
    "item",
    [
        {"id": 7, "foto": "/fotos/48217.jpg", "titulo": HEADLINE, "ruta": "/nota/48217-el-concejo"},
        {"autor": "Ana Ruiz", "标题": HEADLINE, "url": "/nota/48217-el-concejo", "resumen": "La sesión duró más de cinco horas"},
        {"link": "/nota/48217-el-concejo", "title": {"rendered": HEADLINE}, "excerpt": {"rendered": "La sesión duró mucho"}},
    ],
)  # fmt: skip
def test_an_object_names_an_article_whatever_its_keys_are_called(item: dict[str, object]) -> None:
    listing = read_front_page(json.dumps([item]).encode(), URL + "api/list")
    assert [(link.url, link.title) for link in listing.links] == [(URL + "nota/48217-el-concejo", HEADLINE)]


@pytest.mark.parametrize(
    "item",
    [
        {"foto": "/fotos/48217.jpg", "pie": HEADLINE},
        {"ruta": "/politica", "lema": "Lo que pasa en la ciudad hoy"},
        {"ruta": "/nota/48217-el-concejo", "nombre": "Concejo"},
    ],
)
def test_pictures_sections_and_topics_are_none(item: dict[str, object]) -> None:
    assert read_front_page(json.dumps([item]).encode(), URL + "api/list").links == ()


WRITTEN = ", ".join(f'{{id: {one["id"]}, kop: "{one["title"]}", pad: "{one["url"]}"}}' for one in ITEMS)
PUSHED = "".join(f'["$","a",null,{{"href":"{one["url"]}","children":"{one["title"]}"}}]\n' for one in ITEMS)
PUSHES = [f"self.__next_f.push([1,{text}])" for text in (json.dumps(PUSHED, ensure_ascii=False), json.dumps(PUSHED))]
PUSHES.append(PUSHES[0].replace("/", r"\/"))


@pytest.mark.parametrize(
    "page",
    [
        f"<script>it isn't JSON; kit.start(app, {{data: [null, {{items: [{WRITTEN}]}}]}})</script>",
        *(f"<script>{push}</script>" for push in PUSHES),
        f'<div id="app" data-page="{escape(json.dumps({"props": {"nieuws": ITEMS}}))}"></div>',
        f'<article-list :items="{escape(json.dumps(ITEMS))}"></article-list>',
    ],
)
def test_data_that_scripts_get_in_calls_and_attributes(page: str) -> None:
    listing = read_front_page(f'<html><meta charset="utf-8"><body>{page}</body></html>'.encode(), URL)
    assert [(link.url, link.title) for link in listing.links] == [(URL + one["url"][1:], one["title"]) for one in ITEMS]


def test_escapes_in_a_call_are_read() -> None:
    page = "".join(
        rf'<script>x(["/detail/{n}1234.html","\ud83d\ude80 The council votes on it \ud83d"])</script>' for n in "123"
    )
    (title,) = {link.title for link in read_front_page(f"<html><body>{page}</body></html>".encode(), URL).links}
    assert title == "🚀 The council votes on it \ufffd"


def test_a_script_s_other_addresses_are_no_articles() -> None:
    code = (
        'load("/static/chunks/main-48210.js", "/api/v2", "/politics"); say("The council votes to rebuild the bridge")'
    )
    assert read_front_page(f"<html><body><script>{code}</script></body></html>".encode(), URL).links == ()


def test_json_without_articles_is_no_listing() -> None:
    listing = read_front_page(b'{"error": "unknown channel"}', URL + "api/list")
    assert (listing.links, listing.note) == ((), "the body is not an HTML page")


@pytest.mark.parametrize("name", ["data-next", "data-next-url"])
def test_more_of_the_list_is_its_next_page(name: str) -> None:
    more = f'<div class="more" {name}="/ajax/news?offset=6"><button>More</button></div>'
    assert read_front_page(f"<body>{more}</body>".encode(), URL).pages == (URL + "ajax/news?offset=6",)
    other = f'<div {name}="2"></div><div {name}="https://elsewhere.example/more"></div>'
    assert read_front_page(f"<body>{other}</body>".encode(), URL).pages == ()


@pytest.mark.parametrize("kind", [ListingKind.FRONT_PAGE, ListingKind.SECTION])
def test_the_address_of_such_a_list_may_be_what_is_looked_at(kind: ListingKind) -> None:
    request = ListingRequest(url=URL + "api/list", kind=kind, probe=True)
    body = json.dumps({"data": ITEMS}).encode()
    listing = read_listing(request, body, request.url, "application/json", None)
    assert listing is not None
    assert len(listing.links) == len(ITEMS)
    assert read_listing(request, b'{"error": "unknown channel"}', request.url, "application/json", None) is None


def test_what_a_section_without_articles_loads_is_read_with_it() -> None:
    page = b'<html><body><h1>News</h1><div data-part="/parts/list.html"></div></body></html>'
    listing = read_front_page(page, URL + "news/", page=1)
    assert (listing.pages, listing.pages_when) == ((URL + "parts/list.html",), NextPages.LOADED)
    articles = [f'</h1><h3><a href="{one["url"]}">{one["title"]}</a></h3>'.encode() for one in ITEMS]
    few, several = (page.replace(b"</h1>", b"".join(some)) for some in (articles[:1], articles))
    assert read_front_page(few, URL + "news/", page=1).pages == listing.pages
    assert read_front_page(several, URL + "news/", page=1).pages == ()
    assert read_front_page(page, URL, page=1).pages == ()  # the front page's are sections of their own already


@pytest.mark.parametrize(
    ("path", "page", "found", "when"),
    [
        ("api?pagesize=3&page=1", 1, "api?pagesize=3&page=2", NextPages.ALL_NEW),
        ("api?offset=0&limit=9", 1, "api?offset=9&limit=9", NextPages.ALL_NEW),
        ("api?start=0", 1, "api?start=3", NextPages.ALL_NEW),
        ("api?start=3", 2, "api?start=6", NextPages.ANY_NEW),
        ("api?page=7", 1, None, NextPages.ANY_NEW),
        ("api?page=news", 1, None, NextPages.ANY_NEW),
    ],
)
def test_a_list_in_json_is_counted_on_from_its_first_page(
    path: str, page: int, found: str | None, when: NextPages
) -> None:
    listing = read_front_page(json.dumps({"rows": ITEMS}).encode(), URL + path, page=page)
    assert (listing.pages, listing.pages_when) == ((URL + found,) if found else (), when)

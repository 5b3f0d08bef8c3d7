"""Links that only the others on the page show to be no articles: views of an article, names, links that nobody sees."""

from __future__ import annotations

import pytest

from crawler.discover.front_pages.read_front_page import read_front_page
from db.site_rules.loader import Site

URL = "https://www.harbourpost.example/"
HEADLINES = (
    "Council votes to rebuild the flooded bridge",
    "Nurses accept pay offer after long dispute",
    "Fire destroys warehouse, no one hurt",
)


def articles(page: str, site: Site | None = None) -> list[str]:
    listing = read_front_page(f"<html><body>{page}</body></html>".encode(), URL, None, site)
    return [link.url.partition(".example")[2] for link in listing.links]


def rows(*addresses: str) -> str:
    """Three articles, each a row of links: its headline, then controls. `{n}` is the article's number."""
    return "".join(
        f'<li><a href="{addresses[0].format(n=48210 + place)}">{headline}</a>'
        + "".join(
            f'<a href="{address.format(n=48210 + place)}">{["Udskriv", "Kommentarer", "Gem"][control]}</a>'
            for control, address in enumerate(addresses[1:])
        )
        + "</li>"
        for place, headline in enumerate(HEADLINES)
    )


@pytest.mark.parametrize(
    ("article", "views"),
    [
        ("/news/item-{n}", ["/news/item-{n}?tmpl=component&amp;print=1", "/news/item-{n}?format=pdf"]),
        ("/detail.php?ID={n}", ["/detail.php?ID={n}&amp;udskriv=Y"]),
        ("/vesti/{n}/obnova-srusenog-mosta", ["/vesti/{n}/obnova-srusenog-mosta/komentari", "/stampaj/{n}"]),
        ("/noticia.do?idNoticia={n}", ["/noticiaPdf.do?idNoticia={n}"]),
        ("/news/view/{n}", ["/news/udskriv/{n}"]),
    ],
)
def test_a_view_of_an_article_is_none(article: str, views: list[str]) -> None:
    assert articles(rows(article, *views)) == [article.format(n=48210 + place) for place in range(3)]


def test_a_view_of_an_article_whose_title_is_short_is_none() -> None:
    page = "".join(
        f'<li><a href="/news/articleView.html?idxno={number}">{title}</a></li>'
        f'<a href="/news/articlePrint.html?idxno={number}">인쇄</a>'
        for number, title in ((100054, "다리 공사 표결"), (100084, "버스 증차"), (100130, "도서관 새 단장"))
    )
    assert articles(page) == [f"/news/articleView.html?idxno={number}" for number in (100054, 100084, 100130)]


ROWS = [f"{headline} {area}" for headline in HEADLINES for area in ("in the north", "in the south")]


def rows_at(address: str, titles: list[str]) -> str:
    return "".join(
        f'<div><a href="{address.format(number)}">{title}</a></div>' for number, title in enumerate(titles, 7)
    )


def test_rows_of_a_list_are_articles_where_a_page_has_no_others() -> None:
    assert articles(rows_at("/khabar/{}", ROWS)) == [f"/khabar/{number}" for number in range(7, 13)]
    assert articles(rows_at("/khabar/{}", ROWS[:4])) == []
    assert len(articles(rows_at("/khabar/{}", ROWS) + rows("/news/item-{n}"))) == 3
    assert len(articles(rows_at("/category/town/{}/", ROWS) + '<a href="/category/town/page/2/">→</a>')) == 6
    assert len(articles(rows_at("/khabar/{}", [*ROWS, "Ferry runs again", "Hafen wieder frei"]))) == 8


@pytest.mark.parametrize(
    ("address", "titles"),
    [
        ("/khabar/{}", [HEADLINES[0]] * 6),
        ("/khabar/{}", [*ROWS, *"abcdef"]),
        ("/khabar/{}", [f"Blue cotton shirt {size}" for size in "abcdef"]),
        ("/tag/{}", ROWS),
        ("/comments/{}", ROWS),
        ("/category/login/{}", ROWS),
        ("/jobs/{}", ROWS),
        ("/list.asp?page={}", ROWS),
    ],
)
def test_other_rows_are_none(address: str, titles: list[str]) -> None:
    assert articles(rows_at(address, titles)) == []
    assert articles(f"<nav>{rows_at('/khabar/{}', ROWS)}</nav>") == []


def test_a_view_beside_an_article_without_a_number() -> None:
    names = ("bridge-is-rebuilt-100", "nurses-accept-offer-101", "warehouse-destroyed-by-fire-102")
    page = "".join(
        f'<h3><a href="/region/{name}.html">{headline}</a></h3><a href="/region/{name}~print.html">Druck</a>'
        for name, headline in zip(names, HEADLINES, strict=True)
    )
    assert articles(page) == [f"/region/{name}.html" for name in names]


def test_a_headline_in_many_boxes_is_one_article() -> None:
    boxes = [
        f'<h3><a href="/story/48210?src=box{box}">{HEADLINES[0]}</a></h3><h3><a href="/show?id=4821{box}">{headline}</a></h3>'
        for box, headline in enumerate(HEADLINES)
    ]
    others = [f"/show?id=4821{box}" for box in range(3)]
    assert articles("".join(boxes)) == ["/story/48210?src=box0", *others]
    plain = f'<a href="/story/48210">{HEADLINES[0]}</a>'
    assert articles("".join(boxes) + plain) == [*others, "/story/48210"]
    column = "".join(f'<h3><a href="/show?id=4821{number}">Letter from the end of the pier</a></h3>' for number in "12")
    assert len(articles(column)) == 2


def test_an_article_s_script_is_extended_by_each_of_its_articles() -> None:
    page = '<a href="/index.php?id=16777">All that we have written on the bridge</a>' + "".join(
        f'<a href="/index.php?id=16777&amp;news={48210 + place}">{headline}</a>'
        for place, headline in enumerate(HEADLINES)
    )
    assert [f"/index.php?id=16777&news={48210 + place}" for place in range(3)] == articles(page)[-3:]


@pytest.mark.parametrize(
    "offer",
    [
        "/events/8812/open-day-at-the-old-lighthouse",
        "/shop/item/4521/book-of-the-old-harbour-town",
        "/family-notices/2026/11/holt-anna-of-pier-street/",
        "/company/vacancies/detail.php?ID=31",
    ],
)
def test_an_offer_is_formed_like_no_article(offer: str) -> None:
    page = f'<div class="card"><h3><a href="{offer}">Open day at the old lighthouse on Saturday</a></h3></div>'
    assert len(articles(rows("/news/item-{n}") + page)) == 3
    assert articles(page) == [offer]  # alone, it may be one


def test_a_newsroom_s_articles_below_a_service_are_formed_like_its_others() -> None:
    for article, service in (
        ("/politics/2026/11/29/bridge-{n}", "/weather/2026/11/30/storm-hits-the-harbour-48999"),
        ("/money/tax/bridge_id_{n}.html", "/money/career/pilots-wanted-at-sea_id_48999.html"),
    ):
        page = f'<h3><a href="{service}">Storm hits the harbour in the night</a></h3>'
        assert service in articles(rows(article) + page)


def test_a_label_that_alone_leads_to_the_article_stays() -> None:
    page = "".join(
        f'<h3>{headline}</h3><a href="/news/{48210 + place}">Læs mere</a>' for place, headline in enumerate(HEADLINES)
    )
    assert len(articles(page.replace("/news/", "/news/item-"))) == 3


def test_the_rules_of_a_site_win_over_its_other_links() -> None:
    site = Site(name="harbour", hosts=("harbourpost.example",), include=("^/stampaj/",))
    assert "/stampaj/48210" in articles(rows("/vesti/{n}/obnova-srusenog-mosta", "/stampaj/{n}"), site)


def test_a_list_of_names_is_no_list_of_articles() -> None:
    names = "".join(
        f'<a href="/ord/{100000 + number}">ord {"abcdefghij"[number % 10] * (1 + number // 10)}</a>'
        for number in range(30)
    )
    assert articles(names + rows("/news/item-{n}")) == [f"/news/item-{48210 + place}" for place in range(3)]


def test_headlines_in_a_script_without_spaces_are_no_names() -> None:
    page = "".join(
        f'<a href="/NewsDetail.aspx?NewsID={48210 + number}">โรงเรียนสามแห่งในจังหวัด{"กขคงจฉชซญด"[number]}จะรวมกันในปีหน้า</a>'
        for number in range(10)
    )
    assert len(articles(page)) == 10


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display: none"><a href="/news/item-99999">Nothing for readers to follow here</a></div>',
        '<a style="position:absolute;left:-9999px" href="/news/item-99999">Nothing for readers to follow here</a>',
        '<p hidden><a href="/news/item-99999">Nothing for readers to follow here</a></p>',
        '<a aria-hidden="true" tabindex="-1" href="/news/item-99999"></a>',
    ],
)
def test_a_link_that_nobody_sees_is_not_followed(hidden: str) -> None:
    assert "/news/item-99999" not in articles(hidden + rows("/news/item-{n}"))


def test_the_lists_of_hidden_tabs_are_read() -> None:
    assert len(articles(f'<div class="tab" style="display:none">{rows("/news/item-{n}")}</div>')) == 3


def test_a_hidden_link_beside_one_that_is_seen() -> None:
    page = '<a aria-hidden="true" href="/news/item-48210"></a>' + rows("/news/item-{n}")
    assert len(articles(page)) == 3


def test_long_words_in_a_footer_are_no_headline() -> None:
    service = "How to subscribe to the print edition"
    assert articles(f'<footer><a href="/how-to-subscribe-in-print">{service}</a></footer>') == []
    assert articles(f'<article><footer><a href="/how-to-subscribe-in-print">{service}</a></footer></article>') != []


CODES = ("4F2A1", "9B0C7", "D3E88", "77A0F", "C1B52", "0E9D4")


def test_a_code_in_the_query_makes_a_row() -> None:
    page = "".join(
        f'<li><a href="/uutinen.php?c={code}">{title}</a></li>' for code, title in zip(CODES, ROWS, strict=True)
    )
    assert articles(page) == [f"/uutinen.php?c={code}" for code in CODES]


def test_words_in_the_query_make_none() -> None:
    page = "".join(
        f'<li><a href="/palvelu.php?c={word}">{title}</a></li>'
        for word, title in zip(("tolls", "water", "roads", "parks", "rent", "dogs"), ROWS, strict=True)
    )
    assert articles(page) == []

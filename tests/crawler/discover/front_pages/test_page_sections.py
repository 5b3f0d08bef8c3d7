"""Sections of a front page: by path, by number, by query, in frames; and what only looks like one."""

from __future__ import annotations

import pytest

from crawler.discover.front_pages.read_front_page import read_front_page
from db.models import ListingKind
from db.site_rules.loader import Site

URL = "https://www.harbourpost.example/"


def sections(*links: tuple[str, str], url: str = URL) -> list[str]:
    page = "".join(f'<a href="{address}">{words}</a>\n' for address, words in links)
    listing = read_front_page(f"<html><body>{page}</body></html>".encode(), url)
    return [one.url.partition(".example")[2] for one in listing.listings if one.kind is ListingKind.SECTION]


def test_a_query_names_a_section_where_others_differ_in_it_alone() -> None:
    asp = [("/list.asp?id=12", "本地新闻"), ("/list.asp?id=13", "国内新闻")]
    assert sections(*asp) == ["/list.asp?id=12", "/list.asp?id=13"]
    wordpress = [("/?cat=news", "News"), ("/?cat=5", "Sport")]
    assert sections(*wordpress) == ["/?cat=news", "/?cat=5"]
    named = [("/index.php?page=news", "News"), ("/index.php?page=town", "Town"), ("/index.php?page=login", "My page")]
    assert sections(*named) == ["/index.php?page=news", "/index.php?page=town"]
    joomla = [
        (f"/index.php?option=com_content&amp;view=category&amp;id={number}&amp;Itemid=10{number}", words)
        for number, words in ((5, "News"), (6, "Culture"))
    ]
    assert len(sections(*joomla)) == 2
    articles = [(f"/news/4821{place}", f"The council votes on the school roof {place}") for place in range(3)]
    assert sections(asp[0], *articles) == []
    assert sections(asp[0]) == ["/list.asp?id=12"]  # it may be the only list there is


def test_in_a_menu_a_number_alone_names_a_section() -> None:
    articles = "".join(
        f'<h2><a href="/news/4821{place}">The council votes on the school roof {place}</a></h2>' for place in range(3)
    )
    menu = '<nav><a href="/spip.php?rubrique4">Town</a><a href="/?view=map">Map</a></nav>'
    listing = read_front_page(f"<html><body>{menu}{articles}</body></html>".encode(), URL)
    assert [one.url.partition(".example")[2] for one in listing.listings] == ["/spip.php?rubrique4"]


def test_an_archive_is_the_section_of_a_page_without_articles() -> None:
    assert sections(("/archive", "Archive"), ("/subscribe", "Subscribe")) == ["/archive"]
    articles = [(f"/news/4821{place}", f"The council votes on the school roof {place}") for place in range(3)]
    assert sections(("/archive", "Archive"), *articles) == []


@pytest.mark.parametrize(("language", "found"), [("en-GB", ["/sport/", "/en/"]), ("", ["/sport/", "/de/", "/en/"])])
def test_what_the_page_says_to_be_in_another_language_is_no_section(language: str, found: list[str]) -> None:
    switch = '<a hreflang="de-AT" href="/de/">Deutsch</a><a hreflang="en" href="/en/">English</a>'
    page = f'<html lang="{language}"><body><nav><a href="/sport/">Sport</a></nav>{switch}</body></html>'
    listing = read_front_page(page.encode(), URL)
    assert [one.url.partition(".example")[2] for one in listing.listings] == found


@pytest.mark.parametrize("address", ["/spip.php?page=backend", "/?feed=rss2", "/index.php?format=feed&amp;type=rss"])
def test_a_query_may_call_a_link_a_feed(address: str) -> None:
    listing = read_front_page(f'<html><body><a href="{address}">What is new</a></body></html>'.encode(), URL)
    assert [one.kind for one in listing.listings] == [ListingKind.FEED]


def test_other_queries_name_none() -> None:
    facets = [("/news?sort=asc", "Oldest first"), ("/news?sort=desc", "Newest first")]
    days = [(f"/programme?date=2024-05-{day}", f"{day} May") for day in range(10, 15)]
    pages = [(f"/news.php?page={number}", "More news") for number in range(2, 5)]
    numbers = [(f"/list.asp?id={number}", str(number)) for number in range(2, 5)]
    assert sections(*facets, *days, *pages, *numbers) == []


@pytest.mark.parametrize("address", ["/noticiaPdf.do?idNoticia={}", "/reply.php?comment={}", "/directory.aspx?eid={}"])
def test_sections_have_names_of_their_own(address: str) -> None:
    assert sections(*((address.format(number), "PDF") for number in (11, 12, 13))) == []
    names = ("Politics", "Sport", "Arts")
    assert len(sections(*((address.format(number), name) for number, name in enumerate(names, 11)))) == 3


def test_a_query_that_a_menu_gives_to_all_leaves_the_path_to_decide() -> None:
    menu = [(f"/{name}/?iref=gnavi", name.title()) for name in ("politics", "sport", "arts")]
    assert sections(*menu) == ["/politics/?iref=gnavi", "/sport/?iref=gnavi", "/arts/?iref=gnavi"]
    assert sections(*menu[:2]) == []


def test_numbered_sections_but_no_pages_and_no_dates() -> None:
    assert sections(("/c/5", "Politics"), ("/channel/12/", "Sport"), ("/node_1002.htm", "国内")) == [
        "/c/5",
        "/channel/12/",
        "/node_1002.htm",
    ]
    assert sections(("/news/2", "2"), ("/news/3", "Next page"), ("/2024/05/", "May"), ("/archive/2024", "2024")) == []
    assert sections(("/news/index_1.html", "下一页"), ("/news/index_29.html", "尾页"), ("/news/list/3", "Last")) == []


def test_in_a_menu_the_number_of_a_section_may_have_its_name_after_it() -> None:
    links = '<a href="/Section/3/Pradesh.aspx">Region</a><a href="/c/12/sport">Sport</a><a href="/news/2026/boats">Boats</a>'
    for page, expected in (
        (f"<nav>{links}</nav>", ["/Section/3/Pradesh.aspx", "/c/12/sport"]),
        (f"<div>{links}</div>", []),
    ):
        listing = read_front_page(f"<html><body>{page}</body></html>".encode(), URL)
        assert [one.url.partition(".example")[2] for one in listing.listings] == expected


def test_categories_are_sections_but_tags_people_and_services_are_not() -> None:
    found = sections(
        ("/category/local-news/", "Local News"),
        ("/archives/category/harbour", "Harbour"),
        ("/rubric/politika/", "Политика"),
        ("/tag/ferries/", "Ferries"),
        ("/author/jane-doe/", "Jane Doe"),
        ("/shop/category/boats/", "Boats"),
        ("/sponsored/category/boats/", "Boats"),
    )
    assert found == ["/category/local-news/", "/archives/category/harbour", "/rubric/politika/"]
    site = Site(name="x", hosts=("www.harbourpost.example",), exclude=("/local",))
    page = b"<a href='/category/local-news/'>Local News</a><a href='/category/sport/'>Sport</a>"
    assert [one.url for one in read_front_page(page, URL, site=site).listings] == [f"{URL}category/sport/"]


@pytest.mark.parametrize(
    "service",
    [
        "Impressum",
        "Privacy & Cookie Policy",
        "Política de privacidad",
        "Kontakta oss",
        "Kullanım Şartları",
        "广告刊例",
        "О нас",
        "Abo",
        "Donate now",
        "Faire un don",
    ],
)
def test_services_are_no_sections_in_whatever_language(service: str) -> None:
    assert sections(("/politics", "Politics"), ("/page", service)) == ["/politics"]


@pytest.mark.parametrize("subject", ["Cookie recipes", "Datenschutzgrundverordnung", "個人情報漏えい"])
def test_a_subject_that_begins_like_a_service_is_a_section(subject: str) -> None:
    assert sections(("/subject", subject)) == ["/subject"]


def test_numbers_after_the_name_of_a_parameter() -> None:
    assert sections(("/spip.php?rubrique5", "Politique"), ("/spip.php?rubrique6", "Culture")) == [
        "/spip.php?rubrique5",
        "/spip.php?rubrique6",
    ]


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("404 Not Found", "en"),
        ("Page not found | Harbour Post", "en-GB"),
        ("Seite nicht gefunden", "de"),
        ("404", "zh"),
    ],
)
def test_a_section_that_is_gone_lists_nothing_whatever_it_recommends(title: str, language: str) -> None:
    link = '<h2><a href="/news/ferry-late-again-48213377">Ferry is late again, council told</a></h2>'
    page = f"<html lang='{language}'><title>{title}</title><body>{link}</body></html>".encode()
    gone = read_front_page(page, f"{URL}sport/")
    assert (gone.links, gone.listings, gone.note) == ((), (), "the page says that it does not exist")
    assert len(read_front_page(page.replace(title.encode(), b"Sport"), f"{URL}sport/").links) == 1
    assert len(read_front_page(page, URL).links) == 1


def test_the_pages_in_frames_are_sections() -> None:
    page = b"""<html><frameset cols="20%,80%"><frame src="menu.htm"><frame src="news/main.htm" title="News">
    <frame src="https://adverts.example/"></frameset></html>"""
    listing = read_front_page(page, URL)
    assert [(one.url, one.title) for one in listing.listings] == [
        (f"{URL}menu.htm", None),
        (f"{URL}news/main.htm", "News"),
    ]


def test_sections_in_any_script_however_long_their_escapes() -> None:
    assert sections(("/wiki/%D7%A7%D7%98%D7%92%D7%95%D7%A8%D7%99%D7%94:%D7%99%D7%A9%D7%A8%D7%90%D7%9C", "ישראל")) != []


def test_a_section_is_asked_for_without_the_session_that_the_page_was_sent_in() -> None:
    session = ";jsessionid=0B1CDC9FE1F929E469C5A54FFE0B2ED5"
    found = sections(
        (f"/portal/noticias.do{session}?area=1", "Actualidad"), (f"/portal/noticias.do{session}?area=2", "Deporte")
    )
    assert found == ["/portal/noticias.do?area=1", "/portal/noticias.do?area=2"]


def test_a_site_s_menu_of_tags_is_its_sections_where_it_has_no_others() -> None:
    tags = '<a href="/tag/kotimaa/">Kotimaa</a><a href="/tag/talous/">Talous</a>'
    about = '<footer><a href="/tag/koulut/">Koulut</a></footer>'
    rest = f'<article><a href="/post/48210">Kolme koulua yhdistetään ensi syksynä</a>{about}</article>'
    page = f"<html><body><nav>{tags}</nav>{rest}</body></html>"
    listing = read_front_page(page.encode(), URL)
    assert [one.url.partition(".example")[2] for one in listing.listings] == ["/tag/kotimaa/", "/tag/talous/"]
    menu = "".join(f'<a href="/{name}/">{name.title()}</a>' for name in ("urheilu", "kulttuuri", "ulkomaat"))
    listing = read_front_page(page.replace("<nav>", f"<nav>{menu}").encode(), URL)
    assert len(listing.listings) == 3


def test_a_list_to_choose_from_leads_to_sections() -> None:
    page = """<html><body><select onchange="location = this.value"><option value="">Rubrike</option>
    <option value="/rubrika/bih">BiH</option><option value="/rubrika/sport">Sport</option>
    <option value="/arhiva/2026-11-29">29.11.2026.</option></select>
    <select name="land"><option value="/x/de">Deutschland</option></select></body></html>"""
    listing = read_front_page(page.encode(), URL)
    assert [one.url.partition(".example")[2] for one in listing.listings] == ["/rubrika/bih", "/rubrika/sport"]


def test_hosts_with_articles_of_the_page_are_its_parts() -> None:
    menu = "".join(
        f'<nav><a href="https://{host}.harbourpost.example/">{host.title()}</a></nav>'
        for host in ("sport", "money", "account", "annonces", "partners-hub")
    )
    articles = "".join(
        f'<h2><a href="https://{host}.harbourpost.example/ferry-is-late-again-48210">Ferry is late again, council told</a></h2>'
        for host in ("sport", "money", "annonces")
    )
    parts = ["https://sport.harbourpost.example/", "https://money.harbourpost.example/"]
    for url in (URL, "https://harbourpost.example/"):
        listing = read_front_page(f"<body>{menu}{articles}</body>".encode(), url)
        assert [one.url for one in listing.listings] == parts
        assert len(listing.links) == 2
    nothing_else = read_front_page(f"<body>{menu}</body>".encode(), URL).listings
    assert [one.url for one in nothing_else] == [*parts, "https://partners-hub.harbourpost.example/"]
    main = (
        f'<nav><a href="{URL}">Home</a></nav>{articles}<a href="{URL}ferry-is-late-again-48211">Ferry is late again</a>'
    )
    assert read_front_page(f"<body>{main}</body>".encode(), "https://sport.harbourpost.example/").listings == ()


def test_the_editions_in_other_languages_are_no_sections() -> None:
    links = [("/en/", "English"), ("/pt-br/", "Português"), ("/fr/regions", "Régions"), ("/fr/", "Accueil")]
    assert sections(*links, url=f"{URL}fr/nouvelles.html") == ["/fr/regions", "/fr/"]
    assert sections(("/tv/", "TV"), ("/uk/", "UK")) == ["/tv/", "/uk/"]


def test_sections_by_the_numbers_and_folders_of_their_systems() -> None:
    sharepoint = ("/ar/MediaCenter/News/Pages/default.aspx", "الأخبار")
    office = ("/blaulicht/nr/4971", "Polizei Zug")
    lists = [(f"/www/list.do?bbsNo={number}&key={number}", f"공지 {number}번") for number in (12, 77)]
    assert sections(sharepoint, *lists) == [address for address, _ in (sharepoint, *lists)]
    menu = f'<nav><a href="{office[0]}">{office[1]}</a><a href="/news/2024">Year 2024</a></nav>'
    listing = read_front_page(f"<body>{menu}</body>".encode(), URL)
    assert [one.url for one in listing.listings] == [f"{URL}blaulicht/nr/4971"]
    searches = [(f"/list?keyword={word}&type=1", word) for word in ("harbour", "ferry")]
    assert sections(*searches) == []


def test_people_and_the_columns_of_a_directory_are_no_sections() -> None:
    people = [(f"/news?author=5f{number}", "Staff") for number in range(4)]
    columns = [
        (f"/bulletins/?C={column};O=A", name)
        for column, name in zip("NMSD", ("Name", "Changed", "Size", "About"), strict=True)
    ]
    assert sections(*people, *columns) == []


def in_menu(*links: tuple[str, str], articles: int = 0) -> list[str]:
    """The sections of a page with that menu and so many articles."""
    page = "".join(f'<a href="{address}">{words}</a>' for address, words in links)
    news = "".join(f'<h2><a href="/n/{48210 + n}">The council votes on bridge {n}</a></h2>' for n in range(articles))
    listing = read_front_page(f"<html><body><nav>{page}</nav>{news}</body></html>".encode(), URL)
    return [one.url.removeprefix(URL) for one in listing.listings if one.kind is ListingKind.SECTION]


def test_a_page_of_few_articles_may_name_their_list_in_full() -> None:
    union = ("/all.php", "News and statements for the press")
    assert in_menu(union) == ["all.php"]
    assert in_menu(union, articles=3) == []
    assert in_menu(union, ("/bridges", "Bridges")) == ["bridges", "all.php"]
    assert in_menu(("/all.php", "All that we have to say about the bridge and its tolls")) == []


def test_a_page_without_articles_may_lead_to_them_at_a_host_below_its_own() -> None:
    news, english, shop = (f"https://{name}.harbourpost.example/" for name in ("news", "en", "shop"))
    assert in_menu((news, "Newsroom"), (english, "English"), (shop, "Shop")) == [news]
    assert in_menu((news, "Newsroom"), articles=1) == []


def test_an_archive_in_a_short_menu_is_a_section() -> None:
    assert in_menu(("/about-the-harbour", "The harbour"), ("/archive", "All news"), articles=4) == [
        "about-the-harbour",
        "archive",
    ]
    sections = [(f"/{name}", name) for name in ("politics", "sport", "arts")]
    assert "archive" not in in_menu(*sections, ("/archive", "All news"), articles=4)


def test_a_page_of_wordpress_may_be_a_section() -> None:
    assert in_menu(("/?page_id=31", "Blog"), ("/?page_id=12", "Team"), articles=3) == ["?page_id=31", "?page_id=12"]


def test_of_a_numbered_series_outside_the_menu_the_last_are_sections() -> None:
    issues = [(f"/issue/{number}", f"Issue {number}") for number in (9, 10, 11, 12)]
    words = [(f"/topics.php?word{number}", f"Word {number}") for number in (1, 2, 3)]
    wards = [(f"/ward/{number}", name) for number, name in ((1, "Old Town"), (2, "Harbour"), (3, "Mills"))]
    assert sections(*issues, *words, *wards) == [
        *("/issue/11", "/issue/12", "/topics.php?word2", "/topics.php?word3", "/ward/1", "/ward/2", "/ward/3")
    ]
    page = "".join(f'<li><a href="/district/{number}">District {number}</a></li>' for number in range(1, 5))
    listing = read_front_page(f"<html><body><nav><ul>{page}</ul></nav></body></html>".encode(), URL)
    assert len(listing.listings) == 4


def test_the_page_itself_is_a_sibling_of_what_differs_in_a_number() -> None:
    own = URL + "hub?account=Mz5&list=1"
    assert sections(("/hub?account=Mz5&amp;list=2", "Earlier"), url=own) == ["/hub?account=Mz5&list=2"]
    assert sections(("/hub?account=Mz5&amp;list=2", "Earlier")) == []
    assert sections(("/hub?account=Mz5&amp;week=2", "Next week"), url=URL + "hub?account=Mz5&week=1") == []


def test_the_folder_of_a_page_s_articles_is_a_section_whatever_it_is_called() -> None:
    articles = [
        (f"/staff/why-the-ferry-waits-since-1979-10016{place}", f"Why the ferry waits {place}") for place in range(3)
    ]
    assert sections(("/staff/", "From our staff"), ("/author/", "Authors"), *articles) == ["/staff/"]
    assert sections(("/staff/", "From our staff"), *articles[:2]) == []


def test_an_index_in_a_language_is_a_section_and_a_person_none() -> None:
    assert sections(("/press/notes/html/index.en.html", "Press"), ("/@holt", "Anna Holt")) == [
        "/press/notes/html/index.en.html"
    ]

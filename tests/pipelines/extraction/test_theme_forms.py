"""What themes print around a text: section, tags, counters of comments, the site's name, authors of whom not all have a page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from tests.pipelines.extraction.press.press_page import TEXTS

TITLE, *PARAGRAPHS = TEXTS["en"]
_TIME = "<time datetime='2024-03-05T15:32Z'>March 5, 2024</time>"
_BODY = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)


def read(
    *,
    head: str = "",
    above: str = "",
    h1: str = TITLE,
    meta: str = "",
    body: str = _BODY,
    below: str = "",
    url: str = "https://www.post.example/town/2024/library",
    title: str = TITLE,
    front: str = "",
) -> dict[str, Any]:
    html = (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{title}</title>{head}</head><body>{front}"
        f"<div id='page'><main><article class='post'>{above}<h1>{h1}</h1><p class='meta'>{_TIME} {meta}</p>"
        f"<div class='entry-content'>{body}</div>{below}</article></main></div></body></html>"
    )
    return to_json(extract(Page(body=html.encode(), url=url), Sites()))


@pytest.mark.parametrize(
    ("above", "meta", "below"),
    [
        ("<ol class='breadcrumb'><li><a href='/'>Home</a></li><li><a href='/t/'>Town</a></li></ol>", "", ""),
        (
            "<nav aria-label='Breadcrumb'><a href='/'>Home</a><a href='/t'>Town</a><a href='/2024/03'>March</a></nav>",
            "",
            "",
        ),
        (
            f"<p id='breadcrumbs'><a href='/'>Home</a> / <a href='/t/'>Town</a> / <a href='/a'>{TITLE[:20]}</a></p>",
            "",
            "",
        ),
        ("<div class='position'>您的位置：<a href='/'>首页</a><a href='/t/'>Town</a></div>", "", ""),
        ("<div class='path'><a href='/'>Home</a> &gt; <a href='/t/'>Town</a> &gt; Story</div>", "", ""),
        ("", "in <a href='/c/town' rel='category tag'>Town</a>", ""),
        ("<ul class='td-category'><li><a href='/c/town'>Town</a></li></ul>", "", ""),
        ("", "", "<footer><p>Filed Under: <a href='/c' rel='category tag'>Town</a></p></footer>"),
        ("<a class='overline' href='/town/'>Town</a>", "", ""),
    ],
)
def test_a_printed_section(above: str, meta: str, below: str) -> None:
    assert read(above=above, meta=meta, below=below)["section"] == "Town"


_CRUMBS = "<nav class='breadcrumb'><a href='/'>Home</a><a href='/t/'>Town</a><a href='/t/l/'>Libraries</a></nav>"


def _stated(section: str | list[str], **other: Any) -> str:
    data = {"@type": "NewsArticle", "headline": TITLE, "articleSection": section} | other
    return f"<script type='application/ld+json'>{json.dumps(data)}</script>"


@pytest.mark.parametrize(
    ("head", "above", "want"),
    [
        (_stated("Town"), _CRUMBS, "Libraries"),
        (_stated("Culture"), _CRUMBS, "Culture"),
        (_stated("News"), _CRUMBS, "Libraries"),
        (_stated("News"), "", "News"),
        (_stated(["News", "Town"]), _CRUMBS.replace("Home", "Front"), "Libraries"),
        (_stated(["News", "Town"]), "", "Town"),
        (_stated("News") + "<meta property='article:section' content='Town'>", "", "Town"),
        (_stated("Town"), _CRUMBS.replace("/t/l/", "/all-about/libraries/"), "Town"),
        (_stated("Town,Culture"), "", "Town"),
        (_stated("Town, Sea and Culture"), "", "Town, Sea and Culture"),
        (_stated("Town, Culture") + "<meta property='article:section' content='Town'>", "", "Town"),
        ("", "<meta itemprop='articleSection' content='Town'>", "Town"),
    ],
)
def test_the_section_is_stated_and_what_is_filed_below_it_printed(head: str, above: str, want: str) -> None:
    assert read(head=head, above=above)["section"] == want


@pytest.mark.parametrize(
    "above",
    [
        "<p><a href='/a/'>Harbours »</a><a href='/b/'>Islands »</a></p>",
        "<p>Filed in <a href='/c' rel='category'>Uncategorized</a></p>",
        "<nav class='breadcrumb'><a href='/'>Harbour Post</a></nav>",
        "<nav class='breadcrumb'><a href='/'>Home</a><a href='/2024/'>2024</a></nav>",
        "<nav><a href='/sports/'>Sports</a><a href='/town/council/'>Council</a></nav>",
        "<nav class='breadcrumb'><a href='/'>Home</a><a href='/all/'>« Back to all stories</a></nav>",
    ],
)
def test_no_section_is_printed(above: str) -> None:
    assert read(above=above)["section"] is None


def _trail(*steps: tuple[str, str | None]) -> str:
    items = [
        {"@type": "ListItem", "position": at, "name": name, **({"item": item} if item else {})}
        for at, (name, item) in enumerate(steps, 1)
    ]
    return _json_ld({"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items})


def _json_ld(value: dict[str, Any]) -> str:
    return f"<script type='application/ld+json'>{json.dumps(value)}</script>"


_URL = "https://www.post.example/town/2024/library"
_OBJECT = {"@type": "ListItem", "position": 2, "item": {"@id": "https://www.post.example/t/", "name": "Town"}}
_STATED_SECTIONS = {
    "trail": _trail(("Post", "https://www.post.example/"), ("Town", "https://www.post.example/t/"), (TITLE, _URL)),
    "trail, the page without an address": _trail(
        ("Post", "https://www.post.example/"), ("Town", "/t/"), ("Books", None)
    ),
    "trail of names": _trail(("Post", None), ("Town", None), (TITLE, None)),
    "trail in another order": _json_ld(
        {"@type": "BreadcrumbList", "itemListElement": [_OBJECT, {"position": 1, "name": "Post", "item": "/en/"}]}
    ),
    "trail of the page": _json_ld(
        {"@type": "WebPage", "breadcrumb": {"@type": "BreadcrumbList", "itemListElement": [_OBJECT]}}
    ),
    "list": _json_ld({"@type": "NewsArticle", "headline": TITLE, "articleSection": ["Home", "Town", "Books"]}),
    "object": _json_ld(
        {"@type": "NewsArticle", "headline": TITLE, "articleSection": {"@type": "Thing", "name": "Town"}}
    ),
    "site's name": _json_ld(
        {
            "@type": "NewsArticle",
            "headline": TITLE,
            "publisher": {"name": "The Post"},
            "articleSection": ["The Post", "Town"],
        }
    ),
    "microdata in a meta": "<meta itemprop='articleSection' content='Town'>",
    "RDFa in a meta": "<meta property='articleSection' content='Town'>",
}


@pytest.mark.parametrize("head", _STATED_SECTIONS.values(), ids=_STATED_SECTIONS)
def test_a_stated_section(head: str) -> None:
    assert read(head=head)["section"] == "Town"


_MARKED_SECTIONS = {
    "microdata": "<span itemprop='articleSection'>Town</span>",
    "microdata around a link": "<p itemprop='articleSection'>Filed in <a href='/t/'>Town</a></p>",
    "RDFa": "<span property='schema:articleSection'>Town</span>",
    "RDFa trail": "<div typeof='BreadcrumbList'><a href='/'>Post</a><a href='/t/'>Town</a></div>",
    "French trail": "<div class='fil-ariane'><a href='/'>Accueil</a><a href='/t/'>Town</a></div>",
    "Spanish trail": "<div class='migas-de-pan'><a href='/'>Portada</a><a href='/t/'>Town</a></div>",
    "Czech label": "<nav aria-label='Drobečková navigace'><a href='/'>Úvod</a><a href='/t/'>Town</a></nav>",
    "nameless list": f"<ol><li><a href='/'>Post</a></li><li><a href='/t/'>Town</a></li><li>{TITLE}</li></ol>",
    "items without links": f"<ul class='crumbs'><li>Post</li><li>Town</li><li>{TITLE}</li></ul>",
    "words alone": f"<div>Post › Town › {TITLE}</div>",
    "words between strokes": f"<p>Post / Town / {TITLE}</p>",
    "front page of a language": "<p class='crumbs'><a href='/en/'>Front</a> <a href='/t/'>Town</a></p>",
    "a tag behind": "<p class='crumbs'><a href='/'>Post</a> <a href='/t/'>Town</a> <a href='/tag/books/'>Books</a></p>",
    "the page itself": f"<p class='crumbs'><a href='/'>Post</a> <a href='/t/'>Town</a> <a href='{_URL}'>The library</a></p>",
}


@pytest.mark.parametrize("above", _MARKED_SECTIONS.values(), ids=_MARKED_SECTIONS)
def test_a_marked_section(above: str) -> None:
    assert read(above=above)["section"] == "Town"


_MENU = (
    "<nav><a href='/books/'>Books</a><a href='/category/old-town/'>Old Town</a><a href='/latest/'>View more</a></nav>"
)


@pytest.mark.parametrize(
    ("above", "section"),
    [
        ("<div class='post category-old-town tag-books'>", "Old Town"),
        ("<div data-section='old-town'>", "Old Town"),
        ("<div class='section-header category-unknown'>", None),
        ("<div class='tag-books'>", None),
        ("<div class='category-latest'>", None),
    ],
)
def test_the_menu_names_the_section_whose_key_a_box_has(above: str, section: str | None) -> None:
    assert read(front=_MENU, above=above)["section"] == section


@pytest.mark.parametrize(
    "head",
    [
        _trail(("Post", "https://www.post.example/"), (TITLE, _URL)),
        _trail(("Home", "https://www.post.example/en/"), ("Library", _URL)),
        _trail(("Post", None), (TITLE, None)),
        _json_ld({"@type": "NewsArticle", "headline": TITLE, "articleSection": ["Home", TITLE]}),
        "<meta property='og:site_name' content='Post'><meta property='article:section' content='Post'>",
        '<script type=\'application/ld+json\'>{"@type": "BreadcrumbList", "itemListElement": [1, {"name": 2}]}</script>',
    ],
)
def test_no_section_is_stated(head: str) -> None:
    assert read(head=head)["section"] is None


_TAG_ROWS = [
    "<p class='post-tags'><span>Tags:</span> <a href='/x/books'>Books</a><a href='/x/harbour'>Harbour</a></p>",
    "<ul class='itemTags'><li><a href='/b'>Books</a></li><li><a href='/h'>Harbour</a></li></ul>",
    "<footer><span>Tagged: </span><a href='/b' rel='tag'>Books</a>, <a href='/h' rel='tag'>Harbour</a></footer>",
    "<footer>Filed Under: <a href='/c' rel='category tag'>Town</a> Tagged: <a href='/b' rel='tag'>Books</a>,"
    " <a href='/h' rel='tag'>Harbour</a></footer>",
    "<div>Topics: <a href='/tag/books'>#Books</a> <a href='/tag/harbour'>#Harbour</a></div>",
    "<div class='terms category'><a href='/c' rel='tag'>Town</a></div>"
    "<div class='terms'><a href='/b' rel='tag'>Books</a> <a href='/h' rel='tag'>Harbour</a></div>",
]


@pytest.mark.parametrize("row", _TAG_ROWS)
def test_printed_tags(row: str) -> None:
    assert read(below=row)["tags"] == ["Books", "Harbour"]


def test_a_row_of_tags_that_the_text_goes_on_behind() -> None:
    row = "<p class='basetags'><i>Topics: <a href='/tags/1/'>Books</a>, <a href='/tags/2/'>Harbour</a></i></p>"
    assert read(body=f"{_BODY}{row}<p>{PARAGRAPHS[0]} Everybody came.</p>")["tags"] == ["Books", "Harbour"]


@pytest.mark.parametrize(
    "link", ["<a href='/tag/books/'>See more</a>", "<a href='https://shop.example/x?tag=post-20'>Buy it</a>"]
)
def test_a_link_in_a_text_is_no_tag(link: str) -> None:
    assert read(body=f"{_BODY}<p>{link}</p><p>{PARAGRAPHS[0]} Everybody came.</p>")["tags"] == []


def test_stated_tags_come_first() -> None:
    stated = "<meta property='article:tag' content='Libraries'>"
    assert read(head=stated, below=_TAG_ROWS[0])["tags"] == ["Libraries"]


@pytest.mark.parametrize(
    ("head", "row", "want"),
    [
        ("<meta name='keywords' content='Books, post, news'>", _TAG_ROWS[0], ["Books", "Harbour"]),
        ("<meta name='keywords' content='Library, reading'>", _TAG_ROWS[0], ["Library", "reading"]),
        ("<meta name='keywords' content='Forestry, Hunting, Fishing'>", "", []),
        ("<meta name='keywords' content='Fishing, Libraries'>", "", ["Fishing", "Libraries"]),
        (_stated("Town", keywords=["NE_Ashby - ashby.post.example", "Libraries"]), "", ["Libraries"]),
        (_stated("Town", keywords=["smg2_world", "content_kind/kind-x", TITLE, "Libraries »"]), "", ["Libraries"]),
        ("", "<p class='tags'><a rel='tag' href='/x'>Uncategorized</a></p>", []),
    ],
)
def test_keywords_for_machines_yield_to_the_printed_tags_that_they_repeat(head: str, row: str, want: list[str]) -> None:
    assert read(head=head, below=row)["tags"] == want


@pytest.mark.parametrize("row", _TAG_ROWS[:3])
def test_tags_beside_the_article_are_of_the_site(row: str) -> None:
    assert read(below=f"<aside class='sidebar'><h3>Topics</h3>{row}</aside>")["tags"] == []


@pytest.mark.parametrize(
    ("meta", "below"),
    [
        ("| <a href='#comments'>12 Replies</a>", ""),
        ("<span class='views'>1,904</span><span class='comments-link'><a href='#respond'>12</a></span>", ""),
        ("Anna Holt <a class='c' href='#disqus_thread'>12</a>", ""),
        ("", f"<div id='comments'><h3>12 thoughts on “{TITLE}”</h3><p>Fine.</p></div>"),
        ("", "<section class='comments'><h2>Comments <span>12</span></h2><p>Fine.</p></section>"),
    ],
)
def test_a_counter_of_comments(meta: str, below: str) -> None:
    assert read(meta=meta, below=below)["comment_count"] == 12


@pytest.mark.parametrize("kind", ["https://schema.org/CommentAction", {"@type": "CommentAction"}])
def test_comments_counted_as_interactions(kind: Any) -> None:
    likes = {
        "@type": "InteractionCounter",
        "interactionType": "https://schema.org/LikeAction",
        "userInteractionCount": 61,
    }
    comments = {"@type": "InteractionCounter", "interactionType": kind, "userInteractionCount": "12"}
    data = {"@type": "NewsArticle", "headline": TITLE, "interactionStatistic": [likes, comments]}
    assert read(head=f"<script type='application/ld+json'>{json.dumps(data)}</script>")["comment_count"] == 12


@pytest.mark.parametrize(
    "front",
    [
        "<header><div class='site-logo'><a href='/'><img src='l.png' alt='Harbour Post logo'></a></div></header>",
        "<header><p class='site-title'><a href='https://www.post.example/'>Harbour Post</a></p></header>",
        "<table><tr><td><a class='logo' href='Default.asp'><img src='x.gif' alt='Harbour Post'></a></td></tr></table>",
        "<div><h2><a href='/'>Harbour Post</a></h2></div>",
    ],
)
def test_the_site_names_itself_in_its_logo(front: str) -> None:
    assert read(front=front, url="https://www.harbourpost.example/town/2024/library")["source"] == "Harbour Post"


@pytest.mark.parametrize(
    ("title", "front", "url", "want"),
    [
        (f"{TITLE} | Harbour Post", "", "https://www.hp.example/town/2024/library", "Harbour Post"),
        (f"{TITLE} | Häfen Post heute | Town", "", "https://haefenpost.example/t/library", "Häfen Post heute"),
        (
            f"{TITLE} - hp.example - Front - Town",
            "<link rel='canonical' href='https://hp.example/l'>",
            "",
            "hp.example",
        ),
        (
            f"{TITLE} | Harbour Post | All of the harbour",
            "<div itemprop='publisher'><meta itemprop='name' content='Harbour Post'></div>",
            "https://www.hp.example/town/2024/library",
            "Harbour Post",
        ),
        (f"{TITLE} | Town", "<meta property='article:section' content='Town'>", "", "The Island Times"),
        (f"{TITLE} | Postal services", "", "https://www.post.example/l/2024/3", "Postal services"),
    ],
)
def test_the_site_is_named_behind_the_headline_in_the_title(title: str, front: str, url: str, want: str) -> None:
    head, front = ("", front) if front.startswith("<div") else (front, "")
    source = "<p>Source: The Island Times</p>"
    assert read(title=title, head=head, front=front, below=source, url=url)["source"] == want


@pytest.mark.parametrize("name", [TITLE, f"{TITLE} | Harbour Post"])
def test_the_headline_is_no_name_of_the_site(name: str) -> None:
    stated = "".join(
        f"<meta property='og:{key}' content='{text}'>" for key, text in (("site_name", name), ("title", TITLE))
    )
    page = read(head=stated, title=f"{TITLE} | Harbour Post")
    assert (page["source"], page["title"]) == ("Harbour Post", TITLE)


def test_a_name_of_the_site_comes_before_its_address() -> None:
    name = "<meta property='og:site_name' content='www.post.example'><meta name='publisher' content='Harbour Post'>"
    assert read(head=name)["source"] == "Harbour Post"


def test_a_link_home_is_no_name() -> None:
    assert read(front="<header class='brand'><a href='/'>Home</a></header>")["source"] is None


def test_who_signs_the_stories_of_a_list_above_has_not_written_this_one() -> None:
    item = "<li><p><a href='/{0}'>A story of the islands and the sea {0}</a></p><span class='author'>{1}</span></li>"
    link = "<a href='/authors/o'>Odd Strand</a>"
    assert read(above=f"<ul>{item.format(1, link)}{item.format(2, link)}</ul>")["authors"] == []


@pytest.mark.parametrize(("name", "want"), [("Amy Strand", ["Amy Strand"]), ("Harbour Owner", ["Anna Holt"])])
def test_who_set_a_blog_up_signs_with_the_account_of_its_administrator(name: str, want: list[str]) -> None:
    signed = f"{_BODY}<p>Everybody came, and stayed until the evening. (Anna Holt)</p>"
    front = "<header><div class='site-logo'><a href='/'>Harbour Post</a></div></header>"
    byline = f"</p><p class='byline'>by <a href='/author/admin/'>{name}</a>"
    assert read(meta=byline, body=signed, front=front, title=f"{TITLE} | Harbour Post")["authors"] == want


def test_who_shares_a_post_that_the_text_shows_has_not_written_the_text() -> None:
    post = "<blockquote class='post'><p>A post written by Odd Strand (@odd)</p></blockquote>"
    assert read(body=f"{_BODY}{post}<p>{PARAGRAPHS[0]}</p>")["authors"] == []


def test_an_account_of_two_letters() -> None:
    assert read(meta="by <span class='author vcard fn'>oz</span>")["authors"] == ["oz"]


def test_an_organisation_by_its_type_in_microdata_yields_to_a_person() -> None:
    outlet = (
        "<div itemprop='author' itemscope itemtype='https://schema.org/Organization'>"
        "<meta itemprop='name' content='Coastal Reader'></div>"
    )
    signed = f"{_BODY}<p>Everybody came, and stayed until the evening. (Anna Holt)</p>"
    assert read(body=signed, below=outlet)["authors"] == ["Anna Holt"]


@pytest.mark.parametrize(
    "byline",
    [
        "By <a href='/author/a'>Anna Holt</a> and <span>Theo Lund</span>",
        "<span>By</span> <span><a href='/author/a'>Anna Holt</a> and <span>Theo Lund</span></span>",
    ],
)
def test_an_author_without_a_page(byline: str) -> None:
    assert read(meta=f"</p><p class='byline'>{byline}")["authors"] == ["Anna Holt", "Theo Lund"]


def test_a_link_to_all_that_an_author_wrote() -> None:
    biography = "<div class='author-info'><a rel='author' href='/author/a'>Everything that Anna Holt wrote</a></div>"
    card = "<span class='author vcard'><a class='url fn n' href='/author/a'>Anna Holt</a></span>"
    assert read(body=_BODY + biography, below=f"<footer>{card}</footer>")["authors"] == ["Anna Holt"]


def test_a_time_is_no_author() -> None:
    assert read(meta="</p><p>Author: townpaper on 05-03-2024, 09:12")["authors"] in ([], ["townpaper"])


@pytest.mark.parametrize(
    "filed",
    [
        "<a class='category' href='/c'>Council</a> <a href='#'>{}</a>",
        "<span class='bo_v_cate'>Council</span> <span>{}</span>",
    ],
)
def test_the_section_in_a_heading(filed: str) -> None:
    found = read(h1=filed.format(TITLE), title=f"Council - {TITLE}")
    assert (found["title"], found["kicker"]) == (TITLE, "Council")


def test_the_day_set_before_the_text() -> None:
    dated = f"<span class='news-date-time'>05.03.2024</span>{PARAGRAPHS[0]}<br><br>{PARAGRAPHS[1]}"
    assert read(body=f"<div class='detail'>{dated}</div>")["text"].startswith(PARAGRAPHS[0])


def test_a_note_of_who_edited() -> None:
    note = "<p class='editdate'>The story was changed by: clerk - 26-03-2024, 08:00<br>Reason: a typing mistake</p>"
    assert read(body=_BODY + note)["text"].endswith(PARAGRAPHS[-1])

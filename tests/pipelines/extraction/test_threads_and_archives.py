"""Pages that no news system made: threads of forums, archives of mail, sites of the 1990s, wikis, speeches, releases."""

from __future__ import annotations

from typing import Any

import pytest
from lxml.etree import _Element as Element

from db.models import Page
from db.site_rules.loader import Sites
from pipelines.extraction.article_json import to_json
from pipelines.extraction.extract import extract
from pipelines.extraction.page.boilerplate import prune_boilerplate
from pipelines.extraction.page.document import parse_document, text_of
from pipelines.extraction.page.main_content import find_main_content
from tests.pipelines.extraction.press.press_page import TEXTS

TITLE = "The ferry at Holt sails again"
TEXT = (
    "I took the ferry at Holt on Monday, the first time since it was laid up in November. Nobody else was aboard.",
    "The fare is what it was. The harbour master told me that he expects few passengers before the market opens.",
)
REPLY = "My sister crossed on Tuesday and she says that the bell on the jetty has been mended as well, at long last."
_FOURTH = "My uncle built the boat in Holt, and nobody whom I asked remembers in which year she was launched."
LONG = (*TEXT, REPLY, _FOURTH)
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in TEXT)


def read(body: str, *, head: str = "", title: str = f"{TITLE} - Harbour Talk", language: str = "en") -> dict[str, Any]:
    html = (
        f"<html lang={language}><head><meta charset=utf-8><title>{title}</title>{head}</head><body>{body}</body></html>"
    )
    url = "https://www.harbourtalk.example/topic/ferry-2207"
    return to_json(extract(Page(body=html.encode(), url=url), Sites()))


def lines(article: dict[str, Any]) -> list[str]:
    return str(article["text"]).split("\n")


_PHPBB = (
    "<h2 class=topic-title><a href=t>{title}</a></h2>"
    "<div id=p1 class='post has-profile bg2'><dl class=postprofile><dt><a class=username href='m.php?mode=viewprofile&u=8'>"
    "ada_holm</a></dt><dd>Posts: 611</dd></dl><div class=postbody><p class=author>by ada_holm » Mon Mar 25, 2024 7:12 pm</p>"
    "<div class=content>{first}</div></div></div><hr>"
    "<div id=p2 class='post has-profile bg1'><dl class=postprofile><dt><a class=username href='m.php?mode=viewprofile&u=9'>"
    "bo_lind</a></dt></dl><div class=postbody><p class=author>by bo_lind » Tue Mar 26, 2024 8:40 am</p>"
    "<div class=content>{reply}</div></div></div>"
)
_TABLES = (
    "<table width='100%'><tr><td class=forumtitle><b>{title}</b></td></tr></table><div id=posts>"
    "<div><table class=tborder><tr><td class=thead>03-25-2024, 07:12 PM</td></tr><tr><td><a class=bigusername "
    "href='/members/ada_holm.html'>ada_holm</a><div>Join Date: Jul 2009</div></td></tr><tr><td>{first}</td></tr></table></div>"
    "<div><table class=tborder><tr><td class=thead>03-26-2024, 08:40 AM</td></tr><tr><td><a class=bigusername>bo_lind</a></td></tr>"
    "<tr><td>{reply}</td></tr></table></div></div>"
)
_ARTICLES = (
    "<h1>{title}</h1><article class='message js-post'><div class=message-user><h4 class=message-name>"
    "<a class=username href='/members/ada_holm.8/'>ada_holm</a></h4></div><header><time datetime='2024-03-25T19:12:00+0000'>Mar 25"
    "</time></header><div class=bbWrapper>{first}</div></article><article class='message js-post'><div class=message-user>"
    "<h4 class=message-name><a class=username href='/members/bo_lind.9/'>bo_lind</a></h4></div><header>"
    "<time datetime='2024-03-26T08:40:00+0000'>Mar 26</time></header><div class=bbWrapper>{reply}</div></article>"
)
_TIME_BELOW = (
    "<h1>{title}</h1><div class=floor><a class=who href='/home?un=ada'>ada_holm</a><div class=words>{first}</div>"
    "<div class=below><span>No. 1</span><span>2024-03-25 19:12</span></div></div><div class=floor><a class=who>bo_lind</a>"
    "<div class=words>{reply}</div><div class=below><span>No. 2</span><span>2024-03-26 08:40</span></div></div>"
)
_NUMBERED = (
    "<h1>{title}</h1><div id=msg_71><table><tr><td><a href='home.php?uid=8'>ada_holm</a><td><p>Posted 2024-03-25 19:12</p>"
    "<div class=said id=said_71>{first}</div><div class=motto>Better a boat on the lake than two in the shed, I always say.</div>"
    "</table></div><div id=msg_85><table><tr><td><a href='home.php?uid=9'>bo_lind</a><td><p>Posted 2024-03-26 08:40</p>"
    "<div class=said id=said_85>{reply}</div></table></div>"
)
_THREADS = (_PHPBB, _TABLES, _ARTICLES, _TIME_BELOW, _NUMBERED)


@pytest.mark.parametrize("thread", _THREADS)
def test_the_opening_post_of_a_thread_is_the_article(thread: str) -> None:
    article = read(thread.format(title=TITLE, first="<br><br>".join(TEXT), reply=REPLY))
    assert lines(article) == [*TEXT]
    assert article["title"] == TITLE
    assert article["published"].startswith("2024-03-25")


def test_hours_of_a_day_told_in_boxes_are_one_text() -> None:
    boxes = (
        f"<div class=hour><h3>{hour}</h3><span>2024-03-25 {hour}</span><p>{text}</p><a class=to href='#{hour}'>Share</a></div>"
        for hour, text in (("08:10", TEXT[0]), ("09:40", REPLY))
    )
    assert REPLY in lines(read(f"<h1>{TITLE}</h1><div>{''.join(boxes)}</div>"))


@pytest.mark.parametrize("thread", _THREADS[:3])
def test_its_poster_is_the_author(thread: str) -> None:
    article = read(thread.format(title=TITLE, first="<br><br>".join(TEXT), reply=REPLY))
    assert article["authors"] == ["ada_holm"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2024-03-06T08:40:00Z", "2024-03-05T19:12:00Z"),  # the newest entry first, as in a live report
        ("", ""),  # sections of one text
    ],
)
def test_boxes_that_are_alike_need_not_be_posts(first: str, second: str) -> None:
    boxes = (
        f"<div class=entry><span class=author>Ada Holm</span> <time datetime='{at}'>{at[11:16]}</time><p>{text}</p></div>"
        for at, text in ((first, TEXT[0]), (second, REPLY))
    )
    assert REPLY in lines(read(f"<h1>{TITLE}</h1><div>{''.join(boxes)}</div>"))


@pytest.mark.parametrize(
    ("byline", "author"),
    [
        ("posted by <a href='/user/1234'>adaholm</a> at 3:15 PM on March 5, 2024", "adaholm"),
        ("by <a href='user?id=adaholm'>adaholm</a> <span><a>on Mar 5, 2024</a></span>", "adaholm"),
        ("<a class=author-name href='/user/ada_holm/'>ada_holm</a> <time datetime='2024-03-05'>1y ago</time>", "ada_holm"),
        ("<dl><dt><span><a class=username href='https://ada.example/'><b>ada_holm</b></a></span></dt></dl>", "ada_holm"),
    ],
)  # fmt: skip
def test_an_account_is_the_author_where_nobody_is_named(byline: str, author: str) -> None:
    assert read(f"<h1>{TITLE}</h1><div class=meta>{byline}</div>{PARAGRAPHS}")["authors"] == [author]
    named = f"<h1>{TITLE}</h1><div class=meta>{byline}</div><p>By Ada Holm</p>{PARAGRAPHS}"
    assert read(named)["authors"] == ["Ada Holm"]


def test_a_network_that_the_author_is_on_is_no_account() -> None:
    article = read(f"<h1>{TITLE}</h1><p>March 5, 2024 <a href='/user/feeds'>YouTube</a></p>{PARAGRAPHS}")
    assert article["authors"] == []


def pruned(body: str) -> Element:
    """The main content of a page without what is none of the article's."""
    document = parse_document(f"<html><body>{body}</body></html>")
    assert document is not None
    headline = next(line for line in document.lines if line.text == TITLE)
    content = prune_boilerplate(document, find_main_content(document, headline))
    assert content is not None
    return content.element


def test_menus_of_a_page_without_boxes_are_no_text() -> None:
    menu = "<small>[<a href=/>Home</a>] [Recent Decisions]</small><hr><b>You are here:</b> Harbour<br>Cite as: [2024] Harbour 1<hr>"
    first, second = ("".join(f"<li>{text}</li>" for text in texts) for texts in (LONG[:2], LONG[2:]))
    content = pruned(f"{menu}<center><h1>{TITLE}</h1></center><ol>{first}</ol><p>The boat</p><ol>{second}</ol>")
    assert [*content.itertext()] == [TITLE, *LONG[:2], "The boat", *LONG[2:]]


def test_text_among_paragraphs_becomes_one() -> None:
    box = "<table align=left><tr><td><b>A quote</b></td></tr></table>"
    text = f"<b>{LONG[0]}</b><P>{LONG[1]}<P>{box}{LONG[2]}<P>{LONG[3]}"
    cell = f"<font size=1>You are in: Holt</font><br><div><b>{TITLE}</b></div><font>{text}"
    content = pruned(f"<table><tr><td width=90><a href=/>Front Page</a></td><td>{cell}</font></td></tr></table>")
    assert [text_of(p, 1000) for p in content.iter("p") if len(p) or p.text] == [*LONG]


def test_a_rule_within_the_text_ends_nothing() -> None:
    assert lines(read(f"<h1>{TITLE}</h1><div>{PARAGRAPHS}<hr><p>{REPLY}</p></div>")) == [*TEXT, REPLY]


def test_tables_around_a_column_are_boxes() -> None:
    first, second = (f"<table><tr><td>{'<br><br>'.join(texts)}</td></tr></table>" for texts in (LONG[:2], LONG[2:]))
    content = pruned(
        f"<table><tr><td><h1>{TITLE}</h1><table><tr><td>{first}{second}</td></tr></table></td></tr></table>"
    )
    assert not [*content.iter("table", "td"), *content.iterancestors("table", "td")]


def test_notes_below_the_text_that_look_alike_are_dropped() -> None:
    body = (
        f"<h1>{TITLE}</h1><div class=body>{PARAGRAPHS}<p>{REPLY}</p><p>{_FOURTH}</p><p class=correction><b>CORRECTION</b></p>"
        "<p class=correction>The first version said that it was Sunday.</p></div>"
    )
    assert lines(read(body)) == [*TEXT, REPLY, _FOURTH]


def test_a_wiki_without_its_machinery() -> None:
    edit = "<span class=mw-editsection>[<a href=e>edit</a>]</span>"
    body = (
        f"<div id=content><h1>{TITLE}</h1><div id=siteSub>From Harbour Wiki</div><div class=mw-parser-output>{PARAGRAPHS}"
        f"<h2><span>Crossing</span>{edit}</h2><p>{REPLY}</p><table class=navbox><tr><th>Ferries of the coast</th></tr><tr><td>"
        "<a>Holt</a> • <a>Lund</a></td></tr></table></div></div>"
    )
    assert lines(read(body)) == [*TEXT, "Crossing", REPLY]


def test_the_years_of_a_life_are_no_publication() -> None:
    stated = (
        '<script type="application/ld+json">{"@type":"NewsArticle","name":"Ada","datePublished":"2024-03-07"}</script>'
    )
    body = f"<h1>Ada Holm</h1><p>February 11, 1995 — March 3, 2024</p>{PARAGRAPHS}"
    assert read(body, head=stated, title="Ada Holm")["published"] == "2024-03-07"


def test_a_printed_zone_holds_for_a_statement_without_one() -> None:
    head = '<meta name="OriginalPublicationDate" content="2024/05/15 11:04:18">'
    body = f"<p>Wednesday, 15 May, 2024, 11:04 GMT 12:04 UK</p><h1>{TITLE}</h1>{PARAGRAPHS}"
    assert read(body, head=head, language="en-GB")["published"] == "2024-05-15T12:04:18+01:00"


def test_a_time_of_day_below_its_day() -> None:
    body = f"<h1>{TITLE}</h1><div><time datetime=2024-03-05>5 March 2024</time><div class=meta__time>16:30</div></div>"
    assert read(body + PARAGRAPHS)["published"].startswith("2024-03-05T16:30")


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("Department of Roads and Ferries", "en"),
        ("Ministry of Rest and Space", "en"),
        ("Ministerie van Rust en Ruimte", "nl"),
    ],
)
def test_the_name_of_an_organisation_stays_whole(name: str, language: str) -> None:
    head = f'<meta name="dcterms.creator" content="{name}">'
    assert read(f"<h1>{TITLE}</h1>{PARAGRAPHS}", head=head, language=language)["authors"] == [name]


def test_the_headline_of_a_page_without_h1() -> None:
    page = read(f"<p id=BlogTitle>{TITLE}</p>{PARAGRAPHS}", title=f"Harbour Talk » {TITLE} » Print")
    assert page["title"] == TITLE


def test_a_footer_that_holds_the_page_is_none() -> None:
    head = f'<meta property="og:title" content="{TITLE}">'
    body = (
        f"<div class=flex-wrap-footer><p>We acknowledge support from all members of the harbour.</p><h1>Harbour &gt; Ferries"
        f"</h1><h1><span>Title:</span>{TITLE}</h1><blockquote>{TEXT[0]} {TEXT[1]}</blockquote></div>"
    )
    assert lines(read(body, head=head))[0].startswith(TEXT[0])


@pytest.mark.parametrize(
    ("line", "language"),
    [("Foto di Ada Holm", "it"), ("Foto de Ada Holm", "es"), ("Fot. Ada Holm", "pl"), ("Фото Анна Холм", "ru")],
)
def test_who_took_the_picture_is_no_author(line: str, language: str) -> None:
    title, *text = TEXTS[language]
    page = f"<h1>{title}</h1><p>2024-03-05</p><p>{line}</p>{''.join(f'<p>{one}</p>' for one in text)}"
    assert read(page, title=f"{title} - Harbour Talk", language=language)["authors"] == []


def test_the_head_of_a_table_names_nobody() -> None:
    table = f"<table><tr><th>Author</th><th>Message</th></tr></table><p>2024-03-05</p>{PARAGRAPHS}"
    assert read(f"<h1>{TITLE}</h1>{table}")["authors"] == []


@pytest.mark.parametrize(
    ("byline", "name", "language"),
    [
        ("Preacher: Ada Holm", "Ada Holm", "en"),
        ("Ada Holm, PhD, RN<br>March 5, 2024", "Ada Holm", "en"),
        ("Eingestellt von Ada Holm um 10:15", "Ada Holm", "de"),
        ("Intervenant : Ada Holm", "Ada Holm", "fr"),
        ("Enviado por Ada Holm el 5 marzo 2024", "Ada Holm", "es"),
        ("Autor tekstu: Ada Holm", "Ada Holm", "pl"),
        ("Röportaj: Ayşe Yılmaz", "Ayşe Yılmaz", "tr"),
        ("Người đăng: Nguyễn Văn An", "Nguyễn Văn An", "vi"),
        ("作者：山田花子", "山田花子", "ja"),
        ("필자: 김민수", "김민수", "ko"),
        ("โพสต์โดย สมชาย ใจดี", "สมชาย ใจดี", "th"),
        ("حوار: أحمد السيد", "أحمد السيد", "ar"),
        ("نوشته شده توسط علی رضایی", "علی رضایی", "fa"),
        ("Συγγραφέας: Γιώργος Παππάς", "Γιώργος Παππάς", "el"),
        ("Beküldte: Ada Holm", "Ada Holm", "hu"),
        ("Laporan Budi Santoso", "Budi Santoso", "id"),
        ("লিখেছেন রহিম উদ্দিন", "রহিম উদ্দিন", "bn"),
        ("Написа Анна Холм", "Анна Холм", "bg"),
        ("Razgovarala: Ada Holm", "Ada Holm", "hr"),
        ("Разговарала: Ана Петровић", "Ана Петровић", "sr"),
        ("Розмовляла Анна Холм", "Анна Холм", "uk"),
        ("נכתב על ידי דנה לוי", "דנה לוי", "he"),
        ("Publicat per Ada Holm", "Ada Holm", "ca"),
        ("Raksta Ada Holm", "Ada Holm", "lv"),
        ("राहुल शर्मा<br>2024-03-05", "राहुल शर्मा", "hi"),
        ("রহিম উদ্দিন, হল্ট<br>2024-03-05", "রহিম উদ্দিন", "bn"),
    ],
)
def test_labels_before_a_name(byline: str, name: str, language: str) -> None:
    assert read(f"<h1>{TITLE}</h1><p>{byline}</p>{PARAGRAPHS}", language=language)["authors"] == [name]

"""Site rules: CSS, XPath, pattern, attribute, an end. They see the page as received and beat the general reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from db.models import Article, Image, Outcome, Page, Rejection
from db.site_rules.loader import FieldRule, Site, Sites
from pipelines.extraction.extract import extract
from pipelines.extraction.site_rules import rule_finds
from pipelines.text_limits import MAX_ATTRIBUTES
from tests.pipelines.extraction.page_folders import PAGES

HTML = (
    (PAGES / "en_json_ld" / "page.html")
    .read_bytes()
    .replace(b"</article>", b'<p class="desk" data-at="2024-03-05 20:15">Desk: <b>Nils Berg</b></p></article>')
)


ADDRESS = "https://www.sandholm-courier.com/news/ferry-to-sandholm"


def outcome_of(
    html: str | bytes,
    *rules: FieldRule,
    timezone: str | None = None,
    language: str | None = None,
    url: str | None = ADDRESS,
    fetched_at: datetime | None = None,
) -> Outcome:
    body = html if isinstance(html, bytes) else html.encode()
    hosts = ("sandholm-courier.com",)
    site = Site(name="courier", hosts=hosts, outlet="Courier", timezone=timezone, language=language, fields=rules)
    page = Page(body=body, url=url, content_type="text/html; charset=utf-8", fetched_at=fetched_at)
    return extract(page, Sites(by_host={"sandholm-courier.com": site}, version="test"))


def article_of(html: str | bytes, *rules: FieldRule, **known: str | None) -> Article:
    outcome = outcome_of(html, *rules, **known)  # type: ignore[arg-type]
    assert isinstance(outcome, Article), outcome
    return outcome


def read(*rules: FieldRule, timezone: str | None = None) -> Article:
    return article_of(HTML, *rules, timezone=timezone)


def with_body(inner: str, *, head: str = "<title>Ferry</title>", lang: str = "en") -> str:
    """A page whose article is short but real, with `inner` behind it."""
    text = (
        "<p>The ferry to Sandholm will sail again on Monday, the harbour office said in a note to its passengers.</p>"
        "<p>Its engine was mended in the dock at Brandvik, which took a week longer than planned and cost the island dear.</p>"
        "<p>Until then the mail boat takes walkers and bicycles across twice a day; cars must go round by the bridge at Holm.</p>"
    )
    return f"<html lang={lang}><head>{head}</head><body><h1>Ferry sails again</h1>{text}{inner}</body></html>"


def test_a_kicker_of_the_rules_and_one_beside_a_title_of_the_rules() -> None:
    html = with_body("<b class='tag'>Islands</b>").replace("<h1>", "<p class='kicker'>Harbour</p><h1>")
    assert article_of(html, FieldRule(field="kicker", css="b.tag")).kicker == "Islands"
    article = article_of(html, FieldRule(field="title", css="title"))
    assert (article.kicker, article.title) == ("Harbour", "Ferry")


def test_a_value_of_ones_own_for_one_page() -> None:
    own = FieldRule(field="authors", value="Ada Lund, 王小雨", pages=("/ferry-to-sandholm$",))
    general = FieldRule(field="authors", css="p.desk b")
    assert article_of(HTML, own, general).authors == ("Ada Lund", "王小雨")
    assert article_of(HTML, own, general).provenance["authors"] == "site rule courier"
    assert article_of(HTML, own, general, url=f"{ADDRESS}-2").authors == ("Nils Berg",)
    assert article_of(HTML, own, general, url=f"{ADDRESS}?page=2").authors == ("Nils Berg",)
    at = FieldRule(field="published", value="3 March 2024, 9h05", pages=("^/news/",))
    published = article_of(HTML, at, timezone="Europe/Oslo").published
    assert published is not None
    assert published.iso == "2024-03-03T09:05+01:00"


def test_a_page_without_a_usable_address_is_none_of_those_that_a_rule_names() -> None:
    rule = FieldRule(field="section", value="Sea", pages=(".",))
    assert rule.is_for("/news/1")
    assert not rule.is_for("")
    assert rule_finds("", [rule, replace(rule, pages=())], "http://[half") == (None, "Sea")


def test_css_xpath_pattern_and_attribute() -> None:
    article = read(
        FieldRule(field="editors", css="p.desk b"),
        FieldRule(field="subtitle", xpath="//p[@class='desk']"),
        FieldRule(field="section", regex=r'href="/(sport)"'),
        FieldRule(field="modified", css="p.desk", attribute="data-at"),
        timezone="Europe/Oslo",
    )
    assert article.editors == ("Nils Berg",)
    assert article.subtitle == "Desk: Nils Berg"
    assert article.section == "sport"
    assert article.modified is not None
    assert article.modified.iso == "2024-03-05T20:15+01:00"
    assert article.provenance["editors"] == "site rule courier"
    assert article.authors == ("Anna Holt",)


def test_a_rule_that_finds_nothing_changes_nothing() -> None:
    assert read(FieldRule(field="title", css="h1.none")).title == "Ferry to Sandholm to sail again"


def test_a_rule_ends_on_its_day() -> None:
    old, new = date(2024, 3, 1), date(2024, 4, 1)
    assert read(FieldRule(field="section", css="h1", until=old)).section == "News"
    assert read(FieldRule(field="section", css="h1", until=new)).section == "Ferry to Sandholm to sail again"


def test_the_site_names_the_outlet_where_the_page_does_not() -> None:
    body = (PAGES / "zh_time_in_script" / "page.html").read_bytes()
    site = Site(name="qingxi", hosts=("qingxi-daily.cn",), outlet="清溪日报")
    outcome = extract(
        Page(body=body, url="https://www.qingxi-daily.cn/a/88.html"), Sites(by_host={"qingxi-daily.cn": site})
    )
    assert isinstance(outcome, Article)
    assert outcome.source == "清溪日报"
    assert outcome.provenance["source"] == "site"


# --- What the general reader does not see or cuts


def test_a_rule_sees_what_the_general_reader_cuts_before_it_reads() -> None:
    page = with_body(
        "<div class='share'><span class=kicker>Harbour</span></div><nav class=menu><b>Mo Lund</b></nav>"
        "<footer><p class=tag>ferry</p></footer><!-- section: Coast --><script>var shown = 12;</script>"
        "<div hidden><i class=deck>A short note</i></div><div class=related><time datetime='2024-03-05T20:15'>x</time></div>"
    )
    article = article_of(
        page,
        FieldRule(field="section", css=".kicker"),
        FieldRule(field="authors", xpath="//nav/b"),
        FieldRule(field="tags", css="footer .tag"),
        FieldRule(field="subtitle", xpath="//comment()[contains(., 'section')]"),
        FieldRule(field="comment_count", css="script"),
        FieldRule(field="description", css="i.deck"),
        FieldRule(field="published", css=".related time"),
        timezone="Europe/Oslo",
    )
    assert (article.section, article.authors, article.tags) == ("Harbour", ("Mo Lund",), ("ferry",))
    assert (article.subtitle, article.comment_count, article.description) == ("section: Coast", 12, "A short note")
    assert article.published is not None
    assert article.published.iso == "2024-03-05T20:15+01:00"


def test_a_rule_sees_a_page_parsed_as_the_general_reader_does() -> None:
    """Behind an inner end of the page, and of a tag no more attributes than take time in proportion to their number."""
    behind = with_body("</body></html><!-- part two --><p class=desk>Desk: Mo Lund</p>" + " " * 200)
    assert article_of(behind, FieldRule(field="section", css=".desk")).section == "Desk: Mo Lund"
    attributes = " ".join(f"data-{number}=y" for number in range(MAX_ATTRIBUTES + 1))
    crowded = with_body(f"<p {attributes}>{'x' * 20}</p>")
    rules = [FieldRule(field=name, css="p", attribute=f"data-{number}") for name, number in _FIRST_AND_LAST]
    article = article_of(crowded, *rules)
    assert (article.section, article.kicker) == ("y", None)


_FIRST_AND_LAST = (("section", 0), ("kicker", MAX_ATTRIBUTES))


SCRIPTED = (
    "<html lang=en><head><title>Ferry</title></head><body><div id=app></div>"
    "<script id=state>{}</script><script>render()</script></body></html>"
)
STATE = 'window.state = {"headline": "Ferry \\u0026 tide", "body": "<p>It sails.</p><p>At 9 o\\u2019clock.<br>Daily.<\\/p>"}'
TITLE = FieldRule(field="title", regex=r'"headline": "([^"]+)"')


@pytest.mark.parametrize(
    ("html", "rule"),
    [
        (SCRIPTED.format(STATE), FieldRule(field="text", regex=r'"body": "((?:[^"\\]|\\.)*)"')),
        (
            SCRIPTED.format("<p>It sails.</p><p>At 9 o&rsquo;clock.<br>Daily.") + f"<!-- {STATE} -->",
            FieldRule(field="text", css="script#state"),
        ),
        (
            SCRIPTED.format(STATE).replace("id=app", "id=app data-text='<p>It sails.<p>At 9 o’clock.<br/>Daily.'"),
            FieldRule(field="text", css="#app", attribute="Data-Text"),
        ),
        (
            SCRIPTED.format(STATE).replace("id=app", "id=app data-text='<p>It sails.<p>At 9 o’clock.<br/>Daily.'"),
            FieldRule(field="text", xpath="//@data-text"),
        ),
        (
            SCRIPTED.format(STATE).replace(
                "<div id=app>", "<div id=app class=nav><p>It <b>sails</b>.<p>At 9 o’clock.<br>Daily."
            ),
            FieldRule(field="text", css="DIV#app"),
        ),
    ],
)
def test_a_rule_gives_the_text_of_a_page_without_any_for_the_general_reader(html: str, rule: FieldRule) -> None:
    general = outcome_of(html, TITLE)
    assert isinstance(general, Rejection)
    article = article_of(html, TITLE, rule)
    assert article.title == "Ferry & tide"
    assert article.text == "It sails.\nAt 9 o’clock.\nDaily."
    assert article.word_count == 6
    assert article.provenance["text"] == "site rule courier"


def test_a_rule_for_the_text_beats_the_judgement_of_what_an_article_is() -> None:
    links = "".join(f"<li><a href=/{n}>Another headline of the day {n}</a></li>" for n in range(60))
    page = f"<html lang=en><body><h1>Short</h1><ul>{links}</ul><div class=body>It sails.</div></body></html>"
    rule = FieldRule(field="text", css="div.body")
    for url in (
        "https://sandholm-courier.com/a",
        "https://sandholm-courier.com/",
        "https://sandholm-courier.com/list_2.html",
    ):
        assert isinstance(outcome_of(page, url=url), Rejection)
        assert article_of(page, rule, url=url).text == "It sails."
    gone = outcome_of(page.replace("Short", "Page not found"), rule)
    assert isinstance(gone, Rejection)  # the site's error page has the same boxes


def test_a_page_past_the_bounds_of_the_general_reader() -> None:
    page = with_body(f"<script>{'x = 1; ' * 300_000}</script>" + "<i>a</i>" * 25_000 + "<b class=last>Coast</b>")
    article = article_of(page, FieldRule(field="section", css="b.last"))
    assert article.section == "Coast"


# --- Values


@pytest.mark.parametrize(
    ("line", "lang", "names"),
    [
        ("Anna Holt, Ben Ruud", "en", ("Anna Holt", "Ben Ruud")),
        ("By Anna Holt and Ben Ruud", "en", ("Anna Holt", "Ben Ruud")),
        ("Von Anna Holt und Ben Ruud", "de", ("Anna Holt", "Ben Ruud")),
        ("Anna Holt, Ben Ruud", "zh", ("Anna Holt", "Ben Ruud")),
        ("记者：林疏影 陆晴川", "zh", ("林疏影", "陆晴川")),
        ("林 疏、陆晴川", "zh", ("林疏", "陆晴川")),
        ("佐藤花子、鈴木一郎", "ja", ("佐藤花子", "鈴木一郎")),
        ("김민수 기자, 박철수 기자", "ko", ("김민수", "박철수")),
        ("Анна Холт и Борис Руд", "ru", ("Анна Холт", "Борис Руд")),
        ("dpa", "de", ("dpa",)),
    ],
)
def test_names_are_divided_as_the_language_of_the_page_does(line: str, lang: str, names: tuple[str, ...]) -> None:
    page = with_body(f"<div class=share><p class=who>{line}</p></div>")
    for field in ("authors", "editors", "proofreaders"):
        article = article_of(page, FieldRule(field=field, css="p.who"), language=lang)
        assert getattr(article, field) == names


def test_names_of_several_elements_and_lines() -> None:
    page = with_body("<ul class=who><li>Anna Holt</li><li>Ben Ruud</li></ul>")
    assert article_of(page, FieldRule(field="authors", css="ul.who")).authors == ("Anna Holt", "Ben Ruud")
    assert article_of(page, FieldRule(field="authors", css="ul.who li")).authors == ("Anna Holt", "Ben Ruud")


@pytest.mark.parametrize(
    ("markup", "iso"),
    [
        ("<time datetime=2024-03-05T20:15:00Z>5 March</time>", "2024-03-05T21:15:00+01:00"),
        ("<meta content='2024-03-05 20:15'>", "2024-03-05T20:15+01:00"),
        ("<b>Published on 5 March 2024 at 20:15</b>", "2024-03-05T20:15+01:00"),
        ("<b>3 hours ago</b>", "2024-03-05T21:00+01:00"),
        ("<b>1709666100</b>", "2024-03-05T20:15:00+01:00"),
    ],
)
def test_times_as_machines_and_readers_see_them(markup: str, iso: str) -> None:
    page = with_body(f"<div class=share><div id=when>{markup}</div></div>")
    fetched_at = datetime(2024, 3, 5, 23, 0, tzinfo=UTC)
    rule = FieldRule(field="published", css="#when > *")
    outcome = outcome_of(page, rule, timezone="Europe/Oslo", fetched_at=fetched_at)
    assert isinstance(outcome, Article)
    assert outcome.published is not None
    assert outcome.published.iso == iso


def test_every_other_field() -> None:
    page = with_body(
        "<link rel=alternate class=canon href=/ferry><p class=paid>false</p><p class=lang>zh-Hant-TW</p>"
        "<p class=count>1,204 comments</p><p class=rounded>1.2k comments</p><meta class=keys content='ferry, tide; coast'>"
        "<figure><img src=/a.jpg alt=Quay><figcaption>The quay</figcaption></figure>"
        "<span class=photo>/b.jpg</span><h2 class=long>A<br>B</h2>"
    )
    article = article_of(
        page,
        FieldRule(field="canonical_url", css=".canon"),
        FieldRule(field="paywalled", css=".paid"),
        FieldRule(field="comment_count", css=".rounded"),
        FieldRule(field="comment_count", css=".count"),
        FieldRule(field="tags", css=".keys"),
        FieldRule(field="images", css="figure, .photo"),
        FieldRule(field="source", xpath="string(//h2)"),
        FieldRule(field="original_source", css="h2.long"),
        FieldRule(field="section", regex=r"<h2 class=(?:(short)|(long))"),
        FieldRule(field="subtitle", xpath="count(//p[@class])"),
        FieldRule(field="description", regex="class=(nothing)|class=rounded"),
    )
    assert article.canonical_url == "https://www.sandholm-courier.com/ferry"
    assert (article.paywalled, article.comment_count, article.tags) == (False, 1204, ("ferry", "tide", "coast"))
    assert article.images == (
        Image(url="https://www.sandholm-courier.com/a.jpg", alt="Quay", caption="The quay"),
        Image(url="https://www.sandholm-courier.com/b.jpg"),
    )
    assert (article.source, article.original_source) == ("AB", "A B")
    assert (article.section, article.subtitle, article.description) == ("long", "4", None)
    ruled = article_of(page, FieldRule(field="language", css=".lang"), FieldRule(field="paywalled", css="h1"))
    assert (ruled.language, ruled.paywalled) == ("zh", True)


def test_what_looks_like_markup_and_is_text() -> None:
    page = with_body("<h2 title='The &lt;b&gt; tag &amp;amp; co'>The &lt;i&gt; tag</h2><!-- The <u>coast</u> -->")
    article = article_of(
        page,
        FieldRule(field="title", css="h2", attribute="title"),
        FieldRule(field="subtitle", css="h2"),
        FieldRule(field="section", xpath="string(//h2)"),
        FieldRule(field="description", xpath="//comment()"),
        FieldRule(field="source", regex="title='([^']+)'"),
    )
    assert (article.title, article.subtitle, article.section) == ("The <b> tag &amp; co", "The <i> tag", "The <i> tag")
    assert (article.description, article.source) == ("The coast", "The <b> tag &amp; co")


# --- Which rules hold


def test_the_day_of_a_rule_that_reads_the_day_itself() -> None:
    page = with_body("<i class=new data-d=2024-05-01></i><b class=old data-d=2024-02-01></b>")
    rules = (
        FieldRule(field="published", css="i.new", attribute="data-d", until=date(2024, 4, 1)),
        FieldRule(field="published", css="b.old", attribute="data-d", until=date(2024, 3, 1)),
        FieldRule(field="section", css="h1", until=date(2024, 3, 1)),
    )
    article = article_of(page, *rules)
    assert article.published is not None
    assert (article.published.iso, article.section) == ("2024-02-01", "Ferry sails again")


def test_a_page_without_a_day_was_published_before_it_was_fetched() -> None:
    rule = FieldRule(field="section", css="h1", until=date(2024, 3, 1))
    for fetched_at, section in (
        (None, None),
        (datetime(2024, 4, 1, tzinfo=UTC), None),
        (datetime(2024, 2, 1, tzinfo=UTC), "Ferry sails again"),
    ):
        outcome = outcome_of(with_body(""), rule, fetched_at=fetched_at)
        assert isinstance(outcome, Article)
        assert outcome.section == section


def test_a_file_without_an_address_is_read_by_the_rules_of_the_one_that_it_states() -> None:
    rule = FieldRule(field="section", css="h1")
    canonical = "<link rel=canonical href=https://sandholm-courier.com/ferry>"
    assert article_of(with_body("", head=canonical), rule, url=None).section == "Ferry sails again"
    assert article_of(with_body("", head=canonical), rule, url="https://elsewhere.example/a").section is None
    assert article_of(with_body(""), rule, url=None).section is None


def test_a_language_tag_of_the_site_names_its_language() -> None:
    page = with_body("<p class=who>林疏影 陆晴川</p>")
    article = article_of(page, FieldRule(field="editors", css="p.who"), language="zh-Hant")
    assert (article.language, article.editors) == ("zh", ("林疏影", "陆晴川"))

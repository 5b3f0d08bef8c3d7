"""Site rules over what the general reader finds: CSS, XPath, pattern, attribute, and rules that end on a day."""

from __future__ import annotations

from datetime import date

from db.nouns import Article, Page
from db.sites import FieldRule, Site, Sites
from pipelines.extract import extract
from tests.reading.test_pages import PAGES

HTML = (
    (PAGES / "en_json_ld" / "page.html")
    .read_bytes()
    .replace(b"</article>", b'<p class="desk" data-at="2024-03-05 20:15">Desk: <b>Nils Berg</b></p></article>')
)


def read(*rules: FieldRule, timezone: str | None = None) -> Article:
    site = Site(name="courier", hosts=("sandholm-courier.com",), outlet="Courier", timezone=timezone, fields=rules)
    page = Page(body=HTML, url="https://www.sandholm-courier.com/news/ferry-to-sandholm")
    outcome = extract(page, Sites(by_host={"sandholm-courier.com": site}, version="test"))
    assert isinstance(outcome, Article)
    return outcome


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

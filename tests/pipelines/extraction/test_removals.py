"""Site rules that take something out of a page: what they take is seen by no reader, and nothing else changes."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from db.models import Article, Outcome, Page, Rejection
from db.site_rules.loader import FieldRule, RemoveRule, Site, Sites
from pipelines.extraction.extract import extract

ADDRESS = "https://www.sandholm-courier.com/news/ferry"
TEXT = (
    "The ferry to Sandholm will sail again on Monday, the harbour office said in a note to its passengers.",
    "Its engine was mended in the dock at Brandvik, which took a week longer than planned and cost the island dear.",
    "Until then the mail boat takes walkers and bicycles across twice a day; cars must go round by the bridge at Holm.",
)
PITCH = (
    "Sandholm deserves honest reporting, and eleven thousand islanders already start their day with our morning letter."
)
BOX = f"<div class='letter'><p>{PITCH}</p></div>"


def page_with(inner: str, *, head: str = "", after: str = "") -> str:
    """An article with something between its paragraphs."""
    first, *others = (f"<p>{paragraph}</p>" for paragraph in TEXT)
    return (
        f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>Ferry sails again</title>{head}</head><body>"
        f"<article><h1>Ferry sails again</h1><time datetime='2024-03-05T20:15:00+01:00'>5 March 2024</time>"
        f"{first}{inner}{''.join(others)}{after}</article></body></html>"
    )


def outcome_of(html: str, *rules: RemoveRule, fields: tuple[FieldRule, ...] = (), url: str | None = ADDRESS) -> Outcome:
    site = Site(name="courier", hosts=("sandholm-courier.com",), remove=rules, fields=fields)
    page = Page(body=html.encode(), url=url, content_type="text/html", fetched_at=datetime(2024, 6, 1, tzinfo=UTC))
    return extract(page, Sites(by_host={"sandholm-courier.com": site}, version="test"))


def article_of(html: str, *rules: RemoveRule, fields: tuple[FieldRule, ...] = (), url: str | None = ADDRESS) -> Article:
    outcome = outcome_of(html, *rules, fields=fields, url=url)
    assert isinstance(outcome, Article), outcome
    return outcome


@pytest.mark.parametrize(
    "rule",
    [
        RemoveRule(css="div.letter"),
        RemoveRule(xpath="//div[@class='letter']"),
        RemoveRule(line=PITCH),
        RemoveRule(line_regex=r"Sandholm deserves .+ letter\."),
    ],
)
def test_a_box_or_a_line_between_the_paragraphs_goes(rule: RemoveRule) -> None:
    assert PITCH in article_of(page_with(BOX)).text
    article = article_of(page_with(BOX), rule)
    assert article.text == "\n".join(TEXT)
    assert article.word_count == sum(len(paragraph.split()) for paragraph in TEXT)
    taken = "1 line" if rule.is_of_lines else "1 box"
    assert article.provenance["text"] == f"trafilatura, without {taken} (site rule courier)"


def test_a_rule_that_finds_nothing_changes_nothing() -> None:
    html = page_with(BOX)
    rules = (RemoveRule(css="div.advert"), RemoveRule(line=PITCH[:-1]), RemoveRule(line_regex=PITCH[:40]))
    assert article_of(html, *rules) == article_of(html)


def test_every_reader_goes_without_what_is_removed() -> None:
    """A meta, JSON-LD, a state, an element of the byline and a picture: whichever reader finds it."""
    head = (
        "<meta name=author content='Olga Chief'>"
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry sails again",'
        ' "author": {"@type": "Person", "name": "Olga Chief"}}</script>'
    )
    imprint = "<div class='imprint'>Editor: <span>Olga Chief</span> <img src='/chief.jpg' width=400 height=300></div>"
    html = page_with("", head=head, after=f"<p class=byline>By <a rel=author href=/ann>Ann Reed</a></p>{imprint}")
    before = article_of(html)
    assert "Olga Chief" in before.authors + before.editors
    rules = [
        RemoveRule(css='meta[name="author"]'),
        RemoveRule(xpath="//script[contains(@type, 'ld+json')]"),
        RemoveRule(css=".imprint"),
    ]
    article = article_of(html, *rules)
    assert (article.authors, article.editors, article.images) == (("Ann Reed",), (), ())
    assert "Olga" not in article.text


def test_what_a_line_says_is_not_read_either() -> None:
    html = page_with("", after="<p>Editor: Olga Chief</p>")
    assert article_of(html).editors == ("Olga Chief",)
    assert article_of(html, RemoveRule(line="Editor: Olga Chief")).editors == ()


def test_the_text_behind_a_box_stays() -> None:
    mixed = "<p>Ferry office, harbour<span class='x'> (advertisement)</span> and dock are open all day from Monday on again.</p>"
    html = page_with(f"<div>{TEXT[0]}<div class='x'>Buy now</div>{TEXT[1]}</div>{mixed}")
    lines = article_of(html, RemoveRule(css=".x")).text.split("\n")
    assert "Ferry office, harbour and dock are open all day from Monday on again." in lines
    assert [line for line in lines if "Buy" in line or "advert" in line] == []
    assert TEXT[1] in lines  # not glued to what stood before the box


def test_rules_with_an_end_apply_to_pages_before_it() -> None:
    html = page_with(BOX)
    assert PITCH in article_of(html, RemoveRule(css=".letter", until=date(2024, 3, 5))).text
    assert PITCH not in article_of(html, RemoveRule(css=".letter", until=date(2024, 3, 6))).text
    # Without a day on the page that of the fetch decides; one that a rule reads takes precedence.
    undated = html.replace("<time datetime", "<i data-at").replace("5 March 2024", "")
    assert PITCH in article_of(undated, RemoveRule(line=PITCH, until=date(2024, 6, 1))).text
    assert PITCH not in article_of(undated, RemoveRule(line=PITCH, until=date(2024, 6, 2))).text
    published = FieldRule(field="published", css="i", attribute="data-at")
    assert PITCH in article_of(undated, RemoveRule(line=PITCH, until=date(2024, 3, 5)), fields=(published,)).text


def test_fields_are_read_from_the_whole_page_and_texts_from_the_rest() -> None:
    html = page_with(BOX + "<div class=letter><b>Ann Reed</b></div>")
    fields = (FieldRule(field="text", css="article"), FieldRule(field="authors", css=".letter b"))
    article = article_of(html, RemoveRule(css=".letter"), fields=fields)
    assert article.authors == ("Ann Reed",)
    assert article.text.split("\n")[-3:] == list(TEXT)
    assert article.provenance["text"] == "site rule courier, without 2 boxes (site rule courier)"


@pytest.mark.parametrize("text_rule", [(), (FieldRule(field="text", css="article"),)])
def test_an_article_whose_text_is_removed_is_none(text_rule: tuple[FieldRule, ...]) -> None:
    outcome = outcome_of(page_with(BOX), RemoveRule(css="article"), fields=text_rule)
    assert isinstance(outcome, Rejection)
    assert outcome.detail is not None
    assert outcome.detail.endswith("The page was read without 1 box (site rule courier).")
    assert isinstance(outcome_of(page_with(""), RemoveRule(line_regex=".*"), fields=text_rule), Rejection)


def test_the_page_itself_is_never_taken_out() -> None:
    html = page_with(BOX)
    rules = (RemoveRule(xpath="//*[descendant::article]"), RemoveRule(xpath="//@class"), RemoveRule(xpath="count(//p)"))
    assert article_of(html, *rules) == article_of(html)


def test_the_site_of_a_file_is_known_by_an_address_that_is_removed() -> None:
    html = page_with(BOX, head=f"<link rel=canonical href='{ADDRESS}'>")
    article = article_of(html, RemoveRule(css="link"), RemoveRule(css=".letter"), url=None)
    assert (article.canonical_url, article.text) == (None, "\n".join(TEXT))

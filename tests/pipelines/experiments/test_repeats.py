"""Rules proposed against what the pages of a source repeat, and what is left alone because it recurs for good reasons."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bench.extraction.repeats.proposals import Score, judge
from bench.extraction.repeats.sources import make_source
from db.models import Article, Page
from db.site_rules.loader import Sites
from db.store.extraction.pages_of_hosts import StoryPage
from pipelines.experiments.page_boxes import boxes_of_page
from pipelines.experiments.page_candidates import candidates_of_article
from pipelines.experiments.repeats import RepeatProposals, Repeats, constant_names, own_titles
from pipelines.extraction.extract import extract

PLEA = "Eleven thousand islanders already start the day with our morning letter, and it costs them nothing at all."
PEOPLE = ("Ann Reed", "Tom Archer", "Mary Lund", "Paul Weller")
_STORY = (
    "The harbour office said on day {n} that ferry number {n} would sail again after the storm of week {n}.",
    "Repairs of pier {n} cost less than expected because divers found pile {n} sound, and only the deck was replaced.",
    "Islanders of village {n} had been supplied by boat {n} in the meantime, which brought bread, post and doctor {n}.",
)


def page(n: int, *, inner: str = "", byline: str = "", head: str = "", h1: str = "", title: str = "") -> str:
    """A page of the source; `inner` stands between its paragraphs."""
    first, *others = (f"<p>{line.format(n=n)}</p>" for line in _STORY)
    headline = f"Ferry {n} sails again"
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title or headline}</title>{head}'
        f'<meta property="article:published_time" content="2024-03-{1 + n % 28:02}T10:00:00Z"></head><body><main><article>'
        f"{h1 or f'<h1>{headline}</h1>'}{byline}{first}{inner}{''.join(others)}</article></main></body></html>"
    )


def proposals(write: Callable[[int], str], count: int = 20) -> RepeatProposals:
    """What is proposed for a source whose pages are written so."""
    pages = {n: write(n) for n in range(count)}
    stories = {}
    for n, html in pages.items():
        article = extract(
            Page(body=html.encode(), url=f"https://harbour.example/{n}", content_type="text/html"), Sites()
        )
        assert isinstance(article, Article), article
        headings = frozenset(article.text[one.offset :].split("\n", 1)[0] for one in article.subheadings)
        stories[n] = StoryPage(
            page_id=n, title=article.title, text=article.text, headings=headings, source=article.source,
            authors=article.authors, editors=article.editors,
        )  # fmt: skip
    repeats = Repeats(stories=stories, names=constant_names(list(stories.values())))
    for n, html in pages.items():
        repeats.add(n, boxes_of_page(html, repeats.names), candidates_of_article(html).fields)
    return repeats.proposals()


def test_the_box_with_the_plea_and_no_other() -> None:
    def write(n: int) -> str:
        box = f"<div class='note plea'><p>{PLEA}</p><p><b>Morning letter</b></p></div>" if n % 3 else ""
        return page(n, inner=f"<div class=note><p>{_STORY[0].format(n=n + 500)}</p></div>{box}")

    (one,) = proposals(write).removals
    assert (one.css, one.line, one.stories, one.of) == ("div.plea", None, 13, 20)
    assert one.takes[0] == PLEA


def test_a_line_where_the_box_holds_an_articles_own_too() -> None:
    (one,) = proposals(
        lambda n: page(n, inner=f"<div class=plea><p>{PLEA}</p><p>Issue {n} of 2024 is out.</p></div>")
    ).removals
    assert (one.css, one.line, one.stories) == (None, PLEA, 20)


@pytest.mark.parametrize(
    "inner",
    [
        lambda n: "<p>(Reuters)</p><h3>What happens to the ferry line and its passengers now</h3><p>Ferry 3 4 12</p>",
        lambda n: f"<p>{PLEA}</p>" if n % 4 == 0 else "",
        lambda n: f"<p>{PLEA}</p>" * 3 if n == 4 else "",
    ],
    ids=["notes, headings and cells", "a line of few", "a refrain"],
)
def test_what_recurs_for_good_reasons_stays(inner: Callable[[int], str]) -> None:
    assert proposals(lambda n: page(n, inner=inner(n))) == RepeatProposals()


def test_few_stories_prove_nothing() -> None:
    def write(n: int) -> str:
        return page(n, inner=f"<div class=plea><p>{PLEA}</p></div>")

    assert proposals(write, 9) == RepeatProposals()
    assert len(proposals(write, 10).removals) == 1


def test_the_editor_in_chief_is_not_the_author_of_everything() -> None:
    def write(n: int) -> str:
        return page(n, byline=f"<p class=byline>By Olga Masters</p><div class=writer>{PEOPLE[n % 4]}</div>")

    (one,) = proposals(write).overrides
    assert (one.field, one.css, one.stories, one.instead_of) == ("authors", "div.writer", 20, "Olga Masters")


def test_a_name_that_stands_on_pages_by_others_is_removed() -> None:
    def write(n: int) -> str:
        guest = f"<p class=byline>By <a rel=author href=/a>{PEOPLE[n % 4]}</a></p>" if n % 5 == 0 else ""
        return page(n, head="<meta name=author content='Olga Masters'>", byline=guest)

    (one,) = proposals(write).removals
    assert (one.css, one.field, one.takes) == ('meta[name="author"]', "authors", ("Olga Masters",))


def test_a_columnist_who_writes_all_or_most_stays() -> None:
    assert proposals(lambda n: page(n, byline="<p class=byline>By Ann Reed</p>")) == RepeatProposals()

    def with_guests(n: int) -> str:
        return page(n, byline=f"<p class=byline>By {PEOPLE[n % 4] if n % 5 == 0 else 'Ann Reed'}</p>")

    assert proposals(with_guests) == RepeatProposals()


def test_a_title_with_the_section_in_it_is_read_where_it_stands_alone_or_cut() -> None:
    def write(n: int) -> str:
        headline = f"Ferry {n} sails again | Islands"
        return page(n, h1=f"<h1>{headline}</h1>", head=head.format(n=n), title=headline)

    head = "<meta property='twitter:title' content='Ferry {n} sails again'>"
    (one,) = proposals(write).overrides
    assert (one.field, one.css, one.attribute) == ("title", 'meta[property="twitter:title"]', "content")
    head = ""
    (one,) = proposals(write).overrides
    assert one.xpath == "substring-before(normalize-space(//h1), ' | Islands')"


def test_beginnings_and_ends_that_titles_share() -> None:
    ferries = [f"Ferry {n} sails" for n in range(20)]
    kickers = [f"{'Islands' if n % 2 else 'Economy'}: Ferry {n} sails" for n in range(20)]
    assert own_titles(ferries) is None
    assert own_titles([f"{title} - Harbour: News" for title in ferries]).affix == " - Harbour: News"  # type: ignore[union-attr]
    assert own_titles(kickers).own == tuple(ferries)  # type: ignore[union-attr]
    assert own_titles(kickers[:12] + ferries[12:]) is None, "a kicker on some"
    assert own_titles(["Islands"] * 19 + ["Ferry 3 sails"]).own == (None,) * 19 + ("Ferry 3 sails",)  # type: ignore[union-attr]


@pytest.mark.parametrize("seed", [1, 3, 5, 7, 9, 11])
def test_generated_sources(seed: int) -> None:
    """One of each language, of the half that no threshold was chosen on: all that is proposed is right, and all is found."""
    score = Score()
    judge(make_source(seed), score)
    assert score.faults == []
    assert score.own_after == score.own_before

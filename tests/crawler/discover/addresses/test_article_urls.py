"""Which addresses are articles: measured on labelled forms of content systems, and on real addresses where they are
at hand.

The forms and the rules are by one hand, so the labelled set guards against changes; the real addresses are the measure.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discover.addresses.article_urls import judge, judge_on_site
from db.site_rules.loader import Site
from tests.support.corpus import gold_urls

FORMS = [
    tuple(line.split("\t"))
    for line in (Path(__file__).parent / "url_forms.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_the_set_is_large_and_clean() -> None:
    assert len(FORMS) >= 250
    assert len({url for _, url in FORMS}) == len(FORMS)
    assert {label for label, _ in FORMS} == {"article", "other"}


def test_precision_and_recall_on_labelled_forms() -> None:
    taken = {url for _, url in FORMS if judge(url).is_article}
    articles = {url for label, url in FORMS if label == "article"}
    wrong, missed = sorted(taken - articles), sorted(articles - taken)
    assert len(taken & articles) / len(taken) >= 0.95, wrong
    assert len(taken & articles) / len(articles) >= 0.95, missed


@pytest.mark.parametrize(
    ("name", "least"), [("fundus", 0.97), ("zh", 0.97), ("magic", 0.9), ("htmldate", 0.8), ("wcxb", 0.7)]
)
def test_recall_on_real_addresses(name: str, least: float) -> None:
    """`wcxb` and `htmldate` hold shops, wikis and the guides of companies, whose addresses often tell nothing."""
    urls = gold_urls(name)
    missed = [url for url in urls if not judge(url).is_article]
    assert 1 - len(missed) / len(urls) >= least, missed


def test_a_judgement_says_why() -> None:
    judgement = judge("https://news.example/politics/ministers-agree-on-harbour-tolls-12345678.html")
    assert judgement.points == sum(int(reason.split()[0]) for reason in judgement.reasons)
    assert "a long number" in " ".join(judgement.reasons)


def test_the_rules_of_a_site_win() -> None:
    site = Site(name="x", hosts=("news.example",), include=(r"^/kurz$", r"\?nr="), exclude=(r"^/anzeige/",))
    assert judge_on_site("https://news.example/kurz", site).is_article
    assert judge_on_site("https://news.example/?nr=5", site).is_article
    assert not judge_on_site(
        "https://news.example/anzeige/ein-langer-titel-eines-inserats-12345678.html", site
    ).is_article
    assert not judge_on_site("https://news.example/politik/", site).is_article
    assert judge_on_site("https://news.example/ein-langer-titel-eines-artikels-12345678.html", site).is_article


@given(st.text(max_size=200).map(lambda rest: f"https://news.example/{rest}"))
def test_never_raises(url: str) -> None:
    assert isinstance(judge(url).points, int)


@pytest.mark.parametrize("unit", ["a-", "1-", "a1", "/a", "a,", "2024/", "0a", "&a=", ".", "%2d"])
def test_hostile_addresses_cost_little(unit: str) -> None:
    url = "https://news.example/" + unit * (2000 // len(unit))
    started = time.process_time()
    judge(url)
    assert time.process_time() - started < 0.2


@pytest.mark.parametrize(
    ("article", "other"),
    [
        ("/News/Pages/news29-11-2026-17.aspx", "/pages/about-the-paper-and-its-people"),
        ("/news/show.aspx?id=48210", "/documents/load.ashx?id=48210"),
        ("/kreis/anna-maria-holt-ruud-48210", "/kreis/profile-4812/anna-maria-holt-ruud"),
        ("/news/detail.php?ID=77", "/shop/detail.php?ID=77"),
        ("//2026.news.example/11/29/st-1.html", "//www.news.example/11/29/st-1.html"),
        ("/staff/why-the-ferry-waits-since-1979-100160.html", "/staff/dr-anna-maria-holt-ruud-100160.html"),
        ("/category/town/council-votes-again-on-the-roof-48210", "/tag/town/council-votes-again-on-the-roof-48210"),
        ("/press/2026/bridge-tolls/index.html", "/press/2026/html/index.en.html"),
        ("//archive.news.example/ferry-is-late-again-48210", "//annonces.news.example/ferry-is-late-again-48210"),
    ],
)
def test_two_that_differ_in_one_thing(article: str, other: str) -> None:
    base = "https://www.news.example"
    of_article, of_other = (judge(f"https:{one}" if one.startswith("//") else base + one) for one in (article, other))
    assert of_article.points > of_other.points
    assert not of_other.is_article

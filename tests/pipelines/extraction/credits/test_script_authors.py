"""Authors that only the settings of scripts mark as such: analytics, advertising, the site's own objects."""

from __future__ import annotations

import pytest

from bench.extraction.press_forms import read_by_copydesk
from bench.extraction.press_pages import PressForm

_DATED = '<time datetime="2024-03-05T15:32:00Z">March 5, 2024</time>'


_PRINTED = '<div class="x9">Anna Holt</div><div class="x9">Brian Keller</div>'


def _authors(script: str, *, head: str = _DATED, below: str = _PRINTED) -> list[str]:
    """Who wrote a page with a script in its head, which prints two names far below its text."""
    meta = f"<script>{script}</script>"
    form = PressForm(kind="script author", name="", language="en", meta=meta, head=head, below=below)
    return list(read_by_copydesk(form.page("rich"), form.url)["authors"])


@pytest.mark.parametrize(
    "script",
    [
        "dataLayer.push({'author':'Anna Holt','section':'Local'});",
        'window.dataLayer = window.dataLayer || []; dataLayer.push({"content":{"writer":"Anna Holt"}});',
        'utag_data = {"article_author":"Anna Holt"};',
        'gtag("event","page_view",{"author":"Anna Holt"});',
        '_sf_async_config.authors="Anna Holt";',
        'var dfp_config = {author: "Anna Holt", page: 1};',
        # The title of the page, or what is too short for one, stands beside the name; code and a slug stand elsewhere.
        'digitalData = {"page":{"title":"Harbour ferry returns after nine years","author":"Anna Holt"}};',
        'digitalData = {"page":{"title":"x","author":"Anna Holt"}};',
        'a = {"author":"anna-holt"}; b = {"author":"Anna Holt"}; c = {"authors":"get(\'author\')"};',
        'a = {"author":"Anna Holt"}; b = {"authorName":"Anna Holt"};',
    ],
)
def test_a_setting_names_the_author(script: str) -> None:
    assert _authors(script) == ["Anna Holt"]


@pytest.mark.parametrize(
    "script",
    [
        'a = {"author":"Anna Holt"}; b = {"author":"Brian Keller"};',  # they disagree, and the page prints both
        'labels = {"author":"Author", "contributors":"Contributors"};',
        'a = {"author":"toi_city_desk"};',
        'a = {"author":"17"};',
        'next = {"title":"Market hall to reopen at end of month","author":"Anna Holt"};',
    ],
)
def test_what_is_no_certain_name_is_left(script: str) -> None:
    assert _authors(script) == []


def test_only_a_printed_name_counts() -> None:
    script = 'a = {"author":"Anna Holt"}; b = {"author":"Brian Keller"};'
    assert _authors(script, below='<div class="x9">Anna Holt</div>') == ["Anna Holt"]
    assert _authors(script, below="") == []


def test_a_printed_byline_and_a_statement_come_first() -> None:
    assert _authors('a = {"author":"Brian Keller"};', head=f"<div>By Anna Holt</div>{_DATED}") == ["Anna Holt"]


def test_a_name_in_a_setting_is_better_than_the_outlet() -> None:
    statement = '{"@type":"NewsArticle","author":{"@type":"Organization","name":"Harbour Clarion"}}'
    site = '</script><meta property="og:site_name" content="Harbour Clarion"><script>'
    script = f'a = {{"author":"Anna Holt"}};{site}</script><script type="application/ld+json">{statement}'
    assert _authors(script) == ["Anna Holt"]

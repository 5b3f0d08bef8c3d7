"""Is it an article? Notices, lists and feeds that are served as pages, and articles that look like them."""

from __future__ import annotations

import pytest

from db.models import Article, Rejection
from db.site_rules.loader import Sites
from pipelines.extraction.extract import extract
from pipelines.extraction.languages.loader import languages
from pipelines.extraction.notices import KINDS, notice_marks
from tests.pipelines.extraction.no_articles import Example, examples, half_of

SIBLINGS = examples("siblings")
REFUSED = [
    *examples("notices"),
    *examples("languages"),
    *examples("lists"),
    *(example for example in SIBLINGS if example.reasons),
]
READ = [*examples("articles"), *(example for example in SIBLINGS if not example.reasons)]


def test_there_are_many_in_both_halves() -> None:
    assert len(REFUSED) >= 100
    assert len(READ) >= 40
    assert {half_of(example.id) for example in REFUSED} == {half_of(example.id) for example in READ} == {"A", "B"}


@pytest.mark.parametrize("example", REFUSED, ids=lambda example: example.id)
def test_a_page_that_is_no_article_is_refused_and_why(example: Example) -> None:
    outcome = extract(example.page, Sites())
    assert isinstance(outcome, Rejection), outcome.text
    assert outcome.reason.value in example.reasons, outcome
    assert outcome.detail


@pytest.mark.parametrize("example", READ, ids=lambda example: example.id)
def test_an_article_that_looks_like_one_is_read(example: Example) -> None:
    outcome = extract(example.page, Sites())
    assert isinstance(outcome, Article), outcome


def test_notices_are_known_in_every_language() -> None:
    kinds = {"challenge", "consent", "login", "paywall", "soft_404", "unavailable"}
    assert not {code: missing for code, language in languages().items() if (missing := kinds - set(language.notices))}


def test_marks_are_of_the_kinds_that_are_looked_for() -> None:
    assert set(notice_marks()) <= set(KINDS)

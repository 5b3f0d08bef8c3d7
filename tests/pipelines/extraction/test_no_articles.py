"""Is it an article? Notices, lists and feeds that are served as pages, and articles that look like them."""

from __future__ import annotations

import pytest

from db.models import Article, Reason, Rejection
from db.site_rules.loader import Sites
from pipelines.extraction import notice_phrases
from pipelines.extraction.extract import extract
from pipelines.extraction.notices import KINDS
from tests.pipelines.extraction.no_articles import Example, examples, half_of

REFUSED = [*examples("notices"), *examples("lists")]
READ = examples("articles")


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


@pytest.mark.parametrize("language", sorted(notice_phrases.languages()))
def test_words_are_of_known_kinds(language: str) -> None:
    assert set(notice_phrases.words_of(language)) <= set(KINDS)


def test_words_that_are_no_reason_are_refused(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notice_phrases, "FOLDER", tmp_path)
    (tmp_path / "xx.toml").write_text('[weather]\ntitle = ["rain"]\n')  # type: ignore[operator]
    with pytest.raises(ValueError, match="weather"):
        notice_phrases.words_of("xx")
    assert Reason.SOFT_404 in notice_phrases.machines()

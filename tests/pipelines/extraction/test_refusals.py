"""The pages of `bench.extraction.handwritten.refusals`: their labels are checked, and a wrong label is a fault."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from bench.extraction.handwritten.page_halves import HALVES, half_of, labelled_files
from bench.extraction.handwritten.refusals import ARTICLE, FIELDS, SETS, LabelledOutcome, labelled_outcomes, main
from db.models import Reason

_PAGES = [page for number in SETS for page in labelled_outcomes(number)]
_NEEDED = {"url", "outcome"}
_OPTIONAL = {"may_be", "phrase", "charset", "content_type", "final_url"}


def test_each_page_is_of_another_outlet() -> None:
    hosts = Counter(urlsplit(page.want["url"]).hostname for page in _PAGES)
    platforms = {"mp.weixin.example.cn"}
    assert [host for host, count in hosts.items() if count > 1 and host not in platforms] == []


def test_both_halves_are_large_enough_to_compare() -> None:
    halves = Counter((half_of(page.name), page.want["outcome"] == ARTICLE) for page in _PAGES)
    assert min(halves[half, False] for half in HALVES) > 50
    assert min(halves[half, True] for half in HALVES) > 20


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.name)
def test_labels_fit_the_page(page: LabelledOutcome) -> None:
    want = page.want
    assert want.keys() >= _NEEDED
    assert want.keys() <= _NEEDED | _OPTIONAL
    outcomes = [want["outcome"], *want.get("may_be", [])]
    assert set(outcomes) <= {ARTICLE, *Reason}
    assert len(set(outcomes)) == len(outcomes)
    assert ARTICLE not in outcomes[1:]
    assert ("phrase" in want) >= (want["outcome"] == ARTICLE or "charset" in want)
    assert want.get("phrase", "") in page.html
    if "charset" in want:
        assert want["phrase"] not in page.page().body.decode("utf-8", "replace")


def test_a_wrong_label_is_a_fault() -> None:
    pages = {page.name: page for page in _PAGES}
    article, refused = pages["about-cookies-de"], pages["google-consent-es"]
    assert article.faults(article.read()) == {}
    assert refused.faults(refused.read()) == {}
    as_refused = replace(article, want=article.want | {"outcome": "consent"})
    assert as_refused.faults(article.read()).keys() == {"refused", "reason"}
    as_article = replace(refused, want=refused.want | {"outcome": ARTICLE, "phrase": "No such words"})
    assert as_article.faults(refused.read()).keys() == {"taken", "text"}
    other = replace(refused, want=refused.want | {"outcome": "login"})
    assert other.faults(refused.read()).keys() == {"reason"}


def test_figures_are_printed_by_field_and_half(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    some = "bench.extraction.handwritten.refusals.labelled_files"
    monkeypatch.setattr(some, lambda folder: list(labelled_files(folder))[::8])
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("  ")[0] for line in lines[1:]] == [*FIELDS, "whole page"]

"""The gate: no figure of extraction falls under what was reached (bench/extraction/quality_floor.json).

One page in four of large sets is scored, which shows what breaks a kind of page. `make quality` (COPYDESK_ALL_PAGES=1) scores
all of them, which takes three times as long and shows what one page loses.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.extraction import quality
from tests.support.corpus import SHARED

CORPUS = SHARED / "corpus" / "dev"
SCORER = SHARED / "quality" / "score.py"


@pytest.mark.skipif(not (CORPUS / "gold.jsonl").exists(), reason="the labelled corpus is not beside this checkout")
def test_no_figure_falls_below_the_floor() -> None:
    sample = not os.environ.get("COPYDESK_ALL_PAGES")
    gold = quality.read_gold(CORPUS)
    gold = quality.sample_of(gold) if sample else gold
    figures = quality.score(gold, quality.predict(CORPUS, gold, 2), SCORER)
    assert not quality.below(figures, quality.floor_of(CORPUS, sample=sample))


def test_a_lower_figure_is_refused() -> None:
    floor = {"zh": {"title": 0.97}}
    assert quality.below({"zh": {"title": 0.96}}, floor) == ["zh title: 0.9600, was 0.9700"]
    assert quality.below({}, floor)
    assert not quality.below({"zh": {"title": 0.97}}, floor)


def test_a_corpus_has_a_floor_of_its_own(tmp_path: Path) -> None:
    whole, sample = quality.floor_of(CORPUS), quality.floor_of(CORPUS, sample=True)
    assert set(whole) == set(sample) == {"fundus", "htmldate", "magic", "wcxb", "zh"}
    assert [set(fields) for fields in whole.values()] == [set(sample[name]) for name in whole]
    assert quality.floor_of(tmp_path / "another") == {}


def test_a_sample_has_pages_of_every_set() -> None:
    large, small = quality.SAMPLED_FROM, quality.SAMPLED_FROM - 1
    gold = [{"id": number, "set": "small" if number < small else "large"} for number in range(small + large)]
    sampled = [record["id"] for record in quality.sample_of(gold)]
    assert sampled == [*range(small), *range(small, small + large, quality.SAMPLED)]

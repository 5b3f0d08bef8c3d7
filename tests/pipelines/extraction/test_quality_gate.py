"""The gate: no figure of extraction falls under what was reached (bench/extraction/quality_floor.json)."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.extraction import quality
from tests.corpus import SHARED

CORPUS = SHARED / "corpus" / "dev"
SCORER = SHARED / "quality" / "score.py"


@pytest.mark.skipif(not (CORPUS / "gold.jsonl").exists(), reason="the labelled corpus is not beside this checkout")
def test_no_figure_falls_below_the_floor() -> None:
    gold = quality.read_gold(CORPUS)
    figures = quality.score(gold, quality.predict(CORPUS, gold, 2), SCORER)
    assert not quality.below(figures, quality.floor_of(CORPUS))


def test_a_lower_figure_is_refused() -> None:
    floor = {"zh": {"title": 0.97}}
    assert quality.below({"zh": {"title": 0.96}}, floor) == ["zh title: 0.9600, was 0.9700"]
    assert quality.below({}, floor)
    assert not quality.below({"zh": {"title": 0.97}}, floor)


def test_a_corpus_has_a_floor_of_its_own(tmp_path: Path) -> None:
    assert set(quality.floor_of(CORPUS)) == {"fundus", "htmldate", "magic", "wcxb", "zh"}
    assert quality.floor_of(tmp_path / "another") == {}

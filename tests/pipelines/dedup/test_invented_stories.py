"""Reprints in the forms of the press, and look-alikes, as bench.copies makes them."""

from __future__ import annotations

import json

import pytest

from bench.copies import quality
from bench.copies.relatives import APART, JOIN, read_texts


def test_reprints_lead_to_their_story_and_nothing_to_another() -> None:
    counts, wrong = quality.measure_together(read_texts())
    assert not wrong
    for half in quality.HALVES:
        assert counts[half]["found"] > 0.95 * (counts[half]["found"] + counts[half]["missed"])


def test_texts_differ_and_pairs_are_labelled() -> None:
    texts = {text.id: text for text in read_texts()}
    others = [text for text in texts.values() if text.kind != "other headline"]
    assert len({text.record()["text"] for text in others}) == len(others)
    ferry, column = texts["en-ferry"], texts["en-ferry printed column"]
    assert quality.pair_expected(ferry, column) == JOIN
    assert quality.pair_expected(ferry, texts["en-school"]) == APART
    assert quality.pair_expected(ferry, texts["en-ferry next day's story"]) == APART
    assert all(line in " ".join(column.lines) for line in ("Lady Ismay", "300 metres"))


def test_the_figures_are_printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    few = [text for text in read_texts() if text.stories[0] in {"ar-port", "ar-gold-0", "ar-gold-1"}]
    monkeypatch.setattr(quality, "read_texts", lambda: few)
    monkeypatch.setattr("sys.argv", ["quality", "--json"])
    quality.main()
    figures = json.loads(capsys.readouterr().out)
    assert figures["alone"]["digits of the script"] == {"expected": JOIN, "a": [1, 1, 0], "b": [0, 0, 0]}
    assert figures["together"]["a"]["precision"] == 1

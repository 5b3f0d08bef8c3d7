"""Reprints in the forms of the press, and look-alikes, as bench.copies makes them."""

from __future__ import annotations

import json

import pytest

from bench.copies import quality, second
from bench.copies.relatives import APART, EITHER, JOIN, read_texts


def test_reprints_lead_to_their_story_and_nothing_to_another() -> None:
    texts = read_texts()
    counts, wrong = quality.measure_together(texts, quality.clusters_of(texts))
    assert not wrong
    for half in quality.HALVES:
        assert counts[half]["found"] > 0.95 * (counts[half]["found"] + counts[half]["missed"])


def test_the_second_set() -> None:
    texts = second.read_texts()
    clusters = quality.clusters_of(texts)
    counts, wrong = quality.measure_together(texts, clusters)
    assert sum(wrong.values()) <= 2
    found, missed = (sum(count[what] for count in counts.values()) for what in ("found", "missed"))
    assert found > 0.9 * (found + missed)
    assert all(count["right"] == count["stories"] for count in quality.count_originals(texts, clusters).values())


def test_pairs_of_the_second_set_are_labelled() -> None:
    texts = {text.id: text for text in second.read_texts()}
    speech = texts["zh_speech whole"]
    assert quality.pair_expected(speech, texts["zh_speech whole copy"]) == JOIN
    assert quality.pair_expected(speech, texts["zh_speech part one"]) == EITHER
    assert quality.pair_expected(speech, texts["zh_speech report"]) == APART
    assert texts["zh_speech part two"].lines == speech.lines[4:]
    assert "沪指涨0.42%，报3361.20点" in texts["zh_daily monday copy"].record().text
    assert texts["tr_mahkeme lake ascii"].lines[0].startswith("Sazligol'de on yedi yil sonra yeniden")


def test_texts_differ_and_pairs_are_labelled() -> None:
    texts = {text.id: text for text in read_texts()}
    others = [text for text in texts.values() if text.kind != "other headline"]
    assert len({text.record().text for text in others}) == len(others)
    ferry, column = texts["en-ferry"], texts["en-ferry printed column"]
    assert quality.pair_expected(ferry, column) == JOIN
    assert quality.pair_expected(ferry, texts["en-school"]) == APART
    assert quality.pair_expected(ferry, texts["en-ferry next day's story"]) == APART
    assert all(line in " ".join(column.lines) for line in ("Lady Ismay", "300 metres"))


def test_the_figures_are_printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    few = [text for text in read_texts() if text.stories[0] in {"ar-port", "ar-gold-0", "ar-gold-1"}]
    monkeypatch.setitem(quality.SETS, "1", lambda: few)
    monkeypatch.setattr("sys.argv", ["quality", "--json"])
    quality.main()
    figures = json.loads(capsys.readouterr().out)
    assert figures["alone"]["digits of the script"] == {"expected": JOIN, "a": [1, 1, 0], "b": [0, 0, 0]}
    assert figures["together"]["a"]["precision"] == 1

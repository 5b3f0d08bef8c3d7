"""Bulletins of a series are events of their own, however alike their wording."""

from __future__ import annotations

import numpy as np
import pytest

from bench.threads.bulletins import TUNING_SERIES, UNSEEN_SERIES, generate_bulletins
from bench.threads.quality import agreement, known, run
from pipelines.threads import score
from pipelines.threads.frames import Frames, refilled
from pipelines.threads.terms import story_terms
from pipelines.threads.vectors import add_up, unpack, weigh

WARNINGS = {
    "en": "The weather service warns of gusts up to {n} km/h at Port Ellery. Ferries cancelled {m} sailings, said harbour"
    " master {who} on the quay. Some {n}00 homes were without power until noon, and {m} trains to Lindale ran late.",
    "de": "Der Wetterdienst warnt vor Böen bis {n} Kilometer in der Stunde. Die Fähren strichen {m} Fahrten, sagte Frau {who}"
    " am Kai. Rund {n}00 Häuser waren bis mittags ohne Strom, und {m} Züge kamen zu spät.",
    "zh": "气象台预计最大阵风可达每小时{n}公里。港口轮渡因大风停航{m}班次，首席预报员{who}表示市民应减少外出。"
    "约{n}00户居民停电至中午，另有{m}趟列车晚点到达。",
}
WHO = {"en": ("Ruth Ashdown", "Callum Novak"), "de": ("Anna Brandt", "Lena Fuchs"), "zh": ("王建国", "李晓明")}


def frames(text: str, language: str) -> Frames:
    return story_terms("", text, language).frames


@pytest.mark.parametrize("language", WARNINGS)
def test_a_bulletin_fills_the_sentences_of_the_last_one_anew(language: str) -> None:
    wording, (one, other) = WARNINGS[language], WHO[language]
    monday = frames(wording.format(n=80, m=3, who=one), language)
    thursday = frames(wording.format(n=110, m=7, who=other), language)
    assert len(monday) >= 5
    assert refilled(thursday, monday) > 0.6
    assert refilled(monday, monday) == 0
    # One number put right, and the rest taken over.
    assert refilled(frames(wording.format(n=80, m=4, who=one), language), monday) < 0.4
    # What was filled so before is not new, whatever came in between.
    assert (
        refilled(
            monday, frames(f"{wording.format(n=110, m=7, who=other)}\n{wording.format(n=80, m=3, who=one)}", language)
        )
        == 0
    )


def test_retelling_an_event_shares_no_frames() -> None:
    told = "Ferries stayed in port at Port Ellery on Monday. Ruth Ashdown, the harbour master, counted 3 sailings that fell out."
    assert refilled(frames(told, "en"), frames(WARNINGS["en"].format(n=80, m=3, who="Ruth Ashdown"), "en")) == 0


@pytest.mark.parametrize("language", WARNINGS)
def test_frames_survive_packing_and_are_added_up(language: str) -> None:
    stories = [story_terms("", WARNINGS[language].format(n=n, m=3, who=WHO[language][0]), language) for n in (80, 90)]
    vectors = [weigh(story, np.zeros_like(story.counts), 1000) for story in stories]
    packed = unpack(vectors[0].pack())
    assert packed.frames.tolist() == vectors[0].frames.tolist()
    assert packed.terms.tolist() == vectors[0].terms.tolist()
    assert packed.weights.tolist() == vectors[0].weights.tolist()
    together = add_up(vectors)
    assert set(together.frames.tolist()) == set(vectors[0].frames.tolist()) | set(vectors[1].frames.tolist())
    assert len(together.frames) > len(vectors[0].frames)


@pytest.mark.parametrize("kinds", [TUNING_SERIES, UNSEEN_SERIES])
def test_series_of_bulletins_are_not_joined(kinds: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    stream = generate_bulletins(5, kinds, days=10, events=10)
    events = {one.number + 1: one.event for one in stream}
    found = agreement(run(known(stream)), events)
    assert found.pair_precision > 0.9, found
    assert found.cubed_recall > 0.88, found
    without = {script: {**weights, "refilled": 0.0} for script, weights in score.WEIGHTS.items()}
    monkeypatch.setattr(score, "WEIGHTS", without)
    assert agreement(run(known(stream)), events).pair_precision < found.pair_precision - 0.15

"""What speaks for a story being in a thread: look-alikes share the words of their kind, and not the names."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bench.threads.labels import CORPUS, labelled_articles
from bench.threads.quality import agreement, run
from pipelines.threads.score import SIGNS, THRESHOLD, WEIGHTS, Comparison, LivingThread, compare
from pipelines.threads.terms import story_terms
from pipelines.threads.vectors import TermVector, unpack, weigh

FIRE = (
    "A blaze broke out at a {site} in {street} in {place} before dawn. The crews of {chief} put the flames out by noon."
)
SAME = FIRE.format(site="warehouse", street="Mill Road", place="Harwick", chief="Alma Beckett")
RETOLD = (
    "Firefighters led by Alma Beckett took hours to put out a blaze at a warehouse in Harwick. Mill Road was closed."
)
OTHER = FIRE.format(site="school", street="Dock Lane", place="Penbury", chief="Owen Tennant")
ZH_SAME = "青浦镇磨坊路一家仓库凌晨发生火灾，消防支队长林建国说，明火于中午扑灭，起火原因正在调查。"
ZH_RETOLD = "林建国表示，青浦镇仓库火灾的起火原因正在调查，磨坊路中午恢复通行。"
ZH_OTHER = "海桥区码头巷一家学校凌晨发生火灾，消防支队长高海燕说，明火于中午扑灭，起火原因正在调查。"


def vector(text: str, language: str) -> TermVector:
    """As in an archive in which no term is rarer than another, so only what the terms are tells events apart."""
    terms = story_terms("", text, language)
    return weigh(terms, np.zeros_like(terms.counts), 1000)


def compared(text: str, founder: TermVector, language: str) -> Comparison:
    thread = LivingThread(thread_id=1, founder=founder, centroid=founder, first_day=0, last_day=0)
    return compare(vector(text, language), thread, 0.5, unspaced=language == "zh")


@pytest.mark.parametrize(
    ("language", "same", "retold", "other"), [("en", SAME, RETOLD, OTHER), ("zh", ZH_SAME, ZH_RETOLD, ZH_OTHER)]
)
def test_names_outweigh_the_words_of_the_kind(language: str, same: str, retold: str, other: str) -> None:
    founder = vector(same, language)
    right, look_alike = compared(retold, founder, language), compared(other, founder, language)
    assert look_alike.centroid > right.centroid
    assert right.names > look_alike.names + 0.3
    assert right.names_known > look_alike.names_known + 0.3


def test_each_script_has_a_weight_for_each_sign() -> None:
    assert {script: tuple(weights) for script, weights in WEIGHTS.items()} == dict.fromkeys(
        ("spaced", "unspaced"), ("bias", *SIGNS)
    )


def test_names_survive_packing_and_threads_of_earlier_versions_stay_comparable() -> None:
    founder = vector(SAME, "en")
    packed = unpack(founder.pack())
    assert packed.named.tolist() == founder.named.tolist()
    assert 0 < packed.named.sum() < len(packed.terms)
    earlier = replace(founder, named=np.zeros(len(founder.terms), dtype=np.bool_))
    assert compared(SAME, earlier, "en").score > THRESHOLD
    assert compared(SAME, earlier, "en").names == pytest.approx(1)


@pytest.mark.skipif(not CORPUS.exists(), reason="the labelled pages are not here")
def test_real_pages_of_different_events_stay_apart() -> None:
    articles, events = labelled_articles()
    found = agreement(run(articles), events)
    assert found.pair_precision == 1, found

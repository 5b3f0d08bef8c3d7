"""Rot: a source's extraction against its own past."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from db.queries.sources.alert_figures import ExtractedFields
from scheduler.alerts.conditions import degraded
from scheduler.alerts.degradation import BEFORE, RECENT, Share, find_degradations, has_recovered, median_words, newest


def reading(page_id: int, **changes: object) -> ExtractedFields:
    values: dict[str, object] = {
        "page_id": page_id,
        "article": True,
        "title": f"Story {page_id}",
        "title_by": "og:title",
        "dated": True,
        "timed": True,
        "source": True,
        "words": 300,
        "authors": True,
        "editors": False,
    }
    return ExtractedFields(**(values | changes))  # type: ignore[arg-type]


def past(count: int, **changes: object) -> list[ExtractedFields]:
    """The newest first."""
    return [reading(number, **changes) for number in range(count, 0, -1)]


def with_news(before: Sequence[ExtractedFields], count: int, **changes: object) -> list[ExtractedFields]:
    top = before[0].page_id
    return [reading(top + number, **changes) for number in range(count, 0, -1)] + list(before)


def signs(pages: Sequence[ExtractedFields]) -> list[str]:
    return [rot.sign for rot in find_degradations(pages, pages[len(newest(pages)) :])]


NOT_ARTICLE = {
    "article": False, "title": "", "title_by": "", "dated": False, "timed": False, "source": False, "words": 0,
    "authors": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "sign"),
    [
        ({"authors": False}, "authors"),
        ({"source": False}, "source"),
        ({"timed": False}, "time of day"),
        ({"timed": False, "dated": False}, "published"),
        ({"words": 60}, "text"),
        ({"title_by": "hint"}, "title"),
        ({"title_by": "first sentence"}, "title"),
        ({"title": "The Courier - news from the coast"}, "title"),
        (NOT_ARTICLE, "articles"),
    ],
)
def test_what_is_lost_is_seen_and_nothing_else(change: dict[str, object], sign: str) -> None:
    assert signs(with_news(past(200), 20, **change)) == [sign]
    assert signs(with_news(past(20), 20, **change)) == [sign], "a source of few pages"
    assert signs(past(220)) == []


def test_it_takes_most_of_the_last_twenty() -> None:
    seen = [bool(signs(with_news(past(200), count, authors=False))) for count in range(21)]
    assert seen == [False] * 11 + [True] * 10


def test_what_was_never_there_is_not_missed() -> None:
    assert signs(with_news(past(200, authors=False), 20, authors=False)) == []
    mixed = [reading(number, authors=number % 3 == 0) for number in range(200, 0, -1)]
    assert signs(with_news(mixed, 20, authors=False)) == []


def test_a_site_that_moves_gives_its_titles_twice() -> None:
    before = past(40)
    moved = [reading(40 + old.page_id, title=old.title) for old in before]
    assert signs(moved + before) == []


def test_too_few_pages_say_nothing() -> None:
    assert signs(with_news(past(7), 7, authors=False)) == []
    assert signs(with_news(past(8), 8, authors=False)) == ["authors"]


def test_blocks_of_agency_copy_are_no_rot() -> None:
    blocks = [reading(number, authors=number // 20 % 3 != 0) for number in range(400, 0, -1)]
    for end in range(0, 180, 3):
        assert signs(blocks[end : end + RECENT + BEFORE]) == []


def test_healthy_sources_raise_no_alarm() -> None:
    chance = random.Random(20261124)
    alarms = []
    for _ in range(30):
        shares = {
            name: chance.choice((0, 0.3, 0.6, 0.8, 0.95, 1)) for name in ("authors", "editors", "source", "timed")
        }
        share = chance.choice((0.6, 0.9, 1))
        pages = [
            reading(
                number,
                **{name: chance.random() < value for name, value in shares.items()},
                words=round(300 * chance.lognormvariate(0, 0.7)),
            )
            if chance.random() < share
            else reading(number, **NOT_ARTICLE)
            for number in range(900, 0, -1)
        ]
        for end in range(0, 880, 7):
            alarms += signs(pages[end : end + RECENT + BEFORE])
    assert not alarms


def test_mended_when_the_newest_are_as_before_and_half_of_the_window_is() -> None:
    rotten = with_news(past(200), 20, authors=False)
    before, words = Share(of=200, have=200), median_words(past(200))
    seen = [has_recovered("authors", before, words, with_news(rotten, good)[:RECENT]) for good in range(15)]
    assert seen == [False] * 10 + [True] * 5
    flickering = [reading(number, authors=number % 3 == 0) for number in range(600, 570, -1)]
    assert not has_recovered("authors", before, words, flickering[:RECENT])


def test_an_open_alert_goes_on_comparing_with_the_time_before_the_rot() -> None:
    rotten = with_news(past(200), 20, authors=False)
    opened = degraded(rotten)
    assert opened.holds
    assert "0 of 20 articles name an author (200 of 200 before)" in opened.message
    evidence = opened.evidence
    for _ in range(20):  # four hundred pages later nothing is left of what was before
        rotten = with_news(rotten, 20, authors=False)[: RECENT + BEFORE]
        condition = degraded(rotten, evidence)
        assert condition.holds
        evidence = condition.evidence
    assert evidence["signs"] == {"authors": {"before": [200, 200], "now": [0, 20]}}
    cured = degraded(with_news(rotten, 12)[: RECENT + BEFORE], evidence)
    assert cured.holds is False
    assert cured.evidence["first_page"] == 201
    assert cured.evidence["last_page"] == rotten[0].page_id + 12


def test_a_second_sign_joins_and_each_leaves_by_itself() -> None:
    pages = with_news(past(200), 20, authors=False)
    evidence = degraded(pages).evidence
    pages = with_news(pages, 20, authors=False, source=False)[: RECENT + BEFORE]
    evidence = degraded(pages, evidence).evidence
    assert list(evidence["signs"]) == ["authors", "source"]  # type: ignore[call-overload]
    pages = with_news(pages, 15, source=False)[: RECENT + BEFORE]
    still = degraded(pages, evidence)
    assert still.holds
    assert list(still.evidence["signs"]) == ["source"]  # type: ignore[call-overload]


def test_pages_of_an_earlier_rot_are_no_measure() -> None:
    pages = with_news(with_news(past(100), 100, authors=False), 20, authors=False)
    assert not degraded(pages).holds, "half of what was before had none either, in one block"
    assert degraded(pages, old=[range(101, 201)]).holds

"""When a source needs a browser, judged from a few of its pages; and the JSON lists that make one unnecessary."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from crawler.render.json_proposals import propose_lists
from crawler.render.messages import JsonAnswer
from crawler.render.verdicts import (
    VERDICT_AGE,
    compare_readings,
    in_force,
    list_is_enough,
    says_too_little,
    signs_of_script,
    with_evidence,
)
from db.models import Article, Reason, Rejection
from db.store.crawl.drawings import RenderState

NOW = datetime(2026, 11, 28, tzinfo=UTC)


def article(words: int, **fields: object) -> Article:
    return Article(url=None, title="A bridge", text="word " * words, word_count=words, **fields)  # type: ignore[arg-type]


def rejected(reason: Reason) -> Rejection:
    return Rejection(reason=reason)


@pytest.mark.parametrize(
    ("gains", "verdict"),
    [
        ([True, True, True], "drawn"),
        ([False, False, False], "received"),
        ([True, False, True], "by page"),
        ([True, True], None),
    ],
)
def test_three_pages_make_a_verdict(gains: list[bool], verdict: str | None) -> None:
    state = RenderState()
    for gain in gains:
        state = with_evidence(state, {"gain": gain}, NOW)
    assert state.verdict == verdict
    assert len(state.evidence) == len(gains)


def test_a_verdict_ends_with_its_age_and_when_the_source_rots() -> None:
    state = RenderState(verdict="received", decided_at=NOW, evidence=({"gain": False},) * 3)
    assert in_force(state, [False] * 10, NOW + timedelta(days=3)) == state
    assert in_force(state, [True] * 3, NOW + timedelta(days=3)) == state
    assert in_force(state, [True] * 9 + [False], NOW + timedelta(days=3)) == RenderState()
    assert in_force(state, [], NOW + VERDICT_AGE + timedelta(days=1)) == RenderState()


def test_a_list_that_becomes_empty_is_compared_anew_once_a_day() -> None:
    state = RenderState(verdict="received", decided_at=NOW, evidence=({"gain": False},) * 3)
    assert list_is_enough(RenderState(), 5, NOW)
    assert not list_is_enough(RenderState(), 2, NOW)
    assert list_is_enough(state, 2, NOW + timedelta(days=3))
    assert list_is_enough(state, 0, NOW + timedelta(hours=3))
    assert not list_is_enough(state, 0, NOW + timedelta(days=3))


def test_what_is_compared() -> None:
    assert says_too_little(rejected(Reason.NO_TEXT))
    assert says_too_little(article(10))
    assert not says_too_little(article(300))
    assert not says_too_little(rejected(Reason.NOT_FOUND)), "a missing page is missing to a browser as well"
    assert not says_too_little(rejected(Reason.PAYWALL))
    gained = compare_readings(rejected(Reason.NO_TEXT), article(300, authors=("Anna Holt",)))
    assert gained["gain"]
    assert gained["fields gained"] == ["title", "authors"]
    assert not compare_readings(article(50), article(55))["gain"]
    assert not compare_readings(article(50), rejected(Reason.NO_TEXT))["gain"]


def test_signs_of_script() -> None:
    assert signs_of_script(b"<div id='app' class=x></div><noscript><p>Please turn on JavaScript.</noscript>") == [
        "empty root",
        "asks for script",
    ]
    assert signs_of_script(b"<div id=root><p>text</p></div>") == []
    assert signs_of_script(b"<div id=" * 30_000) == []


def test_json_lists_are_proposed_where_they_can_be_read() -> None:
    def answer(url: str, value: object) -> JsonAnswer:
        return JsonAnswer(url=url, body=json.dumps(value).encode())

    items = [
        {"id": n, "headline": f"News {n}", "permalink": f"/2026/11/news-{n}.html", "date": "2026-11-28"}
        for n in range(5)
    ]
    found = propose_lists(
        [
            answer("https://a.example/config", {"menu": [{"name": "Sport", "href": "#"}] * 5}),
            answer("https://a.example/api?page=1", {"result": {"docs": items}, "ads": [{"x": 1}] * 9}),
            JsonAnswer(url="https://a.example/broken", body=b"{"),
            answer("https://a.example/deep", [[[]]]),
        ]
    )
    assert [dict(rule) for rule in found] == [
        {
            "url": "https://a.example/api?page=1",
            "items": "result.docs",
            "link": "{permalink}",
            "title": "headline",
            "published": "date",
        }
    ]

"""The checks that need a past of their own: time that has passed, fields that are missing, markup that changed."""

from __future__ import annotations

import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db.diagnosis.article_checks import check_clock, check_known, is_missing
from db.diagnosis.evidence import (
    AnswerEvidence,
    CountedExample,
    FieldEvidence,
    PastEvidence,
    RungName,
    RungState,
    SourceEvidence,
)
from db.diagnosis.ladder import source_diagnosis
from db.diagnosis.markup_changes import MOST_LINES, markup_changes
from db.diagnosis.url_evidence import LinkEvidence, PageEvidence, UrlEvidence
from db.diagnosis.url_ladder import url_diagnosis
from db.store.sites.listing_readings import ListingReading

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
PAST = PastEvidence(crawls=9, last_crawl_at=NOW, usual_gap_s=1800.0, last_new_at=NOW)
EVIDENCE = SourceEvidence(name="a", url="https://a.example/", at=NOW, now=NOW, online=False, named=9, past=PAST)


@pytest.mark.parametrize(
    ("last", "usual_s", "broken"),
    [
        (timedelta(days=9), 1800.0, True),
        (timedelta(hours=20), 1800.0, False),
        (timedelta(days=9), 5 * 86400.0, False),
        (timedelta(days=9), None, False),
    ],
)
def test_a_source_that_nobody_crawls_any_more(last: timedelta, usual_s: float | None, broken: bool) -> None:
    evidence = replace(EVIDENCE, past=replace(PAST, last_crawl_at=NOW - last, usual_gap_s=usual_s))
    assert (check_clock(evidence).state is RungState.BROKEN) is broken
    assert (check_clock(evidence).command == "copydesk status") is broken


@pytest.mark.parametrize(
    ("quiet", "limit_s", "broken"),
    [(timedelta(days=4), None, True), (timedelta(days=2), None, False), (timedelta(days=4), 10 * 86400.0, False)],
)
def test_quiet_is_measured_by_the_rhythm_that_alerts_have_learned(
    quiet: timedelta, limit_s: float | None, broken: bool
) -> None:
    evidence = replace(EVIDENCE, past=replace(PAST, last_new_at=NOW - quiet, quiet_limit_s=limit_s))
    assert (check_known(evidence).state is RungState.BROKEN) is broken
    assert check_known(replace(evidence, new=1)).state is RungState.OK
    assert check_known(replace(evidence, new=1)).message == "1 new link; its listings name 9, each counted by itself"


@pytest.mark.parametrize(
    ("before", "before_of", "now", "now_of", "missing"),
    [
        (190, 200, 0, 3, True),
        (100, 200, 0, 3, False),
        (100, 200, 0, 8, True),
        (60, 200, 0, 20, False),
        (200, 200, 10, 20, False),
        (200, 200, 9, 20, True),
        (7, 7, 0, 5, False),
    ],
)
def test_a_field_is_missing_where_chance_is_excluded(
    before: int, before_of: int, now: int, now_of: int, missing: bool
) -> None:
    assert is_missing(FieldEvidence(name="x", before=before, before_of=before_of, now=now, now_of=now_of)) is missing


def test_markup_is_compared_by_kinds_of_elements() -> None:
    before = b'<article id="story-12345"><p class="byline">By A</p><time datetime="x">1</time></article>'
    now = b'<article id="story-67890"><div class="author-box">By B</div></article>'
    assert markup_changes(before, now) == ('- <p class="byline">', "- <time>", '+ <div class="author-box">')
    assert markup_changes(before, before) == ()
    many = b"".join(b"<x-%c>" % (97 + number) for number in range(20))
    assert len(markup_changes(many, b"")) == MOST_LINES + 1


def answer(url: str, links: int, **values: object) -> AnswerEvidence:
    reading = ListingReading(url=url, kind="sitemap", read_at=NOW, status=200, form="sitemap", links=links, **values)  # type: ignore[arg-type]
    return AnswerEvidence(url=url, asked_at=NOW, status=200, reading=reading)


@pytest.mark.parametrize(
    ("final", "warned"),
    [("https://b.example/", True), ("https://www.a.example/home", False), ("http://a.example/", False), (None, False)],
)
def test_a_site_that_has_moved_to_another_host_is_told(final: str | None, warned: bool) -> None:
    """Its articles come all the same, and nothing else says that they are of another address."""
    told = source_diagnosis(replace(EVIDENCE, answers=(answer(EVIDENCE.url, 4, final_url=final),)))
    (status,) = [rung for rung in told.rungs if rung.name is RungName.STATUS]
    assert (status.state is RungState.WARNING) is warned
    if warned:
        assert told.sentence == "a: it works, but https://a.example/ leads to another host: https://b.example/."
        assert status.command == "copydesk sources add https://b.example/"


def test_an_index_of_sitemaps_is_as_good_as_what_it_names() -> None:
    index, empty = answer("https://a.example/index.xml", 0, parts=3), "https://a.example/1.xml"
    broken = answer(empty, 0, root=index.url, note="no addresses in the sitemap")
    told = source_diagnosis(replace(EVIDENCE, answers=(index, broken)))
    assert told.sentence == f"a: {empty} names nothing: no addresses in the sitemap."
    good = answer("https://a.example/2.xml", 4, root=index.url)
    assert source_diagnosis(replace(EVIDENCE, answers=(index, broken, good))).found is None


def test_the_listing_that_gets_furthest_is_followed_and_guesses_count_last() -> None:
    gone = AnswerEvidence(url="https://a.example/old.xml", asked_at=NOW, status=404)
    guess = AnswerEvidence(url="https://a.example/rss", asked_at=NOW, status=404, guessed=True)
    walled = ListingReading(url="https://a.example/", kind="front-page", read_at=NOW, status=403, notice="consent")
    front = AnswerEvidence(url=walled.url, asked_at=NOW, status=403, reading=walled)
    assert "asks for consent" in source_diagnosis(replace(EVIDENCE, answers=(guess, gone, front))).sentence
    assert "old.xml answers 404" in source_diagnosis(replace(EVIDENCE, answers=(guess, gone))).sentence
    assert source_diagnosis(replace(EVIDENCE, answers=(gone, front, answer("https://a.example/f", 3)))).found is None
    assert "has no listing" in source_diagnosis(EVIDENCE).sentence


def test_commands_can_be_pasted_into_a_shell() -> None:
    hostile = "https://a.example/x;touch$IFS/tmp/x"
    failed = (CountedExample(what="timeout", count=1, example=hostile),)
    found = source_diagnosis(
        replace(EVIDENCE, answers=(answer("https://a.example/f", 3),), fetched=1, failed=failed)
    ).found
    assert found is not None
    assert shlex.split(found.command) == ["copydesk", "why", hostile]
    gone = (AnswerEvidence(url="https://a.example/f", asked_at=NOW, status=404),)
    found = source_diagnosis(replace(EVIDENCE, answers=gone)).found
    assert found is not None
    assert found.command == "copydesk sources add https://a.example/ --name a"


def test_of_a_site_that_is_no_source_no_command_names_one() -> None:
    walled = ListingReading(url="https://a.example/", kind="front-page", read_at=NOW, status=403, notice="challenge")
    seen = (AnswerEvidence(url=walled.url, asked_at=NOW, status=403, reading=walled),)
    newcomer = replace(EVIDENCE, name="a.example", is_added=False, online=True, past=PastEvidence())
    found = source_diagnosis(replace(newcomer, answers=seen)).found
    assert found is not None
    assert found.command == "copydesk sources test https://a.example/"
    found = source_diagnosis(replace(newcomer, answers=(replace(seen[0], status=404, reading=None),))).found
    assert found is not None
    assert found.command == "copydesk sources add https://a.example/"


@pytest.mark.parametrize(
    ("reason", "advised"),
    [("login", "`cookies`"), ("paywall", "`cookies`"), ("challenge", "owner"), ("too_short", "site rule")],
)
def test_one_page_behind_a_wall_gets_the_advice_of_its_wall(reason: str, advised: str) -> None:
    url = "https://a.example/1"
    link = LinkEvidence(
        url=url, source="a", kind="feed", found_in=None, found_at="2026-11-28T10:00:00.000Z", title=None, published=None,
        first_at=NOW, last_at=NOW, failures=0,
    )  # fmt: skip
    page = PageEvidence(
        page_id=4, url=url, fetched_at="2026-11-28T10:00:00.000Z", reason=reason, detail="", is_article=False
    )
    found = url_diagnosis(UrlEvidence(given=url, url=url, key="a.example/1", now=NOW, link=link, page=page))
    assert advised in found.rungs[-1].advice
    assert found.rungs[-1].command == "copydesk show 4 --html"

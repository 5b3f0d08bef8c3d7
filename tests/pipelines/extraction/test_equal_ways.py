"""Quicker ways of reading give what the plain ways give: grouped alternatives, comparison keys, control characters."""

from __future__ import annotations

import re
from typing import Any

import pytest
from lxml.html import document_fromstring
from trafilatura.core import bare_extraction

from pipelines.extraction.body.plain_reading import read_plainly
from pipelines.extraction.body.text import _options
from pipelines.extraction.credits.lines import printed_sources
from pipelines.extraction.encoding import decode
from pipelines.extraction.languages.loader import any_of, by_first_letter
from pipelines.extraction.mojibake import _FOLLOWING, _MAY_BEGIN_RUN, _PLAIN_RUNS, repair_mojibake
from pipelines.extraction.structured_data.state_assignments import STRING, VALUE, next_assignment
from pipelines.extraction.text.titles import plain

_WORDS = (
    "staff writer",
    "staff",
    "Redakteurin",
    "Redakteur",
    "reporter",
    "news desk",
    "an",
    "a",
    "A",
    "記者",
    "编辑",
    "기자",
)
_TEXTS = (
    "Anna Holt, staff writer",
    "von Jan Reporter und Eva, Redakteurin",
    "A Night at the Staffroom",
    "本报记者 张伟 编辑 李娜",
    "김민수 기자",
    "nothing of the kind",
    "",
)


@pytest.mark.parametrize("flags", [re.NOFLAG, re.I])
def test_grouped_alternatives_match_what_the_listed_ones_match(flags: re.RegexFlag) -> None:
    listed = "|".join(sorted(_WORDS, key=lambda word: (-len(word), word)))
    grouped = by_first_letter(sorted(_WORDS, key=lambda word: (-len(word), word)))
    assert grouped != listed
    for text in _TEXTS:
        expected = [match.span() for match in re.finditer(listed, text, flags)]
        assert [match.span() for match in re.finditer(grouped, text, flags)] == expected
    assert re.fullmatch(any_of(_WORDS, spaces=False), "Staff Writer", re.I)


def test_turkish_capitals_are_compared_as_their_small_letters() -> None:
    assert plain("İKİ SEKİZ’de ILICA") == plain("İki Sekiz’de Ilıca")


@pytest.mark.parametrize("text", ["Well-being: it's _ok_ 24/7", "“Straße”, ÉTÉ – 2024", "中文 标题！", ""])
def test_a_comparison_key_holds_letters_and_digits_alone(text: str) -> None:
    assert plain(text) == "".join(char for char in text if char.isalnum()).lower()


@pytest.mark.parametrize("control", ["\x00", "\x0b", "\x1f", "\x7f", "\ufffe", "\uffff"])
@pytest.mark.parametrize("around", ["<p>a{}b</p>", "<p>é{}\u00ad中</p>\t\r\n"])
def test_control_characters_are_dropped_and_line_ends_stay(control: str, around: str) -> None:
    decoded = decode(around.format(control).encode(), "text/html; charset=utf-8")
    assert decoded is not None
    assert decoded.text == around.format("")


def test_a_run_of_garbled_characters_is_repaired_whole() -> None:
    garbled = "Die Straße für alle – „schön“".encode().decode("cp1252", "replace")
    assert repair_mojibake(f"<p>{garbled}</p>" * 3).count("Straße für alle – ") == 3


@pytest.mark.parametrize(
    "text",
    [
        "LONDON (Reuters) - Rates rise",
        "Berlin (dpa/AFP) Die Fähre",
        "(AP) The ferry",
        "The ferry sails (EFE, AFP)",
        "reuters",
        "AP, AFP",
        "© 2024 Associated Press",
        "The Press of Hestvik",
    ],
)
def test_the_agencies_that_a_text_may_name_are_found_as_among_all(text: str) -> None:
    every = frozenset(printed_sources._names_by_word("en"))
    for form in (printed_sources._dateline, printed_sources._ending, printed_sources._alone):
        among_all = form("en", every).search(text)
        found = printed_sources._find(form, text, "en")
        assert (found and (found.span(), found.groups())) == (among_all and (among_all.span(), among_all.groups()))


_PARAGRAPH = "<p>The ferry to Hestvik sailed again on Tuesday, three weeks after the storm had torn off its ramp.</p>"
_MARKUP = (
    _PARAGRAPH * 3,
    f"<h2>After the storm</h2>{_PARAGRAPH}<ul><li>one ramp</li><li>two buoys</li></ul>{_PARAGRAPH * 2}",
    f"<div class='social-box'>Share this</div><table><tr><td>Tuesday</td><td>12 sailings</td></tr></table>{_PARAGRAPH * 4}",
    f"<figure><img src='a.jpg'><figcaption>The ramp</figcaption></figure><form>{_PARAGRAPH * 2}</form><p><br>Light<br>wind</p>",
    f"<blockquote>{_PARAGRAPH}</blockquote><div>Said <b>Anna</b> <a href='/x'>Holt</a><br>of the port</div>{_PARAGRAPH}",
    f"<div>{'<div>All of it in boxes. </div>' * 150}</div>{_PARAGRAPH}",
    f"<p class='byline-top'>By Anna</p><p style='display:none'>Not shown</p><p class='caption'>A ramp</p>{_PARAGRAPH * 8}",
    f"<div id='teaser-2' data-x='1'><p>More on this</p></div><span role='navigation'>Up</span>{_PARAGRAPH * 8}",
    f"<div class='social'>{_PARAGRAPH * 2}</div>{_PARAGRAPH}",
    f"{_PARAGRAPH}<div><p>See <a href='/1'>this</a></p><p>and <a href='/2'>that one here</a></p></div>{_PARAGRAPH * 3}",
    f"{_PARAGRAPH}<ul>{'<li><a href=/x>Another story of the port</a></li>' * 6}</ul>{_PARAGRAPH * 3}",
    f"{_PARAGRAPH * 2}{_PARAGRAPH}<blockquote>Said <b>she</b></blockquote> and went.<h3>Links</h3>",
    f"<table><tr>{'<td><a href=/x>A linked cell of many words</a></td>' * 12}</tr></table>{_PARAGRAPH * 3}",
    f"<div class='comments'>{_PARAGRAPH * 2}<p>First!</p></div>{_PARAGRAPH * 3}",
    f"<ul id='comment-list'><li>First comment of this story</li></ul>{_PARAGRAPH * 3}<p id='comment-2'>And more</p>",
    f"<section class='infinite-scroll'>{_PARAGRAPH}<p>The next story.</p></section>{_PARAGRAPH * 3}",
    f"<div class='elementor-share-buttons elementor-widget'>{_PARAGRAPH}<p>Share</p></div>tail{_PARAGRAPH * 3}",
)


def _page(markup: str) -> Any:
    return document_fromstring(f"<html><body><article class='post'>{markup}</article></body></html>")


@pytest.mark.parametrize("markup", _MARKUP)
def test_trafilatura_reads_the_same_without_the_passes_that_change_nothing(markup: str) -> None:
    read = read_plainly(lambda: _page(markup), _options(fast=True))
    whole: Any = bare_extraction(_page(markup), options=_options(fast=True))
    assert read is not None
    assert read == whole.text


_FORUM = '<script type="application/ld+json">{"@type": "DiscussionForumPosting"}</script>'


@pytest.mark.parametrize("markup", ["<p>Hi.</p>", f"{_FORUM}<div class='comments'>{_PARAGRAPH}</div>{_PARAGRAPH * 3}"])
def test_trafilatura_runs_whole_where_those_passes_may_change_something(markup: str) -> None:
    assert read_plainly(lambda: _page(markup), _options(fast=True)) is None


_FORWARDS = r"(?P<variable>[A-Za-z_$](?<![\w$.].)[\w$.]{0,%d}+)(?:\[[\"'](?P<in_brackets>[\w.:-]{1,80})[\"']\])?\s{0,9}"
_SCRIPTS = (
    'window.__STATE__ = {"title":"Ferry sails"}; t=1; page["main.story"] = JSON.parse("{}");',
    "var ct = '1581517077', pubDate=\"2024-03-05\"; $scope.when = new Date('2024-03-05'); n=1581517077000",
    '{"title": "Ferry", author : "" || "Anna Holt", 9lives: "no", a.b: "yes", x==="z"}',
    "dataLayer.push({'author':'Anna'});(function(a){return {b:a}}('x'));" + "n" * 120 + "={};" + "m" * 50 + "='long'",
    'a["it\'s"]="no";b["k"]  =  [1];=[2];.c=[3];é=[4];d\n=\n{};e="un\\"closed;f="one\ntwo"',
)


@pytest.mark.parametrize("script", _SCRIPTS)
@pytest.mark.parametrize(("form", "longest", "quote"), [(VALUE, 100, ""), (STRING, 40, "[\"']?\\s{0,9}")])
def test_assignments_are_found_by_their_values_as_by_their_variables(
    script: str, form: re.Pattern[str], longest: int, quote: str
) -> None:
    forwards = re.compile(rf"{_FORWARDS % longest}{quote}(?:{form.pattern})")
    expected = [(one["variable"], one["in_brackets"], one.end()) for one in forwards.finditer(script)]
    found, position = [], 0
    while one := next_assignment(form, script, position):
        position = one.value.end()
        found.append((one.variable, one.key, position))
    assert found == expected


def test_each_beginning_of_garbled_letters_is_seen_in_bytes() -> None:
    signs = (*_FOLLOWING, "&copy;", "&#8364;", "\\u00a9")
    runs = [lead + sign for lead in map(chr, range(0xC2, 0xF5)) for sign in signs]
    assert all(map(_PLAIN_RUNS.match, runs))
    assert all(_MAY_BEGIN_RUN.search(run.encode()) for run in runs)

"""The interface's texts: every one that is marked is translated, with the same values in it."""

from __future__ import annotations

import ast
import json
import pickle
import re
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path

import pytest

from crawler.http.record import FAILURES
from db.diagnosis.evidence import RungState
from db.display.phrases import counted_phrase, phrase
from db.errors import QueryError
from db.inspect.pages.template_filters import duration
from db.inspect.translation.catalogues import ENGLISH, LANGUAGES, gettext, ngettext, preferred_language, use_language
from db.inspect.translation.dates import dated, time_locale, weekdays
from db.inspect.translation.negotiation import LANGUAGE_COOKIE, requested_language
from db.inspect.translation.plain_sentences import TEMPLATES, recognised
from db.inspect.translation.terms import TERMS, said
from db.models import ListingKind, Reason, Verdict
from db.reports.coverage_judge import CoverageState
from db.search.query import parse_query
from db.store.service.alerts import AlertKind
from tests.db.inspect.messages import catalogue, missing_messages, unused_messages

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != ENGLISH])
def test_every_text_is_translated(language: str) -> None:
    missing = [message.id for message in missing_messages(language) if message.id]
    assert not missing, f"not in locale/{language} (`make messages` adds them): {missing}"
    unused = unused_messages(language)
    assert not unused, f"in locale/{language}, but nowhere in the interface: {unused}"
    for message in catalogue(language):
        if message.id:
            assert not message.fuzzy, message.id
            texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
            wanted = message.id if isinstance(message.id, str) else message.id[-1]
            for text in texts:
                assert values_in(text) == values_in(wanted), message.id


def values_in(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)[sd]", text)) | set(re.findall(r"</?\w+", text))


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("de-DE,de;q=0.9", "en"),
        ("de, zh-TW;q=0.5, en;q=0.3", "zh"),
        ("zh;q=0, en", "en"),
        ("zh;q=a lot", "en"),
        ("*", "en"),
        (",;q=,", "en"),
    ],
)
def test_the_browser_is_asked(accepted: str, language: str) -> None:
    assert preferred_language(accepted) == language


@pytest.mark.parametrize(
    ("cookie", "language"),
    [
        (f"{LANGUAGE_COOKIE}=en", "en"),
        (f"a=b; {LANGUAGE_COOKIE}=zh", "zh"),
        (f"{LANGUAGE_COOKIE}=xx", "zh"),
        ("\x01=;", "zh"),
    ],
)
def test_a_choice_comes_before_the_browser(cookie: str, language: str) -> None:
    headers = [(b"accept-language", b"zh"), (b"cookie", cookie.encode("latin-1"))]
    assert requested_language({"headers": headers}) == language


def test_texts_follow_the_language() -> None:
    try:
        use_language("zh")
        assert gettext("Search") == "搜索"
        assert gettext("not a text of the interface") == "not a text of the interface"
        assert ngettext("%(n)s fish", "%(n)s fishes", 2) == "%(n)s fishes"
    finally:
        use_language(ENGLISH)
    assert gettext("Search") == "Search"


def test_sentences_of_lower_layers_are_translated_where_they_are_shown() -> None:
    text = phrase(
        "%(first)s; %(next)s", first=counted_phrase("%(number)s new link", "%(number)s new links", 1), next="timeout"
    )
    assert text == "1 new link; timeout"
    assert json.loads(json.dumps({"said": text})) == {"said": "1 new link; timeout"}
    assert pickle.loads(pickle.dumps(text)) == text
    assert said(text) == "1 new link; timeout"
    assert said("stored text", sentence=True) == "Stored text."
    try:
        use_language("zh")
        assert said(text) == "1 条新链接；超时"
        assert said("stored text") == "stored text"
        assert said(phrase("the certificate is valid"), sentence=True) == "证书有效。"
    finally:
        use_language(ENGLISH)


def test_words_of_the_database_are_known() -> None:
    """Whatever a column may hold that a page shows as a word."""
    kinds: tuple[type[StrEnum], ...] = (Reason, Verdict, ListingKind, AlertKind, CoverageState, RungState)
    words = {term.value.replace("_", " ") for kind in kinds for term in kind} | {
        name.replace("_", " ") for _, name in FAILURES
    }
    assert words - TERMS == {"unknown"}, "add them to db/inspect/translation/terms.py"


def test_dates_and_durations_follow_the_language() -> None:
    day = date(2026, 11, 4)
    assert [dated(day, form) for form in ("short", "long", "day", "month")] == [
        "4 Nov 2026", "4 November 2026", "Wed 4 Nov", "Nov 2026"
    ]  # fmt: skip
    assert (duration(200), duration(0.4), duration(3600), duration(0)) == ("3 min 20 s", "0.4 s", "1 h", "0.0 s")
    try:
        use_language("zh")
        assert [dated(day, form) for form in ("short", "long", "day", "month")] == [
            "2026年11月4日", "2026年11月4日", "11月4日 周三", "26年11月"
        ]  # fmt: skip
        assert (duration(200), weekdays("wide")[0], time_locale()["shortDays"]) == (
            "3 分 20 秒", "星期一", ["周日", "周一", "周二", "周三", "周四", "周五", "周六"]
        )  # fmt: skip
    finally:
        use_language(ENGLISH)


def test_plain_sentences_are_recognised() -> None:
    """Stored sentences and errors are known by their templates; a value may be a sentence itself."""
    try:
        use_language("zh")
        for english, chinese in (
            ("The text is too short (words: 6).", "网页正文只有 6 字。"),
            ("1 of 1 listing and 2 of 5 articles", " 1 个列表中的 1 个、5 篇文章中的 2 篇"),
            ("The page is a list: 31 linked lines and no running text.", "网页是列表页：有 31 行链接，没有成段文字。"),
            ("the last 3 crawls failed: timeout", "最近 3 次抓取均失败：超时"),
            (
                "extraction finds less: 2 of 20 articles name an author (19 of 20 before);"
                " 0 of 20 articles name an editor (18 of 20 before)",
                "提取到的内容变少：20 篇文章中 2 篇署有作者（此前 20 篇中 19 篇）；20 篇文章中 0 篇署有编辑（此前 20 篇中 18 篇）",
            ),
            ("a page that nobody knows; timeout", "a page that nobody knows; timeout"),
            ("Only\nwords", "Only\nwords"),
        ):
            assert said(english) == chinese
    finally:
        use_language(ENGLISH)
    assert said("The text is too short (words: 6).") == "The text is too short (words: 6)."
    with pytest.raises(QueryError) as raised:
        parse_query("-ferry")
    assert recognised(str(raised.value)) is not None


def test_every_plain_sentence_has_a_template() -> None:
    """What is written in the code that stores or raises them, value for value."""
    known = {tuple(re.split(r"%\(\w+\)s", template)) for template in TEMPLATES}
    written = {parts for folder, call, place in _PLAIN for parts in _literals(folder, call, place)}
    assert len(written) > 30
    assert written - known - {("", "; ", "")} == set(), "add them to db/inspect/translation/plain_sentences.py"


_PLAIN = (
    ("pipelines/extraction", "Rejection", "detail"),
    ("scheduler/alerts", "Condition", "message"),
    ("db", "QueryError", None),
)


def _literals(folder: str, call: str, keyword: str | None) -> Iterator[tuple[str, ...]]:
    """The texts around the values of each sentence that calls of a name are given in a folder."""
    for path in (ROOT / folder).rglob("*.py"):
        source = path.read_text("utf-8")
        for node in ast.walk(ast.parse(source)) if call in source else ():
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == call):
                continue
            given = node.args[:1] if keyword is None else [one.value for one in node.keywords if one.arg == keyword]
            for text in given:
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield (text.value,)
                elif isinstance(text, ast.JoinedStr):
                    yield tuple(
                        "".join(
                            str(part.value) if isinstance(part, ast.Constant) else "\0" for part in text.values
                        ).split("\0")
                    )

"""The interface's texts: every one that is marked is translated, with the same values in it."""

from __future__ import annotations

import re

import pytest

from db.inspect.translation.catalogues import ENGLISH, LANGUAGES, gettext, ngettext, preferred_language, use_language
from db.inspect.translation.negotiation import LANGUAGE_COOKIE, requested_language
from tests.db.inspect.messages import catalogue, missing_messages, unused_messages


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != ENGLISH])
def test_every_text_is_translated(language: str) -> None:
    missing = [message.id for message in missing_messages(language) if message.id]
    assert not missing, f"not in locale/{language} (`make messages` adds them): {missing}"
    unused = unused_messages(language)
    assert not unused, f"in locale/{language}, but nowhere in the interface: {unused}"
    for message in catalogue(language):
        if message.id:
            assert not message.fuzzy, message.id
            texts = [message.string] if isinstance(message.string, str) else list(message.string)
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

"""The interface's texts: every one that is marked is translated, with the same values in it."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from db.inspect.translation.catalogues import (
    ENGLISH,
    LANGUAGES,
    LOCALE_FOLDER,
    gettext,
    ngettext,
    preferred_language,
    use_language,
)
from db.inspect.translation.negotiation import LANGUAGE_COOKIE, requested_language

INSPECT = Path(__file__).parents[3] / "db" / "inspect"
_KEYWORDS = DEFAULT_KEYWORDS | {"gettext_noop": None}
_METHODS = [("**.html", "jinja2.ext:babel_extract"), ("**.py", "python")]
_OPTIONS = {"**.html": {"newstyle_gettext": "true", "silent": "false"}}


def marked_messages() -> set[str | tuple[str, ...]]:
    """All texts of the interface that are marked in templates and code."""
    found = extract_from_dir(INSPECT, _METHODS, _OPTIONS, _KEYWORDS)
    return {message for _, _, message, _, _ in found}


def catalogue(language: str) -> Catalog:
    whole = Catalog(language)
    for path in sorted((LOCALE_FOLDER / language).glob("*.po")):
        for message in read_po(BytesIO(path.read_bytes()), locale=language):
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                assert whole.get(key) is None or whole[key].string == message.string, f"{path.name} has another {key!r}"
                whole[key] = message
    return whole


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != ENGLISH])
def test_every_text_is_translated(language: str) -> None:
    translated, marked = catalogue(language), marked_messages()
    keys = {message if isinstance(message, str) else message[0] for message in marked}
    missing = [key for key in sorted(keys) if not (message := translated.get(key)) or not message.string]
    assert not missing, f"not in locale/{language}: {missing}"
    unused = sorted(str(message.id) for message in translated if message.id and _key(message.id) not in keys)
    assert not unused, f"in locale/{language}, but nowhere in the interface: {unused}"
    for message in translated:
        if message.id:
            assert not message.fuzzy, message.id
            texts = [message.string] if isinstance(message.string, str) else list(message.string)
            for text in texts:
                assert values_in(text) == values_in(_key(message.id, last=True)), message.id


def _key(message_id: object, *, last: bool = False) -> str:
    return message_id if isinstance(message_id, str) else list(message_id)[-1 if last else 0]  # type: ignore[call-overload,no-any-return]


def values_in(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)[sd]|</?\w+", text)) | set(re.findall(r"</?\w+", text))


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

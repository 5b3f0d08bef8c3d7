"""Chinese and Japanese names of people, recognised by their surname: the only mark that a name without a word beside it has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.extraction.credits.names.outlets import NO_NAME, SIMPLIFIED
from pipelines.extraction.languages.loader import languages, phrases_of

_SURNAMES = frozenset(languages()["zh"].surnames)
"""Common surnames of one character or two, simplified and traditional."""
_HAN = re.compile(r"[\u3400-\u9fff]{2,4}")
DOTTED = re.compile(r"[\u3400-\u9fff]{1,8}(?:[·•・‧∙][\u3400-\u9fff]{1,10}){1,3}")
"""A foreign name in Chinese characters: 安娜·霍尔特."""
NO_PERSON = re.compile(phrases_of("no_person", "zh"))


def is_person(text: str) -> bool:
    """Whether a text is a person's name: a surname and one or two characters more, or a foreign name with its dot."""
    if DOTTED.fullmatch(text):
        return not any(NO_PERSON.search(piece) for piece in re.split(r"[·•・‧∙]", text))
    if not _HAN.fullmatch(text) or NO_PERSON.search(text) or text.translate(SIMPLIFIED) in NO_NAME:
        return False
    return (len(text) <= 3 and text[0] in _SURNAMES) or (len(text) >= 3 and text[:2] in _SURNAMES)


def people_in(value: str) -> Iterator[str]:
    """The people in an author field: 張偉明, 張偉明、李靜美."""
    value = _PADDED.sub(r"\1\2", value[:100])
    yield from filter(is_person, re.split(r"[\s、，,;；/／|｜]+", value))


_PADDED = re.compile(r"(?<![\u3400-\u9fff])([\u3400-\u9fff])[ \u3000]{1,3}([\u3400-\u9fff])(?![\u3400-\u9fff])")
"""A name of two characters that is padded: 张 玉."""


_JAPANESE_SURNAMES = frozenset(languages()["ja"].surnames)
_GIVEN = re.compile(r"[\u3400-\u9fff々\u3041-\u3096\u30a1-\u30fa]{1,3}")
_NO_GIVEN = re.compile(
    r"[県府市区町村駅線部課局省庁会社店川山海湾港島橋空署校園院館寺城支店]$|新聞|放送|大学|高校|中学|原発|第[一二三]|電力|銀行|地方|県内|市内|東部|西部|南部|北部|記者|編集|支局|総局|撮影|写真|提供"
)


def is_japanese_person(text: str) -> bool:
    """Whether a text is a Japanese person's full name: a common surname and one to three characters more."""
    for size in (3, 2):
        surname, given = text[:size], text[size:].lstrip(" \u3000")
        if (
            surname in _JAPANESE_SURNAMES
            and 1 <= len(given) <= 3
            and _GIVEN.fullmatch(given)
            and not _NO_GIVEN.search(given)
        ):
            return True
    return False

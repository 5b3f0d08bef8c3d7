"""Japanese names of people, told by their surname: the only mark that a name without a word beside it has."""

from __future__ import annotations

import re

from pipelines.extraction.languages.loader import languages

_SURNAMES = frozenset(languages()["ja"].surnames)
_GIVEN = re.compile(r"[\u3400-\u9fff々\u3041-\u3096\u30a1-\u30fa]{1,3}")
_NO_GIVEN = re.compile(
    r"[県府市区町村駅線部課局省庁会社店川山海湾港島橋空署校園院館寺城支店]$|新聞|放送|大学|高校|中学|原発|第[一二三]|電力|銀行|地方|県内|市内|東部|西部|南部|北部|記者|編集|支局|総局"
)


def is_japanese_person(text: str) -> bool:
    """Whether a text is a Japanese person's full name: a common surname and one to three characters more."""
    for size in (3, 2):
        surname, given = text[:size], text[size:].lstrip(" \u3000")
        if surname in _SURNAMES and 1 <= len(given) <= 3 and _GIVEN.fullmatch(given) and not _NO_GIVEN.search(given):
            return True
    return False

"""The labels of Chinese credits: 责任编辑, 校对, 作者, 来源 and the many that stand beside them, as patterns."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipelines.extraction.credits.credits import LABEL_KINDS
from pipelines.extraction.languages.loader import any_of, languages

_CREDITS = languages()["zh"].credits
_HOUSE = r"[\u4e00-\u9fff·+A-Za-z0-9]{1,10}?"
"""An outlet, or whatever else stands before its people's label: 每经记者, 界面新闻编辑, 总台记者, 金牌编辑."""


def _padded(labels: Iterable[str]) -> str:
    """Labels as a pattern; each may have blanks between its characters. Longest first."""
    return "|".join(r"[ \u3000]{0,3}".join(word) for word in sorted(labels, key=len, reverse=True))


_WORDS = {kind: set(getattr(_CREDITS.labels, kind)) for kind in LABEL_KINDS}
_WORDS["other"] |= {*_CREDITS.production} - _WORDS["authors"]
_ANY = "|".join(f"(?P<{kind}>{_padded(_WORDS[kind])})" for kind in LABEL_KINDS)
LABEL = re.compile(
    rf"(?<![\u4e00-\u9fff·+A-Za-z0-9])(?:(?:(?:本[文期版]|值班|执行|轮值|特约)(?=[编校责审]))?(?:{_ANY})|(?<![:：]){_HOUSE}(?:(?P<editors_>编辑)|(?P<authors_>(?:首席|见习|实习|特约|全媒体)?记者)))"
    r"(?=[^\u4e00-\u9fff]|$)[ \u3000\u2003]{0,3}(?P<sep>[:：/／|｜丨︱】\]]|[,，](?=\u2003)|$|(?=[ \u3000\u2003]))"
)
LABELS = frozenset(label for labels in _WORDS.values() for label in labels)
GLUED = re.compile(rf"(?:^|[\s\]】)）|｜/，。])(?:{_ANY})[ \u3000]{{0,3}}[:：]")
_LONG = "|".join(f"(?P<{kind}>{_padded(word for word in _WORDS[kind] if len(word) > 1)})" for kind in LABEL_KINDS)
_RUN_ON = re.compile(rf"(?<=[\u4e00-\u9fffA-Za-z\d])(?<![图片])(?:{_LONG})[ \u3000]{{0,3}}[:：]")
"""A label without a blank before it: 2024-03-05 10:20来源：新华网作者：张伟编辑：李静, 阅读1.2k来源：新华网."""
PRODUCTION = re.compile(
    rf"[【\[（(]?(?:{any_of(_CREDITS.production, spaces=False)})[】\]）)]?[ \u3000]{{0,3}}[:：/／|｜丨︱】]"
    r"|[（(][^（()）]{2,30}[ \u3000/／](?:供稿|供图|摄)[）)]$"
)
"""Who else had a hand in it: a line that begins so is no text, whoever it names."""


def labels_in(folded: str) -> list[re.Match[str]]:
    """The labels of a line in simplified writing, in order; also those set right behind a number, or behind what an earlier label
    credits."""
    marks = list(LABEL.finditer(folded)) or list(GLUED.finditer(folded))
    found = list(marks)
    for mark in _RUN_ON.finditer(folded):
        before = max((other.end() for other in found if other.start() < mark.start()), default=None)
        is_inside = any(other.start() <= mark.start() < other.end() for other in marks)
        if is_inside or (before is None and not folded[mark.start() - 1].isascii()):
            continue
        if before is None or mark.start() - before >= _SHORTEST_VALUE:
            found.append(mark)
    return sorted(found, key=lambda mark: mark.start())


_SHORTEST_VALUE = 2
"""Characters between two labels: fewer belong to the second one."""


def kind_of(mark: re.Match[str]) -> str:
    """What a label credits: authors, editors, proofreaders, source or other."""
    return next(kind.rstrip("_") for kind, text in mark.groupdict().items() if text and kind != "sep")

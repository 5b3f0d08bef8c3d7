"""What opens a credit, by language: the words before authors, editors, proofreaders and sources.

A label has a colon (or = or |) after it: `Редактор: …`. A phrase needs none: `Edited by …`, `بقلم …`. Words of the kind
"other" open a credit that is not kept (photographer, chief editor, a counter); they end the value before them. Chinese is
read by `chinese_credits`, because its labels need no space around them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from pipelines.extraction.credits.credits import LABEL_KINDS
from pipelines.extraction.languages.loader import CreditWords, Words, by_first_letter, languages
from pipelines.extraction.text.byline_words import LABEL_MARKS

_JOINED = re.compile(r"\s+")
_SEPARATOR = rf"\s{{0,3}}(?:[{LABEL_MARKS}=＝｜／●◎]|\|(?!\|))"


@lru_cache(maxsize=64)
def credit_marks(language: str | None) -> re.Pattern[str]:
    """The pattern for words that open a credit: a group for each kind ("authors", …), with "_" appended for phrases.

    English words are included everywhere, because templates are often left in English.
    """
    credits = {code: one.credits for code, one in languages().items() if code != "zh"}
    known = {code: one for code, one in credits.items() if one.labels != CreditWords()}
    spoken = languages().get(language or "")
    own = (spoken.credits.same_as if spoken else "") or language or ""
    codes = ["en"] if own in ("", "en") or own not in known else [own, "en"]
    groups = []
    for kind in LABEL_KINDS:
        labels = _alternatives(getattr(known[code].labels, kind) for code in codes)
        phrases = _alternatives(getattr(known[code].phrases, kind) for code in codes)
        groups.append(rf"(?P<{kind}>{labels}){_SEPARATOR}")
        groups.append(rf"(?P<{kind}_>{phrases})(?=[\s・])")
    return re.compile(rf"(?:(?<=[\s;,.(（\[/・|•·—–])|^)(?:{'|'.join(groups)})\s{{0,3}}", re.I)


def _alternatives(groups: Iterable[Words]) -> str:
    ordered = sorted({word for group in groups for word in group}, key=lambda word: (-len(word), word))
    patterns = (_JOINED.sub(r"\\s{1,2}", re.escape(word).replace(r"\ ", " ")) for word in ordered)
    return by_first_letter(patterns) or r"(?!)"

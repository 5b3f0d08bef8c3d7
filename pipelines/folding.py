"""Traditional characters folded into simplified ones, so that both forms of a Chinese text are one text. Pure.

One character for one character, by OpenCC's table: what a phrase would decide (乾 in 乾隆) is folded alike on both sides, which
is all that comparing needs. Words that differ between regions (軟體, 软件) stay different.
"""

from __future__ import annotations

import re
from functools import cache

import opencc

_HAN = re.compile(r"[\u3400-\u9fff]")
_NOT_CHINESE = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
# A text is Chinese when so much of it is Han and next to nothing of it is kana or Hangul. News in Chinese is above 0.8 Han;
# Japanese news is about half kana.
_LEAST_HAN = 0.3
_MOST_OTHERS = 0.05
# Every fourth letter tells it as well as all do.
_SAMPLE = 4


@cache
def _table() -> dict[int, str]:
    characters = [chr(code) for code in range(0x3400, 0xA000)]
    simplified = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {ord(old): new for old, new in zip(characters, simplified, strict=True) if old != new and len(new) == 1}


def fold(letters: str) -> str:
    """The same text with simplified characters, where it is Chinese; any other text as it is. The length stays."""
    sample = letters[::_SAMPLE]
    han = len(_HAN.findall(sample))
    if not han or han < _LEAST_HAN * len(sample) or len(_NOT_CHINESE.findall(sample)) > _MOST_OTHERS * han:
        return letters
    return letters.translate(_table())

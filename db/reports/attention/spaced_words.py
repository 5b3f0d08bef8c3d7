"""Words of scripts that put blanks between them, and names of two to four of them. Pure.

A word is what the search finds as one: letters and digits, equal whatever their case and accents, two letters at least. A name is a
run of words that begin with a capital. In a headline or at the start of a sentence every word may; so a run is a name only if the
same words hardly ever follow each other in another case: "White House", and not "The President".
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from db.reports.attention.unspaced_words import WordInTexts
from db.search.tokenizer import SPACED_LETTER, is_unspaced, units
from db.text_folding import fold

_MOST_SMALL = 0.25
"""Of the texts with a word, or with the words of a name: written small in more of them, it is no name."""
_LONGEST_NAME = 4
_SHORTEST = 2


def find_spaced_words(texts: Sequence[str], of_result: int, least: int) -> list[WordInTexts]:
    """The words and names of at least `least` of the first `of_result` texts, with all texts that have them."""
    folded = _Folded()
    places: dict[str, list[int]] = defaultdict(list)
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    small: Counter[str] = Counter()
    names: dict[str, list[int]] = defaultdict(list)
    for number, text in enumerate(texts[:of_result]):
        words, found = set(units(text)), _names_in(text)
        for key in {folded[word] for word in words} - {""}:
            places[key].append(number)
        for key in {part.lower() for part in found}:
            names[key].append(number)
        small.update({folded[word] for word in words if word[0].islower()})
        for form in words:
            forms[folded[form]][form] += 1
        for form in found:
            forms[form.lower()][form] += 1
    # Of the others, four fifths of whose words are rare ones, only what may be chosen is counted.
    places = {key: of for key, of in places.items() if len(of) >= least and _is_shown(key)}
    names = {key: of for key, of in names.items() if len(of) >= least}
    for number, text in enumerate(texts[of_result:], of_result):
        words = set(units(text))
        for key in places.keys() & {folded[word] for word in words}:
            places[key].append(number)
        small.update(places.keys() & {folded[word] for word in words if word[0].islower()})
        for key in names.keys() & {part.lower() for part in _names_in(text)} if names else ():
            names[key].append(number)
    lower = [text.lower() for text in texts[:of_result]] if names else []
    chosen = dict(places)
    for key, of in names.items():
        anyhow = sum(1 for text in lower if key in text)
        if _in_result(of, of_result) >= (1 - _MOST_SMALL) * anyhow:
            chosen[key] = of
    return [
        WordInTexts(word=_usual(forms[key], key, small, places), texts=np.array(of, dtype=np.int64))
        for key, of in sorted(chosen.items())
    ]


class _Folded(dict[str, str]):
    """Words to what they count as; "" for those of scripts without spaces."""

    def __missing__(self, word: str) -> str:
        key = self[word] = word.lower() if word.isascii() else "" if is_unspaced(word) else fold(word)
        return key


def _usual(forms: Counter[str], key: str, small: Counter[str], places: dict[str, list[int]]) -> str:
    """How the word is mostly written; small if it is ever so written often."""
    if key in places and small[key] > _MOST_SMALL * len(places[key]):
        forms = Counter({form: count for form, count in forms.items() if form[:1].islower()}) or forms
    return min(forms, key=lambda form: (-forms[form], form)) if forms else key


def _is_shown(word: str) -> bool:
    return len(word) >= _SHORTEST and not word.isdigit() and any(letter.isalpha() for letter in word)


def _in_result(texts: list[int], of_result: int) -> int:
    return sum(1 for number in texts if number < of_result)


def _names_in(text: str) -> set[str]:
    """The runs of words with capitals, and the parts of these."""
    return {part for run in set(_capital_runs().findall(text)) for part in _parts(run)}


def _parts(run: str) -> Iterator[str]:
    """The run and all runs of at least two words in it."""
    words = run.split()
    for size in range(2, len(words) + 1):
        for start in range(len(words) - size + 1):
            yield " ".join(words[start : start + size])


@cache
def _capital_runs() -> re.Pattern[str]:
    """Two to four words in a row that begin with a capital. What stands before the first is looked at after its first letter: a
    look at every place of a text takes several times as long.
    """
    codes = [code for code in range(0x10000) if unicodedata.category(chr(code)) in ("Lu", "Lt")]
    capital = "[" + "".join(re.escape(chr(code)) for code in codes) + "]"
    rest = rf"{SPACED_LETTER}*+(?:[’'-]{SPACED_LETTER}++)*+"
    return re.compile(rf"{capital}(?<!{SPACED_LETTER}{capital}){rest}(?: {capital}{rest}){{1,{_LONGEST_NAME - 1}}}")

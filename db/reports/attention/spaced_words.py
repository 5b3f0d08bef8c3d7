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
from itertools import chain

import numpy as np

from db.reports.attention.unspaced_words import Numbers, WordInTexts, distinct
from db.search.tokenizer import SPACED_LETTER, is_unspaced, units
from db.text.folding import fold

_MOST_SMALL = 0.25
"""Of the texts with a word, or with the words of a name: written small in more of them, it is no name."""
_LONGEST_NAME = 4
_SHORTEST = 2


def find_spaced_words(texts: Sequence[str], of_result: int, least: int) -> list[WordInTexts]:
    """The words and names of at least `least` of the first `of_result` texts, with all texts that have them."""
    found = {**_words(texts, of_result, least), **_names(texts, of_result, least)}
    return [found[key] for key in sorted(found)]


def _words(texts: Sequence[str], of_result: int, least: int) -> dict[str, WordInTexts]:
    """By what they count as. As arrays: 450 texts have 100,000 words, most of which are in one."""
    numbers: dict[str, int] = {}
    tokens = [[numbers.setdefault(word, len(numbers)) for word in set(units(text))] for text in texts]
    forms = list(numbers)
    keys: dict[str, int] = {"": 0}
    key_of = np.array([keys.setdefault(_folded(form), len(keys)) for form in forms], dtype=np.int64)
    is_small = np.array([form[0].islower() for form in forms], dtype=np.bool_)
    form = np.fromiter(chain.from_iterable(tokens), dtype=np.int64)
    text = np.repeat(np.arange(len(texts), dtype=np.int64), [len(of) for of in tokens])
    key = key_of[form] if len(forms) else form

    def in_texts(some: Numbers) -> tuple[Numbers, Numbers]:
        """Key and text of the tokens at these places, each pair once, in order."""
        pairs = distinct(key[some] * len(texts) + text[some])
        return pairs // len(texts), pairs % len(texts)

    of_key, of_text = in_texts(np.flatnonzero(key))
    enough = np.bincount(of_key[of_text < of_result], minlength=len(keys)) >= least
    small = np.bincount(in_texts(np.flatnonzero(is_small[form]))[0], minlength=len(keys))
    having = np.bincount(of_key, minlength=len(keys))
    times = np.bincount(form[text < of_result], minlength=len(forms))
    written: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for place in np.flatnonzero((times > 0) & enough[key_of]).tolist():
        written[int(key_of[place])].append((-int(times[place]), forms[place]))
    ends = np.searchsorted(of_key, np.arange(len(keys)), side="right")
    found = {}
    for word, number in keys.items():
        if not enough[number] or not _is_shown(word):
            continue
        # Small if it is ever so written often.
        shown = written[number]
        if small[number] > _MOST_SMALL * having[number]:
            shown = [one for one in shown if one[1][:1].islower()] or shown
        places = of_text[ends[number] - having[number] : ends[number]]
        found[word] = WordInTexts(word=min(shown)[1], texts=places)
    return found


def _names(texts: Sequence[str], of_result: int, least: int) -> dict[str, WordInTexts]:
    """By their small letters: those that are hardly ever written in another case."""
    places: dict[str, list[int]] = defaultdict(list)
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for number, text in enumerate(texts[:of_result]):
        found = _names_in(text)
        for key in {part.lower() for part in found}:
            places[key].append(number)
        for form in found:
            forms[form.lower()][form] += 1
    chosen = {key: of for key, of in places.items() if len(of) >= least}
    lower = [text.lower() for text in texts[:of_result]] if chosen else []
    chosen = {
        key: of for key, of in chosen.items() if len(of) >= (1 - _MOST_SMALL) * sum(1 for text in lower if key in text)
    }
    for number, text in enumerate(texts[of_result:] if chosen else (), of_result):
        for key in chosen.keys() & {part.lower() for part in _names_in(text)}:
            chosen[key].append(number)
    return {
        key: WordInTexts(
            word=min(forms[key], key=lambda form: (-forms[key][form], form)), texts=np.array(of, dtype=np.int64)
        )
        for key, of in chosen.items()
    }


def _folded(word: str) -> str:
    """What a word counts as; "" for those of scripts without spaces."""
    if word.isascii():
        return word.lower()
    return "" if is_unspaced(word) else fold(word)


def _is_shown(word: str) -> bool:
    return len(word) >= _SHORTEST and not word.isdigit() and any(letter.isalpha() for letter in word)


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

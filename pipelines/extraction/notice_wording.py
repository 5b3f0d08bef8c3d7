"""Sentences that are worded like a notice, though none of the known phrases stands in them.

Who runs a site words its notices anew: "the story you were after may have been unpublished". The words are those of other notices.
So the phrases of the language files are taken apart into stems; a sentence made of such stems is one that a notice says, and the
kinds whose phrases share them tell its kind.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from db.models import Reason
from pipelines.extraction.languages.loader import languages
from pipelines.extraction.text.writing import CJK, SPACELESS_LETTERS

_SHARE, _MOST = 0.42, 0.5
"""Share of a sentence's stems that notices must have, and of the text that such sentences must make up. Each page of
`bench/extraction/handwritten/refusals` was read without the phrases that stand in it: more of either, and fewer notices were
taken for what they are; less, and articles about them were refused."""
_LEAST = 2
"""Different stems, none overlapping another, that a sentence must share with notices of the page's kind."""
_MIN_LETTERS, _STEM = 4, 6
"""Letters of a word that is counted (shorter ones join words), and of its stem, which inflection at the end leaves as it is."""
_MARKS = "".join(mark for mark in map(chr, range(0x300, 0x1800)) if unicodedata.category(mark)[0] == "M")
"""Vowels and accents that are characters of their own, from Hebrew to Khmer: parts of words, though no letters."""
_WORD = re.compile(rf"(?:[^\W\d_]|[{_MARKS}])+")
_RUNS = ((4, re.compile(f"[{SPACELESS_LETTERS}]")), (2, CJK))
"""Characters of a stem in writing without spaces: of a syllable in Thai, Lao, Burmese, and Khmer, and in East Asia. Korean words
are joined with particles."""
_EQUALS = {**dict.fromkeys("’‘ʻʼ`´", "'"), "ي": "ی", "ك": "ک", "ۀ": "ه", "ۂ": "ہ", "i\u0307": "i"}
_UNEQUAL = re.compile(r"[’‘ʻʼ`´يكۀۂ\u00ad\u064b-\u0652\u0654\u0670\u200b-\u200f]|i\u0307")
"""Apostrophes, Arabic letters that Persian and Urdu write otherwise, "İ" in lower case; soft hyphens, vowel points and joiners,
which are left out at will."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The sentences of a page that are worded like a notice, and the kind whose phrases have most of their stems."""

    kind: Reason | None = None
    sentences: frozenset[str] = frozenset()


def folded(text: str) -> str:
    """A text as phrases are compared: in lower case, and `unmarked`."""
    return unmarked(unicodedata.normalize("NFC", text).lower())


def unmarked(text: str) -> str:
    """A text without what one writes otherwise than another: apostrophes, letters that look alike, joiners, vowel points."""
    return _UNEQUAL.sub(lambda match: _EQUALS.get(match[0], ""), text)


def wording_of(codes: tuple[str, ...], titles: Iterable[str], sentences: Sequence[str]) -> Wording:
    """How the titles and sentences of a page, in lower case, are worded, by the phrases of languages."""
    kinds_of = _kinds_by_stem(codes)
    shared_by: dict[str, list[tuple[str, int]]] = {}
    points: Counter[Reason] = Counter()
    for sentence in dict.fromkeys((*titles, *sentences)):
        stems = list(_stems(sentence))
        shared = [(stem, end) for stem, end in stems if stem in kinds_of]
        if shared and len(shared) >= _SHARE * len(stems):
            shared_by[sentence] = shared
            for stem in dict.fromkeys(stem for stem, _ in shared):
                points.update(dict.fromkeys(kinds_of[stem], 1 / len(kinds_of[stem])))
    if not points:
        return Wording()
    kind = max(points, key=lambda kind: points[kind])
    worded = {sentence for sentence, shared in shared_by.items() if _apart(shared, kind, kinds_of) >= _LEAST}
    said = sum(len(sentence) for sentence in sentences if sentence in worded)
    if said < _MOST * sum(map(len, sentences)):
        return Wording()
    return Wording(kind=kind, sentences=frozenset(worded))


@lru_cache(maxsize=256)
def _kinds_by_stem(codes: tuple[str, ...]) -> Mapping[str, tuple[Reason, ...]]:
    """The kinds of notices whose phrases have a stem."""
    kinds: defaultdict[str, dict[Reason, None]] = defaultdict(dict)
    for code in codes:
        for kind, words in languages()[code].notices.items():
            for phrase in (*words.title, *words.says):
                for stem, _ in _stems(folded(phrase)):
                    kinds[stem][Reason(kind)] = None
    return {stem: tuple(found) for stem, found in kinds.items()}


def _stems(text: str) -> Iterator[tuple[str, int]]:
    """The stems of a text, and where each ends."""
    for match in _WORD.finditer(text):
        word = match[0]
        if run := next((run for run, writing in _RUNS if writing.search(word)), 0):
            yield from ((word[at : at + run], match.start() + at + run) for at in range(len(word) - run + 1))
        elif len(word) >= _MIN_LETTERS:
            yield word[:_STEM], match.end()


def _apart(shared: list[tuple[str, int]], kind: Reason, kinds_of: Mapping[str, tuple[Reason, ...]]) -> int:
    """How many different stems of a kind stand apart: of characters that follow each other, every second one."""
    apart: set[str] = set()
    free_from = 0
    for stem, end in shared:
        if kind in kinds_of[stem] and end - len(stem) >= free_from:
            apart.add(stem)
            free_from = end
    return len(apart)

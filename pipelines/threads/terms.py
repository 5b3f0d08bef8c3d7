"""The terms by which articles are compared: words, or pairs of characters in scripts written without spaces. Pure."""

from __future__ import annotations

import operator
import re
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db.search.tokenizer import any_unspaced, is_unspaced, units
from db.text.folding import fold
from pipelines.changes.names import names_in
from pipelines.threads.frames import Frames, spaced_frames, unspaced_frames

LEAD_LETTERS = 1500
"""Letters of the text that count, about 220 words. News says what happened first; more letters made neither half of the generated
stream better (`bench/threads/quality.py`) and cost time in proportion."""
UNSPACED_LEAD_LETTERS = 500
"""The same for scripts written without spaces, whose characters say more."""
TITLE_TIMES = 3
"""How often a term of the title counts: it is the publisher's own choice of what the article is about."""
_MOST_LETTERS = 30
"""Longer words are addresses and codes."""
_BREAK = re.compile(r"[^\w\s'’-]+|\s[–—-]\s|\n")
"""Between two parts of a sentence: names on both sides of it are not one name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryTerms:
    """The terms of an article, numbered (`term_numbers`), in order: how often each is in it, which are in its title, which are
    names or numbers, and how they are written. `unspaced`: its script has no spaces, so its terms are pairs of characters.
    `frames`: its sentences without their names and numbers, and what these are."""

    terms: NDArray[np.uint32]
    counts: NDArray[np.int64]
    titled: NDArray[np.bool_]
    named: NDArray[np.bool_]
    unspaced: bool
    written: dict[int, str]
    frames: Frames


def term_numbers(language: str, terms: Iterable[str]) -> dict[str, int]:
    """32 bits that stand for each term of a language: the same word is another term in another language. Two terms of one number
    are rarer than one in 10,000 at a million terms, and do no more harm than a word of two meanings."""
    prefix = zlib.crc32(f"{language}\t".encode())
    return {term: zlib.crc32(term.encode(), prefix) for term in terms}


def story_terms(title: str, text: str, language: str) -> StoryTerms:
    """The terms of an article. `language`: its code, empty if unknown."""
    folded_title = fold(title)
    title_units = units(folded_title)
    unspaced = _is_unspaced(title_units if title else units(fold(text[:100])))
    lead = text[: UNSPACED_LEAD_LETTERS if unspaced else LEAD_LETTERS]
    # Folding and splitting are half of the work: once for all that follows.
    folded_lead = fold(lead)
    lead_units = units(folded_lead)
    heading = Counter(_terms(title_units))
    written = Counter(_terms(lead_units))
    for term, times in heading.items():
        written[term] += TITLE_TIMES * times
    # Headlines capitalise as they like, so the text says which of their words are names. Chinese has no capitals.
    names = names_in(f"{title}\n{lead}" if unspaced else lead, language or None)
    # Together: a line break ends a unit, and folding each name by itself takes as long as folding the text.
    named = set(_terms(units(fold("\n".join(names)))))
    if unspaced:
        frames = unspaced_frames(
            (folded_title, folded_lead), [folded_name for name in names if (folded_name := fold(name))]
        )
    else:
        frames = spaced_frames((title_units, lead_units), named)
        title_pairs = _name_pairs(folded_title, title_units, named)
        lead_pairs = _name_pairs(folded_lead, lead_units, named)
        heading.update(title_pairs)
        written.update(title_pairs * TITLE_TIMES + lead_pairs)
        named.update(title_pairs, lead_pairs)
    numbers = term_numbers(language, written)
    counts = {numbers[term]: times for term, times in written.items()}
    in_title = {numbers[term] for term in heading}
    of_names = {number for term, number in numbers.items() if term in named or term.isdigit()}
    order = sorted(counts)
    return StoryTerms(
        terms=np.array(order, dtype=np.uint32),
        counts=np.array([counts[number] for number in order], dtype=np.int64),
        titled=np.array([number in in_title for number in order], dtype=np.bool_),
        named=np.array([number in of_names for number in order], dtype=np.bool_),
        unspaced=unspaced,
        written={number: term for term, number in numbers.items()},
        frames=frames,
    )


def _name_pairs(text: str, found_units: list[str], named: set[str]) -> list[str]:
    """Two names in a row, of folded text and its units: given and family name, the words of a place or a company. Many people have
    either of them, few both."""
    pairs = []
    before, end = "", 0
    for unit in found_units:
        start = text.index(unit, end)
        if unit in named:
            if before and not _BREAK.search(text, end, start):
                pairs.append(f"{before} {unit}")
            before = unit
        else:
            before = ""
        end = start + len(unit)
    return pairs


def _terms(found_units: list[str]) -> list[str]:
    if not any_unspaced(found_units):
        return [unit for unit in found_units if 1 < len(unit) <= _MOST_LETTERS or unit.isdigit()]
    found: list[str] = []
    for unit in found_units:
        if is_unspaced(unit):
            found += map(operator.add, unit, unit[1:])
        elif 1 < len(unit) <= _MOST_LETTERS or unit.isdigit():
            found.append(unit)
    return found


def _is_unspaced(words: list[str]) -> bool:
    if not any_unspaced(words):
        return False
    solid = sum(len(word) for word in words if is_unspaced(word))
    return solid * 2 > sum(map(len, words))

"""Headlines and paragraphs of invented local news in the languages of `words.toml`, drawn by chance from a seed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from random import Random

Vocabulary = Mapping[str, Sequence[str]]


@lru_cache(maxsize=1)
def vocabularies() -> Mapping[str, Vocabulary]:
    """By language: `actors`, `places`, `objects`, and the `sentences` and `headlines` that have gaps for them and for numbers."""
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))


def headline(language: str, chance: Random) -> str:
    """One headline."""
    words = vocabularies()[language]
    return _filled(chance.choice(words["headlines"]), words, chance)


def paragraphs(language: str, chance: Random, number: int = 6) -> list[str]:
    """So many paragraphs, each of three sentences."""
    words = vocabularies()[language]
    between = "" if language in ("zh", "zh-TW", "ja") else " "
    return [
        between.join(_filled(sentence, words, chance) for sentence in chance.sample(words["sentences"], 3))
        for _ in range(number)
    ]


def _filled(sentence: str, words: Vocabulary, chance: Random) -> str:
    for gap, kind in (("{A}", "actors"), ("{P}", "places"), ("{O}", "objects")):
        while gap in sentence:
            sentence = sentence.replace(gap, chance.choice(words[kind]), 1)
    for gap, least, most in (("{N}", 12, 979), ("{M}", 13, 48), ("{K}", 3, 12), ("{Y}", 1961, 2019)):
        sentence = sentence.replace(gap, str(chance.randint(least, most)))
    return sentence[:1].title() + sentence[1:]  # Georgian has capitals that no sentence begins with

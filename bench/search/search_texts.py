"""Generated articles for the search benches: words as frequent as words are (Zipf), each article with topics that it repeats.

Half are Chinese (about 1,000 Han characters, of words of one to four, every tenth article in traditional characters), half are in a
spaced script (about 500 words). The n-th is always the same. Like the real thing where it counts for an index: of a Chinese article
of the quality corpus with 1,250 Han characters, 800 pairs and 440 characters are different; of a generated one, see `--describe`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

import opencc

_WORDS = 40_000
_CHARACTERS = 3_500
_TOPICS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A language: its words, most frequent first, and their weights summed up."""

    words: list[str]
    weights: list[float]


@lru_cache(maxsize=2)
def language(han: bool) -> Words:
    """The words of one of the two languages."""
    chance = random.Random(f"words {han}")
    if han:
        letters = [chr(0x4E00 + n) for n in chance.sample(range(0x5000), _CHARACTERS)]
        weights = list(accumulate(1 / (rank + 30) for rank in range(_CHARACTERS)))
        lengths = [1] * 60 + chance.choices((2, 2, 2, 2, 2, 2, 3, 3, 4), k=_WORDS - 60)
        words = ["".join(chance.choices(letters, cum_weights=weights, k=length)) for length in lengths]
    else:
        vowels, others = "aeiou", "bcdfghjklmnprstvwz"
        words = [
            "".join(chance.choice(others) + chance.choice(vowels) for _ in range(1 + rank % 4 + (rank > 100)))
            for rank in range(_WORDS)
        ]
    return Words(words=words, weights=list(accumulate(1 / (rank + 2.7) for rank in range(_WORDS))))


def is_han(n: int) -> bool:
    """Whether the n-th article is Chinese."""
    return n % 2 == 0


def article_at(n: int) -> tuple[str, str]:
    """Title and text of the n-th article."""
    chance, han = random.Random(n), is_han(n)
    known = language(han)
    topics = chance.choices(known.words[200:], k=_TOPICS)
    number = chance.randint(250, 900) if han else chance.randint(200, 800)
    words = chance.choices(known.words, cum_weights=known.weights, k=number)
    for at in range(0, number, 4):
        words[at] = topics[chance.randrange(_TOPICS)]
    title = (topics[:4] + words[:3], topics[:4] + words[:5])[not han]
    glue, stop = ("", "，") if han else (" ", ", ")
    sentences = [glue.join(words[at : at + 12]) for at in range(0, number, 12)]
    text = "\n".join(stop.join(sentences[at : at + 6]) for at in range(0, len(sentences), 6))
    if han and n % 20 == 0:
        return _traditional().convert(glue.join(title)), _traditional().convert(text)
    return glue.join(title), text


@lru_cache(maxsize=1)
def _traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")

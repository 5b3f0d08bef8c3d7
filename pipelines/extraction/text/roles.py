"""What stands in a byline and is no person: duties, towns of two words, agencies that sign. The words are in the language files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from pipelines.extraction.languages.loader import any_of, by_first_letter, cues_of, words_of


def _duties(*, spaces: bool) -> Iterator[str]:
    """The duties of the languages with, or without, spaces between words, and what stands in their place, to their end."""
    cues = chain(cues_of("duty", None), cues_of("byline_extra", None))
    for word in (word for cue, has_spaces in cues if has_spaces == spaces for word in cue.match):
        bare = re.escape(word).replace(r"\*", r"\w{0,20}").replace(r"\ ", r"\s")
        yield bare + r"\b" * (spaces and (word[-1] == "*" or word[-1].isalnum()))


DUTY = re.compile(
    rf"\b(?:{by_first_letter(_duties(spaces=True))})|{by_first_letter(_duties(spaces=False))}|부\s기자$|部記者$", re.I
)
"""What somebody is, and what stands in its place: never a name where one stands before it."""
DEGREES = re.compile(rf"^(?:(?:{any_of(words_of('degree'), spaces=False)})(?:\s|(?<=\.))){{1,4}}(?=[^\W\d_a-z])")
"""Degrees before a name, in languages that write them small: "prof. dr hab."."""
DEGREE_WORDS = frozenset(word for degree in words_of("degree") for word in degree.split())
AGENCIES = frozenset(words_of("agency"))
"""News agencies that sign, most with one word, and are told from a town by nothing else; those in capitals need no entry."""
PARTICLES = frozenset(words_of("particle"))
"""Small words inside a person's name, of all languages: names travel."""
DESKS = frozenset(words_of("desk"))
"""What signs where nobody is named, and beside names: "agencies"."""
JOINING_WORDS = PARTICLES | {"&", *words_of("and")}
"""Small words inside or between names."""
TOWNS = frozenset(words_of("town"))
"""Towns of two words that bylines are written from."""


def is_agency(text: str) -> bool:
    """Whether a text is an agency that signs with one word, in any case."""
    return text in AGENCIES or text.lower() in AGENCIES

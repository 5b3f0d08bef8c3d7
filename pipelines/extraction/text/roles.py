"""What stands in a byline and is no person: duties, towns of two words, agencies that sign. The words are in the language files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.extraction.languages.loader import languages, words_of


def _duties() -> Iterator[str]:
    for language in languages().values():
        for word in (word for cue in language.cues if cue.kind == "duty" for word in cue.match):
            bare = re.escape(word).replace(r"\*", r"\w{0,20}").replace(r"\ ", r"\s")
            start, end = r"\b" * language.spaces, r"\b" * (language.spaces and (word[-1] == "*" or word[-1].isalnum()))
            yield f"{start}{bare}{end}"


DUTY = re.compile(rf"{'|'.join(_duties())}|부\s기자$|部記者$", re.I)
"""What somebody is: never a name where one stands before it."""
AGENCIES = frozenset(words_of("agency"))
"""News agencies that sign, most with one word, and are told from a town by nothing else; those in capitals need no entry."""
TOWNS = frozenset(words_of("town"))
"""Towns of two words that bylines are written from."""


def is_agency(text: str) -> bool:
    """Whether a text is an agency that signs with one word, in any case."""
    return text in AGENCIES or text.lower() in AGENCIES

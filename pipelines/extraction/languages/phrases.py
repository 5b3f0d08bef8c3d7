"""Phrases of the language files: what lines say that belong to the page, not the article.

    (auch|dazu)   one of several, perhaps nothing: (news |)
    …  …20        up to 80 characters, up to 20; with blanks around it, whole words on both sides
    ~             perhaps one more word
    #             a number of up to four digits
    *             at the end: the word may go on
    ^  $          the line begins, ends here
    \\            before one of these signs: the sign itself

A blank is any blank, an apostrophe either form. Case does not matter.
"""

from __future__ import annotations

import re

_TOKENS = re.compile(r"\\(?P<sign>.)|(?P<words>\s?)…(?P<most>\d*)(?P=words)|(?P<other>.)", re.S)
_AS_THEY_ARE = {
    "(": "(?:",
    "|": "|",
    ")": ")",
    "$": "$",
    "^": "^",
    "~": r"(?:\S{1,20}\s)?",
    "#": r"\d{1,4}",
    " ": r"\s",
    "'": "['’]",
}
_GAP = 80
"""Characters that "…" stands for where the phrase gives no number."""
_FIRST_GROUP = re.compile(r"\(([^()\\]*)\)(?=.)")


def phrase_pattern(phrase: str, spaces: bool) -> str:
    """A phrase as a regular expression without repetition that is not bounded: linear."""
    pattern = "".join(map(_piece, _TOKENS.finditer(phrase.removesuffix("*"))))
    goes_on = not spaces or phrase.endswith("*") or not (phrase[-1].isalnum() or phrase[-1] == ")")
    return pattern if goes_on else pattern + r"(?![^\W\d_])"


def _piece(token: re.Match[str]) -> str:
    if token["sign"]:
        return re.escape(token["sign"])
    if token["other"]:
        return _AS_THEY_ARE.get(token["other"]) or re.escape(token["other"])
    gap = f".{{0,{token['most'] or _GAP}}}"
    return rf"\b{gap}\b" if token["words"] else gap


def openings_of(phrase: str) -> list[str]:
    """A phrase for each way in which it begins, so that phrases can be grouped by their first letter."""
    group = _FIRST_GROUP.match(phrase)
    if group is None:
        return [phrase]
    return [way for first in group[1].split("|") for way in openings_of(f"{first}{phrase[group.end() :]}")]


def hint_of(phrase: str) -> str:
    """The longest part that stands in every text with the phrase, in lower case: searching for it costs little."""
    outside = re.sub(r"\([^()]*\)", "\0", phrase.strip("^*$"))
    return max(re.split(r"[\0…~#'\d]", outside), key=len).lower()

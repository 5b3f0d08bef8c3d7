"""How the words of two wordings differ: mere slips, opposites, other words. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from db.text.changes import ChangedWords, ChangeKind
from db.text.folding import fold
from pipelines.extraction.languages.loader import cue_pattern, languages

# Shorter words differ in one or two letters and mean something else: "now", "not".
_LEAST_LETTERS = 5
_LEAST_SHUFFLED = 4
# Letters more than which no word is compared.
_LONGEST_WORD = 40
# Prefixes that turn a word into its opposite.
_OPPOSITE = ("un", "in", "im", "il", "ir", "dis", "non", "a", "de", "mis")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LETTERS = re.compile(r"[^\W_]+")
_ASCII = re.compile(r"[a-z0-9]")
_NOT_ASCII = re.compile(r"[^\W_\x00-\x7f]")
_LOST = "?\ufffd"
# Chinese particles that come and go without another meaning.
_PARTICLES = frozenset("的地得了着过在是于也还都就把被将向对和与及")
_AUXILIARY = frozenset("的地得了着也就都")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A run of words in place of another; either may be empty."""

    before: str
    after: str


def replacements(pieces: list[ChangedWords] | tuple[ChangedWords, ...]) -> list[Replacement]:
    """The runs that were replaced, one after the other."""
    found: list[Replacement] = []
    gone = ""
    for piece in pieces:
        if piece.kind is ChangeKind.GONE:
            gone = piece.text
        elif piece.kind is ChangeKind.COME:
            found.append(Replacement(before=gone, after=piece.text))
            gone = ""
        elif gone:
            found.append(Replacement(before=gone, after=""))
            gone = ""
    return [*found, Replacement(before=gone, after="")] if gone else found


def count_cues(kind: str, text: str, language: str | None) -> Counter[str]:
    """The cues of one kind in a text, in lower case."""
    return Counter(match[0].lower() for match in cue_pattern(kind, language).finditer(text))


def count_negations(text: str, language: str | None) -> int:
    """How many negations a text has, those that deny nothing ("not only") left out."""
    bare = cue_pattern("no_negation", language).sub(" ", text)
    return count_cues("negation", bare, language).total()


def is_typo(before: str, after: str) -> bool:
    """Whether one run is the other with a slip of the pen: one or two other letters in a long word, or letters in another order."""
    old, new = (fold(text).strip() for text in (before, after))
    if _HAN.search(old + new):
        return _is_han_typo(old, new)
    first, second = _LETTERS.findall(old), _LETTERS.findall(new)
    if "".join(first) == "".join(second):
        return True
    if len(first) != len(second) or any(character.isdigit() for character in old + new):
        return False
    return all(one == other or _is_slip(one, other) for one, other in zip(first, second, strict=True))


def is_typography(before: str, after: str) -> bool:
    """Whether two runs have the same letters and digits: space, punctuation, case, width and accents aside."""
    return "".join(_LETTERS.findall(fold(before))) == "".join(_LETTERS.findall(fold(after)))


def lost_letters(text: str, whole: str) -> bool:
    """Whether a text is another one of which the letters outside ASCII have become question marks: damage by a wrong encoding.

    Nearly all of them, unless most letters are of ASCII and tell that the text is the same.
    """
    total, left = (len(_NOT_ASCII.findall(one)) for one in (whole, text))
    kept = _ASCII.findall(whole.lower())
    marks = sum(text.count(mark) - whole.count(mark) for mark in _LOST)
    is_told = len(kept) > total or 10 * left <= total
    return 0 < total - left <= marks and is_told and kept == _ASCII.findall(text.lower())


def line_key(line: str) -> str:
    """Equal for lines that differ in typography only. Numbers are not letters: 1.5 is not 15."""
    return fold(" ".join(line.split())).strip(" .,;:!?")


def is_opposite(before: str, after: str) -> bool:
    """Whether one word is the other with a prefix that denies it: legal, illegal."""
    old, new = fold(before).strip(), fold(after).strip()
    shorter, longer = sorted((old, new), key=len)
    if len(shorter) < 4 or not shorter.isalpha() or not longer.isalpha():
        return False
    return any(longer == prefix + shorter for prefix in _OPPOSITE)


def _is_slip(one: str, other: str) -> bool:
    if max(len(one), len(other)) > _LONGEST_WORD or is_opposite(one, other):
        return False
    if sorted(one) == sorted(other) and (len(one) >= _LEAST_SHUFFLED or _are_swapped(one, other)):
        return True
    longest = max(len(one), len(other))
    return (
        min(len(one), len(other)) >= _LEAST_LETTERS - 1
        and longest >= _LEAST_LETTERS
        and _distance(one, other, 1 if longest < 8 else 2)
    )


def _are_swapped(one: str, other: str) -> bool:
    """Whether two neighbouring letters changed places: teh, the; not won, now."""
    at = [place for place, (letter, its) in enumerate(zip(one, other, strict=True)) if letter != its]
    return len(one) > 2 and len(at) == 2 and at[1] == at[0] + 1


def _is_han_typo(old: str, new: str) -> bool:
    first, second = "".join(_LETTERS.findall(old)), "".join(_LETTERS.findall(new))
    if len(first) == len(second):
        if sorted(first) == sorted(second):
            return True
        return all(one == other or _is_confused(one, other) for one, other in zip(first, second, strict=True))
    extra = Counter(first) - Counter(second) + (Counter(second) - Counter(first))
    return set(extra) <= _AUXILIARY


@cache
def _confused() -> dict[str, set[str]]:
    groups: dict[str, set[str]] = {}
    for one in languages()["zh"].cues:
        for word in one.match if one.kind == "confused" else ():
            for character in word:
                groups.setdefault(fold(character), set()).update(fold(word))
    return groups


def _is_confused(one: str, other: str) -> bool:
    return other in _confused().get(one, ())


def _distance(one: str, other: str, most: int) -> bool:
    """Whether at most so many letters must be changed, left out or put in."""
    if abs(len(one) - len(other)) > most:
        return False
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, row[0] = row[0], at
        for place, its in enumerate(other, 1):
            before, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, before + (letter != its))
    return row[-1] <= most


def content_words(text: str, language: str | None) -> int:
    """How many words of a run mean something: Han characters count half, frequent words nothing."""
    known = languages().get(language or "")
    common = set(known.common) if known else set()
    han = len([character for character in _HAN.findall(text) if character not in _PARTICLES])
    words = [word for word in _LETTERS.findall(_HAN.sub(" ", text)) if len(word) > 2 and word.lower() not in common]
    return len(words) + (han + 1) // 2

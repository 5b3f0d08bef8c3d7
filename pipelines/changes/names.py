"""Names of people, places and organisations in a text, without a model. Pure.

Where names have capitals: capitalised words inside a sentence, also at its beginning if the text has them elsewhere. In German,
where every noun has one: two or more in a row, or one after a title. In Chinese: characters after a title or before a verb of
saying that begin with a surname, and what ends like a place. Names that the credits give are known anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from pipelines.extraction.languages.loader import any_of, applicable_languages, cue_pattern, languages
from pipelines.extraction.text.writing import words

# A word with what precedes it: the end of a sentence, an opening quotation mark, or another word.
_WORD = re.compile(
    r"(?P<before>^|[.!?:…]['\"”’»)]?\s{1,3}|[\"“‘«„'(\[]\s?|[\s,;/–—-]{1,3})(?P<word>[^\W\d_][\w'’-]{1,40})"
)
_OUTLET = re.compile(r"《([^》]{1,30})》")
_HAN_RUN = re.compile(r"[\u3400-\u9fff·]{2,400}")
# Languages that write every noun with a capital.
_CAPITAL_NOUNS = frozenset({"de", "lb"})
_LONGEST_PLACE = 3


def names_in(text: str, language: str | None, known: Iterable[str] = ()) -> set[str]:
    """The names in a text, as written: words of Latin and other scripts with capitals one by one, Chinese names as a whole."""
    found = {name for name in known if name and name in text}
    found |= set(_OUTLET.findall(text))
    if language is not None and not _has_spaces(language):
        return found | _han_names(text)
    return found | _capitalised(text, language)


def _capitalised(text: str, language: str | None) -> set[str]:
    nouns = language in _CAPITAL_NOUNS
    title = cue_pattern("title_before", language)
    parts: list[tuple[str, str]] = _WORD.findall(text)
    inside: set[str] = set()
    opening: list[tuple[int, str]] = []
    for at, (before, word) in enumerate(parts):
        if not word[0].isupper() or (word.isupper() and len(word) > 6):
            continue
        begins = before == "" or (before.strip() != "" and before[0] in ".!?:…\"“‘«„'([") or not at
        if nouns:
            last = parts[at - 1][1] if at else ""
            in_run = bool(last) and last[0].isupper() and before.strip() == "" and before != ""
            follows = at + 1 < len(parts) and parts[at + 1][1][0].isupper() and parts[at + 1][0].strip() == ""
            after_title = bool(last) and title.fullmatch(last.rstrip(".")) is not None
            if after_title or (in_run and not _begins(parts, at - 1)) or (follows and not begins):
                inside.add(word)
        elif begins:
            opening.append((at, word))
        else:
            inside.add(word)
    # A word that opens a sentence is a name if it is one elsewhere, or stands before another ("Anna Holt said").
    for at, word in opening:
        follows = at + 1 < len(parts) and parts[at + 1][1] in inside and parts[at + 1][0].isspace()
        if word in inside or (follows and word.lower() not in _function_words(language)):
            inside.add(word)
    return {word.removesuffix("'s").removesuffix("’s") for word in inside} - {"I"}


def _begins(parts: list[tuple[str, str]], at: int) -> bool:
    before = parts[at][0]
    return not at or (before.strip() != "" and before[0] in ".!?:…\"“‘«„'([")


def _han_names(text: str) -> set[str]:
    found = set()
    before, after, places = _han_patterns()
    for run in _HAN_RUN.findall(text):
        for match in before.finditer(run):
            found.add(match["name"])
        for match in after.finditer(run):
            found.add(match["name"])
        found.update(match["place"] for match in places.finditer(run))
    return found


@cache
def _han_patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Names after a title, names before a verb of saying or title, and places."""

    def cues(kind: str) -> str:
        return any_of((word for one in languages()["zh"].cues if one.kind == kind for word in one.match), spaces=False)

    surname = any_of(languages()["zh"].surnames, spaces=False)
    given = r"[\u3400-\u9fff]{1,2}"
    titles, says, ends = cues("title_before"), cues("title_after"), cues("place_ending")
    return (
        re.compile(rf"(?:{titles})(?P<name>(?:{surname}){given}?[\u3400-\u9fff])"),
        re.compile(rf"(?P<name>(?:{surname}){given}?)(?={says})"),
        re.compile(rf"(?P<place>[\u3400-\u9fff]{{2,{_LONGEST_PLACE}}}(?:{ends}))"),
    )


def _has_spaces(language: str) -> bool:
    known = languages().get(language)
    return known.spaces if known else True


@cache
def _function_words(language: str | None) -> frozenset[str]:
    """Frequent words of a language, which open a sentence without being a name."""
    known = [languages()[code] for code in applicable_languages(language)]
    return frozenset(word for one in known for word in one.common) | _OPENERS


_OPENERS = words(
    "a an the this that these those he she it we they but and or so if when while after before in on at for from by as his her"
    " its their our there here new last first"
)

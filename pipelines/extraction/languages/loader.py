"""What is known of each language, read from `xx.toml` beside this module: words, and cues with the place in which they count.

A file has a `name`, what is common in its texts, the words of dates, forms of "3 hours ago", and cues. A cue is a set of words that
say one thing in one place: `where` is "label" (anywhere in the text before a date), "label end" (the last words before it), or
"line". A word stands alone unless a `*` lets it go on or begin earlier; `spaces = false` is a language that writes without gaps.
Every cue shows by an `example` that it is needed. Words apply in their own language, and English ones everywhere, because
templates are often left in English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any, NoReturn

Words = tuple[str, ...]
WHERE = ("label", "label end", "line")
KINDS = ("updated", "published", "dated", "last_change", "no_publication", "not_of_page")
CASES = {"any": "i", "as written": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Words that say one thing: `kind` in its place `where`, in which case, why, and a text that is misread without them."""

    kind: str
    match: Words
    where: str
    case: str
    why: str
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The words of dates. `joins` stand between a day and its time; months are twelve groups of spellings."""

    months: tuple[Words, ...] = ()
    solar_hijri_months: tuple[Words, ...] = ()
    weekdays: Words = ()
    joins: Words = ()
    morning: Words = ()
    afternoon: Words = ()
    today: Words = ()
    yesterday: Words = ()
    day_before_yesterday: Words = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ago:
    """One way of saying how long ago: number and unit, between `before` and `after`. `one` and `half` stand for a number."""

    before: Words = ()
    after: Words = ()
    one: Words = ()
    half: Words = ()
    seconds: Words = ()
    minutes: Words = ()
    hours: Words = ()
    days: Words = ()
    weeks: Words = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditWords:
    """What stands before names, by whose they are. `other` opens a credit that is none of ours: a photographer, a counter."""

    authors: Words = ()
    editors: Words = ()
    proofreaders: Words = ()
    source: Words = ()
    other: Words = ()

    def of(self, kind: str) -> Words:
        """The words of one kind."""
        return tuple(getattr(self, kind))


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageCredits:
    """The words of credits, case aside: a label has a colon after it, a phrase needs none."""

    labels: CreditWords = CreditWords()
    phrases: CreditWords = CreditWords()


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language. `common` are frequent words by which a text without a declared language is known.

    `country` is where it is read above all, for languages of one country or one civil time: English, Spanish, Portuguese and
    Arabic have none.
    """

    name: str
    spaces: bool = True
    country: str = ""
    common: Words = ()
    dates: Dates = Dates()
    ago: tuple[Ago, ...] = ()
    cues: tuple[Cue, ...] = ()
    credits: LanguageCredits = LanguageCredits()


@cache
def languages() -> dict[str, Language]:
    """All languages by their two or three letters."""
    found = sorted(files(__package__).iterdir(), key=lambda path: path.name)
    return {path.name[:-5]: parse(path.read_text("utf-8"), path.name) for path in found if path.name.endswith(".toml")}


def parse(text: str, name: str) -> Language:
    """A language out of its file. ValueError for an unknown or missing key, an empty or repeated group, a place nobody looks at."""
    language: Language = _filled(Language, tomllib.loads(text), name)
    for months in (language.dates.months, language.dates.solar_hijri_months):
        if months and len(months) != 12:
            _refuse(name, f"a year has 12 months, not {len(months)}")
    for cue in language.cues:
        if cue.kind not in KINDS or cue.where not in WHERE or cue.case not in CASES:
            _refuse(name, f"nobody looks for {cue.kind!r} at {cue.where!r} in the case {cue.case!r}")
    return language


_TABLES = {
    "dates": Dates,
    "ago": Ago,
    "cues": Cue,
    "credits": LanguageCredits,
    "labels": CreditWords,
    "phrases": CreditWords,
}


def _filled(kind: type[Any], values: dict[str, Any], name: str) -> Any:
    known = {field.name for field in fields(kind)}
    if unknown := values.keys() - known:
        _refuse(name, f"unknown key {min(unknown)!r}")
    made: dict[str, Any] = {}
    for key, value in values.items():
        if value in ("", [], {}):
            _refuse(name, f"{key!r} is empty")
        if isinstance(value, dict):
            made[key] = _filled(_TABLES[key], value, name)
        elif isinstance(value, list):
            items = [_filled(_TABLES[key], one, name) if isinstance(one, dict) else _frozen(one) for one in value]
            if len(set(items)) < len(items) or () in items or "" in items:
                _refuse(name, f"{key!r} holds something twice, or nothing")
            made[key] = tuple(items)
        else:
            made[key] = value
    try:
        return kind(**made)
    except TypeError as error:
        _refuse(name, str(error))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _refuse(name: str, what: str) -> NoReturn:
    raise ValueError(f"languages/{name}: {what}. Mend the file; docs/languages.md tells its form.")


def spoken(language: str | None) -> tuple[str, ...]:
    """The languages whose words may stand on a page: its own and English; all where its own is not known."""
    if language is None:
        return tuple(languages())
    return tuple(dict.fromkeys((language, "en")))


@cache
def cue(kind: str, language: str | None) -> re.Pattern[str]:
    """What finds the cues of one kind on pages of a language. Bounded words without repetition: linear."""
    cues = [
        (languages()[code].spaces, one)
        for code in spoken(language)
        if code in languages()
        for one in languages()[code].cues
        if one.kind == kind
    ]
    return re.compile("|".join(pattern(one, spaces) for spaces, one in cues) or r"(?!)")


def pattern(one: Cue, spaces: bool) -> str:
    """A cue as a regular expression."""
    words = "|".join(_word(word, spaces) for word in sorted(one.match, key=len, reverse=True))
    end = r"\W{0,4}(?:(?:am|zum|le|on|el|the|um|:)\s)?\W{0,2}$" if one.where == "label end" else ""
    return f"(?{CASES[one.case]}:(?:{words}){end})"


def _word(word: str, spaces: bool) -> str:
    bare = re.escape(word.strip("*")).replace("\\ ", r"\s")
    if not spaces:
        return bare
    begins = "" if word.startswith("*") else r"(?<![^\W\d_])"
    return f"{begins}{bare}" + ("" if word.endswith("*") or not word[-1].isalnum() else r"(?![^\W\d_])")


def any_of(words: Iterable[str], spaces: bool = True) -> str:
    """Alternatives of words as a regular expression, the longest first."""
    return "|".join(_word(word, spaces) for word in sorted(set(words), key=lambda word: (-len(word), word)))

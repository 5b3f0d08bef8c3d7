"""What is known of each language, read from `xx.toml` beside this module: words, and cues with the place in which they count.

A file has a `name`, frequent words, the words of dates, credits and notices, and cues. A cue is a set of words that say one thing
in one place, with an `example` that is misread without them; docs/languages.md lists the kinds. A word stands alone unless a `*`
lets it go on or begin earlier; `spaces = false` is a language that writes without gaps. Words apply in their own language, and
English ones everywhere, because templates are often left in English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from pipelines.data_files import parse_table
from pipelines.extraction.languages.phrases import hint_of, openings_of, phrase_pattern

Words = tuple[str, ...]
DATE_KINDS = ("updated", "published", "first_published", "dated", "last_change", "no_publication", "not_of_page")
BYLINE_KINDS = (
    "by", "by_weak", "by_after_genre", "by_behind", "by_glued", "genre", "byline_verb", "byline_noun", "byline_label",
    "byline_bare", "byline_far", "byline_far_label", "picture", "author_heading", "and", "glued_and", "on_day",
    "behind_name", "left_behind", "in_place", "from_place", "by_others", "next_credit",
)  # fmt: skip
NAME_KINDS = (
    "duty", "byline_extra", "degree", "particle", "agency", "town", "reporting_town", "desk", "organisation", "outlet_particle",
    "outlet_ending", "own_page", "page_word", "button",
)  # fmt: skip
END_KINDS = ("end", "end_alone", "end_line")
CHANGE_KINDS = (
    "negation", "no_negation", "hedge", "rise", "fall", "correction", "read_more", "title_before", "title_after", "place_ending",
    "confused",
)  # fmt: skip
LINE_KINDS = (
    "prompt", "consent_line", "consent_dialog", "closing", "closing_within", "appeal", "newsroom", "privacy", "biography",
    "paywall_line", "comments", "time_label", "no_name", "works_of", "disclaimer", "vague_outlet",
    "no_outlet", "no_account", "no_person", "no_credit", "second_credit", "picture_label", "taken_from", "material_from",
    "given_by", "time_word", "written_by", "service_link", "apology",
)  # fmt: skip
"""Their words are phrases, see `languages.phrases`."""
PAGER_KINDS = ("next_page", "older_page", "next_part", "other_page", "load_more")
KINDS = (*DATE_KINDS, *BYLINE_KINDS, *NAME_KINDS, *END_KINDS, *LINE_KINDS, *CHANGE_KINDS, *PAGER_KINDS, "front_page")
_LABELS = (
    "byline_noun",
    "byline_label",
    "byline_far",
    "byline_far_label",
    "author_heading",
    "by_others",
    "next_credit",
)
_OF_TEMPLATES = frozenset((*END_KINDS, *LINE_KINDS, *_LABELS, "picture", "button", "page_word"))
"""What templates say."""
NOTICE_KINDS = (
    "challenge", "consent", "blocked", "soft_404", "unavailable", "parked", "login", "paywall", "interstitial", "list",
)  # fmt: skip
"""Reasons for rejecting what is no article (`db.models.Reason`). Of two with equal points, the earlier wins."""
WHERE = ("label", "label end", "line")
CASES = {"any": "i", "as written": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Words that say one thing: `kind`, and a text that is misread without them.

    Cues of dates also say in which place they count (`where`: anywhere in the text before a date, in the last words before it, in
    a line), in which case, and why.
    """

    kind: str
    match: Words
    example: str
    where: str = ""
    case: str = "any"
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The words of dates. `joins` stand between a day and its time; months are groups of spellings; an hour without minutes is one
    where `hour_before` or `hour_after` stands."""

    months: tuple[Words, ...] = ()
    solar_hijri_months: tuple[Words, ...] = ()
    ethiopian_months: tuple[Words, ...] = ()
    weekdays: Words = ()
    joins: Words = ()
    hour_before: Words = ()
    hour_after: Words = ()
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
    """What stands before names, by whose they are. `other` opens a credit that is not kept: a photographer's, a counter."""

    authors: Words = ()
    editors: Words = ()
    proofreaders: Words = ()
    source: Words = ()
    other: Words = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageCredits:
    """The words of credits, case aside: a label has a colon after it, a phrase needs none. `production` begins a credit line.

    `same_as` names the language whose words are used in place of its own.
    """

    labels: CreditWords = CreditWords()
    phrases: CreditWords = CreditWords()
    production: Words = ()
    same_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeWords:
    """What notices of one kind say, in lower case.

    `title` is a headline or a part of the page's title, or begins with it; `says` is part of a sentence, with "…" for up to 40
    characters.
    """

    title: Words = ()
    says: Words = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Words that multiply the number before them by ten to the power of `zeros`."""

    words: Words
    zeros: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """How numbers are written. `decimal` parts the fraction. `counting` are the words from two on, a group a number.

    A group of `units` holds the spellings of one unit or currency. `measures` follow a number in a language that writes without
    gaps.
    """

    decimal: str = "."
    counting: tuple[Words, ...] = ()
    scales: tuple[Scale, ...] = ()
    units: tuple[Words, ...] = ()
    measures: Words = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """One language. `common` are frequent words by which a text without a declared language is known. `beside` are those in
    which templates of its pages may be left, besides English.

    `letters` are its letters beyond ASCII, the commonest three first, and `codecs` the single-byte encodings of its pages, likelier
    first. `surnames` tell a person's name from other text where no capital does. `country` is where it is read above all, for
    languages of one country or one civil time: English, Spanish, Portuguese and Arabic have none.
    """

    name: str
    spaces: bool = True
    beside: Words = ()
    country: str = ""
    letters: str = ""
    codecs: Words = ()
    common: Words = ()
    dates: Dates = Dates()
    ago: tuple[Ago, ...] = ()
    cues: tuple[Cue, ...] = ()
    credits: LanguageCredits = LanguageCredits()
    surnames: Words = ()
    numbers: Numbers = Numbers()
    notices: Mapping[str, NoticeWords] = field(default_factory=dict)
    """By one of `NOTICE_KINDS`."""


@cache
def languages() -> dict[str, Language]:
    """All languages by their two or three letters."""
    found = sorted(files(__package__).iterdir(), key=lambda path: path.name)
    return {path.name[:-5]: parse(path.read_text("utf-8"), path.name) for path in found if path.name.endswith(".toml")}


def parse(text: str, name: str) -> Language:
    """A language out of its file. ValueError for an unknown or missing key, an empty or repeated group, a place nobody looks at."""
    language = parse_table(Language, text, f"languages/{name}")
    for mistake in _mistakes(language):
        raise ValueError(f"languages/{name}: {mistake}. Correct the file; docs/languages.md describes its form.")
    return language


def _mistakes(language: Language) -> Iterator[str]:
    dates = language.dates
    for months, number in ((dates.months, 12), (dates.solar_hijri_months, 12), (dates.ethiopian_months, 13)):
        if months and len(months) != number:
            yield f"a year has {number} months, not {len(months)}"
    for one in language.cues:
        placed = one.where in WHERE and one.why if one.kind in DATE_KINDS else not one.where
        if one.kind not in KINDS or one.case not in CASES or not placed:
            yield f"no reader looks for {one.kind!r} at {one.where!r} in the case {one.case!r}, or a reason is missing"
    for kind, words in language.notices.items():
        if kind not in NOTICE_KINDS:
            yield f"no page is rejected as {kind!r}"
        if odd := [text for text in (*words.title, *words.says) if text != text.lower() or not text.strip()]:
            yield f"notices.{kind}: {odd[0]!r} is not in lower case"


def cues_of(kind: str, language: str | None) -> Iterator[tuple[Cue, bool]]:
    """The cues of one kind that apply on pages of a language, and whether theirs writes with spaces."""
    return _cues(kind, applicable_languages(language, kind))


def _cues(kind: str, codes: Words) -> Iterator[tuple[Cue, bool]]:
    for one in map(languages().__getitem__, codes):
        yield from ((cue, one.spaces) for cue in one.cues if cue.kind == kind)


@cache
def words_of(kind: str, language: str | None = None) -> Words:
    """The words of all cues of one kind that apply on pages of a language; of all languages where none is given."""
    return tuple(dict.fromkeys(word for cue, _ in cues_of(kind, language) for word in cue.match))


def applicable_languages(language: str | None, kind: str = "") -> tuple[str, ...]:
    """The languages whose cues of a kind apply on a page: its own and English, for what templates say those beside its own as well.
    All where its own is not known."""
    if language is None:
        return tuple(languages())
    own = languages().get(language)
    beside = own.beside if own and kind in _OF_TEMPLATES else ()
    return tuple(code for code in dict.fromkeys((language, *beside, "en")) if code in languages())


@cache
def cue_pattern(kind: str, language: str | None) -> re.Pattern[str]:
    """What finds the cues of one kind on pages of a language. Bounded words without repetition: linear."""
    return re.compile("|".join(pattern_of(cue, spaces) for cue, spaces in cues_of(kind, language)) or r"(?!)")


def pattern_of(one: Cue, spaces: bool) -> str:
    """A cue as a regular expression."""
    if one.kind in LINE_KINDS:
        return f"(?i:{'|'.join(phrase_pattern(phrase, spaces) for phrase in one.match)})"
    words = "|".join(_word(word, spaces) for word in sorted(one.match, key=len, reverse=True))
    end = r"\W{0,4}(?:(?:am|zum|le|on|el|the|um|:)\s)?\W{0,2}$" if one.where == "label end" else ""
    return f"(?{CASES[one.case]}:(?:{words}){end})"


def _phrases(kind: str, codes: Words) -> Iterator[tuple[str, bool]]:
    """The phrases of one kind in some languages, for each way in which one begins."""
    for cue, spaces in _cues(kind, codes):
        for phrase in cue.match:
            yield from ((opening, spaces) for opening in openings_of(phrase))


def phrases_of(kind: str, language: str | None = None, *, inside: bool = False) -> str:
    """The phrases of one kind that apply on pages of a language as alternatives of a regular expression, each beginning a word if
    `inside`. Of all languages where none is given; nothing matches where there are none."""
    return _alternatives(kind, applicable_languages(language, kind), inside=inside)


def _alternatives(kind: str, codes: Words, *, inside: bool = False) -> str:
    patterns: dict[bool, dict[str, None]] = {True: {}, False: {}}
    for phrase, spaces in _phrases(kind, codes):
        patterns[inside and spaces].setdefault(phrase_pattern(phrase, spaces))
    words, others = (by_first_letter(patterns[is_word], any_case=True) for is_word in (True, False))
    return "|".join(filter(None, (words and rf"\b(?:{words})", others))) or r"(?!)"


@cache
def patterns_by_language(
    kind: str, language: str | None, compile_phrases: Callable[[str], re.Pattern[str]]
) -> tuple[re.Pattern[str], ...]:
    """What `compile_phrases` makes of the phrases of one kind, of each language by itself that applies on pages of a language: many
    phrases take 25 ms, and English ones would be compiled with each language anew. Of all together where none is given."""
    codes = applicable_languages(language, kind)
    together = [(code,) for code in codes] if language else [codes]
    return tuple(_compiled(kind, one, compile_phrases) for one in together)


@cache
def _compiled(kind: str, codes: Words, compile_phrases: Callable[[str], re.Pattern[str]]) -> re.Pattern[str]:
    return compile_phrases(_alternatives(kind, codes))


@cache
def phrases_by_hint(kind: str, language: str | None) -> dict[str, re.Pattern[str]]:
    """The phrases of one kind by a part in lower case that stands in every text with one of them."""
    by_hint: dict[str, list[str]] = {}
    for phrase, spaces in _phrases(kind, applicable_languages(language, kind)):
        by_hint.setdefault(hint_of(phrase), []).append(phrase_pattern(phrase, spaces))
    return {hint: re.compile(rf"\b(?:{'|'.join(patterns)})", re.I) for hint, patterns in by_hint.items()}


def _word(word: str, spaces: bool) -> str:
    bare = re.escape(word.strip("*")).replace("\\ ", r"\s").replace("'", "['’]")
    if not spaces:
        return bare
    begins = "" if word.startswith("*") else r"(?<![^\W\d_])"
    return f"{begins}{bare}" + ("" if word.endswith("*") or not word[-1].isalnum() else r"(?![^\W\d_])")


def any_of(words: Iterable[str], spaces: bool = True) -> str:
    """Alternatives of words as a regular expression, the longest first; without a boundary around them where `spaces` is false."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    if spaces:
        return "|".join(_word(word, spaces) for word in ordered) or r"(?!)"
    return by_first_letter(_word(word, spaces) for word in ordered) or r"(?!)"


def by_first_letter(patterns: Iterable[str], *, any_case: bool = False) -> str:
    """Alternatives grouped by the letters they begin with, `s(?:port|taff)|n(?:ews)`, which match the same.

    `re` tries one alternative after the other at every position: 500 duties in groups are searched for ten times as fast. The order
    within a letter stays, and alternatives of different letters never match at the same place. With `any_case` the first letter is
    a set of both, which `re` looks at before it enters an alternative; a letter whose case does not matter it cannot.
    """
    groups: dict[str, list[str]] = {}
    for pattern in patterns:
        groups.setdefault(pattern[:1].lower(), []).append(pattern)
    return "|".join(_join_group(group, any_case=any_case) for group in groups.values())


def _join_group(group: list[str], *, any_case: bool) -> str:
    first, *others = dict.fromkeys(pattern[:1] for pattern in group)
    if not first.isalpha() or (not any_case and (others or len(group) == 1)):
        return "|".join(group)
    rests = [pattern[1:] for pattern in group]
    rest = f"(?:{by_first_letter(rests)})" if len(group) > 1 else rests[0]
    return (_in_both_cases(first) if any_case else first) + rest


def _in_both_cases(letter: str) -> str:
    """A set of all signs that are a letter where case does not matter: "ı" and "İ" are an "i" as well."""
    signs = {sign for sign in (letter, letter.lower(), letter.upper(), *"ıİſ") if re.fullmatch(letter, sign, re.I)}
    return f"(?-i:[{''.join(sorted(signs))}])" if len(signs) > 1 else letter

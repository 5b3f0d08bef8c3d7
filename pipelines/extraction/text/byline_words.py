"""The words that open a printed byline, join its names, and end it. The words are in the language files; here is where they count.

A word that says by whom (`opening`) is believed wherever it begins a short line by the headline. `genre` is the same after the
name of a kind of text ("Kolumne von", "Opinion by"); `weak` words are prepositions that begin other lines as well ("de", "του"):
both count only before what can be nothing but names. `AUTHOR_HEADING` is a label on a line of its own, with the names below it.

Words that may be part of a name ("von", "di", "e", "dan") apply in their own languages only: `byline_words`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipelines.extraction.languages.loader import any_of, languages, phrases_of, words_of


def _any(*kinds: str, language: str | None = None) -> str:
    """The words of some kinds as alternatives, without boundaries."""
    return any_of((word for kind in kinds for word in words_of(kind, language)), spaces=False)


def picture_words(language: str | None) -> str:
    """What names pictures on pages of a language, to the end of the word: "photographs", "Fotos"."""
    return rf"(?:{_any('picture', language=language)})[\w'’]{{0,14}}"


LABEL_MARKS = ":：՝៖፡፦"
"""What ends a label, by script: the colon, that of East Asia, and the Armenian, Khmer and Ethiopic ones."""
_OWN_KINDS = ("by", "by_weak", "by_after_genre", "and")
"""Words that apply in their own languages only."""
_LANGUAGES = frozenset(
    code for code, language in languages().items() if any(cue.kind in _OWN_KINDS for cue in language.cues)
)
_VERBS, _FAR_LABELS, _LABEL = _any("byline_verb"), _any("byline_far_label"), _any("byline_label")
PICTURE, _JOINED = picture_words(None), rf"\s?(?:&|\+|/|,|(?<=\s)(?:{_any('and')})(?=\s))\s?"
_TEXT_AND_PICTURES = rf"(?:{_LABEL}){_JOINED}{PICTURE}|{PICTURE}{_JOINED}(?:{_LABEL})"
_LABELS = rf"{_TEXT_AND_PICTURES}|{_LABEL}"
"""A label, also with what its bearer made as well, in either order: "Text", "Text und Fotos", "photos, words"."""
_FAR = rf"(?:{_any('byline_far')})(?!\s?소개)"
"""Words of scripts without capitals. 기자 소개 is "about the reporter"."""
LABELLED = re.compile(rf"^\W{{0,4}}(?:{_any('byline_noun')}|{_LABELS})\s?[{LABEL_MARKS}]\s{{0,2}}", re.I)
"""Such a word as a label: what stands after it is all that is left, whatever field it was found in."""
_FAR_MARK = rf"[{LABEL_MARKS}=＝●◎/／・·|–—-]"
FAR_OPENING = re.compile(
    rf"^\W{{0,4}}(?:{_FAR}(?:\s{{0,2}}{_FAR_MARK}|(?=\s|$))|(?:{_FAR_LABELS})\s{{0,2}}(?:{_FAR_MARK}|(?=$)))\s{{0,2}}"
    r"(?=.{0,140}$)"
)
"""The same in scripts without capitals. Japanese and Korean need no blank after the mark."""
_GENRE = (
    r"^(?!{picture}\s(?:{after})\s)(?:(?:an?|the|this|ein|eine|un|une|una|uno|um|uma|et|en)\s)?(?:(?:[^\W\d_]{{2,18}}\s){{1,3}}?(?:{after})"
    r"|(?:{genres})(?:\s(?:à|en|au|aux|a|da|in|aus)\s[^,]{{2,20}})?,?)\s(?=\S)"
)
"""After the kind of text stands its author; after a correspondent, from where: "dal nostro inviato a Bari"."""


HOUSE_REPORTER = re.compile(rf"^\W{{0,4}}(?:{_any('genre')})\s(?=\S)", re.I)
"""What the outlet calls its own people before the name, by-word included: "Von unserer Redakteurin A"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BylineWords:
    """The patterns of one language's bylines.

    opening, lead    a word that says by whom, at the beginning of a line (a name of a duty or of a text only as a label), of a text
    genre, weak      the weaker words, see above
    joint            what may stand between the last two names
    after_name       what follows the name: `Posted by A on 3 May in News`, `A for Example Daily`
    short_agencies   agencies of two letters: elsewhere "AA" is the button for the size of letters
    """

    language: str | None
    opening: re.Pattern[str]
    lead: re.Pattern[str]
    genre: re.Pattern[str]
    weak: re.Pattern[str]
    joint: re.Pattern[str]
    after_name: re.Pattern[str]
    short_agencies: frozenset[str]


@cache
def byline_words(language: str | None) -> BylineWords:
    """The words of a language and the English ones, which templates are left in; of all languages where it is not known."""
    known = language if language in _LANGUAGES else None
    by = any_of((*words_of("by", known), *words_of("byline_noun")), spaces=False)
    before = rf"(?:(?:{_VERBS}|{_TEXT_AND_PICTURES})\s{{1,3}}){{0,2}}"
    lead = rf"^\W{{0,4}}(?:(?:{_LABELS})\s?[{LABEL_MARKS}](?:\s|$)|{before}(?:{by})\b\s?[{LABEL_MARKS}.|]?(?:\s|$))"
    weak = any_of((*words_of("byline_bare"), *words_of("by_weak", known)), spaces=False)
    on_day = _any("on_day", language=language)
    return BylineWords(
        language=language,
        opening=re.compile(rf"{lead}(?=.{{0,140}}$)", re.I),
        lead=re.compile(rf"{lead}|^text\s", re.I),
        genre=re.compile(
            _GENRE.format(picture=PICTURE, after=_any("by_after_genre", language=known), genres=_any("genre")), re.I
        ),
        weak=re.compile(rf"^(?:{weak})\s(?=\S)", re.I),
        joint=re.compile(rf"\s({_any('and', language=known)}|&|\+)\s", re.I),
        after_name=re.compile(
            rf"\s(?:(?:{on_day})\s(?=\S{{0,12}}\s?\d)|on\s(?:{any_of(languages()['en'].dates.weekdays)})"
            rf"|(?:{_any('behind_name', language=language)})\s(?=\S)|in\s(?=[A-Z][a-z])).*$"
            rf"|\s(?:{_any('left_behind', language=language)}|(?-i:{on_day}))$",
            re.I,
        ),
        short_agencies=frozenset(word for word in words_of("agency", known) if len(word) == 2),
    )


OF_ALL = byline_words(None)
BY = _any("by", "by_weak")
OPENING = OF_ALL.opening
"""A word of any language that says by whom: for what is asked before the language is known."""
AUTHOR_HEADING = re.compile(
    rf"^\W{{0,4}}(?:(?:(?:{_VERBS})\s{{1,3}}){{0,2}}(?:{_any('by', 'byline_noun')})|{_FAR}|{_FAR_LABELS}|{_LABELS}"
    rf"|{_any('author_heading')})\W{{0,3}}$",
    re.I,
)
BY_BEHIND = re.compile(rf"^([^\d:：|]{{3,60}}?)\s(?:{_any('by_behind')})$")
"""The word for "by" behind the name."""
BY_GLUED = re.compile(rf"^(?:{_any('by_glued')})(?=[^\W\d_]{{2,12}}\s[^\W\d_]{{2,12}}$)")
"""The same glued to the first of two names."""
PASSIVE = re.compile(rf"\b(?:{phrases_of('written_by')})\s", re.I)
"""A sentence by the headline or at the end that says who wrote the text."""
BY_OTHERS = re.compile(_any("by_others"), re.I)
"""What is done by others than the author: "Reviewed by", "Presented by"."""
BY_OTHERS_LABEL = re.compile(
    rf"(?:(?:^|[|/·•,;.—–-]\s{{0,3}})(?:[^\W\d_]{{3,14}}\s)?|(?<=\s))(?:{_any('by_others')})[\w’'-]{{0,12}}"
    rf"\s(?:{BY})(?=\W|$)",
    re.I,
)
"""The same with its by-word, and what it is done for before it: "Medically reviewed by"."""
TIME_WORDS = re.compile(
    rf"\d{{1,2}}[:.h]\d\d|\b\d{{1,2}}\s?(?:am|pm|uhr)\b|{phrases_of('time_word', inside=True)}", re.I
)
"""What ends the names in a line of several parts: a time of day, a label of a time, the time that reading takes."""

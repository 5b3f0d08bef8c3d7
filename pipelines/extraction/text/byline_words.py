"""The words that open a printed byline, join its names, and end it. The words are in the language files; here is where they count.

A word that says by whom (`opening`) is believed wherever it begins a short line by the headline. `genre` is the same after the
name of a kind of text ("Kolumne von", "Opinion by"); `weak` words are prepositions that begin other lines as well ("de", "του"):
both count only before what can be nothing but names. All apply in their own languages, since another's may be part of a name or a
heading ("von", "di", "Testi: Volvo Amazon"): `byline_words`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain

from pipelines.extraction.languages.loader import any_of, applicable_languages, languages, phrases_of, words_of


def _any(*kinds: str, languages: Iterable[str | None]) -> str:
    """The words of some kinds in some languages as alternatives, without boundaries."""
    return any_of((word for code in languages for kind in kinds for word in words_of(kind, code)), spaces=False)


def _phrases(kind: str, languages: Iterable[str | None], *, inside: bool = False) -> str:
    return "|".join(phrases_of(kind, code, inside=inside) for code in languages)


def picture_words(language: str | None) -> str:
    """What names pictures on pages of a language, to the end of the word: "photographs", "Fotos"."""
    return rf"(?:{_any('picture', languages=(language,))})[\w'’]{{0,14}}"


def by_alternatives(language: str | None) -> str:
    """The words for "by" on pages of a language."""
    return _any("by", "by_weak", "by_after_genre", languages=(language if language in _LANGUAGES else None,))


LABEL_MARKS = ":：՝៖፡፦"
"""What ends a label, by script: the colon, that of East Asia, and the Armenian, Khmer and Ethiopic ones."""
_OWN_KINDS = ("by", "by_weak", "by_after_genre", "and")
"""Words that apply in their own languages only."""
_LANGUAGES = frozenset(
    code for code, language in languages().items() if any(cue.kind in _OWN_KINDS for cue in language.cues)
)
_SMALL_WORD = r"[a-zß-ÿα-ωά-ώа-яё]{1,5}"
TOWN_WORD = r"[^\W\d_a-z][\w.’'-]{1,20}"
_FAR_MARK = rf"[{LABEL_MARKS}=＝●◎/／・·|–—-]"
_ARTICLE = r"[^\W\d_]{1,5}['’\s]"
"""What may stand before the kind of a text: "Une", "Eine", "The", "L'"."""
_GENRE = (
    r"^(?!{picture}\s(?:{after})\s)(?:{article})?(?:(?:[^\W\d_]{{2,18}}\s){{1,3}}?(?:{after})"
    r"|(?:{genres})(?:\s(?:à|en|au|aux|a|da|in|aus)\s[^,]{{2,20}})?,?)\s(?=\S)"
)
"""After the kind of text stands its author; after a correspondent, from where: "dal nostro inviato a Bari"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BylineWords:
    """The patterns of one language's bylines.

    opening, lead    a word that says by whom, at the beginning of a line (a name of a duty or of a text only as a label), of a text
    far_opening      the same in scripts without capitals; Japanese and Korean need no blank after the mark
    labelled         such a word as a label: what stands after it is all that is left, whatever field it was found in
    genre, weak      the weaker words, see above
    kind_of_text     the name of a kind of text alone, as a label: "Opinion"
    house_reporter   what the outlet calls its own people before the name, by-word included: "Von unserer Redakteurin A"
    heading          a label on a line of its own, with the names below it
    by_word          a word for "by" that ends a text
    by_behind        the same behind the name; by_glued: glued to the first of two names
    passive          in a sentence by the headline or at the end that says who wrote the text
    place            where one of several writes from, which is cut: `Reporting by A in Paris and B in Oslo`
    town             where somebody writes from, as a piece of a line; town_behind: behind the name
    text_word        what a text is called, before the name of its author, without a mark: "Texte A, photos B"
    joint            what may stand between the last two names
    joint_behind     the same, or another small word, at the end where another credit was cut off: "Anna Holt avec des"
    after_name       what follows the name: `Posted by A on 3 May in News`, `A for Example Daily`
    by_others        what is done by others than the author: "Reviewed", "Presented"
    others_label     the same with its by-word, and what it is done for before it: "Medically reviewed by"
    time_words       what ends the names in a line of several parts: a time of day, a label of a time, the time that reading takes
    time_label       what begins the label of a time, which with a weekday looks like a name: "Diterbitkan Senin"
    biography        what follows the name in a sentence that tells who its bearer is: "is a reporter", ", a lawyer, lives in"
    works_of         what stands before the name in a link to all that its bearer wrote
    short_agencies   agencies of two letters: elsewhere "AA" is the button for the size of letters
    """

    language: str | None
    opening: re.Pattern[str]
    lead: re.Pattern[str]
    far_opening: re.Pattern[str]
    labelled: re.Pattern[str]
    genre: re.Pattern[str]
    weak: re.Pattern[str]
    kind_of_text: re.Pattern[str]
    house_reporter: re.Pattern[str]
    heading: re.Pattern[str]
    by_word: re.Pattern[str]
    by_behind: re.Pattern[str]
    by_glued: re.Pattern[str]
    passive: re.Pattern[str]
    place: re.Pattern[str]
    town: re.Pattern[str]
    town_behind: re.Pattern[str]
    text_word: re.Pattern[str]
    joint: re.Pattern[str]
    joint_behind: re.Pattern[str]
    after_name: re.Pattern[str]
    by_others: re.Pattern[str]
    others_label: re.Pattern[str]
    time_words: re.Pattern[str]
    time_label: re.Pattern[str]
    biography: re.Pattern[str]
    works_of: re.Pattern[str]
    short_agencies: frozenset[str]


@cache
def byline_words(language: str | None, template: str | None = None) -> BylineWords:
    """The words of a language and the English ones, which templates are left in; of all languages where it is not known.

    `template` is the language that the page declares where its text is in another.
    """
    known = language if language in _LANGUAGES else None
    codes, further = (known, template) if template else (known,), (template,) if template else ()
    any_word, beside_name = partial(_any, languages=codes), partial(_any, languages=(language, *further))
    label, verbs, picture = any_word("byline_label"), any_word("byline_verb"), "|".join(map(picture_words, codes))
    joined = rf"\s?(?:&|\+|/|,|(?<=\s)(?:{any_word('and')})(?=\s))\s?"
    # "Text und Fotos", "photos, words": what the bearer made as well, in either order.
    with_pictures = rf"(?:{label}){joined}{picture}|{picture}{joined}(?:{label})"
    labels = rf"{with_pictures}|{label}"
    by = any_word("by", "byline_noun")
    # "Posted in Local News by".
    filed = rf"(?:{verbs})\s(?:{any_word('in_place')})\s[^\d|:]{{2,40}}?\s"
    before = rf"(?:{filed}|(?:(?:{verbs}|{with_pictures})\s{{1,3}}){{0,2}})"
    lead = rf"^\W{{0,4}}(?:(?:{labels})\s?[{LABEL_MARKS}](?:\s|$)|{before}(?:{by})\b\s?[{LABEL_MARKS}.|]?(?:\s|$))"
    far, far_labels = rf"(?:{any_word('byline_far')})(?!\s?소개)", any_word("byline_far_label")  # "about the reporter"
    genres, on_day = any_word("genre"), beside_name("on_day")
    town = rf"(?:{any_word('in_place', 'from_place')})\s{TOWN_WORD}(?:\s{TOWN_WORD})?"
    return BylineWords(
        language=language,
        opening=re.compile(rf"{lead}(?=.{{0,140}}$)", re.I),
        lead=re.compile(rf"{lead}|^text\s", re.I),
        far_opening=re.compile(
            rf"^\W{{0,4}}(?:{far}(?:\s{{0,2}}{_FAR_MARK}|(?=\s|$))|(?:{far_labels})\s{{0,2}}(?:{_FAR_MARK}|(?=$)))"
            r"\s{0,2}(?=.{0,140}$)"
        ),
        labelled=re.compile(rf"^\W{{0,4}}(?:{any_word('byline_noun')}|{labels})\s?[{LABEL_MARKS}]\s{{0,2}}", re.I),
        genre=re.compile(
            _GENRE.format(article=_ARTICLE, picture=picture, after=any_word("by_after_genre"), genres=genres), re.I
        ),
        weak=re.compile(rf"^(?:{any_word('byline_bare', 'by_weak')})\s(?=\S)", re.I),
        kind_of_text=re.compile(rf"(?:{_ARTICLE})?(?:{any_of(_kinds_of_text(codes), spaces=False)})", re.I),
        house_reporter=re.compile(rf"^\W{{0,4}}(?:{genres})\s(?=\S)", re.I),
        heading=re.compile(
            rf"^\W{{0,4}}(?:(?:(?:{verbs})\s{{1,3}}){{0,2}}(?:{by})|{far}|{far_labels}|{labels}"
            rf"|{any_word('author_heading')})\W{{0,3}}$",
            re.I,
        ),
        by_word=re.compile(rf"(?:^|\W)(?:{any_word('by', 'by_weak')})$", re.I),
        by_behind=re.compile(rf"^([^\d:：|]{{3,60}}?)\s(?:{any_word('by_behind')})$"),
        by_glued=re.compile(rf"^(?:{any_word('by_glued')})(?=[^\W\d_]{{2,12}}\s[^\W\d_]{{2,12}}$)"),
        passive=re.compile(rf"\b(?:{_phrases('written_by', codes)})\s", re.I),
        place=re.compile(
            rf"(?-i:\s(?:{any_word('in_place')})\s)[^\W\d_][\w.\- ]{{1,30}}?(?=,|$|\s(?:{any_word('and')}|&|\+)\s)",
            re.I,
        ),
        town=re.compile(town),
        town_behind=re.compile(rf"\s{town}$"),
        text_word=re.compile(rf"(?:{label})(?:\s(?:{any_word('by', 'by_weak')}))?\s(?=\S)", re.I),
        joint_behind=re.compile(rf"(?:\s(?:{any_word('and')}|&|\+|(?-i:{_SMALL_WORD}))){{1,2}}$", re.I),
        joint=re.compile(rf"\s({any_word('and')}|&|\+)\s", re.I),
        after_name=re.compile(
            rf"\s(?:(?:{on_day})\s(?=\S{{0,12}}\s?\d)|on\s(?:{any_of(languages()['en'].dates.weekdays)})"
            rf"|(?:{beside_name('behind_name')})\s(?=\S)|in\s(?=[A-Z][a-z])).*$"
            rf"|\s(?:{beside_name('left_behind')}|(?-i:{on_day}))$",
            re.I,
        ),
        by_others=re.compile(any_word("by_others"), re.I),
        others_label=re.compile(
            r"(?:(?:^|[|/·•,;.—–-]\s{0,3})(?:[^\W\d_]{3,14}\s)?|(?<=\s))"
            rf"(?:{'|'.join(_done_by(codes))})(?=\W|$)",
            re.I,
        ),
        time_words=re.compile(
            rf"\d{{1,2}}[:.h]\d\d|\b\d{{1,2}}\s?(?:am|pm|uhr)\b|{_phrases('time_word', codes, inside=True)}", re.I
        ),
        time_label=re.compile(rf"\w{{0,4}}(?:{_phrases('time_label', codes)})", re.I),
        biography=re.compile(rf"^[\W_]{{0,3}}(?:{phrases_of('biography', language)}|[—–-]\b)", re.I),
        works_of=re.compile(rf"^(?:{_phrases('works_of', codes)})\s", re.I),
        short_agencies=frozenset(word for code in codes for word in words_of("agency", code) if len(word) == 2),
    )


def _kinds_of_text(languages_of_page: Iterable[str | None]) -> Iterator[str]:
    """What texts are called, also where their author follows: "crónica" of "crónica de"."""
    for code in languages_of_page:
        yield from (word for kind in ("byline_verb", "byline_label") for word in words_of(kind, code))
        weak = words_of("by_weak", code)
        yield from (word.rpartition(" ")[0] for word in words_of("genre", code) if word.rpartition(" ")[2] in weak)


def _done_by(languages_of_page: Iterable[str | None]) -> Iterator[str]:
    """What others do, with the words for "by" of the same language behind it: the "de" of "Edith de Vries" is not English."""
    found = chain.from_iterable(applicable_languages(code, "by_others") for code in languages_of_page)
    for cues in (languages()[code].cues for code in dict.fromkeys(found)):
        others, by = (
            [word for cue in cues if cue.kind in kinds for word in cue.match] for kinds in (("by_others",), _BY)
        )
        if others and by:
            yield rf"(?:{any_of(others, spaces=False)})[\w’'-]{{0,12}}\s(?:{any_of(by, spaces=False)})"


_BY = ("by", "by_weak")
OF_ALL = byline_words(None)

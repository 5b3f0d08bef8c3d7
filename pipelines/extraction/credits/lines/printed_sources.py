"""Where an article outside Chinese was taken from: "(Reuters)", "Source: Northwire", "first published by …", "Avec AFP".

    Source: NAME            a label for a source, of the credit lines, or the last line of the text; where a person signs,
                            an agency alone counts
    PHRASE NAME             "This article was first published by" (cues `taken_from`), in a short line around the text
    PHRASE AGENCY           "with material from" (cues `material_from`); AGENCY PHRASE: 연합뉴스 제공 (cues `given_by`)
    LONDON (AGENCY) —       the dateline; (AGENCY) after the last paragraph; a line or byline of agencies alone

An agency is one that `db/copying/agencies.toml` or a language file names. In a sentence it is quoted, and does not count.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate

from db.copying.agencies import load_agencies
from db.copying.names import first_name
from pipelines.extraction.credits.lines.credit_lines import BLIND, outlet_in
from pipelines.extraction.credits.lines.original_source import OriginalSource, first_of_others
from pipelines.extraction.credits.names.outlets import is_caption
from pipelines.extraction.credits.names.persons import is_bare_name
from pipelines.extraction.languages.loader import any_of, cue_pattern, languages, phrases_of, words_of
from pipelines.extraction.page.document import Line
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.tree import is_alone_with_picture
from pipelines.extraction.text.date_parser import find_stamps, without_stamps
from pipelines.extraction.text.months import month_of
from pipelines.extraction.text.roles import JOINING_WORDS
from pipelines.extraction.text.titles import plain

_LONGEST_LINE = 2000
"""Characters of a line that is searched: a paragraph that an agency in brackets ends."""
_LONGEST = 300
"""Characters of a line that says where a text was first published, and under which licence."""
_LONGEST_NAME = 6
"""Words of an outlet's name."""
_JOINING_WORDS = JOINING_WORDS.union(words_of("outlet_particle"))
"""Small words inside the name of an outlet."""
_WORD = re.compile(r"\w+")
_CLOSING = re.compile(r"[)）\]]")
_BEFORE = r"(?:^|[.!?。]\s|[(（\[|/–—•*-]\s?)\W{0,3}"
"""What a phrase may follow: nothing, a sentence, a bracket or a divider."""


@cache
def agency_names(language: str | None) -> frozenset[str]:
    """The names of news agencies, as they are printed on pages of a language."""
    listed = (name for one in load_agencies().values() for name in (one.name, one.chinese, *one.names))
    names = {*listed, *words_of("agency", language)}
    return frozenset((*names, *(name.upper() for name in names if name.isascii())))


@cache
def _names_by_word(language: str | None) -> dict[str, list[str]]:
    """The names of agencies by their first word in lower case."""
    names: dict[str, list[str]] = {}
    for name in agency_names(language):
        names.setdefault(_WORD.findall(name.lower())[0], []).append(name)
    return names


def _agency_words(text: str, language: str | None) -> frozenset[str]:
    """The words of a text that the name of an agency begins with. In scripts without spaces others follow: 共同通信提供."""
    found = (
        begin for word in _WORD.findall(text.lower()) for begin in ((word,) if word.isascii() else accumulate(word))
    )
    return frozenset(word for word in found if word in _names_by_word(language))


def _agencies(language: str | None, words: frozenset[str], group: str = "agencies", end: str = r"(?!\w)") -> str:
    """One or several agencies, "dpa/AFP", as a regular expression, of those that begin with one of the words; with no `end` a
    word may follow without a blank."""
    one = rf"(?:{any_of(name for word in words for name in _names_by_word(language)[word])}){end}"
    joint = rf"[/,、+&·-]|\s(?:{any_of(words_of('and', language))})\s"
    return rf"(?<!\w)(?P<{group}>{one}(?:\s?(?:{joint})\s?{one}){{0,4}})"


_Form = Callable[[str | None, frozenset[str]], re.Pattern[str]]
"""What finds agencies in one place. A pattern is made of the names that a text may hold, because one of all 600 takes 50 ms to
compile for each form and language."""
_of_words = lru_cache(maxsize=1024)


def _find(form: _Form, text: str, language: str | None) -> re.Match[str] | None:
    words = _agency_words(text, language)
    return form(language, words).search(text) if words else None


@_of_words
def _dateline(language: str | None, words: frozenset[str]) -> re.Pattern[str]:
    """LONDON (AP) —; Berlin (dpa) – ; Washington, 5 mar (EFE).-; МОСКВА, 5 мар /ТАСС/. ; (AFP) Le …; (서울=연합뉴스)."""
    agencies = _agencies(language, words)
    return re.compile(
        rf"^(?:[^\W\d_][^()（）\[\]/\n]{{0,50}})?[(（\[/【](?:[^\W\d_]{{1,12}}\s?[=＝]\s?)?{agencies}[)）\]/】]"
        rf"|^[^\W\d_][^()（）\n]{{0,40}}[\s,][-–—]\s{_agencies(language, words, 'behind')}\s?[.:]"
    )


_INITIALS = r"(?-i:[a-z]{1,4})"
"""Of whoever worked on what an agency sent, before or behind it: "dpa/ah", "red/dpa"."""


@_of_words
def _ending(language: str | None, words: frozenset[str]) -> re.Pattern[str]:
    return re.compile(
        rf"[(（\[]\s?(?:{_INITIALS}\s?[/,]\s?)??{_agencies(language, words)}(?:\s?[/,]\s?{_INITIALS})?[)）\]]\W{{0,2}}$"
    )


@_of_words
def _alone(language: str | None, words: frozenset[str]) -> re.Pattern[str]:
    return re.compile(
        rf"\A\W{{0,3}}(?:(?:©|\(c\)|copyright)\W{{0,2}}(?:\d{{4}}\s)?)?(?:{_INITIALS}\s?[/,]\s?)??"
        rf"{_agencies(language, words)}(?:\s?[/,]\s?{_INITIALS})?\W{{0,2}}\Z",
        re.A | re.I,
    )


@_of_words
def _material(language: str | None, words: frozenset[str]) -> re.Pattern[str]:
    phrases = cue_pattern("material_from", language).pattern
    return re.compile(rf"{_BEFORE}(?:{phrases})\W{{0,3}}{_agencies(language, words)}")


@_of_words
def _given(language: str | None, words: frozenset[str]) -> re.Pattern[str]:
    """Agencies that a word may follow without a blank: 共同通信提供."""
    given = cue_pattern("given_by", language).pattern
    return re.compile(rf"^\W{{0,3}}{_agencies(language, words, end='')}\s{{0,2}}(?:{given})\W{{0,2}}$")


@cache
def _taken(language: str | None) -> re.Pattern[str]:
    return re.compile(rf"{_BEFORE}(?:{cue_pattern('taken_from', language).pattern})")


def read_printed_source(
    layout: Layout, credited: str | None, authors: Sequence[str], own: Sequence[str], language: str | None
) -> OriginalSource:
    """The outlet that an article was taken from, if the page says so.

    `credited` is the outlet of a credit line, `authors` who signs, `own` what the publishing outlet is called.
    """
    names = [plain(name) for name in own if len(plain(name)) > _SHORTEST_OWN]
    persons = [name for name in authors if not any(own_name in plain(name) for own_name in names)]
    found = _printed_sources(layout, credited, persons, language)
    return first_of_others(found, lambda outlet: _is_own_outlet(outlet, own))


_SHORTEST_OWN = 4
"""Letters of a name that no person's holds by chance."""


def _is_own_outlet(outlet: str, own: Sequence[str]) -> bool:
    """Whether an outlet is the publishing one: one name begins the other ("AP", "apnews"), or is a word of it."""
    name = plain(re.split(r"[/,、(]", outlet)[0])
    whole = [plain(one) for one in own if plain(one)]
    words = {plain(word) for one in own for word in one.split()}
    return not name or name in words or any(name.startswith(one) or one.startswith(name) for one in whole)


def _printed_sources(
    layout: Layout, credited: str | None, authors: Sequence[str], language: str | None
) -> Iterator[tuple[str, int | None]]:
    """Possible original sources, best first, each with the row of a line that says nothing else."""
    last = [line for line in layout.inside[-4:] if line.row > layout.first_row]
    around = (*layout.header, *layout.inside[:1], *last, *layout.tail[:8])
    short = [line for line in around if len(line.text) <= _LONGEST]
    for line in short:
        match = _taken(language).search(line.spaced)
        if match and _may_credit(line) and (name := _name_after(line.spaced[match.end() :], language)):
            yield name, None
    # Under a person's own report a label names whose figures or study it draws on.
    if credited and (
        not any(is_bare_name(name, language) for name in authors) or first_name(credited) in agency_names(language)
    ):
        yield credited, None
    for line in (*layout.inside[:2], *layout.paragraphs[:2]):
        match = _find(_dateline, line.text[:_OPENING], language)
        if match:
            yield match["agencies"] or match["behind"], None
    for line in short:
        if (match := _beside_phrase(line.spaced, language)) and _may_credit(line):
            yield match["agencies"], _row_if_whole(line, match)
    yield from _signing(layout, authors, language)


def _signing(layout: Layout, authors: Sequence[str], language: str | None) -> Iterator[tuple[str, int | None]]:
    """The agencies that sign, each with the row of a line that says nothing else."""
    if signing := [name for name in authors if name in agency_names(language)]:
        yield "/".join(signing), None
    for line in layout.byline_lines:
        if layout.headline_row < line.row < layout.first_row and _may_credit(line):
            yield from ((name, None) for name in _signing_in_head(line, language))
    for line in filter(_may_credit, layout.inside[-_MOST_NOTES:-2]):
        if (
            line.row > layout.first_row
            and (match := _alone_in(line, language))
            and not is_alone_with_picture(line.block)
        ):
            yield match["agencies"], _row_if_whole(line, match)
    for line in filter(_may_credit, (*layout.inside[-2:], *layout.tail[:2])):
        ending = _find(_ending, line.text, language) if _CLOSING.search(line.text[-3:]) else None
        if match := ending or _alone_in(line, language):
            yield match["agencies"], _row_if_whole(line, match)


_MOST_NOTES = 6
"""Lines at the end of the text's box among which an agency signs: credits of pictures and notes of the site may follow."""


def _beside_phrase(text: str, language: str | None) -> re.Match[str] | None:
    """The agencies behind "with material from", or before 제공."""
    for kind, form in (("material_from", _material), ("given_by", _given)):
        if cue_pattern(kind, language).search(text) and (match := _find(form, text, language)):
            return match
    return None


def _row_if_whole(line: Line, match: re.Match[str]) -> int | None:
    """The row of a line that a credit fills but for a mark at each end."""
    return line.row if match.start() == 0 and len(line.spaced) - match.end() <= 2 else None


def _may_credit(line: Line) -> bool:
    return not line.zone & BLIND and len(line.text) <= _LONGEST_LINE and not is_caption(line)


_OPENING = 120
_SHORT = 80


def _alone_in(line: Line, language: str | None) -> re.Match[str] | None:
    if line.link_chars:
        return None
    match = _find(_alone, line.text[:_SHORT], language)
    names = re.split(r"[/,]\s?", match["agencies"]) if match else []
    known = agency_names(language)
    return match if all(name in known or (len(name) > 2 and name.upper() in known) for name in names) else None


def _signing_in_head(line: Line, language: str | None) -> Iterator[str]:
    """The agencies that stand between headline and text, alone or beside the time: "БТА", "TASR 5. 3. 2024", "PTI | Kochi". A name
    of two letters may be a button's."""
    text = line.spaced[:_SHORT]
    if line.link_chars or not _agency_words(text, language) or is_alone_with_picture(line.block):
        return
    for piece in re.split(r"[|•·]", without_stamps(text, find_stamps(text))):
        match = _find(_alone, piece, language)
        agencies = match["agencies"] if match else ""
        names, own = re.split(r"[/,]\s?", agencies), words_of("agency", language)
        if all(name in agency_names(language) and (len(name) > 2 or name.lower() in own) for name in names):
            yield agencies


def _name_after(text: str, language: str | None) -> str | None:
    """The outlet that a text begins with: words in capitals, or all before a mark in scripts without them."""
    text = re.sub(r"^[\s:：]{0,3}(?:the\s(?=[A-Z]))?", "", text[:120])
    words: list[str] = []
    for word in text.split():
        bare = word.strip("\"'“”‘’«»„*_()[].,;:!")
        if not bare or not (bare[0].isupper() or (words and (bare in _JOINING_WORDS or bare[0].isdigit()))):
            break
        words.append(bare)
        if word[-1] in '.,;:)]!"”»':
            break
    while words and words[-1] in _JOINING_WORDS:
        words.pop()
    if not 1 <= len(words) <= _LONGEST_NAME or any(_is_time(word, language) for word in words):
        return None
    name = outlet_in(" ".join(words))
    return None if name is None or _vague(language).match(name) else name


@cache
def _vague(language: str | None) -> re.Pattern[str]:
    return re.compile(phrases_of("vague_outlet", language), re.I)


def _is_time(word: str, language: str | None) -> bool:
    known = languages().get(language or "en")
    return (
        bool(month_of(word.lower(), language))
        or word.lower() in (known.dates.weekdays if known else ())
        or word[:4].isdigit()
    )

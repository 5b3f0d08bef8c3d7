"""Cuts the lines with which a page, not the writer, ends a text: who the author is, how to reach the newsroom.

Only the last lines are examined, because the same words further up are part of the story. Such a line is dropped by itself. An
author's biography takes the lines below with it. What language does not tell, the form does: a note in italics, or a word or two
behind the last sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from functools import cache

from db.text.list_marks import LIST_MARK, without_list_mark
from pipelines.extraction.credits.names.outlets import OUTLET_END, SIMPLIFIED
from pipelines.extraction.languages.loader import patterns_by_language, phrases_of
from pipelines.extraction.text.byline_words import byline_words
from pipelines.extraction.text.roles import is_agency
from pipelines.extraction.text.speakers import label_of, speakers
from pipelines.extraction.text.titles import plain
from pipelines.extraction.text.word_count import count_words
from pipelines.extraction.text.writing import PARAGRAPH_ENDS

_LAST_LINES = 5
"""Lines from the end that are examined."""
_LONGEST = 320
"""Characters of the longest such line: appeals to subscribe are one paragraph."""
_LONGEST_FRAGMENT, _MOST_WORDS = 20, 3
"""Characters and words of a last line that is no sentence: initials, the name of a paper, a heading of what was cut."""
_NAME = r"[^\W\d_]\S{1,20} [^\W\d_]\S{1,20}"


def _closing(phrases: str) -> re.Pattern[str]:
    """What a page states about a text below it: rights, updates, where it was first published, how to reach the authors. In
    simplified writing."""
    return re.compile(rf"\W{{0,4}}(?:{phrases.translate(SIMPLIFIED)})", re.I)


_BRACKETED = re.compile(r"[(（][\u4e00-\u9fff]{3,16}[)）]")
"""（清溪广播电视台） below a text: where it was taken from."""
_CLOSING_FORMS = re.compile(
    rf"{_NAME} (?:is|was) an? (?:\S{{1,24}} ){{0,4}}(?:reporter|journalist|correspondent|staff writer|editor|columnist"
    r"|freelancer?|contributor)\b.{0,200}$"
    rf"|{_NAME} ist (?:\S{{1,24}} ){{0,4}}(?:redakteur|reporter|korrespondent|journalist|autor)(?:in)?\b.{{0,200}}$"
    r"|\([a-zäöüß]{2,4}(?:\s?[/,]\s?[a-zäöüß]{2,6}){0,3}\)$|[-–—]\s?30\s?[-–—]$"
    r"|[(（](?:综合|据|来源|来自|整理|实习生|原载|本文).{1,60}[)）]$",
    re.I,
)


@cache
def _closing_within(language: str | None) -> re.Pattern[str]:
    """What it states anywhere in a line."""
    return re.compile(
        rf"{phrases_of('closing_within', language, inside=True).translate(SIMPLIFIED)}"
        r"|\b(?:contact|reach|e-?mail)\b.{1,40}\b(?:at|via) \S{1,40}@\S",
        re.I,
    )


def cut_closing_lines(
    lines: Sequence[str], names: Sequence[str], slanted: Set[str] = frozenset(), language: str | None = None
) -> list[str]:
    """A text's lines without the closing lines. `names` are the authors', `slanted` lines in italics, as plain text."""
    kept = list(lines)
    for index in range(max(len(kept) - _LAST_LINES, len(kept) // 2 + 1), len(kept)):
        if _is_biography(kept[index], names, language):
            kept = kept[:index]
            break
    least = max(2, len(kept) - _LAST_LINES)
    if closing := {line for line in kept[least:] if _is_closing_line(line, language)}:
        spoken = speakers(kept)
        kept[least:] = [line for line in kept[least:] if line not in closing or label_of(line) in spoken]
    while len(kept) > 2 and _is_note(kept[-1], kept[-2], slanted):
        kept.pop()
    return kept


def _is_note(line: str, above: str, slanted: Set[str]) -> bool:
    """Whether the last line of a text is a note below it: in italics, or a word or two behind the last sentence."""
    if len(line) <= _LONGEST and plain(line) in slanted and plain(above) not in slanted:
        return True
    if len(line) <= _LONGEST_FRAGMENT and line[-1] in ":：":
        return True  # what it heads is cut
    return is_fragment(line, above)


def is_fragment(line: str, sentence: str) -> bool:
    """Whether a line is a word or two above or below a sentence."""
    return (
        len(line) <= _LONGEST_FRAGMENT
        and count_words(line) <= _MOST_WORDS
        and line[-1] not in PARAGRAPH_ENDS
        and sentence[-1] in PARAGRAPH_ENDS
        and not line.startswith((LIST_MARK, "– ", "|", "•"))
        and not line[0].isdigit()
    )


def _is_biography(line: str, names: Sequence[str], language: str | None) -> bool:
    """Whether a line tells who an author is."""
    bare = line.lstrip("*([（ ")
    rests = [bare[len(name) :].lstrip(", ") for name in names if bare.startswith(name)]
    return any(map(byline_words(language).biography.match, rests))


def _is_closing_line(line: str, language: str | None) -> bool:
    bare = without_list_mark(line)
    if len(bare) > _LONGEST:
        return False
    folded = bare if bare.isascii() else bare.translate(SIMPLIFIED)
    closing = (_CLOSING_FORMS, *patterns_by_language("closing", language, _closing))
    is_outlet = _BRACKETED.fullmatch(folded) is not None and OUTLET_END.search(folded[1:-1]) is not None
    states = is_outlet or any(one.match(folded) for one in closing) or _closing_within(language).search(folded)
    if states or is_agency(bare.strip(" -–—()")):
        return True
    is_labelled = _LABELLED.match(bare) is not None or _NETWORK.search(bare) is not None
    return is_labelled and bare[-1] not in PARAGRAPH_ENDS


NETWORK = re.compile(r"\b(?:google\s?(?:news|discover)|whatsapp|telegram|viber)\b", re.I)
_NETWORK = re.compile(rf"^[^\d:]{{0,80}}{NETWORK.pattern}[^\d:]{{0,40}}$", re.I)
"""Where else a page is to be read, in a line that is no sentence."""
_LABELLED = re.compile(r"[^\W\d_]\S{0,20}(?: \S{1,20}){0,2}\s?[|｜]\s?\S")
"""A label before a bar: "Photo | Ada Holm", "In our shop | The ferry sails again"."""

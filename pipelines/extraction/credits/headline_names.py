"""Names right below the headline, without a by-word: with what the bearer is beside it, or nothing but names on the line.

"Anna Holt, Redakteurin", "Anna Holt / Corresponsal", "Opinión | Anna Holt", "Anna Holt" above "Culture reporter".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from itertools import zip_longest

from pipelines.extraction.credits.byline_places import credits_others, signed_names, split_pieces
from pipelines.extraction.credits.lines.credit_lines import credit_marks
from pipelines.extraction.credits.names.persons import MAIL, before_next_credit, is_full_name, without_material
from pipelines.extraction.page.document import Line
from pipelines.extraction.page.layout import Layout
from pipelines.extraction.page.tree import belongs_to_other_content
from pipelines.extraction.text.byline_words import LABEL_MARKS, BylineWords, picture_words
from pipelines.extraction.text.roles import DUTY

CAPITALISED = frozenset((None, "en", "de"))
"""Languages in which a heading of two words looks like a name."""
_NEAR = 4
"""Rows below the headline in which a name stands without a by-word; a standfirst may come before it."""
_FAR = 12
"""The same for names with a duty, which may stand in the midst of the text's first lines."""
_LONGEST = 80
_LABELLED = re.compile(rf"([^{LABEL_MARKS}/|·•–—]{{3,30}}?)(?:\s?[{LABEL_MARKS}]|\s[/|·•–—-])\s(.+)")
_LONGEST_DUTY = 45
"""Characters of a line that says what somebody is; a sentence that names a duty is longer."""


def names_with_duty(layout: Layout, words: BylineWords, language: str | None) -> Iterator[str]:
    """Names below the headline with a duty before or behind them, on their line or on the next one. What is no writer's duty labels
    another credit; a kind of text labels its author."""
    lines = _lines_below_headline(layout, layout.headline_row + _FAR)
    for line, following in zip_longest(lines, lines[1:]):
        if names := _names_beside_mail(line, following, words) if line.row <= layout.headline_row + _NEAR else []:
            yield from names
            return
        labelled = _LABELLED.match(line.spaced)
        if labelled and not credit_marks(language).match(line.spaced):
            if DUTY.search(labelled[1]):
                yield from signed_names(labelled[2], words)
                return
            if words.kind_of_text.fullmatch(labelled[1].strip()) and (names := signed_names(labelled[2], words)):
                yield from names
                return
        if len(words.place.findall(line.spaced)) > 1 and (names := signed_names(line.spaced, words)):
            yield from names  # "A in London and B in Paris"
            return
        names, rest = _leading_names(line.spaced, words)
        below = following is not None and following.row == line.row + 1 and _is_duty(following.spaced)
        if names and (any(map(DUTY.search, rest)) or (not rest and below)):
            yield from _with_those_alike(lines, line, names, words)
            return


def _with_those_alike(lines: Sequence[Line], line: Line, names: list[str], words: BylineWords) -> Iterator[str]:
    """The names of a line and of those that are set as it is in boxes with a name of their own, but for who took the pictures."""
    for other, following in zip_longest(lines, lines[1:]):
        own, rest = (names, []) if other is line else _leading_names(other.spaced, words)
        if not rest and _look(other) == _look(line) and (other is line or other.block.get("class")):
            duty = following.spaced if following and following.row == other.row + 1 else ""
            yield from () if re.match(picture_words(words.language), duty, re.I) else own


def _look(line: Line) -> tuple[str | None, ...]:
    parent = line.block.getparent()
    return (line.block.tag, line.block.get("class"), parent.get("class") if parent is not None else None)


def _names_beside_mail(line: Line, following: Line | None, words: BylineWords) -> list[str]:
    """The full names of a line that holds nothing else but their mail address, there or on the next line."""
    own = MAIL.sub(" ", line.spaced)
    below = following is not None and following.row == line.row + 1 and MAIL.fullmatch(following.spaced)
    names, rest = _leading_names(own, words) if below or own != line.spaced else ([], [])
    return [] if rest else names


def names_alone(layout: Layout, words: BylineWords, own: Set[str], language: str | None) -> Iterator[str]:
    """Nothing but names right below the headline, with at most an agency or a town behind them, in languages that capitalise only
    the first word of a heading."""
    last = (
        min(layout.headline_row + _NEAR, layout.first_row - 1)
        if layout.headline and language not in CAPITALISED
        else -1
    )
    for line in _lines_below_headline(layout, last):
        written = before_next_credit(without_material(line.spaced, language), words)
        if written and not credits_others(line, words) and (names := signed_names(written, words, own)):
            yield from names
            return


def _lines_below_headline(layout: Layout, last: int) -> list[Line]:
    """The short lines of the header from below the headline to a row that may hold names."""
    return [
        line
        for line in layout.byline_lines
        if layout.headline_row < line.row <= last
        and len(line.text) <= _LONGEST
        and line.block.tag not in ("button", "figcaption", "li")
        and not belongs_to_other_content(line.parts[0][1])
    ]


def _leading_names(text: str, words: BylineWords) -> tuple[list[str], list[str]]:
    """The full names at the beginning of a text, and the pieces behind them."""
    pieces = split_pieces(without_material(text, words.language), words)
    names: list[str] = []
    while pieces and " " in pieces[0] and is_full_name(pieces[0], words.language):
        names.append(pieces.pop(0))
    return names, pieces


def _is_duty(text: str) -> bool:
    return len(text) <= _LONGEST_DUTY and not any(map(str.isdigit, text)) and DUTY.search(text) is not None

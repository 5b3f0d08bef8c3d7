"""Two revisions of an article (`db.text.changes`) as lines for a terminal.

    2 paragraphs unchanged
    ~ every day [-thirty-] {+twenty-eight+} tonnes          a changed paragraph, its words marked
    - a paragraph that was removed
    + a paragraph that was added

On a terminal with colours, the marked words are coloured too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cli.output.tables import coloured, plain, plain_text, styled, wrapped
from db.models import Article
from db.text.changes import ChangedWords, ChangeKind, changed_fields, diff_paragraphs

_LEADS = {ChangeKind.GONE: ("- ", "red"), ChangeKind.COME: ("+ ", "green")}
_BRACKETS = {ChangeKind.UNCHANGED: ("", ""), ChangeKind.GONE: ("[-", "-]"), ChangeKind.COME: ("{+", "+}")}


def diff_lines(older: Article, newer: Article, width: int) -> Iterator[str]:
    """The changes in lines of at most `width` cells."""
    for name, words in changed_fields(older, newer, plain):
        yield from _changed(f"{name}: ", words, width)
    old, new = plain_text(older.text), plain_text(newer.text)
    if old == new:
        yield "the text is the same"
        return
    for step in diff_paragraphs(old, new):
        if step.kind is ChangeKind.UNCHANGED:
            number = step.paragraphs
            yield styled(f"  {number} paragraph{'s' if number > 1 else ''} unchanged", dim=True)
        elif step.kind is ChangeKind.CHANGED:
            yield from _changed("~ ", step.pieces, width)
        else:
            lead, colour = _LEADS[step.kind]
            for line in wrapped(lead + step.text, width):
                yield styled(line, fg=colour)


def _changed(lead: str, words: Iterable[ChangedWords], width: int) -> Iterator[str]:
    marked = [piece.text.join(_BRACKETS[piece.kind]) for piece in words]
    for line in wrapped(lead + "".join(marked), width):
        yield _with_colours(line)


def _with_colours(line: str) -> str:
    """Colour the marked words. Marks that wrapping has split over two lines stay uncoloured."""
    if not coloured():
        return line
    line = re.sub(r"\[-(?:(?!\[-).)*?-\]", lambda found: styled(found[0], fg="red"), line)
    return re.sub(r"\{\+(?:(?!\{\+).)*?\+\}", lambda found: styled(found[0], fg="green"), line)

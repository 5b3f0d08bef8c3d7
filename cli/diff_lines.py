"""Two revisions of an article as a person compares them.

    2 paragraphs unchanged
    ~ every day [-thirty-] {+twenty-eight+} tonnes          a changed paragraph, its words marked
    - a paragraph that is gone
    + a paragraph that is new

Where colours may be used they mark the words as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from cli.render import coloured, plain, plain_text, styled, wrapped
from cli.word_marks import TOKEN, word_marks
from db.nouns import Article

# Paragraphs that have less in common than this are another paragraph, not the same one changed.
_SAME_PARAGRAPH = 0.4
_FIELDS = ("title", "subtitle", "authors", "editors", "source", "original_source", "published")


def diff_lines(older: Article, newer: Article, width: int) -> Iterator[str]:
    """The lines that say what changed, wrapped to `width` cells."""
    fields = [(name, _shown(getattr(older, name)), _shown(getattr(newer, name))) for name in _FIELDS]
    for name, before, after in fields:
        if before != after:
            yield from _changed(f"{name}: ", before, after, width)
    old, new = (plain_text(article.text).split("\n") for article in (older, newer))
    if old == new:
        yield "the text is the same"
        return
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield styled(f"  {b - a} paragraph{'s' if b - a > 1 else ''} unchanged", dim=True)
        else:
            yield from _replaced(old[a:b], new[c:d], width)


def _replaced(old: Sequence[str], new: Sequence[str], width: int) -> Iterator[str]:
    """Paragraphs in place of others: those that are alike as one, in order; the rest as gone and new."""
    waiting = list(new)
    for paragraph in old:
        likeness = [_likeness(paragraph, other) for other in waiting]
        if max(likeness, default=0.0) < _SAME_PARAGRAPH:
            yield from _marked("- ", paragraph, width, "red")
            continue
        at = likeness.index(max(likeness))
        for other in waiting[:at]:
            yield from _marked("+ ", other, width, "green")
        yield from _changed("~ ", paragraph, waiting[at], width)
        waiting = waiting[at + 1 :]
    for other in waiting:
        yield from _marked("+ ", other, width, "green")


def _likeness(one: str, other: str) -> float:
    words = [[token for token in TOKEN.findall(text) if token[0].isalnum()] for text in (one, other)]
    return SequenceMatcher(None, words[0], words[1], autojunk=False).ratio()


def _changed(lead: str, before: str, after: str, width: int) -> Iterator[str]:
    marks = {"same": "{}", "gone": "[-{}-]", "come": "{{+{}+}}"}
    parts = [marks[kind].format(text) for kind, text in word_marks(before, after)]
    for line in wrapped(lead + "".join(parts), width):
        yield _with_colours(line)


def _with_colours(line: str) -> str:
    """Words marked on one line in colour as well. What the wrapping has broken keeps its brackets alone."""
    if not coloured():
        return line
    line = re.sub(r"\[-.*?-\]", lambda found: styled(found[0], fg="red"), line)
    return re.sub(r"\{\+.*?\+\}", lambda found: styled(found[0], fg="green"), line)


def _marked(lead: str, paragraph: str, width: int, colour: str) -> Iterator[str]:
    for line in wrapped(lead + paragraph, width):
        yield styled(line, fg=colour)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return plain(", ".join(map(str, value)))
    return plain(getattr(value, "iso", value))

"""Finds what the newest articles of a source have in common word for word: furniture in their texts, one title for all. Pure.

A line counts in how many stories it stands, whatever its place. The rules that take it out are found on the pages themselves
(`pipelines.experiments.repeats`), which an alert need not read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from db.display.humanize import counted
from db.queries.sources.newest_texts import NewestText
from db.text.repeated_lines import count_texts, repeated_lines

NEWEST = 20
"""Stories looked at."""
FEWEST = 10
"""Stories below which nothing is said: a few may be of one series."""
SHARE, SHARE_AGAIN = 0.5, 0.2
"""Share of the stories that repeat something from which an alert opens, and below which it closes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repetition:
    """What so many of the stories repeat: a line of their text, or their title. `others`: more such lines."""

    text: str
    stories: int
    of: int
    is_title: bool = False
    others: int = 0

    @property
    def message(self) -> str:
        """It as a sentence."""
        shown = self.text if len(self.text) <= _LONGEST else f"{self.text[:_LONGEST]}…"
        if self.is_title:
            return f"{self.stories} of its {self.of} newest articles have the title “{shown}”"
        more = f", and {counted(self.others, 'more line')}" if self.others else ""
        return f"{self.stories} of its {self.of} newest articles repeat a line: “{shown}”{more}"


_LONGEST = 120


def find_repetition(stories: Sequence[NewestText], *, is_open: bool) -> Repetition | None:
    """What most of these stories repeat; None if they repeat nothing, or are few."""
    of = len(stories)
    if of < FEWEST:
        return None
    least = max(2, round((SHARE_AGAIN if is_open else SHARE) * of))
    title, count = Counter(story.title for story in stories).most_common(1)[0]
    if count >= least:
        return Repetition(text=title, stories=count, of=of, is_title=True)
    # Templates print furniture alike. Where no line is the same in a few texts, none need be compared by its letters.
    if max(count_texts(story.text.split("\n") for story in stories).values()) < least / 2:
        return None
    lines = repeated_lines([story.text for story in stories], least)
    if not lines:
        return None
    line, count = next(iter(lines.items()))
    return Repetition(text=line, stories=count, of=of, others=len(lines) - 1)

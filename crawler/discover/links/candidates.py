"""One link of a page that may be an article's or a section's, and how long its words are."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.discover.addresses.article_urls import NEVER_POINTS, Judgement
from crawler.discover.links.link_places import LinkPlace
from pipelines.extraction.text.writing import SPACELESS_LETTERS

PAID = Judgement(points=NEVER_POINTS, reasons=("the link is marked as paid for",))
HIDDEN = Judgement(points=NEVER_POINTS, reasons=("readers do not see the link",))
"""What a link itself says against what it leads to; another link to the same address may say nothing of it."""

HEADLINE_WORDS = 5
_HEADLINE_CJK = 10
"""Length from which a text is a headline and no label: sections in 10 real menus have at most 4 words, or 8 Chinese characters."""
_HEADLINE_SPACELESS = 20
"""The same in letters of Thai, Lao, Burmese and Khmer, signs above and below not counted: labels in the menus of three sites have
at most 18, headlines 33 and more."""
LONGEST_TITLE = 300
"""Characters. Longer texts are no titles."""


_ASIAN = re.compile("[\u3040-\u9fff\uac00-\ud7af]")
_SPACELESS = re.compile(f"[{SPACELESS_LETTERS}]")


@dataclass(slots=True)
class LinkCandidate:
    """One URL of the page, with the best of all its links."""

    url: str
    key: str
    form: int
    points: int
    judgement: Judgement
    place: LinkPlace
    title: str | None
    in_heading: bool

    def refuse(self, judgement: Judgement) -> None:
        """Let the judgement decide, whatever points form and place gave."""
        self.form = self.points = judgement.points
        self.judgement = judgement


def headline_length(words: str | None) -> float:
    """Length in words. Two CJK characters count as one word, and so do four letters of scripts without spaces."""
    if not words:
        return 0
    if words.isascii():
        return len(words.split())
    asian = len(_ASIAN.findall(words))
    if asian > 2:
        return asian * HEADLINE_WORDS / _HEADLINE_CJK
    spaceless = sum(map(str.isalnum, _SPACELESS.findall(words)))
    return max(spaceless * HEADLINE_WORDS / _HEADLINE_SPACELESS, len(words.split()))

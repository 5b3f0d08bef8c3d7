"""Whether two texts are one story printed twice. Pure, symmetric, and blind to everything but the texts.

    letters    what counts of a text: letters and digits, lower case, Chinese folded (`letters_of`)
    shingle    a run of `unit` letters: 5 where the script is CJK, 10 elsewhere (about two words either way)
    hit        a position of the shorter text whose shingle the longer one has too
    covered    what lies in hits, with the gaps between hits that an edit or a typo leaves (at most BRIDGE units); the rest is bare

A copy is a text of which nearly all is covered by the other: reprints add, cut the end, change words, but they do not carry a
story of their own. That keeps sequels apart, which share paragraphs and go on with others. Templates (weather, quotes, draws:
same words, other places and figures) are covered too; they are told by their figures, which a copy keeps, and, where there are
too few figures, by asking short texts for more hits.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from pipelines.fingerprint import significant
from pipelines.folding import fold

# Texts shorter than this (in characters) say too little: two pages that only hold "Watch the video" are not copies.
SHORTEST_COPY = 60

_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# A script is CJK when more than this share of its letters is.
_CJK_SHARE = 0.2
# Every fourth letter tells the script as well as all do.
_SAMPLE = 4
_CJK_UNIT = 5
_UNIT = 10

# The shorter text must be at least this share of the longer: less is an excerpt, not a copy.
_LEAST_SIZE = 0.3
# Share of the shorter text's shingles that the longer has. Chinese with 6 % of its characters changed keeps 0.73, with 12 %
# 0.53; unrelated texts of one outlet reach 0.09.
_LEAST_SHARED = 0.45
# Gap between hits, in units, that still counts as covered.
_BRIDGE = 5
# Phrases that a text repeats make hits in passages of its own as well: a stretch of so many units counts as bare when fewer than
# this share of it are hits. Copies with every eighth character changed keep 0.5 in such a stretch.
_STRETCH = 20
_LEAST_HITS = 0.25
# At either end so many units may be the shorter text's own: dateline, agency, credits, copyright line.
_EDGE = 8
# The rest of the shorter text may be bare for promotion and insertions: at most this share, and so many units in all. Sequels
# have 50 units and more of their own.
_MOST_BARE = 0.1
_MOST_BARE_UNITS = 30
# A text of fewer units is short, and then must share this much, unless its figures vouch for it.
_SHORT = 60
_LEAST_SHARED_SHORT = 0.85
# Share of the shorter text's figures that the longer must have in the same surroundings. Templates that differ in places and
# days reach 0.4 by chance where figures are small; Chinese with 6 % of its characters changed keeps 0.8.
_LEAST_FIGURES = 0.5
_LEAST_FIGURES_SHORT = 0.8
# A quick look takes at most so many figures and only the letters right before or after; Chinese with 6 % of its characters
# changed keeps 0.85 of them, forms next to none.
_QUICK_LOOK = 12
_LEAST_FIGURES_QUICK = 0.25
# So many figures are needed for that to say anything, in a text that is not short.
_FEW_FIGURES = 4
_MANY_FIGURES = 5

# Digits, and numbers written in Han characters of two or more (one alone is as often a word).
# Long runs are several numbers that stood side by side.
_FIGURE = re.compile(r"\d{1,4}|[〇零一二三四五六七八九十百千万亿两]{2,}")


def letters_of(text: str) -> str:
    """What counts of a text. Texts with one `fingerprint.text_hash` have the same letters."""
    return fold(significant(text))


@dataclass(frozen=True)
class Proof:
    """A text made ready for comparing."""

    letters: str

    @cached_property
    def unit(self) -> int:
        """Letters in a shingle."""
        sample = self.letters[::_SAMPLE]
        return _CJK_UNIT if len(_CJK.findall(sample)) > _CJK_SHARE * len(sample) else _UNIT

    @cached_property
    def shingles(self) -> frozenset[str]:
        """All runs of `unit` letters."""
        letters, unit = self.letters, self.unit
        return frozenset([letters[at : at + unit] for at in range(len(letters) - unit + 1)])


def alike(one: Proof, other: Proof) -> bool:
    """Whether one is a copy of the other, whichever was first."""
    if one.letters == other.letters:
        return len(one.letters) >= SHORTEST_COPY
    shorter, longer = sorted((one, other), key=lambda proof: (len(proof.letters), proof.letters))
    size = len(shorter.letters)
    if size < SHORTEST_COPY or size < _LEAST_SIZE * len(longer.letters) or one.unit != other.unit:
        return False
    if _other_figures(shorter, longer):
        return False
    shared = shorter.shingles & longer.shingles
    if len(shared) < _LEAST_SHARED * len(shorter.shingles):
        return False
    letters, unit = shorter.letters, shorter.unit
    hits = [at for at in range(size - unit + 1) if letters[at : at + unit] in shared]
    return _covered(hits, size, unit) and _not_a_template(letters, hits, unit)


def _other_figures(shorter: Proof, longer: Proof) -> bool:
    """Whether the two plainly have different figures: a quick look that spares forms the comparison."""
    letters, unit = shorter.letters, shorter.unit
    spans = [figure.span() for figure in _FIGURE.finditer(letters)]
    sample = spans[:: -(-len(spans) // _QUICK_LOOK)] if spans else []
    if len(sample) < _MANY_FIGURES:
        return False
    kept = sum(
        letters[start : start + unit] in longer.letters or letters[max(0, end - unit) : end] in longer.letters
        for start, end in sample
    )
    return kept < _LEAST_FIGURES_QUICK * len(sample)


def _covered(hits: list[int], size: int, unit: int) -> bool:
    """Whether nearly all of a text of `size` letters lies in hits, short gaps between them, and its edges."""
    widest = (_BRIDGE + 1) * unit
    bare = sum(gap - unit for here, there in pairwise(hits) if (gap := there - here) > widest)
    edge = _EDGE * unit
    ends = max(0, hits[0] - edge) + max(0, size - hits[-1] - unit - edge)
    return max(bare, _sparse(hits, unit)) + ends <= min(_MOST_BARE * size, _MOST_BARE_UNITS * unit)


def _sparse(hits: list[int], unit: int) -> int:
    """Letters in the stretches with few hits between the first and the last."""
    stretch = _STRETCH * unit
    starts = range(hits[0], hits[-1] - stretch, stretch)
    counts = Counter((at - hits[0]) // stretch for at in hits)
    return sum(stretch for number in range(len(starts)) if counts[number] < _LEAST_HITS * stretch)


def _not_a_template(letters: str, hits: list[int], unit: int) -> bool:
    """Whether the figures between the first and the last hit stand in hits too, and, in a short text, most of the rest."""
    start, end = hits[0], hits[-1] + unit
    figures = [figure.span() for figure in _FIGURE.finditer(letters, start, end)]
    kept = sum(_stands(span, hits, unit) for span in figures)
    if len(figures) >= _FEW_FIGURES and kept < _LEAST_FIGURES * len(figures):
        return False
    if end - start >= _SHORT * unit:
        return True
    if kept < _LEAST_FIGURES_SHORT * len(figures):
        return False
    vouched = len(figures) >= _MANY_FIGURES and kept >= len(figures) - 1
    return vouched or len(hits) >= _LEAST_SHARED_SHORT * (end - start - unit + 1)


def _stands(span: tuple[int, int], hits: list[int], unit: int) -> bool:
    """Whether one hit holds the whole span. Figures are shorter than a shingle."""
    after = bisect_right(hits, span[0])
    return after > 0 and hits[after - 1] + unit >= span[1]

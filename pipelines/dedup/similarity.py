"""Decides whether two texts are near copies: one story printed twice. Pure, symmetric, and based on the texts alone.

    letters    the prepared text: letters and digits, lower case, Chinese folded (`pipelines.dedup.normalize.prepare_text`)
    shingle    a run of `unit` letters: 5 in CJK scripts, 10 in others (about two words either way)
    hit        a position of the shorter text whose shingle is in the longer one too
    covered    what lies in hits, or in gaps between hits that an edit or a typo leaves (at most _BRIDGE units); the rest is bare

A text is a near copy if nearly all of it is covered by the other: reprints add, cut the end and change words, but do not tell a
story of their own. What was added to the shorter text is left out first, where the longer has nothing in its place: one paper put
a lead before the story, the other a notice after it. Sequels share paragraphs and continue with others, so they are no copies.
Texts from a template (weather, quotes, draws: same words, other places and figures) are covered too, but differ in their figures,
which a copy keeps or writes otherwise (twelve); if there are too few figures, short texts need more hits.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from db.text.folding import Codes, code_points
from pipelines.dedup.normalize import is_cjk
from pipelines.dedup.shingles import Hashes, shingle_hashes, sorted_distinct

Positions = NDArray[np.intp]

MIN_COPY_LETTERS = 60
"""Letters below which no text is a copy: two pages with nothing but "Watch the video" are not copies."""

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
# So many units at either end may be bare: dateline, agency, credits, copyright line.
_EDGE = 8
# Elsewhere at most this share may be bare (promotion, insertions), and at most so many units in all. Sequels have 50 and more.
_MOST_BARE = 0.1
_MOST_BARE_UNITS = 30
# What was added to the shorter text, at most this share of it: a local lead, an editor's note, a portal's notice, where the longer
# goes on without them. So two papers print one story, each with its own additions. Sequels have other text in the same place.
_MOST_ADDED = 0.3
# What is left is the story, and at least this share of the longer text.
_LEAST_CORE = 0.5
# A run of hits of at least so many units is no chance.
_SOLID = 2
# A text of fewer units is short, and must share this much unless its figures are the same.
_SHORT = 60
_LEAST_SHARED_SHORT = 0.85
# Share of the shorter text's figures that the longer must have in the same surroundings. Templates that differ in places and
# days reach 0.4 by chance where figures are small; Chinese with 6 % of its characters changed keeps 0.8.
_LEAST_FIGURES = 0.5
_LEAST_FIGURES_SHORT = 0.8
# A figure is looked for in its place where so many units, or fewer, are in no hit: what is edited there is a word or a unit of
# measure. In longer places of texts from a template, small figures are the same by chance.
_PLACE = 2
# Places that are looked up, each in all of the longer text: more gaps or lost figures than this are no edits.
_MOST_PLACES = 40
# The quick check takes at most so many figures and only the letters right before or after; Chinese with 6 % of its characters
# changed keeps 0.85 of them, texts from a template next to none.
_QUICK_FIGURES = 12
_LEAST_FIGURES_QUICK = 0.25
# So many figures are needed for a decision, in a text that is not short.
_FEW_FIGURES = 4
_MANY_FIGURES = 5

# Digits, and in CJK scripts numbers of two or more Han characters (a single one is as often a word).
# Long runs are several adjacent numbers.
_FIGURE = re.compile(r"\d{1,4}")
_CJK_FIGURE = re.compile(r"\d{1,4}|[〇零一二三四五六七八九十百千万亿两]{2,}")


@dataclass(frozen=True)
class PreparedText:
    """A prepared text (`prepare_text`) with its shingles and figures, computed when needed."""

    letters: str

    @cached_property
    def codes(self) -> Codes:
        """The code points of the letters."""
        return code_points(self.letters)

    @cached_property
    def unit(self) -> int:
        """The length of a shingle, in letters."""
        return _CJK_UNIT if is_cjk(self.codes) else _UNIT

    @cached_property
    def hashes(self) -> Hashes:
        """The hash of the shingle at each position."""
        return shingle_hashes(self.codes, self.unit)

    @cached_property
    def shingles(self) -> Hashes:
        """The distinct hashes, sorted."""
        return sorted_distinct(self.hashes)

    @cached_property
    def figures(self) -> list[tuple[int, int]]:
        """Start and end of each figure."""
        return [figure.span() for figure in self.figure_pattern.finditer(self.letters)]

    @property
    def figure_pattern(self) -> re.Pattern[str]:
        """What a figure looks like in this script."""
        return _CJK_FIGURE if self.unit == _CJK_UNIT else _FIGURE


def is_near_copy(one: PreparedText, other: PreparedText) -> bool:
    """Whether one text is a near copy of the other."""
    if one.letters == other.letters:
        return len(one.letters) >= MIN_COPY_LETTERS
    shorter, longer = sorted((one, other), key=lambda text: (len(text.letters), text.letters))
    size = len(shorter.letters)
    if size < MIN_COPY_LETTERS or size < _LEAST_SIZE * len(longer.letters) or one.unit != other.unit:
        return False
    if _has_other_figures(shorter, longer):
        return False
    shared = np.count_nonzero(_contained_in(shorter.shingles, longer.shingles))
    if shared < _LEAST_SHARED * len(shorter.shingles):
        return False
    hits = np.flatnonzero(_contained_in(shorter.hashes, longer.shingles))
    if _is_covered(hits, size, shorter.unit) and _keeps_figures(shorter, longer, hits):
        return True
    core = _without_additions(shorter, longer, hits)
    if core is None:
        return False
    hits = np.flatnonzero(_contained_in(core.hashes, longer.shingles))
    return _is_covered(hits, len(core.letters), core.unit) and _keeps_figures(core, longer, hits)


def _contained_in(some: Hashes, others: Hashes) -> NDArray[np.bool_]:
    """For each of `some`, whether it is in `others`, which are sorted and not empty."""
    return np.equal(others.take(others.searchsorted(some), mode="clip"), some)


def _has_other_figures(shorter: PreparedText, longer: PreparedText) -> bool:
    """Whether the two clearly have different figures: a quick check that saves comparing texts from a template."""
    letters, unit, spans = shorter.letters, shorter.unit, shorter.figures
    sample = spans[:: -(-len(spans) // _QUICK_FIGURES)] if spans else []
    if len(sample) < _MANY_FIGURES:
        return False
    kept = sum(
        letters[start : start + unit] in longer.letters or letters[max(0, end - unit) : end] in longer.letters
        for start, end in sample
    )
    return kept < _LEAST_FIGURES_QUICK * len(sample)


def _is_covered(hits: Positions, size: int, unit: int) -> bool:
    """Whether nearly all of a text of `size` letters lies in hits, in short gaps between them, or at its edges."""
    gaps = np.diff(hits)
    wide = gaps[gaps > (_BRIDGE + 1) * unit]
    bare = int(wide.sum()) - unit * len(wide)
    edge = _EDGE * unit
    ends = max(0, int(hits[0]) - edge) + max(0, size - int(hits[-1]) - unit - edge)
    return max(bare, _sparse_letters(hits, unit)) + ends <= min(_MOST_BARE * size, _MOST_BARE_UNITS * unit)


def _without_additions(shorter: PreparedText, longer: PreparedText, hits: Positions) -> PreparedText | None:
    """The shorter text without what was added to it; None if nothing was, or too much."""
    letters, unit = shorter.letters, shorter.unit
    # Names and phrases make short runs of hits in an addition as well, but not many.
    breaks = np.flatnonzero(np.diff(hits) > 1)
    starts, ends = hits[np.append(0, breaks + 1)], hits[np.append(breaks, -1)] + unit
    solid = ends - starts >= _SOLID * unit
    gap_starts, gap_ends = np.append(0, ends[solid]), np.append(starts[solid], len(letters))
    wide = gap_ends - gap_starts > _BRIDGE * unit
    own = (gap_ends - gap_starts)[wide]
    if len(own) > _MOST_PLACES or own.sum() > (_MOST_ADDED + _MOST_BARE) * len(letters) + 2 * _EDGE * unit:
        return None
    gaps = [
        (start, end)
        for start, end in zip(gap_starts[wide].tolist(), gap_ends[wide].tolist(), strict=True)
        if np.count_nonzero((hits >= start) & (hits < end)) < _LEAST_HITS * (end - start)
        and _is_added(shorter, longer, start, end)
    ]
    added = sum(end - start for start, end in gaps)
    core = len(letters) - added
    if not added or added > _MOST_ADDED * len(letters) or core < _LEAST_CORE * len(longer.letters):
        return None
    cuts = [0, *(cut for gap in gaps for cut in gap), len(letters)]
    return PreparedText("".join(letters[start:end] for start, end in zip(cuts[::2], cuts[1::2], strict=True)))


def _is_added(shorter: PreparedText, longer: PreparedText, start: int, end: int) -> bool:
    """Whether the longer text has next to nothing where the shorter has these letters."""
    unit, size = shorter.unit, len(shorter.letters)
    before = np.flatnonzero(longer.hashes == shorter.hashes[start - unit]) + unit if start else np.zeros(1, np.intp)
    after = np.flatnonzero(longer.hashes == shorter.hashes[end]) if end < size else np.array([len(longer.letters)])
    # In a short form, the same words follow a few letters later.
    most = _EDGE if start == 0 or end == size else _BRIDGE if size >= _SHORT * unit else 1
    _, between = _nearest(before - unit, after)
    return bool((between <= (most + 1) * unit).any())


def _nearest(places: Positions, after: Positions) -> tuple[Positions, Positions]:
    """Those of the places that have one of `after` at or behind them, and how far it is from each."""
    found = after.searchsorted(places)
    places, found = places[found < len(after)], found[found < len(after)]
    return places, after[found] - places


def _sparse_letters(hits: Positions, unit: int) -> int:
    """The number of letters in stretches with few hits, between the first and the last hit."""
    stretch = _STRETCH * unit
    whole = len(range(0, int(hits[-1] - hits[0]) - stretch, stretch))
    counts = np.bincount((hits - hits[0]) // stretch)[:whole]
    return stretch * int(np.count_nonzero(counts < _LEAST_HITS * stretch))


def _keeps_figures(shorter: PreparedText, longer: PreparedText, hits: Positions) -> bool:
    """Whether the figures between the first and the last hit are kept, and in a short text most of the rest."""
    unit = shorter.unit
    start, end = int(hits[0]), int(hits[-1]) + unit
    spans = [span for span in shorter.figures if start <= span[0] and span[1] <= end]
    in_hits = _are_in_hits(spans, hits, unit)
    shared = len(hits) / (end - start - unit + 1)
    kept, figures = int(np.count_nonzero(in_hits)), len(spans)
    if not _are_enough(kept, figures, end - start, unit, shared):
        # What was edited around a figure leaves it in no hit.
        others = [span for span, hit in zip(spans, in_hits, strict=True) if not hit]
        if len(others) > _MOST_PLACES:
            return False
        seen = [_is_in_its_place(shorter, longer, hits, span) for span in others]
        kept, figures = kept + seen.count(True), figures - seen.count(None)
        if not _are_enough(kept, figures, end - start, unit, shared):
            return False
    if end - start >= _SHORT * unit:
        return True
    # Forms say the same words twice: today's figure is that of the forecast in another.
    moved = int(np.count_nonzero(in_hits)) - _count_in_order(
        shorter, longer, hits, [s for s, hit in zip(spans, in_hits, strict=True) if hit]
    )
    return _are_enough(kept - moved, figures, end - start, unit, shared)


def _count_in_order(shorter: PreparedText, longer: PreparedText, hits: Positions, spans: list[tuple[int, int]]) -> int:
    """How many of these spans, which are in hits, the longer text has in the same order: the longest rising sequence of places."""
    rising: list[int] = []
    for start, _ in spans:
        hit = int(hits[np.searchsorted(hits, start, side="right") - 1])
        for place in (np.flatnonzero(longer.hashes == shorter.hashes[hit]) + (start - hit))[::-1].tolist():
            at = bisect_left(rising, place)
            rising[at : at + 1] = [place]
    return len(rising)


def _are_enough(kept: int, figures: int, size: int, unit: int, shared: float) -> bool:
    """Whether so many of the figures are enough for a copy of so many letters that shares this much."""
    if figures >= _FEW_FIGURES and kept < _LEAST_FIGURES * figures:
        return False
    if size >= _SHORT * unit:
        return True
    if kept < _LEAST_FIGURES_SHORT * figures:
        return False
    return (figures >= _MANY_FIGURES and kept >= figures - 1) or shared >= _LEAST_SHARED_SHORT


def _are_in_hits(spans: list[tuple[int, int]], hits: Positions, unit: int) -> NDArray[np.bool_]:
    """Which of the spans lie within one hit. Figures are shorter than a shingle."""
    if not spans:
        return np.zeros(0, dtype=np.bool_)
    starts, ends = np.array(spans).T
    # The first hit is at or before each of them.
    before = hits[np.searchsorted(hits, starts, side="right") - 1]
    in_hits: NDArray[np.bool_] = before + unit >= ends
    return in_hits


def _is_in_its_place(
    shorter: PreparedText, longer: PreparedText, hits: Positions, span: tuple[int, int]
) -> bool | None:
    """Whether the longer text has that figure between the same hits; None if it has none there: it may be written otherwise."""
    unit, (start, end) = shorter.unit, span
    # Hits that end before the figure and that begin after it.
    at = int(np.searchsorted(hits, start - unit, side="right")) - 1
    then = int(np.searchsorted(hits, end))
    if at < 0 or then == len(hits):
        return False
    last, first = int(hits[at]), int(hits[then])
    room = first - last - unit
    if room > _PLACE * unit:
        return False
    places, between = _nearest(
        np.flatnonzero(longer.hashes == shorter.hashes[last]) + unit,
        np.flatnonzero(longer.hashes == shorter.hashes[first]),
    )
    best = int(np.abs(between - room).argmin()) if len(between) else 0
    if not len(between) or between[best] > room + _PLACE * unit:
        return False
    there = longer.letters[int(places[best]) : int(places[best] + between[best])]
    figure = shorter.letters[start:end]
    others = [other for other in shorter.figure_pattern.findall(there) if other.isascii() == figure.isascii()]
    return figure in others if others else None

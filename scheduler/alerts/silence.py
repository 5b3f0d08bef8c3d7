"""Whether a source has gone quiet, judged by its own rhythm. Pure: moments in, a judgement out.

    links ──> when the site published ──> gaps between them ──> a limit ──> longer quiet than that is silence

Only time in which we looked counts, for the gaps of the past as for the quiet of now: a night in which nobody crawled is taken out.
The limit is twice the longest gap of four weeks, and more where the longest gaps differ much from each other: of an irregular site
the next one may be longer still. An exponential tail is laid through its ten longest gaps, and of ten million gaps one may pass.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import fmean, median

from db.queries.alert_figures import FoundLink

HISTORY = timedelta(days=28)
# Fewer moments, over a shorter time, are no rhythm.
MIN_MOMENTS = 10
MIN_SPAN_S = 3 * 86400.0
# Until two weekends were seen, one may be ahead that nothing announced.
TWO_WEEKS_S = 15 * 86400.0
WEEKEND_S = 72 * 3600.0
# A site that publishes every minute may still rest for a night at half staff.
MIN_QUIET_S = 6 * 3600.0
# The chance for one gap of a healthy site to be taken for silence. 1,000 sources with 20 gaps a day make 600,000 a month.
# In simulations 1e-6 gave twice the false alarms, and limits that were a seventh shorter.
CHANCE = 1e-7
_LONGEST_GAPS = 10
# So many looks must have found nothing.
MIN_CHECKS = 2
# Time between two looks counts up to this (the slowest learned cadence is 6 h), or up to three times what is usual here.
LONGEST_STEP_S = 6.5 * 3600.0
# What a listing says of the time counts if it is at most so much before the link was found; later news of old pages does not.
NEAR = timedelta(days=2)
AHEAD = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceJudgement:
    """The judgement. Lengths in seconds of time in which we looked; `limit_s` is None where no rhythm is known yet."""

    quiet_s: float
    longest_s: float
    limit_s: float | None
    looks: int
    moments: int

    @property
    def silent(self) -> bool:
        """Whether the source has been quiet for too long."""
        return self.limit_s is not None and self.quiet_s > self.limit_s and self.looks >= MIN_CHECKS


def judge_silence(links: Sequence[FoundLink], looks: Sequence[datetime]) -> SilenceJudgement:
    """Judge a source by the links of the four weeks before the last one, and the times when we looked since; both in order."""
    looked = ObservedTime([at.timestamp() for at in looks])
    moments = sorted({looked.at(at) for at in map(_published, links) if at is not None})
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    last = links[-1].found_at.timestamp() if links else 0.0
    quiet_s = looked.at(looked.end) - looked.at(last) if links else 0.0
    return SilenceJudgement(
        quiet_s=max(0.0, quiet_s),
        longest_s=max(gaps, default=0.0),
        limit_s=silence_limit(gaps),
        looks=looked.after(last),
        moments=len(moments),
    )


def silence_limit(gaps: Sequence[float]) -> float | None:
    """How long a quiet is no silence yet, in seconds; None where the gaps are too few or too short a time."""
    known = sum(gaps)
    if len(gaps) < MIN_MOMENTS or known < MIN_SPAN_S:
        return None
    tail = sorted(gaps, reverse=True)
    count = min(_LONGEST_GAPS, len(gaps) // 3)
    scale = fmean(tail[:count]) - tail[count]
    beyond = scale * max(0.0, -math.log(CHANCE) - math.log(len(gaps)))
    least = MIN_QUIET_S if known >= TWO_WEEKS_S else WEEKEND_S
    return max(2 * tail[0], tail[0] + beyond, least)


def _published(link: FoundLink) -> float | None:
    """When the site published it, as far as that can be told, in Unix seconds.

    What the very first look found was there before: without a time of its own it says nothing of the rhythm.
    """
    said = link.published
    if said is not None and said <= link.found_at + AHEAD and (link.first or said >= link.found_at - NEAR):
        recent = said >= link.found_at - HISTORY
        return said.timestamp() if recent else None
    return None if link.first else link.found_at.timestamp()


class ObservedTime:
    """A clock that stands while nobody looks. Made of the moments (Unix seconds, in order) at which somebody did."""

    def __init__(self, looks: Sequence[float]) -> None:
        self._looks = looks
        steps = [later - earlier for earlier, later in pairwise(looks)]
        usual = median(steps) if steps else 0.0
        most = max(LONGEST_STEP_S, 3 * usual)
        self._holes: list[float] = []
        self._lost = [0.0]
        self._widths: list[float] = []
        for earlier, later in pairwise(looks):
            if later - earlier > most:
                # The first look after a rest sees one usual step's worth.
                self._holes.append(earlier)
                self._widths.append(later - earlier - usual)
                self._lost.append(self._lost[-1] + self._widths[-1])

    @property
    def end(self) -> float:
        """The last look."""
        return self._looks[-1] if self._looks else 0.0

    def at(self, moment: float) -> float:
        """What the clock shows at a moment: seconds."""
        number = bisect_right(self._holes, moment)
        if not number:
            return moment
        within = min(self._widths[number - 1], moment - self._holes[number - 1])
        return moment - self._lost[number - 1] - within

    def after(self, moment: float) -> int:
        """How many looks began after a moment."""
        return len(self._looks) - bisect_right(self._looks, moment)

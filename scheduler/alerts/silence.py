"""Detects that a source has stopped publishing, by comparison with its own gaps. Pure.

    links ──> times of publication ──> gaps between them ──> a limit ──> a longer gap until now is silence

Only observed time counts, in past gaps as in the current one: a night without crawls is left out. The limit is twice the longest
gap of four weeks, and more if the longest gaps differ much, because the next gap of an irregular site may be longer still: an
exponential tail is fitted to the ten longest gaps, and one gap in ten million may exceed the limit.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import fmean, median

from db.queries.sources.alert_figures import FoundLink

HISTORY = timedelta(days=28)
# With fewer publications, or over a shorter time, there is no limit.
MIN_MOMENTS = 10
MIN_SPAN_S = 3 * 86400.0
# Until two weekends were observed, the limit is at least a weekend.
TWO_WEEKS_S = 15 * 86400.0
WEEKEND_S = 72 * 3600.0
# A site that publishes every minute may still pause for a night.
MIN_QUIET_S = 6 * 3600.0
# The probability that one gap of a healthy site is taken for silence. 1,000 sources with 20 gaps a day make 600,000 a month.
# In simulations 1e-6 gave twice the false alarms, and limits that were a seventh shorter.
CHANCE = 1e-7
_LONGEST_GAPS = 10
# So many crawls must have found nothing.
MIN_CHECKS = 2
# Time between two crawls counts as observed up to this (the slowest learned cadence is 6 h), or up to three times the median.
LONGEST_STEP_S = 6.5 * 3600.0
# A time stated by a listing counts if it is at most so long before the link was found: old pages that are listed again do not.
NEAR = timedelta(days=2)
AHEAD = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SilenceJudgement:
    """Gaps of a source in seconds of observed time. `limit_s` is None if too little is known.

    `checks`: crawls since the last publication; `moments`: publications known.
    """

    quiet_s: float
    longest_s: float
    limit_s: float | None
    checks: int
    moments: int

    @property
    def is_silent(self) -> bool:
        """Whether the current gap is over the limit."""
        return self.limit_s is not None and self.quiet_s > self.limit_s and self.checks >= MIN_CHECKS


def judge_silence(links: Sequence[FoundLink], checks: Sequence[datetime]) -> SilenceJudgement:
    """Judge a source by its links of the four weeks before the last one, and the times of its crawls since then; both in order."""
    observed = ObservedTime([at.timestamp() for at in checks])
    moments = sorted({observed.at(at) for at in map(_published, links) if at is not None})
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    last = links[-1].found_at.timestamp() if links else 0.0
    quiet_s = observed.at(observed.end) - observed.at(last) if links else 0.0
    return SilenceJudgement(
        quiet_s=max(0.0, quiet_s),
        longest_s=max(gaps, default=0.0),
        limit_s=silence_limit(gaps),
        checks=observed.after(last),
        moments=len(moments),
    )


def silence_limit(gaps: Sequence[float]) -> float | None:
    """The longest gap that is not silence, in seconds; None if the gaps are too few or cover too short a time."""
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
    """When the site published the link's article, in Unix seconds; None if unknown.

    Links of the very first crawl were published before it: without a stated time they are left out.
    """
    stated = link.published
    if stated is not None and stated <= link.found_at + AHEAD and (link.first or stated >= link.found_at - NEAR):
        recent = stated >= link.found_at - HISTORY
        return stated.timestamp() if recent else None
    return None if link.first else link.found_at.timestamp()


class ObservedTime:
    """A clock that stands still while nothing is crawled. `checks`: the times of the crawls (Unix seconds, in order)."""

    def __init__(self, checks: Sequence[float]) -> None:
        self._checks = checks
        steps = [later - earlier for earlier, later in pairwise(checks)]
        usual = median(steps) if steps else 0.0
        most = max(LONGEST_STEP_S, 3 * usual)
        self._gap_starts: list[float] = []
        self._lost = [0.0]
        self._gap_lengths: list[float] = []
        for earlier, later in pairwise(checks):
            if later - earlier > most:
                # The first crawl after an interruption observes one usual step.
                self._gap_starts.append(earlier)
                self._gap_lengths.append(later - earlier - usual)
                self._lost.append(self._lost[-1] + self._gap_lengths[-1])

    @property
    def end(self) -> float:
        """The time of the last crawl."""
        return self._checks[-1] if self._checks else 0.0

    def at(self, moment: float) -> float:
        """The observed time at a moment, in seconds."""
        number = bisect_right(self._gap_starts, moment)
        if not number:
            return moment
        within = min(self._gap_lengths[number - 1], moment - self._gap_starts[number - 1])
        return moment - self._lost[number - 1] - within

    def after(self, moment: float) -> int:
        """The number of crawls after a moment."""
        return len(self._checks) - bisect_right(self._checks, moment)

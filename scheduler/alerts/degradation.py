"""Whether extraction decays at a source, judged by its own past. Pure: readings in, a judgement out.

A site that changes its markup goes on sending pages, and nothing fails: only bylines, times or texts are missing from one day
to the next. Each sign is a share: of the pages that became articles, of the articles with an author, and so on. A share rots
where all hold:

    it was at least a half before       what a site never had it cannot lose
    it is under half of that now        of the last 20 pages that were the first of their link
    chance does not explain it          binomial tail under `CHANCE`
    it is under half of its worst       the worst run of as many pages among the 200 before: a night of agency copy is no rot

What was before is kept with the alert, so an open one goes on comparing with the time before the rot.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from statistics import median

from db.queries.alert_figures import ExtractedFields

RECENT = 20
# Where pages with a sign and pages without come in blocks, 20 of one block prove little; more are taken, up to so many.
MOST_RECENT = 60
LEAST_RECENT = 8
BEFORE = 200
LEAST_BEFORE = 8
# A share must have been so large to be missed, and have fallen under this part of itself.
LARGE_SHARE = 0.5
FALLEN = 0.5
# Tried on every new page of 1,000 sources for months: 1e-3 would cry daily.
CHANCE = 1e-5
# So many articles may have the same title.
MAX_SAME_TITLE = 2
# An article is short for its source under this part of the usual length.
SHORT_SHARE = 0.3
# Recovered: of the newest ten, so much of the share before.
RECOVERED_SHARE = 0.75
NEWEST = 10

# Origins of a title (docs/fields.md) that are last resorts: the page showed and stated none.
_LAST_RESORTS = frozenset({"hint", "first sentence"})

_STATED: Mapping[str, Callable[[ExtractedFields], bool]] = {
    "published": attrgetter("dated"),
    "time of day": attrgetter("timed"),
    "authors": attrgetter("authors"),
    "editors": attrgetter("editors"),
    "source": attrgetter("source"),
}

DESCRIPTIONS: Mapping[str, str] = {
    "articles": "pages are articles",
    "title": "have a title of their own",
    "text": "are of usual length",
    "published": "have a time of publication",
    "time of day": "say the time of day",
    "authors": "name an author",
    "editors": "name an editor",
    "source": "name their outlet",
}
"""The signs, and each as the end of "of 20 articles 3 ..."."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many."""

    of: int
    have: int

    @property
    def value(self) -> float:
        """0 to 1; 0 of nothing is 0."""
        return self.have / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Degradation:
    """One sign that rots: its share before and now."""

    sign: str
    before: Share
    now: Share

    @classmethod
    def of(cls, sign: str, before: Share, recent: Sequence[ExtractedFields], words: float) -> Degradation:
        """A sign with its share among the newest pages."""
        return cls(sign=sign, before=before, now=_share(has_sign(sign, recent, words)))

    @property
    def says(self) -> str:
        """In words."""
        what = DESCRIPTIONS[self.sign] if self.sign == "articles" else f"articles {DESCRIPTIONS[self.sign]}"
        return f"{self.now.have} of {self.now.of} {what} ({self.before.have} of {self.before.of} before)"


def find_degradations(pages: Sequence[ExtractedFields], before: Sequence[ExtractedFields]) -> list[Degradation]:
    """What rots: the newest of `pages` against those `before` them. Both the newest first."""
    found = [rot for sign in DESCRIPTIONS if (rot := _rot(sign, pages, before)) is not None]
    signs = {rot.sign for rot in found}
    # Without any time there is no time of day either.
    return [rot for rot in found if not (rot.sign == "time of day" and "published" in signs)]


def may_be_degraded(recent: Sequence[ExtractedFields], shares: Mapping[str, float], words: float) -> bool:
    """Whether the newest pages are so unlike what is usual that it is worth counting those before them."""
    for sign in DESCRIPTIONS:
        now = _share(has_sign(sign, recent, words))
        if now.of >= LEAST_RECENT and now.value < FALLEN and shares.get(sign, 1.0) >= LARGE_SHARE:
            return True
    return False


def shares_of(readings: Sequence[ExtractedFields], words: float) -> dict[str, float]:
    """The share of each sign."""
    return {sign: round(_share(has_sign(sign, readings, words)).value, 3) for sign in DESCRIPTIONS}


def newest(pages: Sequence[ExtractedFields]) -> Sequence[ExtractedFields]:
    """The pages that stand for now: the last 20, of a source with less than 40 the later half."""
    return pages[: min(RECENT, max(LEAST_RECENT, len(pages) // 2))]


def has_recovered(sign: str, before: Share, words: float, recent: Sequence[ExtractedFields]) -> bool:
    """Whether a sign that rotted is as it was before, or nearly. `recent` are the newest pages, the newest first."""
    now = has_sign(sign, recent, words)
    last = _share(now[:NEWEST])
    good = last.of >= LEAST_RECENT and last.have >= max(1, math.floor(RECOVERED_SHARE * before.value * last.of))
    return good and _share(now).value >= FALLEN * before.value


def median_words(readings: Sequence[ExtractedFields]) -> float:
    """The median length of the articles, in words; 0 where there are none."""
    lengths = [reading.words for reading in readings if reading.article]
    return float(median(lengths)) if lengths else 0.0


def has_sign(sign: str, readings: Sequence[ExtractedFields], words: float) -> list[bool]:
    """For each page (for each article, but for the sign "articles") whether the sign is there."""
    if sign == "articles":
        return [reading.article for reading in readings]
    articles = [reading for reading in readings if reading.article]
    if sign == "title":
        # A site whose template went wrong gives all its articles one title. Twice is usual: at two addresses, or after a move.
        titles = Counter(reading.title for reading in articles)
        return [
            reading.title_by not in _LAST_RESORTS and titles[reading.title] <= MAX_SAME_TITLE for reading in articles
        ]
    if sign == "text":
        return [reading.words >= SHORT_SHARE * words for reading in articles]
    return list(map(_STATED[sign], articles))


def newest_without(sign: str, recent: Sequence[ExtractedFields], words: float) -> int:
    """The newest page that lacks a sign, to be looked at; the newest of all where none does."""
    judged = recent if sign == "articles" else [reading for reading in recent if reading.article]
    lacking = (reading for reading, shown in zip(judged, has_sign(sign, recent, words), strict=True) if not shown)
    return next(lacking, recent[0]).page_id


def binomial_tail(have: int, of: int, share: float) -> float:
    """The chance that of so many no more have it, where each has it with a chance of `share` (binomial tail)."""
    return sum(math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(have + 1))


def _rot(sign: str, pages: Sequence[ExtractedFields], before: Sequence[ExtractedFields]) -> Degradation | None:
    recent = newest(pages)
    fallen = _fallen(sign, recent, before)
    if fallen is None:
        return None
    block = _block(has_sign(sign, before, median_words(before)))
    if block > 1:
        recent = pages[: min(MOST_RECENT, math.ceil(len(recent) * block))]
        fallen = _fallen(sign, recent, [page for page in before if page.page_id < recent[-1].page_id])
        if fallen is None:
            return None
    # One more with and one more without: ten of ten do not prove that the eleventh has it.
    expected = (fallen.before.have + 1) / (fallen.before.of + 2)
    # So many pages as make a block tell as much as one page.
    chance = binomial_tail(fallen.now.have, fallen.now.of, expected) ** (1 / block)
    return fallen if chance < CHANCE else None


def _fallen(sign: str, recent: Sequence[ExtractedFields], before: Sequence[ExtractedFields]) -> Degradation | None:
    """The sign, if it fell so far that it may rot: all that is asked of a rot but that chance does not explain it."""
    words = median_words(before)
    now = _share(has_sign(sign, recent, words))
    # Of a share that is large now, none can have been twice as large.
    if now.of < LEAST_RECENT or now.value >= FALLEN:
        return None
    shown = has_sign(sign, before, words)
    past = _share(shown)
    if past.of < LEAST_BEFORE or past.value < LARGE_SHARE or now.value >= FALLEN * past.value:
        return None
    return Degradation(sign=sign, before=past, now=now) if now.have < FALLEN * _worst_run(shown, now.of) else None


def _block(shown: Sequence[bool]) -> float:
    """How many pages in a row are alike for coming from one section or agency: 1 and more, by the likeness of neighbours."""
    share = _share(shown).value
    spread = share * (1 - share)
    if len(shown) < RECENT or not spread:
        return 1.0
    alike = sum((one - share) * (other - share) for one, other in pairwise(shown)) / (len(shown) - 1) / spread
    return (1 + alike) / (1 - alike) if 0 < alike < 1 else 1.0


def _worst_run(has_sign: Sequence[bool], length: int) -> float:
    """The fewest with the sign in any run of `length` pages; infinite where there is no run so long."""
    if len(has_sign) < length:
        return math.inf
    have = worst = sum(has_sign[:length])
    for gone, come in zip(has_sign, has_sign[length:], strict=False):
        have += come - gone
        worst = min(worst, have)
    return worst


def _share(has_sign: Sequence[bool]) -> Share:
    return Share(of=len(has_sign), have=sum(has_sign))

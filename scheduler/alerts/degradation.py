"""Detects that extraction at a source finds less than before, compared with the source's own past. Pure.

A site that changes its markup keeps sending pages, and nothing fails: bylines, times or texts are just missing from one day to the
next. Each sign is a share: of pages that became articles, of articles with an author, and so on. A sign is degraded if all hold:

    its share was at least one half          a site cannot lose what it never had
    the share is now under half of that      among the last 20 pages that were the first of their link
    chance does not explain it               binomial tail under `CHANCE`
    it is under half of its worst before     the worst run of as many pages among the 200 before: a night of agency copy is normal

The share before is kept with the alert, so an open alert is still compared with the time before the degradation.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from statistics import median

from db.queries.sources.alert_figures import ExtractedFields

RECENT = 20
"""Pages that stand for now."""
MOST_RECENT = 60
"""The most pages that stand for now: if pages with and without a sign come in blocks, 20 pages of one block prove little."""
LEAST_RECENT = 8
BEFORE = 200
LEAST_BEFORE = 8
LARGE_SHARE = 0.5
"""The share that a sign must have had before."""
FALLEN = 0.5
"""The part of its former share that a sign must have fallen below."""
CHANCE = 1e-5
"""Probability below which chance is no explanation. Tested on every new page of 1,000 sources for months: 1e-3 would alert
daily."""
MAX_SAME_TITLE = 2
"""Articles that may share a title."""
SHORT_SHARE = 0.3
"""The part of the median length below which an article is short."""
RECOVERED_SHARE = 0.75
"""A sign has recovered when the `NEWEST` pages have this part of its former share."""
NEWEST = 10

# Origins of a title (docs/fields.md) that are last resorts: the page shows and states none.
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
"""The signs, each with the end of a sentence such as "3 of 20 articles ..."."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`have` pages out of `of` have a sign."""

    of: int
    have: int

    @property
    def value(self) -> float:
        """The share, 0 to 1; 0 if there are no pages."""
        return self.have / self.of if self.of else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Degradation:
    """A sign that is degraded: its share before and now."""

    sign: str
    before: Share
    now: Share

    @classmethod
    def of(cls, sign: str, before: Share, recent: Sequence[ExtractedFields], words: float) -> Degradation:
        """The sign with its share among the newest pages."""
        return cls(sign=sign, before=before, now=_share(has_sign(sign, recent, words)))

    @property
    def message(self) -> str:
        """The degradation as a phrase of the alert's message."""
        what = DESCRIPTIONS[self.sign] if self.sign == "articles" else f"articles {DESCRIPTIONS[self.sign]}"
        return f"{self.now.have} of {self.now.of} {what} ({self.before.have} of {self.before.of} before)"


def find_degradations(pages: Sequence[ExtractedFields], before: Sequence[ExtractedFields]) -> list[Degradation]:
    """The degraded signs: the newest of `pages` compared with those `before` them. Both newest first."""
    found = [one for sign in DESCRIPTIONS if (one := _degradation(sign, pages, before)) is not None]
    signs = {one.sign for one in found}
    # Without a time of publication there is no time of day either.
    return [one for one in found if not (one.sign == "time of day" and "published" in signs)]


def may_be_degraded(recent: Sequence[ExtractedFields], shares: Mapping[str, float], words: float) -> bool:
    """Whether the newest pages differ so much from the usual `shares` that the pages before them should be counted."""
    for sign in DESCRIPTIONS:
        now = _share(has_sign(sign, recent, words))
        if now.of >= LEAST_RECENT and now.value < FALLEN and shares.get(sign, 1.0) >= LARGE_SHARE:
            return True
    return False


def shares_of(pages: Sequence[ExtractedFields], words: float) -> dict[str, float]:
    """The share of each sign among `pages`, rounded to three digits. `words`: the median length of articles."""
    return {sign: round(_share(has_sign(sign, pages, words)).value, 3) for sign in DESCRIPTIONS}


def newest(pages: Sequence[ExtractedFields]) -> Sequence[ExtractedFields]:
    """The pages that stand for now: the newest `RECENT`, or of fewer than twice as many the newer half."""
    return pages[: min(RECENT, max(LEAST_RECENT, len(pages) // 2))]


def has_recovered(sign: str, before: Share, words: float, recent: Sequence[ExtractedFields]) -> bool:
    """Whether a degraded sign is nearly back at its share `before`. `recent`: newest first."""
    now = has_sign(sign, recent, words)
    last = _share(now[:NEWEST])
    good = last.of >= LEAST_RECENT and last.have >= max(1, math.floor(RECOVERED_SHARE * before.value * last.of))
    return good and _share(now).value >= FALLEN * before.value


def median_words(pages: Sequence[ExtractedFields]) -> float:
    """The median length of the articles, in words; 0 if there are none."""
    lengths = [page.words for page in pages if page.article]
    return float(median(lengths)) if lengths else 0.0


def has_sign(sign: str, pages: Sequence[ExtractedFields], words: float) -> list[bool]:
    """For each article whether it has the sign; for the sign "articles", for each page whether it is one."""
    if sign == "articles":
        return [page.article for page in pages]
    articles = [page for page in pages if page.article]
    if sign == "title":
        # A broken template gives all articles one title. Twice is normal: one article at two addresses, or moved.
        titles = Counter(page.title for page in articles)
        return [page.title_by not in _LAST_RESORTS and titles[page.title] <= MAX_SAME_TITLE for page in articles]
    if sign == "text":
        return [page.words >= SHORT_SHARE * words for page in articles]
    return list(map(_STATED[sign], articles))


def newest_without(sign: str, recent: Sequence[ExtractedFields], words: float) -> int:
    """The id of the newest page that lacks a sign, as an example; of the newest page if none does."""
    judged = recent if sign == "articles" else [page for page in recent if page.article]
    lacking = (page for page, shown in zip(judged, has_sign(sign, recent, words), strict=True) if not shown)
    return next(lacking, recent[0]).page_id


def binomial_tail(have: int, of: int, share: float) -> float:
    """The probability that at most `have` of `of` pages have a sign that each has with probability `share`."""
    return sum(math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(have + 1))


def _degradation(sign: str, pages: Sequence[ExtractedFields], before: Sequence[ExtractedFields]) -> Degradation | None:
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
    # Laplace's rule of succession: ten of ten do not prove that the eleventh has it.
    expected = (fallen.before.have + 1) / (fallen.before.of + 2)
    # A block of pages that are alike counts as one page.
    chance = binomial_tail(fallen.now.have, fallen.now.of, expected) ** (1 / block)
    return fallen if chance < CHANCE else None


def _fallen(sign: str, recent: Sequence[ExtractedFields], before: Sequence[ExtractedFields]) -> Degradation | None:
    """The sign if it meets all conditions but that chance does not explain it."""
    words = median_words(before)
    now = _share(has_sign(sign, recent, words))
    # No share can have been more than twice as large as one half.
    if now.of < LEAST_RECENT or now.value >= FALLEN:
        return None
    shown = has_sign(sign, before, words)
    past = _share(shown)
    if past.of < LEAST_BEFORE or past.value < LARGE_SHARE or now.value >= FALLEN * past.value:
        return None
    return Degradation(sign=sign, before=past, now=now) if now.have < FALLEN * _worst_run(shown, now.of) else None


def _block(shown: Sequence[bool]) -> float:
    """How many pages in a row are alike, as they come from one section or agency: at least 1, by autocorrelation at lag 1."""
    share = _share(shown).value
    spread = share * (1 - share)
    if len(shown) < RECENT or not spread:
        return 1.0
    alike = sum((one - share) * (other - share) for one, other in pairwise(shown)) / (len(shown) - 1) / spread
    return (1 + alike) / (1 - alike) if 0 < alike < 1 else 1.0


def _worst_run(shown: Sequence[bool], length: int) -> float:
    """The fewest pages with the sign in any run of `length` pages; infinite if there are fewer pages."""
    if len(shown) < length:
        return math.inf
    have = worst = sum(shown[:length])
    for gone, come in zip(shown, shown[length:], strict=False):
        have += come - gone
        worst = min(worst, have)
    return worst


def _share(shown: Sequence[bool]) -> Share:
    return Share(of=len(shown), have=sum(shown))

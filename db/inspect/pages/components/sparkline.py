"""A row of small bars, one a day, as paths of an inline SVG: the policy of our pages forbids inline styles, not attributes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from db.inspect.translation.catalogues import gettext, ngettext

HEIGHT = 22
STEP = 4
_BAR = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """What was found of a day; `looked` is False where nobody looked, None before the source was added."""

    day: date
    count: int
    looked: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sparkline:
    """`bars` and `unseen` (days on which nobody looked) are paths in a box of `width` by `HEIGHT`; `label` says the same in
    words.
    """

    width: int
    bars: str
    unseen: str
    label: str


def sparkline(days: Sequence[DayCount]) -> Sparkline:
    """The bars of these days, the highest as high as the box."""
    most = max((one.count for one in days), default=0)
    bars, unseen = [], []
    for at, one in enumerate(days):
        if one.looked is False:
            unseen.append(f"M{at * STEP} 0h{STEP}v{HEIGHT}h-{STEP}z")
        if one.count > 0:
            high = max(1, round(one.count / most * HEIGHT))
            bars.append(f"M{at * STEP} {HEIGHT}v-{high}h{_BAR}v{high}z")
    return Sparkline(width=len(days) * STEP, bars="".join(bars), unseen="".join(unseen), label=_label(days, most))


def _label(days: Sequence[DayCount], most: int) -> str:
    whole, dark = sum(max(0, one.count) for one in days), sum(one.looked is False for one in days)
    values = {"days": len(days), "count": f"{whole:,}", "most": f"{most:,}"}
    if not whole:
        said = gettext("No article in %(days)s days") % values
    else:
        top = next(one.day for one in days if one.count == most)
        said = ngettext(
            "%(count)s article in %(days)s days",
            "%(count)s articles in %(days)s days, most of them on %(day)s: %(most)s",
            whole,
        ) % {**values, "day": top.isoformat()}
    if dark:
        unseen = ngettext("nobody looked on %(dark)s day", "nobody looked on %(dark)s days", dark) % {"dark": dark}
        return f"{said}; {unseen}"
    return said

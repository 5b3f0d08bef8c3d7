"""What the page before named, as small numbers in a step's state: a page that names nothing else is the end of its list.

Many systems answer with the first or last page for any number, and every page has a side bar of today's articles.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from crawler.backfill.channel import Step
from db.models import Link

_MOST = 400
"""Articles remembered of a page."""


def remembered(names: Sequence[str]) -> list[int]:
    """What the next step remembers, as its `seen`, of a page that names these articles, each by its key or by its address."""
    return [_number(name) for name in names[:_MOST]]


def repeats(step: Step, names: Sequence[str]) -> bool:
    """Whether there was a page before, and this one names nothing but what that one named."""
    return isinstance(step.state.get("seen"), list) and _seen(step).issuperset(map(_number, names))


def unseen(step: Step, links: Sequence[Link]) -> list[Link]:
    """The links whose keys the page before did not name."""
    seen = _seen(step)
    return [link for link in links if _number(link.key) not in seen]


def _seen(step: Step) -> frozenset[object]:
    seen = step.state.get("seen")
    return frozenset(seen) if isinstance(seen, list) else frozenset()


def _number(name: str) -> int:
    return zlib.crc32(name.encode())

"""What the page before named, as small numbers in a step's state: a page that names nothing else is the end of its list.

Many systems answer with the first or last page for any number, and every page has a side bar of today's articles.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from crawler.backfill.channel import Step
from db.models import Link

_MOST = 400
"""Links remembered of a page."""


def _number(link: Link) -> int:
    return zlib.crc32(link.key.encode())


def repeats(step: Step, addresses: Sequence[str]) -> bool:
    """Whether a page names nothing but what the page before named, by `addresses_remembered`."""
    seen = step.state.get("seen")
    return isinstance(seen, list) and {zlib.crc32(one.encode()) for one in addresses} <= set(seen)


def addresses_remembered(addresses: Sequence[str]) -> list[int]:
    """What the next step remembers of a page, for `repeats`."""
    return [zlib.crc32(one.encode()) for one in addresses[:_MOST]]


def unseen(step: Step, links: Sequence[Link]) -> list[Link]:
    """The links that the page before did not name."""
    seen = step.state.get("seen")
    known = frozenset(seen) if isinstance(seen, list) else frozenset()
    return [link for link in links if _number(link) not in known]


def remembered(links: Sequence[Link]) -> list[int]:
    """What the next step remembers of this page."""
    return [_number(link) for link in links[:_MOST]]

"""What the pages before named, as small numbers in a step's state: a page that names nothing else is the end of its list.

Many systems answer with the first or last page for any number, or with their stories in another order; every page has a side bar of
today's articles.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from crawler.backfill.channel import Step
from db.models import Link

_MOST = 400
"""Articles remembered of a page."""
_MOST_IN_ALL = 1_000
"""Numbers remembered of all pages of a walk, the last ones: 11 kB in a step's row."""


def remembered(names: Sequence[str]) -> list[int]:
    """What the next step remembers, as its `seen`, of a page that names these articles, each by its key or by its address."""
    return [_number(name) for name in names[:_MOST]]


def remembered_of_walk(step: Step, links: Sequence[Link]) -> list[int]:
    """What the next step remembers of a page of a walk, and of the pages before it."""
    page = remembered([name for link in links for name in (link.key, _story(link))])
    before = [number for number in _seen(step) if isinstance(number, int)]
    return [*dict.fromkeys([*page, *before])][:_MOST_IN_ALL]


def repeats(step: Step, names: Sequence[str]) -> bool:
    """Whether there was a page before, and this one names nothing but what that one named."""
    return isinstance(step.state.get("seen"), list) and frozenset(_seen(step)).issuperset(map(_number, names))


def unseen(step: Step, links: Sequence[Link]) -> list[Link]:
    """The links whose keys the pages before did not name.

    None where these named all the stories of the page, be it under addresses with other parameters (a session's, a time's).
    """
    seen = frozenset(_seen(step))
    stories = {_story(link) for link in links}
    # "Read more" on every link tells no stories apart.
    if len(stories) == len(links) and all(_number(story) in seen for story in stories):
        return []
    return [link for link in links if _number(link.key) not in seen]


def _story(link: Link) -> str:
    return f"{link.key.partition('?')[0]} {link.title}" if link.title and "?" in link.key else link.key


def _seen(step: Step) -> Sequence[object]:
    seen = step.state.get("seen")
    return seen if isinstance(seen, list) else ()


def _number(name: str) -> int:
    return zlib.crc32(name.encode())

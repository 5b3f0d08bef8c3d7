"""Chooses which sitemaps of an index a crawl reads. Pure.

An index may name a thousand archives, few of which change. Where it states when each was last changed, that decides. Otherwise past
crawls decide, in this order:

    changed    named new articles when it was read again: the likeliest place for the next ones
    ends       the highest and the lowest number or date in its name: numbered sitemaps grow at one end
    unread     never read: some in each crawl, so that all are known after a while
    the rest   the least recently read first
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from crawler.discover.listings.listing import SitemapChild
from db.store.sites.sitemap_readings import PastReading

# Sitemaps of other things than articles.
_OTHER = re.compile(
    r"(?:tag|categor|taxonom|author|user|page|image|video|product|section|topic|attachment|static|local|misc)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d{1,12}")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def choose_children(children: Sequence[SitemapChild], past: Mapping[str, PastReading], most: int) -> list[SitemapChild]:
    """Choose at most `most` of an index's sitemaps, those likeliest to name new articles first."""
    chosen: dict[str, SitemapChild] = {}

    def take(some: Iterable[SitemapChild], up_to: int = most) -> None:
        for child in some:
            if len(chosen) >= min(up_to, most):
                return
            chosen.setdefault(child.url, child)

    dated = [child for child in children if child.modified]
    take(
        sorted(
            (child for child in dated if _has_changed(child, past)),
            key=lambda child: child.modified or _LONG_AGO,
            reverse=True,
        )
    )
    # Some systems never update the times they state: one more each time, the least recently read first.
    stale = [child for child in dated if child.url not in chosen and child.url in past]
    stale.sort(key=lambda child: past[child.url].read_at)
    take(stale, len(chosen) + 1)
    undated = [child for child in children if not child.modified]
    changed = [child for child in undated if child.url in past and past[child.url].changed_at]
    take(
        sorted(changed, key=lambda child: past[child.url].changed_at or _LONG_AGO, reverse=True), len(chosen) + most - 2
    )
    likeliest = sorted(undated, key=_likelihood, reverse=True)
    likely = [child for child in likeliest if not _OTHER.search(_name(child.url))] or likeliest
    take([*likely[:1], *likely[-1:]], len(chosen) + 2)
    take(child for child in likeliest if child.url not in past)
    take(sorted((child for child in undated if child.url in past), key=lambda child: past[child.url].read_at))
    return list(chosen.values())


def _has_changed(child: SitemapChild, past: Mapping[str, PastReading]) -> bool:
    """Whether a dated sitemap may hold something new. A bare day counts as its midnight, so it is read again on that day."""
    before = past.get(child.url)
    return before is None or child.modified is None or child.modified.date() >= before.read_at.astimezone(UTC).date()


def _likelihood(child: SitemapChild) -> tuple[bool, list[int]]:
    name = _name(child.url)
    return not _OTHER.search(name), [int(number) for number in _NUMBER.findall(name)]


def is_of_articles(url: str) -> bool:
    """Whether a sitemap may list articles, by its name: not one of tags, authors, pictures, ..."""
    return not _OTHER.search(_name(url))


def _name(url: str) -> str:
    return url.partition("://")[2].partition("/")[2]

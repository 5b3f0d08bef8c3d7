"""The site's own sitemaps: those of robots.txt and known ones, with all children of their indexes that may be of the time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from crawler.backfill.channel import BackfillScope, ChannelAnswer, ChannelRate, PastLink, Step, StepResult
from crawler.backfill.past_times import may_hold, month_of
from crawler.backfill.statuses import refusal_of
from crawler.discover.addresses.address_dates import dates_in
from crawler.discover.sitemaps.read_sitemap import read_sitemap, sitemaps_in_robots
from crawler.discover.sitemaps.sitemap_children import is_of_articles
from crawler.discover.well_known import well_known_sitemaps
from db.models import ListingKind
from pipelines.urls import clean_url

_KINDS = frozenset({ListingKind.SITEMAP, ListingKind.NEWS_SITEMAP})
_MOST_DEPTH = 3
"""Indexes of indexes that are followed."""
_NEWS = re.compile(r"news|googlenews", re.IGNORECASE)


class SitemapChannel:
    """robots.txt names sitemaps, these name sitemaps or articles."""

    name: ClassVar[str] = "sitemap"
    rate: ClassVar[ChannelRate | None] = None

    def first_steps(self, scope: BackfillScope) -> Sequence[Step]:
        """robots.txt, and the sitemaps that the source is known to have."""
        robots = clean_url("/robots.txt", scope.home)
        known = [listing.url for listing in scope.listings if listing.kind in _KINDS]
        state = {"known": bool(known)}
        first = [Step(channel=self.name, url=robots, state={"robots": True} | state)] if robots else []
        return [*first, *(self._step(url, 0) for url in known)]

    def read(self, scope: BackfillScope, step: Step, answer: ChannelAnswer) -> StepResult:
        """What robots.txt or a sitemap names."""
        if step.state.get("robots"):
            return self._read_robots(scope, step, answer)
        if refused := refusal_of(answer):
            return StepResult(trouble=refused)
        listing = read_sitemap(answer.body, answer.url, answer.headers.get("Content-Type"))
        depth = int(str(step.state.get("depth", 0)))
        steps = [
            self._step(child.url, depth + 1)
            for child in listing.children
            if depth < _MOST_DEPTH
            and is_of_articles(child.url)
            and may_hold(child.url, scope.since, scope.until)
            and (child.modified is None or child.modified >= scope.since)
        ]
        links = [PastLink.of(link) for link in listing.links]
        nothing = not listing.links and not listing.children
        return StepResult(links=links, next_steps=steps, trouble=listing.note if nothing else None)

    def _read_robots(self, scope: BackfillScope, step: Step, answer: ChannelAnswer) -> StepResult:
        text = answer.body.decode("utf-8", "replace") if answer.status == 200 else ""
        named = sitemaps_in_robots(text, answer.url)
        if not named and not step.state.get("known"):
            # News sitemaps hold two days.
            named = tuple(url for url in well_known_sitemaps(scope.home) if not _NEWS.search(url))
        return StepResult(next_steps=[self._step(url, 0) for url in named if may_hold(url, scope.since, scope.until)])

    def _step(self, url: str, depth: int) -> Step:
        span = dates_in(url)
        month = month_of(span[0]) if span and (span[1] - span[0]).days <= 31 else None
        return Step(channel=self.name, url=url, month=month, state={"depth": depth})

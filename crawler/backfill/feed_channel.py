"""Feeds that go back: pages of older items (RFC 5005 `prev-archive`, `next`), WordPress's `?paged=`, Blogger's `start-index`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from crawler.backfill.channel import BackfillScope, ChannelAnswer, ChannelRate, PastLink, Step, StepResult
from crawler.backfill.list_memory import remembered, unseen
from crawler.backfill.statuses import refusal_of
from crawler.discover.feeds.older_items import older_items_url
from crawler.discover.feeds.read_feed import read_feed
from crawler.discover.well_known import well_known_feeds
from db.models import ListingKind

_MOST_FEEDS = 6
"""Feeds of a source that are followed. Sites name one for each section; the first few are the main ones."""
_GUESSED = 2
"""Well-known addresses that are tried where no feed is known."""


class FeedChannel:
    """Walks each feed back, page by page, until a page brings nothing new or all its items are too old."""

    name: ClassVar[str] = "feed"
    rate: ClassVar[ChannelRate | None] = None

    def first_steps(self, scope: BackfillScope) -> Sequence[Step]:
        """The source's feeds, or well-known addresses."""
        known = [listing.url for listing in scope.listings if listing.kind is ListingKind.FEED][:_MOST_FEEDS]
        return [self._step(url, page=1) for url in known or well_known_feeds(scope.home)[:_GUESSED]]

    def read(self, scope: BackfillScope, step: Step, answer: ChannelAnswer) -> StepResult:
        """The items, and the page of older ones."""
        page = int(str(step.state.get("page", 1)))
        if refused := refusal_of(answer):
            return StepResult(trouble=refused if page == 1 else None)
        listing = read_feed(answer.body, answer.url, answer.headers.get("Content-Type"))
        if not listing.links:
            return StepResult(trouble=listing.note if page == 1 else None)
        links = [PastLink.of(link) for link in listing.links]
        times = [link.published for link in listing.links if link.published]
        is_past = bool(times) and max(times) < scope.since
        if is_past or not unseen(step, listing.links):
            return StepResult(links=links)
        items = int(str(step.state.get("items", 0))) + len(links)
        following = older_items_url(listing, answer.url, page, items)
        seen = remembered([link.key for link in listing.links])
        older = self._step(following, page=page + 1, seen=seen, items=items)
        return StepResult(links=links, next_steps=[older])

    def _step(self, url: str, *, page: int, seen: Sequence[int] = (), items: int = 0) -> Step:
        return Step(channel=self.name, url=url, state={"page": page, "seen": list(seen), "items": items})

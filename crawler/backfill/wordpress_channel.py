"""WordPress's JSON interface: all posts by date, 100 at a time, newest first.

The cursor is the date of the oldest post seen (`before`), in the site's local time as the interface states and compares it. Posts
that share their second with the cursor are asked for again, since `before` leaves out the second itself; where one second holds a
whole page of posts (an import), pages are counted instead. Sites that forbid `/wp-json/` often answer `?rest_route=`.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode

from crawler.backfill.channel import JSON, BackfillScope, ChannelAnswer, ChannelRate, PastLink, Step, StepResult
from crawler.backfill.list_memory import remembered, repeats
from crawler.backfill.statuses import refusal_of
from crawler.discover.listings.json_text import json_value
from crawler.discover.wordpress import time_in_gmt
from db.models import LinkKind
from pipelines.urls import clean_url

PER_PAGE = 100
"""The most that WordPress gives at once."""
_FIELDS = "id,link,date,date_gmt,modified_gmt,title"
_SLACK = timedelta(days=1)
"""The site's local time is at most 14 hours from UTC. What is outside is left out by `date_gmt`."""


class WordPressChannel:
    """`/wp-json/wp/v2/posts`, or `?rest_route=/wp/v2/posts`."""

    name: ClassVar[str] = "wordpress"
    rate: ClassVar[ChannelRate | None] = None

    def first_steps(self, scope: BackfillScope) -> Sequence[Step]:
        """The newest posts of the time."""
        before = (scope.until + _SLACK).strftime("%Y-%m-%dT%H:%M:%S")
        return [self._step(scope, route="wp-json", before=before, page=1)]

    def read(self, scope: BackfillScope, step: Step, answer: ChannelAnswer) -> StepResult:
        """The posts, and the step for those before them."""
        posts = _posts(answer)
        route, page = str(step.state.get("route")), int(str(step.state.get("page", 1)))
        before = str(step.state.get("before"))
        if posts is None:
            if page > 1 and answer.status == 400:
                return StepResult()  # there are no more pages
            if route == "wp-json" and step.state.get("first"):
                other = self._step(scope, route="rest_route", before=before, page=1)
                return StepResult(next_steps=[replace(other, state={**other.state, "refused": _refusal(answer)})])
            return StepResult(trouble=str(step.state.get("refused") or _refusal(answer)))
        links = [link for post in posts if (link := _link(post)) is not None]
        if len(posts) < PER_PAGE:
            return StepResult(links=links)
        addresses = [str(post["link"]) for post in posts]
        if page > 1 and repeats(step, addresses):  # page 1 is asked for again where posts share the cursor's second
            return StepResult(links=links, trouble="it gives the same posts again, whatever it is asked for")
        oldest = min(str(post.get("date")) for post in posts)
        try:
            cursor = (datetime.fromisoformat(oldest).replace(tzinfo=None) + timedelta(seconds=1)).isoformat()
        except ValueError:
            return StepResult(links=links, trouble=f"a post's date cannot be read: {oldest[:30]}")
        if cursor >= before:
            following = self._step(scope, route=route, before=before, page=page + 1)
        else:
            following = self._step(scope, route=route, before=cursor, page=1)
        seen: JSON = remembered(addresses)
        return StepResult(links=links, next_steps=[replace(following, state={**following.state, "seen": seen})])

    def _step(self, scope: BackfillScope, *, route: str, before: str, page: int) -> Step:
        after = (scope.since - _SLACK).strftime("%Y-%m-%dT%H:%M:%S")
        asked = {"per_page": PER_PAGE, "orderby": "date", "order": "desc", "before": before, "after": after}
        asked |= {"_fields": _FIELDS} | ({"page": page} if page > 1 else {})
        query = urlencode(asked, safe=":,")
        path = f"/wp-json/wp/v2/posts?{query}" if route == "wp-json" else f"/?rest_route=/wp/v2/posts&{query}"
        first = before == (scope.until + _SLACK).strftime("%Y-%m-%dT%H:%M:%S") and page == 1
        state: dict[str, JSON] = {"route": route, "before": before, "page": page, "first": first}
        return Step(
            channel=self.name,
            url=clean_url(path, scope.home) or path,
            state=state,
            month=before[:7] if not first else None,
        )


def _refusal(answer: ChannelAnswer) -> str:
    return refusal_of(answer) or "the answer is not WordPress's list of posts"


def _posts(answer: ChannelAnswer) -> list[dict[str, Any]] | None:
    if answer.status != 200:
        return None
    document = json_value(answer.body.decode("utf-8", "replace"))
    if not isinstance(document, list) or not all(isinstance(one, dict) and one.get("link") for one in document):
        return None
    return document


def _link(post: dict[str, Any]) -> PastLink | None:
    title = post.get("title")
    words = title.get("rendered") if isinstance(title, dict) else None
    published = time_in_gmt(post.get("date_gmt"))
    return PastLink(
        url=str(post["link"]),
        title=html.unescape(words)[:500] if isinstance(words, str) and "<" not in words else None,
        published=published,
        modified=time_in_gmt(post.get("modified_gmt")),
        kind=LinkKind.JSON_LIST,
    )

"""Dated archive pages, numbered lists and JSON lists: by templates of the site's rules, or by what the site's pages show.

    home page ──> link to "archive" ──> dated links ──> template ──> one page after the other, newest first
              └─> sections, if there is none ──> the link to the page after (`numbered_pages`) ──> the link to the page after it

A walk ends at the beginning of the time asked for, or where its pages name nothing new (`MOST_EMPTY`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, ClassVar

from crawler.backfill.archive_templates import (
    ARCHIVE_WORD,
    before,
    dated_templates,
    fill,
    first_day,
    unit_of,
)
from crawler.backfill.channel import JSON, BackfillScope, ChannelAnswer, ChannelRate, PastLink, Step, StepResult
from crawler.backfill.list_memory import remembered_of_walk, unseen
from crawler.backfill.past_times import midnight, month_of
from crawler.backfill.statuses import refusal_of
from crawler.discover.addresses.address_dates import dates_in
from crawler.discover.declared_lists.html_lists import read_html_list
from crawler.discover.declared_lists.json_lists import read_json_list
from crawler.discover.front_pages.numbered_pages import page_after
from crawler.discover.front_pages.page_sections import MAX_SECTIONS
from crawler.discover.front_pages.read_front_page import parse_page, read_front_page
from crawler.discover.listings.listing import ParsedListing
from db.models import Link, Listing, ListingKind
from db.site_rules.models import HtmlList, JsonList
from pipelines.urls import clean_url, same_site

MOST_EMPTY = {"day": 31, "month": 6, "year": 2}
"""Days, months, years in a row without articles after which an archive is taken to begin there: a newspaper rests in summer, and
systems answer for any date."""
_MOST_PAGES = 200
"""Pages of one day, month or year."""
_MOST_NUMBERED = 20_000
"""Pages of one numbered list."""
_NOTHING = (
    "neither the home page nor a section leads to past articles; name an archive by `archives` in the site's rules"
)


class ArchivePagesChannel:
    """Walks lists of past articles, page by page."""

    name: ClassVar[str] = "archive_pages"
    rate: ClassVar[ChannelRate | None] = None

    def first_steps(self, scope: BackfillScope) -> Sequence[Step]:
        """The newest page of each list of the site's rules; without any, the home page, which may link an archive."""
        templates = scope.site.archives if scope.site else ()
        rules = [number for number, rule in enumerate(scope.site.lists if scope.site else ()) if "{page}" in rule.url]
        steps = [self._begin(scope, template) for template in templates]
        steps += [self._of_rule(scope, number, 0, ()) for number in rules]
        return steps or [Step(channel=self.name, url=clean_url("/", scope.home) or scope.home, state={"find": 1})]

    def read(self, scope: BackfillScope, step: Step, answer: ChannelAnswer) -> StepResult:
        """The articles of a page, and the page before it."""
        if answer.status not in (200, 404, 410) or (step.state.get("find") and answer.status != 200):
            sections: Any = step.state.get("sections", ())
            return StepResult(next_steps=self._of_sections(sections), trouble=refusal_of(answer))
        if step.state.get("find"):
            return self._find(scope, step, answer)
        listing = self._listing(scope, step, answer)
        new = unseen(step, listing.links)
        following = self._following(scope, step, answer, listing, new)
        # Much that looks like a section is none, which says nothing of the others.
        ends_in_vain = not following and not new and not step.state.get("seen") and not step.state.get("section")
        return StepResult(
            links=[PastLink.of(link) for link in new],
            next_steps=following,
            trouble="its pages name no articles" if ends_in_vain else None,
        )

    def _find(self, scope: BackfillScope, step: Step, answer: ChannelAnswer) -> StepResult:
        """The archive by date that a page links; else the list of which it is the first page, and the sections."""
        root = parse_page(answer.body, answer.headers.get("Content-Type"))
        addresses = (
            [url for a in root.iter("a") if (url := clean_url(a.get("href") or "", answer.url))]
            if root is not None
            else []
        )
        own = [url for url in dict.fromkeys(addresses) if same_site(url, scope.home)]
        dated = dated_templates(own)[:1]
        if dated:
            return StepResult(next_steps=[self._begin(scope, dated[0].template, dated[0].newest)])
        listing = read_front_page(answer.body, answer.url, answer.headers.get("Content-Type"), scope.site)
        # What the home page alone names is for crawls.
        following = self._following(scope, step, answer, listing, listing.links)
        links = [PastLink.of(link) for link in listing.links] if following else []
        sections: Any = step.state.get("sections") or _sections(scope, listing.listings)
        if step.state.get("find") == 1:
            named = [url for url in own if ARCHIVE_WORD.search(url.partition("://")[2].partition("/")[2])]
            if named:
                archive = Step(channel=self.name, url=named[0], state={"find": 2, "sections": sections})
                return StepResult(links=links, next_steps=[*following, archive])
        steps = [*following, *self._of_sections(sections)]
        return StepResult(links=links, next_steps=steps, trouble=None if following else _NOTHING)

    def _of_sections(self, sections: Sequence[str]) -> list[Step]:
        return [Step(channel=self.name, url=url, state={"section": True, "page": 1}) for url in sections]

    def _begin(self, scope: BackfillScope, template: str, newest: date | None = None) -> Step:
        """The first page of a walk: the end of the time asked for, or the newest page that the site links, if that is earlier."""
        last = (scope.until - timedelta(seconds=1)).date()
        return self._page(template, min(last, newest or last) if unit_of(template) else None, 1)

    def _page(self, template: str, day: date | None, page: int, *, empty: int = 0, seen: Sequence[int] = ()) -> Step:
        state: dict[str, JSON] = {"template": template, "page": page, "empty": empty, "seen": list(seen)}
        if day is not None:
            state["day"] = day.isoformat()
        month = month_of(day) if unit_of(template) in ("day", "month") else None
        return Step(channel=self.name, url=fill(template, day, page), state=state, month=month)

    def _of_rule(self, scope: BackfillScope, number: int, page: int, seen: Sequence[int]) -> Step:
        assert scope.site is not None
        rule = scope.site.lists[number]
        url = rule.url.replace("{page}", str(rule.first_page + page))
        return Step(channel=self.name, url=url, state={"rule": number, "page": page, "seen": list(seen)})

    def _listing(self, scope: BackfillScope, step: Step, answer: ChannelAnswer) -> ParsedListing:
        content_type = answer.headers.get("Content-Type")
        if (number := step.state.get("rule")) is not None and scope.site is not None:
            rule = scope.site.lists[int(str(number))]
            if isinstance(rule, HtmlList):
                return read_html_list(answer.body, rule, scope.site, answer.url, content_type)
            assert isinstance(rule, JsonList)
            return read_json_list(answer.body, rule, scope.site, answer.url, content_type)
        body = answer.body if answer.status == 200 else b""
        return read_front_page(body, answer.url, content_type, scope.site)

    def _following(
        self, scope: BackfillScope, step: Step, answer: ChannelAnswer, listing: ParsedListing, new: Sequence[Link]
    ) -> list[Step]:
        state: Any = step.state
        page, memory = int(state.get("page", 1)), remembered_of_walk(step, listing.links)
        template, day = state.get("template"), date.fromisoformat(state["day"]) if "day" in state else None
        if day is None:
            if not new or page >= _MOST_NUMBERED or _all_before(scope, new):
                return []
            if "rule" in state:
                return [self._of_rule(scope, int(state["rule"]), page + 1, memory)]
            if template:
                return [self._page(template, None, page + 1, seen=memory)]
            root = parse_page(answer.body, answer.headers.get("Content-Type"))
            after = page_after(root, answer.url, page, listing.pages) if root is not None else None
            following: dict[str, JSON] = {"section": True, "page": page + 1, "seen": memory}
            return [Step(channel=self.name, url=after, state=following)] if after else []
        unit = unit_of(template) or "day"
        if new and "{page}" in template and page < _MOST_PAGES:
            return [self._page(template, day, page + 1, seen=memory)]
        if new and listing.pages and page < _MOST_PAGES:
            return [
                Step(
                    channel=self.name,
                    url=listing.pages[0],
                    month=step.month,
                    state=state | {"page": page + 1, "seen": memory},
                )
            ]
        empty = 0 if new or page > 1 else int(state.get("empty", 0)) + 1
        earlier = before(day, unit)
        if midnight(first_day(earlier, unit)) + _span(unit) <= scope.since or empty >= MOST_EMPTY[unit]:
            return []
        return [self._page(template, earlier, 1, empty=empty, seen=memory)]


def _sections(scope: BackfillScope, named: Sequence[Listing]) -> list[str]:
    """The sections that the source is known to have, and those that its page names."""
    home = [scope.home] if scope.home.partition("://")[2].partition("/")[2] else []
    sections = [one.url for one in (*scope.listings, *named) if one.kind is ListingKind.SECTION]
    return [*dict.fromkeys([*home, *sections])][:MAX_SECTIONS]


def _span(unit: str) -> timedelta:
    # A day more: the site's day begins up to half a day before or after UTC's.
    return timedelta(days={"day": 2, "month": 32, "year": 367}[unit])


def _all_before(scope: BackfillScope, links: Sequence[Link]) -> bool:
    """Whether all links say that they are older than what is asked for."""
    for link in links:
        span = dates_in(link.url)
        at = link.published or (midnight(span[1] + timedelta(days=1)) if span else None)
        if at is None or at >= scope.since:
            return False
    return bool(links)

"""What an answer is that names no article: a challenge, a consent page, a page that a script draws, something else in its place.

The readers of listings say only that there is nothing in it. Whether it is a notice is judged as for every page
(`pipelines.extraction.notices`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from crawler.discover.well_known import classify
from db.models import ListingKind, Page, Reason, Rejection
from db.site_rules.loader import Sites

# Headers by which guards mark a challenge. Values match in full; "" stands for any.
CHALLENGE_HEADERS: tuple[tuple[str, str], ...] = (
    ("Cf-Mitigated", "challenge"),
    ("X-Amzn-Waf-Action", "challenge|captcha"),
    ("X-Sucuri-Block", ""),
)
# Statuses whose body may be a challenge or a login, though they are errors.
WORTH_READING = frozenset({202, 401, 403, 405, 406, 429, 451, 503})
# What a page may be in place of a listing. A listing is a list, and what is merely no article is no notice.
_NOTICES = frozenset(
    {
        Reason.CHALLENGE, Reason.CONSENT, Reason.BLOCKED, Reason.UNAVAILABLE, Reason.PARKED, Reason.LOGIN, Reason.PAYWALL,
        Reason.INTERSTITIAL,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDescription:
    """What an answer is. The fields but `form` are None where nothing shows it.

    `form`: as in `db.store.sites.listing_readings.ListingReading`.
    """

    form: str
    notice: str | None = None
    detail: str | None = None
    script: str | None = None


def challenge_sign(headers: Mapping[str, str]) -> str | None:
    """The header that marks an answer as a challenge, as written."""
    lowered = {name.lower(): value for name, value in headers.items()}
    for name, pattern in CHALLENGE_HEADERS:
        value = lowered.get(name.lower())
        if value is not None and (not pattern or re.fullmatch(pattern, value.strip(), re.IGNORECASE)):
            return f"{name.lower()}: {value.strip()[:80]}"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeAnswer:
    """An answer that names no article (`crawler.parsing.parser.ParseTask`)."""

    body: bytes
    url: str
    final_url: str | None
    content_type: str | None

    @property
    def size(self) -> int:
        return len(self.body)

    def parse(self, sites: Sites) -> AnswerDescription:
        """What it is."""
        # The crawl itself reads no pages: only its worker processes load what that takes.
        from crawler.discover.pages.script_pages import drawn_by_script
        from pipelines.extraction.extract import extract

        if not self.body.strip():
            return AnswerDescription(form="empty")
        form = form_of(self.body, self.content_type, self.final_url or self.url)
        if form != "page":
            return AnswerDescription(form=form)
        # Judged as a page of its own: the address of a front page says nothing of what is on it.
        outcome = extract(Page(body=self.body, url=self.url, final_url=self.final_url), sites)
        if isinstance(outcome, Rejection) and outcome.reason in _NOTICES:
            return AnswerDescription(form=form, notice=outcome.reason.value, detail=outcome.detail)
        return AnswerDescription(form=form, script=drawn_by_script(self.body, self.content_type))


def form_of(body: bytes, content_type: str | None, url: str) -> str:
    """What a body is."""
    kind = classify(body, content_type, url)
    if kind in (ListingKind.FRONT_PAGE, ListingKind.SECTION):
        return "page"
    if kind is not None:
        return kind.value
    return "json" if body.lstrip()[:1] in (b"{", b"[") else "other"

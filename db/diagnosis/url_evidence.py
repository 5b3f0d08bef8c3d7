"""What is known of one address. Filled from rows; `url_ladder` decides on it and on nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEvidence:
    """A link. `first_at`: when it was first fetched; `failures`: failed requests since. `twin`: the link that it is a variant
    of.
    """

    url: str
    source: str
    kind: str
    found_in: str | None
    found_at: str
    title: str | None
    published: str | None
    first_at: datetime | None
    last_at: datetime | None
    failures: int
    twin: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchEvidence:
    """One request of the address."""

    started_at: str
    status: int | None
    error: str | None
    final_url: str | None
    duration_ms: int | None
    bytes: int | None
    page_id: int | None
    failed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageEvidence:
    """What became of its page. `provenance`: by field, how it was found. `original`: the article that it is a copy of."""

    page_id: int
    url: str
    fetched_at: str
    reason: str | None
    detail: str
    is_article: bool
    title: str = ""
    provenance: dict[str, str] = field(default_factory=dict)
    article_id: int | None = None
    verdict: str = ""
    revision: int | None = None
    revisions: int = 0
    original: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlEvidence:
    """All that is known of an address. `given`: as asked for; `url`: as it would be fetched; `key`: what identifies it.

    `source`: the source on whose site it is, None where there is none. `refusal`: why its form speaks against an article.
    `near`: known addresses that resemble it. `robots_line`: the line of robots.txt that forbids it. `retries`: how often a
    failed link is tried again.
    """

    given: str
    url: str
    key: str
    now: datetime
    link: LinkEvidence | None = None
    fetches: tuple[FetchEvidence, ...] = ()
    page: PageEvidence | None = None
    source: str | None = None
    refusal: str | None = None
    near: tuple[str, ...] = ()
    robots_line: str | None = None
    retries: int = 3
    hold_until: datetime | None = None

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
class AddressAnswer:
    """What the address answered when it was asked just now. `error`: why there is no answer, as half a sentence.

    `challenge`: the header that marks a challenge. `reason`: why the answer is no article, with its `detail`; None for an
    article, which has `title` and `words`. `compared_with`: the stored page that it was compared with, None where there is none
    with a body; `changed`: the fields that are read differently, and `markup` the lines of a diff.
    """

    error: str | None = None
    status: int | None = None
    final_url: str | None = None
    content_type: str | None = None
    bytes: int = 0
    challenge: str | None = None
    reason: str | None = None
    detail: str = ""
    title: str = ""
    words: int = 0
    compared_with: int | None = None
    is_same: bool = False
    changed: tuple[str, ...] = ()
    markup: tuple[str, ...] = ()
    was_drawn: bool = False
    """Whether a browser drew the stored page: its text may be missing in what is received."""

    @property
    def is_article(self) -> bool:
        """Whether an article was read from it."""
        return self.error is None and self.reason is None


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlEvidence:
    """All that is known of an address. `given`: as asked for; `url`: as it would be fetched; `key`: what identifies it.

    `source`: the source on whose site it is, None where there is none. `refusal`: why its form speaks against an article;
    `outside`: the setting `only` of its source leaves it out; `excluded`: the site's rules exclude it.
    `near`: known addresses that resemble it. `robots_line`: the line of robots.txt that forbids it. `retries`: how often a
    failed link is tried again. `answer`: what it answered just now, None where it was not asked.
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
    outside: bool = False
    excluded: bool = False
    near: tuple[str, ...] = ()
    robots_line: str | None = None
    retries: int = 3
    hold_until: datetime | None = None
    answer: AddressAnswer | None = None

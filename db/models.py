"""The trade's nouns: what the packages hand each other. Frozen, keyword-only, no behaviour beyond checking themselves.

Facts:    Source --lists--> Link --fetched as--> Page (address, time, headers, body)
Derived:  Page --extract--> Article | Rejection --settle--> Decision

Every datetime is aware: a naive one is refused where it enters (`ValueError`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


def _require_aware(owner: str, **moments: datetime | None) -> None:
    for name, value in moments.items():
        if value is not None and value.utcoffset() is None:
            raise ValueError(f"{owner}.{name} must carry a UTC offset, got the naive {value.isoformat()}")


class Precision(StrEnum):
    """How exactly a page states a time. Finer parts of `Moment.at` are zero and mean nothing."""

    DAY = "day"
    MINUTE = "minute"
    SECOND = "second"


class OffsetFrom(StrEnum):
    """Who says which UTC offset a page's wall clock has, from best to weakest."""

    PAGE = "page"
    SITE = "site"
    COUNTRY = "country"
    LANGUAGE = "language"
    UNKNOWN = "unknown"
    """Nobody does: `Moment.at` carries UTC as a stand-in and `Moment.iso` leaves the offset out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time as a page gives it: aware, with its precision and the origin of its offset."""

    at: datetime
    precision: Precision
    offset_from: OffsetFrom = OffsetFrom.PAGE

    def __post_init__(self) -> None:
        _require_aware("Moment", at=self.at)

    @property
    def iso(self) -> str:
        """ISO 8601: `2024-03-05`, `2024-03-05T14:30+08:00` or `2024-03-05T14:30:05+08:00`; no offset where UNKNOWN."""
        if self.precision is Precision.DAY:
            return self.at.date().isoformat()
        wall = self.at.replace(tzinfo=None) if self.offset_from is OffsetFrom.UNKNOWN else self.at
        return wall.isoformat(timespec="minutes" if self.precision is Precision.MINUTE else "seconds")


class LinkKind(StrEnum):
    """Where a link to an article was found."""

    FEED = "feed"
    NEWS_SITEMAP = "news-sitemap"
    SITEMAP = "sitemap"
    FRONT_PAGE = "front-page"
    SECTION = "section"
    JSON_LIST = "json-list"
    HTML_LIST = "html-list"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One address of an article, with what the listing said about it.

    `url` is what to fetch, as published (fragment dropped); `key` is its identity (`pipelines.urls.link_key`):
    two links with one key are the same article and are fetched once.
    """

    url: str
    key: str
    kind: LinkKind
    found_in: str | None = None
    title: str | None = None
    published: datetime | None = None
    modified: datetime | None = None
    author: str | None = None
    section: str | None = None

    def __post_init__(self) -> None:
        _require_aware("Link", published=self.published, modified=self.modified)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One fetched page: everything `extract` may know.

    `body` is the bytes as received after Content-Encoding is undone. `fetched_at` is the only clock extraction has;
    None means unknown (a file from disk), and then no relative date ("3 hours ago") can be read. `hint` is the link that led
    here, if any: its title and times serve where the page itself is silent. `parts` are the bodies of the further pages of the
    same article, in order, where they were fetched (setting `follow_pages`).
    """

    body: bytes = field(repr=False)
    url: str | None = None
    final_url: str | None = None
    fetched_at: datetime | None = None
    status: int = 200
    content_type: str | None = None
    hint: Link | None = None
    parts: tuple[bytes, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        _require_aware("Page", fetched_at=self.fetched_at)

    @property
    def address(self) -> str | None:
        """Where the page really is: after redirects, else as asked for."""
        return self.final_url or self.url


class Reason(StrEnum):
    """Why a page is not an article. A page ends in an article or in exactly one of these."""

    NOT_FOUND = "not_found"
    """The server answered 4xx or 5xx with a body that was kept."""
    NOT_HTML = "not_html"
    TOO_BIG = "too_big"
    EMPTY = "empty"
    NO_TEXT = "no_text"
    TOO_SHORT = "too_short"
    NOT_ARTICLE = "not_article"
    """A front page, or a page without any headline."""
    LIST = "list"
    """A section, topic, search or collection: teasers of other pages."""
    CONSENT = "consent"
    """The site asks for consent first."""
    CHALLENGE = "challenge"
    """The site, or who guards it, takes the crawler for a robot: a check, a captcha, "access denied"."""
    LOGIN = "login"
    """A form to log in or register stands in place of the article."""
    PAYWALL = "paywall"
    """Nothing of the text is on the page. An open beginning is an article with `paywalled` set."""
    SOFT_404 = "soft_404"
    """The page says that there is none, and was served as if there were one."""
    UNAVAILABLE = "unavailable"
    """Maintenance, construction, an error of the server, served as a page."""
    BLOCKED = "blocked"
    """Not for readers of this country."""
    PARKED = "parked"
    """The domain is for sale, expired, or shows what its host has put there."""
    INTERSTITIAL = "interstitial"
    """A redirect by hand, a call for another browser, script, app, or for advertisements."""
    REPEATED = "repeated"
    """Read as an article, and no article among the others of its site: the same text stands where listings promise others."""
    UNDECODABLE = "undecodable"
    TOO_SLOW = "too_slow"
    """Extraction passed its time limit and was stopped."""
    CRASHED = "crashed"
    """Extraction raised, or its process died; `detail` holds the traceback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A page that is not an article, and why. `detail` is for a person: a sentence or a traceback."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A picture of the article's own body."""

    url: str
    alt: str | None = None
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a careful reader sees on one page.

    `text` holds paragraphs divided by one newline. `provenance` says for each field that is set how it was found
    ("json-ld", "meta", "byline", "credit line", "site rule", "hint", ...). Absent fields are None or empty.
    """

    url: str | None
    title: str
    text: str
    canonical_url: str | None = None
    subtitle: str | None = None
    published: Moment | None = None
    modified: Moment | None = None
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    proofreaders: tuple[str, ...] = ()
    source: str | None = None
    original_source: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    description: str | None = None
    images: tuple[Image, ...] = ()
    paywalled: bool = False
    comment_count: int | None = None
    word_count: int = 0
    provenance: Mapping[str, str] = field(default_factory=dict)


Outcome = Article | Rejection


class Verdict(StrEnum):
    """What `settle` makes of an article page."""

    NEW = "new"
    REVISION = "revision"
    """The same address with changed text."""
    SAME = "same"
    """The same address, or another address of the same page, with the same text."""
    COPY = "copy"
    """The same text under another address: a reprint."""
    NOTICE = "notice"
    """No article: the text stands at several addresses where the site's listings promise others (`Reason.REPEATED`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one page is among the others.

    `article_id` is the page that the article at this address began with; `original_id` the page of which it is a copy
    (itself where it is none). Both are page ids.
    """

    page_id: int
    verdict: Verdict
    article_id: int
    original_id: int
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A site that is crawled. `settings` holds what was set for this source alone, by setting name.

    One that is paused (`paused_at`) is crawled only where it is named.
    """

    id: int
    name: str
    url: str
    added_at: datetime
    settings: Mapping[str, object] = field(default_factory=dict)
    paused_at: datetime | None = None

    def __post_init__(self) -> None:
        _require_aware("Source", added_at=self.added_at, paused_at=self.paused_at)


class ListingKind(StrEnum):
    """A place of a source that lists articles."""

    FEED = "feed"
    NEWS_SITEMAP = "news-sitemap"
    SITEMAP = "sitemap"
    FRONT_PAGE = "front-page"
    SECTION = "section"
    JSON_LIST = "json-list"
    HTML_LIST = "html-list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One listing of a source, as discovery found it: where, what kind, what it calls itself."""

    url: str
    kind: ListingKind
    title: str | None = None

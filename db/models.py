"""The domain model: what the packages pass to each other. Frozen, keyword-only dataclasses that only validate
themselves.

Facts:    Source --lists--> Link --fetched as--> Page (address, time, headers, body)

Derived:  Page --extract--> Article | Rejection --settle--> Decision

Every datetime is aware: a naive one raises ValueError.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


def _require_aware(owner: str, **moments: datetime | None) -> None:
    for name, value in moments.items():
        if value is not None and value.utcoffset() is None:
            raise ValueError(f"{owner}.{name} must carry a UTC offset, got the naive {value.isoformat()}")


class Precision(StrEnum):
    """The precision of a time that a page states. Finer parts of `Moment.at` are zero and carry no information."""

    DAY = "day"
    MINUTE = "minute"
    SECOND = "second"


class OffsetFrom(StrEnum):
    """Where the UTC offset of a time on a page comes from, best first."""

    PAGE = "page"
    SITE = "site"
    COUNTRY = "country"
    LANGUAGE = "language"
    UNKNOWN = "unknown"
    """Not known: `Moment.at` uses UTC as a placeholder and `Moment.iso` omits the offset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time as stated on a page: aware, with its precision and the origin of its offset."""

    at: datetime
    precision: Precision
    offset_from: OffsetFrom = OffsetFrom.PAGE

    def __post_init__(self) -> None:
        _require_aware("Moment", at=self.at)

    @property
    def iso(self) -> str:
        """ISO 8601: `2024-03-05`, `2024-03-05T14:30+08:00` or `2024-03-05T14:30:05+08:00`; without offset if UNKNOWN."""
        if self.precision is Precision.DAY:
            return self.at.date().isoformat()
        wall = self.at.replace(tzinfo=None) if self.offset_from is OffsetFrom.UNKNOWN else self.at
        return wall.isoformat(timespec="minutes" if self.precision is Precision.MINUTE else "seconds")


class LinkKind(StrEnum):
    """The kind of listing in which a link was found."""

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
    """The address of one article, with what the listing said about it.

    `url` is the address to fetch, as published (without fragment); `key` is its identity (`pipelines.urls.link_key`):
    two links with the same key are one article and are fetched once.
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
    """One fetched page: all that extraction may use.

    `body` is the bytes as received, after Content-Encoding is undone. `fetched_at` is the only clock that extraction
    has; None means unknown (a file from disk), and then relative dates ("3 hours ago") cannot be resolved. `hint` is
    the link that led to the page, if any: its title and times are used where the page states none. `parts` are the
    bodies of the further pages of a paginated article, in order, if they were fetched (setting `follow_pages`). `drawn` is
    the document that a browser made of `body`, in UTF-8, if it was drawn (setting `render`).
    """

    body: bytes = field(repr=False)
    url: str | None = None
    final_url: str | None = None
    fetched_at: datetime | None = None
    status: int = 200
    content_type: str | None = None
    hint: Link | None = None
    parts: tuple[bytes, ...] = field(default=(), repr=False)
    drawn: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        _require_aware("Page", fetched_at=self.fetched_at)

    @property
    def address(self) -> str | None:
        """The final address after redirects, else the requested one."""
        return self.final_url or self.url


class Reason(StrEnum):
    """Why a page is not an article. Every page is an article or has exactly one of these reasons."""

    NOT_FOUND = "not_found"
    """The server answered 4xx or 5xx, and the body was kept."""
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
    """Read as an article, and no article among the other pages of its site: the text stands in place of one (`Verdict.NOTICE`)."""
    UNDECODABLE = "undecodable"
    TOO_SLOW = "too_slow"
    """Extraction exceeded its time limit and was stopped."""
    CRASHED = "crashed"
    """Extraction raised, or its process died; `detail` holds the traceback."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """Why a page is not an article. `detail` is a sentence or a traceback."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image in the main content."""

    url: str
    alt: str | None = None
    caption: str | None = None
    credit: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subheading:
    """A line of an article's text that the page prints as a heading: where it begins, in characters, and its level, 1 to 6."""

    offset: int
    level: int

    def __str__(self) -> str:
        return f"h{self.level} at {self.offset}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What was extracted from one page.

    `text` holds paragraphs separated by a newline; `subheadings` says which of them are headings. `title` is the headline as
    a reader sees it, `kicker` the short line above it, `alternative_title` the page's other wording of it. `provenance` maps
    each field that is set to how it was found ("json-ld", "meta", "byline", "credit line", "site rule", "hint", ...). Absent
    fields are None or empty.
    """

    url: str | None
    title: str
    text: str
    canonical_url: str | None = None
    subtitle: str | None = None
    kicker: str | None = None
    alternative_title: str | None = None
    subheadings: tuple[Subheading, ...] = ()
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

    def paragraphs(self) -> Iterator[tuple[int, str]]:
        """The lines of the text, each with its level as a heading: 1 to 6, and 0 for all that is none."""
        levels = {subheading.offset: subheading.level for subheading in self.subheadings}
        offset = 0
        for line in self.text.split("\n"):
            yield levels.get(offset, 0), line
            offset += len(line) + 1


Outcome = Article | Rejection


class Verdict(StrEnum):
    """How `settle` classified an article page."""

    NEW = "new"
    REVISION = "revision"
    """The same address with another text."""
    SAME = "same"
    """The same address, or another address of the same page, with the same text."""
    COPY = "copy"
    """The same text under another address: a reprint."""
    NOTICE = "notice"
    """No article (`Reason.REPEATED`): the text stands at several addresses where the site's listings promise others, or in place
    of an article that was there before, for a while only or as another article of the source.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one page is among the others.

    `article_id` is the first page of the article at this address; `original_id` the page that it is a copy of
    (`article_id` itself if it is not a copy). Both are page ids.
    """

    page_id: int
    verdict: Verdict
    article_id: int
    original_id: int
    revision: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A site that is crawled. `settings` are its own settings, by name.

    A paused source (`paused_at`) is crawled only when it is named explicitly.
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
    FEED = "feed"
    NEWS_SITEMAP = "news-sitemap"
    SITEMAP = "sitemap"
    FRONT_PAGE = "front-page"
    SECTION = "section"
    JSON_LIST = "json-list"
    HTML_LIST = "html-list"


NO_ITEMS, NO_ADDRESSES = "no items in the feed", "no addresses in the sitemap"
"""The trouble of a feed and of a sitemap that are as they should be, but empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedSource:
    """A source as a list of sources has it: its name, if given, its address, its settings as written, and whether it is paused."""

    name: str | None = None
    url: str
    settings: Mapping[str, object] = field(default_factory=dict)
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One listing of a source, as discovered. `title` is its own title."""

    url: str
    kind: ListingKind
    title: str | None = None

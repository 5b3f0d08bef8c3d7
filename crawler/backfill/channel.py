"""The ways to a source's past articles, and what passes between them and the engine that walks them.

    Channel.first_steps ──> Step ──request──> ChannelAnswer ──Channel.read──> StepResult: links, next steps

A back-fill is a queue of *steps*, which are rows. A step is one request for a list, index or query of one channel. Its answer names
*past links* and further steps; these are stored, and the step is marked done, in one transaction, so that a back-fill that was
killed goes on at the same step. Channels are pure: they say what to request and read the answers. Only the engine fetches
(`crawler.crawl.backfilling`), counts and stores. `Channel.read` runs in a worker process, so channels can be pickled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Protocol

from db.models import Link, LinkKind, Listing
from db.site_rules.models import Site

JSON = None | bool | int | float | str | Sequence["JSON"] | Mapping[str, "JSON"]
"""What a step keeps: anything that JSON can hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelRate:
    """How fast an endpoint that is not the source's own may be asked, by all processes of a database together. 0: no limit.

    `pause` is the rest that it wants when it says so.
    """

    lists_per_minute: float
    """Steps."""
    pages_per_minute: float
    """Articles fetched from it."""
    pause: timedelta
    busy_statuses: frozenset[int] = frozenset({429})
    """Statuses that ask for the rest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BackfillScope:
    """What is back-filled: a source, and from when to when (UTC, `since` <= t < `until`)."""

    home: str
    hosts: frozenset[str]
    """Other hosts, including all below them, whose articles the source may take."""
    since: datetime
    until: datetime
    listings: tuple[Listing, ...] = ()
    """The source's known listings."""
    site: Site | None = None
    """The site rules."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One request for a list, index or query."""

    channel: str
    """The channel's `name`."""
    url: str
    month: str | None = None
    """What it is about, as "2019-04"; None where it spans many months."""
    state: Mapping[str, JSON] = field(default_factory=dict)
    """What the channel needs to read the answer and to go on; small."""
    byte_range: tuple[int, int] | None = None
    """First and last byte, for a Range request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PastLink:
    """A past article, and where it is fetched."""

    url: str
    """Its own address."""
    fetch_url: str | None = None
    """Where it is fetched if not there: a Wayback `id_` address, a WARC file of Common Crawl."""
    byte_range: tuple[int, int] | None = None
    """First and last byte of its record in a WARC file."""
    captured_at: datetime | None = None
    """When an archive captured it (UTC)."""
    digest: str | None = None
    """As the archive states it; each distinct one is a past revision."""
    published: datetime | None = None
    """What the channel says. A hint only, like the following."""
    modified: datetime | None = None
    title: str | None = None
    author: str | None = None
    section: str | None = None
    kind: LinkKind = LinkKind.SITEMAP
    """The kind of listing that named it; an archive's index counts as a sitemap."""
    size: int | None = None
    """Bytes of its page, where the channel says them; for the plan."""

    @classmethod
    def of(cls, link: Link) -> PastLink:
        """What a list of the site itself names."""
        return cls(
            url=link.url,
            title=link.title,
            published=link.published,
            modified=link.modified,
            author=link.author,
            section=link.section,
            kind=LinkKind.SECTION if link.kind is LinkKind.FRONT_PAGE else link.kind,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class StepResult:
    """What an answer holds."""

    links: Sequence[PastLink] = ()
    next_steps: Sequence[Step] = ()
    trouble: str | None = None
    """Why the channel ends here (403, not a list), in plain words; the other channels go on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ChannelAnswer:
    """The response to a step, or to the request for an archived page. 5xx and 429 do not get here: the engine tries again."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class CapturedPage:
    """A page as an archive received it from the site."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    captured_at: datetime
    final_url: str | None = None
    """Its address after redirects, where the archive says another than the link's."""


class Channel(Protocol):
    """One way to a source's past articles."""

    name: ClassVar[str]

    @property
    def rate(self) -> ChannelRate | None:
        """None: its steps go to the source's own hosts, at the source's delay."""

    def first_steps(self, scope: BackfillScope) -> Sequence[Step]:
        """Where the channel begins; none where the source has nothing to offer it."""

    def read(self, scope: BackfillScope, step: Step, answer: ChannelAnswer) -> StepResult:
        """What an answer names. Never raises on what comes from outside."""


class ArchiveChannel(Channel, Protocol):
    """A channel whose links name a `fetch_url`: what is fetched there is not the page itself."""

    def unpack(self, link: PastLink, answer: ChannelAnswer) -> CapturedPage | None:
        """The page in an answer. None where the archive does not have it after all."""

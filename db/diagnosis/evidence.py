"""What is known of a source when it is asked why it gives nothing. Filled from rows; the checks decide on it and on nothing else.

rows of the last crawl ─────────────┐
rows of a check that is not stored ─┴─> SourceEvidence ──> ladder.source_diagnosis ──> Diagnosis: Rungs, one sentence, one command
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from db.display.phrases import phrase
from db.store.sites.listing_readings import ListingReading
from db.store.sites.sources import source_name_for


class RungName(StrEnum):
    """The checks in their order: each needs what the one before it found. The last ones are of an address."""

    DNS = "dns"
    CONNECTION = "connection"
    TLS = "tls"
    STATUS = "status"
    CHALLENGE = "challenge"
    ROBOTS = "robots"
    CONTENT = "content"
    LISTINGS = "listings"
    LINKS = "links"
    KNOWN = "known"
    FETCHED = "fetched"
    READ = "read"
    FIELDS = "fields"
    CLOCK = "clock"
    ADDRESS = "address"
    ANSWER = "answer"
    LISTED = "listed"
    DUE = "due"
    SETTLED = "settled"


LABELS: Mapping[RungName, str] = {
    RungName.DNS: phrase("name"),
    RungName.CONNECTION: phrase("connection"),
    RungName.TLS: phrase("certificate"),
    RungName.STATUS: phrase("status"),
    RungName.CHALLENGE: phrase("challenge"),
    RungName.ROBOTS: phrase("robots.txt"),
    RungName.CONTENT: phrase("content"),
    RungName.LISTINGS: phrase("listing"),
    RungName.LINKS: phrase("links"),
    RungName.KNOWN: phrase("known"),
    RungName.FETCHED: phrase("fetched"),
    RungName.READ: phrase("read"),
    RungName.FIELDS: phrase("fields"),
    RungName.CLOCK: phrase("clock"),
    RungName.ADDRESS: phrase("address"),
    RungName.ANSWER: phrase("now"),
    RungName.LISTED: phrase("listed"),
    RungName.DUE: phrase("due"),
    RungName.SETTLED: phrase("settled"),
}
"""What the checks are called before people."""


class RungState(StrEnum):
    """The result of a check. `WARNING`: something is odd, and articles come all the same. `UNKNOWN`: no row tells."""

    OK = "ok"
    WARNING = "warning"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One check. `message`: half a sentence; `lines`: the evidence; `advice`: a sentence; `command`: what to type next."""

    name: RungName
    state: RungState
    message: str
    lines: tuple[str, ...] = ()
    advice: str = ""
    command: str = ""

    @staticmethod
    def ok(name: RungName, message: str, lines: tuple[str, ...] = ()) -> Rung:
        """A check that found nothing wrong."""
        return Rung(name=name, state=RungState.OK, message=message, lines=lines)

    @staticmethod
    def unknown(name: RungName, message: str) -> Rung:
        """A check for which nothing is known."""
        return Rung(name=name, state=RungState.UNKNOWN, message=message)

    @staticmethod
    def broken(name: RungName, message: str, advice: str, command: str, lines: tuple[str, ...] = ()) -> Rung:
        """A check that found why nothing comes."""
        return Rung(name=name, state=RungState.BROKEN, message=message, lines=lines, advice=advice, command=command)


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The checks up to the first broken one. `sentence` says what is wrong, or that nothing is."""

    name: str
    url: str
    checked_at: datetime
    online: bool
    sentence: str
    rungs: tuple[Rung, ...]

    @property
    def found(self) -> Rung | None:
        """The rung that is broken, else the first that is odd, else None."""
        return next(
            (rung for state in (RungState.BROKEN, RungState.WARNING) for rung in self.rungs if rung.state is state),
            None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerEvidence:
    """One request for a listing. `guessed`: a first search tried the address, and nobody had named it. `error`: the failure's
    name.
    """

    url: str
    asked_at: datetime
    guessed: bool = False
    status: int | None = None
    error: str | None = None
    final_url: str | None = None
    reading: ListingReading | None = None
    changes: tuple[str, ...] = ()
    """What changed since it last named articles: lines of a diff."""
    good_at: datetime | None = None
    """When that was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsEvidence:
    """The robots.txt of an origin. `error`: why there is none, as the failure's name, with a detail after a colon."""

    status: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedExample:
    """How often something was seen, with one example. `detail`: what was said of that one. `page_id`: where it is stored."""

    what: str
    count: int
    example: str
    detail: str = ""
    page_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEvidence:
    """How many pages had a field before, and have it now. `by`: how it was found on `before_page`; `now_page` lacks it."""

    name: str
    before: int
    before_of: int
    now: int
    now_of: int
    by: str = ""
    before_page: int | None = None
    now_page: int | None = None
    now_is_stored: bool = True
    """Whether `now_page` is a page of the database, not of a check that stores nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEvidence:
    """What is stored from before. Times are None where nothing is known.

    `usual_gap_s`: median time between its last crawls, those by hand aside. `quiet_limit_s`: how long it may publish nothing,
    as alerts have learned it.
    """

    crawls: int = 0
    last_crawl_at: datetime | None = None
    usual_gap_s: float | None = None
    last_new_at: datetime | None = None
    quiet_limit_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEvidence:
    """All that is known. `at`: when it was looked at last, which is `now` where it was looked at for this. `is_added`:
    whether it is a source; else it is the address of a site that may become one. `addresses`: what its host's name resolves
    to, where that was asked.

    `named`: articles that its listings name, `new` those that were not known before. `fetched`: requests of articles,
    `failed` those without a page. `articles`: pages read as articles, `rejected` the others.
    """

    name: str
    url: str
    at: datetime
    now: datetime
    online: bool
    is_added: bool = True
    paused_at: datetime | None = None
    hold_until: datetime | None = None
    addresses: tuple[str, ...] = ()
    error: str | None = None
    """Why its last crawl failed."""
    all_cut_off: bool = False
    """Whether the last crawls of all sources, and of several, failed or found a login page: the cause is not this source."""
    answers: tuple[AnswerEvidence, ...] = ()
    robots: Mapping[str, RobotsEvidence] = field(default_factory=dict)
    named: int = 0
    new: int = 0
    fetched: int = 0
    failed: tuple[CountedExample, ...] = ()
    articles: int = 0
    rejected: tuple[CountedExample, ...] = ()
    fields: tuple[FieldEvidence, ...] = ()
    page_changes: tuple[str, ...] = ()
    """What changed between a page that has the missing fields and one that lacks them: lines of a diff."""
    rendering: Mapping[str, str] = field(default_factory=dict)
    """What the crawl has found of whether a browser is needed (setting "auto"): a line for "article" and for "listing"."""
    drawing_set: frozenset[str] = frozenset()
    """Those of the settings `render` and `render_listings` that have a browser draw already."""
    held_back_at: datetime | None = None
    """When the latest gated extraction began, if it held this source back."""
    held_back_for: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """By field, how much of it would have been lost, and of how much: words of text, names of people, else articles."""
    hubs: tuple[str, ...] = ()
    """What is known of the hubs that its feeds name: a line for each feed."""
    modified_posts: tuple[str, ...] = ()
    """How corrections of its articles are found, where that is not by visiting them: a line."""
    past: PastEvidence = PastEvidence()

    @property
    def typed_name(self) -> str:
        """The name as it is typed in a shell."""
        return shlex.quote(self.name)

    def render_command(self, setting: str) -> str:
        """The command that has a browser draw the source's articles (`render`) or listings (`render_listings`) where needed.

        Where one does already, the command that says whether it can.
        """
        if setting in self.drawing_set:
            return "copydesk doctor"
        return f"copydesk sources set {self.typed_name} --set '{setting}=\"auto\"'"

    @property
    def search_command(self) -> str:
        """The command that searches the site for listings again."""
        name = "" if self.name == source_name_for(self.url) else f" --name {self.typed_name}"
        return f"copydesk sources add {shlex.quote(self.url)}{name}"

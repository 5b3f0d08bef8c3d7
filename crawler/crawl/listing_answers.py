"""What the listings of one source answered in one crawl, until it is recorded."""

from __future__ import annotations

from collections.abc import Mapping

from crawler.crawl.read_lists import ReadListings
from crawler.discover.listings.listing import ParsedListing
from crawler.discover.read_listing import ListingRequest
from db.models import ListingKind
from db.store.sites.listing_readings import ListingReading
from db.store.sites.listings import ListingAnswer
from db.store.websub.feed_hubs import FeedHubs


class ListingAnswers:
    """Answers by the URL of the listing that was asked for. Its parts (next pages, the sitemaps of an index) count with it."""

    def __init__(self) -> None:
        self.by_listing: dict[str, ListingAnswer] = {}
        self.hubs: dict[str, FeedHubs | None] = {}  # of what was read, by its URL
        # Listings that the front page names; None where it was not read.
        self.front_page_listings: set[str] | None = None
        # Listings that could not be parsed within the limits of time and memory.
        self.unreadable = 0
        self.parsed: list[ParsedListing] = []
        self._validators: dict[str, dict[str, str]] = {}
        self._sitemap_readings: dict[str, bool] = {}
        # What each answer held, and the beginnings of their bodies, compressed; by URL.
        self._readings: dict[str, ListingReading] = {}
        self._samples: dict[str, bytes] = {}

    def is_gone(self, url: str) -> bool:
        """Whether a listing was asked for and does not exist, or is no listing."""
        return url in self.by_listing and self.by_listing[url].gone

    def keep(self, listing_request: ListingRequest, listing: ParsedListing, validators: dict[str, str] | None) -> None:
        """Keep a listing until its links are recorded. `validators`: its headers, None where it must be requested in full."""
        self._note_read(listing_request, listing)
        self.parsed.append(listing)
        if validators is not None:
            self._validators[listing_request.url] = validators

    def note_sitemap(self, listing_request: ListingRequest, *, new: bool) -> None:
        """Note that a sitemap of an index was read. `new`: whether it named unknown articles."""
        self._sitemap_readings[listing_request.url] = new

    def note_reading(
        self, listing_request: ListingRequest, reading: ListingReading, sample: bytes | None = None
    ) -> None:
        """Note what an answer held, with the beginning of its body, compressed."""
        self._readings[listing_request.url] = reading
        if sample is not None:
            self._samples[listing_request.url] = sample

    def note_unchanged(self, listing_request: ListingRequest) -> None:
        """Note that a listing, or a part of one, has not changed (304)."""
        answer = self._answer_of(listing_request)
        answer.answered = answer.answered or listing_request.url == listing_request.listing
        answer.unchanged = True
        if listing_request.nested:
            self.note_sitemap(listing_request, new=False)

    def note_trouble(self, listing_request: ListingRequest, trouble: str, *, gone: bool = False) -> None:
        """Note that a listing could not be read. `gone`: it does not exist, or is no listing. Parts of a listing are ignored."""
        if listing_request.url == listing_request.listing:
            answer = self._answer_of(listing_request)
            answer.trouble, answer.gone = trouble, gone

    def note_unreadable(self, listing_request: ListingRequest, trouble: str) -> None:
        """Note that a listing could not be parsed within the limits of time and memory."""
        self.unreadable += 1
        self.note_trouble(listing_request, trouble)

    def take_readings(self) -> tuple[Mapping[str, ListingReading], Mapping[str, bytes]]:
        """Hand over what the answers held and the beginnings of their bodies, by URL. They are not kept."""
        taken = self._readings, self._samples
        self._readings, self._samples = {}, {}
        return taken

    def take_listings(self) -> ReadListings:
        """Hand over what was read, to be recorded. It is not kept."""
        taken = ReadListings(listings=self.parsed, validators=self._validators, sitemap_readings=self._sitemap_readings)
        self.parsed, self._validators, self._sitemap_readings = [], {}, {}
        return taken

    def _note_read(self, listing_request: ListingRequest, listing: ParsedListing) -> None:
        answer = self._answer_of(listing_request)
        answer.answered = answer.answered or listing_request.url == listing_request.listing
        answer.links += len(listing.links)
        answer.trouble = None if answer.links else listing.note or answer.trouble
        self.hubs[listing_request.url] = listing.hubs
        if listing.kind is ListingKind.FRONT_PAGE:
            self.front_page_listings = (self.front_page_listings or set()) | {one.url for one in listing.listings}

    def _answer_of(self, listing_request: ListingRequest) -> ListingAnswer:
        return self.by_listing.setdefault(listing_request.listing, ListingAnswer())

"""What a visit has read of a source's listings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crawler.discover.listings.listing import ParsedListing
from db.models import ListingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredListPage:
    """One page of a declared list. `links`: how many articles it named. `note`: what does not fit."""

    url: str
    kind: ListingKind
    links: int
    note: str | None = None

    @property
    def wrong(self) -> bool:
        """Whether the page names nothing and something does not fit: the rule is mistaken, or the site has changed."""
        return self.note is not None and not self.links


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadListings:
    """The listings that a visit has read and not recorded yet."""

    listings: Sequence[ParsedListing]
    validators: Mapping[str, dict[str, str]]
    """Headers of each listing, by URL. They make the next request conditional, so they are recorded after the links."""
    sitemap_readings: Mapping[str, bool]
    """The sitemaps of indexes among them, by URL: whether one named unknown articles."""

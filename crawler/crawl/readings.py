"""What an answer to a request for a listing held, as it is kept (`db.store.sites.listing_readings`)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.http import Response

from crawler.discover.listings.listing import ParsedListing
from crawler.discover.read_listing import ListingRequest
from crawler.http import record
from crawler.parsing.answers import WORTH_READING, AnswerDescription, DescribeAnswer, challenge_sign
from crawler.robots.policy import RobotsPolicy
from db.models import ListingKind
from db.network.http_statuses import is_page_status
from db.store.sites.listing_readings import ListingReading

_PAGES = frozenset({ListingKind.FRONT_PAGE, ListingKind.SECTION})


def is_kept(listing_request: ListingRequest, listing: ParsedListing | None) -> bool:
    """Whether the answer says something of the source: not that of an address that was only guessed and is no listing."""
    return not listing_request.probe or listing is not None or listing_request.kind in _PAGES


def to_describe(
    response: Response, listing_request: ListingRequest, listing: ParsedListing | None
) -> DescribeAnswer | None:
    """The task that finds out what an answer is that names no article; None where nothing needs to be found out."""
    if listing is not None and (listing.links or listing.children):
        return None
    if not is_page_status(response.status) and response.status not in WORTH_READING:
        return None
    return DescribeAnswer(
        body=response.body,
        url=listing_request.url,
        final_url=_final_url(response),
        content_type=record.header_of(response, "Content-Type"),
    )


def reading_of(
    response: Response,
    listing_request: ListingRequest,
    listing: ParsedListing | None,
    description: AnswerDescription | None,
) -> ListingReading:
    """What an answer held. `description` where it names no article."""
    headers, now = record.headers_of(response), datetime.now(UTC)
    content_type = headers.get("Content-Type")
    kind = listing.kind if listing is not None else listing_request.kind
    reading = ListingReading(
        url=listing_request.url,
        kind=kind.value,
        root=listing_request.root,
        read_at=now,
        final_url=_final_url(response),
        status=response.status,
        content_type=content_type[:100] if content_type else None,
        bytes=len(response.body),
        form=description.form if description else _form(kind),
        sign=challenge_sign(headers),
        notice=description.notice if description else None,
        detail=description.detail if description else None,
        script=description.script if description else None,
        note=listing.note if listing else None,
        links=len(listing.links) if listing else 0,
        dated=listing.links_dated if listing else 0,
        newest=listing.newest if listing else None,
        parts=len(listing.children) if listing else 0,
        refused=listing.refused if listing else (),
        clock_s=_clock_difference(headers.get("Date"), headers.get("Age"), now),
    )
    return reading


def forbidden_reading(request: Request, listing_request: ListingRequest, policy: RobotsPolicy | None) -> ListingReading:
    """What is kept of a listing that robots.txt forbids."""
    return ListingReading(
        url=listing_request.url,
        kind=listing_request.kind.value,
        root=listing_request.root,
        read_at=record.started_at(request),
        robots_line=policy.line_for(request.url) if policy else None,
    )


def _form(kind: ListingKind) -> str:
    return {ListingKind.JSON_LIST: "json"}.get(
        kind, "page" if kind in _PAGES or kind is ListingKind.HTML_LIST else kind.value
    )


def _final_url(response: Response) -> str | None:
    request = response.request
    return response.url if request is not None and request.meta.get("redirect_urls") else None


def _clock_difference(date: str | None, age: str | None, now: datetime) -> float | None:
    """Seconds by which the host's clock is ahead. None where it does not tell, or a cache answered in its place."""
    if not date or age:
        return None
    try:
        theirs = parsedate_to_datetime(date[:60])
    except ValueError:
        return None
    return round((theirs - now).total_seconds(), 1) if theirs.utcoffset() is not None else None

"""Files that name feeds: OPML, as sites offer it to feed readers."""

from __future__ import annotations

import re
from itertools import islice

from crawler.discover.listings.listing import ParsedListing
from crawler.discover.listings.xml_tree import attribute, elements, gunzip, plain_text, read_xml
from db.models import Listing, ListingKind
from pipelines.text_limits import MAX_LISTINGS_NAMED
from pipelines.urls import clean_url

_HEAD = 4096
_ROOT = re.compile(rb"<opml[\s>]", re.IGNORECASE)


def is_opml(body: bytes) -> bool:
    """Whether a body is a file of feeds. Pages that mention one have another root before it."""
    head = gunzip(body, _HEAD)[:_HEAD].replace(b"\x00", b"")
    return (found := _ROOT.search(head)) is not None and b"<html" not in head[: found.start()].lower()


def read_opml(body: bytes, url: str, content_type: str | None = None) -> ParsedListing | None:
    """The feeds that a file names, as those of a page of feeds; None where it names none. It is no listing itself."""
    root = read_xml(gunzip(body), content_type).root
    named: dict[str, str | None] = {}
    for outline in elements(root, "outline") if root is not None else ():
        target = clean_url(attribute(outline, "xmlUrl") or "", url)
        if target and target != url:
            named.setdefault(target, attribute(outline, "title") or attribute(outline, "text"))
    feeds = tuple(
        Listing(url=target, kind=ListingKind.FEED, title=plain_text(title))
        for target, title in islice(named.items(), MAX_LISTINGS_NAMED)
    )
    return ParsedListing(kind=ListingKind.FEED, url=url, listings=feeds, is_directory=True) if feeds else None

"""Merges the links of all listings of a visit into one list: each article once, newest first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from crawler.discover.listings.listing import ParsedListing, best_first, merge
from crawler.parsing.packed_records import RECORDS_IN_PART, PackedRecords, pack
from crawler.parsing.parser import MergeLinks
from db.models import Link
from pipelines.processing.worker_pool import TaskFailed

Parse = Callable[[MergeLinks], Awaitable[PackedRecords[Link]]]
"""`Parser.parse`, or a session's."""


async def merge_listings(listings: Sequence[ParsedListing], parse: Parse) -> list[PackedRecords[Link]]:
    """The links of listings, each as a worker process returned it, merged into one list: each article once.

    Where merging exceeds the limits of time or memory, the result is several lists, that of the best listing first. What is
    recorded first stays, and only lacks the hints of the other listings. Raises what `parse` raises, except TaskFailed.
    """
    named = [listing for listing in listings if listing.links]
    lists = [pack(Link, listing.links) for listing in named]
    if len(lists) < 2:
        return lists  # a single listing was merged when it was parsed
    if sum(len(links) for links in lists) <= RECORDS_IN_PART:
        return [await asyncio.to_thread(lambda: pack(Link, merge(lists)))]
    try:
        return [await parse(MergeLinks(lists=tuple(lists)))]
    except TaskFailed:
        return [pack(Link, listing.links) for listing in sorted(named, key=best_first)]

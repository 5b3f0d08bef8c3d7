"""The links of all listings of a visit as one list: each article once, newest first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from crawler.discover.listing import ParsedListing, best_first, merge
from crawler.parsing.packed_records import RECORDS_IN_PART, PackedRecords, pack
from crawler.parsing.parser import MergeLinks
from db.models import Link
from pipelines.processing.worker_pool import TaskFailed

Parse = Callable[[MergeLinks], Awaitable[PackedRecords[Link]]]
"""`Parser.parse`, or a session's."""


async def merged(listings: Sequence[ParsedListing], parse: Parse) -> list[PackedRecords[Link]]:
    """The links of listings as they come from a parsing process: one list, each article once.

    Where merging them takes more time or memory than there is for it they are several lists, the best listing's first: what is
    recorded first stays, it only lacks the hints of the others. Raises what `parse` raises beside TaskFailed.
    """
    named = [listing for listing in listings if listing.links]
    lists = [pack(Link, listing.links) for listing in named]
    if len(lists) < 2:
        return lists  # a listing by itself was merged where it was parsed
    if sum(len(links) for links in lists) <= RECORDS_IN_PART:
        return [await asyncio.to_thread(lambda: pack(Link, merge(lists)))]
    try:
        return [await parse(MergeLinks(lists=tuple(lists)))]
    except TaskFailed:
        return [pack(Link, listing.links) for listing in sorted(named, key=best_first)]

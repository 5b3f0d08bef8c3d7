"""Where a feed has its older items."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.discover.listings.listing import ParsedListing

_BLOGGER = re.compile(r"/feeds/posts/")
_BLOGGER_PAGE = 150
"""The most items that Blogger gives at once."""


def older_items_url(listing: ParsedListing, url: str, page: int, items: int) -> str:
    """The address of the page of older items: the one that the feed names (RFC 5005), or the one that its system would have, such
    as WordPress's `?paged=`. `page` and `items`: how many pages and items were read, those of this listing at `url` included.
    """
    if listing.pages:
        return listing.pages[0]
    if _BLOGGER.search(url):
        return _with(url, {"start-index": str(items + 1), "max-results": str(_BLOGGER_PAGE)})
    return _with(url, {"paged": str(page + 1)})


def _with(url: str, values: dict[str, str]) -> str:
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in values]
    return urlunsplit(parts._replace(query=urlencode([*query, *values.items()])))

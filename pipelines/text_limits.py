"""Length limits of text from outside, applied before it is examined: one for each kind, with its reason.

Patterns run in linear time (tests/patterns), so the limits do not guard against a single pattern; they bound the total work on a
text, and the size of rows. Limits of whole bodies are where bodies are read (`pipelines.extraction.extract.MAX_BODY`,
`crawler.discover.listings.xml_tree.MAX_UNPACKED`, `pipelines.extraction.page.size_limits`).
"""

from __future__ import annotations

MAX_URL = 2083
"""Characters of an address: the limit of Internet Explorer, a little more than sitemaps.org allows ("less than 2,048"). Longer
ones are data, not addresses."""

MAX_JUDGED = 1_000
"""Characters of a path or query whose form is judged; the longest path of 1,506 addresses of articles has 613."""

MAX_STATED_TEXT = 4_000
"""Characters of a title, author or section stated by a listing, with markup: more is an error of the listing."""

MAX_TIME = 80
"""Characters of a time in a listing; the longest forms, with names of month, day and zone, have 50."""

MAX_LANGUAGE = 35
"""Characters of a language tag: RFC 5646, 4.4.1 requires at least 35."""

MAX_AUTHORS = 50
"""Authors of one article stated by a listing."""

MAX_LISTINGS_NAMED = 1_000
"""Feeds named by one page, or sitemaps named by one robots.txt: a sitemap for each month of 40 years makes 480."""

MAX_CLASS_CHARS = 2_000
"""Characters of an element's class, or id, that are examined."""

MAX_LINK_PARTS = 500
"""Text nodes, or elements, of one link that are examined for its text: a card with pictures and icons has up to 100. Without the
limit, nested links would be read once for each level."""

MAX_ATTRIBUTES = 500
"""Attributes of one tag. The 1,545 pages of the development sets have at most 77."""

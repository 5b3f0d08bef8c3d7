"""How long a text from outside may be before anything looks into it: one limit for each kind, with its reason.

Patterns run in time that grows with their text (tests/patterns), so these do not guard against one pattern; they keep the sum of
all that is done with a text small, and the rows that it ends in. What a whole body may have is said where bodies are read
(`pipelines.extraction.extract.MAX_BODY`, `crawler.discover.xml_tree.MAX_UNPACKED`, `pipelines.extraction.page.size_limits`).
"""

from __future__ import annotations

MAX_URL = 2083
"""Characters of the longest address taken: the old Internet Explorer limit, which is also what sitemaps.org allows
("less than 2,048") with a little air. Longer ones are data, not addresses."""

MAX_JUDGED = 1_000
"""Characters of a path or query by whose form an article is told; of 1,506 addresses of articles the longest path has 613."""

MAX_STATED_TEXT = 4_000
"""Characters of a title, an author or a section that a listing states, markup included: more is an accident."""

MAX_TIME = 80
"""Characters of a time in a listing; the longest forms, with names of month, day and zone, have 50."""

MAX_LANGUAGE = 35
"""Characters of a language's tag: RFC 5646, 4.4.1 asks to take 35 at least."""

MAX_AUTHORS = 50
"""Authors that a listing may name of one article."""

MAX_LISTINGS_NAMED = 1_000
"""Feeds that one page, or sitemaps that one robots.txt, may name: a paper with a sitemap for each month of 40 years has 480."""

MAX_CLASS_CHARS = 2_000
"""Characters of an element's class, or id, that are looked at."""

MAX_LINK_PARTS = 500
"""Pieces of text, or elements, within one link that are looked at for its words: a card with pictures and icons has up to 100.
Links within links within links would else have everything read once for each."""

MAX_ATTRIBUTES = 500
"""Attributes of one tag. The 1,545 pages of the development sets have at most 77."""

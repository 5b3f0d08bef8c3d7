"""Detects notices: a text that a site serves at several addresses in place of their articles. Part of settling.

One page does not show it: a paywall or an error may use words that no list has. But listings promised a different article at each
address, and the text has nothing of any:

    what was promised at each address (the listing's title, else words of the address, else the page's title)
        ──> none of it in the text, and three promises with nothing in common ──> a notice

A real article at several addresses (print version, another section, a reprint with another headline) contains words of what was
promised. The result depends on the set of pages alone, so the order of arrival does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from db.store.dedup.notices import Promise
from pipelines.changes.replacement import telling_words

MIN_DISTINCT_PROMISES = 3
"""Promises with nothing in common that make a notice: two may be one article whose headline changed in the listing."""
_KEPT = 0.5
"""Share of a promise's words in the text from which it is kept; then the text is an article."""
_BROKEN = 0.34
"""Share up to which a promise is broken. Between the two it decides nothing."""
_COMMON = 0.5
"""Share of the shorter promise's words that two promises have in common if they mean one article."""
_LEAST = 2
"""Words, or pairs of characters, that a promise must have: fewer are the name of a section or a number."""
_LONGEST = 500
_MOST_TEXT = 20_000


def is_repeated_notice(text: str, promises: Iterable[Promise]) -> bool:
    """Whether a text at several addresses of one source has nothing of what was promised there."""
    shown = telling_words(text[:_MOST_TEXT])
    apart: list[frozenset[str]] = []
    for promise in promises:
        words = _promised(promise)
        if len(words) < _LEAST:
            continue
        share = len(words & shown) / len(words)
        if share >= _KEPT:
            return False
        if share <= _BROKEN:
            apart.append(words)
    return _count_groups(apart) >= MIN_DISTINCT_PROMISES


def _count_groups(promises: Iterable[frozenset[str]]) -> int:
    """How many groups of promises have nothing in common with each other."""
    groups: list[list[frozenset[str]]] = []
    for words in promises:
        near = [group for group in groups if any(_is_same_article(words, other) for other in group)]
        groups = [*(group for group in groups if group not in near), [words, *(one for group in near for one in group)]]
    return len(groups)


def _is_same_article(words: frozenset[str], other: frozenset[str]) -> bool:
    return len(words & other) >= _COMMON * min(len(words), len(other))


def _promised(promise: Promise) -> frozenset[str]:
    if promise.listed:
        return telling_words(promise.listed[:_LONGEST])
    path = unquote(urlsplit(promise.url[:_LONGEST]).path).rstrip("/")
    slug = telling_words(path.rsplit("/", 1)[-1].rsplit(".", 1)[0])
    return slug if len(slug) >= _LEAST else telling_words(promise.title[:_LONGEST])

"""Whether a text that a site serves at several addresses is a notice in place of what should be there. A part of settling.

One page cannot know: a wall or an error may be in words that no list has. But a listing has promised something else for each
address, and the text bears none of it:

    what was promised at each address (the listing's title, else words of the address, else the page's title)
        ──> none in the text, and three with nothing in common ──> a notice

A real article at several addresses (print version, another section, a reprint with another headline) holds words of what was
promised. It all follows from the set of pages, so any order of arrival ends alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

from db.store.notices import Promise

MIN_DISTINCT_PROMISES = 3
"""Promises with nothing in common: two may be an article whose listing changed its headline."""
_KEPT = 0.5
"""Share of a promise's words in the text from which it is kept; then the text is an article, whatever else was led to it."""
_BROKEN = 0.34
"""Share up to which it is broken. Between the two nothing is said."""
_COMMON = 0.5
"""Share of the shorter promise's words from which two are of one article."""
_LEAST = 2
"""Words, or pairs of characters, that a promise must have: less is a section's name or a number."""
_WORD = re.compile(r"[^\W\d_]{4,}")
"""Words of four letters and more: shorter ones are articles and prepositions in most languages."""
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,}")
_LONGEST = 500
_MOST_TEXT = 20_000


def is_repeated_notice(text: str, promises: Iterable[Promise]) -> bool:
    """Whether a text at several addresses of one source keeps none of what was promised there."""
    shown = _words(text[:_MOST_TEXT])
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
    return _groups(apart) >= MIN_DISTINCT_PROMISES


def _groups(promises: Iterable[frozenset[str]]) -> int:
    """How many of the promises have nothing in common."""
    groups: list[list[frozenset[str]]] = []
    for words in promises:
        near = [group for group in groups if any(_is_one(words, other) for other in group)]
        groups = [*(group for group in groups if group not in near), [words, *(one for group in near for one in group)]]
    return len(groups)


def _is_one(words: frozenset[str], other: frozenset[str]) -> bool:
    return len(words & other) >= _COMMON * min(len(words), len(other))


def _promised(promise: Promise) -> frozenset[str]:
    if promise.listed:
        return _words(promise.listed[:_LONGEST])
    path = unquote(urlsplit(promise.url[:_LONGEST]).path).rstrip("/")
    slug = _words(path.rsplit("/", 1)[-1].rsplit(".", 1)[0])
    return slug if len(slug) >= _LEAST else _words(promise.title[:_LONGEST])


def _words(text: str) -> frozenset[str]:
    """Long words; of CJK scripts pairs of characters."""
    lower = text.lower()
    runs = _CJK.findall(lower)
    pairs = {run[at : at + 2] for run in runs for at in range(len(run) - 1)}
    return frozenset({word for word in _WORD.findall(lower) if not _CJK.search(word)} | pairs)

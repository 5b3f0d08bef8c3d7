"""Parse search queries: words, "phrases", -excluded, OR, and a* for a prefix. Pure.

    上海 车展 OR 博览会 -汽车     (上海) and (车展 or 博览会) and not 汽车

A Chinese word matches anywhere, whatever surrounds it; a word of letters matches as a whole word. Text written together
("e-mail", 5G网络) is a phrase, as if quoted. OR joins the words beside it, before all others are joined with "and".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from db.errors import QueryError
from db.search.tokenizer import MAX_GRAM_LENGTH, PHRASE_GAP, SPACED_LETTER, is_unspaced, required_grams, units
from db.text.folding import fold

MAX_QUERY_LENGTH, MAX_TERMS = 500, 32
# Shorter prefixes match so many words that the whole index would be read.
MIN_PREFIX_LENGTH = 3
_QUOTES = str.maketrans(dict.fromkeys("“”„‟＂«»「」『』", '"'))
_PIECE = re.compile(r'([-－−]?)(?:"([^"]*)"|([^\s"]+))')


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word or phrase: its units, and whether the last one is a prefix."""

    units: tuple[str, ...]
    prefix: bool = False
    pattern: re.Pattern[str] = field(compare=False)
    """Matches the term in a folded text."""

    @property
    def exact(self) -> bool:
        """Whether the index alone decides that a text contains the term."""
        unit = self.units[0]
        return len(self.units) == 1 and len(unit) <= (2 if is_unspaced(unit) else MAX_GRAM_LENGTH)

    def match(self, zone: str = "") -> str:
        """FTS5 expression for all its grams, in a zone ("", "_h" or "_p": see `db.search.index`)."""
        found = [gram for unit in self.units for gram in required_grams(unit)]
        quoted = dict.fromkeys(f'"{zone}{gram}"' for gram in (found[:-1] if self.prefix else found))
        if self.prefix:
            quoted[f'"{zone}{found[-1]}"*'] = None
        return " AND ".join(quoted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A text must contain a term of each of `groups`, and none of `excluded`."""

    groups: tuple[tuple[Term, ...], ...]
    excluded: tuple[Term, ...] = ()

    def match(self, zone: str = "") -> str:
        """FTS5 expression for all groups, in a zone. May match too much, never too little."""
        return " AND ".join(group_match(group, zone) for group in self.groups)

    def excluded_match(self) -> str:
        """FTS5 expression for the excluded terms; empty if the index cannot decide."""
        return " OR ".join(term.match() for term in self.excluded if term.exact)

    def matches(self, text: str) -> bool:
        """Whether a folded text matches the query."""
        return all(any(term.pattern.search(text) for term in group) for group in self.groups) and not any(
            term.pattern.search(text) for term in self.excluded
        )


def group_match(group: tuple[Term, ...], zone: str = "") -> str:
    """FTS5 expression for any of the terms."""
    return "(" + " OR ".join(f"({term.match(zone)})" for term in group) + ")"


def parse_query(text: str) -> Query:
    """Parse a query. Raises QueryError, and nothing else whatever the text."""
    if len(text) > MAX_QUERY_LENGTH:
        raise QueryError(f"a query has at most {MAX_QUERY_LENGTH} characters, this one {len(text)}")
    text = text.translate(_QUOTES)
    if text.count('"') % 2:
        raise QueryError('a quotation mark is not closed; "..." holds a phrase')
    groups: list[tuple[Term, ...]] = []
    excluded: list[Term] = []
    after_or = False
    for word, term, minus in _terms(text):
        if word == "OR":
            if not groups or after_or:
                raise QueryError("OR must stand between two words")
            after_or = True
        elif term is not None and minus:
            excluded.append(term)
        elif term is not None:
            groups.append((*groups.pop(), term) if after_or else (term,))
            after_or = False
    if after_or:
        raise QueryError("OR must stand between two words")
    if sum(map(len, groups)) + len(excluded) > MAX_TERMS:
        raise QueryError(f"a query has at most {MAX_TERMS} words and phrases")
    if not groups:
        if excluded:
            raise QueryError("the query only excludes words; it needs a word to search for")
        raise QueryError("the query has no letter or digit; it needs a word to search for")
    return Query(groups=tuple(groups), excluded=tuple(excluded))


def _terms(text: str) -> Iterator[tuple[str, Term | None, bool]]:
    """Each OR, word and phrase of the query, with whether it is excluded; punctuation alone is skipped."""
    negated = False
    for minus, phrase, word in _PIECE.findall(text):
        if not minus and word in ("AND", "NOT"):
            negated = word == "NOT"
            continue
        if not minus and word == "OR":
            yield "OR", None, False
            continue
        if word.startswith("(") and ")" not in word:
            raise QueryError("parentheses are not supported; OR joins the words beside it")
        if term := parse_term(phrase or word, prefix=word.endswith("*")):
            yield "", term, bool(minus) or negated
        negated = False


def parse_term(text: str, *, prefix: bool = False) -> Term | None:
    """A text as one term; None if it has no letter or digit."""
    found = tuple(units(fold(text)))
    if not found:
        return None
    prefix = prefix and not is_unspaced(found[-1])
    if prefix and len(found[-1]) < MIN_PREFIX_LENGTH:
        raise QueryError(f"{text}: at least {MIN_PREFIX_LENGTH} letters must stand before *")
    parts = [
        re.escape(unit) if is_unspaced(unit) else _whole(unit, open_end=prefix and number == len(found) - 1)
        for number, unit in enumerate(found)
    ]
    return Term(units=found, prefix=prefix, pattern=re.compile(PHRASE_GAP.join(parts)))


def _whole(word: str, *, open_end: bool) -> str:
    """A pattern for a whole word. It starts with the letters themselves, which `re` finds ten times as fast as a word
    boundary.
    """
    escaped = re.escape(word)
    return f"{escaped}(?<!{SPACED_LETTER}{escaped})" + ("" if open_end else f"(?!{SPACED_LETTER})")

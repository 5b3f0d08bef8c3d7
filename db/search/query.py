"""What a person types into the search box, read: words, "phrases", -excluded, OR, a* for all that begins so. Pure.

    上海 车展 OR 博览会 -汽车     (上海) and (车展 or 博览会) and not 汽车

A word of Chinese is looked for as it stands, inside whatever surrounds it; one of letters as a whole word. What is written together
("e-mail", 5G网络) is a phrase, as in quotation marks. OR joins the words beside it, before all others are joined by "and".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from db.errors import QueryError
from db.search.tokenizer import GAP, LONGEST, LOOSE, grams_to_find, is_unspaced, units
from db.text_folding import fold

MOST_LETTERS, MOST_TERMS = 500, 32
# Fewer letters begin so many words that all of the index would be read.
LEAST_PREFIX = 3
_QUOTES = str.maketrans(dict.fromkeys("“”„‟＂«»「」『』", '"'))
_PIECE = re.compile(r'([-－−]?)(?:"([^"]*)"|([^\s"]+))')


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word or phrase: its units, and whether the last one may go on."""

    units: tuple[str, ...]
    prefix: bool = False
    pattern: re.Pattern[str] = field(compare=False)
    """Finds it in a folded text."""

    @property
    def exact(self) -> bool:
        """Whether the index alone tells that a text has it."""
        unit = self.units[0]
        return len(self.units) == 1 and len(unit) <= (2 if is_unspaced(unit) else LONGEST)

    def match(self, zone: str = "") -> str:
        """The FTS5 expression for all grams of it, in a zone (`db.search.index`)."""
        found = [gram for unit in self.units for gram in grams_to_find(unit)]
        quoted = dict.fromkeys(f'"{zone}{gram}"' for gram in (found[:-1] if self.prefix else found))
        if self.prefix:
            quoted[f'"{zone}{found[-1]}"*'] = None
        return " AND ".join(quoted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """All of `groups` must be in a text, any of the terms of each; none of `excluded`."""

    groups: tuple[tuple[Term, ...], ...]
    excluded: tuple[Term, ...] = ()

    def match(self, zone: str = "") -> str:
        """The FTS5 expression for all groups, in a zone. Finds too much, never too little."""
        return " AND ".join(group_match(group, zone) for group in self.groups)

    def unless(self) -> str:
        """The FTS5 expression for what is excluded; empty where the index cannot tell."""
        return " OR ".join(term.match() for term in self.excluded if term.exact)

    def holds(self, letters: str) -> bool:
        """Whether a folded text is what was asked for."""
        return all(any(term.pattern.search(letters) for term in group) for group in self.groups) and not any(
            term.pattern.search(letters) for term in self.excluded
        )


def group_match(group: tuple[Term, ...], zone: str = "") -> str:
    """The FTS5 expression for any of the terms."""
    return "(" + " OR ".join(f"({term.match(zone)})" for term in group) + ")"


def parse_query(text: str) -> Query:
    """Read a query. Raises BadQuery, and nothing else whatever the text."""
    if len(text) > MOST_LETTERS:
        raise QueryError(f"a query has at most {MOST_LETTERS} characters, this one {len(text)}")
    text = text.translate(_QUOTES)
    if text.count('"') % 2:
        raise QueryError('a quotation mark is not closed; "..." holds a phrase')
    groups: list[tuple[Term, ...]] = []
    excluded: list[Term] = []
    joining = False
    for word, term, minus in _terms(text):
        if word == "OR":
            if not groups or joining:
                raise QueryError("OR stands between two words")
            joining = True
        elif term is not None and minus:
            excluded.append(term)
        elif term is not None:
            groups.append((*groups.pop(), term) if joining else (term,))
            joining = False
    if joining:
        raise QueryError("OR stands between two words")
    if sum(map(len, groups)) + len(excluded) > MOST_TERMS:
        raise QueryError(f"a query has at most {MOST_TERMS} words and phrases")
    if not groups:
        what = "only says what to leave out" if excluded else "has no letter or digit"
        raise QueryError(f"the query {what}; it needs a word to look for")
    return Query(groups=tuple(groups), excluded=tuple(excluded))


def _terms(text: str) -> Iterator[tuple[str, Term | None, bool]]:
    """OR, or each word and phrase with whether it is excluded; punctuation alone is passed over."""
    negated = False
    for minus, phrase, word in _PIECE.findall(text):
        if not minus and word in ("AND", "NOT"):
            negated = word == "NOT"
            continue
        if not minus and word == "OR":
            yield "OR", None, False
            continue
        if word.startswith("(") and ")" not in word:
            raise QueryError("parentheses are not understood; OR joins the words beside it")
        if term := parse_term(phrase or word, prefix=word.endswith("*")):
            yield "", term, bool(minus) or negated
        negated = False


def parse_term(text: str, *, prefix: bool = False) -> Term | None:
    """The term that a text is; None where it has no letter or digit."""
    found = tuple(units(fold(text)))
    if not found:
        return None
    prefix = prefix and not is_unspaced(found[-1])
    if prefix and len(found[-1]) < LEAST_PREFIX:
        raise QueryError(f"{text}: at least {LEAST_PREFIX} letters stand before *")
    parts = [
        re.escape(unit) if is_unspaced(unit) else _whole(unit, open_end=prefix and number == len(found) - 1)
        for number, unit in enumerate(found)
    ]
    return Term(units=found, prefix=prefix, pattern=re.compile(GAP.join(parts)))


def _whole(word: str, *, open_end: bool) -> str:
    """A pattern for a whole word. Begins with its letters, which `re` looks for ten times as fast as for a border."""
    escaped = re.escape(word)
    return f"{escaped}(?<!{LOOSE}{escaped})" + ("" if open_end else f"(?!{LOOSE})")

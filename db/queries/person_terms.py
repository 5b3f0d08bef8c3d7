"""The person of a filter as a search compares him or her: the words asked for, and the names that somebody joined."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from db.people.persons import joined_names
from db.search.query import Term, parse_term
from db.text.folding import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTerm:
    """Words of a name; `other_names`, whole and folded, of persons who have a name with these words, and the same as terms."""

    term: Term
    other_names: frozenset[str] = frozenset()
    other_terms: tuple[Term, ...] = ()

    def match(self, zone: str) -> str:
        """FTS5 expression for any of the names, in a zone of the index. May match too much, never too little."""
        return " OR ".join(f"({term.match(zone)})" for term in (self.term, *self.other_terms))

    def matches(self, names: str) -> bool:
        """Whether one of the folded names, one a line, is the person's."""
        return bool(self.term.pattern.search(names)) or not self.other_names.isdisjoint(names.split("\n"))


def person_term(conn: sqlite3.Connection, person: str | None) -> PersonTerm | None:
    """What a filter asks for; None for nobody, or for words without a letter. Raises QueryError."""
    term = parse_term(person) if person else None
    if term is None:
        return None
    others = other_names(conn, term)
    terms = [other for name in others if (other := parse_term(name))]
    return PersonTerm(term=term, other_names=frozenset(map(fold, others)), other_terms=tuple(terms))


def other_names(conn: sqlite3.Connection, term: Term) -> list[str]:
    """The names without these words of persons who have a name with them."""
    return sorted(
        name
        for names in joined_names(conn)
        if any(term.pattern.search(fold(one)) for one in names)
        for name in names
        if not term.pattern.search(fold(name))
    )

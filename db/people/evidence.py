"""Names that may be one person's, with what speaks for it and against it. Nothing is joined by it: somebody decides.

    alike_names ──> pairs that nobody decided ──> EvidenceReason, each with points ──> score ──> those from LEAST_SCORE on

The points are estimates of how much each finding shifts the odds (natural logarithm, rounded), not fitted to data: there is no
archive in which it is known who is who. What is kept of them is their order, and that one finding against weighs up two for.
"""

from __future__ import annotations

import heapq
import json
import sqlite3
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from db.copying.agencies import agencies_by_name
from db.copying.names import name_key
from db.display.phrases import phrase
from db.people.name_forms import NameLikeness, compare_names_of, name_form
from db.people.persons import names_of_person
from db.sqlite.named_rows import named_rows

POOL = 200
"""Pairs that are judged at once, those first whose rarer name is on most articles."""
LEAST_SCORE, LIKELY_SCORE = 2.0, 4.0
_LATEST = 200
_PARTED = """
WITH parted AS (SELECT min(coalesce(x.main_id, x.id), coalesce(y.main_id, y.id)),
                       max(coalesce(x.main_id, x.id), coalesce(y.main_id, y.id))
                FROM name_decisions d JOIN credited_names x ON x.name = d.name JOIN credited_names y ON y.name = d.other
                WHERE d.same = 0)
SELECT x.id AS one_id, x.name AS one, y.id AS other_id, y.name AS other, p.articles AS one_articles, q.articles AS other_articles,
       p.person_id AS one_person, q.person_id AS other_person
"""
# From the persons with most articles on, each with the persons who have as many or more: those that are wanted come first, and
# the pairs of all others are not looked at.
_PAIRS = f"""{_PARTED}
FROM person_counts p CROSS JOIN credited_names x ON x.id = p.person_id OR x.main_id = p.person_id
CROSS JOIN alike_names a ON a.first_id = x.id OR a.second_id = x.id
CROSS JOIN credited_names y ON y.id = a.first_id + a.second_id - x.id
CROSS JOIN person_counts q ON q.person_id = coalesce(y.main_id, y.id)
WHERE p.person_id <> q.person_id AND (p.articles, x.id) < (q.articles, y.id)
  AND (min(p.person_id, q.person_id), max(p.person_id, q.person_id)) NOT IN parted
ORDER BY p.articles DESC, min(x.id, y.id), max(x.id, y.id) LIMIT :pool
"""
_PAIRS_OF_NAMES = f"""{_PARTED}
FROM alike_names a JOIN credited_names x ON x.id = a.first_id JOIN credited_names y ON y.id = a.second_id
JOIN person_counts p ON p.person_id = coalesce(x.main_id, x.id) JOIN person_counts q ON q.person_id = coalesce(y.main_id, y.id)
WHERE p.person_id <> q.person_id
  AND (a.first_id IN (SELECT id FROM credited_names WHERE name IN (SELECT value FROM json_each(:names)))
       OR a.second_id IN (SELECT id FROM credited_names WHERE name IN (SELECT value FROM json_each(:names))))
  AND (min(p.person_id, q.person_id), max(p.person_id, q.person_id)) NOT IN parted
ORDER BY min(p.articles, q.articles) DESC, x.id, y.id LIMIT :pool
"""
_PLACES = """
SELECT DISTINCT d.source_id, strftime('%Y-%m', d.day * 86400, 'unixepoch') FROM person_days d
WHERE d.person_id = (SELECT coalesce(main_id, id) FROM credited_names WHERE id = ?)
"""
_LATEST_PAGES = f"""
SELECT l.page_id, l.language FROM (SELECT page_id FROM credits WHERE name = ? ORDER BY page_id DESC LIMIT {_LATEST}) c
JOIN current_pages l ON l.page_id = c.page_id
"""
_BESIDE = """
SELECT DISTINCT c.name FROM json_each(?) j JOIN credits c ON c.page_id = j.value WHERE c.name <> ?
"""
_TOGETHER = """
SELECT count(DISTINCT l.page_id) FROM credits a CROSS JOIN current_pages l ON l.page_id = a.page_id
WHERE a.name = :one AND a.page_id IN (SELECT page_id FROM credits WHERE name = :other)
"""
# Names that fit the initials of one name and are not alike to the other.
_FITTING = """
SELECT count(*) FROM (SELECT first_id + second_id - :id AS id FROM alike_names WHERE how = 'initials' AND first_id = :id
                      UNION SELECT first_id FROM alike_names WHERE how = 'initials' AND second_id = :id) f
WHERE f.id <> :other
  AND NOT EXISTS (SELECT 1 FROM alike_names a WHERE (a.first_id, a.second_id) = (min(f.id, :other), max(f.id, :other)))
"""
_OUTLETS = "SELECT DISTINCT outlet FROM source_outlets WHERE articles > 0 UNION SELECT name FROM sources"


class EvidenceKind(StrEnum):
    """What speaks for or against two names being one person's."""

    SAME = "same"
    ORDER = "order"
    INITIALS = "initials"
    MIDDLE = "middle"
    STUCK_DUTY = "duty"
    STUCK_NAME = "longer"
    TOGETHER_THERE = "same_months"
    SAME_SOURCE = "same_source"
    COLLEAGUES = "colleagues"
    BOTH_CREDITED = "both"
    APART = "apart"
    LANGUAGES = "languages"
    SEVERAL_FIT = "several"


_POINTS = {
    EvidenceKind.SAME: 4.0,
    EvidenceKind.ORDER: 3.0,
    EvidenceKind.INITIALS: 1.0,
    EvidenceKind.MIDDLE: 2.0,
    EvidenceKind.STUCK_DUTY: 4.0,
    EvidenceKind.STUCK_NAME: 0.5,
    EvidenceKind.TOGETHER_THERE: 2.0,
    EvidenceKind.SAME_SOURCE: 1.0,
    EvidenceKind.COLLEAGUES: 1.0,
    EvidenceKind.BOTH_CREDITED: -4.0,
    EvidenceKind.APART: -1.0,
    EvidenceKind.LANGUAGES: -3.0,
    EvidenceKind.SEVERAL_FIT: -1.5,
}
_BY_LIKENESS = {
    NameLikeness.SAME: EvidenceKind.SAME,
    NameLikeness.ORDER: EvidenceKind.ORDER,
    NameLikeness.INITIALS: EvidenceKind.INITIALS,
    NameLikeness.MIDDLE: EvidenceKind.MIDDLE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceReason:
    """A finding: how many of what, or which words, and its points."""

    kind: EvidenceKind
    number: int = 0
    words: str = ""

    @property
    def points(self) -> float:
        """How much it adds to the score."""
        return _POINTS[self.kind]

    @property
    def text(self) -> str:
        """The finding in words."""
        number, words = f"{self.number:,}", self.words
        match self.kind:
            case EvidenceKind.SAME:
                return phrase("the same letters")
            case EvidenceKind.ORDER:
                return phrase("the same names in another order")
            case EvidenceKind.INITIALS:
                return phrase("initials fit")
            case EvidenceKind.MIDDLE:
                return phrase("one has a further given name")
            case EvidenceKind.STUCK_DUTY:
                return phrase("a duty or an outlet stands beside the name: %(words)s", words=words)
            case EvidenceKind.STUCK_NAME:
                return phrase("one has a further name: %(words)s", words=words)
            case EvidenceKind.TOGETHER_THERE:
                return phrase("same source in the same months (%(number)s)", number=number)
            case EvidenceKind.SAME_SOURCE:
                return phrase("same source, never in the same month")
            case EvidenceKind.COLLEAGUES:
                return phrase("credited beside the same names (%(number)s)", number=number)
            case _:
                return self._against

    @property
    def _against(self) -> str:
        number = f"{self.number:,}"
        match self.kind:
            case EvidenceKind.BOTH_CREDITED:
                return phrase("but both are on one article (%(number)s)", number=number)
            case EvidenceKind.LANGUAGES:
                return phrase("but they write in different languages")
            case EvidenceKind.SEVERAL_FIT:
                return phrase("but the initials fit %(number)s names", number=number)
            case _:
                return phrase("but no source has both")


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelyPair:
    """Two names that may be one person's; first the one to show the person under."""

    name: str
    other: str
    name_articles: int
    other_articles: int
    reasons: tuple[EvidenceReason, ...]

    @property
    def score(self) -> float:
        """The sum of the points."""
        return sum(reason.points for reason in self.reasons)

    @property
    def is_likely(self) -> bool:
        """Whether more speaks for it than a fitting name."""
        return self.score >= LIKELY_SCORE


def likely_pairs(conn: sqlite3.Connection, name: str | None = None, limit: int = 50) -> list[LikelyPair]:
    """Pairs that nobody decided about, highest score first, of all names or of one person's; 0: all that are judged. Of two persons
    with several names the pair with the highest score.

    The names alone say how high a score may be: articles are read only of pairs that may be among the `limit`.
    """
    best: dict[frozenset[int], tuple[float, int, LikelyPair]] = {}
    known: dict[int, _Record] = {}
    for pair in _pairs_to_judge(conn, name):
        found = heapq.nsmallest(limit, (_order(judged) for _, _, judged in best.values())) if limit else []
        if pair.most < LEAST_SCORE or (found and len(found) == limit and found[-1] < pair.best_order):
            break
        for name_id, text in zip(pair.ids, pair.names, strict=True):
            if name_id not in known:
                known[name_id] = _record(conn, name_id, text)
        judged = _judge(conn, pair, known)
        place = (judged.score, -pair.number)
        if judged.score >= LEAST_SCORE and (pair.persons not in best or place > best[pair.persons][:2]):
            best[pair.persons] = (*place, judged)
    ranked = sorted((judged for _, _, judged in best.values()), key=_order)
    return ranked[: limit or None]


def _order(pair: LikelyPair) -> tuple[float, int, str, str]:
    return -pair.score, -pair.other_articles, pair.name, pair.other


_Named = tuple[int, str, int]
"""A name: its id, as printed, and its person's articles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """Two names, the one to show the person under first, and what they say by themselves. `number`: its place in the pool."""

    number: int
    ids: tuple[int, int]
    names: tuple[str, str]
    articles: tuple[int, int]
    persons: frozenset[int]
    of_names: tuple[EvidenceReason, ...]

    @property
    def most(self) -> float:
        """The highest score that it may have: both are there in the same months and beside the same names."""
        may_be = _POINTS[EvidenceKind.TOGETHER_THERE] + _POINTS[EvidenceKind.COLLEAGUES]
        return sum(reason.points for reason in self.of_names) + may_be

    @property
    def best_order(self) -> tuple[float, int, str, str]:
        """Its place among the judged (`_order`) with that score."""
        return -self.most, -self.articles[1], *self.names


def _pairs_to_judge(conn: sqlite3.Connection, name: str | None) -> list[_Pair]:
    """The pairs of the pool whose names say something, those that may come first before others."""
    values: dict[str, object] = {"pool": POOL}
    if name is not None:
        values["names"] = json.dumps(names_of_person(conn, name), ensure_ascii=False)
    rows = named_rows(conn, _PAIRS if name is None else _PAIRS_OF_NAMES, values).fetchall()
    outlets = {name_key(outlet) for (outlet,) in conn.execute(_OUTLETS)} if rows else set[str]()
    pairs = []
    for number, row in enumerate(rows):
        if not (of_names := _name_reasons(conn, row, outlets)):
            continue
        both = [(row[f"{one}_id"], row[one], row[f"{one}_articles"]) for one in ("one", "other")]
        first, second = _in_order(both, of_names[0].kind)
        pairs.append(
            _Pair(
                number=number,
                ids=(first[0], second[0]),
                names=(first[1], second[1]),
                articles=(first[2], second[2]),
                persons=frozenset((row["one_person"], row["other_person"])),
                of_names=tuple(of_names),
            )
        )
    return sorted(pairs, key=lambda pair: pair.best_order)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """Where and when a name is credited, in which languages, and beside whom."""

    places: frozenset[tuple[int, str]]
    languages: frozenset[str]
    beside: frozenset[str]

    @property
    def sources(self) -> frozenset[int]:
        return frozenset(source for source, _ in self.places)


def _record(conn: sqlite3.Connection, name_id: int, name: str) -> _Record:
    pages = conn.execute(_LATEST_PAGES, (name,)).fetchall()
    chosen = json.dumps([page_id for page_id, _ in pages])
    return _Record(
        places=frozenset(conn.execute(_PLACES, (name_id,)).fetchall()),
        languages=frozenset((language or "")[:2].lower() for _, language in pages) - {""},
        beside=frozenset(other for (other,) in conn.execute(_BESIDE, (chosen, name))),
    )


def _judge(conn: sqlite3.Connection, pair: _Pair, known: Mapping[int, _Record]) -> LikelyPair:
    one, other = (known[name_id] for name_id in pair.ids)
    reasons = [*pair.of_names, *_record_reasons(one, other)]
    # Who are on one article are so at one source in one month.
    if one.places & other.places:
        names = {"one": pair.names[0], "other": pair.names[1]}
        if together := conn.execute(_TOGETHER, names).fetchone()[0]:
            reasons.append(EvidenceReason(kind=EvidenceKind.BOTH_CREDITED, number=together))
    return LikelyPair(
        name=pair.names[0],
        other=pair.names[1],
        name_articles=pair.articles[0],
        other_articles=pair.articles[1],
        reasons=tuple(reasons),
    )


def _in_order(both: Iterable[_Named], kind: EvidenceKind) -> list[_Named]:
    """The name to show the person under first, then the other."""
    return sorted(both, key=lambda named: (_rank(named[1], kind), -named[2], named[1]))


def _rank(name: str, kind: EvidenceKind) -> int:
    """Which of two names a person is better shown under, the lower: without a duty, with the given names written out."""
    if kind is EvidenceKind.STUCK_DUTY:
        return len(name)
    return -len(name) if kind in (EvidenceKind.INITIALS, EvidenceKind.MIDDLE) else 0


def _name_reasons(conn: sqlite3.Connection, row: sqlite3.Row, outlets: set[str]) -> list[EvidenceReason]:
    alike = compare_names_of(name_form(row["one"]), name_form(row["other"]))
    if alike is None:
        return []
    if alike.how is NameLikeness.STUCK:
        if _is_duty(alike.extra) or name_key(alike.extra) in outlets or name_key(alike.extra) in agencies_by_name():
            return [EvidenceReason(kind=EvidenceKind.STUCK_DUTY, words=alike.extra)]
        is_unspaced = name_form(row["one"]).is_unspaced
        return [] if is_unspaced else [EvidenceReason(kind=EvidenceKind.STUCK_NAME, words=alike.extra)]
    reasons = [EvidenceReason(kind=_BY_LIKENESS[alike.how], words=alike.extra)]
    if alike.how is NameLikeness.INITIALS:
        ids = (row["one_id"], row["other_id"])
        fitting = max(
            conn.execute(_FITTING, {"id": one, "other": other}).fetchone()[0] for one, other in (ids, ids[::-1])
        )
        if fitting:
            reasons.append(EvidenceReason(kind=EvidenceKind.SEVERAL_FIT, number=fitting + 1))
    return reasons


def _record_reasons(one: _Record, other: _Record) -> list[EvidenceReason]:
    reasons = []
    if months := len(one.places & other.places):
        reasons.append(EvidenceReason(kind=EvidenceKind.TOGETHER_THERE, number=months))
    elif one.sources & other.sources:
        reasons.append(EvidenceReason(kind=EvidenceKind.SAME_SOURCE))
    elif one.languages and other.languages and not one.languages & other.languages:
        reasons.append(EvidenceReason(kind=EvidenceKind.LANGUAGES))
    else:
        reasons.append(EvidenceReason(kind=EvidenceKind.APART))
    if colleagues := len(one.beside & other.beside):
        reasons.append(EvidenceReason(kind=EvidenceKind.COLLEAGUES, number=colleagues))
    return reasons


@cache
def _role_words() -> tuple[frozenset[str], tuple[str, ...]]:
    stated = tomllib.loads(files("db.people").joinpath("role_words.toml").read_text("utf-8"))
    return frozenset(stated["words"]), tuple(sorted(stated["unspaced"], key=len, reverse=True))


def _is_duty(extra: str) -> bool:
    """Whether words are nothing but duties: "staff writer", 本报记者."""
    spaced, unspaced = _role_words()
    return all(word in spaced for word in extra.split()) or not _without(extra, unspaced)


def _without(text: str, words: Iterable[str]) -> str:
    for word in words:
        text = text.replace(word, "")
    return text

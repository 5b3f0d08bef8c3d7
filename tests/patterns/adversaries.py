"""Texts made to hurt one regular expression, from its own parse tree.

A backtracking engine is slow where a text matches for long and then does not: a run of what a repeat takes without what must
follow it, the beginning of the pattern again and again without its end. Both are built here as a `Shape`: a head, a part
repeated to any length, and a tail at which the match fails.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, cast

from re import _compiler, _constants, _parser  # type: ignore[attr-defined]  # isort: skip

AnyPattern = re.Pattern[str] | re.Pattern[bytes]
_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT, _constants.POSSESSIVE_REPEAT)
_SINGLE = (_constants.LITERAL, _constants.NOT_LITERAL, _constants.ANY, _constants.IN)
_ONE_WAY = (
    *(_constants.POSSESSIVE_REPEAT, _constants.ATOMIC_GROUP),
    *(_constants.ASSERT, _constants.ASSERT_NOT),
)
"""What is left as it matched first: nothing within is tried in another way."""
_LONG = 40
"""Repetitions from which a repeat can cost anything."""
_PLAIN_CHOICES = 4
"""Of the choices that match in fewer ways than `_LONG`, so many stand for all: hundreds of words, as a rule."""
_MOST_SHAPES = 160
_MOST_SHAPES_OF_BOUNDED = 40
"""Of patterns in which no repeat is long: hundreds of words in a row, as a rule, that differ in nothing that takes time."""
_PLAIN = " \taA0-_./:<(\n\x01一"
"""One character of each kind: blank, letter, digit, punctuation, line end, control, Chinese."""


class Shape(NamedTuple):
    """A text of any length: `head`, then `part` over and over, then `tail`."""

    head: str
    part: str
    tail: str

    def of(self, length: int) -> str:
        """The text with about this many characters."""
        return self.head + self.part * max(1, length // len(self.part)) + self.tail


@dataclass(frozen=True)
class Adversary:
    """The shapes for one pattern."""

    pattern: AnyPattern

    @cached_property
    def tree(self) -> Any:
        """The pattern as `re` itself parses it, thinned: without most of the hundreds of words of which it matches any."""
        return _thinned(_parser.parse(self.pattern.pattern, self.pattern.flags & ~re.DEBUG))

    @cached_property
    def thinned(self) -> AnyPattern:
        """A pattern that takes as long as this one, but for a factor that depends on no text."""
        return cast("AnyPattern", _compiler.compile(self.tree, self.pattern.flags & ~re.DEBUG))

    @cached_property
    def repeats_long(self) -> bool:
        """Whether any part may be repeated so often that it can cost anything."""
        return any(op in _REPEATS and value[1] >= _LONG for op, value in _nodes(self.tree))

    @cached_property
    def most_steps(self) -> float:
        """The most steps that a match can take from one place, whatever the text is; infinite where a repeat has no end."""
        return _effort(self.tree)[0]

    @cached_property
    def alphabet(self) -> str:
        """Characters that the pattern tells apart, and one of each plain kind."""
        own: list[str] = []
        for op, value in _nodes(self.tree):
            if op in (_constants.LITERAL, _constants.NOT_LITERAL):
                own.append(chr(value))
            elif op is _constants.IN:
                for kind, what in value:
                    if kind is _constants.LITERAL:
                        own.append(chr(what))
                    elif kind is _constants.RANGE:
                        own.append(chr(what[0]))
        # Punctuation first: letters of a pattern's words are many and alike.
        own = [char for char in dict.fromkeys(own) if not char.isalnum()][:16] + own
        chars = "".join(dict.fromkeys([*own[:24], *_PLAIN]))
        return chars if isinstance(self.pattern.pattern, str) else "".join(c for c in chars if ord(c) < 256)

    def takes(self, node: Any) -> str:
        """Those of the alphabet that a node of one character matches."""
        key = repr(node)
        known: dict[str, str] = self.__dict__.setdefault("_takes", {})
        if key not in known:
            sub = _parser.SubPattern(_parser.State(), [node])
            sub.state.str = self.pattern.pattern
            sub.state.flags = self.pattern.flags
            one = _compiler.compile(sub, self.pattern.flags & ~re.DEBUG)
            known[key] = "".join(char for char in self.alphabet if one.fullmatch(self.encoded(char)))
        return known[key]

    def encoded(self, text: str) -> Any:
        """The text as the pattern wants it: characters or bytes."""
        return text if isinstance(self.pattern.pattern, str) else text.encode("latin-1", "replace")

    def sample(self, sequence: Any, prefer: str = "", branch: int = 0, *, stretched: bool = False) -> str:
        """A text that the sequence matches, as a rule: with this character wherever it fits, by this branch.

        `stretched`: characters are repeated half as often as they may be, and groups as often as they may be, so that the text can
        be divided among the repeats in as many ways as possible.
        """
        return "".join(self._one(node, prefer, branch, stretched) for node in sequence)

    def _one(self, node: Any, prefer: str, branch: int, stretched: bool) -> str:
        op, value = node
        if op in _SINGLE:
            taken = self.takes(node)
            if prefer and prefer in taken:
                return prefer
            return taken[:1] or (chr(value) if op is _constants.LITERAL else "")
        if op in _REPEATS:
            times: int = min(max(value[0], 1), value[1], 64)
            if stretched:
                single = len(value[2]) == 1 and value[2][0][0] in _SINGLE
                if single and not value[0] and prefer not in self.takes(value[2][0]):
                    return ""  # it would part what can be divided
                times = min(max(times, value[1] // 2 if single else value[1]), 16)
            return self.sample(value[2], prefer, branch, stretched=stretched) * times
        if op is _constants.SUBPATTERN:
            return self.sample(value[3], prefer, branch, stretched=stretched)
        if op is _constants.ATOMIC_GROUP:
            return self.sample(value, prefer, branch, stretched=stretched)
        if op is _constants.BRANCH:
            return self.sample(value[1][branch % len(value[1])], prefer, branch, stretched=stretched)
        return ""

    def shapes(self) -> list[Shape]:
        """The texts to try, those of the repeats first."""
        most = _MOST_SHAPES if self.repeats_long else _MOST_SHAPES_OF_BOUNDED
        found: dict[Shape, None] = {}
        sequences = list(_sequences(self.tree, ()))
        sources = [
            self._of_repeats(sequences),
            self._of_stretched(sequences),
            self._of_beginnings(sequences),
            self._of_characters(),
        ]
        for source, share in zip(sources, (0.6, 0.75, 0.9, 1.0), strict=True):
            for shape in source:
                if len(found) >= share * most:
                    break
                if shape.part:
                    found.setdefault(shape)
        return list(found)

    def _of_repeats(self, sequences: list[Any]) -> Iterator[Shape]:
        """What a long repeat takes, behind what comes before it, ended by what it does not take."""
        for turn in range(12):  # one part of each repeat in turn, so that none is left out where there are many
            for sequence, before in sequences:
                for at, (op, value) in enumerate(sequence):
                    if op not in _REPEATS or value[1] < _LONG:
                        continue
                    parts = self._parts(value[2], list(sequence)[at + 1 :], list(sequence)[:at])
                    if turn >= len(parts):
                        continue
                    head = self.sample([*before, *list(sequence)[:at]])
                    fail = self._fails(value[2])
                    for start in dict.fromkeys((head, "")):
                        for tail in dict.fromkeys((fail, "")):
                            yield Shape(start, parts[turn], tail)

    def _parts(self, body: Any, after: list[Any], before: list[Any]) -> list[str]:
        """Texts that the body of a repeat takes: each character of the alphabet, each branch, what stands next to it."""
        nodes = list(body)
        if len(nodes) == 1 and nodes[0][0] in _SINGLE:
            taken = self.takes(nodes[0])
            near = [
                self.sample(some, prefer)
                for prefer in ("a", "0", " ")
                for some in (after[:1], after[:2], after[:3], before[-1:], before[-2:])
            ]
            near = [part for part in near if len(part) > 1 and all(char in taken for char in part)]
            return list(dict.fromkeys([*taken[:4], *near[:4], *taken[4:8], *near[4:]]))[:12]
        many = [self.sample(body, prefer, branch) for branch in range(4) for prefer in ("", *self.alphabet[:6], " ")]
        return sorted(set(filter(None, many)), key=lambda part: (len(part), part))[:8]

    def _fails(self, body: Any) -> str:
        nodes = list(body)
        taken = self.takes(nodes[0]) if len(nodes) == 1 and nodes[0][0] in _SINGLE else ""
        return next((char for char in ("\x01", *reversed(self.alphabet)) if char not in taken), "")

    def _of_beginnings(self, sequences: list[Any]) -> Iterator[Shape]:
        """Each beginning of each sequence again and again: all up to a repeat, with it, and the whole."""
        for sequence, before in sequences:
            nodes = list(sequence)
            ends = {at + step for at, (op, value) in enumerate(nodes) if op in _REPEATS for step in (0, 1)}
            for end in sorted(ends | {len(nodes) - 1, len(nodes)}, reverse=True):
                if end < 1:
                    continue
                for prefer in ("", " ", "0", "a"):
                    part = self.sample(nodes[:end], prefer)
                    yield Shape("", part, "")
                    if before:
                        yield Shape(self.sample(before), part, "\x01")

    def _of_stretched(self, sequences: list[Any]) -> Iterator[Shape]:
        """Each sequence with repeats, as the text that these can share out in most ways: such as long words between strokes."""
        for sequence, before in sequences:
            if any(op in _REPEATS for op, _ in _nodes(sequence)):
                for prefer in ("a", ""):
                    yield Shape(self.sample(before), self.sample(sequence, prefer, stretched=True), "\x01")

    def _of_characters(self) -> Iterator[Shape]:
        for char in self.alphabet:
            yield Shape("", char, "\x01")


def _nodes(sequence: Any) -> Iterator[Any]:
    for node in sequence:
        yield node
        for inner in _inside(node):
            yield from _nodes(inner)


def _sequences(sequence: Any, before: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Every sequence of the tree with what stands before it, outermost first."""
    yield sequence, before
    for at, node in enumerate(sequence):
        for inner in _inside(node):
            yield from _sequences(inner, (*before, *list(sequence)[:at]))


def _thinned(sequence: Any) -> Any:
    """A sequence whose choices have few plain ones. Within a repeat all are left: they may be taken in many orders."""
    thin = _parser.SubPattern(sequence.state)
    for op, value in sequence:
        if op is _constants.SUBPATTERN:
            thin.append((op, (*value[:3], _thinned(value[3]))))
        elif op is _constants.BRANCH:
            ways = [_ways(choice) for choice in value[1]]
            plain = [choice for choice, many in zip(value[1], ways, strict=True) if many < _LONG]
            left = [choice for choice in value[1] if choice not in plain[_PLAIN_CHOICES:]]
            thin.append((op, (None, [_thinned(choice) for choice in left])))
        else:
            thin.append((op, value))
    return thin


def _ways(sequence: Any) -> int:
    """In how many ways a sequence can match, by how often its repeats are taken; `_LONG` for any larger number."""
    ways = 1
    for op, value in sequence:
        for inner in _inside((op, value)):
            ways *= _ways(inner) ** (min(value[1], _LONG) if op in _REPEATS else 1)
        if op in _REPEATS:
            ways *= value[1] - value[0] + 1
        ways = min(ways, _LONG)
    return ways


def _effort(sequence: Any) -> tuple[float, float]:
    """The most steps of a sequence from one place, and in how many ways it can match there: all after it is tried in each."""
    steps, ways = 0.0, 1.0
    for op, value in sequence:
        parts = [_effort(inner) for inner in _inside((op, value))]
        own, many = (sum(numbers) for numbers in zip(*parts, strict=True)) if parts else (0.0, 1.0)
        if op in _REPEATS:
            least, most = value[0], math.inf if value[1] is _constants.MAXREPEAT else value[1]
            own, many = own * _powers(many, 0, most - 1), _powers(many, least, most)
        elif op in (_constants.GROUPREF, _constants.GROUPREF_EXISTS):
            own = math.inf  # it depends on what a group took
        if op in _ONE_WAY:
            many = 1.0
        steps += ways * (own + 1)
        ways *= many
    return steps, ways


def _powers(ways: float, least: int, most: float) -> float:
    """In how many ways something is matched from `least` to `most` times in a row; more than the truth where it is astronomical."""
    if ways <= 1 or most == math.inf:
        return most - least + 1
    return sum(min(ways, 1e6) ** min(times, 40) for times in range(least, int(most) + 1))


def _inside(node: Any) -> list[Any]:
    op, value = node
    if op in _REPEATS:
        return [value[2]]
    if op is _constants.SUBPATTERN:
        return [value[3]]
    if op is _constants.ATOMIC_GROUP:
        return [value]
    if op is _constants.BRANCH:
        return list(value[1])
    if op in (_constants.ASSERT, _constants.ASSERT_NOT):
        return [value[1]]
    if op is _constants.GROUPREF_EXISTS:
        return [part for part in value[1:] if part is not None]
    return []

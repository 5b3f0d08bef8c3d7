"""Six weeks of news of ten invented outlets, composed: the same articles for every call, with the dates of `REFERENCE_NOW`.

    outlets.toml         the outlets: who writes there, how often, what is special about each
    en.toml, zh.toml, de.toml
      [[arc]]            a running story. [[arc.beat]]: one day of it, told in version a and maybe b; `print` says who prints which,
                         how many hours later, and for what is taken from another outlet whether with a credit or without
                         (`reprint`). `echoes` are written about it by anybody, fewer every day.
      [[kind]]           a kind of event that happens again and again, at other places, to other people. `wire`: the agency
                         reports some of them, and outlets print that with its name.

A correction is planned (`fix` of a beat), or it comes by chance: a wrong number, or a typo that is mended.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path
from random import Random
from typing import Any

from tests.demoweb.content import REFERENCE_NOW

HERE = Path(__file__).parent
DAYS = 42
LANGUAGES = ("en", "zh", "de")

_WIRE_A_DAY = {"en": 0.7, "zh": 0.55, "de": 0.35}
_WRONG_NUMBER, _TYPO = 0.12, 0.1
"""Of the articles of an ordinary day: how many have a wrong number at first, and how many a typo that is mended."""
_ON_BEAT = 0.92
"""How often a piece is written by authors whose beat it is, if there are any."""
_ECHO_FADES_DAYS = 7.0
_EITHER = re.compile(r"\{([^{}]*)\}")
_SLOT = re.compile(r"\[(\w+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An outlet of outlets.toml; see there for the keys."""

    key: str
    host: str
    name: str
    language: str
    timezone: str
    a_day: float
    wire: float
    look_minutes: int
    authors: Sequence[str]
    editors: Sequence[str]
    proofreaders: Sequence[str] = ()
    kinds: Sequence[str] = ()
    missing: Sequence[int] = ()
    since: int = DAYS
    silent: bool = False
    paywalled: bool = False
    short_names: Mapping[str, str] = field(default_factory=dict)
    beats: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def zone(self) -> tzinfo:
        """The offset of its times."""
        return timezone(timedelta(hours=int(self.timezone[:3])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """What is changed on the page: one passage of the text. `notice` is added below it; a `silent` one leaves no trace."""

    old: str
    new: str
    at: datetime
    silent: bool
    notice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """An article as an outlet prints it. `original_source`: whom it names as the origin."""

    outlet: Outlet
    title: str
    text: tuple[str, ...]
    published: datetime
    section: str
    tags: tuple[str, ...]
    authors: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    proofreaders: tuple[str, ...] = ()
    original_source: str | None = None
    fix: Fix | None = None


def load_outlets() -> dict[str, Outlet]:
    """The outlets by key."""
    data = tomllib.loads((HERE / "outlets.toml").read_text(encoding="utf-8"))
    return {entry["key"]: Outlet(**entry) for entry in data["outlet"]}


def compose() -> list[Piece]:
    """All articles, oldest first."""
    outlets = load_outlets()
    agencies = tomllib.loads((HERE / "outlets.toml").read_text(encoding="utf-8"))["agencies"]
    pieces: list[Piece] = []
    for language in LANGUAGES:
        wording = tomllib.loads((HERE / f"{language}.toml").read_text(encoding="utf-8"))
        own = {key: outlet for key, outlet in outlets.items() if outlet.language == language}
        desk = _Desk(wording, own, agencies[language], Random(f"six weeks in {language}"))
        pieces += [*desk.running_stories(), *desk.ordinary_days(), *desk.wire_reports()]
    pieces = [replace(p, published=p.published.replace(microsecond=0)) for p in pieces]
    ordered = sorted((p for p in pieces if p.published < REFERENCE_NOW), key=lambda p: (p.published, p.outlet.key))
    return list(_some_shortened(ordered))


def _some_shortened(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """Every third article of an author whose outlet has a short form of the name, with that form."""
    printed: Counter[str] = Counter()
    for piece in pieces:
        short = piece.outlet.short_names
        printed.update(name for name in piece.authors if name in short)
        yield replace(
            piece,
            authors=tuple(short[name] if name in short and printed[name] % 3 == 0 else name for name in piece.authors),
        )


class _Desk:
    """The newsrooms of one language."""

    def __init__(self, wording: Mapping[str, Any], outlets: Mapping[str, Outlet], agency: str, random: Random) -> None:
        self._words, self._outlets, self._agency, self._random = wording, outlets, agency, random
        self._told_again = 0

    # -- running stories

    def running_stories(self) -> Iterator[Piece]:
        """The beats of all arcs, and what else is written about them."""
        for arc in self._words["arc"]:
            begins = _day(arc["age"]) + timedelta(hours=6, minutes=10)
            for number, beat in enumerate(arc["beat"]):
                yield from self._beat(arc, beat, begins + timedelta(days=beat["day"]), number)
            yield from self._echoes(arc, begins)

    def _beat(self, arc: Mapping[str, Any], beat: Mapping[str, Any], at: datetime, number: int) -> Iterator[Piece]:
        first: dict[str, Piece] = {}
        for entry in beat["print"]:
            key, version, hours, *how = entry.split()
            outlet = self._outlets[key]
            published = (at + timedelta(hours=float(hours), seconds=self._random.randrange(50))).astimezone(outlet.zone)
            told = beat[version]
            if version in first and how:
                yield self._taken(first[version], outlet, published, credited=how == ["credit"])
                continue
            title, text = told["title"], list(told["text"])
            if number:  # later readers are told what it is about
                title = _with_kicker(title, arc["kicker"])
                text[1:1], text[3:3] = self._recap(arc)
                text.append(arc["background"][number % len(arc["background"])])
            piece = self._signed(outlet, title, text, published, arc)
            fix = beat.get("fix")
            if fix and fix["outlet"] == key:
                late = published + timedelta(hours=fix["hours"])
                piece = replace(
                    piece,
                    fix=Fix(
                        old=fix["old"], new=fix["new"], at=late, silent=fix["silent"], notice=fix.get("notice", "")
                    ),
                )
            first.setdefault(version, piece)
            yield piece

    def _echoes(self, arc: Mapping[str, Any], begins: datetime) -> Iterator[Piece]:
        writers = [outlet for outlet in self._outlets.values() if outlet.authors]
        left = list(arc["echoes"])
        for day in range(1, round(arc["beat"][-1]["day"]) + 3):
            if not left:
                return
            if self._random.random() < 1.1 * math.exp(-day / _ECHO_FADES_DAYS):
                told = left.pop(self._random.randrange(len(left)))
                values = self._values()
                title = _with_kicker(self._filled(told["title"], values), arc["kicker"])
                text = [self._filled(line, values) for line in told["text"]]
                text[1:1], text[3:3] = self._recap(arc)
                outlet = self._random.choice(writers)
                at = (begins + timedelta(days=day, hours=self._random.uniform(1, 9))).astimezone(outlet.zone)
                yield self._signed(outlet, title, text, at, arc)

    def _recap(self, arc: Mapping[str, Any]) -> tuple[list[str], list[str]]:
        """What the story is about: a sentence that all have, and two more. More in common would make copies of short articles."""
        self._told_again += 1
        first, *others = arc["recap"]
        turn = self._told_again % len(others)
        return [first], [others[turn], others[turn - 1]]

    def _taken(self, original: Piece, outlet: Outlet, published: datetime, *, credited: bool) -> Piece:
        """The piece as another outlet prints it: as it stood when it was taken, with or without saying from whom."""
        text = original.text
        if not credited and len(text) > 3 and self._random.random() < 0.6:
            text = text[:-1]
        return replace(
            original,
            outlet=outlet,
            text=text,
            published=published,
            authors=original.authors if credited and self._random.random() < 0.4 else (),
            editors=self._some(outlet.editors),
            proofreaders=(),
            original_source=original.outlet.name if credited else None,
            fix=None,
        )

    # -- ordinary days

    def ordinary_days(self) -> Iterator[Piece]:
        """What each outlet writes by itself."""
        for age in range(DAYS, -1, -1):
            for outlet in self._outlets.values():
                count = int(outlet.a_day) + (self._random.random() < outlet.a_day % 1)
                for _ in range(count):
                    kinds = [k for k in self._words["kind"] if not outlet.kinds or k["key"] in outlet.kinds]
                    yield self._event(outlet, self._random.choice(kinds), self._moment(age, outlet))

    def _event(self, outlet: Outlet, kind: Mapping[str, Any], at: datetime) -> Piece:
        values, seed = self._values(), self._random.random()
        title, text = self._told(kind, values, seed)
        fix = None
        chance = self._random.random()
        late = at + timedelta(hours=self._random.choice((0.6, 1.5, 2.5, 7, 16)))
        if chance < _WRONG_NUMBER:
            wrong_title, wrong = self._told(
                kind, values | {kind["number"]: str(int(values[kind["number"]]) + 11)}, seed
            )
            changed = [(old, new) for old, new in zip(wrong, text, strict=True) if old != new]
            if wrong_title == title and len(changed) == 1:
                text = wrong
                fix = Fix(old=changed[0][0], new=changed[0][1], at=late, silent=outlet.silent)
        elif chance < _WRONG_NUMBER + _TYPO:
            slipped = _with_typo(text[1], self._random)
            if slipped != text[1]:
                fix = Fix(old=slipped, new=text[1], at=late, silent=True)
                text = (text[0], slipped, *text[2:])
        return replace(self._signed(outlet, title, text, at, kind), fix=fix)

    def wire_reports(self) -> Iterator[Piece]:
        """What the agency reports, in every outlet that prints it."""
        kinds = [kind for kind in self._words["kind"] if kind.get("wire")]
        language = next(iter(self._outlets.values())).language
        for age in range(DAYS, -1, -1):
            if self._random.random() > _WIRE_A_DAY[language]:
                continue
            kind = self._random.choice(kinds)
            title, text = self._told(kind, self._values(), self._random.random())
            at = _day(age) + timedelta(hours=self._random.uniform(4.5, 15))
            for outlet in self._outlets.values():
                if self._random.random() > outlet.wire:
                    continue
                delay = timedelta(minutes=outlet.look_minutes * self._random.uniform(0.3, 3))
                piece = self._signed(outlet, title, text, (at + delay).astimezone(outlet.zone), kind)
                yield replace(piece, authors=(), original_source=self._agency)

    # -- words

    def _told(self, kind: Mapping[str, Any], values: Mapping[str, str], seed: float) -> tuple[str, tuple[str, ...]]:
        """An event of a kind as title and text; the same seed tells it in the same words."""
        random = Random(seed)
        title = self._filled(random.choice(kind["titles"]), values, random)
        first, *others = kind["text"]
        told = [first, *random.sample(others, 2), random.choice(self._words["colour"])]
        return title, tuple(self._filled(line, values, random) for line in told)

    def _values(self) -> dict[str, str]:
        """Places, people and numbers of an event."""
        random, names = self._random, self._words["names"]
        values: dict[str, str] = {}
        for name, known in names.items():
            values[name], values[f"{name}2"] = random.sample(known, k=2)
        numbers = {"n1": random.randint(2, 9), "n2": random.randint(12, 68), "n3": random.randint(110, 890)}
        return values | {name: str(number) for name, number in numbers.items()}

    def _filled(self, text: str, values: Mapping[str, str], random: Random | None = None) -> str:
        chooser = random or self._random
        chosen = _EITHER.sub(lambda either: chooser.choice(either[1].split("|")), text)
        return _SLOT.sub(lambda slot: values[slot[1]], chosen)

    def _signed(self, outlet: Outlet, title: str, text: Sequence[str], at: datetime, topic: Mapping[str, Any]) -> Piece:
        """A piece of the outlet's own: mostly by one author, now and then by two, rarely by nobody; as a rule by those whose beat
        it is."""
        known = list(outlet.authors)
        count = self._random.choices((0, 1, 2), (1, 7, 2))[0]
        authors = self._random.sample(known, min(count, len(known)))
        # Chance of its own, so that beats change nothing else.
        own = Random(f"{outlet.key} {title} {at}")
        on_beat = [name for name in known if topic["key"] in outlet.beats.get(name, ())]
        if authors and on_beat and own.random() < _ON_BEAT:
            authors = own.sample(on_beat, min(len(authors), len(on_beat)))
        return Piece(
            outlet=outlet,
            title=title,
            text=tuple(text),
            published=at,
            section=topic["section"],
            tags=tuple(topic["tags"]),
            authors=tuple(authors),
            editors=self._some(outlet.editors),
            proofreaders=self._some(outlet.proofreaders),
        )

    def _some(self, names: Sequence[str]) -> tuple[str, ...]:
        return (self._random.choice(names),) if names and self._random.random() < 0.8 else ()

    def _moment(self, age: int, outlet: Outlet) -> datetime:
        at = _day(age) + timedelta(hours=self._random.triangular(5, 19, 9), seconds=self._random.randrange(60))
        return at.astimezone(outlet.zone)


def _day(age: int) -> datetime:
    return REFERENCE_NOW.replace(hour=0) - timedelta(days=age)


def _with_kicker(title: str, kicker: str) -> str:
    """The title with the name of its running story before it, if that is not in it."""
    return title if kicker in title else f"{kicker}{': ' if kicker.isascii() else '：'}{title}"


def _with_typo(text: str, random: Random) -> str:
    """The text with two letters of a long word in the wrong order; in Chinese with a wrong 地."""
    if long := [word for word in re.findall(r"[a-zäöüß]{8,}", text) if text.count(word) == 1]:
        word = random.choice(long)
        at = random.randrange(2, len(word) - 2)
        slipped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return text.replace(word, slipped)
    return text.replace("的", "地", 1)

"""A generated page being written: what was drawn for it, what it says, and the markup of its names and times."""

# ruff: noqa: E501 -- tables of forms are read along the line
from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bench.extraction.generated.byline_dates import Clocked
from bench.extraction.generated.byline_words import vocabulary

AGENCIES = {
    "de": ("dpa", "AFP", "Reuters"), "fr": ("AFP", "Reuters"), "es": ("EFE", "Europa Press"), "it": ("ANSA",), "nl": ("ANP",), "sv": ("TT",),
    "da": ("Ritzau",), "nb": ("NTB",), "fi": ("STT",), "pl": ("PAP",), "cs": ("ČTK",), "hu": ("MTI",), "ro": ("Agerpres",), "pt": ("Lusa",),
    "ru": ("ТАСС",), "uk": ("Укрінформ",), "id": ("Antara",), "en": ("Reuters", "AFP", "Associated Press"),
}  # fmt: skip
UNCASED = frozenset(("ar", "fa", "he", "hi", "th", "ja", "ko"))
"""Languages written without capitals: there nothing shows that words are a name."""
HOUSES = {"ja": "川辺新聞", "ko": "강변일보", "ru": "Речной вестник", "ar": "صحيفة النهر", "el": "Τα Νέα του Ποταμού"}


@dataclass(slots=True, kw_only=True)
class Draft:
    """A page being written, and what it says."""

    dice: random.Random
    language: str
    words: dict[str, list[str]]
    tag: str
    host: str
    zone: str | None
    locale: str
    published: datetime
    head: list[str] = field(default_factory=list)
    """In `<head>`."""
    top: list[str] = field(default_factory=list)
    """Blocks between headline and text."""
    lead: str = ""
    end: list[str] = field(default_factory=list)
    """Blocks right after the text."""
    people: list[str] = field(default_factory=list)
    clocked: Clocked | None = None
    changed: Clocked | None = None
    truth: dict[str, Any] = field(default_factory=dict)
    forms: list[str] = field(default_factory=list)
    fetched_at: datetime | None = None

    @property
    def house(self) -> str:
        """The site's name."""
        return HOUSES.get(self.language, "River Courier")

    def word(self, kind: str) -> str:
        """One of the words of a kind."""
        return self.dice.choice(self.words[kind])

    def form(self, name: str) -> None:
        """Note a form that the page uses."""
        self.forms.append(name)

    def instant(self, wall: datetime) -> datetime:
        """A wall clock of the page as a moment."""
        return wall.replace(tzinfo=ZoneInfo(self.zone) if self.zone else UTC)


def begin(seed: int) -> Draft:
    """Draw language, place, authors and time."""
    dice = random.Random(seed)
    language = dice.choice(list(vocabulary()))
    words = vocabulary()[language]
    tag, host, zone, locale = dice.choice(words["places"]).split()
    published = datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None) + timedelta(
        minutes=dice.randrange(540 * 1440), seconds=dice.randrange(60)
    )
    draft = Draft(
        dice=dice, language=language, words=words, tag=tag, host=host, zone=None if zone == "-" else zone, locale=locale, published=published
    )  # fmt: skip
    draft.fetched_at = draft.instant(published).astimezone(UTC) + timedelta(hours=dice.randint(30, 90))
    draft.form(f"language {language}")
    return draft


def draw_people(draft: Draft) -> None:
    """Authors: one to three people, or an agency."""
    dice = draft.dice
    agencies = AGENCIES.get(draft.language)
    if agencies and dice.random() < 0.08:
        draft.people = [dice.choice(agencies)]
        draft.form(f"agency {draft.people[0]}")
        return
    draft.people = dice.sample(draft.words["people"], dice.choice((1, 1, 1, 2, 2, 3)))
    draft.form(f"{len(draft.people)} authors")


def slug(draft: Draft, name: str) -> str:
    """The address of an author's page."""
    latin = "".join(char if char.isascii() and char.isalnum() else "-" for char in name.lower()).strip("-")
    return f"{draft.dice.choice(('/author/', '/autor/', '/profile/', '/people/', '/by/'))}{latin or 'p17'}"


def joined(draft: Draft, names: list[str], *, markup: bool = True) -> str:
    """Names in one line: divided as the language does, each perhaps a link or a span."""
    dice = draft.dice
    written = list(names)
    if markup:
        kind = dice.choice(("plain", "plain", "links", "spans", "author spans"))
        draft.form(f"names as {kind}")
        if kind == "links":
            written = [f'<a href="{slug(draft, name)}">{name}</a>' for name in names]
        elif kind == "spans":
            written = [f"<span>{name}</span>" for name in names]
        elif kind == "author spans":
            written = [f'<span class="author">{name}</span>' for name in names]
    if len(names) == 1:
        return written[0]
    last = draft.word("and").strip()
    tight = last in ("、", "・", "·", ",", "،")
    last = f"{last} " if last in (",", "،") else last if tight else f" {last} "
    if draft.language == "he" and last == " ו ":
        last = " ו"
    between = (
        ", " if draft.language not in ("ja", "ko", "ar", "fa") else {"ja": "、", "ko": "·"}.get(draft.language, "، ")
    )
    draft.form(f"{draft.language} divided by {last.strip()}")
    return between.join(written[:-1]) + last + written[-1]


def same_names(want: list[str], have: list[str]) -> bool:
    """Whether names are the same but for case, blanks and order."""

    def bare(names: list[str]) -> list[str]:
        return sorted("".join(name.casefold().split()) for name in names)

    return bare(want) == bare(have)


def same_time(want: Clocked | None, have: str | None, draft: Draft) -> bool:
    """Whether a time in JSON is what the page says: day, precision and instant."""
    if want is None or have is None:
        return want is None and have is None
    if want.precision == "day":
        return have == f"{want.wall:%Y-%m-%d}"
    got = datetime.fromisoformat(have)
    wall = want.wall if want.precision == "second" else want.wall.replace(second=0)
    if "T" not in have or (want.precision == "second" and have.count(":") < (3 if got.tzinfo else 2)):
        return False
    if want.offset is None and draft.zone is None:
        return got.replace(tzinfo=None) == wall
    there = ZoneInfo(draft.zone) if want.offset is None and draft.zone else None
    meant = wall.replace(tzinfo=there) if there else wall.replace(tzinfo=UTC) - (want.offset or timedelta(0))
    return got.tzinfo is not None and got == meant

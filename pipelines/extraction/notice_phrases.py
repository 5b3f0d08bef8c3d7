"""What pages say that are no articles: `notice_words/`, a file a language, and `machines.toml` for what stands in their source.

    [soft_404]                            a reason (`db.models.Reason`)
    title = ["page not found"]            a headline or a part of the page's title that is this, or begins with it
    says = ["page you … looking for"]     part of a sentence; "…" stands for up to 40 characters

All in lower case. A phrase is what such a page says to its reader, not what an article says about such pages.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from db.models import Reason

FOLDER = Path(__file__).parent / "notice_words"
_KEYS = {"title", "says"}
_MACHINE_KEYS = {"sure", "may", "address"}
_GAP = ".{0,40}?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A phrase: `hint` stands in every text that `pattern` matches; there is no pattern where the hint is all of it."""

    hint: str
    pattern: re.Pattern[str] | None

    def stands_in(self, text: str) -> bool:
        """Whether a text, in lower case, holds it."""
        return self.hint in text and (self.pattern is None or self.pattern.search(text) is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What notices of one kind say in a language."""

    titles: frozenset[str]
    says: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What stands in the source of notices of one kind."""

    sure: tuple[str, ...]
    may: tuple[str, ...]
    address: tuple[str, ...]


@lru_cache(maxsize=1)
def languages() -> frozenset[str]:
    """The languages that there is a file for."""
    return frozenset(path.stem for path in FOLDER.glob("??.toml"))


@lru_cache(maxsize=64)
def words_of(language: str) -> Mapping[Reason, Words]:
    """What notices say in a language. Raises ValueError, naming the file, for what is not as above."""
    return {
        Reason(kind): Words(
            titles=frozenset(table.get("title", ())), says=tuple(_phrase(text) for text in table.get("says", ()))
        )
        for kind, table in _load(language, _KEYS).items()
    }


@lru_cache(maxsize=1)
def machines() -> Mapping[Reason, Machine]:
    """What stands in the source of notices."""
    tables = _load("machines", _MACHINE_KEYS).items()
    return {
        Reason(kind): Machine(**{key: tuple(table.get(key, ())) for key in ("sure", "may", "address")})
        for kind, table in tables
    }


def _load(name: str, keys: set[str]) -> dict[str, dict[str, list[str]]]:
    path = FOLDER / f"{name}.toml"
    tables: dict[str, dict[str, list[str]]] = tomllib.loads(path.read_text(encoding="utf-8"))
    for kind, table in tables.items():
        wrong = [key for key in table if key not in keys]
        odd = [text for texts in table.values() for text in texts if not text.strip() or text != text.lower()]
        if kind not in set(Reason) or wrong or odd or not all(table.values()):
            raise ValueError(
                f"{path.name}: [{kind}] is no reason, or has unknown keys, empty lists or capitals: {wrong or odd}."
            )
    return tables


def _phrase(text: str) -> Phrase:
    parts = [part.strip() for part in text.split("…")]
    pattern = re.compile(_GAP.join(map(re.escape, parts))) if len(parts) > 1 else None
    return Phrase(hint=max(parts, key=len), pattern=pattern)

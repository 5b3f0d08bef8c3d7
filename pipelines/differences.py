"""What extracting again would change, field by field: counts, and samples of before and after. Nothing is written."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field

from db.extractions import Held, held
from pipelines.reader import Reading
from pipelines.replay import made_of

SAMPLES = 5
# Characters of a value in a sample.
SAMPLE_LENGTH = 200
# Told by other fields: hashes, and the same moment in another form.
_TOLD_ELSEWHERE = frozenset({"page_id", "text_hash", "published_utc", "modified_utc"})


@dataclass(slots=True, kw_only=True)
class Differences:
    """Counts of pages, of pages for each field that differs, and samples: page, before, after."""

    pages: int = 0
    differing: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[tuple[int, str | None, str | None]]] = field(default_factory=dict)

    def add(self, conn: sqlite3.Connection, reading: Reading) -> None:
        """Compare one reading with what is held."""
        before = held(conn, reading.page_id)
        if before is None:
            return
        self.pages += 1
        old, new = _fields(before[1]), _fields(made_of(reading))
        names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
        if old.get("rejected") != new.get("rejected"):
            names = ["rejected"]  # every other field comes or goes with it
        self.differing += bool(names)
        for name in names:
            self.fields[name] += 1
            samples = self.samples.setdefault(name, [])
            if len(samples) < SAMPLES:
                samples.append((reading.page_id, *_apart(old.get(name), new.get(name))))


def _fields(made: Held) -> dict[str, str]:
    values = {name: str(value) for name, value in made.article.items() if name not in _TOLD_ELSEWHERE}
    for role, _, name in made.credits:
        values[role] = f"{values[role]}, {name}" if role in values else name
    return values | ({"rejected": made.reason} if made.reason else {})


def _apart(old: str | None, new: str | None) -> tuple[str | None, str | None]:
    """Both from shortly before where they part."""
    a, b = old or "", new or ""
    same = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    start = max(0, same - 20) if max(len(a), len(b)) > SAMPLE_LENGTH else 0
    end = start + SAMPLE_LENGTH
    return (None if old is None else old[start:end], None if new is None else new[start:end])

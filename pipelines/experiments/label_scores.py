"""How right outcomes are, by labels: what a person says is on a page. Two sides are scored alike: what is stored, and what is new.

Labels are JSON lines, one object a page: `url`, and those that are known of `text`, `title`, `published`, `authors`, `editors`,
`proofreaders`, `source`, `original_source`. A field that a label lacks is not scored on its page. Figures, each from 0 to 1:

    text              F1 of the words, their order left out; the mean over pages
    title             share of pages where it is equal but for case, spaces and punctuation
    published         share of pages with the same day, and the same minute where the label has a time
    the names         F1 of all names, compared like titles
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from db.errors import UsageError
from db.store.extraction.extractions import StoredOutcome
from db.system.regular_files import read_text
from pipelines.extraction.text.word_count import words_of
from pipelines.urls import clean_url, link_key

_NAMES = ("authors", "editors", "proofreaders", "source", "original_source")
_ROLES = {"author": "authors", "editor": "editors", "proofreader": "proofreaders"}
_NO_LETTER = re.compile(r"[\W_]+")
_DAY = 10
"""Characters of a day in ISO 8601."""

Label = Mapping[str, Any]


def read_labels(path: Path) -> dict[str, Label]:
    """Labels by the key of their address. Raises UsageError naming file and line."""
    labels: dict[str, Label] = {}
    try:
        lines = read_text(path).splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--labels {path}: cannot be read ({error}); name a file of JSON lines") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            label = json.loads(line)
        except ValueError as error:
            raise UsageError(f"--labels {path}:{number}: is not JSON ({error}); write one object a line") from error
        if not isinstance(label, dict):
            raise UsageError(f"--labels {path}:{number}: is no object; write one object a line")
        url = clean_url(str(label.get("url") or ""))
        if url is not None:
            labels[link_key(url)] = label
    if not labels:
        raise UsageError(f"--labels {path}: no label has a url; pages are found by their address")
    return labels


@dataclass(slots=True, kw_only=True)
class LabelScores:
    """The figures of one side, streamed."""

    sums: Counter[str] = field(default_factory=Counter)
    pages: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)

    def add(self, label: Label, outcome: StoredOutcome) -> None:
        """Score a page. A rejection has none of the fields."""
        values = _values(outcome)
        if text := label.get("text"):
            self._share("text", _bag_f1(words_of(str(values.get("text", "")).lower()), words_of(str(text).lower())))
        if title := label.get("title"):
            self._share("title", float(_folded(str(values.get("title", ""))) == _folded(str(title))))
        if published := label.get("published"):
            self._share("published", float(_same_time(str(published), values.get("published"))))
        for name in _NAMES:
            if wanted := {folded for one in _as_list(label.get(name)) if (folded := _folded(one))}:
                found = {folded for one in _as_list(values.get(name)) if (folded := _folded(one))}
                self.hits[name] += len(wanted & found)
                self.given[name] += len(wanted) + len(found)
                self.pages[name] += 1

    def _share(self, name: str, share: float) -> None:
        self.sums[name] += share  # type: ignore[assignment]
        self.pages[name] += 1

    def figures(self) -> dict[str, float]:
        """The figures by field."""
        shares = {
            name: self.sums[name] / self.pages[name] for name in ("text", "title", "published") if self.pages[name]
        }
        return shares | {name: 2 * self.hits[name] / self.given[name] for name in _NAMES if self.pages[name]}


def _values(outcome: StoredOutcome) -> dict[str, Any]:
    values: dict[str, Any] = dict(outcome.article)
    for role, _, name in outcome.credits:
        values.setdefault(_ROLES[role], []).append(name)
    return values


def _as_list(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)] if value else []


def _folded(text: str) -> str:
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text)).lower()


def _bag_f1(found: list[str], wanted: list[str]) -> float:
    common = (Counter(found) & Counter(wanted)).total()
    return 2 * common / (len(found) + len(wanted)) if found and wanted else 0.0


def _same_time(wanted: str, found: object) -> bool:
    """Whether both name one day, and one minute where the label has a time: the same moment where both have an offset."""
    try:
        label, value = datetime.fromisoformat(wanted), datetime.fromisoformat(str(found))
    except ValueError:
        return False
    if len(wanted) <= _DAY:
        return label.date() == value.date()
    if len(str(found)) <= _DAY:
        return False
    if label.tzinfo is None or value.tzinfo is None:
        label, value = label.replace(tzinfo=None), value.replace(tzinfo=None)
    return abs((label - value).total_seconds()) < 60

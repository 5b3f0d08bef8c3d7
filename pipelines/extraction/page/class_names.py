"""What the names in `class` and `id` say a box holds, read from `class_names.toml`, which also says how a name counts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from pipelines.extraction.languages.loader import by_first_letter

_NAMES = tomllib.loads(files(__package__).joinpath("class_names.toml").read_text("utf-8"))
ZONE_NAMES: Mapping[str, Sequence[str]] = _NAMES["zones"]
"""The names of boxes around the article, by zone."""


class ClassPattern:
    """An expression for names of boxes that remembers what it was asked: the lines of a page stand in the same boxes."""

    __slots__ = ("expression", "finds")

    def __init__(self, expression: re.Pattern[str]) -> None:
        self.expression = expression
        # A cache of its own: as part of a key, an expression is hashed each time, which takes longer than a search.
        self.finds = lru_cache(_NAMES_KEPT)(self._finds)

    def _finds(self, names: str) -> bool:
        return self.expression.search(names) is not None


_NAMES_KEPT = 1024
"""Names of boxes whose answers each pattern keeps; a page has 160 on average."""


def class_pattern(*kinds: str) -> ClassPattern:
    """What finds the names of some kinds. Case does not matter. KeyError for a kind that the file does not have."""
    names = [name.replace("-", "[-_]{0,2}") for kind in kinds for name in _NAMES[kind]]
    parts = by_first_letter((name for name in names if name[0] != "="), any_case=True)
    whole = by_first_letter((name[1:] for name in names if name[0] == "="), any_case=True)
    words = whole and rf"(?:^|[\s_-])(?:{whole})(?=$|[\s_-])"
    return ClassPattern(re.compile("|".join(filter(None, (parts, words))), re.I))

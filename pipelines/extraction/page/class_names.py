"""What the names in `class` and `id` say a box holds, read from `class_names.toml`, which also says how a name counts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files

_NAMES = tomllib.loads(files(__package__).joinpath("class_names.toml").read_text("utf-8"))
ZONE_NAMES: Mapping[str, Sequence[str]] = _NAMES["zones"]
"""The names of boxes around the article, by zone."""


def class_pattern(*kinds: str) -> re.Pattern[str]:
    """What finds the names of some kinds. Case does not matter. KeyError for a kind that the file does not have."""
    names = [name.replace("-", "[-_]{0,2}") for kind in kinds for name in _NAMES[kind]]
    whole = "|".join(name[1:] for name in names if name[0] == "=")
    parts = [name for name in names if name[0] != "="]
    words = [rf"(?:^|[\s_-])(?:{whole})(?=$|[\s_-])"] if whole else []
    return re.compile("|".join((*parts, *words)), re.I)

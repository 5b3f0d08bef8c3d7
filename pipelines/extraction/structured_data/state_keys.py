"""The keys of state in scripts and their meanings, from `state_keys.toml`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pipelines.data_files import read_table

_Words = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    text: _Words
    kind: _Words
    open: _Words
    children: _Words
    inline: _Words
    skipped: _Words


@dataclass(frozen=True, slots=True, kw_only=True)
class _StateKeys:
    title: _Words
    body: _Words
    published: _Words
    modified: _Words
    authors: _Words
    editors: _Words
    source: _Words
    prefix: _Words
    suffix: _Words
    inside: _Words
    foreign: _Words
    value: _Words
    name: _Words
    people: _Words
    block: _Block


_TABLES = read_table(_StateKeys, "pipelines.extraction.structured_data", "state_keys.toml")
_SIGNS = str.maketrans("", "", "_-$@ ")


@lru_cache(4096)
def normalize_key(key: str) -> str:
    """The form of a key for look-ups: "publish_time", "publishTime", "publishDatetime" and "publish_time_str" are one, and so are
    "docSource" and "source", as systems begin the names of all their columns alike."""
    name = key[:60].lower().translate(_SIGNS)
    if name in ALL_KEYS or name in PART_KEYS:
        return name
    timed = _SUFFIX.sub("", name.replace("datetime", "time"))
    forms = (_PREFIX.sub("", name), timed, _PREFIX.sub("", timed))
    return next((form for form in forms if form in ALL_KEYS), name)


_PREFIX = re.compile(rf"^(?:{'|'.join(_TABLES.prefix)})")
_SUFFIX = re.compile(rf"(?:{'|'.join(_TABLES.suffix)})$")


def _ranks(words: _Words) -> dict[str, int]:
    return {word.translate(_SIGNS): rank for rank, word in enumerate(words)}


FIELDS = ("title", "body", "published", "modified", "authors", "editors", "source")
KEYS = {name: _ranks(getattr(_TABLES, name)) for name in FIELDS}
"""By field: its keys, each with its rank, the best first."""
ALL_KEYS = frozenset(key for ranks in KEYS.values() for key in ranks)
PART_KEYS, OTHER_CONTENT_KEYS = frozenset(_TABLES.inside), frozenset(_TABLES.foreign)
VALUE_KEYS, NAME_KEYS, PEOPLE_KEYS = _TABLES.value, _TABLES.name, _TABLES.people
BLOCK_TEXT, BLOCK_CHILDREN, BLOCK_KIND = _TABLES.block.text, _TABLES.block.children, _TABLES.block.kind
BLOCK_OPEN = frozenset(("", *_TABLES.block.open))
BLOCK_INLINE, BLOCK_SKIPPED = frozenset(_TABLES.block.inline), frozenset(_TABLES.block.skipped)

"""The keys of state in scripts and their meanings, from `state_keys.toml`."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

_TABLES = tomllib.loads(Path(__file__).with_name("state_keys.toml").read_text(encoding="utf-8"))
_SIGNS = str.maketrans("", "", "_-$@ ")


@lru_cache(4096)
def normalize_key(key: str) -> str:
    """The form of a key for look-ups: "publish_time" and "publishTime" are one."""
    return key[:60].lower().translate(_SIGNS)


def _ranks(words: list[str]) -> dict[str, int]:
    return {normalize_key(word): rank for rank, word in enumerate(words)}


FIELDS = ("title", "body", "published", "modified", "authors", "source", "url")
KEYS = {name: _ranks(_TABLES[name]["keys"]) for name in FIELDS}
"""For each field, its keys with their ranks; the best key has rank 0."""
ALL_KEYS = frozenset(key for ranks in KEYS.values() for key in ranks)
PART_KEYS, OTHER_CONTENT_KEYS = frozenset(_TABLES["inside"]["keys"]), frozenset(_TABLES["foreign"]["keys"])
VALUE_KEYS, NAME_KEYS, PEOPLE_KEYS = (
    tuple(words) for words in (_TABLES["value"]["keys"], _TABLES["name"]["keys"], _TABLES["name"]["people"])
)
BLOCK_TEXT, BLOCK_CHILDREN = tuple(_TABLES["block"]["text"]), tuple(_TABLES["block"]["children"])
BLOCK_KIND, BLOCK_OPEN = tuple(_TABLES["block"]["kind"]), frozenset(_TABLES["block"]["open"])
BLOCK_INLINE, BLOCK_SKIPPED = frozenset(_TABLES["block"]["inline"]), frozenset(_TABLES["block"]["skipped"])

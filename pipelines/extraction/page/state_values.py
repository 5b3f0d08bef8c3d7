"""Single values of a page's state: texts, times, and names of people and outlets."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from pipelines.extraction.page.document import normalize_space
from pipelines.extraction.page.state_keys import NAME_KEYS, PEOPLE_KEYS, VALUE_KEYS, normalize_key
from pipelines.extraction.page.state_scripts import resolve_reference, unescape_value

_TAG = re.compile(r"<[^<>]{1,500}>")


def text_of(value: Any, references: Mapping[str, Any], depth: int = 0) -> str | None:
    """The text of a value that is a string, or an object with a string under one of `VALUE_KEYS`."""
    value = resolve_reference(value, references)
    if isinstance(value, str):
        return normalize_space(entities.unescape(_TAG.sub(" ", unescape_value(value[:2000])))) or None
    if isinstance(value, dict) and depth < 4:
        keys = _keys_by_name(value)
        texts = (text_of(value[keys[name]], references, depth + 1) for name in VALUE_KEYS if name in keys)
        return next(filter(None, texts), None)
    return None


def _keys_by_name(node: Mapping[str, Any]) -> dict[str, str]:
    return {normalize_key(key): key for key in islice(node, 60)}


def time_of(value: Any, references: Mapping[str, Any]) -> str | None:
    """A time as a string that `date_parser.read_machine` may read."""
    value = resolve_reference(value, references)
    if isinstance(value, dict):
        numbers = (item for item in value.values() if isinstance(item, int | float))
        value = text_of(value, references) or next(numbers, None)
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return str(int(value)) if 10**9 <= value < 2 * 10**9 or 10**12 <= value < 2 * 10**12 else None
    if not isinstance(value, str) or not 6 <= len(value) <= 60 or sum(char.isdigit() for char in value) < 5:
        return None
    return value


def names_of(value: Any, references: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    """Names of people or outlets: strings, objects, and lists of these."""
    value = resolve_reference(value, references)
    if isinstance(value, str):
        name = normalize_space(_TAG.sub("", value[:200]))
        is_number = name.replace("-", "").isdigit()
        if name and "://" not in name and not name.startswith(("{", "[", "/", "@http")) and not is_number:
            yield name
    elif depth > 4:
        return
    elif isinstance(value, list):
        for item in value[:30]:
            yield from names_of(item, references, depth + 1)
    elif isinstance(value, dict):
        keys = _keys_by_name(value)
        name = next(
            (name for key in NAME_KEYS if key in keys for name in names_of(value[keys[key]], references, 5)), ""
        )
        if not name and "firstname" in keys and "lastname" in keys:
            name = normalize_space(f"{value[keys['firstname']] or ''} {value[keys['lastname']] or ''}")
        if name:
            yield name
            return
        people = next((keys[key] for key in PEOPLE_KEYS if key in keys), None)
        if people is not None:
            yield from names_of(value[people], references, depth + 1)

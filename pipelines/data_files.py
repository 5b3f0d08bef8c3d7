"""Reading the TOML files that stand beside modules, into dataclasses: a file with a mistake is refused, never half read."""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

_T = TypeVar("_T")


def read_table(kind: type[_T], package: str, name: str) -> _T:
    """The file `name` of a package as a dataclass. Raises ValueError for a mistake in it, see `parse_table`."""
    return parse_table(kind, files(package).joinpath(name).read_text("utf-8"), name)


def parse_table(kind: type[_T], text: str, name: str) -> _T:
    """TOML as a dataclass whose fields are words, numbers, tuples, mappings, and further such dataclasses.

    Raises ValueError, naming the file, for a key that is unknown or missing, a group that is empty or holds a thing twice, and a
    list where none belongs or the other way round.
    """
    try:
        table: _T = _filled(kind, tomllib.loads(text))
    except ValueError as error:
        raise ValueError(f"{name}: {error}. Correct the file; what may stand in it: {kind.__module__}.") from error
    return table


_types = cache(get_type_hints)


def _filled(kind: Any, values: dict[str, Any]) -> Any:
    types = _types(kind)
    if unknown := values.keys() - types.keys():
        raise ValueError(f"unknown key {min(unknown)!r}")
    for field in fields(kind):
        if field.name not in values and field.default is field.default_factory is MISSING:
            raise ValueError(f"the key {field.name!r} is missing")
    return kind(**{key: _value(types[key], value, key) for key, value in values.items()})


def _value(kind: Any, value: Any, key: str) -> Any:
    if value in ("", [], {}):
        raise ValueError(f"{key!r} is empty")
    if isinstance(value, dict):
        if is_dataclass(kind):
            return _filled(kind, value)
        return {name: _value(get_args(kind)[-1], item, name) for name, item in value.items()}
    if isinstance(value, list) != (get_origin(kind) is tuple):
        raise ValueError(f"{key!r} is {'a' if isinstance(value, list) else 'no'} list")
    if not isinstance(value, list):
        return value
    items = tuple(_value(next(iter(get_args(kind)), Any), item, key) for item in value)
    if len(set(items)) < len(items):
        raise ValueError(f"{key!r} holds something twice")
    return items

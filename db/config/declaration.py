"""How a setting is declared (`db.config.settings`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """How one setting is declared. `default` is as a person would write it; `read` turns it into the value in force.

    `per_source`: one source may have its own. `only_per_source`: it makes no sense for all sources at once, and is refused there.
    """

    name: str
    read: Callable[[object], object]
    default: object
    help: str
    per_source: bool
    only_per_source: bool


def setting(read: Callable[[object], Value], default: object, *, help: str) -> Value:
    """Declare a setting as an attribute of one of the classes there. mypy holds the attribute's type to what `read` returns."""
    return field(default=read(default), metadata={"read": read, "default": default, "help": help})
